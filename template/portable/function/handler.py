def handle(event, context):
    return {"you said": event.text()}
