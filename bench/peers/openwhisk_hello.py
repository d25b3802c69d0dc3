"""OpenWhisk's own hello-world: the smallest action, that shares nothing with ours but its name."""

from typing import Any


def main(args: dict[str, Any]) -> dict[str, Any]:
    return {"greeting": f"Hello {args.get('name', 'stranger')}!"}
