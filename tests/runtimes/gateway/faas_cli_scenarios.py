"""What faas-cli is asked, and what must come of it: exit codes, and words of its output.

One table for the real faas-cli and for its stand-in. The words are those that the gateway is the cause of, or that
faas-cli has had for years; `{url}`, `{image}` and the like are put in by the test.
"""

from __future__ import annotations

from dataclasses import dataclass

UNAUTHORIZED = 'unauthorized access, run "faas-cli login"'


@dataclass(frozen=True)
class Step:
    """A command, and what must hold of it; words are looked for in any case."""

    command: str
    """Its arguments, as a shell splits them."""
    shows: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    exit_code: int | None = 0
    """None for any: the sources that were read do not tell."""
    stdin: str = ""
    is_elsewhere: bool = False
    """Whether to run it where no stack file is: faas-cli of 2023 reads that before it looks at `--image`."""


@dataclass(frozen=True)
class Scenario:
    """Steps, one after the other; `first` and `second` are deployed, and the user is logged in."""

    name: str
    steps: tuple[Step, ...]
    needs: str = ""
    """The place's capability without which it is skipped: "images", or "processes"."""
    newer: str = ""
    """The command, with its flag, that faas-cli of 2023 does not have."""


DEPLOY = Step("deploy -f stack.yml", ("Deploying: first.", "Deployed. 20", "{url}/function/second"))
SERVES = Step("invoke first --query do=who", ('"version": "1"',))

