"""ARCHITECTURE.md's picture is that of the imports, and no arrow in it leads upwards."""

from __future__ import annotations

import pytest

from tests.picture import ARCHITECTURE, PICTURES, arrows_of, circles_of, figures, floors_of, picture, with_pictures

ROOMS = {
    "app": frozenset(["calls", "http"]),
    "calls": frozenset(["http", "queue"]),
    "queue": frozenset(["calls"]),
    "http": frozenset[str](),
}


def test_architecture_draws_the_rooms_as_they_are() -> None:
    text = ARCHITECTURE.read_text()

    assert with_pictures(text) == text, "run: make picture"


@pytest.mark.parametrize("package", PICTURES.values())
def test_no_arrow_leads_upwards(package: str) -> None:
    arrows = arrows_of(package)

    assert figures(arrows).endswith(" arrows, 0 of them upwards, 0 circles"), circles_of(arrows)


def test_rooms_of_a_circle_are_on_one_floor() -> None:
    assert circles_of(ROOMS) == {frozenset(["calls", "queue"])}
    assert floors_of(ROOMS) == {"http": 1, "calls": 2, "queue": 2, "app": 3}


def test_picture_is_by_floor_and_counts_what_leads_upwards() -> None:
    assert picture(ROOMS) == (
        "  3  app   -> calls http\n"
        "  2  calls -> queue http\n"
        "  2  queue -> calls\n"
        "  1  http\n"
        "\n"
        "4 rooms on 3 floors, 5 arrows, 2 of them upwards, 1 circles\n"
    )
