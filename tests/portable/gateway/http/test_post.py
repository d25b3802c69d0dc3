"""One POST to a receiver: over TLS, and with odd replies; where it may go is in queue/test_callbacks.py."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from portable.gateway.http.addresses import Allowed
from portable.gateway.http.post import CallbackUrl, NotPosted, Post

from ..peers import on_loop
from ..peers.upstream import replica, sends

NAME = "hook.example"


async def here(_host: str, _port: int) -> list[str]:
    """Look a name up."""
    return ["127.0.0.1"]


def post() -> Post:
    """Return what may post to this machine."""
    return Post(Allowed(["127.0.0.1"]), here)


class TestTls:
    @on_loop
    async def test_receiver_is_asked_for_the_name_of_the_url(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with listening(certificate(tmp_path)) as port:
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
            body = b"z" * 1_000_000

            assert await post().send(CallbackUrl(True, NAME, port, "/"), b"X-One: 1\r\n", body) == 202
            with pytest.raises(NotPosted, match=r"not valid for .other\.example."):
                await post().send(CallbackUrl(True, "other.example", port, "/"), b"", b"")

    @on_loop
    async def test_receiver_whose_certificate_nobody_vouches_for_is_not_posted_to(self, tmp_path: Path) -> None:
        async with listening(certificate(tmp_path)) as port:
            with pytest.raises(NotPosted, match="CERTIFICATE_VERIFY_FAILED"):
                await post().send(CallbackUrl(True, NAME, port, "/"), b"", b"")


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 600 X\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 999 X\r\n\r\n",
        b"HTTP/2 200 X\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Half: ",
        b"HTTP/1.1 103 Early Hints\r\n\r\n",
        b"",
    ],
)
@on_loop
async def test_reply_that_is_not_whole_or_not_http_is_an_error(reply: bytes) -> None:
    async with replica(sends(reply, ends=True)) as receiver:
        with pytest.raises(NotPosted, match="could not be posted to"):
            await post().send(CallbackUrl(False, NAME, receiver.port, "/"), b"", b"")


@pytest.mark.parametrize(
    "lines",
    [
        b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
        b"Content-Length: 2\r\nContent-Length: 2\r\n",
        b"X-One: 1\r\n folded\r\n",
        b"Bad Header: x\r\n",
    ],
)
@on_loop
async def test_status_counts_though_the_head_after_it_breaks_the_rules(lines: bytes) -> None:
    """The callback has arrived: it must not be posted again."""
    async with replica(sends(b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n", ends=True)) as receiver:
        assert await post().send(CallbackUrl(False, NAME, receiver.port, "/"), b"", b"") == 200


@asynccontextmanager
async def listening(certificate_path: Path) -> AsyncIterator[int]:
    """Give the port of a receiver that speaks TLS, reads a request and answers 202."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_path)

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(receive, "127.0.0.1", 0, ssl=context)
    yield server.sockets[0].getsockname()[1]
    server.close()


def certificate(folder: Path) -> Path:
    """Return a file with a certificate for NAME, which it signed itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
