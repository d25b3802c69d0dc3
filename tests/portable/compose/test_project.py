"""`portable up` and `portable down`: what is asked of docker compose, and what is written for it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from portable.__main__ import main
from portable.compose.project import ComposeProject
from portable.deploying.errors import BadSettings, DeployError
from tests.portable.deploying.worlds import make_world, printed

from .projects import calls, programs, write_project


def flags(root: Path, name: str = "shop") -> str:
    return f"--project-directory {root} --file {root}/.portable/docker-compose.yml --project-name {name}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the folder of a project that is called Shop."""
    write_project(folder := tmp_path / "Shop")
    return folder


def test_up_writes_what_the_images_are_built_from_and_starts_them(tmp_path: Path, root: Path) -> None:
    environ = programs(tmp_path / "bin", "docker")
    assert ComposeProject.of(root / "stack.yml", environ).up() == 0

    assert calls(environ) == [
        "docker compose version",
        f"docker compose {flags(root)} up --build --detach --remove-orphans",
        "api-key=hush",
    ]
    contexts = root / ".portable" / "compose"
    assert (contexts / "hello/function/requirements.txt").read_text() == "itsdangerous==2.2.0\n"
    assert not list((contexts / "other/function").iterdir())
    assert (root / ".portable/.gitignore").read_text() == "*\n"
    assert "hush" not in (root / ".portable/docker-compose.yml").read_text()


def test_nobody_else_reads_what_it_writes(tmp_path: Path, root: Path) -> None:
    stack, folder, file = root / "stack.yml", root / ".portable", root / ".portable/docker-compose.yml"
    stack.write_text(
        stack.read_text().replace("    handler: ./hello\n", "    handler: ./hello\n    environment_file: [own.yml]\n")
    )
    (root / "own.yml").write_text("environment: {TOKEN: hush}\n")
    folder.mkdir(mode=0o755)
    file.touch(mode=0o644)
    ComposeProject.of(stack, programs(tmp_path / "bin", "docker")).up()

    assert "TOKEN: hush" in file.read_text()
    assert [path.stat().st_mode & 0o777 for path in (folder, file)] == [0o700, 0o600]


def test_every_file_that_a_dockerfile_copies_is_in_its_context(tmp_path: Path, root: Path) -> None:
    ComposeProject.of(root / "stack.yml", programs(tmp_path / "bin", "docker")).up()
    for name, service in yaml.safe_load((root / ".portable/docker-compose.yml").read_text())["services"].items():
        context = root / service["build"]["context"]
        lines = (context / service["build"]["dockerfile"]).read_text().splitlines()
        copied = [source for line in lines if line.startswith("COPY ") for source in line.split()[1:-1]]
        ours = [source for source in copied if not source.startswith(("--from", "/", "function/"))]

        assert "platforms" in ours
        for source in ours:
            assert (context / source).exists(), f"{name}: {source}"


def test_up_again_takes_away_what_is_no_longer_there(tmp_path: Path, root: Path) -> None:
    environ = programs(tmp_path / "bin", "docker")
    ComposeProject.of(root / "stack.yml", environ).up()
    (root / "hello/requirements.txt").unlink()
    ComposeProject.of(root / "stack.yml", environ).up()

    assert not (root / ".portable/compose/hello/function/requirements.txt").exists()


def test_older_program_is_taken_where_there_is_no_plugin(tmp_path: Path, root: Path) -> None:
    environ = {**programs(tmp_path / "bin", "docker", "docker-compose"), "NO_PLUGIN": "1"}
    ComposeProject.of(root / "stack.yml", environ).up()

    assert calls(environ)[1].startswith(f"docker-compose {flags(root)} up")


def test_down_stops_the_gateway_first_and_removes_what_was_deployed_to_it(tmp_path: Path, root: Path) -> None:
    environ = {**programs(tmp_path / "bin", "docker"), "DEPLOYED": "one two", "NETWORK": "net"}
    assert ComposeProject.of(root / "stack.yml", environ).down() == 0

    assert [call for call in calls(environ) if not call.startswith("api-key")] == [
        "docker compose version",
        f"docker compose {flags(root)} stop gateway",
        "docker ps -aq --filter label=com.openfaas.gateway.network=net",
        "docker rm --force one two",
        f"docker compose {flags(root)} down --remove-orphans",
    ]


def test_project_has_the_name_that_compose_itself_would_give_it(tmp_path: Path, root: Path) -> None:
    environ = {**programs(tmp_path / "bin", "docker"), "COMPOSE_PROJECT_NAME": "mine"}
    ComposeProject.of(root / "stack.yml", environ).up()

    assert flags(root, "mine") in calls(environ)[1]


def test_command_prints_where_the_functions_are(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    world = make_world(environ={**programs(tmp_path / "bin", "docker"), "PORT": "8088"})

    assert main(["up"], world) == 0
    urls = [f"http://127.0.0.1:8088/function/{name}\n" for name in ("hello", "other")]
    assert printed(world) == ("".join(urls), "")


def test_failure_of_compose_is_that_of_the_command(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    world = make_world(environ={**programs(tmp_path / "bin", "docker"), "FAILS": "17"})

    assert main(["up"], world) == 17
    assert printed(world)[0] == ""


class TestRefused:
    def refused(self, root: Path, environ: dict[str, str], said: str) -> None:
        """Check that `up` says so, and that nothing was written or started."""
        with pytest.raises(DeployError, match=said):
            ComposeProject.of(root / "stack.yml", environ).up()

        assert not (root / ".portable").exists()
        assert not [call for call in calls(environ) if " up " in call]

    def test_no_compose(self, tmp_path: Path, root: Path) -> None:
        self.refused(root, programs(tmp_path / "bin"), "docker compose is missing: install its plugin")

    def test_docker_without_compose(self, tmp_path: Path, root: Path) -> None:
        environ = {**programs(tmp_path / "bin", "docker"), "NO_PLUGIN": "1"}

        self.refused(root, environ, "docker compose is missing: install its plugin")

    def test_secret_that_is_missing(self, tmp_path: Path, root: Path) -> None:
        environ = programs(tmp_path / "bin", "docker")
        del environ["api-key"]

        self.refused(root, environ, "there is no secret 'api-key'")

    def test_folder_that_is_missing(self, tmp_path: Path, root: Path) -> None:
        (root / "hello/requirements.txt").unlink()
        (root / "hello/handler.py").unlink()
        (root / "hello").rmdir()

        self.refused(root, programs(tmp_path / "bin", "docker"), "hello: there is no folder")

    def test_no_function_of_this_tool(self, tmp_path: Path, root: Path) -> None:
        stack = root / "stack.yml"
        stack.write_text(stack.read_text().replace("lang: portable", "lang: golang-http"))

        self.refused(root, programs(tmp_path / "bin", "docker"), "`portable new NAME` makes one")


def test_container_that_cannot_be_removed_is_told(tmp_path: Path, root: Path) -> None:
    environ = {**programs(tmp_path / "bin", "docker"), "DEPLOYED": "one", "BROKEN": "no such engine"}
    with pytest.raises(DeployError, match="docker rm: no such engine"):
        ComposeProject.of(root / "stack.yml", environ).down()


def test_down_without_a_stack_file_says_which_one_it_takes(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="there is no such file; `portable new NAME` makes one"):
        ComposeProject.of(tmp_path / "stack.yml", programs(tmp_path / "bin", "docker"))
