"""The gateway's settings, as its own table has them: `python -m tests.settings` writes them into docs/gateway.md."""

from __future__ import annotations

from pathlib import Path

from portable.gateway.config import SETTINGS

DOCUMENT = Path(__file__).parents[1] / "docs" / "gateway.md"
BEGIN, END = "<!-- settings -->\n", "<!-- /settings -->"


def table() -> str:
    """Return the settings, one line each: flag, variable, default, meaning."""
    lines = ["| flag | environment | default | meaning |", "|---|---|---|---|"]
    for one in SETTINGS:
        default = f"`{one.default}`" if one.default else "none"
        metavar = one.metavar.replace("|", "\\|")
        lines.append(f"| `--{one.flag} {metavar}` | `{one.variable}` | {default} | {one.help} |")
    return "\n".join(lines) + "\n"


def with_table(text: str) -> str:
    """Return docs/gateway.md's text with the table as it is now."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "\n" + table() + "\n" + END + after


if __name__ == "__main__":
    DOCUMENT.write_text(with_table(DOCUMENT.read_text()))
