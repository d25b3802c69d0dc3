"""What a command has from outside itself: AWS and the internet, too. Tests give it another world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import boto3

from ..deploying import world
from .aws import Session
from .prove.smoke import Fetch, fetch


def _session(profile: str | None) -> Session:
    session: Session = boto3.Session(profile_name=profile)
    return session


@dataclass(frozen=True)
class World(world.World):
    """The process's surroundings, the internet and AWS."""

    session: Callable[[str | None], Session] = _session
    """Makes the boto3 session of a profile."""
    fetch: Fetch = fetch
    poll_s: int = 1
    """How long to wait between two looks at what Lambda is doing."""
