"""One event into the zip that would be uploaded, under AWS's own runtime client: `invoke --local`."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from portable.aws.artifact import package
from portable.aws.artifact.target import Package
from portable.aws.run.run import invoke_once, serve
from portable.aws.settings import Settings
from portable.deploying.errors import BadSettings

from .. import artifacts
from ..test_broken_handlers import write_function
from .aws_run import make_settings


def built(function_dir: Path, **settings: Any) -> tuple[Package, Settings]:
    made = make_settings(**settings)
    return package.build(function_dir, made.runtime, None), made


class TestInvokeOnce:
    def test_any_json_is_a_direct_invocation(self) -> None:
        made, settings = built(artifacts.RECORDS)
        result, failed = invoke_once(made, settings, b'{"a": [1]}')

        assert (json.loads(result)["payload"], failed) == ({"a": [1]}, False)

    def test_an_error_is_the_runtime_s_json(self) -> None:
        made, settings = built(artifacts.RECORDS)
        result, failed = invoke_once(made, settings, b'{"do": "raise"}')

        assert (json.loads(result)["errorType"], failed) == ("ValueError", True)

    def test_a_result_over_lambda_s_limit_is_an_error(self, tmp_path: Path) -> None:
        made, settings = built(write_function(tmp_path, "def handle(event, context):\n    return 'x' * 7_000_000\n"))
        result, failed = invoke_once(made, settings, b"{}")

        assert (json.loads(result)["errorType"], failed) == ("Function.ResponseSizeTooLarge", True)

    def test_a_function_that_does_not_start_is_an_error_with_its_line(self, tmp_path: Path) -> None:
        made, settings = built(write_function(tmp_path, "x = 1\n1 / 0\n"))
        result, failed = invoke_once(made, settings, b"{}")

        assert failed
        assert "handler.py:2" in json.loads(result)["errorMessage"]

    def test_a_secret_comes_from_the_caller_s_environment(self, tmp_path: Path) -> None:
        source = 'def handle(event, context):\n    return context.secret("api-key")\n'
        made, settings = built(write_function(tmp_path, source), secrets=("api-key",))

        assert invoke_once(made, settings, b"{}", {"API_KEY": "s3cret"}) == (b'"s3cret"', False)


def test_without_a_front_door_there_is_nothing_to_serve() -> None:
    made, settings = built(artifacts.SAMPLE, front_door="none")
    with pytest.raises(BadSettings, match="use `invoke --local`"):
        serve(made, settings, {}, port=0, debug=None, environ={}, out=io.StringIO())
