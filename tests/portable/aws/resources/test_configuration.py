"""How a function's configuration differs from the settings; the values of variables are never shown."""

from __future__ import annotations

from typing import Any

import pytest

from portable.aws.artifact.target import Target
from portable.aws.resources import configuration

from ..settings.configurations import configuration_of
from ..targets import make_target

TARGET = make_target()
VALUE = "hunter2-and-more"


def differences(found: dict[str, Any], target: Target = TARGET) -> list[tuple[str, str | None, str | None]]:
    """Return what differs."""
    return [(one.name, one.before, one.after) for one in configuration.differences(found, target)]


def without(*names: str, **more: Any) -> dict[str, Any]:
    """Return the target's configuration but for these."""
    kept = {name: value for name, value in configuration_of(TARGET).items() if name not in names}
    return {**kept, **more}


class TestWanted:
    def test_everything_is_said(self) -> None:
        target = make_target(
            memory_mb=256, timeout_s=9, ephemeral_storage_mb=600, tracing=True, log_level="DEBUG", runtime="python3.12"
        )

        assert configuration.wanted(target) == {
            "Role": "arn:aws:iam::123456789012:role/meditations-dev-eu-west-1",
            "Handler": "platforms.aws_lambda.shim.lambda_handler",
            "Runtime": "python3.12",
            "MemorySize": 256,
            "Timeout": 9,
            "EphemeralStorage": {"Size": 600},
            "TracingConfig": {"Mode": "Active"},
            "LoggingConfig": {
                "LogFormat": "JSON",
                "ApplicationLogLevel": "DEBUG",
                "SystemLogLevel": "WARN",
                "LogGroup": "/aws/lambda/meditations-dev",
            },
            "Environment": {"Variables": {}},
        }

    def test_with_secrets_the_function_is_told_where_they_are(self) -> None:
        wanted = configuration.wanted(make_target(secrets=("token",), environment={"GREETING": "hello"}))

        assert wanted["Environment"] == {"Variables": {"GREETING": "hello", "SECRETS_PATH": "meditations/dev/"}}


class TestDifferences:
    def test_there_are_none_in_what_was_made_for_it(self) -> None:
        target = make_target(tracing=True, secrets=("token",), environment={"GREETING": "hello"})

        assert differences(configuration_of(target), target) == []

    @pytest.mark.parametrize("name", ["EphemeralStorage", "TracingConfig", "Environment", "MemorySize"])
    def test_what_lambda_leaves_out_has_its_default(self, name: str) -> None:
        assert differences(without(name)) == []

    @pytest.mark.parametrize(
        ("settings", "difference"),
        [
            ({"memory_mb": 256}, ("memory", "128 MB", "256 MB")),
            ({"timeout_s": 29}, ("timeout", "5 s", "29 s")),
            ({"ephemeral_storage_mb": 1024}, ("storage", "512 MB", "1024 MB")),
            ({"tracing": True}, ("tracing", "off", "on")),
            ({"log_level": "DEBUG"}, ("log level", "INFO", "DEBUG")),
            ({"runtime": "python3.12"}, ("runtime", "python3.13", "python3.12")),
            ({"secrets": ("token",)}, ("environment SECRETS_PATH", None, "set")),
        ],
    )
    def test_only_what_changed_is_one(self, settings: dict[str, Any], difference: tuple[str, str, str]) -> None:
        assert differences(configuration_of(TARGET), make_target(**settings)) == [difference]

    def test_a_function_without_logging_configuration_writes_text(self) -> None:
        assert differences(without("LoggingConfig")) == [
            ("log format", "Text", "JSON"),
            ("log level", "none", "INFO"),
            ("log level of Lambda", "none", "WARN"),
        ]

    def test_drift_is_seen(self) -> None:
        found = without(Role="arn:aws:iam::123456789012:role/by-hand", Handler="other.handler")

        assert [name for name, _, _ in differences(found)] == ["role", "handler"]

    def test_of_a_variable_only_its_name_is_shown(self) -> None:
        found = without(Environment={"Variables": {"KEPT": VALUE, "CHANGED": VALUE, "GONE": VALUE}})
        target = make_target(environment={"KEPT": VALUE, "CHANGED": f"another {VALUE}", "NEW": VALUE})

        shown = differences(found, target)

        assert shown == [
            ("environment CHANGED", "set", "changed"),
            ("environment GONE", "set", None),
            ("environment NEW", None, "set"),
        ]

    def test_variables_that_lambda_could_not_decrypt_are_set_again(self) -> None:
        """https://docs.aws.amazon.com/lambda/latest/api/API_EnvironmentResponse.html."""
        found = without(Environment={"Error": {"ErrorCode": "AccessDeniedException", "Message": "kms"}})

        assert differences(found, make_target(environment={"A1": "1"})) == [("environment A1", None, "set")]


def test_of_a_new_function_what_follows_from_its_name_is_not_told() -> None:
    names = [one.name for one in configuration.first(make_target(environment={"GREETING": VALUE}))]

    assert names == ["runtime", "memory", "timeout", "storage", "tracing", "log level", "environment GREETING"]
