"""The stack file, read as faas-cli reads it: what `faas-cli deploy` would send for each of its functions.

Paths in it are taken from the file's own folder. Values are the texts that the file has (`1.10` stays `1.10`, `yes`
stays `yes`), as for a Go program that wants texts. https://docs.openfaas.com/reference/yaml/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from .errors import Refused
from .messages import FunctionDeployment
from .quantities import parse_quantity
from .scaling import check_policies
from .yaml_file import parsed, read

_TOP_KEYS = ("version", "provider", "functions", "configuration")
_PROVIDER_KEYS = ("name", "gateway", "network")
_BUILD_KEYS = ("skip_build", "build_args", "build_options", "build_secrets", "platforms", "registry_auth")
_FUNCTION_KEYS = (
    "lang",
    "handler",
    "image",
    "fprocess",
    "environment",
    "environment_file",
    "secrets",
    "labels",
    "annotations",
    "constraints",
    "limits",
    "requests",
    "readonly_root_filesystem",
    "namespace",
    *_BUILD_KEYS,  # known, and of no use once it is built
)
_TRUE = re.compile("y|yes|true|on", re.IGNORECASE)
_FALSE = re.compile("n|no|false|off", re.IGNORECASE)


@dataclass(frozen=True)
class StackFunction:
    """A function of a stack file."""

    deployment: FunctionDeployment
    """What `faas-cli deploy` sends for it."""

    handler_dir: Path
    """Its folder, absolute; whether it is there is not looked at."""

    lang: str
    environment: Mapping[str, str] = field(default_factory=dict)
    """What the file itself sets, without what its environment_file does."""

    environment_files: tuple[Path, ...] = ()
    """The files of environment_file, absolute."""

    build_keys: tuple[str, ...] = ()
    """Which keys it has that only matter while its image is built."""

    devices: tuple[str, ...] = ()
    """The GPUs and the like that it asks for, by name."""

    copied: tuple[str, ...] = ()
    """What faas-cli copies into its folder before the build: `configuration.copy`, which is for all functions."""


def read_stack(path: Path, environ: Mapping[str, str], *, takes_devices: bool = False) -> list[StackFunction]:
    """Return the functions of a stack file, in its order, with the variables of `environ` put in.

    Functions that ask for a GPU are refused, unless `takes_devices`: to look at them, not to run them. Raises Refused,
    naming the file, the function and the key, for what is not as faas-cli wants it.
    """
    return parse_stack(read(path), path, environ, takes_devices=takes_devices)


def parse_stack(
    text: str, path: Path, environ: Mapping[str, str], *, takes_devices: bool = False
) -> list[StackFunction]:
    """Return the functions of a stack file's text, as `read_stack` does."""
    stack = _mapping(parsed(text, path, environ), str(path))
    _check_keys(stack, _TOP_KEYS, str(path))
    version = _text(stack.get("version"), f"{path}: version")
    if version not in ("", "1.0"):
        raise Refused(f"{path}: version is {version!r}, and only 1.0 is known")
    provider = _mapping(stack.get("provider"), f"{path}: provider")
    _check_keys(provider, _PROVIDER_KEYS, f"{path}: provider")
    name = _text(provider.get("name"), f"{path}: provider.name")
    if not name:
        raise Refused(f"{path}: provider.name is missing; write provider: {{name: openfaas}}")
    if name not in ("openfaas", "faas"):
        raise Refused(f"{path}: provider.name is {name!r}, and must be openfaas")
    functions = _mapping(stack.get("functions"), f"{path}: functions")
    if not functions:
        raise Refused(f"{path}: functions: there are none; add one, with lang, handler and image")
    configuration = _mapping(stack.get("configuration"), f"{path}: configuration")
    copied = tuple(_list(configuration.get("copy"), f"{path}: configuration.copy"))
    read = [_Reader(path, name, takes_devices=takes_devices).read(fields) for name, fields in functions.items()]
    return [replace(function, copied=copied) for function in read]


def read_environment(paths: Iterable[Path], where: str) -> dict[str, str]:
    """Return what the files of a function's environment_file set: a later one wins. Raises Refused, naming `where`."""
    variables: dict[str, str] = {}
    for path in paths:
        if not path.is_file():
            raise Refused(f"{where}: environment_file: there is no file {str(path)!r}")
        file = _mapping(parsed(read(path), path), str(path))
        variables |= _texts(file.get("environment"), f"{path}: environment")
    return variables


