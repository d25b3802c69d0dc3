"""What a report is made of: the function that is checked, rules, and what they find. Data alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from ..stack.messages import FunctionDeployment


class Severity(StrEnum):
    """What a target does with what it does not take."""

    REFUSES = "refuses"
    """As it is, the function cannot be deployed there, or cannot do what it says."""

    IGNORES = "ignores"
    """It runs there, as if this were not said."""

    DIFFERS = "differs"
    """It runs there, and not quite so."""


@dataclass(frozen=True)
class Subject:
    """A function, and what only its stack file and its folder say of it: nothing, for one that came over the API."""

    deployment: FunctionDeployment
    lang: str = ""
    number: int = 1
    """Its position in the stack file, from 1."""

    build_keys: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    copied: tuple[str, ...] = ()
    streamed: tuple[str, ...] = ()
    """Media types of streams that its source names."""


Check = Callable[[Subject], Iterable[str]]
"""Returns what of a function is not taken, as the stack file has it: one text for each finding."""


@dataclass(frozen=True)
class Rule:
    """What a target does not take."""

    id: str
    targets: tuple[str, ...]
    severity: Severity
    check: Check
    says: str
    """What the target does, and what to do about it."""

    source: str
    """Who says so: a URL, or a document of this repository."""


@dataclass(frozen=True)
class Finding:
    """A rule that holds for a function on a target."""

    function: str
    target: str
    rule: str
    severity: Severity
    what: str
    """What it is about: `label com.openfaas.scale.zero: true`."""

    says: str
    source: str
