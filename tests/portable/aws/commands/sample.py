"""What a deploy looks like: `python -m tests.portable.aws.commands.sample` writes docs/platforms/aws_lambda.md."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from ..project import Project, make_project
from ..strict import StrictAws

DOCUMENT = Path(__file__).parents[4] / "docs" / "platforms" / "aws_lambda.md"
BEGIN, END = "<!-- sample -->\n", "<!-- /sample -->"


def sample() -> str:
    """Return a first deploy, a change of memory and a way back, as a terminal shows them."""
    with StrictAws() as world, tempfile.TemporaryDirectory() as folder:
        project = make_project(Path(folder), lambda _: world.session(), world.fetch)
        lines = [_shown(project, "deploy", "--yes")]
        project.settings("memory_mb = 256\n")
        lines += [_shown(project, "plan"), _shown(project, "deploy", "--yes", "--quiet"), _shown(project, "rollback")]
    return "```console\n" + "\n".join(lines) + "```\n"


def with_sample(text: str) -> str:
    """Return the document's text with the sample as it is now."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "\n" + sample() + "\n" + END + after


def without_code(text: str) -> str:
    """Return the text without what every change of the function or the shim changes: hashes of code."""
    return re.sub(r"\b(code:|code) \S+", r"\1", text)


def _shown(project: Project, *arguments: str) -> str:
    return f"$ portable aws {' '.join(arguments)}\n{project.run(*arguments).out}"


if __name__ == "__main__":
    DOCUMENT.write_text(with_sample(DOCUMENT.read_text()))
