"""The folders of one function on Lambda, made here: its unpacked zip, and the modules that the runtime brings along."""

from __future__ import annotations

import importlib.metadata
import io
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...deploying.errors import BadSettings
from ...emulators.aws_lambda.runtime import Layout

# https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html: the runtime has the SDK too
_RUNTIME = (
    *("awslambdaric", "simplejson", "snapshot-restore-py"),
    *("boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3"),
)
_DEBUGGER = "debugpy"


@contextmanager
def laid_out(content: bytes, *, with_debugger: bool = False) -> Iterator[Layout]:
    """Unpack a zip for the time of the block. Raises BadSettings if a module of the runtime is not installed here."""
    with tempfile.TemporaryDirectory(prefix="lambda-") as folder:
        layout = Layout(*(Path(folder).resolve() / name for name in ("task", "runtime", "home")))
        for one in layout:
            one.mkdir()
        _unpack(content, layout.task_dir)
        for name in (*_RUNTIME, *([_DEBUGGER] if with_debugger else [])):
            link(name, layout.runtime_dir)
        yield layout


def _unpack(content: bytes, folder: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            path = Path(archive.extract(entry, folder))
            path.chmod(entry.external_attr >> 16 & 0o777)


def link(distribution: str, folder: Path) -> None:
    """Make a distribution's modules importable from a folder that has nothing else of this environment.

    Raises BadSettings if it is not installed.
    """
    try:
        found = importlib.metadata.distribution(distribution)
    except importlib.metadata.PackageNotFoundError:
        raise BadSettings(
            f"a local run needs {distribution}, which is not installed: pip install awslambdaric boto3 debugpy"
        ) from None
    for name in {file.parts[0] for file in found.files or ()}:
        if name not in ("..", "__pycache__") and not name.endswith(".dist-info"):
            (folder / name).symlink_to(Path(str(found.locate_file(name))).resolve())
