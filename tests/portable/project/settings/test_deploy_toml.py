"""The tables of deploy.toml: whom each is for, which wins, and where the file is looked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from portable.deploying.errors import BadSettings
from portable.project.settings import deploy_toml
from portable.project.settings.deploy_toml import DeployToml
from portable.project.settings.written import Written

FUNCTIONS = ("hello", "other")


def read(tmp_path: Path, text: str) -> DeployToml:
    path = tmp_path / "deploy.toml"
    path.write_text(text)
    return deploy_toml.read(path, FUNCTIONS)


def refusal(tmp_path: Path, text: str) -> str:
    with pytest.raises(BadSettings) as caught:
        read(tmp_path, text)
    return str(caught.value).replace(f"{tmp_path}/", "")


def values(written: Mapping[str, Written]) -> dict[str, Any]:
    return {key: one.value for key, one in written.items()}


class TestWhichWins:
    TABLES = (
        "[defaults]\nmemory_mb = 200\n",
        "[stages.prod]\nmemory_mb = 300\n",
        "[functions.hello]\nmemory_mb = 400\n",
        "[functions.hello.stages.prod]\nmemory_mb = 500\n",
    )

    @pytest.mark.parametrize("count", [1, 2, 3, 4])
    def test_the_table_that_is_meant_for_the_function_then_the_one_for_the_stage(
        self, tmp_path: Path, count: int
    ) -> None:
        file = read(tmp_path, "".join(reversed(self.TABLES[:count])))

        assert values(file.for_aws("hello", "prod")) == {"memory_mb": 100 + count * 100}

    def test_what_is_for_another_stage_or_function_is_not_taken(self, tmp_path: Path) -> None:
        file = read(tmp_path, "".join(self.TABLES))

        assert values(file.for_aws("hello", "dev")) == {"memory_mb": 400}
        assert values(file.for_aws("other", "prod")) == {"memory_mb": 300}
        assert values(file.for_aws("other", "dev")) == {"memory_mb": 200}

    def test_tables_within_are_joined_name_by_name(self, tmp_path: Path) -> None:
        file = read(
            tmp_path,
            '[defaults.environment]\nA1 = "all"\nB1 = "all"\n[stages.prod.environment]\nC1 = "prod"\n'
            '[functions.hello.environment]\nB1 = "hello"\n[functions.hello.stages.prod.tags]\nteam = "a"\n',
        )

        assert values(file.for_aws("hello", "prod")) == {
            "environment.A1": "all",
            "environment.B1": "hello",
            "environment.C1": "prod",
            "tags.team": "a",
        }

    def test_place_is_the_table_that_won(self, tmp_path: Path) -> None:
        written = read(tmp_path, "".join(self.TABLES)).for_aws("hello", "prod")

        assert written["memory_mb"].place.endswith("deploy.toml: [functions.hello.stages.prod] memory_mb")


class TestOpenWhisk:
    def test_functions_own_table_wins_over_defaults(self, tmp_path: Path) -> None:
        file = read(
            tmp_path,
            '[defaults]\nmemory_mb = 128\n[defaults.openwhisk]\nmemory_mb = 256\nkind = "python:3.12"\n'
            "[defaults.openwhisk.annotations]\na = 1\nb = [true]\n[functions.hello.openwhisk]\nmemory_mb = 512\n"
            "[functions.hello.openwhisk.annotations]\na = {x = 1.5}\n",
        )

        assert values(file.for_openwhisk("hello")) == {
            "memory_mb": 512,
            "kind": "python:3.12",
            "annotations.a": {"x": 1.5},
            "annotations.b": [True],
        }
        assert values(file.for_openwhisk("other"))["memory_mb"] == 256

    def test_aws_has_none_of_it(self, tmp_path: Path) -> None:
        file = read(tmp_path, "[functions.hello.openwhisk]\nmemory_mb = 512\n")

        assert file.for_aws("hello", "dev") == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "[functions.helo]",
            "[functions.helo]: the stack file has no function 'helo'",
        ),
        ("functions = 3", "functions must be a table"),
        ("functions.hello = 3", "[functions.hello] must be a table"),
        ("functions.hello.stages = 3", "functions.hello.stages must be a table"),
        ("[functions.hello.stages.Prod]", "[functions.hello.stages.Prod]: a stage is called by"),
        ("[functions.hello]\nmemory = 1", "[functions.hello] 'memory' is not known; did you mean 'memory_mb'?"),
        ("[functions.other.stages.x]\nmemory_mb = '1'", "[functions.other.stages.x] memory_mb must be a whole number"),
        (
            "[functions.other.openwhisk]\nkinds = 1",
            "[functions.other.openwhisk] 'kinds' is not known; did you mean",
        ),
        ("[defaults.openwhisk]\nname = 'x'", "[defaults.openwhisk] 'name' is not known; the action is called as"),
        ("[defaults.openwhisk]\nmemory_mb = true", "[defaults.openwhisk] memory_mb must be a whole number"),
        (
            "[defaults.openwhisk.annotations]\nx = 1979-05-27",
            "[defaults.openwhisk.annotations] x must be something",
        ),
        ("[defaults.openwhsik]", "[defaults] 'openwhsik' is not known; did you mean 'openwhisk'?"),
        ("[stages.prod.openwhisk]", "[stages.prod.openwhisk]: OpenWhisk has no stages: put it under [defaults]"),
        ("[function.hello]", "'function' is not known; did you mean 'functions'?"),
    ],
)
def test_mistake_is_refused_with_its_table_whoever_it_is_for(tmp_path: Path, text: str, says: str) -> None:
    assert refusal(tmp_path, text).startswith(f"deploy.toml: {says}")


class TestFind:
    def test_file_lies_beside_the_stack_file(self, tmp_path: Path) -> None:
        (tmp_path / "sub").mkdir()
        (tmp_path / "sub" / "deploy.toml").write_text("[defaults]\nmemory_mb = 300\n")

        file = deploy_toml.find(None, tmp_path / "sub" / "stack.yml", {}, FUNCTIONS)

        assert values(file.for_aws("hello", "dev")) == {"memory_mb": 300}

    def test_it_need_not_be_there_unless_it_is_named(self, tmp_path: Path) -> None:
        stack = tmp_path / "stack.yml"

        assert deploy_toml.find(None, stack, {}, FUNCTIONS).for_aws("hello", "dev") == {}
        with pytest.raises(BadSettings, match="--config: there is no file"):
            deploy_toml.find(tmp_path / "deploy.toml", stack, {}, FUNCTIONS)
        with pytest.raises(BadSettings, match="APP_CONFIG: there is no file"):
            deploy_toml.find(None, stack, {"APP_CONFIG": str(tmp_path / "deploy.toml")}, FUNCTIONS)
