"""What `deploy` creates, updates and leaves alone."""

from __future__ import annotations

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from .api_server import ApiServer, Fault
from .project import HANDLER, Project
from .somebody import marked, parameters, update_as_somebody_else
from .whisk import NAMESPACE

ACTION = "actions/meditations"
PACKAGED = ("tools", "meditations")


class TestCreate:
    def test_makes_a_raw_http_web_action(self, server: ApiServer, project: Project) -> None:
        outcome = project.deploy()

        action = server.whisk.actions[("meditations",)]
        assert outcome.last == "1 created"
        assert f"http://{server.host}/api/v1/web/{NAMESPACE}/default/meditations.http\n" in outcome.out
        assert action["exec"]["kind"] == "python:3.12"
        assert action["limits"] == {"timeout": 60_000, "memory": 256, "logs": 10}
        web = {"web-export": True, "raw-http": True, "web-custom-options": True, "final": True}
        assert marked(server).items() >= web.items()

    def test_answers_over_its_url(self, server: ApiServer, project: Project) -> None:
        project.deploy("--package", "tools", "--env", "TOKEN=swordfish")

        url = f"http://{server.host}/api/v1/web/{NAMESPACE}/tools/meditations.http"
        with urlopen(Request(f"{url}/a/b?c=%20d", b"hello", {"Content-Type": "text/plain"})) as reply:
            assert (reply.status, reply.headers["Content-Type"]) == (200, "application/json")
            assert reply.read() == b'{"body": "hello", "path": "/a/b", "query": "c=+d", "secret": "swordfish"}'

        with pytest.raises(HTTPError) as failed:
            urlopen(Request(url, headers={"X-Fail": "1"}))
        assert (failed.value.code, failed.value.read()) == (418, b'{"error": "told to"}')
        failed.value.close()

    def test_makes_the_package_first(self, server: ApiServer, project: Project) -> None:
        outcome = project.deploy("--package", "tools")

        assert [path for method, path in server.requests if method == "PUT"] == [
            "packages/tools",
            "actions/tools/meditations",
        ]
        assert outcome.last == "2 created"

    def test_leaves_a_package_of_somebody_else_as_it_is(self, server: ApiServer, project: Project) -> None:
        shared = {"parameters": [{"key": "shared", "value": 1}]}
        server.whisk.put_package("tools", shared, overwrite=False)

        project.deploy("--package", "tools")

        assert ("PUT", "packages/tools") not in server.requests
        assert project.deploy("--package", "tools", "--env", "A=1").last == "1 updated"
        assert server.whisk.actions[PACKAGED]["parameters"] == [{"key": "A", "value": "1", "init": True}]
        assert project.deploy("--package", "tools", "--env", "A=1").last == "nothing to do"

    def test_refuses_a_package_that_is_a_binding(self, server: ApiServer, project: Project) -> None:
        binding = {"binding": {"namespace": "whisk.system", "name": "utils"}}
        server.whisk.put_package("tools", binding, overwrite=False)

        outcome = project.run("deploy", "--package", "tools")

        assert outcome.code == 2
        assert "the package tools is a binding" in outcome.err
        assert server.methods == {"GET"}

    def test_ships_an_image_as_a_docker_action(self, server: ApiServer, project: Project) -> None:
        project.deploy("--docker", "user/meditations:1")

        assert server.whisk.actions[("meditations",)]["exec"] == {
            "kind": "blackbox",
            "image": "user/meditations:1",
            "binary": False,
        }
        assert project.deploy("--docker", "user/meditations:1").last == "nothing to do"
        assert "image: user/meditations:1 -> user/meditations:2" in project.deploy("--docker", "user/meditations:2").out

    def test_goes_from_an_image_to_a_zip_and_back(self, server: ApiServer, project: Project) -> None:
        project.deploy("--docker", "user/meditations:1")

        assert "image: user/meditations:1, goes" in project.deploy().out
        assert project.deploy().last == "nothing to do"
        assert "kind: python:3.12 -> blackbox" in project.deploy("--docker", "user/meditations:1").out
        assert "portable-digest" not in marked(server)


