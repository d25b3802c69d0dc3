"""`python -m platforms.openfaas.healthcheck`: exit 0 if the function on this machine answers /_/health with 200."""

from __future__ import annotations

import os
import socket
import sys


def is_healthy(port: int, timeout_s: float = 2.0) -> bool:
    """Ask once, with no more than a socket, so that a check costs little."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout_s) as connection:
            connection.sendall(b"GET /_/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return connection.recv(16).split(b" ")[1:2] == [b"200"]
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(not is_healthy(int(os.environ.get("PORT", "8080"))))
