"""The OpenFaaS package: what faas-cli reads in it, and what of a stack file is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from portable.packaging import built
from portable.packaging.errors import PackageError
from portable.packaging.openfaas import build
from portable.stack.stack_file import read_stack
from tests.runtimes.processes import REPOSITORY_DIR
from tests.sample import FUNCTION_DIR, STACK_PATH

from .trees import lay_out

STACK = STACK_PATH.read_text()
TWO = """\
version: 1.0
provider:
  name: openfaas
  gateway: ${OPENFAAS_URL:-http://127.0.0.1:8080}
functions:
  first:
    &usual
    lang: portable
    handler: ./one
    image: ${REGISTRY:-local}/first:${TAG:-1.10}
    environment: {on: yes, version: 1.10, text: "no", é: 'ü'}
  second:
    <<: *usual
    handler: some/../two/
    readonly_root_filesystem: true
"""


def project(folder: Path, stack: str, *functions: str) -> Path:
    """Lay out a stack file and functions' folders, and return the stack file."""
    (folder / "stack.yml").write_text(stack)
    for name in functions:
        lay_out(folder / name, {"handler.py": name.encode()})
    return folder / "stack.yml"


def packaged(stack: Path, name: str) -> Any:
    """Return the stack file of a function's package."""
    return yaml.load(build(stack.parent / name, stack).files["stack.yml"], yaml.BaseLoader)


def check_refused(stack: Path, said: str, name: str = "function") -> None:
    """Check that building it says that."""
    with pytest.raises(PackageError, match=said):
        build(stack.parent / name, stack)


def test_sample_has_its_own_stack_file_and_what_the_dockerfile_reads() -> None:
    files = build(FUNCTION_DIR, STACK_PATH).files

    assert files["stack.yml"] == STACK_PATH.read_bytes()
    template = "template/portable"
    for path in (f"{template}/Dockerfile", f"{template}/template.yml", f"{template}/requirements/fast.txt"):
        assert files[path] == (REPOSITORY_DIR / path).read_bytes()
    for path in ("openfaas/healthcheck.py", "wsgi/server.py", "result.py"):
        assert files[f"{template}/platforms/{path}"] == (REPOSITORY_DIR / "platforms" / path).read_bytes()


def test_function_has_the_requirements_that_the_image_installs(tmp_path: Path) -> None:
    stack = project(tmp_path, STACK, "function")
    without = build(tmp_path / "function", stack)
    lay_out(tmp_path, {"function/requirements.txt": b"one==1\r\n"})
    with_one = build(tmp_path / "function", stack)

    assert with_one.files["function/requirements.txt"] == b"one==1\n"
    assert with_one.files.keys() - without.files.keys() == {"function/requirements.txt"}
    assert with_one.function_digest == without.function_digest


class TestOtherFolder:
    def test_it_becomes_the_only_function_with_its_name_and_every_text_as_it_was(self, tmp_path: Path) -> None:
        stack = packaged(project(tmp_path, TWO, "one", "two"), "one")

        assert stack["provider"]["gateway"] == "${OPENFAAS_URL:-http://127.0.0.1:8080}"
        assert stack["functions"] == {
            "first": {
                "lang": "portable",
                "handler": "./function",
                "image": "${REGISTRY:-local}/first:${TAG:-1.10}",
                "environment": {"on": "yes", "version": "1.10", "text": "no", "é": "ü"},
            }
        }

    def test_what_it_merges_in_comes_with_it(self, tmp_path: Path) -> None:
        stack = project(tmp_path, TWO, "one", "two")
        whole = build(tmp_path / "two", stack)
        assert whole.files["function/handler.py"] == b"two"

        built.write(whole, tmp_path / "out")
        (function,) = read_stack(tmp_path / "out" / "stack.yml", {})
        assert function.deployment.name.name == "second"
        assert function.deployment.image == "local/first:1.10"
        assert function.deployment.env_vars == {"on": "yes", "version": "1.10", "text": "no", "é": "ü"}
        assert function.handler_dir == (tmp_path / "out" / "function").resolve()


class TestRefused:
    def test_folder_that_no_function_has(self, tmp_path: Path) -> None:
        check_refused(
            project(tmp_path, TWO, "other"), r"none of its functions .*first has '\./one', second has", "other"
        )

    def test_folder_that_two_functions_have(self, tmp_path: Path) -> None:
        check_refused(project(tmp_path, TWO.replace("some/../two/", "one"), "one"), "2 of its functions have", "one")

    def test_other_template(self, tmp_path: Path) -> None:
        stack = STACK.replace("lang: portable", "lang: python3-http")
        check_refused(project(tmp_path, stack, "function"), "lang is 'python3-http', and the template in the package")

    def test_files_of_variables_that_are_not_packaged(self, tmp_path: Path) -> None:
        stack = STACK.replace("    environment:", "    environment_file: [secret.yml]\n    environment:")
        check_refused(project(tmp_path, stack, "function"), "environment_file names files that are not packaged")

    @pytest.mark.parametrize("copied", ["[./shared]", "[./platforms, requirements/]", "./shared"])
    def test_folders_beside_the_stack_file(self, tmp_path: Path, copied: str) -> None:
        stack = f"{STACK}configuration:\n  copy: {copied}\n"
        check_refused(project(tmp_path, stack, "function"), r"configuration\.copy names folders that are not packaged")

    def test_no_stack_file(self, tmp_path: Path) -> None:
        stack = project(tmp_path, STACK, "function")
        stack.unlink()

        check_refused(stack, r"there is no '.*stack\.yml', .*name the file with --stack")

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "is empty"),
            ("functions: {", "is no YAML"),
            ("functions: []", "functions has nothing in it"),
            ("just text", "functions has nothing in it"),
            ("functions:\n  one:", "none of its functions"),
            ("functions:\n  one:\n    handler: [./function]", "none of its functions"),
        ],
    )
    def test_stack_file_that_is_none(self, tmp_path: Path, text: str, said: str) -> None:
        check_refused(project(tmp_path, text, "function"), said)


def test_without_pyyaml_it_says_what_to_do(tmp_path: Path) -> None:
    code = "import sys; sys.modules['yaml'] = None; from portable.__main__ import main; sys.exit(main({}))"
    arguments = ["package", "openfaas", "-o", str(tmp_path / "new")]
    command = [sys.executable, "-c", code.format(arguments)]
    ran = subprocess.run(command, cwd=REPOSITORY_DIR, capture_output=True, text=True, check=False)

    assert ran.returncode == 2
    assert ran.stderr == f"error: yaml is not installed for {sys.executable}: run `make setup` in {REPOSITORY_DIR}\n"
    assert not (tmp_path / "new").exists()


def test_package_has_no_packager(tmp_path: Path) -> None:
    built.write(build(FUNCTION_DIR, STACK_PATH), tmp_path)
    command = [sys.executable, "-E", "-s", "-m", "platforms.openfaas", "package"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert "unrecognized arguments: package" in ran.stderr
