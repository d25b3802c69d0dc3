"""What doctor, status, url and versions say to people and to machines, also when there is nothing yet."""

from __future__ import annotations

import json

import pytest

from ..project import Project
from ..strict import StrictAws

NAME = "meditations-dev"


def with_secret(project: Project) -> None:
    """Declare a secret, and do not set it."""
    project.replace("stack.yml", "    environment:\n", "    secrets: [token]\n    environment:\n")


class TestDoctor:
    def test_where_nothing_is_missing_every_line_is_ok(self, world: StrictAws, project: Project) -> None:
        outcome = project.run("doctor")

        marks = [line.split()[:2] for line in outcome.out.splitlines() if line.startswith("  ")]
        assert outcome.code == 0
        assert marks == [
            ["ok", about] for about in ("settings", "package", "spec", "local", "credentials", "quotas", "secrets")
        ]
        assert outcome.out.endswith("\nall is there\n")

    def test_it_reads_only(self, world: StrictAws, project: Project) -> None:
        project.run("doctor")

        assert world.calls
        assert world.mutating_calls == []

    def test_a_project_whose_account_is_set_is_told_so(self, world: StrictAws, project: Project) -> None:
        assert "set `account`" in project.run("doctor").out
        project.settings('account = "123456789012"\n')

        assert "the only one that deploy.toml allows" in project.run("doctor").out

    def test_machines_get_each_finding(self, world: StrictAws, project: Project) -> None:
        with_secret(project)

        outcome = project.run("doctor", "--json")

        wrong = [one["about"] for one in outcome.facts["findings"] if not one["is_well"]]
        assert (outcome.code, outcome.facts["well"], wrong) == (1, False, ["secrets"])

    @pytest.mark.parametrize(
        ("about", "said", "settings"),
        [
            ("settings", "did you mean 'memory_mb'?", "memroy = 3\n"),
            ("credentials", "belongs to 999999999999", 'account = "999999999999"\n'),
            ("quotas", "10 executions at once, 10 of them not reserved", "reserved_concurrency = 5\n"),
        ],
    )
    def test_what_would_fail_is_named_with_what_to_do(
        self, world: StrictAws, project: Project, about: str, said: str, settings: str
    ) -> None:
        world.concurrency_limit = 10
        project.settings(settings)

        outcome = project.run("doctor")

        (wrong,) = [line for line in outcome.out.splitlines() if line.startswith("  NO")]
        assert outcome.code == 1
        assert wrong.split()[1] == about
        assert said in wrong
        assert outcome.out.endswith("deploy would fail: see NO above\n")

    def test_a_broken_spec_and_broken_requirements_are_one_line_each(self, world: StrictAws, project: Project) -> None:
        (project.folder / "function" / "openapi.json").write_text("{")
        (project.folder / "function" / "requirements.txt").write_text("no requirement ///\n")

        outcome = project.run("doctor")

        wrong = [line.split()[1] for line in outcome.out.splitlines() if line.startswith("  NO")]
        assert (outcome.code, wrong) == (1, ["package", "spec"])

    def test_a_denied_action_is_named(self, world: StrictAws, project: Project) -> None:
        world.deny("lambda:GetAccountSettings")

        outcome = project.run("doctor")

        assert outcome.code == 1
        assert "The action lambda:GetAccountSettings is missing" in outcome.out

    def test_what_the_function_has_reserved_already_is_not_wanted_again(
        self, world: StrictAws, project: Project
    ) -> None:
        project.settings("reserved_concurrency = 800\n")
        assert project.deploy().code == 0

        assert project.run("doctor").code == 0