class TestSettings:
    def test_they_come_from_the_files(self, server: ApiServer, project: Project) -> None:
        project.stack("    limits: {memory: 300Mi}\n")
        project.settings(
            '[defaults.openwhisk]\npackage = "tools"\nlogs_mb = 5\n'
            "[functions.meditations.openwhisk]\ntimeout_ms = 2000\n"
            '[functions.meditations.openwhisk.annotations]\nrequire-whisk-auth = true\ndescription = "x"\n'
        )

        outcome = project.deploy()

        action = server.whisk.actions[PACKAGED]
        assert action["limits"] == {"timeout": 2000, "memory": 300, "logs": 5}
        assert marked(server, *PACKAGED).items() >= {"require-whisk-auth": True, "description": "x"}.items()
        assert "      annotations: +description +require-whisk-auth\n" in outcome.out
        assert project.deploy().last == "nothing to do"
        assert project.deploy("--memory", "512").last == "1 updated"

    def test_memory_of_the_stack_is_at_least_what_openwhisk_gives(self, server: ApiServer, project: Project) -> None:
        project.stack("    limits: {memory: 20Mi}\n")
        project.deploy()

        assert server.whisk.actions[("meditations",)]["limits"]["memory"] == 128

    @pytest.mark.parametrize(("web", "raw", "url"), [("raw", True, True), ("yes", False, True), ("no", False, False)])
    def test_web_is_what_wsk_calls_so(
        self, server: ApiServer, project: Project, *, web: str, raw: bool, url: bool
    ) -> None:
        project.settings(f'[defaults.openwhisk]\nweb = "{web}"\n')

        outcome = project.deploy("--json")

        assert (marked(server)["web-export"], marked(server)["raw-http"]) == (url, raw)
        assert marked(server).get("web-custom-options", False) is url
        assert bool(outcome.facts["url"]) is url

    def test_second_function_is_another_action(self, server: ApiServer, project: Project) -> None:
        project.stack("  other:\n    lang: portable\n    handler: ./function\n    image: local/other:1\n")
        project.deploy("--function", "meditations")
        project.deploy("--function", "other", "--env", "TOKEN=1")

        assert set(server.whisk.actions) == {("meditations",), ("other",)}
        assert project.deploy("--function", "meditations").last == "nothing to do"
        assert "name one of meditations, other" in project.run("status").err


class TestUpdate:
    def test_puts_nothing_if_nothing_differs(self, server: ApiServer, project: Project) -> None:
        project.deploy("--package", "tools", "--env", "TOKEN=swordfish")
        server.requests.clear()

        outcome = project.deploy("--package", "tools", "--env", "TOKEN=swordfish")

        assert outcome.last == "nothing to do"
        assert server.methods == {"GET"}

    def test_puts_new_code_alone(self, server: ApiServer, project: Project) -> None:
        project.deploy()
        project.handler(HANDLER + "# more\n")

        outcome = project.deploy("--json")

        assert [one["name"] for one in outcome.facts["changes"][0]["differences"]] == ["code"]
        assert outcome.facts["result"] == "deployed"
        assert server.whisk.actions[("meditations",)]["version"] == "0.0.2"
        assert project.deploy().last == "nothing to do"

    def test_shows_limits_before_and_after(self, project: Project) -> None:
        project.deploy()

        outcome = project.deploy("--memory", "512", "--timeout", "100", "--logsize", "0", "--kind", "python:3.13")

        for line in (
            "memory: 256 -> 512",
            "timeout: 60000 -> 100",
            "logs: 10 -> 0",
            "kind: python:3.12 -> python:3.13",
        ):
            assert f"      {line}\n" in outcome.out
        assert outcome.last == "1 updated"

    def test_dry_run_sends_only_gets(self, server: ApiServer, project: Project) -> None:
        assert project.deploy("--dry-run", "--package", "tools").last == "2 to create"
        project.deploy()
        server.requests.clear()

        outcome = project.deploy("--dry-run", "--memory", "512", "--json")

        assert outcome.facts["result"] == "dry run"
        assert server.methods == {"GET"}

    def test_keeps_what_others_have_annotated(self, server: ApiServer, project: Project) -> None:
        """An annotation may be what keeps the public out."""
        project.deploy()
        ours = server.whisk.actions[("meditations",)]["annotations"]
        more = [*ours, {"key": "require-whisk-auth", "value": "s3cret"}]
        update_as_somebody_else(server, annotations=more)()

        project.deploy()

        assert marked(server)["require-whisk-auth"] == "s3cret"

    def test_tells_of_code_that_was_changed_after_the_last_deploy(self, server: ApiServer, project: Project) -> None:
        """`wsk action update NAME FILE` leaves the annotations, our digest among them, as they are."""
        project.deploy()
        ours = server.whisk.actions[("meditations",)]["exec"]
        update_as_somebody_else(server, exec={**ours, "kind": "python:3.12"})()

        outcome = project.deploy()

        assert "changed after the last deploy, version: 0.0.1 -> 0.0.2" in outcome.out
        assert project.deploy().last == "nothing to do"


