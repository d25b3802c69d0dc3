"""A function that answers when it is told to: the test writes to the pipe that the request names."""

import os


def handle(event, context):
    pipe = event.headers["x-pipe"]
    os.mkfifo(pipe)
    print(f"waiting on {pipe}", flush=True)
    with open(pipe) as told:
        return {"told": told.read()}
