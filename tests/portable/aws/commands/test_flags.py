"""--front-door, --arch and --runtime: they win over the files, in every command that builds."""

from __future__ import annotations

import pytest

from portable.aws.run.environment import this_machine

from ..project import Project
from ..strict import StrictAws

OTHER = """\
[functions.meditations]
front_door = "http"
architecture = "x86_64"
runtime = "python3.12"
"""
FLAGS = ("--front-door", "url", "--arch", "arm64", "--runtime", "python3.14")


def test_they_win_over_the_functions_table(world: StrictAws, project: Project) -> None:
    project.settings(OTHER)

    outcome = project.deploy(*FLAGS)

    assert outcome.code == 0, outcome.err
    client = world.session().client("lambda", region_name="eu-west-1")
    made = client.get_function_configuration(FunctionName="meditations-dev")
    assert (made["Runtime"], made["Architectures"]) == ("python3.14", ["arm64"])
    assert "lambda-url" in project.run("url").out
    assert project.run("plan", "--exit-code", *FLAGS).code == 0
    assert "architecture: arm64 -> x86_64" in project.run("plan").out


def test_package_repeats_them_in_what_comes_next(project: Project) -> None:
    output = str(project.folder / "build.zip")

    outcome = project.run("package", "--arch", "x86_64", "--json", "-o", output)

    assert outcome.facts["architecture"] == "x86_64"
    assert "--architectures x86_64" in outcome.facts["next"][0]


@pytest.mark.parametrize(
    ("flag", "value", "says"),
    [
        ("--front-door", "htpp", "'htpp' is not one of 'rest', 'http', 'url', 'none'"),
        ("--arch", "arm", "'arm' is not one of 'arm64', 'x86_64'"),
        ("--runtime", "python3.9", "--runtime is 'python3.9': AWS has deprecated it"),
    ],
)
def test_mistake_names_the_flag(project: Project, flag: str, value: str, says: str) -> None:
    outcome = project.run("plan", flag, value)

    assert outcome.code == 2
    assert says in outcome.err


def test_a_check_that_fails_because_of_one_names_it(project: Project) -> None:
    project.settings("api_key = true\n")

    outcome = project.run("plan", "--front-door", "http")

    assert outcome.code == 2
    assert "api_key is true, and front door http has no API keys" in outcome.err


def test_local_invocation_is_built_for_this_machine_whatever_the_stage_has(project: Project) -> None:
    here = this_machine()
    another = "python3.14" if here.runtime != "python3.14" else "python3.13"
    project.settings(f'[functions.meditations]\nruntime = "{another}"\nbytecode = true\n')

    outcome = project.run("invoke", "--local", "-d", '{"any": "payload"}')

    assert outcome.code == 0, outcome.err
    assert '"meditation"' in outcome.out
