"""A function that streams events: one at once, one when it is told to, then more for ever."""

import time

from platforms import Response


def handle(event, context):
    return Response(events(event.headers["x-pipe"]), 200, {"Content-Type": "text/event-stream"})


def events(pipe):
    try:
        yield "data: first\n\n"
        with open(pipe) as told:
            yield f"data: {told.read()}\n\n"
        while True:
            time.sleep(0.01)
            yield "data: and so on\n\n"
    finally:
        print("closed", flush=True)
