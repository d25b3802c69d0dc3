"""What the tool was installed from, as a requirement that a new project's machines can install too."""

from __future__ import annotations

import json
import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from urllib.parse import urlsplit

from ..deploying.errors import BadSettings

DISTRIBUTION = "portable-functions"
_EXTRA = f"{DISTRIBUTION}[aws,debug]"  # for the workflow, and for the devcontainer's launch.json


def installed() -> str | None:
    """Return the requirement of the installed tool; None if it came from where no other machine may reach it."""
    try:
        return requirement_of(distribution(DISTRIBUTION))
    except PackageNotFoundError:
        return None


def requirement_of(tool: Distribution) -> str | None:
    """Return the requirement by its record of where it came from; None without one.

    A version alone could be anybody's: another index may have another package of that name.
    https://packaging.python.org/en/latest/specifications/direct-url/
    """
    record = tool.read_text("direct_url.json")
    if record is None:
        return None
    origin = json.loads(record)
    url, vcs, archive = origin["url"], origin.get("vcs_info"), origin.get("archive_info")
    if not _is_for_all(url) or (vcs is None and archive is None):
        return None
    if vcs:
        return f"{_EXTRA} @ {vcs['vcs']}+{url}@{vcs['commit_id']}{_below(origin)}"
    return f"{_EXTRA} @ {url}"


def requirement_from(written: str) -> str:
    """Return the requirement that a user's --source stands for. Raises BadSettings."""
    if re.fullmatch(rf"{DISTRIBUTION}(==|~=|>=)[0-9][A-Za-z0-9.+!]*", written):
        return written.replace(DISTRIBUTION, _EXTRA)
    if re.match(r"git[+](https|ssh)://|https://", written) and _is_for_all(written):
        return f"{_EXTRA} @ {written}"
    raise BadSettings(
        f"--source is {written!r}; it takes what pip installs on any machine, without a password: "
        f"git+https://HOST/OWNER/REPOSITORY@TAG, https://HOST/FILE.whl or {DISTRIBUTION}==VERSION"
    )


def _is_for_all(url: str) -> bool:
    """Tell whether a URL leads to another machine, with no password or token, and can stand in a shell's quotes."""
    parts = urlsplit(url)
    user = parts.username if parts.scheme != "ssh" and not parts.scheme.endswith("+ssh") else None
    is_plain = re.search(r"""[\s"'\\$`]""", url) is None
    return is_plain and parts.scheme != "file" and bool(parts.hostname) and parts.password is None and user is None


def _below(origin: dict[str, str]) -> str:
    return f"#subdirectory={origin['subdirectory']}" if origin.get("subdirectory") else ""
