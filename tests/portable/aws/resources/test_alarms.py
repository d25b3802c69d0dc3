"""The alarms of a stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from portable.aws.artifact.target import Target
from portable.aws.aws import Aws
from portable.aws.plan import Call, Fill, Plan, Step
from portable.aws.resources import alarms
from portable.aws.resources.metric_alarms import Alarm
from portable.deploying.changes import Difference
from portable.deploying.errors import Refused

from ..moto_account import do, moto_aws, operations, shown
from ..stubs import REGION, StubbedSession
from ..targets import NAMES, make_target

EMAIL = "ann@example.org"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:meditations-dev-alarms"
ALL = [f"meditations-dev-{kind}" for kind in ("errors", "throttles", "duration", "5xx")]


def put(steps: list[Step]) -> dict[str, Mapping[str, Any]]:
    """Return the arguments of each put, by the alarm's name."""
    return {call.params["AlarmName"]: call.params for call in Plan(tuple(steps)).calls()}


def found_for(target: Target, known: Mapping[str, str] | None = None) -> dict[str, Alarm]:
    """Return what AWS would describe after a deploy of that target."""
    with moto_aws() as aws:
        do(aws, alarms.changes({}, target, {}), known)
        return alarms.read(aws, NAMES)


def described(found: dict[str, Alarm], kind: str, **settings: Any) -> dict[str, Alarm]:
    """Return the same with other settings of one alarm."""
    name = f"meditations-dev-{kind}"
    return {**found, name: Alarm({**found[name].settings, **settings}, found[name].tags)}


