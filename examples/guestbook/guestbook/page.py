"""The guestbook as a page of HTML. What guests wrote is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Guestbook</title>
<h1>Guestbook</h1>
<form method="post">
<p><input name="name" placeholder="Your name" maxlength="80" required>
<p><textarea name="message" placeholder="Your message" maxlength="2000" required></textarea>
<p><button>Write</button>
</form>
{entries}
{older}
</html>
"""


def page(entries: Sequence[dict[str, Any]], older: str | None) -> str:
    articles = (
        f"<article><h2>{escape(entry['name'])}</h2><p>{escape(entry['message'])}<p><time>{entry['written']:%d %B %Y}"
        "</time></article>"
        for entry in entries
    )
    link = f'<p><a href="{escape(older)}">Older</a>' if older else ""
    return _PAGE.format(entries="\n".join(articles), older=link)
