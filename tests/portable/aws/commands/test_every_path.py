"""The front door `rest` of a function without an openapi.json: every path and method reaches it."""

from __future__ import annotations

import json

import pytest

from ..project import Project
from ..strict import StrictAws

ECHO = """\
def handle(event, context):
    return {"method": event.method, "path": event.path}
"""


@pytest.fixture
def bare(project: Project) -> Project:
    """Return the project with a handler and nothing else in its folder."""
    (project.folder / "function" / "openapi.json").unlink()
    (project.folder / "function" / "handler.py").write_text(ECHO)
    project.replace("deploy.toml", 'smoke = "POST /"', 'smoke = "GET /any/path"')
    return project


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("POST", "/"), ("DELETE", "/a"), ("PATCH", "/a/b/c"), ("OPTIONS", "/a%20b")]
)
def test_it_gets_whatever_is_asked(world: StrictAws, bare: Project, method: str, path: str) -> None:
    assert bare.deploy().code == 0
    url = bare.run("url").out.strip().removesuffix("/")

    status, _, body = world.fetch(method, url + path, {})

    assert (status, json.loads(body)) == (200, {"method": method, "path": path.replace("%20", " ")})


def test_the_second_deploy_has_nothing_to_do(bare: Project) -> None:
    bare.deploy()

    assert bare.run("plan", "--exit-code").code == 0


def test_with_the_file_only_what_it_has_is_served(world: StrictAws, bare: Project) -> None:
    bare.deploy()
    operation = {"responses": {"200": {"description": "x"}}}
    spec = {"openapi": "3.0.3", "info": {"title": "x", "version": "1"}, "paths": {"/any/path": {"get": operation}}}
    (bare.folder / "function" / "openapi.json").write_text(json.dumps(spec))

    assert bare.deploy().code == 0
    url = bare.run("url").out.strip()
    assert world.fetch("GET", f"{url}any/path", {})[0] == 200
    assert world.fetch("GET", f"{url}other", {})[0] == 403


def test_doctor_says_so(bare: Project) -> None:
    assert "no openapi.json: every path" in bare.run("doctor").out
