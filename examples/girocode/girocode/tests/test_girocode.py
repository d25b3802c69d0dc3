"""The codes, and what is refused. Each test with `on_every_platform` runs once on each platform."""

import struct
from xml.etree import ElementTree

import pytest

from portable.testing import Client

PAYMENT = {"name": "Café Zürich", "iban": "DE33 1002 0500 0001 1947 00", "amount": "12.50", "text": "Rechnung № 7"}

client = Client("girocode")


def test_post_answers_with_a_png(on_every_platform):
    r = client.post("/", json=PAYMENT)

    assert r.status == 200
    assert r.headers["content-type"] == "image/png"
    assert size_of(r.body) == (270, 270)


def test_get_answers_with_the_same_png(on_every_platform):
    r = client.get("/", params=PAYMENT)

    assert r.status == 200
    assert r.body == client.post("/", json=PAYMENT).body


def test_who_accepts_svg_gets_it(on_every_platform):
    r = client.get("/", params=PAYMENT, headers={"Accept": "image/svg+xml,*/*"})

    assert r.headers["content-type"] == "image/svg+xml"
    assert ElementTree.fromstring(r.text).tag == "{http://www.w3.org/2000/svg}svg"


def test_every_wrong_field_is_named(on_every_platform):
    r = client.post("/", json={"name": "", "iban": "DE34100205000001194700", "amount": "12.505", "extra": 1})

    assert r.status == 422
    assert {error["field"] for error in r.json()["errors"]} == {"name", "iban", "amount", "text", "extra"}


def test_what_was_sent_is_not_sent_back(on_every_platform):
    r = client.post("/", json=PAYMENT | {"iban": "DE34100205000001194700"})

    assert r.json() == {
        "errors": [{"field": "iban", "error": "Value error, the check digits do not fit the account: a digit is wrong"}]
    }


def test_a_body_that_is_no_json_is_a_400(on_every_platform):
    assert client.post("/", content="{", headers={"Content-Type": "application/json"}).status == 400


def test_other_methods_are_refused(on_every_platform):
    r = client.delete("/")

    assert (r.status, r.headers["allow"]) == (405, "GET, POST")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "A\nB"},  # would begin the next field of the code
        {"name": "A" * 71},
        {"text": "漢" * 140},  # 140 characters, and more bytes than a code holds
        {"amount": "NaN"},
        {"amount": "0"},
        {"amount": "1000000000"},
        {"iban": "DE"},
    ],
)
def test_a_payment_that_no_code_can_hold_is_refused(wrong):
    assert client.post("/", json=PAYMENT | wrong).status == 422


def size_of(png):
    """Return the width and height in a PNG's first chunk."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">2I", png[16:24])
