"""A zip that is nothing but its content."""

from __future__ import annotations

import io
import zipfile

import pytest

from portable.packaging import zip_file

FILES = {"b/two.py": b"2", "a.py": b"1" * 100, "b/run.sh": b"#!/bin/sh\n", "b/tool": b"\x7fELF", "é.txt": "é".encode()}


def entries(packed: bytes) -> list[zipfile.ZipInfo]:
    """Return what is in a zip."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return archive.infolist()


def test_content_is_what_was_given() -> None:
    with zipfile.ZipFile(io.BytesIO(zip_file.pack(FILES))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
        assert archive.testzip() is None


def test_entries_are_sorted_with_one_date_and_unix_permissions() -> None:
    packed = entries(zip_file.pack(FILES))

    assert [entry.filename for entry in packed] == sorted(FILES)
    assert {entry.date_time for entry in packed} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.create_system for entry in packed} == {3}
    assert {entry.filename: oct(entry.external_attr >> 16) for entry in packed} == {
        "a.py": "0o100644",
        "b/run.sh": "0o100755",
        "b/tool": "0o100755",
        "b/two.py": "0o100644",
        "é.txt": "0o100644",
    }


def test_order_does_not_matter() -> None:
    turned = dict(reversed(FILES.items()))

    assert zip_file.pack(turned) == zip_file.pack(FILES)
    assert zip_file.digest(turned) == zip_file.digest(FILES)


@pytest.mark.parametrize("level", [0, 1, 6])
def test_digest_is_that_of_the_content_however_it_is_packed(level: int) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for path, content in FILES.items():
            archive.writestr(path, content)
        again = {name: archive.read(name) for name in archive.namelist()}

    assert packed.getvalue() != zip_file.pack(FILES)
    assert zip_file.digest(again) == zip_file.digest(FILES)


@pytest.mark.parametrize(
    "other",
    [
        {**FILES, "a.py": b"2"},
        {**FILES, "c.py": b""},
        {"z.py" if path == "a.py" else path: FILES[path] for path in FILES},
    ],
    ids=["content", "added", "renamed"],
)
def test_digest_is_another_for_other_files(other: dict[str, bytes]) -> None:
    assert zip_file.digest(other) != zip_file.digest(FILES)


def test_digest_counts_that_there_is_bytecode_and_not_which() -> None:
    one, other = ({**FILES, "__pycache__/a.cpython-313.pyc": content} for content in (b"1", b"2"))

    assert zip_file.digest(one) == zip_file.digest(other) != zip_file.digest(FILES)


def test_code_sha256_is_as_lambda_gives_it() -> None:
    """The value is of `printf '' | openssl dgst -sha256 -binary | base64`."""
    assert zip_file.code_sha256(b"") == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
