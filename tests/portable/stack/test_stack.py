"""The stack file: what faas-cli would deploy, and what it says when the file is wrong."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portable.stack.errors import Refused
from portable.stack.messages import FunctionDeployment, FunctionName, Resources
from portable.stack.stack_file import StackFunction, read_stack
from tests.sample import STACK_PATH

TEMPLATE = Path(__file__).parents[3] / "template" / "portable"
HEAD = "version: 1.0\nprovider: {name: openfaas}\n"
SMALL = "functions: {fn: {lang: portable, handler: ./fn, image: local/fn:1}}"


def write_stack(tmp_path: Path, text: str, *, head: str = HEAD) -> Path:
    path = tmp_path / "stack.yml"
    path.write_text(head + textwrap.dedent(text))
    return path


def read(
    tmp_path: Path, text: str, *, head: str = HEAD, environ: Mapping[str, str] | None = None
) -> list[StackFunction]:
    return read_stack(write_stack(tmp_path, text, head=head), environ or {})


def read_fields(tmp_path: Path, fields: str) -> FunctionDeployment:
    """Return the deployment of a function with these fields besides the required ones."""
    text = "functions:\n  fn:\n    lang: portable\n    handler: ./fn\n    image: local/fn:1\n"
    (function,) = read(tmp_path, text + textwrap.indent(textwrap.dedent(fields), "    "))
    return function.deployment


def refusal(tmp_path: Path, text: str, *, head: str = HEAD) -> str:
    with pytest.raises(Refused) as caught:
        read(tmp_path, text, head=head)
    return str(caught.value).replace(f"{tmp_path}/", "")


def refusal_of_fields(tmp_path: Path, fields: str) -> str:
    with pytest.raises(Refused) as caught:
        read_fields(tmp_path, fields)
    return str(caught.value).replace(f"{tmp_path}/", "")


def test_sample_stack_is_what_faas_cli_deploys(tmp_path: Path) -> None:
    (tmp_path / "template" / "portable").mkdir(parents=True)
    shutil.copy(TEMPLATE / "template.yml", tmp_path / "template" / "portable")
    shutil.copy(STACK_PATH, tmp_path)
    (function,) = read_stack(tmp_path / "stack.yml", {"TAG": "7"})
    variables = {"OPENFAAS_NAME": "meditations", "exec_timeout": "30s", "write_timeout": "30s"}

    assert function == StackFunction(
        FunctionDeployment(
            name=FunctionName("meditations"),
            image="local/meditations:7",
            env_process="python -m platforms.openfaas",  # of template.yml
            env_vars=variables,
            read_only_root_filesystem=True,
        ),
        tmp_path / "function",
        "portable",
        variables,
        build_keys=("build_args",),
    )


def test_every_field_is_read(tmp_path: Path) -> None:
    deployment = read_fields(
        tmp_path,
        """
        namespace: dev
        fprocess: python app.py
        environment: {A: a, NUMBER: 1.10, YES: yes, OCTAL: 010, NONE: , DATE: 2026-01-01}
        secrets: [one, two]
        labels: {com.openfaas.scale.zero: true}
        annotations: {topic: cron-function, schedule: "*/5 * * * *"}
        constraints: [a=b]
        limits: {memory: 128Mi, cpu: 0.5}
        requests: {memory: 64Mi}
        readonly_root_filesystem: yes
        build_args: {PYTHON: 3.13}
        skip_build: true
        """,
    )

    assert deployment == FunctionDeployment(
        name=FunctionName("fn", "dev"),
        image="local/fn:1",
        env_process="python app.py",
        env_vars={"A": "a", "NUMBER": "1.10", "YES": "yes", "OCTAL": "010", "NONE": "", "DATE": "2026-01-01"},
        secrets=("one", "two"),
        labels={"com.openfaas.scale.zero": "true"},
        annotations={"topic": "cron-function", "schedule": "*/5 * * * *"},
        constraints=("a=b",),
        limits=Resources(memory="128Mi", cpu="0.5"),
        requests=Resources(memory="64Mi"),
        read_only_root_filesystem=True,
    )


def test_functions_come_in_their_order_with_their_folders_beside_the_file(tmp_path: Path) -> None:
    functions = read(
        tmp_path,
        """
        x-base: &base {lang: portable, image: local/all:1}
        functions:
          second: {<<: *base, handler: ./two}
          first: {<<: *base, handler: one/deep}
        """,
    )

    assert [function.deployment.name.name for function in functions] == ["second", "first"]
    assert [function.handler_dir for function in functions] == [tmp_path / "two", tmp_path / "one" / "deep"]


def test_variables_are_put_in_before_the_yaml_is_read(tmp_path: Path) -> None:
    text = "functions: {fn: {lang: portable, handler: ./fn, image: '${REG:-local}/fn:${TAG}', environment: {P: '$$A'}}}"
    (function,) = read(tmp_path, text, environ={"TAG": "2"})

    assert function.deployment.image == "local/fn:2"
    assert function.deployment.env_vars == {"P": "$A"}


def test_environment_file_wins_over_environment_and_a_later_file_over_an_earlier(tmp_path: Path) -> None:
    (tmp_path / "one.yml").write_text("environment: {A: one, B: one, D: $$}\n")
    (tmp_path / "two.yml").write_text("environment: {B: two}\n")
    deployment = read_fields(
        tmp_path, "environment: {A: inline, B: inline, C: inline}\nenvironment_file: [one.yml, two.yml]"
    )

    assert deployment.env_vars == {"A": "one", "B": "two", "C": "inline", "D": "$$"}


def test_fprocess_of_the_template_wins(tmp_path: Path) -> None:
    template = tmp_path / "template" / "portable" / "template.yml"
    template.parent.mkdir(parents=True)
    template.write_text("language: portable\nfprocess: python of-template.py\n")

    assert read_fields(tmp_path, "fprocess: mine").env_process == "python of-template.py"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("functions: {fn: {}}", "stack.yml: function 'fn': lang is missing; write e.g. lang: portable"),
        ("functions: {fn: {lang: portable}}", "stack.yml: function 'fn': handler is missing; write e.g."),
        (
            "functions: {fn: {lang: portable, handler: ./fn}}",
            "stack.yml: function 'fn': image is missing; write e.g. image: local/fn:latest",
        ),
        ("functions: {}", "stack.yml: functions: there are none"),
        ("functions: [a]", "stack.yml: functions: keys and values are expected, and there is a list"),
        ("functions: {1: text}", "stack.yml: function '1': keys and values are expected, and there is 'text'"),
        ("functions: {~: {}}", "stack.yml: functions: a key must be a text, and there is None"),
        ("function: {fn: {}}", "stack.yml: 'function' is not known; did you mean 'functions'?"),
        ("functions: {fn: {langs: portable}}", "stack.yml: function 'fn': 'langs' is not known; did you mean 'lang'?"),
        ("functions: {fn: {zzz: 1}}", "stack.yml: function 'fn': 'zzz' is not known; there are: lang, handler, "),
        (SMALL.replace("fn:", "Fn_:"), "stack.yml: function 'Fn_': a function's name is 1 to 63 of a-z"),
        ("functions: {fn: {}, fn: {}}", "stack.yml: line 3: 'fn' comes twice"),
        ("functions:\n  fn: [", "stack.yml: line 4: "),
        ("functions: ${", "stack.yml: line 3: '${' is no variable"),
    ],
)
def test_wrong_stack_is_refused_with_its_place(tmp_path: Path, text: str, expected: str) -> None:
    assert refusal(tmp_path, text).startswith(expected)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("version: 2.0\nprovider: {name: openfaas}\n", "stack.yml: version is '2.0', and only 1.0 is known"),
        ("provider: {name: kubernetes}\n", "stack.yml: provider.name is 'kubernetes', and must be openfaas"),
        ("", "stack.yml: provider.name is missing; write provider: {name: openfaas}"),
        ("provider: {nam: openfaas}\n", "stack.yml: provider: 'nam' is not known; did you mean 'name'?"),
        ("provider: openfaas\n", "stack.yml: provider: keys and values are expected, and there is 'openfaas'"),
    ],
)
def test_wrong_version_or_provider_is_refused(tmp_path: Path, head: str, expected: str) -> None:
    assert refusal(tmp_path, SMALL, head=head).startswith(expected)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("environment: [A]", "environment: keys and values are expected, and there is a list"),
        ("environment: {A: [1]}", "environment.A must be a text, and is a list"),
        ("environment: {'A=B': 1}", "envVars: 'A=B' cannot be a name"),
        ("environment_file: [none.yml]", "environment_file: there is no file 'none.yml'"),
        ("environment_file: none.yml", "environment_file must be a list, and is 'none.yml'"),
        ("secrets: [UPPER]", "a secret's name is up to 253 of a-z"),
        ("secrets: {a: b}", "secrets must be a list, and is keys and values"),
        ("limits: {memory: lots}", "limits.memory: 'lots' is no quantity"),
        ("limits: {disk: 1Gi}", "limits.disk is not known: it takes memory and cpu"),
        ("limits: {nvidia.com/gpu: 1}", "limits: this gateway gives functions no GPU"),
        ("labels: {com.openfaas.scale.min: many}", "label com.openfaas.scale.min: 'many' is no whole number"),
        ("labels: {com.openfaas.ready.http.path: ready}", "label com.openfaas.ready.http.path: 'ready' is no path"),
        ("annotations: {com.openfaas.ready.http.path: ''}", "annotation com.openfaas.ready.http.path: '' is no path"),
        ("readonly_root_filesystem: maybe", "readonly_root_filesystem must be true or false, and is 'maybe'"),
        ("namespace: Dev", "a function's namespace is 1 to 63 of a-z"),
    ],
)
def test_wrong_field_is_refused_with_the_function_and_the_key(tmp_path: Path, fields: str, expected: str) -> None:
    assert refusal_of_fields(tmp_path, fields).startswith(f"stack.yml: function 'fn': {expected}")


def test_missing_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"there is no such file; .*--stack names another"):
        read_stack(tmp_path / "none.yml", {})


def test_folder_instead_of_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot read it: Is a directory"):
        read_stack(tmp_path, {})


_SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
_ANYTHING = st.recursive(_SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_SCALARS, inner))


@given(
    key=st.sampled_from(["lang", "environment", "secrets", "labels", "limits", "namespace", "environment_file"]),
    value=_ANYTHING,
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_value_of_a_field_is_read_or_refused(tmp_path: Path, key: str, value: object) -> None:
    import yaml

    fields = {"lang": "portable", "handler": "./fn", "image": "a", key: value}
    stack = yaml.safe_dump({"provider": {"name": "openfaas"}, "functions": {"fn": fields}}, allow_unicode=True)
    try:
        read(tmp_path, stack.replace("$", "$$").replace("\\", "\\\\"), head="")
    except Refused as error:
        assert "function 'fn'" in str(error) or "line" in str(error)  # noqa: PT017 - either is fine
