"""The manifest for wskdeploy: every key one that it reads, and what it ships is what `package` writes."""

from __future__ import annotations

import zipfile
from typing import Any

import yaml

from platforms.openwhisk import limits
from portable.packaging.openwhisk import DEFAULT_KIND

from .api_server import ApiServer
from .project import Project

# wskdeploy refuses every other key: https://github.com/apache/openwhisk-wskdeploy/blob/master/parsers/yamlparser.go
PACKAGE = {"version": str, "license": str, "actions": dict}
ACTION = {"function": str, "runtime": str, "web": str, "annotations": dict, "limits": dict}
LIMITS = {
    "timeout": range(limits.MIN_TIMEOUT_MS, limits.MAX_TIMEOUT_MS + 1),
    "memorySize": range(limits.MIN_MEMORY_MB, limits.MAX_MEMORY_MB + 1),
    "logSize": range(limits.MAX_LOGS_MB + 1),
}
# https://github.com/apache/openwhisk/blob/master/docs/annotations.md
ANNOTATIONS = {"web-custom-options": bool, "require-whisk-auth": str | int | bool}


def checked(value: Any, keys: dict[str, Any], where: str) -> Any:
    """Return a mapping that has no key but these, each with a value of its type."""
    assert isinstance(value, dict), f"{where} is no mapping"
    assert value.keys() <= keys.keys(), f"{where} has unknown keys"
    for name, type_ in keys.items():
        assert name not in value or isinstance(value[name], type_), f"{where}.{name} is a {type(value[name])}"
    return value


def written(project: Project, *arguments: str) -> Any:
    """Return what the command wrote."""
    path = project.folder / "build" / "manifest.yaml"
    outcome = project.run("manifest", "-o", str(path), *arguments)

    assert outcome.code == 0, outcome.err
    assert outcome.out.endswith(f"next: wskdeploy -m {path}\n")
    return yaml.safe_load(path.read_text())


def test_every_key_is_one_of_wskdeploy_s(server: ApiServer, project: Project) -> None:
    manifest = checked(written(project), {"packages": dict}, "manifest")

    for package in manifest["packages"].values():
        checked(package, PACKAGE, "package")
        assert {"version", "license", "actions"} <= package.keys()
        for action in package["actions"].values():
            checked(action, ACTION, "action")
            checked(action["annotations"], ANNOTATIONS, "annotations")
            assert all(value in LIMITS[name] for name, value in action["limits"].items())
    assert server.requests == []


def test_action_is_the_packaged_zip_as_a_raw_web_action(project: Project) -> None:
    """In the default package, so that its URL is that of `wsk action update`."""
    action = written(project)["packages"]["default"]["actions"]["meditations"]

    # a file is looked for from the manifest's folder
    assert zipfile.is_zipfile(project.folder / "build" / action["function"])
    assert (action["runtime"], action["web"]) == (DEFAULT_KIND, "raw")
    assert action["annotations"] == {"web-custom-options": True}


def test_settings_are_those_of_a_deploy(project: Project) -> None:
    project.stack("    limits: {memory: 512Mi}\n")
    project.settings(
        '[defaults.openwhisk]\npackage = "tools"\nweb = "no"\nkind = "python:3.11"\ntimeout_ms = 1000\nlogs_mb = 0\n'
        "annotations = {require-whisk-auth = true}\n"
    )

    action = written(project)["packages"]["tools"]["actions"]["meditations"]

    assert action == {
        "function": "openwhisk.zip",
        "runtime": "python:3.11",
        "web": "no",
        "annotations": {"require-whisk-auth": True},
        "limits": {"timeout": 1000, "memorySize": 512, "logSize": 0},
    }


def test_variables_are_named_and_have_no_value(project: Project) -> None:
    project.stack("    environment: {GREETING: swordfish}\n    secrets: [api-token]\n")
    path = project.folder / "manifest.yaml"

    project.run("manifest", "-o", str(path))

    assert "`portable openwhisk deploy` sets these: API_TOKEN, GREETING\n" in path.read_text()
    assert "swordfish" not in path.read_text()


def test_it_is_written_anew_but_never_over_somebody_elses(project: Project) -> None:
    path = project.folder / "build" / "manifest.yaml"
    written(project)
    assert (
        written(project, "--kind", "python:3.13")["packages"]["default"]["actions"]["meditations"]["runtime"]
        == "python:3.13"
    )

    path.write_text("packages: {}\n")
    outcome = project.run("manifest", "-o", str(path))

    assert outcome.code == 2
    assert "was not written by this command: name another one with --output" in outcome.err
    assert path.read_text() == "packages: {}\n"