class _Reader:
    """Reads one function; every error begins with the file and the function."""

    def __init__(self, path: Path, name: str, *, takes_devices: bool) -> None:
        self._dir = path.absolute().parent
        self._name = name
        self._takes_devices = takes_devices
        self._where = f"{path}: function {name!r}"

    def read(self, value: Any) -> StackFunction:
        fields = _mapping(value, self._where)
        _check_keys(fields, _FUNCTION_KEYS, self._where)
        lang = self._required(fields, "lang")
        handler_dir = self._dir / self._required(fields, "handler")
        environment = self._texts(fields, "environment")
        environment_files = tuple(self._dir / name for name in self._list(fields, "environment_file"))
        wire = {
            "service": self._name,
            "image": self._required(fields, "image"),
            "namespace": self._text(fields, "namespace"),
            "envProcess": self._env_process(lang) or self._text(fields, "fprocess"),
            "envVars": {**environment, **read_environment(environment_files, self._where)},
            "constraints": self._list(fields, "constraints"),
            "secrets": self._list(fields, "secrets"),
            "labels": self._texts(fields, "labels"),
            "annotations": self._texts(fields, "annotations"),
            "limits": self._resources(fields, "limits"),
            "requests": self._resources(fields, "requests"),
            "readOnlyRootFilesystem": self._boolean(fields, "readonly_root_filesystem"),
        }
        try:
            deployment = FunctionDeployment.from_wire(wire)
            check_policies(deployment)
        except Refused as error:
            raise Refused(f"{self._where}: {error}") from None
        build_keys = tuple(key for key in _BUILD_KEYS if fields.get(key))
        return StackFunction(
            deployment,
            Path(handler_dir).resolve(),
            lang,
            environment,
            environment_files,
            build_keys,
            self._devices(fields),
        )

    def _env_process(self, lang: str) -> str:
        """Return the fprocess of the function's template, which wins; "" if there is no template."""
        path = self._dir / "template" / lang / "template.yml"
        if not path.is_file():
            return ""
        template = _mapping(parsed(read(path), path), str(path))
        return _text(template.get("fprocess"), f"{path}: fprocess")

    def _resources(self, fields: Mapping[str, Any], key: str) -> dict[str, str] | None:
        if fields.get(key) is None:
            return None
        resources = self._texts(fields, key)
        for name, written in resources.items():
            if name not in ("memory", "cpu") and not name.endswith(("/gpu", "/fpga")):
                raise Refused(f"{self._where}: {key}.{name} is not known: it takes memory and cpu")
            try:
                if written:
                    parse_quantity(written)
            except ValueError as error:
                raise Refused(f"{self._where}: {key}.{name}: {error}") from None
        if self._takes_devices:
            return {name: written for name, written in resources.items() if name in ("memory", "cpu")}
        return resources

    def _devices(self, fields: Mapping[str, Any]) -> tuple[str, ...]:
        asked = {**self._texts(fields, "requests"), **self._texts(fields, "limits")}
        return tuple(name for name, written in asked.items() if written and name not in ("memory", "cpu"))

    def _required(self, fields: Mapping[str, Any], key: str) -> str:
        text = self._text(fields, key)
        if not text:
            examples = {"lang": "portable", "handler": "./function", "image": f"local/{self._name}:latest"}
            raise Refused(f"{self._where}: {key} is missing; write e.g. {key}: {examples[key]}")
        return text

    def _text(self, fields: Mapping[str, Any], key: str) -> str:
        return _text(fields.get(key), f"{self._where}: {key}")

    def _texts(self, fields: Mapping[str, Any], key: str) -> dict[str, str]:
        return _texts(fields.get(key), f"{self._where}: {key}")

    def _list(self, fields: Mapping[str, Any], key: str) -> list[str]:
        return _list(fields.get(key), f"{self._where}: {key}")

    def _boolean(self, fields: Mapping[str, Any], key: str) -> bool:
        text = self._text(fields, key)
        if text and not _TRUE.fullmatch(text) and not _FALSE.fullmatch(text):
            raise Refused(f"{self._where}: {key} must be true or false, and is {text!r}")
        return bool(_TRUE.fullmatch(text))


def _check_keys(fields: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    for key in fields:
        if key not in known and not key.startswith("x-"):
            raise Refused(f"{where}: {key!r} is not known; {_hint(key, known)}")


def _hint(key: str, known: Iterable[str]) -> str:
    close = get_close_matches(key.lower(), known, 1)
    return f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(known)}"


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if value is not None and not isinstance(value, Mapping):
        raise Refused(f"{where}: keys and values are expected, and there is {_kind(value)}")
    for key in value or ():
        if not isinstance(key, str):
            raise Refused(f"{where}: a key must be a text, and there is {_kind(key)}")
    return value or {}


def _list(value: Any, where: str) -> list[str]:
    if value is not None and not isinstance(value, list):
        raise Refused(f"{where} must be a list, and is {_kind(value)}")
    return [_text(one, where) for one in value or ()]


def _texts(value: Any, where: str) -> dict[str, str]:
    return {key: _text(one, f"{where}.{key}") for key, one in _mapping(value, where).items()}


def _text(value: Any, where: str) -> str:
    if value is not None and not isinstance(value, str):
        raise Refused(f"{where} must be a text, and is {_kind(value)}")
    return value or ""


def _kind(value: Any) -> str:
    if isinstance(value, list | Mapping):
        return "a list" if isinstance(value, list) else "keys and values"
    return f"{value!r:.80}"
