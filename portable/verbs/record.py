"""`portable record`: pass calls on to a server and keep each as a file, for `portable replay`."""

from __future__ import annotations

from pathlib import Path

import click

from ..deploying.arguments import FILE, PORT
from ..deploying.world import World


@click.command("record")
@click.argument("url")
@click.option(
    "--port", type=PORT, default=8090, show_default=True, help="Port of 127.0.0.1 to listen on; 0 for a free one."
)
@click.option("--to", type=FILE, default="calls", show_default=True, metavar="DIR", help="Folder for the files.")
@click.option("--platform", default="", metavar="NAME", help="What the server runs on, noted in the files.")
@click.option("--keep-secrets", is_flag=True, help="Leave nothing out: the files are secret then.")
@click.pass_obj
def command(world: World, url: str, port: int, to: Path, platform: str, *, keep_secrets: bool) -> int:
    """Pass calls on to a server, and keep each as a file.

    URL is where they go, such as http://127.0.0.1:8080/function/meditations. Headers and parameters whose names say
    that they are secret are left out, and the file says which; bodies are kept as they are.
    """
    from ..replay.commands import record

    return record(url, port, to, world, platform=platform, keep_secrets=keep_secrets)
