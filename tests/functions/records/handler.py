"""A function for what is no HTTP: it does what its payload's `do` says, else tells what it was called with."""

ATTRIBUTES = ("id", "type", "source", "subject", "time")


async def handle(event, context):
    payload = event.json()
    what = payload.get("do") if isinstance(payload, dict) else None
    if what == "raise":
        raise ValueError(f"cannot do with {event.headers.get('ce-id')}")
    if what == "refuse":
        return {"error": "not this one"}, 422
    print(f"handled {event.headers.get('ce-id')}", flush=True)
    return {name: event.headers.get(f"ce-{name}") for name in ATTRIBUTES} | {"payload": payload}
