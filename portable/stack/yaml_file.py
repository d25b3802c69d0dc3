"""A file of YAML as faas-cli reads it: texts, lists and mappings, and a key that comes twice is an error."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from .envsubst import envsubst
from .errors import Refused
from .missing import elsewhere


def read(path: Path) -> str:
    """Return the text of a file. Raises Refused, with what to do."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"{path}: {error}") from None
    except FileNotFoundError:
        todo = elsewhere(path) or "`portable new NAME` makes one, --stack names another"
        raise Refused(f"{path}: there is no such file; {todo}") from None
    except OSError as error:
        raise Refused(f"{path}: cannot read it: {error.strerror}") from None


def parsed(text: str, path: Path, environ: Mapping[str, str] | None = None) -> Any:
    """Return what a file says, with the variables of `environ` put in, if it is given. Raises Refused."""
    try:
        return yaml.load(text if environ is None else envsubst(text, environ), Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f"line {mark.line + 1}: " if mark else ""
        raise Refused(f"{path}: {line}{error.problem}") from None
    except (ValueError, yaml.YAMLError) as error:
        raise Refused(f"{path}: {error}") from None


class Loader(yaml.SafeLoader):
    """Every scalar is the text that stands there, but for null; a key that comes twice is an error, as in Go."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own name and shape
        first: [(tag, pattern) for tag, pattern in resolvers if tag.endswith((":null", ":merge"))]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        """Return the mapping. Raises ConstructorError for a key that comes twice."""
        seen = set()
        for key in [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)]:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} comes twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)
