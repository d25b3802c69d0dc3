"""A plan is data: the steps in their order, each with the calls it would make. Nothing here calls anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ..deploying.changes import Change


@dataclass(frozen=True)
class Fill:
    """A text whose `{names}` get known only while the plan is carried out: `Fill("{api_id}/dev")`."""

    text: str


@dataclass(frozen=True)
class Call:
    """One call that changes something at AWS.

    `service` is boto3's name of a client, `cloudwatch@us-east-1` for one in another region than the function's;
    `operation` its method; `params` the arguments, in which a `Fill` may stand for any text.
    `keeps` names what later calls need of the answer: `{"api_id": "id"}`, a known name and a JMESPath.
    `done_if` are error codes that say that it has been done already.
    `expects` is what the answer must say, by JMESPath; anything else means that somebody changed it meanwhile.
    """

    service: str
    operation: str
    params: Mapping[str, Any] = field(default_factory=dict)
    keeps: Mapping[str, str] = field(default_factory=dict)
    done_if: tuple[str, ...] = ()
    expects: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Wait:
    """Wait until Lambda has finished what it was told; `waiter` is boto3's name of it."""

    waiter: str
    params: Mapping[str, Any]


@dataclass(frozen=True)
class CheckVersion:
    """Invoke a published version with the smoke request; a failure ends the plan before traffic gets there."""

    version: str | Fill


@dataclass(frozen=True)
class CheckUrl:
    """Send the smoke request to the URL until it answers as it should; a failure takes back what can be."""

    url: str | Fill
    api_key_id: str | Fill | None = None
    """The id of the API key that the URL wants."""


Action: TypeAlias = Call | Wait | CheckVersion | CheckUrl


@dataclass(frozen=True)
class Step(Change):
    """One line of a plan, and the plan actions that carry it out; its `kind` is that of a resource."""

    actions: tuple[Action, ...] = ()
    undo: tuple[Call, ...] = ()
    """What takes the step back when a check fails after it."""


@dataclass(frozen=True)
class Plan:
    """What a command would do."""

    steps: tuple[Step, ...]
    known: Mapping[str, str] = field(default_factory=dict)
    """The values of `Fill`'s names that are known before the first call."""
    notes: tuple[str, ...] = ()
    """What the reader should know besides: costs, what is left to do by hand."""

    def calls(self) -> Iterator[Call]:
        """Yield every call that it would make if all goes well."""
        for step in self.steps:
            yield from (action for action in step.actions if isinstance(action, Call))
