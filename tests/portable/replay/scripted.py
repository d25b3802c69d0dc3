"""A server that answers one connection after another by a script, byte for byte, and keeps what it was sent."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from queue import SimpleQueue

PATIENCE_S = 30.0
Script = Sequence[bytes | threading.Event]


class Scripted:
    """`script` is what is sent to the next that connects; an Event in it is waited for. Then the connection closes."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self.script: Script = [b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwell"]
        self.requests: SimpleQueue[bytes] = SimpleQueue()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def request(self) -> bytes:
        """Return the next request, its head and body as they came."""
        return self.requests.get(timeout=PATIENCE_S)

    def serve(self) -> None:
        """Serve until the listener is closed."""
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(65536)
        head = received.partition(b"\r\n\r\n")[0].lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        while len(received) < len(head) + 4 + length:
            received += connection.recv(65536)
        self.requests.put(received)
        with suppress(ConnectionError):  # whoever asked has gone
            for step in self.script:
                if isinstance(step, bytes):
                    connection.sendall(step)
                else:
                    assert step.wait(PATIENCE_S)


@contextmanager
def scripted() -> Iterator[Scripted]:
    """Run the server for the time of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Scripted(listener)
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(PATIENCE_S)
