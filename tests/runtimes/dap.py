"""A debugger, as far as a test needs one: https://microsoft.github.io/debug-adapter-protocol/specification."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from types import TracebackType
from typing import Any

from .processes import TIMEOUT_S


class Debugger:
    """A client of the Debug Adapter Protocol, attached to what waits on a port."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), TIMEOUT_S)
        self._stream = self._socket.makefile("rwb")
        self._sent = 0

    def __enter__(self) -> Debugger:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stream.close()
        self._socket.close()

    def attach(self, breakpoints: dict[str, list[int]], **arguments: Any) -> None:
        """Attach, with breakpoints on these lines of these files, and let the program go on.

        `arguments` are further ones of the request, as a launch.json has them.
        """
        formats = {"linesStartAt1": True, "columnsStartAt1": True, "pathFormat": "path"}
        self.request("initialize", adapterID="test", **formats)
        attaching = self._send("attach", justMyCode=False, **arguments)
        self.wait_for(lambda message: message.get("event") == "initialized")
        for path, lines in breakpoints.items():
            self.request("setBreakpoints", source={"path": path}, breakpoints=[{"line": line} for line in lines])
        self.request("configurationDone")
        self._response_to(attaching)

    def wait_for_stop(self) -> tuple[int, str, int]:
        """Wait until a thread stops; return it, and the file and line where it is."""
        stopped = self.wait_for(lambda message: message.get("event") == "stopped")
        thread: int = stopped["body"]["threadId"]
        frame = self.request("stackTrace", threadId=thread)["body"]["stackFrames"][0]
        return thread, frame["source"]["path"], frame["line"]

    def request(self, command: str, **arguments: Any) -> Any:
        """Send a request and return its response, which must be a success."""
        return self._response_to(self._send(command, **arguments))

    def wait_for(self, fits: Callable[[Any], bool]) -> Any:
        """Return the next message that fits; others are passed over."""
        while True:
            message = self._read()
            if fits(message):
                return message

    def _response_to(self, number: int) -> Any:
        response = self.wait_for(lambda message: message.get("request_seq") == number)
        assert response["success"], response
        return response

    def _send(self, command: str, **arguments: Any) -> int:
        self._sent += 1
        message = {"seq": self._sent, "type": "request", "command": command, "arguments": arguments}
        content = json.dumps(message).encode()
        self._stream.write(b"Content-Length: %d\r\n\r\n" % len(content) + content)
        self._stream.flush()
        return self._sent

    def _read(self) -> Any:
        length = 0
        while line := self._stream.readline().strip():
            name, _, value = line.partition(b":")
            assert name.lower() == b"content-length"
            length = int(value)
        assert length, "the debugger's adapter hung up"
        return json.loads(self._stream.read(length))
