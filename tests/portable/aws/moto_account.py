"""Moto, as much of it as alarms, topics and secrets need, and steps carried out on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from moto import mock_aws

from portable.aws.apply import carry_out
from portable.aws.aws import Aws
from portable.aws.plan import Plan, Step
from portable.deploying.changes import Difference

from .stubs import REGION, boto_session


class NoChecks:
    """Steps of these resources check nothing."""

    def version(self, version: str) -> None:
        """Fail."""
        raise AssertionError(version)

    def url(self, url: str, api_key_id: str | None) -> None:
        """Fail."""
        raise AssertionError(url)


class Unseen:
    """Progress that nobody looks at."""

    def begin(self, step: Step) -> None:
        """Do nothing."""

    def end(self, step: Step) -> None:
        """Do nothing."""

    def undo(self, step: Step) -> None:
        """Do nothing."""


@contextmanager
def moto_aws() -> Iterator[Aws]:
    """Yield an empty account."""
    with mock_aws():
        yield Aws(boto_session(), REGION)


def do(aws: Aws, steps: Sequence[Step], known: Mapping[str, str] | None = None) -> None:
    """Carry out steps."""
    carry_out(Plan(tuple(steps), known or {}), aws, NoChecks(), Unseen())


def operations(steps: Sequence[Step]) -> list[str]:
    """Return what the steps would call."""
    return [call.operation for call in Plan(tuple(steps)).calls()]


def shown(steps: Sequence[Step]) -> list[Difference]:
    """Return what the steps say about themselves."""
    return [difference for step in steps for difference in step.differences]