class TestVariables:
    def test_only_their_names_are_shown(self, server: ApiServer, project: Project) -> None:
        project.environ["TOKEN"] = "swordfish"
        project.deploy("--env", "TOKEN", "--env", "OLD=swordfish1")

        outcome = project.deploy("--env", "TOKEN=swordfish2", "--env", "NEW=swordfish3", "--json", "-v")

        assert outcome.facts["changes"][0]["differences"] == [
            {"name": "env", "before": None, "after": "+NEW ~TOKEN -OLD"}
        ]
        project.run("status", "-v")
        assert "swordfish" not in "".join(project.printed)

    def test_they_are_those_of_the_files_and_the_command_line(self, server: ApiServer, project: Project) -> None:
        project.stack("    environment: {GREETING: hello, LEVEL: stack}\n    secrets: [api-token]\n")
        project.settings('[functions.meditations.openwhisk.environment]\nLEVEL = "file"\nMORE = "file"\n')
        project.environ["API_TOKEN"] = "swordfish"

        outcome = project.deploy("--env", "MORE=flag")

        assert "      env: +API_TOKEN +GREETING +LEVEL +MORE\n" in outcome.out
        assert parameters(server) == [
            {"key": "API_TOKEN", "value": "swordfish", "init": True},
            {"key": "GREETING", "value": "hello", "init": True},
            {"key": "LEVEL", "value": "file", "init": True},
            {"key": "MORE", "value": "flag", "init": True},
        ]
        assert "env: -MORE" not in project.deploy("--env", "MORE=flag").out

    def test_one_that_is_written_no_more_goes(self, server: ApiServer, project: Project) -> None:
        project.deploy("--env", "TOKEN=swordfish")

        outcome = project.deploy()

        assert "      env: -TOKEN\n" in outcome.out
        assert parameters(server) == []

    def test_what_others_have_bound_stays(self, server: ApiServer, project: Project) -> None:
        project.deploy("--env", "TOKEN=swordfish")
        bound = {"key": "unit", "value": "C"}
        update_as_somebody_else(server, parameters=[*parameters(server), bound])()

        project.deploy("--env", "LEVEL=1")

        assert parameters(server) == [bound, {"key": "LEVEL", "value": "1", "init": True}]

    def test_missing_secret_says_where_to_put_it(self, server: ApiServer, project: Project) -> None:
        project.stack("    secrets: [api-token]\n")

        outcome = project.run("deploy")

        assert outcome.code == 2
        assert ".secrets/api-token" in outcome.err
        assert server.requests == []

    def test_secret_that_would_set_a_variable_of_the_system_is_refused(
        self, server: ApiServer, project: Project
    ) -> None:
        project.stack("    secrets: [path]\n")

        outcome = project.run("deploy")

        assert outcome.code == 2
        assert "secret 'path' would be mistaken for PATH" in outcome.err
        assert server.requests == []

    @pytest.mark.parametrize("value", ["swordfish", 'swörd"fish\nand more'])
    def test_their_values_are_not_shown_if_openwhisk_does(
        self, server: ApiServer, project: Project, value: str
    ) -> None:
        said = {"error": f"malformed:\n{json.dumps([value], ensure_ascii=False)} {value}"}
        server.faults.append(Fault("PUT", ACTION, 400, {"Content-Type": "application/json"}, json.dumps(said).encode()))

        outcome = project.run("deploy", "--env", f"TOKEN={value}", "--json", "-v")

        assert outcome.code == 1
        assert "refused it with 400 (malformed: [" in outcome.facts["error"]
        assert "fish" not in outcome.out + outcome.err
