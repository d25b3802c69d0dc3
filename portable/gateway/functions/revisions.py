"""Revisions, whose names say when each was made: a replica that replaces another is not newer than its revision."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterable
from datetime import UTC, datetime

from ..providers.base import Replica

LONG_AGO = datetime.min.replace(tzinfo=UTC)
_NAME = re.compile(r"([0-9a-f]{16})-[0-9a-f]{4}")


def new_revision() -> str:
    """Return the name of a revision that is made now: the nanoseconds since the epoch, and what makes it unique."""
    return f"{time.time_ns():016x}-{secrets.token_hex(2)}"


def revision_made_at(revision: str) -> datetime | None:
    """Return when a revision of the gateway's own was made, None for another's."""
    match = _NAME.fullmatch(revision)
    return datetime.fromtimestamp(int(match[1], 16) / 1e9, UTC) if match else None


def made_at(replica: Replica) -> datetime:
    """Return when a replica's revision was made; when the replica was, if its revision is not the gateway's."""
    return revision_made_at(replica.revision) or replica.created_at


def newest_first(replicas: Iterable[Replica]) -> list[list[Replica]]:
    """Return the replicas of each revision, those of the newest revision first."""
    revisions: dict[str, list[Replica]] = {}
    for replica in sorted(replicas, key=made_at, reverse=True):
        revisions.setdefault(replica.revision, []).append(replica)
    return list(revisions.values())
