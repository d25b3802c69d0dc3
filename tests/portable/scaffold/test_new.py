"""`portable new`: a function, a project around the first one, and nothing of either where something is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from portable.deploying.errors import BadSettings
from portable.project.functions import declared
from portable.project.settings import deploy_toml
from portable.scaffold import templates
from portable.scaffold.new import Made, new
from portable.stack.schedules import Schedule

SOURCE = "portable-functions[aws,debug] @ git+https://example.org/me/portable@4b8a05b"


def made(root: Path, name: str = "hello", kind: str = "api", source: str | None = SOURCE) -> Made:
    """Make a function in a folder; check that what it says it made is what is new there."""
    before = contents(root)
    result = new(root, name, kind, source, {})
    after = contents(root)

    assert after.keys() - before.keys() == set(result.files)
    assert all(after[path] == text for path, text in before.items() if path != "stack.yml")
    return result


def contents(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


class TestProject:
    def test_empty_folder_becomes_a_whole_project(self, tmp_path: Path) -> None:
        assert set(made(tmp_path).files) == {
            ".devcontainer/devcontainer.json",
            ".github/workflows/portable.yml",
            ".gitignore",
            ".vscode/launch.json",
            "README.md",
            "deploy.toml",
            "hello/handler.py",
            "hello/requirements.txt",
            "hello/tests/test_hello.py",
            "pytest.ini",
            "stack.yml",
        }
        assert deploy_toml.read(tmp_path / "deploy.toml", ()).for_aws("", "prod")["retention_days"].value == 90

    def test_every_placeholder_is_filled_in_and_no_path_of_this_machine_is_in_a_file(self, tmp_path: Path) -> None:
        made(tmp_path, "my-fn", source=None)
        for path, content in contents(tmp_path).items():
            assert not re.search(rb"\$(name|source)\b|NAME$", content.replace(b"new NAME", b""), re.MULTILINE), path
            assert str(tmp_path).encode() not in content
            assert str(Path.home()).encode() not in content

    @pytest.mark.parametrize("source", [SOURCE, None])
    def test_workflow_and_devcontainer_install_what_the_tool_came_from_or_stop(
        self, tmp_path: Path, source: str | None
    ) -> None:
        made(tmp_path, source=source)
        workflow = yaml.safe_load((tmp_path / ".github/workflows/portable.yml").read_text())
        container = yaml.safe_load((tmp_path / ".devcontainer/devcontainer.json").read_text())

        assert workflow["env"]["PORTABLE_SOURCE"] == f"${{{{ vars.PORTABLE_SOURCE || '{source or ''}' }}}}"
        assert container["containerEnv"]["PORTABLE_SOURCE"] == (source or "")
        (install,) = [step["run"] for step in workflow["jobs"]["test"]["steps"] if "pip" in step.get("run", "")]
        for command in (install, container["postCreateCommand"]):
            assert '"${PORTABLE_SOURCE:?set ' in command

    def test_workflow_takes_roles_by_oidc_and_no_key(self, tmp_path: Path) -> None:
        made(tmp_path)
        text = (tmp_path / ".github/workflows/portable.yml").read_text()
        jobs = yaml.safe_load(text)["jobs"]

        assert {name for name, job in jobs.items() if job.get("permissions", {}).get("id-token")} == {"plan", "deploy"}
        assert "secrets." not in text
        assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+", used) for used in re.findall("uses: (.*)", text))

    def test_what_is_there_is_kept(self, tmp_path: Path) -> None:
        (tmp_path / "README.md").write_text("mine")
        result = made(tmp_path)

        assert result.kept == ("README.md",)
        assert (tmp_path / "README.md").read_text() == "mine"


class TestFunction:
    @pytest.mark.parametrize("kind", templates.KINDS)
    def test_its_entry_is_as_faas_cli_takes_it(self, tmp_path: Path, kind: str) -> None:
        made(tmp_path)
        made(tmp_path, "second-one", kind)
        first, second = declared(tmp_path / "stack.yml", {})

        assert (first.name, second.name) == ("hello", "second-one")
        assert second.folder == tmp_path / "second-one"
        assert second.deployment is not None
        assert second.deployment.image == "local/second-one:latest"
        assert (Schedule.from_annotations(second.deployment.annotations) is not None) == (kind == "cron")

    def test_it_has_a_test_of_its_own_name_for_python(self, tmp_path: Path) -> None:
        assert "my-fn/tests/test_my_fn.py" in made(tmp_path, "my-fn").files
        assert 'Client("my-fn")' in (tmp_path / "my-fn/tests/test_my_fn.py").read_text()

    def test_stack_file_keeps_its_permissions_and_its_place_behind_a_link(self, tmp_path: Path) -> None:
        made(tmp_path)
        (tmp_path / "stack.yml").rename(tmp_path / "real.yml")
        (tmp_path / "real.yml").chmod(0o600)
        (tmp_path / "stack.yml").symlink_to("real.yml")
        new(tmp_path, "second", "api", SOURCE, {})

        assert (tmp_path / "stack.yml").is_symlink()
        assert (tmp_path / "real.yml").stat().st_mode & 0o777 == 0o600
        assert len(declared(tmp_path / "stack.yml", {})) == 2


class TestRefused:
    def refused(self, root: Path, said: str, name: str = "hello") -> None:
        """Check that it is refused, and that nothing is there that was not before."""
        before = sorted(root.rglob("*"))
        texts = contents(root)
        with pytest.raises(BadSettings, match=said) as error:
            new(root, name, "api", SOURCE, {})

        assert "\n" not in str(error.value)
        assert sorted(root.rglob("*")) == before
        assert contents(root) == texts

    @pytest.mark.parametrize(
        "make_it", [Path.mkdir, Path.touch, lambda path: path.symlink_to("nowhere")], ids=["folder", "file", "link"]
    )
    def test_folder_that_is_there(self, tmp_path: Path, make_it: Callable[[Path], None]) -> None:
        make_it(tmp_path / "hello")

        self.refused(tmp_path, "hello is there already, and nothing is overwritten")

    def test_name_that_a_platform_would_refuse(self, tmp_path: Path) -> None:
        self.refused(tmp_path, "not every platform takes", "Hello")

    def test_stack_file_that_does_not_parse(self, tmp_path: Path) -> None:
        (tmp_path / "stack.yml").write_text("functions:\n  first: [\n")

        self.refused(tmp_path, r"stack\.yml: line 3: ")

    def test_stack_file_that_is_no_text(self, tmp_path: Path) -> None:
        (tmp_path / "stack.yml").write_bytes(b"\xff\xfe")

        self.refused(tmp_path, "stack.yml cannot be read")

    def test_stack_file_of_the_other_name(self, tmp_path: Path) -> None:
        (tmp_path / "stack.yaml").write_text("version: 1.0\n")

        self.refused(tmp_path, r"stack\.yaml is here, and stack\.yml is what is read: rename it")

    def test_function_that_is_declared(self, tmp_path: Path) -> None:
        (tmp_path / "stack.yml").write_text("functions:\n  hello:\n    lang: python3-http\n")

        self.refused(tmp_path, "has a function 'hello'")

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", r"^stack\.yml: provider\.name is missing; write provider: {name: openfaas}; nothing was made$"),
            ("version: 1.0\nfunctions:\n", r"^stack\.yml: provider\.name is missing; write"),
            ("version: 1.0\nfunctions: {}\n", "cannot be added: write `functions:` alone in its line, and below it"),
            (
                "provider: {name: openfaas}\nfunctions:\n  first:\n    lang: portable\n",
                r"^stack\.yml: function 'first': handler is missing; write e\.g\. handler: \./function",
            ),
            ("provider: {name: openfaas}\nprovider: {name: openfaas}\n", "line 2: 'provider' comes twice"),
            ("functions:\n  first: {lang: a}\n  first: {lang: b}\n", "line 3: 'first' comes twice"),
        ],
    )
    def test_stack_file_that_no_verb_could_read(self, tmp_path: Path, text: str, said: str) -> None:
        (tmp_path / "stack.yml").write_text(text)

        self.refused(tmp_path, said)

    def test_project_within_a_project(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        made(tmp_path)
        monkeypatch.chdir(tmp_path / "hello" / "tests")

        self.refused(tmp_path / "hello" / "tests", r"the project is in \.\./\.\.: go there; nothing was made", "two")

    def test_place_for_a_project_s_file_that_is_no_folder(self, tmp_path: Path) -> None:
        (tmp_path / ".vscode").touch()

        self.refused(tmp_path, r"cannot make .*\.vscode.*; nothing was made")
