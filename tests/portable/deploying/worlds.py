"""A world whose streams are texts."""

from __future__ import annotations

import io
from collections.abc import Mapping

from portable.deploying.world import World


class Terminal(io.StringIO):
    """A terminal at which someone types."""

    def isatty(self) -> bool:
        """Return True."""
        return True


def make_world(
    *,
    stdin: io.StringIO | None = None,
    stdout: io.StringIO | None = None,
    stderr: io.StringIO | None = None,
    environ: Mapping[str, str] | None = None,
) -> World:
    """Return a world in which nobody is there to be asked, unless stdin is a Terminal."""
    return World(
        environ=environ or {},
        stdin=stdin or io.StringIO(),
        stdout=stdout or io.StringIO(),
        stderr=stderr or io.StringIO(),
    )


def printed(world: World) -> tuple[str, str]:
    """Return what stdout and stderr got."""
    assert isinstance(world.stdout, io.StringIO)
    assert isinstance(world.stderr, io.StringIO)
    return world.stdout.getvalue(), world.stderr.getvalue()
