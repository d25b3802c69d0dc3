"""The examples as they are shipped, each on its platform's own runtime, with native libraries and real neighbours."""

from __future__ import annotations

import json
import runpy
import struct
import subprocess
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.conformance import Request
from tests.platforms.aws_lambda import records
from tests.runtimes import http
from tests.runtimes.azure_functions.test_azure_worker import EVENT_GRID_EVENT, QUEUE_METADATA
from tests.tools import require

from .projects import GIROCODE, GUESTBOOK, THUMBNAILS
from .served import SERVED, Place, Serve, aws_runtime, azure_app, google_framework

pytestmark = pytest.mark.runtime
on_every_platform = pytest.mark.parametrize("serve", SERVED.values(), ids=SERVED)
JSON = (("Content-Type", "application/json"),)
PAYMENT = {"name": "Café Zürich", "iban": "DE33 1002 0500 0001 1947 00", "amount": 12.5, "text": "Rechnung"}


@on_every_platform
def test_girocode_answers_with_a_png_and_says_what_is_wrong(serve: Serve) -> None:
    with serve(GIROCODE.function_dir, Place({})) as drivers:
        for driver in drivers:
            by_post = driver.send(post(PAYMENT))
            by_get = driver.send(Request("GET", f"/?{urlencode(PAYMENT)}"))
            wrong = driver.send(post(PAYMENT | {"amount": "NaN"}))

            assert (by_post.status, by_post.header("content-type")) == (200, "image/png")
            assert by_post.body == by_get.body
            assert size_of(by_post.body) == (270, 270)
            assert wrong.status == 422
            assert wrong.json() == {"errors": [{"field": "amount", "error": "Input should be a finite number"}]}


@on_every_platform
def test_guestbook_keeps_what_is_written_in_postgresql(serve: Serve, database: Place) -> None:
    with serve(GUESTBOOK.function_dir, database) as drivers:
        for driver in drivers:
            written = driver.send(post({"name": "Zoë 🎉", "message": "Robert'); DROP TABLE entries;--"}))
            newest = driver.send(Request("GET", "/?limit=1"))

            assert written.status == 201
            assert newest.json()["entries"] == [written.json()]
            assert newest.json()["older"] == f"?before={written.json()['id']}&limit=1"


@on_every_platform
def test_thumbnails_are_made_of_what_a_message_names(serve: Serve, storage: Path) -> None:
    with serve(THUMBNAILS.function_dir, place_of(storage)) as drivers:
        for number, driver in enumerate(drivers):
            (storage / "photos" / f"{number}.png").write_bytes(png())
            made = driver.send(post({"bucket": "photos", "key": f"{number}.png"}))
            broken = driver.send(post({"bucket": "photos", "key": "broken.png"}))

            small = (storage / "thumbnails" / f"{number}.png").read_bytes()
            assert made.json() == {"bucket": "thumbnails", "key": f"{number}.png", "bytes": len(small)}
            assert small.startswith(b"\xff\xd8")
            assert broken.status == 500


def test_lambda_tells_a_queue_which_pictures_failed(storage: Path) -> None:
    messages = {"1": "moon.png", "2": "broken.png", "3": "none.png"}
    batch = records.event(
        *(records.sqs(item_id, {"bucket": "photos", "key": key}) for item_id, key in messages.items())
    )
    place = place_of(storage, REPORT_BATCH_ITEM_FAILURES="1")
    with aws_runtime(THUMBNAILS.function_dir, place) as invoke:
        result = invoke(batch)

    assert result == {"batchItemFailures": [{"itemIdentifier": "2"}, {"itemIdentifier": "3"}]}
    assert made_in(storage) == ["moon.png"]


def test_lambda_is_told_of_a_picture_by_s3(storage: Path) -> None:
    record = records.s3("1") | {"s3": {"bucket": {"name": "photos"}, "object": {"key": "moon.png", "sequencer": "1"}}}
    with aws_runtime(THUMBNAILS.function_dir, place_of(storage)) as invoke:
        invoke(records.event(record))

    assert made_in(storage) == ["moon.png"]


def test_google_is_told_of_a_picture_by_cloud_storage(storage: Path) -> None:
    event = {"ce-specversion": "1.0", "ce-id": "1", "ce-type": "google.cloud.storage.object.v1.finalized"}
    event["ce-source"] = "//storage.googleapis.com/projects/_/buckets/photos"
    told = post({"bucket": "photos", "name": "moon.png"}, event)
    with google_framework(THUMBNAILS.function_dir, place_of(storage), "handle_event", "cloudevent") as port:
        reply = http.send(told, port)

    assert reply.status == 200
    assert made_in(storage) == ["moon.png"]


def test_azure_is_told_of_pictures_by_a_queue_and_by_event_grid(storage: Path) -> None:
    blob = EVENT_GRID_EVENT | {"subject": "/blobServices/default/containers/photos/blobs/sun.png"}
    (storage / "photos" / "sun.png").write_bytes(png())
    with azure_app(THUMBNAILS.function_dir, place_of(storage, QUEUE_NAME="pictures", EVENT_GRID="1")) as worker:
        worker.start()
        functions = {function.name: function for function in worker.load()}
        message = {"string": json.dumps({"bucket": "photos", "key": "moon.png"})}
        worker.invoke(functions["queue"], message, QUEUE_METADATA)
        worker.invoke(functions["event_grid"], {"json": json.dumps(blob)})

    assert made_in(storage) == ["moon.png", "sun.png"]


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    """Make a storage with a picture and with what is none, which every user of this machine may write to."""
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "moon.png").write_bytes(png())
    (photos / "broken.png").write_bytes(png()[:50])
    tmp_path.chmod(0o777)
    return tmp_path


@pytest.fixture(scope="module")
def database() -> Iterator[Place]:
    """Run a PostgreSQL with the guestbook's table, on a socket in its own folder."""
    require("postgres")
    postgres = runpy.run_path(str(GUESTBOOK.function_dir / "tests" / "postgres.py"))
    programs = postgres["programs_dir"]()
    with postgres["running"](programs) as server:
        psql = [
            programs / "psql",
            server.dsn,
            "--set=ON_ERROR_STOP=1",
            "--quiet",
            "--file",
            GUESTBOOK.folder / "schema.sql",
        ]
        subprocess.run(psql, check=True)
        # the user of the image has to find the socket
        server.folder.chmod(0o755)
        yield Place({"GUESTBOOK_DSN": server.dsn}, (server.folder,))


def place_of(storage: Path, **settings: str) -> Place:
    environ = {"STORAGE_DIR": str(storage), "THUMBNAILS_BUCKET": "thumbnails", **settings}
    return Place(environ, (storage,))


def made_in(storage: Path) -> list[str]:
    return sorted(path.name for path in (storage / "thumbnails").iterdir())


def post(value: Any, headers: Mapping[str, str] | None = None) -> Request:
    return Request("POST", "/", (*JSON, *(headers or {}).items()), json.dumps(value).encode())


def size_of(picture: bytes) -> tuple[int, ...]:
    """Return the width and height in a PNG's first chunk."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">2I", picture[16:24])


def png(width: int = 512, height: int = 256) -> bytes:
    """Return a grey PNG: https://www.w3.org/TR/png-3/#5DataRep."""
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    parts = ((b"IHDR", struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
