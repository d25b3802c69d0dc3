"""A function that answers when it is told to: the test writes to the pipe that the request names."""

import os
import sys


def handle(event, context):
    pipe = event.headers["x-pipe"]
    os.mkfifo(pipe)
    sys.stdout.write(f"waiting on {pipe}\n")  # in one piece: several processes may share the output
    sys.stdout.flush()
    with open(pipe) as told:
        return {"told": told.read()}
