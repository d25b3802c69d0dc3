"""The stack file, as far as the scenarios need it: what `deploy` sends, what `build` builds, what `diff` compares."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from .go_json import GoError

_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")
Functions = dict[str, dict[str, Any]]


def read(path: Path, environ: Mapping[str, str]) -> Functions:
    """Return the functions of a stack file, by name, with the variables of the environment put in."""
    written = _VARIABLE.sub(lambda found: environ.get(found[1]) or found[2] or "", path.read_text())
    functions: Functions = yaml.safe_load(written)["functions"]
    return functions


def deployment(name: str, function: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the FunctionDeployment of a function: what is empty is left out, but for labels and annotations."""
    optional = {
        "envProcess": _env_process(folder, function.get("lang", "")),
        "envVars": function.get("environment"),
        "constraints": function.get("constraints"),
        "secrets": function.get("secrets"),
        "limits": function.get("limits"),
        "requests": function.get("requests"),
        "readOnlyRootFilesystem": function.get("readonly_root_filesystem"),
    }
    return {
        "service": name,
        "image": function["image"],
        **{key: value for key, value in optional.items() if value},
        "labels": function.get("labels") or {},
        "annotations": function.get("annotations"),  # a pointer to a nil map: null
    }


def build(name: str, function: Mapping[str, Any], configuration: Mapping[str, Any], folder: Path) -> None:
    """Build a function's image in build/NAME: its template, its folder inside that, and what is to be copied."""
    context = folder / "build" / name
    shutil.rmtree(context, ignore_errors=True)
    shutil.copytree(folder / "template" / function["lang"], context)
    handler = context / "function"
    shutil.copytree(folder / function["handler"], handler, dirs_exist_ok=True)
    for extra in configuration.get("copy", ()):
        shutil.copytree(folder / extra, handler / Path(extra).name)
    arguments = [f"--build-arg={key}={value}" for key, value in function.get("build_args", {}).items()]
    command = ["docker", "build", *arguments, "--tag", function["image"], "."]
    built = subprocess.run(command, cwd=context, capture_output=True, text=True, check=False)
    if built.returncode:
        raise GoError(f"[{name}] received non-zero exit code from build: {built.stderr}")


def configuration(path: Path) -> dict[str, Any]:
    """Return what a stack file says besides its functions."""
    return yaml.safe_load(path.read_text()).get("configuration") or {}


def differences(name: str, function: Mapping[str, Any], deployed: Mapping[str, Any] | None, folder: Path) -> list[str]:
    """Return what a stack file and the gateway do not agree on, a line each.

    An fprocess and environment that only the gateway has are left out.
    """
    if deployed is None:
        return [f"{name}: not deployed"]
    wanted = {**deployment(name, function, folder), "name": name}
    ours, theirs = _attributes(wanted), _attributes(deployed)
    lenient = {key for key in theirs.keys() - ours.keys() if key == "fprocess" or key.startswith("env.")}
    differing = [key for key in sorted(ours.keys() | theirs.keys()) if ours.get(key) != theirs.get(key)]
    return [f"{name}: {key}: {ours.get(key)!r} | {theirs.get(key)!r}" for key in differing if key not in lenient]


def _attributes(fields: Mapping[str, Any]) -> dict[str, str]:
    flat = {"image": fields["image"], "fprocess": fields.get("envProcess") or ""}
    flat["readonly_root_filesystem"] = str(bool(fields.get("readOnlyRootFilesystem"))).lower()
    for prefix, key in (("env", "envVars"), ("label", "labels"), ("annotation", "annotations")):
        flat |= {f"{prefix}.{one}": str(value) for one, value in (fields.get(key) or {}).items()}
    for prefix, key in (("secret", "secrets"), ("constraint", "constraints")):
        flat |= {f"{prefix}.{one}": "present" for one in fields.get(key) or ()}
    for prefix in ("limits", "requests"):
        flat |= {f"{prefix}.{one}": value for one, value in (fields.get(prefix) or {}).items()}
    return {key: value for key, value in flat.items() if value}


def _env_process(folder: Path, lang: str) -> str:
    template = folder / "template" / lang / "template.yml"
    return str(yaml.safe_load(template.read_text()).get("fprocess") or "") if template.exists() else ""
