"""What `deploy` creates, updates and leaves alone."""

from __future__ import annotations

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from .api_server import ApiServer, Fault
from .project import HANDLER, Project
from .somebody import marked, update_as_somebody_else
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

    def test_they_stay_if_none_is_given(self, server: ApiServer, project: Project) -> None:
        project.deploy("--env", "TOKEN=swordfish")

        project.deploy("--memory", "512")

        assert server.whisk.actions[("meditations",)]["parameters"] == [
            {"key": "TOKEN", "value": "swordfish", "init": True}
        ]

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
