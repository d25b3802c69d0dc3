"""What a check of the sample's stack prints: `python -m tests.portable.check.sample` puts it into the page."""

from __future__ import annotations

from pathlib import Path

from portable.check.command import check
from tests.sample import STACK_PATH

ROOT = Path(__file__).parents[3]
DOCUMENT = ROOT / "docs" / "gateway.md"
BEGIN, END = "<!-- check -->\n", "<!-- /check -->"
TARGETS = "faasd,aws_lambda"


def with_sample(text: str) -> str:
    """Return docs/gateway.md's text with the sample as it is now."""
    report, _ = check(STACK_PATH, {}, TARGETS)
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n```console\n$ portable check --for {TARGETS}\n{report}\n```\n\n{END}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(with_sample(DOCUMENT.read_text()))
