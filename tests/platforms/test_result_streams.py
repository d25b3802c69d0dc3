"""A streamed result: its bytes, and the promise that the handler's iterator is closed once, whatever happens."""

from __future__ import annotations

import gc
import io
from collections.abc import Iterator
from typing import Any

import pytest

from platforms.result import InvalidResult, Stream, normalise
from tests.platforms.builders import Chunks

TEXT, BYTES = "text/plain; charset=utf-8", "application/octet-stream"


def read(stream: Any) -> bytes:
    """Return a Stream's bytes, and close it."""
    assert isinstance(stream, Stream)
    data = b"".join(stream)
    stream.close()
    return data


class TestStreams:
    @pytest.mark.parametrize(
        ("chunks", "data", "content_type"),
        [
            ([], b"", BYTES),
            (["caf", "é"], "café".encode(), TEXT),
            ([b"a", "é", bytearray(b"b"), memoryview(b"c")], "aébc".encode(), BYTES),
        ],
    )
    def test_normalise_iterator_streams_bytes(self, chunks: list[Any], data: bytes, content_type: str) -> None:
        response = normalise(iter(chunks), "GET")

        assert response.headers == [("Content-Type", content_type)]
        assert read(response.body) == data

    def test_normalise_open_file_streams_and_is_closed(self) -> None:
        file = io.BytesIO(b"one\ntwo\n")

        assert read(normalise(file, "GET").body) == b"one\ntwo\n"
        assert file.closed

    def test_normalise_stream_itself_stays(self) -> None:
        assert read(normalise((Stream(iter(["x"])), 200, {"Content-Type": "a/b"}), "GET").body) == b"x"

    def test_normalise_failing_before_the_first_chunk_raises_and_closes(self) -> None:
        chunks = Chunks(RuntimeError("early"))

        with pytest.raises(RuntimeError, match="early"):
            normalise(chunks, "GET")
        assert chunks.closes == 1

    @pytest.mark.parametrize("first", [1, None, ["x"], "\ud800"])
    def test_normalise_first_chunk_of_rubbish_raises_and_closes(self, first: Any) -> None:
        """It is known before anything was sent, so it can still be a 500."""
        chunks = Chunks(first, b"more")

        with pytest.raises(InvalidResult):
            normalise(chunks, "GET")
        assert chunks.closes == 1

    def test_stream_later_chunk_of_rubbish_raises(self) -> None:
        stream = normalise(Chunks(b"a", 2), "GET").body

        assert next(stream) == b"a"
        with pytest.raises(InvalidResult, match="a stream yields bytes or str, this one gave a int"):
            next(stream)

    @pytest.mark.parametrize("drawn", [0, 1, 2, 3], ids=lambda drawn: f"after-{drawn}")
    def test_stream_closed_at_any_time_closes_the_iterator_once(self, drawn: int) -> None:
        """Also when the last reference to a half-read stream goes."""
        chunks = Chunks(b"a", b"b")
        stream = normalise(chunks, "GET").body
        for _ in range(drawn):
            next(stream, None)

        stream.close()
        stream.close()
        del stream
        gc.collect()
        assert chunks.closes == 1

    def test_stream_of_a_generator_runs_its_finally(self) -> None:
        ended: list[str] = []

        def generate() -> Iterator[bytes]:
            try:
                yield b"a"
                yield b"b"
            finally:
                ended.append("ended")

        stream = normalise(generate(), "GET").body
        next(stream)
        stream.close()

        assert ended == ["ended"]

    @pytest.mark.parametrize(
        "wrap",
        [
            lambda chunks: (chunks, 999),
            lambda chunks: (chunks, 200, {"X A": "1"}),
            lambda chunks: (chunks, 200, {}, "more"),
            lambda chunks: {"statusCode": 999, "body": chunks},
            lambda chunks: {"statusCode": 200, "body": chunks, "bodyy": 1},
            lambda chunks: {"statusCode": 200, "body": chunks, "isBase64Encoded": True},
        ],
        ids=["status", "header", "tuple", "envelope-status", "envelope-key", "envelope-base64"],
    )
    def test_normalise_refused_with_a_stream_inside_closes_it(self, wrap: Any) -> None:
        chunks = Chunks(b"a")

        with pytest.raises(InvalidResult):
            normalise(wrap(chunks), "GET")
        assert chunks.closes == 1
