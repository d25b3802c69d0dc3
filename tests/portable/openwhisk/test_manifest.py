"""The manifest for wskdeploy: every key one that it reads, and what it ships is what `package` writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from platforms.openwhisk import limits
from portable.packaging.openwhisk import DEFAULT_KIND

ROOT = Path(__file__).parents[3]
MANIFEST = ROOT / "portable" / "openwhisk" / "manifest.yaml"
# wskdeploy refuses every other key: https://github.com/apache/openwhisk-wskdeploy/blob/master/parsers/yamlparser.go
PACKAGE = {"version": str, "license": str, "actions": dict}
ACTION = {"function": str, "runtime": str, "web": str, "annotations": dict, "limits": dict, "inputs": dict}
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


def test_every_key_is_one_of_wskdeploy_s() -> None:
    manifest = checked(yaml.safe_load(MANIFEST.read_text()), {"packages": dict}, "manifest")
    for package in manifest["packages"].values():
        checked(package, PACKAGE, "package")
        assert {"version", "license", "actions"} <= package.keys()
        for action in package["actions"].values():
            checked(action, ACTION, "action")
            checked(action["annotations"], ANNOTATIONS, "annotations")
            assert all(value in LIMITS[name] for name, value in action["limits"].items())


def test_action_is_the_packaged_zip_as_a_raw_web_action() -> None:
    """In the default package, so that its URL is that of `wsk action update`."""
    action = yaml.safe_load(MANIFEST.read_text())["packages"]["default"]["actions"]["meditations"]

    # a file is looked for from the manifest's folder
    assert (MANIFEST.parent / action["function"]).resolve() == ROOT / "build" / "openwhisk.zip"
    assert (action["runtime"], action["web"]) == (DEFAULT_KIND, "raw")
    assert action["annotations"] == {"web-custom-options": True}
