"""What the gateway's process needs at most while 100 MB go through it: the kernel's own peak, VmHWM."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from .gateway_places import places
from .gateway_server import Gateway
from .report import Aim, show_table

MEGABYTES = 100
PIECE = bytes(100_000)
AIM_MB = 100
LATE_S = 1.0


def run(*, rounds: int | None, quick: bool) -> list[Aim]:
    """Print the table and return the aims."""
    rows: dict[str, Sequence[str]] = {}
    aims = []
    for title, place in places().items():
        with place({"fn": {}}) as found:
            pid, gateway = found.gateway.child.pid, found.gateway
            idle_mb = memory_mb(pid, "VmRSS")
            peaks_mb = []
            for what, transfer in TRANSFERS.items():
                Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak begins anew: proc_pid_clear_refs(5)
                began_s = time.monotonic()
                transfer(gateway)
                took_s = time.monotonic() - began_s
                peaks_mb.append(memory_mb(pid, "VmHWM"))
                rows[f"{title}: {what}"] = (f"{idle_mb:.1f}", f"{peaks_mb[-1]:.1f}", f"{took_s:.1f}")
        text = f"gateway, {title}: {MEGABYTES} MB up and {MEGABYTES} MB down with a peak under {AIM_MB} MB"
        aims.append(Aim(text, f"{max(peaks_mb):.0f} MB", max(peaks_mb) < AIM_MB))
    show_table("Gateway: memory of its process", ("idle MB", "peak MB", "took s"), rows)
    return aims


def _up(gateway: Gateway) -> None:
    """Send MEGABYTES. Raises RuntimeError unless the function had all of them."""
    with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
        connection.sendall(_head(gateway, "/function/fn/up", MEGABYTES * 1_000_000))
        for _ in range(MEGABYTES * 10):
            connection.sendall(PIECE)
        received = _read(connection)
    if not received.endswith(str(MEGABYTES * 1_000_000).encode()):
        raise RuntimeError(f"the function did not get {MEGABYTES} MB: {received!r}")


def _down(gateway: Gateway, late_s: float = 0.0) -> None:
    """Have MEGABYTES sent, and read them after a while. Raises RuntimeError unless all of them come."""
    with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
        connection.sendall(_head(gateway, f"/function/fn/down/{MEGABYTES}", 0))
        time.sleep(late_s)  # a client that takes nothing meanwhile
        count = 0
        while piece := connection.recv(1 << 18):
            count += len(piece)
    if count < MEGABYTES * 1_000_000:
        raise RuntimeError(f"{count} bytes came, not {MEGABYTES} MB")


def _both(gateway: Gateway) -> None:
    up = threading.Thread(target=_up, args=(gateway,))
    up.start()
    _down(gateway)
    up.join()


TRANSFERS: Mapping[str, Callable[[Gateway], None]] = {
    f"{MEGABYTES} MB up": _up,
    f"{MEGABYTES} MB down": _down,
    f"{MEGABYTES} MB down, its reader {LATE_S:g} s late": lambda gateway: _down(gateway, LATE_S),
    "both at once": _both,
}


def _head(gateway: Gateway, target: str, length: int) -> bytes:
    lines = (f"POST {target} HTTP/1.1", f"Host: 127.0.0.1:{gateway.port}", f"Content-Length: {length}")
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode()


def _read(connection: socket.socket) -> bytes:
    received = b""
    while piece := connection.recv(1 << 16):
        received += piece
    return received


def memory_mb(pid: int, name: str) -> float:
    found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) * 1024 / 1e6 if found else 0.0
