"""Functions to check, each with no more than what matters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from portable.check.model import Subject
from portable.stack.messages import FunctionDeployment, FunctionName, Resources

PLAIN = FunctionDeployment(FunctionName("fn"), "ghcr.io/me/fn:1")
SCALE = "com.openfaas.scale"


def subject(*, named: str = "fn", lang: str = "portable", **fields: Any) -> Subject:
    """Return a function with these fields of a deployment, or of a Subject."""
    own = {
        name: fields.pop(name) for name in ("number", "build_keys", "devices", "copied", "streamed") if name in fields
    }
    return Subject(
        replace(PLAIN, name=FunctionName(named, fields.pop("namespace", "openfaas-fn")), **fields), lang, **own
    )


def environment(**variables: str) -> Subject:
    return subject(env_vars=variables)


def labels(**values: str) -> Subject:
    """Return a function with labels of scaling: `zero_duration` is `com.openfaas.scale.zero-duration`."""
    return subject(labels={f"{SCALE}.{name.replace('_', '-')}": value for name, value in values.items()})


def annotation(name: str, value: str = "x") -> Subject:
    return subject(annotations={name: value})


def limited(memory: str = "", cpu: str = "") -> Subject:
    return subject(limits=Resources(memory, cpu))


def image(name: str) -> Subject:
    return subject(image=name)
