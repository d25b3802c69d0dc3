def handle(event, context):
    match event.method, event.path:
        case "GET", "/":
            return {"hello": event.query.get("name", "world")}
        case "POST", "/sum":
            return {"sum": sum(event.json()["numbers"])}
    return {"error": "there is GET / and POST /sum"}, 404
