"""The option --platform of the verbs that go through emulators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


def platforms_option(what: str, **more: Any) -> Callable[..., Any]:
    """Return --platform, which may be given again; `what` is its help."""
    return click.option(
        "--platform",
        "platforms",
        multiple=True,
        metavar="NAME",
        shell_complete=_complete,
        help=f"{what}, such as openwhisk or aws_lambda:http; may be given again.",
        **more,
    )


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    from ..emulators.registry import DOORS, EMULATORS

    return [name for name in ("all", *DOORS, *EMULATORS) if name.startswith(incomplete)]
