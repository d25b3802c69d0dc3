"""Draws the rooms and arrows of the code from its imports: `python -m tests.picture` writes them into ARCHITECTURE.md.

A room is what lies directly in a package: a module, or a package with all that is in it. Its floor is one above the
highest room that it imports, so an arrow leads upwards only in a circle.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path

import grimp

ARCHITECTURE = Path(__file__).parents[1] / "ARCHITECTURE.md"
BEGIN, END = "<!-- rooms -->\n", "<!-- /rooms -->"
PICTURES = {"What ships": "platforms", "The tool": "portable", "The gateway": "portable.gateway"}
Arrows = Mapping[str, frozenset[str]]
"""The rooms that each room imports."""


def arrows_of(package: str) -> Arrows:
    """Return the rooms of a package, and what they import of one another and of the other package of the repository."""
    graph = grimp.build_graph("platforms", "portable", cache_dir=None)
    arrows: dict[str, set[str]] = {}
    for module in (module for module in graph.modules if f"{module}.".startswith(f"{package}.")):
        room = _room_of(module, package)
        rooms = {_room_of(one, package) for one in graph.find_modules_directly_imported_by(module)} - {room, ""}
        arrows.setdefault(room, set()).update(rooms)
        for one in rooms:
            arrows.setdefault(one, set())
    return {room: frozenset(imported) for room, imported in arrows.items()}


def circles_of(arrows: Arrows) -> set[frozenset[str]]:
    """Return the rooms that import one another, by whatever way."""
    reached = {room: _reached(arrows, room) for room in arrows}
    together = (frozenset(other for other in reached[room] if room in reached[other]) for room in arrows)
    return {circle for circle in together if circle}


def floors_of(arrows: Arrows) -> dict[str, int]:
    """Return the floor of each room, from 1 up; the rooms of a circle are on one."""
    circles = {room: circle for circle in circles_of(arrows) for room in circle}
    floors: dict[str, int] = {}

    def floor(room: str) -> int:
        if room not in floors:
            members = circles.get(room, frozenset([room]))
            below = {imported for member in members for imported in arrows[member]} - members
            floors.update(dict.fromkeys(members, 1 + max(map(floor, below), default=0)))
        return floors[room]

    return {room: floor(room) for room in sorted(arrows)}


def picture(arrows: Arrows) -> str:
    """Return the rooms by floor, the highest first, each with what it imports; and their figures."""
    floors = floors_of(arrows)
    width = max(map(len, arrows))
    lines = []
    for room in _from_the_top(arrows, floors):
        start = f"{floors[room]:>3}  {room:{width}}"
        imported = " ".join(_from_the_top(arrows[room], floors))
        lines += textwrap.wrap(
            f"{start} -> {imported}" if imported else start, 116, subsequent_indent=" " * (width + 9)
        )
    return "\n".join([*lines, "", figures(arrows)]) + "\n"


def figures(arrows: Arrows) -> str:
    """Return how many there are of everything, in one line."""
    floors = floors_of(arrows)
    every = [(room, imported) for room in arrows for imported in arrows[room]]
    upwards = [(room, imported) for room, imported in every if floors[imported] >= floors[room]]
    return (
        f"{len(arrows)} rooms on {max(floors.values())} floors, "
        f"{len(every)} arrows, {len(upwards)} of them upwards, {len(circles_of(arrows))} circles"
    )


def with_pictures(text: str) -> str:
    """Return ARCHITECTURE.md's text with the pictures as they are now."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    drawn = [f"{title}:\n\n```text\n{picture(arrows_of(package))}```\n" for title, package in PICTURES.items()]
    return before + BEGIN + "\n" + "\n".join(drawn) + "\n" + END + after


def _room_of(module: str, package: str) -> str:
    """Return the room of a module; outside the package, that of the other one is its name, and of its own ""."""
    if module == package:
        return "__init__"
    if module.startswith(f"{package}."):
        return module.removeprefix(f"{package}.").partition(".")[0]
    root = module.partition(".")[0]
    return "" if package.startswith(root) else root


def _from_the_top(rooms: Iterable[str], floors: Mapping[str, int]) -> list[str]:
    return sorted(rooms, key=lambda room: (-floors[room], room))


def _reached(arrows: Arrows, room: str) -> set[str]:
    """Return the rooms to which arrows lead from a room; itself only by a circle."""
    reached: set[str] = set()
    ahead = list(arrows[room])
    while ahead:
        if (one := ahead.pop()) not in reached:
            reached.add(one)
            ahead += arrows[one]
    return reached


if __name__ == "__main__":
    ARCHITECTURE.write_text(with_pictures(ARCHITECTURE.read_text()))
