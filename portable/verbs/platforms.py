"""The option --platform of verbs that go through the shims."""

from __future__ import annotations

import click

from ..deploying.arguments import Option


def platforms_option(text: str, *default: str) -> Option:
    """Return --platform, which may be given again; `text` is its help."""
    return click.option(
        "--platform",
        "platforms",
        multiple=True,
        default=default,
        show_default=bool(default),
        metavar="NAME",
        shell_complete=_complete,
        help=text,
    )


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Return the emulators whose names begin so."""
    from ..emulators.registry import DOORS, EMULATORS

    return [name for name in ("all", *DOORS, *EMULATORS) if name.startswith(incomplete)]
