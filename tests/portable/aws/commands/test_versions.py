"""The list of versions."""

from __future__ import annotations

from portable.aws import versions
from portable.aws.artifact.descriptions import release_description

from ..function_states import make_state
from ..targets import PACKAGE

OURS = {"Description": release_description(PACKAGE), "LastModified": "2026-11-23T02:45:00.000+0000"}


class TestRows:
    def test_without_a_function_there_are_none(self) -> None:
        assert versions.rows(None) == []

    def test_the_newest_is_first_and_each_says_what_points_to_it(self) -> None:
        listed = [{"Version": str(number), **OURS} for number in range(1, 5)]
        state = make_state(listed, live="3", previous="1", canary=("4", 0.1))

        rows = versions.rows(state)

        assert [(row.version, row.marks, row.canary_percent) for row in rows] == [
            ("4", ("canary",), 10),
            ("3", ("live",), None),
            ("2", (), None),
            ("1", ("previous",), None),
        ]

    def test_previous_is_what_a_rollback_would_go_to(self) -> None:
        state = make_state(live="3", previous="1", description="version 3, deployed after 2")

        assert [row.version for row in versions.rows(state) if "previous" in row.marks] == ["2"]

    def test_a_version_of_ours_has_its_commit_and_digest(self) -> None:
        (row,) = versions.rows(make_state([{"Version": "1", **OURS}]))

        assert (row.commit, row.digest, row.modified) == ("abc1234", PACKAGE.digest, OURS["LastModified"])

    def test_somebody_elses_has_none(self) -> None:
        (row,) = versions.rows(make_state([{"Version": "1", "Description": "by hand"}]))

        assert (row.commit, row.digest, row.modified) == ("", "", "")

    def test_a_row_is_a_line(self) -> None:
        state = make_state([{"Version": "7", **OURS}, {"Version": "8"}], live="7", canary=("8", 0.25))

        assert [str(row) for row in versions.rows(state)] == [
            "    8  canary 25 %     -           -",
            "    7  live            abc1234     d1d1d1d1d1d1  2026-11-23T02:45:00.000+0000",
        ]
