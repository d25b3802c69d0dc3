def handle(event, context):
    """Take a message of a queue or a change in a bucket; after an exception the platform sends it again.

    Each arrives as a CloudEvent: headers that begin with `ce-`, and its data as the body.
    """
    kind = event.headers.get("ce-type")
    if kind is None:
        return {"error": "an event is expected, with the headers of a CloudEvent"}, 400
    context.log.info("%s from %s: %s", kind, event.headers["ce-source"], event.headers.get("ce-subject", ""))
    return {"taken": kind, "data": event.json()}
