"""`portable gateway` as a process: what it prints, its exit codes, and how it ends."""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from portable.gateway.api.auth import Credentials
from portable.gateway.config import Config
from portable.gateway.run import announcement
from portable.stack.messages import FunctionName
from tests.runtimes.processes import REPOSITORY_DIR

from ..verbs.projects import write_stack

PATIENCE_S = 60.0
CREDENTIALS = Credentials("admin", "secret-word")
HANDLER = """
def handle(event, context):
    return "hello"
"""


def command(*arguments: str, state_dir: Path) -> list[str]:
    """Return the command of a gateway over processes, whose files are in `state_dir`."""
    stack_path = write_stack(state_dir, "hello")
    (state_dir / "hello").mkdir()
    (state_dir / "hello" / "handler.py").write_text(HANDLER)
    flags = [
        "--provider",
        "process",
        "--port",
        "0",
        "--stack",
        str(stack_path),
        "--state-dir",
        str(state_dir / "state"),
    ]
    return [sys.executable, "-m", "portable", "gateway", *flags, *arguments]


def finished(arguments: list[str], cwd: Path | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a gateway that cannot start, to its end."""
    environ = {**os.environ, **environ}
    return subprocess.run(
        arguments, capture_output=True, text=True, timeout=PATIENCE_S, env=environ, cwd=cwd, check=False
    )


@contextmanager
def started(arguments: list[str]) -> Iterator[tuple[subprocess.Popen[str], str, int]]:
    """Run a gateway; return it, what it printed and its port once it serves, and kill it in the end."""
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            printed = "".join(process.stdout.readline() for _ in range(3))
            port = re.search(r"http://127.0.0.1:(\d+)$", printed, re.MULTILINE)
            yield process, printed, int(port[1]) if port else 0
        finally:
            process.kill()


def get(port: int, path: str, **headers: str) -> tuple[int, str]:
    """Return status and text of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def login_of(state_dir: Path) -> str:
    """Return the Authorization header that a gateway takes."""
    password = (state_dir / "state" / "basic-auth-password").read_text()
    return "Basic " + base64.b64encode(f"admin:{password}".encode()).decode()


def check_one_line(ended: subprocess.CompletedProcess[str], *reasons: str, exit_code: int = 1) -> None:
    """Fail unless a gateway ended with an exit code and one line that says why."""
    assert ended.returncode == exit_code, ended.stderr
    lines = ended.stderr.splitlines()
    assert [line for line in lines if line.startswith("error: ")] == lines[-1:]
    assert "Traceback" not in ended.stderr
    for reason in reasons:
        assert reason in lines[-1]


class TestAnnouncement:
    def test_announcement_says_where_and_how_to_log_in_without_the_password(self) -> None:
        config = Config(state_dir=Path("/var/lib/gateway"))
        shown = announcement(config, CREDENTIALS, 8080, is_in_container=False)

        assert "over docker on http://127.0.0.1:8080\n" in shown
        assert (
            "cat /var/lib/gateway/basic-auth-password"
            " | faas-cli login --password-stdin --gateway http://127.0.0.1:8080" in shown
        )
        assert "secret-word" not in shown

    def test_announcement_in_a_container_goes_through_compose(self) -> None:
        config = Config(host="0.0.0.0", state_dir=Path("/state"), public_url="http://127.0.0.1:9090")
        shown = announcement(config, CREDENTIALS, 8080, is_in_container=True)

        assert (
            "docker compose exec -T gateway cat /state/basic-auth-password"
            " | faas-cli login --password-stdin --gateway http://127.0.0.1:9090" in shown
        )

    def test_announcement_says_where_each_declared_function_is(self) -> None:
        declared = [FunctionName("hello"), FunctionName("hello", "other")]
        shown = announcement(Config(), CREDENTIALS, 8080, is_in_container=False, declared=declared)

        assert shown.splitlines()[-2:] == [
            "hello:  http://127.0.0.1:8080/function/hello",
            "hello:  http://127.0.0.1:8080/function/hello.other",
        ]

    def test_announcement_of_odd_names_can_be_pasted(self) -> None:
        config = Config(host="::1", state_dir=Path("/my state"))
        shown = announcement(config, Credentials("j o", "x"), 81, is_in_container=False)

        assert shlex.split(shown.splitlines()[-1].partition("log in:")[2]) == shlex.split(
            "cat '/my state/basic-auth-password' | faas-cli login --username 'j o' --password-stdin --gateway http://[::1]:81"
        )


class TestProcess:
    def test_gateway_serves_and_ends_with_0_on_a_signal(self, tmp_path: Path) -> None:
        with started(command(state_dir=tmp_path)) as (process, printed, port):
            password_path = tmp_path / "state" / "basic-auth-password"
            password = password_path.read_text()
            login = login_of(tmp_path)

            assert get(port, "/healthz")[0] == 200
            assert get(port, "/system/functions") == (401, "invalid credentials\n")
            status, listed = get(port, "/system/functions", Authorization=login)
            assert (status, [function["name"] for function in json.loads(listed)]) == (200, ["hello"])
            assert get(port, "/function/hello") == (200, "hello")
            assert get(port, "/metrics")[0] == 200
            assert stat.S_IMODE(password_path.stat().st_mode) == 0o600
            assert str(password_path) in printed
            process.send_signal(signal.SIGTERM)
            rest, logged = process.communicate(timeout=PATIENCE_S)

        assert process.returncode == 0, logged
        assert password not in printed + rest + logged
        assert "Traceback" not in logged

    def test_gateway_interrupted_ends_with_0(self, tmp_path: Path) -> None:
        with started(command(state_dir=tmp_path)) as (process, _, _):
            process.send_signal(signal.SIGINT)
            _, logged = process.communicate(timeout=PATIENCE_S)

        assert process.returncode == 0, logged
        assert "Traceback" not in logged

    def test_gateway_told_to_end_ends_a_followed_log_whose_head_came_before_any_line(self, tmp_path: Path) -> None:
        with started(command(state_dir=tmp_path)) as (process, _, port):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
            path = "/system/logs?name=hello&follow=true&since=2999-01-01T00:00:00Z"
            connection.request("GET", path, headers={"Authorization": login_of(tmp_path)})
            answer = connection.getresponse()
            process.send_signal(signal.SIGTERM)
            body = answer.read()
            connection.close()
            _, logged = process.communicate(timeout=PATIENCE_S)

        assert (answer.status, body) == (200, b"")
        assert process.returncode == 0, logged

    def test_gateway_whose_port_is_taken_says_so_and_ends_with_1(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            ended = finished(command("--port", str(port), state_dir=tmp_path))

        check_one_line(ended, f"127.0.0.1:{port}", "--port")

    def test_gateway_without_docker_says_so_and_ends_with_1(self, tmp_path: Path) -> None:
        arguments = command("--provider", "docker", state_dir=tmp_path)
        ended = finished(arguments, DOCKER_HOST=f"unix://{tmp_path}/none.sock")

        check_one_line(ended, "Docker", "portable dev")

    def test_gateway_s_image_has_no_processes_and_says_so(self, tmp_path: Path) -> None:
        dockerfile = (REPOSITORY_DIR / "portable/gateway/Dockerfile").read_text()
        for line in re.findall("^COPY ((?:platforms|portable).*) ", dockerfile, re.MULTILINE):
            for source in line.split():
                target = tmp_path / "app" / source
                target.parent.mkdir(parents=True, exist_ok=True)
                copy = shutil.copytree if (REPOSITORY_DIR / source).is_dir() else shutil.copy
                copy(REPOSITORY_DIR / source, target)
        ended = finished(command(state_dir=tmp_path), cwd=tmp_path / "app")

        check_one_line(ended, "--provider (GATEWAY_PROVIDER) is process", "leave it out", exit_code=2)

    def test_gateway_without_a_stack_file_says_so_and_ends_with_2(self, tmp_path: Path) -> None:
        ended = finished(command("--stack", str(tmp_path / "none.yml"), state_dir=tmp_path))

        check_one_line(ended, "none.yml", exit_code=2)

    def test_gateway_with_a_password_for_all_to_read_ends_with_1(self, tmp_path: Path) -> None:
        arguments = command(state_dir=tmp_path)
        (tmp_path / "state").mkdir()
        (tmp_path / "state" / "basic-auth-password").write_text("secret-word")
        (tmp_path / "state" / "basic-auth-password").chmod(0o644)
        ended = finished(arguments)

        check_one_line(ended, "chmod 600")
        assert "secret-word" not in ended.stderr

    @pytest.mark.parametrize(
        "bad", [["--port", "x"], ["--nothing"], ["--provider", "swarm"], ["--callback-allow", "10.1.0.1/16"]]
    )
    def test_gateway_with_a_bad_flag_ends_with_2_and_names_it(self, tmp_path: Path, bad: list[str]) -> None:
        ended = finished(command(*bad, state_dir=tmp_path))

        assert ended.returncode == 2
        assert bad[0] in ended.stderr.splitlines()[-1]
