"""What a person sees and a machine does not: colors, and a line that moves while work takes time. Both are rich's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from .world import World

if TYPE_CHECKING:
    from rich.status import Status

Say = Callable[[str], None]


def wants_color(world: World) -> bool:
    """Tell whether stdout is a terminal that shows colors, and nobody set NO_COLOR: https://no-color.org."""
    return _is_seen(world.stdout, world) and not world.environ.get("NO_COLOR")


def styled(text: str, style: str) -> str:
    """Return a text with the codes of a style, such as `green`, that terminals understand."""
    from rich.color import ColorSystem  # a tenth of a second, which plain lines do without
    from rich.style import Style

    return Style.parse(style).render(text, color_system=ColorSystem.STANDARD)


@contextmanager
def progress(world: World) -> Iterator[Say]:
    """Give what tells of the work in the block: on a terminal the last line moves and goes, else each line stays."""
    if not _is_seen(world.stderr, world):
        yield lambda line: print(line, file=world.stderr, flush=True)
        return
    line_of_progress = _Moving(world)
    try:
        yield line_of_progress.say
    finally:
        line_of_progress.stop()


class _Moving:
    """One line on stderr, with a sign beside it that moves; there from the first word until it is stopped."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._status: Status | None = None

    def say(self, line: str) -> None:
        from rich.console import Console
        from rich.text import Text

        if self._status:
            self._status.update(Text(line))
            return
        console = Console(file=self._world.stderr, no_color=bool(self._world.environ.get("NO_COLOR")))
        self._status = console.status(Text(line))
        self._status.start()

    def stop(self) -> None:
        if self._status:
            self._status.stop()


def _is_seen(stream: IO[str], world: World) -> bool:
    return stream.isatty() and world.environ.get("TERM") != "dumb"
