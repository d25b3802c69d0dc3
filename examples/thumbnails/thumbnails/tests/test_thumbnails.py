"""Pictures in a folder, and what clouds and queues tell of them."""

import json
from base64 import b64encode
from io import BytesIO

import pytest
from PIL import Image

from portable.testing import Client

KEY = "2026/my cat é.png"
MESSAGE = {"bucket": "photos", "key": KEY}
BLOB = f"/blobServices/default/containers/photos/blobs/{KEY}"


def cloud_event(kind, data, subject="s"):
    return {"specversion": "1.0", "id": "1", "source": "/cloud", "type": kind, "subject": subject, "data": data}


MADE = {
    "Google": cloud_event("google.cloud.storage.object.v1.finalized", {"bucket": "photos", "name": KEY}),
    "Pub/Sub": cloud_event(
        "google.cloud.pubsub.topic.v1.messagePublished",
        {"message": {"data": b64encode(json.dumps(MESSAGE).encode()).decode()}},
    ),
    "Azure": cloud_event("Microsoft.Storage.BlobCreated", {}, BLOB),
    "a queue": cloud_event("aws.sqs.message", MESSAGE),
}
DELETED = [
    cloud_event("com.amazonaws.s3.ObjectRemoved:Delete", {}),
    cloud_event("google.cloud.storage.object.v1.deleted", {}),
    cloud_event("Microsoft.Storage.BlobDeleted", {}),
]
NO_PICTURE = [
    cloud_event("aws.sqs.message", {"bucket": "photos"}),
    cloud_event("aws.sqs.message", {"bucket": "photos", "key": 7}),
    cloud_event("aws.sqs.message", ["photos", KEY]),
    cloud_event("com.amazonaws.s3.ObjectCreated:Put", {}),
    cloud_event("google.cloud.pubsub.topic.v1.messagePublished", {"message": {"data": "!"}}),
    cloud_event("Microsoft.Storage.BlobCreated", {}, "elsewhere"),
]

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


@pytest.mark.parametrize("teller", MADE)
def test_each_cloud_tells_of_a_picture_in_its_own_words(teller, folder, on_every_platform):
    client.event(MADE[teller])

    assert thumbnails(folder) == {KEY: (256, 128)}


def test_a_request_may_name_a_picture_too(folder, on_every_platform):
    r = client.post("/", json=MESSAGE)

    assert r.status == 200
    assert r.json() == {"bucket": "thumbnails", "key": KEY, "bytes": (folder / "thumbnails" / KEY).stat().st_size}


@pytest.mark.parametrize("event", DELETED, ids=lambda event: event["type"])
def test_a_picture_that_was_deleted_has_no_thumbnail(event, folder, on_every_platform):
    client.event(event)

    assert thumbnails(folder) == {}


@pytest.mark.parametrize("event", NO_PICTURE)
def test_what_names_no_picture_is_refused(event, on_every_platform):
    with pytest.raises(Exception, match="names no picture"):  # what kind of exception is the platform's
        client.event(event)


@pytest.mark.parametrize("key", ["../secret.png", "/etc/passwd", "a/../../../x.png"])
def test_no_key_leads_out_of_its_bucket(key, folder):
    (folder / "secret.png").write_bytes(picture())

    assert client.post("/", json={"bucket": "photos", "key": key}).status == 500
    assert client.post("/", json={"bucket": "..", "key": key}).status == 500
    assert thumbnails(folder) == {}


def test_a_thumbnail_has_no_thumbnail_of_its_own(folder):
    assert client.post("/", json={"bucket": "thumbnails", "key": KEY}).status == 500


def test_a_photo_is_turned_upright_and_loses_what_the_camera_wrote(folder):
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a camera"  # turned by a quarter, and who made it
    put(folder, "photo.jpg", picture((800, 400), "RGB", format="JPEG", exif=exif))

    assert client.post("/", json={"bucket": "photos", "key": "photo.jpg"}).status == 200
    with Image.open(folder / "thumbnails" / "photo.jpg") as small:
        assert small.size == (128, 256)
        assert not small.getexif()


def test_s3_tells_of_a_picture(folder):
    on_aws.event("s3", KEY)

    assert thumbnails(folder) == {KEY: (256, 128)}


def test_s3_is_told_of_a_failure_by_an_exception(folder):
    put(folder, "broken.png", picture()[:60])

    with pytest.raises(OSError, match="truncated"):
        on_aws.event("s3", "broken.png")


def test_a_queue_is_told_which_of_its_messages_failed(folder, monkeypatch):
    monkeypatch.setenv("REPORT_BATCH_ITEM_FAILURES", "1")
    put(folder, "broken.png", picture()[:60])
    keys = {"1": KEY, "2": "broken.png", "3": "none.png"}
    messages = [message(number, json.dumps({"bucket": "photos", "key": key})) for number, key in keys.items()]

    result = on_aws.event({"Records": messages})

    assert result == {"batchItemFailures": [{"itemIdentifier": "2"}, {"itemIdentifier": "3"}]}
    assert thumbnails(folder) == {KEY: (256, 128)}


def message(number, body):
    queue = {"eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:pictures"}
    return {"messageId": number, "body": body, **queue}
