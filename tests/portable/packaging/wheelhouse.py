"""Packages made by hand in a folder that uv takes for its index: real installations without a network."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

ELF_X86_64 = b"\x7fELF" + bytes(14) + b"\x3e\x00"
ELF_ARM64 = b"\x7fELF" + bytes(14) + b"\xb7\x00"


def make_wheel(
    folder: Path,
    name: str,
    tag: str = "py3-none-any",
    *,
    files: Mapping[str, bytes] | None = None,
    requires: tuple[str, ...] = (),
    script: str = "",
    version: str = "1.0",
) -> None:
    """Write a package's wheel for a tag; without files it has one module of its name, and `script` is its command."""
    info = f"{name}-{version}.dist-info"
    files = {f"{name}.py": b"", **({} if files is None else files)}
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {one}" for one in requires]
    wheel = ["Wheel-Version: 1.0", "Generator: by hand", "Root-Is-Purelib: true", f"Tag: {tag}"]
    entries = {f"{info}/METADATA": "\n".join(lines) + "\n", f"{info}/WHEEL": "\n".join(wheel) + "\n"}
    if script:
        entries[f"{info}/entry_points.txt"] = f"[console_scripts]\n{script} = {name}:main\n"
    with zipfile.ZipFile(folder / f"{name}-{version}-{tag}.whl", "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
        for path, text in entries.items():
            archive.writestr(path, text)
        archive.writestr(f"{info}/RECORD", "".join(f"{path},,\n" for path in [*files, *entries, f"{info}/RECORD"]))


def make_source(folder: Path, name: str) -> None:
    """Write `name`-1.0 as source alone."""
    content = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode()
    with tarfile.open(folder / f"{name}-1.0.tar.gz", "w:gz") as archive:
        entry = tarfile.TarInfo(f"{name}-1.0/PKG-INFO")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))


def make_folder(folder: Path, name: str, *, files: Mapping[str, bytes]) -> None:
    """Write a project that a requirement names by its folder; its build gives a wheel that is made now."""
    folder.mkdir()
    make_wheel(folder, name, files=files)
    (wheel,) = folder.glob("*.whl")
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "{name}"\nversion = "1.0"\n'
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    (folder / "backend.py").write_text(
        "import shutil\ndef build_wheel(folder, *_):\n"
        f"    shutil.copy({str(wheel)!r}, folder)\n    return {wheel.name!r}\n"
    )


def require(function_dir: Path, wheelhouse: Path, *lines: str) -> Path:
    """Write a requirements.txt of these lines, for which uv looks nowhere but in the folder; return its path."""
    path = function_dir / "requirements.txt"
    path.write_text("\n".join(["--no-index", f"--find-links {wheelhouse}", *lines]) + "\n")
    return path