class TestWanted:
    def test_every_alarm_tells_the_topic_of_trouble_and_of_its_end(self) -> None:
        wanted = put(alarms.changes({}, make_target(alarm_email=EMAIL), {}))

        assert list(wanted) == ALL
        for params in wanted.values():
            assert (params["AlarmActions"], params["OKActions"]) == ([TOPIC], [TOPIC])
            assert params["TreatMissingData"] == "notBreaching"
            assert {"Key": "stage", "Value": "dev"} in params["Tags"]

    @pytest.mark.parametrize(("kind", "metric"), [("errors", "Errors"), ("throttles", "Throttles")])
    def test_one_in_five_minutes_is_enough(self, kind: str, metric: str) -> None:
        params = put(alarms.changes({}, make_target(alarm_email=EMAIL), {}))[f"meditations-dev-{kind}"]

        assert (params["Namespace"], params["MetricName"], params["Statistic"]) == ("AWS/Lambda", metric, "Sum")
        assert (params["Period"], params["EvaluationPeriods"], params["Threshold"]) == (300, 1, 1.0)
        assert params["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
        assert params["Dimensions"] == [{"Name": "FunctionName", "Value": "meditations-dev"}]

    @pytest.mark.parametrize(("timeout_s", "threshold_ms"), [(5, 4000.0), (29, 23_200.0), (1, 800.0)])
    def test_a_slow_call_takes_four_fifths_of_the_timeout(self, timeout_s: int, threshold_ms: float) -> None:
        target = make_target(alarm_email=EMAIL, timeout_s=timeout_s)

        params = put(alarms.changes({}, target, {}))["meditations-dev-duration"]

        assert (params["MetricName"], params["ExtendedStatistic"]) == ("Duration", "p99")
        assert "Statistic" not in params
        assert params["Threshold"] == threshold_ms
        assert (params["DatapointsToAlarm"], params["EvaluationPeriods"]) == (3, 5)

    def test_few_calls_are_evaluated_too(self) -> None:
        params = put(alarms.changes({}, make_target(alarm_email=EMAIL), {}))["meditations-dev-duration"]

        assert params.get("EvaluateLowSampleCountPercentile", "evaluate") == "evaluate"

    @pytest.mark.parametrize(
        ("door", "namespace", "metric", "dimensions"),
        [
            ("rest", "AWS/ApiGateway", "5XXError", {"ApiName": "meditations-dev", "Stage": "dev"}),
            ("http", "AWS/ApiGateway", "5xx", {"ApiId": Fill("{api_id}"), "Stage": "$default"}),
            ("url", "AWS/Lambda", "Url5xxCount", {"FunctionName": "meditations-dev"}),
        ],
    )
    def test_each_front_door_has_its_own_count_of_5xx(
        self, door: str, namespace: str, metric: str, dimensions: dict[str, str | Fill]
    ) -> None:
        params = put(alarms.changes({}, make_target(alarm_email=EMAIL, front_door=door), {}))["meditations-dev-5xx"]

        assert (params["Namespace"], params["MetricName"], params["Statistic"]) == (namespace, metric, "Sum")
        assert {one["Name"]: one["Value"] for one in params["Dimensions"]} == dimensions

    def test_without_a_front_door_nothing_is_answered_5xx(self) -> None:
        assert list(put(alarms.changes({}, make_target(alarm_email=EMAIL, front_door="none"), {}))) == ALL[:3]

    def test_without_an_address_there_are_none(self) -> None:
        assert alarms.changes({}, make_target(), {}) == []

    def test_a_new_alarm_says_when_it_fires(self) -> None:
        steps = alarms.changes({}, make_target(alarm_email=EMAIL), {})

        assert [one.after for one in shown(steps)] == [
            "when a call ended with an error, within 5 minutes",
            "when a call was throttled, within 5 minutes",
            "when one call in 100 takes more than 4000 ms (80% of the timeout), 3 minutes of 5",
            "when a request was answered 5xx, within 5 minutes",
        ]


class TestRead:
    def test_only_our_names_are_asked_for_on_every_page(self) -> None:
        session = StubbedSession()
        alarm = {"AlarmName": ALL[0], "AlarmArn": "arn:1"}
        session.answer("cloudwatch", "describe_alarms", {"MetricAlarms": [], "NextToken": "2"}, {"AlarmNames": ALL})
        session.answer(
            "cloudwatch", "describe_alarms", {"MetricAlarms": [alarm]}, {"AlarmNames": ALL, "NextToken": "2"}
        )
        session.answer("cloudwatch", "list_tags_for_resource", {"Tags": [{"Key": "app", "Value": "x"}]})

        assert alarms.read(Aws(session, REGION), NAMES) == {ALL[0]: Alarm(alarm, {"app": "x"})}
        session.assert_all_called()


class TestChanges:
    @pytest.mark.parametrize("door", ["rest", "http", "url", "none"])
    def test_what_was_made_needs_no_change(self, door: str) -> None:
        target, known = make_target(alarm_email=EMAIL, front_door=door), {"api_id": "abc"}

        assert alarms.changes(found_for(target, known), target, known) == []

    def test_the_timeout_changes_the_threshold_and_nothing_else(self) -> None:
        found = found_for(make_target(alarm_email=EMAIL))

        steps = alarms.changes(found, make_target(alarm_email=EMAIL, timeout_s=10), {})

        assert operations(steps) == ["put_metric_alarm"]
        assert Difference("threshold", "4000", "8000") in shown(steps)

    @pytest.mark.parametrize(
        ("setting", "difference"),
        [
            ({"Threshold": 7.0}, Difference("threshold", "7", "1")),
            ({"Period": 60}, Difference("period", "60", "300")),
            ({"TreatMissingData": "breaching"}, Difference("treat missing data", "breaching", "notBreaching")),
            ({"ActionsEnabled": False}, Difference("actions enabled", "no", "yes")),
            ({"Statistic": None}, Difference("statistic", None, "Sum")),
            ({"AlarmActions": []}, Difference("alarm actions", "", TOPIC)),
            ({"OKActions": ["arn:x"]}, Difference("ok actions", "arn:x", TOPIC)),
            (
                {"Dimensions": [{"Name": "FunctionName", "Value": "another"}]},
                Difference("dimensions", "FunctionName another", "FunctionName meditations-dev"),
            ),
        ],
    )
    def test_what_was_changed_by_hand_is_put_back(self, setting: dict[str, Any], difference: Difference) -> None:
        target = make_target(alarm_email=EMAIL)

        steps = alarms.changes(described(found_for(target), "errors", **setting), target, {})

        assert [step.name for step in steps] == [ALL[0]]
        assert operations(steps) == ["put_metric_alarm"]
        assert shown(steps) == [difference]

    def test_the_order_of_dimensions_makes_no_difference(self) -> None:
        target = make_target(alarm_email=EMAIL)
        found = found_for(target)
        turned = list(reversed(found[ALL[3]].settings["Dimensions"]))

        assert alarms.changes(described(found, "5xx", Dimensions=turned), target, {}) == []

    def test_an_api_of_another_id_moves_the_alarm(self) -> None:
        target = make_target(alarm_email=EMAIL, front_door="http")
        found = found_for(target, {"api_id": "old"})

        steps = alarms.changes(found, target, {"api_id": "new"})

        assert shown(steps) == [Difference("dimensions", "ApiId old, Stage $default", "ApiId new, Stage $default")]

    def test_an_api_that_is_still_to_be_made_moves_the_alarm(self) -> None:
        target = make_target(alarm_email=EMAIL, front_door="http")

        steps = alarms.changes(found_for(target, {"api_id": "old"}), target, {})

        assert shown(steps) == [
            Difference("dimensions", "ApiId old, Stage $default", "ApiId not known yet, Stage $default")
        ]

    def test_tags_need_a_call_of_their_own(self) -> None:
        found = found_for(make_target(alarm_email=EMAIL))

        steps = alarms.changes(found, make_target(alarm_email=EMAIL, tags={"owner": "ann"}), {})

        assert operations(steps) == ["tag_resource"] * 4
        assert shown(steps)[0] == Difference("tag owner", None, "ann")

    def test_another_front_door_changes_the_5xx_alarm(self) -> None:
        found = found_for(make_target(alarm_email=EMAIL))

        steps = alarms.changes(found, make_target(alarm_email=EMAIL, front_door="url"), {})

        assert [step.name for step in steps] == [ALL[3]]
        assert Difference("metric name", "5XXError", "Url5xxCount") in shown(steps)

    def test_without_a_front_door_the_5xx_alarm_goes(self) -> None:
        found = found_for(make_target(alarm_email=EMAIL))

        steps = alarms.changes(found, make_target(alarm_email=EMAIL, front_door="none"), {})

        assert [(step.sign, step.name) for step in steps] == [("-", ALL[3])]

    def test_without_an_address_all_go(self) -> None:
        found = found_for(make_target(alarm_email=EMAIL))

        gone = alarms.changes(found, make_target(), {})

        assert [(step.sign, step.name) for step in gone] == [("-", name) for name in ALL]

    def test_one_that_is_not_ours_is_refused_and_not_removed(self) -> None:
        foreign = {ALL[0]: Alarm({"AlarmName": ALL[0], "AlarmArn": "arn:1"}, {})}

        with pytest.raises(Refused, match="the name is taken: CloudWatch alarm meditations-dev-errors is there"):
            alarms.changes(foreign, make_target(alarm_email=EMAIL), {})
        assert alarms.removal(foreign, NAMES) == []

    def test_what_a_killed_command_left_out_is_made_by_the_next(self) -> None:
        target = make_target(alarm_email=EMAIL)
        found = found_for(target)
        del found[ALL[1]]

        steps = alarms.changes(found, target, {})

        assert [(step.sign, step.name) for step in steps] == [("+", ALL[1])]


def test_removing_twice_is_fine() -> None:
    with moto_aws() as aws:
        do(aws, alarms.changes({}, make_target(alarm_email=EMAIL), {}))
        steps = alarms.removal(alarms.read(aws, NAMES), NAMES)
        do(aws, steps)
        do(aws, steps)

        assert alarms.read(aws, NAMES) == {}


def test_a_missing_alarm_is_success_for_its_removal() -> None:
    session = StubbedSession()
    session.refuse("cloudwatch", "delete_alarms", "ResourceNotFound")
    delete = alarms.removal({ALL[0]: Alarm({}, dict(NAMES.tags))}, NAMES)

    do(Aws(session, REGION), delete)

    assert isinstance(delete[0].actions[0], Call)
    session.assert_all_called()
