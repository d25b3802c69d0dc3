"""Where pictures lie: a folder of this machine, or any store that speaks S3."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Protocol


class Storage(Protocol):
    """Buckets, with a content for each key."""

    def read(self, bucket: str, key: str) -> bytes: ...
    def write(self, bucket: str, key: str, content: bytes) -> None: ...


class Folder:
    """A folder with a folder for each bucket, such as a mounted share."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def read(self, bucket: str, key: str) -> bytes:
        return self._path(bucket, key).read_bytes()

    def write(self, bucket: str, key: str, content: bytes) -> None:
        path = self._path(bucket, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def _path(self, bucket: str, key: str) -> Path:
        folder = (self._root / bucket).resolve()
        path = (folder / key).resolve()
        if folder.parent != self._root or not path.is_relative_to(folder):
            raise ValueError(f"{key!r} leads out of the bucket {bucket!r}")
        return path


class S3:
    """AWS's S3, or what speaks its protocol at AWS_ENDPOINT_URL: MinIO, Ceph, R2, Google's interoperable API."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def read(self, bucket: str, key: str) -> bytes:
        content: bytes = self._client.get_object(Bucket=bucket, Key=key)["Body"].read()
        return content

    def write(self, bucket: str, key: str, content: bytes) -> None:
        self._client.put_object(Bucket=bucket, Key=key, Body=content, ContentType="image/jpeg")


def storage(environ: Mapping[str, str]) -> Storage:
    """Return the folder that STORAGE_DIR names; without it, S3."""
    folder = environ.get("STORAGE_DIR")
    return Folder(Path(folder)) if folder else _s3()


@cache
def _s3() -> S3:
    import boto3  # it takes longer to import than a thumbnail to make

    return S3(boto3.client("s3"))
