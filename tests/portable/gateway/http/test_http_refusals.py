"""What the server does not take: requests that two readers could read as two, and more than a client may send."""

from __future__ import annotations

import pytest

from portable.gateway.http.reader import MAX_HEAD_BYTES, MAX_HEADERS

from ..peers import on_loop
from ..peers.client import request
from ..peers.serving import MAX_BODY_BYTES, client_of

CLOSE = "Connection: close"
HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
REFUSED = {
    "both framings": HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "both framings, turned": HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "two lengths": HEAD + b"Content-Length: 0\r\nContent-Length: 35\r\n\r\n" + SMUGGLED,
    "a list of lengths": HEAD + b"Content-Length: 0, 35\r\n\r\n" + SMUGGLED,
    "a signed length": HEAD + b"Content-Length: +0\r\n\r\n" + SMUGGLED,
    "a length beyond 64 bits": HEAD + b"Content-Length: 18446744073709551616\r\n\r\n" + SMUGGLED,
    "chunked twice": HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "chunked in a list": HEAD + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "chunked before HTTP/1.1": b"POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "a folded header": HEAD + b"A: b\r\n c\r\n\r\n" + SMUGGLED,
    "a space before the colon": HEAD + b"Content-Length : 0\r\n\r\n" + SMUGGLED,
    "a bad name": HEAD + b"A(b: c\r\n\r\n" + SMUGGLED,
    "a NUL": HEAD + b"A: b\0c\r\n\r\n" + SMUGGLED,
    "a bare CR": HEAD + b"A: b\rC: d\r\n\r\n" + SMUGGLED,
    "bare LFs": b"GET / HTTP/1.1\nHost: x\n\n" + SMUGGLED,
    "a chunk longer than it says": HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n" + SMUGGLED,
    "a chunk ended by LF": HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\na\n0\r\n\r\n" + SMUGGLED,
    "a signed chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n+1\r\na\r\n0\r\n\r\n" + SMUGGLED,
    "no Host": b"GET / HTTP/1.1\r\n\r\n" + SMUGGLED,
    "two Hosts": HEAD + b"Host: y\r\n\r\n" + SMUGGLED,
    "another version": b"GET / HTTP/1.2\r\nHost: x\r\n\r\n" + SMUGGLED,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no method": b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n" + SMUGGLED,
    "a target that is no path": b"GET a HTTP/1.1\r\nHost: x\r\n\r\n" + SMUGGLED,
    "CONNECT": b"CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n" + SMUGGLED,
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 200,
}


class TestRefusals:
    @pytest.mark.parametrize("raw", REFUSED.values(), ids=REFUSED.keys())
    @on_loop
    async def test_request_that_could_be_read_twice_is_refused_and_nothing_after_it(self, raw: bytes) -> None:
        async with client_of() as client:
            await client.send(raw)
            reply = await client.reply()

            assert reply.status == 400
            assert reply.header("content-type") == "text/plain; charset=utf-8"
            assert reply.header("connection") == "close"
            assert await client.is_closed()

    @pytest.mark.parametrize("coding", ["gzip, chunked", "xchunked", "identity", '"chunked"'])
    @on_loop
    async def test_coding_other_than_chunked_is_not_supported(self, coding: str) -> None:
        async with client_of() as client:
            reply = await client.ask("POST", "/", f"Transfer-Encoding: {coding}")

            assert reply.status == 501
            assert await client.is_closed()

    @on_loop
    async def test_bad_request_after_a_good_one_is_refused_in_its_turn(self) -> None:
        async with client_of() as client:
            await client.send(request("GET", "/good") + b"GET / HTTP/1.1\r\n\r\n" + SMUGGLED)

            assert [(await client.reply()).status for _ in range(2)] == [200, 400]
            assert await client.is_closed()

    @on_loop
    async def test_request_after_the_last_is_not_answered(self) -> None:
        async with client_of() as client:
            await client.send(request("GET", "/last", CLOSE) + SMUGGLED)

            assert (await client.reply()).body == b"GET /last "
            assert await client.is_closed()

    @pytest.mark.parametrize("pieces", [1, 1000], ids=["at once", "in pieces"])
    @on_loop
    async def test_head_of_64_kib_is_too_large(self, pieces: int) -> None:
        async with client_of() as client:
            assert (await client.ask("GET", "/", "X: " + "y" * (MAX_HEAD_BYTES - 1000))).status == 200
            size = 3 * MAX_HEAD_BYTES // pieces
            await client.send(HEAD + b"X: ", *(b"y" * size for _ in range(pieces)))
            reply = await client.reply()

            assert reply.status == 431
            assert await client.is_closed()

    @on_loop
    async def test_long_target_is_too_large(self) -> None:
        async with client_of() as client:
            reply = await client.ask("GET", "/" + "a" * (2 * MAX_HEAD_BYTES))

            assert reply.status == 431

    @on_loop
    async def test_too_many_headers_are_refused(self) -> None:
        async with client_of() as client:
            assert (await client.ask("GET", "/", *["A: b"] * (MAX_HEADERS - 1))).status == 200
            assert (await client.ask("GET", "/", *["A: b"] * MAX_HEADERS)).status == 431

    @pytest.mark.parametrize("rest", [b"T: " + b"v" * 4 * MAX_HEAD_BYTES, b"T: v\r\n" * MAX_HEAD_BYTES])
    @on_loop
    async def test_trailers_without_end_are_refused(self, rest: bytes) -> None:
        async with client_of() as client:
            await client.send(request("POST", "/", "Transfer-Encoding: chunked") + b"0\r\n", rest)

            assert (await client.reply()).status == 431

    @on_loop
    async def test_chunk_extension_without_end_is_refused(self) -> None:
        async with client_of() as client:
            await client.send(request("POST", "/", "Transfer-Encoding: chunked") + b"1;x=", b"y" * 4 * MAX_HEAD_BYTES)

            assert (await client.reply()).status == 431

    @on_loop
    async def test_announced_body_over_the_limit_is_refused_unread(self) -> None:
        async with client_of() as client:
            await client.send(request("PUT", "/", f"Content-Length: {MAX_BODY_BYTES + 1}", "Expect: 100-continue"))
            reply = await client.reply()

            assert reply.status == 413
            assert str(MAX_BODY_BYTES) in reply.text

    @on_loop
    async def test_chunked_body_over_the_limit_is_refused_and_its_answer_can_be_read(self) -> None:
        async with client_of() as client:
            await client.send(request("PUT", "/", "Transfer-Encoding: chunked"))
            for _ in range(40):
                await client.send(b"20000\r\n" + b"x" * 0x20000 + b"\r\n")

            assert (await client.reply()).status == 413

    @on_loop
    async def test_slow_head_is_timed_out(self) -> None:
        async with client_of(read_timeout_s=0.2) as client:
            await client.send(b"GET / HTTP/1.1\r\nHost:")
            reply = await client.reply()

            assert reply.status == 408
            assert "read_timeout" in reply.text
            assert await client.is_closed()

    @on_loop
    async def test_slow_body_is_timed_out(self) -> None:
        async with client_of(read_timeout_s=0.2) as client:
            await client.send(request("POST", "/", body=b"abc")[:-1])

            assert (await client.reply()).status == 408
            assert await client.is_closed()

    @on_loop
    async def test_idle_connection_is_closed_without_a_word(self) -> None:
        async with client_of(read_timeout_s=0.2) as client:
            assert (await client.ask("GET", "/")).status == 200
            assert await client.is_closed()