class TestStatus:
    def test_where_there_is_nothing_it_says_what_to_do(self, world: StrictAws, project: Project) -> None:
        outcome = project.run("status")

        assert outcome.code == 0
        assert outcome.out.startswith(f"{NAME} in eu-west-1, account 123456789012\n")
        for line in (
            "nothing yet: `portable aws deploy --function meditations --stage dev` makes it",
            "url        none",
            "none: set alarm_email",
            "see `portable aws plan ",
        ):
            assert line in outcome.out
        assert world.mutating_calls == []

    def test_what_it_says_to_do_is_about_the_same_files(self, world: StrictAws, project: Project) -> None:
        stack = str((project.folder / "stack.yml").rename(project.folder / "other.yml"))

        assert f"--stage dev --config={project.folder}/deploy.toml --stack={stack}` makes it\n" in (
            project.run("status", "--stack", stack).out
        )

    def test_machines_get_the_same(self, world: StrictAws, project: Project) -> None:
        project.deploy()

        facts = project.run("status", "--json").facts

        url = project.run("url").out.strip()
        assert facts == {
            "app": "meditations",
            "stage": "dev",
            "region": "eu-west-1",
            "account": "123456789012",
            "live": "version 1, commit unknown",
            "url": url,
            "alarms": "none: set alarm_email",
            "differs": "no: what is here is what is live",
        }

    def test_what_is_here_and_not_live_is_counted(self, world: StrictAws, project: Project) -> None:
        project.deploy()
        project.settings("retention_days = 30\n")

        assert (
            project.run("status", "--json").facts["differs"]
            == "1 change(s) wait: see `portable aws plan --function meditations --stage dev`"
        )

    def test_a_canary_and_the_version_before_are_shown(self, world: StrictAws, project: Project) -> None:
        for arguments in (["one"], ["two"], ["three", "--canary", "10"]):
            project.deploy("--env", f"GREETING={arguments[0]}", *arguments[1:])

        facts = project.run("status", "--json", "--env", "GREETING=three").facts

        versions = {name: facts[name].partition(",")[0] for name in ("live", "previous", "canary")}
        assert versions == {"live": "version 2", "previous": "version 1", "canary": "version 3"}

    def test_the_alarms_states_are_shown(self, world: StrictAws, project: Project) -> None:
        project.settings('alarm_email = "a@example.org"\n')
        project.deploy()
        alarm = f"{NAME}-errors"
        client = world.session().client("cloudwatch", region_name="eu-west-1")
        client.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="by hand")

        facts = project.run("status", "--json").facts

        assert "errors ALARM" in facts["alarms"].split(", ")
        assert facts["e-mail"].startswith("waits for a click")
        assert "a@example.org" not in json.dumps(facts)

    def test_a_secret_that_is_not_set_is_named(self, world: StrictAws, project: Project) -> None:
        with_secret(project)

        assert "secret set token --function meditations --stage dev" in project.run("status").out


class TestUrl:
    def test_it_prints_nothing_else(self, world: StrictAws, project: Project) -> None:
        project.deploy()

        outcome = project.run("url")

        assert (outcome.code, outcome.err) == (0, "")
        assert world.fetch("POST", outcome.out.removesuffix("\n"))[0] == 200
        assert project.run("url", "--json").facts == {"url": outcome.out.strip()}

    @pytest.mark.parametrize(
        ("door", "said"),
        [
            ("rest", "`portable aws deploy --function meditations --stage dev` makes one"),
            ("none", "front_door is 'none'"),
        ],
    )
    def test_where_there_is_none_it_says_why(self, world: StrictAws, project: Project, door: str, said: str) -> None:
        project.settings(f'front_door = "{door}"\n')

        outcome = project.run("url")

        assert (outcome.code, outcome.out) == (1, "")
        assert outcome.err.startswith(f"error: {NAME} has no URL; ")
        assert said in outcome.err

    def test_machines_get_the_error(self, world: StrictAws, project: Project) -> None:
        outcome = project.run("url", "--json")

        assert outcome.facts == {
            "error": f"{NAME} has no URL; `portable aws deploy --function meditations --stage dev` makes one",
            "exit_code": 1,
        }


class TestVersions:
    def test_where_there_is_none_it_says_so(self, world: StrictAws, project: Project) -> None:
        assert project.run("versions").out == "no version yet\n"
        assert project.run("versions", "--json").facts == {"versions": []}

    def test_the_newest_is_first_and_the_live_one_is_marked(self, world: StrictAws, project: Project) -> None:
        project.deploy()
        project.deploy("--env", "GREETING=ciao")

        lines = project.run("versions").out.splitlines()

        assert [line.split()[:2] for line in lines] == [["2", "live"], ["1", "previous"]]

    def test_machines_get_a_canarys_share(self, world: StrictAws, project: Project) -> None:
        project.deploy()
        project.deploy("--env", "GREETING=ciao", "--canary", "25")

        rows = project.run("versions", "--json").facts["versions"]

        assert [(row["version"], row["marks"], row["canary_percent"]) for row in rows] == [
            ("2", ["canary"], 25),
            ("1", ["live"], None),
        ]
