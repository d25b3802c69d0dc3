"""The log group: made with an end to what it keeps, and taken over where Lambda made it."""

from __future__ import annotations

from typing import Any

import pytest

from portable.aws.aws import Aws
from portable.aws.plan import Call
from portable.aws.resources import log_group
from portable.aws.resources.log_group import LogGroup
from portable.deploying.changes import Difference
from portable.deploying.errors import Refused

from ..moto_account import do, moto_aws, operations, shown
from ..stubs import REGION, StubbedSession
from ..targets import NAMES, make_target

OURS = dict(NAMES.tags)
TARGET = make_target()


def changed(found: LogGroup | None, **settings: Any) -> list[str]:
    """Return what would be called."""
    return operations(log_group.changes(found, make_target(**settings)))


class TestRead:
    def test_a_longer_name_is_another_group(self) -> None:
        session = StubbedSession()
        longer = [{"logGroupName": f"{NAMES.log_group}{more}", "retentionInDays": 1} for more in ("-2", "2")]
        session.answer("logs", "describe_log_groups", {"logGroups": longer}, {"logGroupNamePrefix": NAMES.log_group})

        assert log_group.read(Aws(session, REGION), NAMES) is None
        session.assert_all_called()

    def test_one_on_the_second_page_is_found(self) -> None:
        session = StubbedSession()
        first = {"logGroups": [{"logGroupName": f"{NAMES.log_group}-2"}], "nextToken": "2"}
        session.answer("logs", "describe_log_groups", first)
        session.answer("logs", "describe_log_groups", {"logGroups": [{"logGroupName": NAMES.log_group}]})
        arn = {"resourceArn": "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/meditations-dev"}
        session.answer("logs", "list_tags_for_resource", {"tags": OURS}, arn)

        assert log_group.read(Aws(session, REGION), NAMES) == LogGroup(None, OURS)


class TestChanges:
    def test_what_is_made_is_what_is_wanted(self) -> None:
        target = make_target(retention_days=30, tags={"team": "abbey"})
        with moto_aws() as aws:
            steps = log_group.changes(log_group.read(aws, NAMES), target)
            do(aws, steps)

            found = log_group.read(aws, NAMES)

            assert found == LogGroup(30, {**OURS, "team": "abbey"})
            assert log_group.changes(found, target) == []
        assert shown(steps) == [Difference("kept", None, "30 days")]

    def test_it_has_its_tags_from_the_first_moment(self) -> None:
        (step,) = log_group.changes(None, TARGET)

        create = step.actions[0]

        assert isinstance(create, Call)
        assert create.params == {"logGroupName": "/aws/lambda/meditations-dev", "tags": OURS}

    def test_killed_before_the_retention_the_next_deploy_sets_it(self) -> None:
        with moto_aws() as aws:
            aws.call("logs", "create_log_group", logGroupName=NAMES.log_group, tags=OURS)

            steps = log_group.changes(log_group.read(aws, NAMES), TARGET)

        assert operations(steps) == ["put_retention_policy"]
        assert shown(steps) == [Difference("kept", "for ever", "14 days")]

    def test_one_that_lambda_made_is_taken_over(self) -> None:
        with moto_aws() as aws:
            aws.call("logs", "create_log_group", logGroupName=NAMES.log_group)
            do(aws, log_group.changes(log_group.read(aws, NAMES), TARGET))

            found = log_group.read(aws, NAMES)

            assert found == LogGroup(14, OURS)
            assert log_group.changes(found, TARGET) == []

    def test_somebody_elses_is_refused(self) -> None:
        with pytest.raises(Refused, match="the name is taken: log group /aws/lambda/meditations-dev"):
            log_group.changes(LogGroup(14, {**OURS, "stage": "other"}), TARGET)

    @pytest.mark.parametrize(
        ("found", "settings", "calls"),
        [
            pytest.param(LogGroup(14, OURS), {"retention_days": 1}, ["put_retention_policy"], id="retention"),
            pytest.param(LogGroup(14, OURS), {"tags": {"team": "abbey"}}, ["tag_resource"], id="a tag more"),
            pytest.param(LogGroup(14, {**OURS, "team": "a"}), {}, ["untag_resource"], id="a tag less"),
            pytest.param(LogGroup(14, {**OURS, "aws:x": "a"}), {}, [], id="a tag of AWS's own"),
        ],
    )
    def test_only_what_differs_is_changed(self, found: LogGroup, settings: dict[str, Any], calls: list[str]) -> None:
        assert changed(found, **settings) == calls

    def test_tag_drift_is_repaired(self) -> None:
        target = make_target(tags={"team": "abbey"})
        with moto_aws() as aws:
            do(aws, log_group.changes(None, make_target(tags={"team": "priory", "cost": "low"})))
            do(aws, log_group.changes(log_group.read(aws, NAMES), target))

            found = log_group.read(aws, NAMES)

        assert found == LogGroup(14, {**OURS, "team": "abbey"})


class TestRemoval:
    def test_it_goes_and_a_second_time_is_fine(self) -> None:
        with moto_aws() as aws:
            do(aws, log_group.changes(None, TARGET))
            steps = log_group.removal(log_group.read(aws, NAMES), NAMES)
            do(aws, steps)
            do(aws, steps)

            assert log_group.read(aws, NAMES) is None

    @pytest.mark.parametrize("found", [None, LogGroup(14, {}), LogGroup(14, {"app": "other"})])
    def test_what_is_not_ours_stays(self, found: LogGroup | None) -> None:
        assert log_group.removal(found, NAMES) == []
