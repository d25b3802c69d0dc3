"""What a schedule means. The moments in `MOMENTS` are those of the cron-connector's own library, robfig/cron v3.0.1."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

import pytest

from portable.stack.errors import Refused
from portable.stack.schedules import Schedule

AFTER = "2027-01-30T23:58:30Z"  # a Saturday
MOMENTS = {
    "*/5 * * * *": "2027-01-31T00:00:00Z 2027-01-31T00:05:00Z 2027-01-31T00:10:00Z",
    " 0  9-17/4 * * mon-fri ": "2027-02-01T09:00:00Z 2027-02-01T13:00:00Z 2027-02-01T17:00:00Z",
    "5,35 0,12 * * *": "2027-01-31T00:05:00Z 2027-01-31T00:35:00Z 2027-01-31T12:05:00Z",
    "10/25 6 * * ?": "2027-01-31T06:10:00Z 2027-01-31T06:35:00Z 2027-02-01T06:10:00Z",
    "0 0 31 * *": "2027-01-31T00:00:00Z 2027-03-31T00:00:00Z 2027-05-31T00:00:00Z",
    "0 0 29 feb *": "2028-02-29T00:00:00Z 2032-02-29T00:00:00Z 2036-02-29T00:00:00Z",
    # either day will do if both are given, and */15 is given
    "0 0 1 * MON": "2027-02-01T00:00:00Z 2027-02-08T00:00:00Z 2027-02-15T00:00:00Z",
    "0 0 */15 * MON": "2027-01-31T00:00:00Z 2027-02-01T00:00:00Z 2027-02-08T00:00:00Z",
    "0 0 * */6 0": "2027-01-31T00:00:00Z 2027-07-04T00:00:00Z 2027-07-11T00:00:00Z",
    "*/28,28-28/9 */23,0,22 *,* ? ?": "2027-01-31T00:00:00Z 2027-01-31T00:28:00Z 2027-01-31T00:56:00Z",
    "@hourly": "2027-01-31T00:00:00Z 2027-01-31T01:00:00Z 2027-01-31T02:00:00Z",
    "@daily": "2027-01-31T00:00:00Z 2027-02-01T00:00:00Z 2027-02-02T00:00:00Z",
    "@midnight": "2027-01-31T00:00:00Z 2027-02-01T00:00:00Z 2027-02-02T00:00:00Z",
    "@weekly": "2027-01-31T00:00:00Z 2027-02-07T00:00:00Z 2027-02-14T00:00:00Z",
    "@monthly": "2027-02-01T00:00:00Z 2027-03-01T00:00:00Z 2027-04-01T00:00:00Z",
    "@yearly": "2028-01-01T00:00:00Z 2029-01-01T00:00:00Z 2030-01-01T00:00:00Z",
    "@annually": "2028-01-01T00:00:00Z 2029-01-01T00:00:00Z 2030-01-01T00:00:00Z",
    "@every 1h30m": "2027-01-31T01:28:30Z 2027-01-31T02:58:30Z 2027-01-31T04:28:30Z",
    "CRON_TZ=Asia/Tokyo 0 9 * * *": "2027-01-31T00:00:00Z 2027-02-01T00:00:00Z 2027-02-02T00:00:00Z",
    "TZ=America/New_York 30 8 * * sat": "2027-02-06T13:30:00Z 2027-02-13T13:30:00Z 2027-02-20T13:30:00Z",
    "CRON_TZ=UTC 0 9 * * *": "2027-01-31T09:00:00Z 2027-02-01T09:00:00Z 2027-02-02T09:00:00Z",
}
REFUSED = {
    "* * * *": "has 4 fields, not 5",
    "* * * * * *": "has 6 fields, not 5",
    "0 9 * * *;": "has 0 fields",
    "60 * * * *": "minute is '60', not from 0 to 59",
    "* 24 * * *": "hour is '24', not from 0 to 23",
    "* * 0 * *": "day of the month is '0', not from 1 to 31",
    "* * * foo *": "month is 'foo', not from 1 to 12, or jan to dec",
    "* * * * 7": "day of the week is '7', not from 0 to 6, or sun to sat",
    "* * L * *": "day of the month is 'L'",
    "* * * * 1#2": "day of the week is '1#2'",
    "1,,2 * * * *": "minute is '1,,2'",
    "5-1 * * * *": "its end is before its beginning",
    "*/0 * * * *": "a step of 0",
    "\N{ARABIC-INDIC DIGIT ONE} * * * *": "minute is",
    "0 0 30 2 *": "never comes",
    "@reboot": "@daily",
    "@every": "@every 5m",
    "@every 5": "whole seconds",
    "@every 1.5s": "whole seconds",
    "@every 0s": "whole seconds",
    "@every 9000h": "366 days",
    "@every -5m": "is no time",
    "CRON_TZ=Nowhere/Else 0 9 * * *": "'Nowhere/Else' is no time zone",
    "CRON_TZ=../../etc 0 9 * * *": "is no time zone",
    "CRON_TZ=Europe 0 9 * * *": "is no time zone",
    "CRON_TZ= 0 9 * * *": "is no time zone",
    "TZ=Europe/London": "has 0 fields",
    "0 9 * * *;" * 20 + "0 9 * * *": "over 20 schedules",
    "0" * 1001: "over 1000 characters",
}


def seconds(written: str) -> float:
    """Return a time of RFC 3339 as seconds since 1970."""
    return datetime.fromisoformat(written).timestamp()


def moments(written: str, after: str, number: int = 3, since: str = "") -> list[float]:
    """Return the next moments of a schedule."""
    schedule = Schedule.parse(written)
    return list(islice(schedule.moments(seconds(after), seconds(since or after)), number))


@pytest.mark.parametrize("written", MOMENTS)
def test_schedule_means_what_it_does_to_the_connector(written: str) -> None:
    assert moments(written, AFTER) == [seconds(one) for one in MOMENTS[written].split()]


@pytest.mark.parametrize("written", REFUSED)
def test_schedule_that_the_connector_would_not_take_is_refused_by_what_is_wrong(written: str) -> None:
    with pytest.raises(Refused, match="annotation schedule: ") as caught:
        Schedule.from_annotations({"topic": "cron-function", "schedule": written})

    assert REFUSED[written] in str(caught.value)
    assert len(str(caught.value)) < 400


def test_moment_itself_is_not_after_it_and_a_fraction_of_a_second_is() -> None:
    assert moments("*/5 * * * *", "2027-01-31T00:05:00Z", 1) == [seconds("2027-01-31T00:10:00Z")]
    assert moments("*/5 * * * *", "2027-01-31T00:04:59.999Z", 1) == [seconds("2027-01-31T00:05:00Z")]


def test_several_schedules_are_one_and_a_moment_of_two_of_them_comes_once() -> None:
    written = "0 9 * * *; CRON_TZ=Europe/Paris 0 10 * * *;30 9 * * *"

    assert moments(written, "2027-01-31T00:00:00Z") == [
        seconds(one) for one in ("2027-01-31T09:00:00Z", "2027-01-31T09:30:00Z", "2027-02-01T09:00:00Z")
    ]


def test_every_counts_from_when_the_schedule_began_to_hold() -> None:
    assert moments("@every 1h", "2027-01-31T12:20:00Z", 1, since="2027-01-30T00:15:00.7Z") == [
        seconds("2027-01-31T12:15:00Z") + 3600
    ]
    assert moments("@every 1h", "2027-01-30T00:00:00Z", 1, since="2027-01-31T00:00:00Z") == [
        seconds("2027-01-31T01:00:00Z")
    ]


class TestSummerTime:
    """Berlin, 2027: on March 28 there is no 02:00 to 03:00; on October 31 it comes twice."""

    def test_time_of_day_that_is_left_out_comes_at_once_after_it(self) -> None:
        found = moments("CRON_TZ=Europe/Berlin 30 2 * * *", "2027-03-27T12:00:00Z", 2)

        assert found == [seconds("2027-03-28T03:00:00+02:00"), seconds("2027-03-29T02:30:00+02:00")]

    def test_two_times_of_day_that_are_left_out_come_once(self) -> None:
        found = moments("CRON_TZ=Europe/Berlin 0,30 2 * * *", "2027-03-27T12:00:00Z", 2)

        assert found == [seconds("2027-03-28T03:00:00+02:00"), seconds("2027-03-29T02:00:00+02:00")]

    def test_time_of_day_that_comes_twice_is_taken_once(self) -> None:
        found = moments("CRON_TZ=Europe/Berlin 30 2 * * *", "2027-10-30T12:00:00Z", 2)

        assert found == [seconds("2027-10-31T02:30:00+02:00"), seconds("2027-11-01T02:30:00+01:00")]

    def test_time_of_day_is_not_taken_again_from_within_its_second_turn(self) -> None:
        found = moments("CRON_TZ=Europe/Berlin 30 2 * * *", "2027-10-31T02:10:00+01:00", 1)

        assert found == [seconds("2027-11-01T02:30:00+01:00")]

    def test_every_half_hour_goes_on_through_both(self) -> None:
        spring = moments("CRON_TZ=Europe/Berlin */30 * * * *", "2027-03-28T01:30:00+01:00", 2)
        autumn = moments("CRON_TZ=Europe/Berlin */30 * * * *", "2027-10-31T02:30:00+02:00", 3)

        assert spring == [seconds("2027-03-28T03:00:00+02:00"), seconds("2027-03-28T03:30:00+02:00")]
        assert autumn == [seconds(f"2027-10-31T0{time}:00+01:00") for time in ("2:00", "2:30", "3:00")]


class TestAnnotations:
    @pytest.mark.parametrize("topic", ["cron-function", "orders, cron-function"])
    def test_topic_and_schedule_make_a_schedule(self, topic: str) -> None:
        schedule = Schedule.from_annotations({"topic": topic, "schedule": "@daily"})

        assert schedule
        assert schedule.written == "@daily"

    @pytest.mark.parametrize("topic", ["", "orders", "cron-functions", "Cron-Function"])
    def test_schedule_without_the_topic_is_none_and_not_looked_at(self, topic: str) -> None:
        assert Schedule.from_annotations({"topic": topic, "schedule": "nonsense"}) is None
        assert Schedule.from_annotations({"schedule": "nonsense"}) is None

    @pytest.mark.parametrize("written", [{}, {"schedule": ""}, {"schedule": " "}])
    def test_topic_without_a_schedule_is_refused(self, written: dict[str, str]) -> None:
        with pytest.raises(Refused, match="annotation schedule is missing"):
            Schedule.from_annotations({"topic": "cron-function", **written})
