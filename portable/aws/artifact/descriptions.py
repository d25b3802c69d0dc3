"""What the description of a published version says: which commit it was made from, and which code it is."""

from __future__ import annotations

import re

from .target import Package

_DESCRIPTION = re.compile(r"(?:commit (?P<commit>\S+); )?code (?P<digest>[0-9a-f]{64})")


def release_description(package: Package) -> str:
    """Return `commit abc1234; code <digest>`; without git `code <digest>` alone."""
    code = f"code {package.digest}"
    return f"commit {package.commit}; {code}" if package.commit else code


def code_digest_of(description: str) -> str | None:
    """Return the digest of the package that a version was made from; None if the description is not ours."""
    return _part(description, "digest")


def commit_of(description: str) -> str | None:
    """Return the commit that a version was made from; None without git, or if the description is not ours."""
    return _part(description, "commit")


def _part(description: str, name: str) -> str | None:
    found = _DESCRIPTION.fullmatch(description)
    return found[name] if found else None
