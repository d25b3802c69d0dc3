"""Pictures in a folder, and what clouds and queues tell of them."""

import json
from base64 import b64encode
from io import BytesIO
from urllib.parse import quote

import pytest
from PIL import Image

from portable.testing import Client

KEY = "2026/my cat é.png"
IN_A_URL = "2026/my+cat+%C3%A9.png"
S3 = {"s3": {"bucket": {"name": "photos"}, "object": {"key": IN_A_URL}}}
BLOB = f"/blobServices/default/containers/photos/blobs/{KEY}"
MESSAGE = {"bucket": "photos", "key": KEY}
TOLD = {
    "message": ({}, MESSAGE),
    "S3": ({"ce-type": "com.amazonaws.s3.ObjectCreated:Put"}, S3),
    "Google": ({"ce-type": "google.cloud.storage.object.v1.finalized"}, {"bucket": "photos", "name": KEY}),
    "Pub/Sub": (
        {"ce-type": "google.cloud.pubsub.topic.v1.messagePublished"},
        {"message": {"data": b64encode(json.dumps(MESSAGE).encode()).decode()}},
    ),
    "Azure": ({"ce-type": "Microsoft.Storage.BlobCreated", "ce-subject": quote(BLOB)}, {}),
}

client = Client("thumbnails")
on_aws = Client("thumbnails", platform="aws_lambda")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Make the function's storage, with one picture in it."""
    monkeypatch.setenv("STORAGE_DIR", str(tmp_path))
    put(tmp_path, KEY, picture())
    return tmp_path


def picture(size=(1024, 512), mode="RGBA", **saved):
    content = BytesIO()
    Image.new(mode, size, "teal").save(content, **{"format": "PNG", **saved})
    return content.getvalue()


def put(folder, key, content):
    path = folder / "photos" / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def thumbnails(folder):
    """Return the size of each thumbnail that there is."""
    root = folder / "thumbnails"
    return {path.relative_to(root).as_posix(): size_of(path) for path in root.rglob("*.*")}


def size_of(path):
    with Image.open(path) as image:
        return image.size


def tell(headers, data):
    return client.post("/", json=data, headers={"ce-specversion": "1.0", "ce-id": "1", "ce-source": "s", **headers})


@pytest.mark.parametrize("teller", TOLD)
def test_each_that_tells_of_a_picture_is_understood(teller, folder, on_every_platform):
    r = tell(*TOLD[teller])

    assert r.status == 200
    assert thumbnails(folder) == {KEY: (256, 128)}
    assert r.json()["bytes"] == (folder / "thumbnails" / KEY).stat().st_size


@pytest.mark.parametrize(
    "kind",
    [
        "com.amazonaws.s3.ObjectRemoved:Delete",
        "google.cloud.storage.object.v1.deleted",
        "Microsoft.Storage.BlobDeleted",
    ],
)
def test_a_picture_that_was_deleted_has_no_thumbnail(kind, folder, on_every_platform):
    r = tell({"ce-type": kind, "ce-subject": "s"}, {})

    assert (r.status, r.body) == (200, b"")
    assert thumbnails(folder) == {}


@pytest.mark.parametrize(
    ("headers", "data"),
    [
        ({}, {"bucket": "photos"}),
        ({}, {"bucket": "photos", "key": 7}),
        ({}, ["photos", KEY]),
        ({"ce-type": "com.amazonaws.s3.ObjectCreated:Put"}, {}),
        ({"ce-type": "google.cloud.pubsub.topic.v1.messagePublished"}, {"message": {"data": "!"}}),
        ({"ce-type": "Microsoft.Storage.BlobCreated", "ce-subject": "elsewhere"}, {}),
    ],
)
def test_what_names_no_picture_is_a_400(headers, data, on_every_platform):
    assert tell(headers, data).status == 400


@pytest.mark.parametrize("key", ["../secret.png", "/etc/passwd", "a/../../../x.png"])
def test_no_key_leads_out_of_its_bucket(key, folder):
    (folder / "secret.png").write_bytes(picture())

    assert tell({}, {"bucket": "photos", "key": key}).status == 500
    assert tell({}, {"bucket": "..", "key": key}).status == 500
    assert thumbnails(folder) == {}


def test_a_thumbnail_has_no_thumbnail_of_its_own(folder):
    assert tell({}, {"bucket": "thumbnails", "key": KEY}).status == 500


def test_a_photo_is_turned_upright_and_loses_what_the_camera_wrote(folder):
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a camera"  # turned by a quarter, and who made it
    put(folder, "photo.jpg", picture((800, 400), "RGB", format="JPEG", exif=exif))

    assert tell({}, {"bucket": "photos", "key": "photo.jpg"}).status == 200
    with Image.open(folder / "thumbnails" / "photo.jpg") as small:
        assert small.size == (128, 256)
        assert not small.getexif()


def test_a_queue_is_told_which_of_its_messages_failed(folder, monkeypatch):
    monkeypatch.setenv("REPORT_BATCH_ITEM_FAILURES", "1")
    put(folder, "broken.png", picture()[:60])
    bodies = {
        "1": MESSAGE,
        "2": {"bucket": "photos", "key": "broken.png"},
        "3": {"bucket": "photos", "key": "none.png"},
    }

    result = on_aws.event({"Records": [sqs(number, json.dumps(body)) for number, body in bodies.items()]})

    assert result == {"batchItemFailures": [{"itemIdentifier": "2"}, {"itemIdentifier": "3"}]}
    assert thumbnails(folder) == {KEY: (256, 128)}


def test_a_bucket_is_told_of_a_failure_by_an_exception(folder):
    put(folder, "broken.png", picture()[:60])
    record = {"eventSource": "aws:s3", "awsRegion": "eu-west-1", "eventName": "ObjectCreated:Put"}
    item = {"key": "broken.png", "sequencer": "1"}

    with pytest.raises(OSError, match="truncated"):
        on_aws.event({"Records": [record | {"s3": {"bucket": {"name": "photos"}, "object": item}}]})


def sqs(number, body):
    source = {"eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:pictures"}
    return {"messageId": number, "body": body, **source}
