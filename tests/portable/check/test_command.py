"""`portable check`: what it prints, and how it ends."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portable.__main__ import main
from portable.check import TARGETS, Severity, findings_of, note_of
from portable.check.rules import RULES
from portable.deploying.world import World
from portable.stack.messages import FunctionDeployment, FunctionName, Resources
from portable.stack.stack_file import read_stack
from tests.sample import STACK_PATH

from . import everything, sample

ROOT = Path(__file__).parents[3]
STACK = """
provider: {name: openfaas}
functions:
  fn:
    lang: portable
    handler: ./fn
    image: ghcr.io/me/fn:1
"""
TO_ZERO = '    labels: {com.openfaas.scale.zero: "true"}\n'


def write(folder: Path, fields: str = "") -> str:
    path = folder / "stack.yml"
    path.write_text(STACK + fields)
    return str(path)


def check(arguments: Sequence[str], environ: Mapping[str, str]) -> tuple[str, int]:
    """Return what the command prints, and its exit code."""
    out = io.StringIO()
    code = main(["check", *arguments], World(environ=environ, stdout=out))
    return out.getvalue().removesuffix("\n"), code


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert check(arguments, {}) == ("", 2)
    return capsys.readouterr().err


def test_everything_that_is_found_in_a_stack_file_with_everything(tmp_path: Path) -> None:
    found = everything.found(tmp_path)

    assert found == everything.EXPECTED.read_text(), (
        "run: python -m tests.portable.check.everything, and read the change"
    )
    assert {rule.id for rule in RULES} - {line.split()[2] for line in found.splitlines()} == {"pro-functions"}


def test_finding_is_a_line_with_function_target_and_source_and_a_count_is_last(tmp_path: Path) -> None:
    report, exit_code = check([write(tmp_path, TO_ZERO), "--for", "openfaas-ce,faasd"], {})
    lines = report.splitlines()

    assert lines[0] == (
        "fn: openfaas-ce refuses label com.openfaas.scale.zero: true: scaling to zero is Pro's; take the label out "
        "(https://docs.openfaas.com/openfaas-pro/comparison/)"
    )
    assert lines[1].startswith("fn: faasd ignores label com.openfaas.scale.zero: true: ")
    assert [line.split(":")[:2] for line in lines[2:4]] == [["note", " openfaas-ce"], ["note", " faasd"]]
    assert lines[4:] == ["1 refused, 1 ignored, 0 different (openfaas-ce, faasd)"]
    assert exit_code == 1


def test_json_has_the_same_as_data(tmp_path: Path) -> None:
    report, exit_code = check([write(tmp_path, TO_ZERO), "--for", "faasd", "--json"], {})
    found = json.loads(report)

    assert found["findings"] == [
        {
            "function": "fn",
            "target": "faasd",
            "rule": "faasd-scale-to-zero",
            "severity": "ignores",
            "what": "label com.openfaas.scale.zero: true",
            "says": "functions go on running when they are idle: scaling to zero is OpenFaaS Edge's",
            "source": "https://docs.openfaas.com/openfaas-pro/comparison/",
        }
    ]
    assert [note["name"] for note in found["notes"]] == ["faasd"]
    assert found["counts"] == {"refused": 0, "ignored": 1, "different": 0}
    assert exit_code == 0


@pytest.mark.parametrize(
    ("fields", "arguments", "exit_code"),
    [
        ("", ["--strict"], 0),
        (TO_ZERO, ["--for", "faasd"], 0),
        (TO_ZERO, ["--for", "faasd", "--strict"], 1),
        (TO_ZERO, ["--for", "openfaas-pro", "--strict"], 0),
        ("    secrets: [key]\n", ["--for", "aws_lambda", "--strict"], 0),
        (TO_ZERO, [], 1),
    ],
)
def test_exit_code_is_1_if_anything_is_refused_and_with_strict_if_ignored(
    tmp_path: Path, fields: str, arguments: list[str], exit_code: int
) -> None:
    assert check([write(tmp_path, fields), *arguments], {})[1] == exit_code


def test_target_that_there_is_not_is_told_with_those_that_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    error = refusal(capsys, write(tmp_path), "--for", "faasd,lambda")

    assert f"'lambda' is no target; there are: {', '.join(TARGETS)}" in error


@pytest.mark.parametrize(
    ("fields", "complaint"), [("    lung: x\n", "'lung' is not known"), ("  -", "stack.yml: line")]
)
def test_stack_file_that_cannot_be_read_is_told_with_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fields: str, complaint: str
) -> None:
    assert complaint in refusal(capsys, write(tmp_path, fields))


def test_missing_stack_file_is_told_with_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no such file" in refusal(capsys, str(tmp_path / "none.yml"))


def test_variables_of_the_environment_are_put_in(tmp_path: Path) -> None:
    path = write(tmp_path, "    namespace: ${SPACE:-openfaas-fn}\n")

    assert check([path, "--for", "openfaas-ce"], {})[1] == 0
    assert check([path, "--for", "openfaas-ce"], {"SPACE": "dev"})[1] == 1


def test_source_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "fn").mkdir()
    (tmp_path / "fn" / "broken.py").write_text('def "text/event-stream"')
    (tmp_path / "fn" / "bytes.py").write_bytes(b"\xff\x00")
    (tmp_path / "fn" / "stream.py").write_text('TYPE = "application/x-ndjson; charset=utf-8"')

    report, _ = check([write(tmp_path), "--for", "openwhisk"], {})

    assert report.splitlines()[0].startswith("fn: openwhisk differs in a reply of application/x-ndjson: ")


def test_sample_stack_is_refused_by_nobody() -> None:
    command = [sys.executable, "-m", "portable", "check", str(STACK_PATH)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n0 refused, " in done.stdout


def test_deployment_has_the_findings_of_its_stack_file_that_need_no_more_than_it(tmp_path: Path) -> None:
    stack = everything.lay_out(tmp_path)
    deployment = read_stack(stack, {}, takes_devices=True)[0].deployment
    own = {line.split()[2] for line in everything.EXPECTED.read_text().splitlines() if line.startswith("2-everything ")}

    found = {finding.rule for finding in findings_of(deployment)}

    assert own - found == {
        "ce-build-secrets",
        "ce-devices",
        "pro-devices",
        "devices",
        "build",
        "openfaas-streams",
        "streams",
    }
    assert found <= own


def test_deployment_is_looked_at_for_the_targets_that_are_asked_for() -> None:
    deployment = FunctionDeployment(FunctionName("fn", "dev"), "me/fn:1")

    assert [(one.target, one.severity) for one in findings_of(deployment, ["openfaas-pro", "faasd"])] == [
        ("openfaas-pro", Severity.DIFFERS),
        ("faasd", Severity.REFUSES),
    ]


@given(texts=st.dictionaries(st.text(), st.text()), quantity=st.text(), image=st.text(min_size=1), namespace=st.text())
def test_no_deployment_is_too_odd_to_be_looked_at(
    texts: dict[str, str], quantity: str, image: str, namespace: str
) -> None:
    resources = Resources(quantity, quantity)
    deployment = FunctionDeployment(
        FunctionName("fn", namespace),
        image,
        env_vars={**texts, "exec_timeout": quantity},
        labels=texts,
        annotations=texts,
        limits=resources,
        requests=resources,
    )

    assert all(finding.what.isprintable() for finding in findings_of(deployment))


def test_note_is_a_line_of_what_would_be_refused_and_empty_if_nothing_is() -> None:
    deployment = FunctionDeployment(FunctionName("2fn", "x"), "me/fn:1", constraints=("a=b",))

    assert note_of(deployment) == (
        "openfaas-ce would refuse namespace: x; faasd would refuse namespace: x; google_cloud would refuse name: 2fn"
    )
    assert note_of(FunctionDeployment(FunctionName("fn"), "me/fn:1", constraints=("a=b",))) == ""


def test_gateway_page_shows_what_a_check_prints() -> None:
    text = sample.DOCUMENT.read_text()

    assert sample.with_sample(text) == text, "run: python -m tests.portable.check.sample"
