"""Azure's worker, with its real library: POST / takes a StreamingMessage of the host as JSON, and answers with one.

It stands in for the gRPC worker around the library, which is not published, and does what that does with each request:
https://github.com/Azure/azure-functions-python-worker/blob/dev/workers/proxy_worker/dispatcher.py

    python -P azure_worker_child.py PORT FUNCTION_APP_DIRECTORY
"""

from __future__ import annotations

import asyncio
import json
import logging
import runpy
import sys
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import azure_functions_runtime as library
from google.protobuf import json_format

# by its path: this folder is not to be on the path of the function's own imports
protos: Any = runpy.run_path(str(Path(__file__).with_name("azure_messages.py")))["make_protos"]()
loop = asyncio.new_event_loop()
CALLS = {
    "worker_init_request": (library.worker_init_request, "worker_init_response"),
    "functions_metadata_request": (library.functions_metadata_request, "function_metadata_response"),
    "function_load_request": (library.function_load_request, "function_load_response"),
    "invocation_request": (library.invocation_request, "invocation_response"),
}


@dataclass
class WorkerRequest:
    """What the library is called with."""

    name: str
    request: Any
    properties: dict[str, Any] = field(default_factory=lambda: {"protos": protos, "host": "127.0.0.1"})


async def answer(message: Any) -> Any:
    """Return the worker's message for one of the host's."""
    name = message.WhichOneof("content")
    call, answer_name = CALLS[name]
    if name == "worker_init_request":
        library.start_threadpool_executor()
    content = await call(WorkerRequest(name, message))
    return protos.StreamingMessage(request_id=message.request_id, **{answer_name: content})


class Channel(BaseHTTPRequestHandler):
    """The channel to the host; each message goes through the bytes that gRPC would send."""

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        message = json_format.ParseDict(sent, protos.StreamingMessage())
        answered = loop.run_until_complete(answer(_through_bytes(message)))
        told = json_format.MessageToDict(
            _through_bytes(answered), preserving_proto_field_name=True, always_print_fields_with_no_presence=True
        )
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing: what is printed is the function's and the library's."""


def _through_bytes(message: Any) -> Any:
    return protos.StreamingMessage.FromString(message.SerializeToString())


def main(port: int, app_dir: str) -> None:
    """Serve the channel, with an app on the path where Azure has it."""
    # what the host is sent as RpcLog
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    # https://github.com/Azure/azure-functions-python-worker/blob/dev/workers/proxy_worker/utils/dependency.py
    sys.path.append(app_dir)
    asyncio.set_event_loop(loop)
    with HTTPServer(("127.0.0.1", port), Channel) as server:
        sys.stdout.write("serving\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
