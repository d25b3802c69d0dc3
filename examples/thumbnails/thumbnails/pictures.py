"""Which picture an event is about: each cloud's bucket tells it in its own words, and a queue's message in ours."""

from __future__ import annotations

from base64 import b64decode
from json import loads
from typing import Any, NamedTuple
from urllib.parse import unquote, unquote_plus

from platforms import BadRequest, Event


class Picture(NamedTuple):
    """Where a picture lies."""

    bucket: str
    key: str


def picture_of(event: Event) -> Picture | None:
    """Return the picture that an event is about; None if it is about something else that happened to a bucket.

    Raises BadRequest for what is no such event.
    """
    kind, data = event.headers.get("ce-type", ""), event.json()
    try:
        if kind.startswith("com.amazonaws.s3."):
            return _of_s3(kind, data)
        if kind.startswith("google.cloud.storage."):
            # https://github.com/googleapis/google-cloudevents/blob/main/proto/google/events/cloud/storage/v1/data.proto
            return Picture(data["bucket"], data["name"]) if kind.endswith(".finalized") else None
        if kind.startswith("Microsoft.Storage."):
            return _of_azure(kind, unquote(event.headers["ce-subject"]))
        if kind.startswith("google.cloud.pubsub."):
            # https://github.com/googleapis/google-cloudevents/blob/main/proto/google/events/cloud/pubsub/v1/data.proto
            data = loads(b64decode(data["message"]["data"]))
        return _of_message(data)
    except (KeyError, TypeError, ValueError) as error:
        raise BadRequest(f"{kind or 'the message'} names no picture by its bucket and key: {error!r}") from error


def _of_s3(kind: str, data: Any) -> Picture | None:
    if ".ObjectCreated:" not in kind:
        return None
    # a blank in a key comes as a +: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    return Picture(data["s3"]["bucket"]["name"], unquote_plus(data["s3"]["object"]["key"]))


def _of_azure(kind: str, subject: str) -> Picture | None:
    if kind != "Microsoft.Storage.BlobCreated":
        return None
    # /blobServices/default/containers/CONTAINER/blobs/KEY: https://learn.microsoft.com/azure/event-grid/event-schema-blob-storage
    container, key = subject.removeprefix("/blobServices/default/containers/").split("/blobs/", 1)
    return Picture(container, key)


def _of_message(data: Any) -> Picture:
    bucket, key = data["bucket"], data["key"]
    if not (isinstance(bucket, str) and isinstance(key, str) and bucket and key):
        raise TypeError("both are texts")
    return Picture(bucket, key)
