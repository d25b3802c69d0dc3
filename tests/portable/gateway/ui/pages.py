"""What the tests of the dashboard share: its pages read as a browser reads them."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from werkzeug.test import TestResponse

from ..running import ControlPlane

HOSTILE = "<script>owned()</script>\"'><img src=x onerror=owned()>"
VOID = frozenset(("br", "hr", "img", "input", "link", "meta"))


class Page(HTMLParser):
    """The elements of a page, each with its attributes, and what is within those with an id."""

    def __init__(self, answer: TestResponse) -> None:
        super().__init__()
        self.answer = answer
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self._open: list[tuple[str, str]] = []
        self.feed(answer.text)
        self.close()
        assert self._open == [], "an element is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append((tag, dict(attrs).get("id") or ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.handle_data(" ")
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        for _, id_ in self._open:
            self.texts[id_] = self.texts.get(id_, "") + data

    def text(self, id_: str) -> str:
        """Return the text within the element of an id, its blanks as one."""
        return " ".join(self.texts.get(id_, "").split())

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        """Return the attributes of every element of a kind that has these."""
        return [found for name, found in self.elements if name == tag and attributes.items() <= found.items()]

    def value(self, name: str) -> str | None:
        """Return the value of the first input of a name."""
        return self.all("input", name=name)[0]["value"]


def get(control: ControlPlane, path: str) -> Page:
    """Return a page that is there."""
    answer = control.call("GET", path)
    assert answer.status_code == 200, answer.text
    return Page(answer)


def post(control: ControlPlane, path: str, token: str | None = None, /, **fields: Any) -> TestResponse:
    """Send a form, with the token of a page unless another is given."""
    token = token if token is not None else get(control, "/ui/deploy").value("csrf_token")
    return control.call("POST", path, data={"csrf_token": token, **fields})
