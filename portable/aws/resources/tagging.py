"""Tags as mappings: AWS sends and takes them as lists of pairs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ...deploying.changes import Difference
from ...deploying.errors import Refused
from ..names import Names
from ..plan import Call


def of_pairs(pairs: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return what AWS lists as `Key` and `Value`."""
    return {pair["Key"]: pair["Value"] for pair in pairs}


def to_pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return what AWS takes."""
    return [{"Key": name, "Value": value} for name, value in sorted(tags.items())]


def check_ours(tags: Mapping[str, str], names: Names, what: str) -> None:
    """Raise Refused if something of our name has not this stage's tags; `what` is its kind and name."""
    if not names.is_ours(tags):
        wanted = ", ".join(f"{name}={value}" for name, value in names.tags.items())
        raise Refused(
            f"the name is taken: {what} is there, and not this stage's (it has not the tags {wanted}); delete or "
            "rename it, or give the function in stack.yml or the stage another name"
        )


def differences(found: Mapping[str, str], wanted: Mapping[str, str]) -> Iterator[Difference]:
    """Yield each tag that is missing, another or too many."""
    for name in sorted(found.keys() | wanted.keys()):
        before, after = found.get(name), wanted.get(name)
        if before != after and not _is_awss(name):
            yield Difference(f"tag {name}", before, after)


def calls(
    service: str,
    arn: Mapping[str, str],
    found: Mapping[str, str],
    wanted: Mapping[str, str],
    *,
    tags_name: str = "Tags",
    keys_name: str = "TagKeys",
    pairs: bool = True,
    kind: str = "resource",
) -> Iterator[Call]:
    """Yield what brings the tags up to date; `arn` is the argument that names the resource.

    Without `pairs` the service takes a mapping; `kind` is what its operations are called after: `tag_resource`.
    """
    changed = {name: value for name, value in wanted.items() if found.get(name) != value}
    gone = sorted(name for name in found.keys() - wanted.keys() if not _is_awss(name))
    if changed:
        yield Call(service, f"tag_{kind}", {**arn, tags_name: to_pairs(changed) if pairs else changed})
    if gone:
        yield Call(service, f"untag_{kind}", {**arn, keys_name: gone})


def _is_awss(name: str) -> bool:
    return name.startswith("aws:")
