"""A function for tests of traffic: path or query say what it does; SIGUSR1 has the requests that are held go on."""

import hashlib
import json
import os
import queue
import signal
import socket
import threading
import urllib.request
from pathlib import Path

from platforms import Response

VERSION = os.environ.get("VERSION") or Path(__file__).with_name("version.txt").read_text().strip()
PIECE = bytes(range(256)) * 4096  # 1 MiB
told: queue.Queue[str] = queue.Queue()
held: list[threading.Event] = []


def handle(event, context):
    action, _, argument = (event.query.get("do") or event.path.strip("/") or "who").partition("/")
    return ACTIONS[action](event, argument)


def who(event, argument):
    """Tell which replica this is."""
    return {"host": socket.gethostname(), "pid": os.getpid(), "version": VERSION}


def hold(event, argument):
    """Answer once this replica gets SIGUSR1: a request could not choose the replica that it releases."""
    gate = threading.Event()
    held.append(gate)
    gate.wait()
    return who(event, argument)


def release(signal_number, frame):
    while held:
        held.pop().set()


signal.signal(signal.SIGUSR1, release)


def events(event, argument):
    """Stream an event at once, and then what each `tell` says, until one says `end`."""
    return Response(told_events(), 200, {"Content-Type": "text/event-stream"})


def told_events():
    yield "data: first\n\n"
    while (text := told.get()) != "end":
        yield f"data: {text}\n\n"


def tell(event, argument):
    told.put(argument)
    return {}


def up(event, argument):
    """Tell what has come."""
    return {"length": len(event.body), "sha256": hashlib.sha256(event.body).hexdigest()}


def down(event, argument):
    """Stream so many MiB."""
    return Response((PIECE for _ in range(int(argument))), 200, {"Content-Type": "application/octet-stream"})


def ask(event, argument):
    """Call another function through the gateway of a cluster."""
    url = f"http://gateway.openfaas:8080/function/{argument}"
    with urllib.request.urlopen(url, timeout=30) as reply:
        return {"asked": argument, "answer": json.load(reply)}


def print_lines(event, argument):
    """Print so many lines."""
    for number in range(int(argument)):
        print(f"line {number}", flush=True)
    return {}


def echo(event, argument):
    """Tell what has come."""
    seen = ("x-one", "content-type")
    return {"body": event.text(), "query": event.raw_query, **{name: event.headers.get(name) for name in seen}}


def print_headers(event, argument):
    """Print the headers whose names begin so, by name."""
    for name in sorted(event.headers):
        if name.startswith(argument):
            print(f"{name}: {event.headers[name]}", flush=True)
    return {}


def fail(event, argument):
    """Answer that status."""
    return f"failed with {argument}", int(argument)


ACTIONS = {
    "ask": ask,
    "down": down,
    "echo": echo,
    "events": events,
    "fail": fail,
    "headers": print_headers,
    "hold": hold,
    "print": print_lines,
    "tell": tell,
    "up": up,
    "who": who,
}