SCENARIOS = [
    Scenario(
        "update",
        (Step(DEPLOY.command, (*DEPLOY.shows, "Function first already exists, attempting rolling-update.")), SERVES),
    ),
    Scenario(
        "replace",
        (Step("deploy -f stack.yml --update=false --replace=true", ("Deployed. 20",)), SERVES),
    ),
    Scenario(
        "remove and deploy anew",
        (
            Step("remove -f stack.yml", ("Deleting: first.", "Deleting: second.", "Removing old function.")),
            Step("list -q", hides=("first", "second")),
            Step("remove first", ("No existing function to remove",), exit_code=None),
            Step("describe first", ("no such function",), exit_code=1),
            Step("invoke first", ("404", "first"), exit_code=1),
            Step("deploy -f stack.yml", DEPLOY.shows, ("attempting rolling-update",)),
            Step("list -q", ("first", "second")),
            SERVES,
        ),
    ),
    Scenario(
        "list",
        (
            Step("list", ("Function", "Invocations", "Replicas", "first", "second")),
            Step("list -v", ("Image", "first", "{image}")),
            Step("list -q", ("first\n",), ("Invocations",)),
        ),
    ),
    Scenario(
        "list as JSON",
        (Step("list --json", ('"name": "first"', '"replicas": 1', '"image": "{image}"')),),
        newer="list --json",
    ),
    Scenario(
        "describe",
        (
            Step("describe first", ("first", "Ready", "{image}", "{url}/function/first")),
            Step("describe nothing", ("no such function",), exit_code=1),
        ),
    ),
    Scenario(
        "ready",
        (Step("ready", ("gateway is ready",)), Step("ready first", ("Function first is ready",))),
        newer="ready",
    ),
    Scenario(
        "invoke",
        (
            Step("invoke first --query do=echo", ('"body": "hello"', '"content-type": "text/plain"'), stdin="hello"),
            Step("invoke first -H 'X-One{colon}1' --query do=echo --query a=b", ('"x-one": "1"', "a=b")),
            Step("invoke first --query do=fail/418", ("418", "failed with 418"), exit_code=1),
            Step("invoke nothing", ("404", "nothing"), exit_code=1),
            Step("invoke first --async --query do=who", ("Function submitted asynchronously.",), stdin="hello"),
            Step("invoke nothing --async", ("404", "nothing"), exit_code=1),
        ),
    ),
    Scenario(
        "logs",
        (
            Step("invoke second --query do=print/5"),
            Step("logs second --tail=false", ("line 0", "line 4")),
            Step("logs second --tail=false --lines 2", ("line 3", "line 4"), ("line 0", "line 2")),
            Step("logs second --tail=false --since 5m", ("line 0", "line 4")),
            Step("logs nothing --tail=false", ("404", "nothing"), exit_code=1),
        ),
    ),
    Scenario(
        "secrets",
        (
            Step("secret create key --from-literal=sesame", ("Created: 20",), ("sesame",)),
            Step("secret create key --from-literal=sesame", ("already exists",), exit_code=None),
            Step("secret list", ("key",), ("sesame",)),
            Step("secret update key --from-literal=sesame3", ("Updated: 20",), ("sesame",)),
            Step("secret update lost --from-literal=x", ("unable to find secret",), exit_code=None),
            Step("secret remove key", ("Removed",)),
            Step("secret remove key", ("unable to find secret",), exit_code=1),
            Step("secret list", hides=("key",)),
        ),
    ),
    Scenario(
        "secret is replaced",
        (
            Step("secret create key --from-literal=sesame", ("Created: 20",), ("sesame",)),
            Step("secret create key --from-literal=sesame2 --replace", ("20",), ("sesame",)),
            Step("secret remove key", ("Removed",)),
        ),
        newer="secret create --replace",
    ),
    Scenario(
        "secret apply",
        (
            Step("secret apply", ("applied", "Created: 20")),
            Step("secret apply", ("applied", "Updated: 20")),
            Step("secret list", ("applied",), ("of-the-folder",)),
            Step("secret remove applied", ("Removed",)),
        ),
        newer="secret apply",
    ),
    Scenario("namespace list", (Step("namespace list", ("openfaas-fn",)),), newer="namespace list"),
    Scenario(
        "diff",
        (
            DEPLOY,
            Step("diff -f stack.yml", ("no differences found",)),
            Step("diff -f other.yml", ("label.team", "exec_timeout"), exit_code=1),
        ),
        newer="diff",
    ),
    Scenario("version", (Step("version --warn-update=false", ("{url}", "portable", "{orchestration}")),)),
    Scenario("store list", (Step("store list --url {url}/store.json", ("meditations",)),)),
    Scenario(
        "store deploy",
        (
            Step("store deploy meditations --name guru --url {url}/store.json", ("Deployed. 20",)),
            Step("invoke guru", ("success",)),
            Step("remove guru", ("Removing old function.",)),
        ),
        needs="images",
    ),
    Scenario(
        "up",
        (
            Step("up --skip-push -f stack.yml", ("Building first", "Deployed. 20")),
            SERVES,
        ),
        needs="images",
    ),
    Scenario(
        "deploy an image that is not there",
        (
            Step(
                "deploy --image local/nowhere:none --name lost", ("local/nowhere:none",), exit_code=1, is_elsewhere=True
            ),
        ),
        needs="images",
    ),
    Scenario(
        "functions of one stack file call each other",
        (
            Step("invoke first --query do=ask/second", ('"asked": "second"', '"host"')),
            Step("invoke second --query do=ask/first", ('"asked": "first"', '"host"')),
        ),
        needs="images",
    ),
    Scenario(
        "deploy of an image is refused",
        (
            Step(
                "deploy --image local/other:latest --name other",
                ("400", "docker compose up"),
                exit_code=1,
                is_elsewhere=True,
            ),
        ),
        needs="processes",
    ),
]

LOGIN = [
    Step("list", (UNAUTHORIZED,), exit_code=1),
    Step("login --password-stdin", ("unable to login",), exit_code=1, stdin="wrong"),
    Step("list", (UNAUTHORIZED,), exit_code=1),
    Step("login --password-stdin", ("credentials saved for admin {url}",), ("{password}",), stdin="{password}\n"),
    Step("list", ("Function",)),
]
