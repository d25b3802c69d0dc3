"""The requirements.txt of a package: the platform's own and the function's, as pip takes them together."""

from __future__ import annotations

from pathlib import Path

import pytest

from portable.packaging.errors import PackageError
from portable.packaging.requirements import merged

HASHED = f"server==1.0 --hash=sha256:{'a' * 64} --hash=sha256:{'b' * 64}"


def write(folder: Path, text: str) -> Path:
    """Write a requirements.txt, and return its folder."""
    (folder / "requirements.txt").write_bytes(text.encode())
    return folder


def test_function_without_any_gets_the_platform_s_with_their_hashes(tmp_path: Path) -> None:
    assert merged(tmp_path, HASHED) == f"{HASHED}\n".encode()
    assert merged(write(tmp_path, "\n# none\n"), HASHED) == f"{HASHED}\n\n# none\n".encode()
    assert merged(write(tmp_path, "")) == b""


def test_function_s_lines_follow_unchanged(tmp_path: Path) -> None:
    text = '# é\nFirst[extra] >= 1 ; python_version < "3.12"\r\nsecond @ https://example.com/second.whl'

    assert merged(write(tmp_path, text), "server~=1.0").decode() == "server~=1.0\n" + text.replace("\r\n", "\n") + "\n"


def test_mark_that_windows_editors_put_first_does_not_end_up_within(tmp_path: Path) -> None:
    assert merged(write(tmp_path, "\ufefffast_server\n"), "fast-server==1.0", "other") == b"other\nfast_server\n"


def test_hashes_are_left_out_where_the_function_has_none(tmp_path: Path) -> None:
    assert merged(write(tmp_path, "one==1\n"), HASHED) == b"server==1.0\none==1\n"


def test_hashes_are_kept_where_the_function_has_some(tmp_path: Path) -> None:
    text = f"one==1 \\\n    --hash=sha256:{'c' * 64}\n"

    assert merged(write(tmp_path, text), HASHED) == f"{HASHED}\n{text}".encode()


def test_hashes_of_the_function_alone_are_an_error(tmp_path: Path) -> None:
    write(tmp_path, f"one==1 --hash=sha256:{'c' * 64}\n")

    with pytest.raises(PackageError, match=r"has hashes, so pip wants one of 'server~=1\.0' too"):
        merged(tmp_path, "server~=1.0")


@pytest.mark.parametrize("line", ["Fast.Server==0.9", "fast_server", "fast-server[all]>=2"])
def test_what_the_function_requires_itself_is_its_own_choice(tmp_path: Path, line: str) -> None:
    assert merged(write(tmp_path, f"{line}\n"), "fast-server==1.0", "other") == f"other\n{line}\n".encode()


@pytest.mark.parametrize(
    "line",
    [
        *("-r more.txt", "-rmore.txt", "--requirement=more.txt", "-c limits.txt", "--constraint limits.txt", "-e ."),
        *("./own.whl", "../own", "/home/own.whl", "file:own.whl", "own @ file:///own.whl", "own@ file:own.whl"),
        *("wheels/own", "own-1.0+a-py3-none-any.whl", "own-1.0.tar.gz ; os_name == 'posix'", "git+file:///own#egg=own"),
        *("--find-links ../wheels", "--find-links=wheels", "-f wheels", "  -r more.txt"),
    ],
)
def test_line_that_leads_to_a_file_is_an_error(tmp_path: Path, line: str) -> None:
    with pytest.raises(PackageError, match="which leads to other files"):
        merged(write(tmp_path, f"one\n{line}\n"))


@pytest.mark.parametrize(
    "line",
    ["--find-links https://example.com/", "-i https://example.com/", "--pre", "files==1", "https://example.com/a.whl"],
)
def test_other_options_are_kept(tmp_path: Path, line: str) -> None:
    assert merged(write(tmp_path, f"{line}\n")) == f"{line}\n".encode()


def test_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_bytes(b"\xff")

    with pytest.raises(PackageError, match=r"requirements\.txt cannot be read"):
        merged(tmp_path)
