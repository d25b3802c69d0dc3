"""What a command has from outside itself. Tests give it another world."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO

import boto3

from .aws import Session
from .prove.smoke import Fetch, fetch


def _session(profile: str | None) -> Session:
    session: Session = boto3.Session(profile_name=profile)
    return session


@dataclass(frozen=True)
class World:
    """The process's surroundings: environment, streams, time, the internet and AWS."""

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    stdin: IO[str] = field(default_factory=lambda: sys.stdin)
    stdout: IO[str] = field(default_factory=lambda: sys.stdout)
    stderr: IO[str] = field(default_factory=lambda: sys.stderr)
    session: Callable[[str | None], Session] = _session
    """Makes the boto3 session of a profile."""
    fetch: Fetch = fetch
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    poll_s: int = 1
    """How long to wait between two looks at what Lambda is doing."""
