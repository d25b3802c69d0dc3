"""What Azure leaves of a cookie: each row is sent through the shim, and must arrive as the table says."""

from __future__ import annotations

import pytest

from platforms.azure_functions.cookies import Unsendable, carried


@pytest.mark.parametrize(
    ("cookie", "sent"),
    [
        ("a=1", "a=1"),
        ("a=", "a="),
        ("a=1; Path=/; Domain=example.com", "a=1; path=/; domain=example.com"),
        ("a=1; Secure; HttpOnly; SameSite=Strict", "a=1; secure; httponly; samesite=Strict"),
        ("a=1; Max-Age=60", "a=1; max-age=60"),
        ("a=1; Max-Age=-1", "a=1; max-age=0"),
        (f"a=1; Max-Age={'9' * 5000}", "a=1; max-age=99999999999"),
        ("a=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT", "a=1; expires=Wed, 21 Oct 2015 07:28:00 GMT"),
        ("a=1; Expires=Wednesday, 21-Oct-15 07:28:00 GMT", "a=1; expires=Wed, 21 Oct 2015 07:28:00 GMT"),
        ("a=1; Expires=Wed Oct 21 07:28:00 2015", "a=1; expires=Wed, 21 Oct 2015 07:28:00 GMT"),
        ("a=1; Expires=Wed, 21 Oct 2015 07:28:00 +0200", "a=1; expires=Wed, 21 Oct 2015 07:28:00 GMT"),
        ("a=1; ;", "a=1"),
    ],
)
def test_what_azure_knows_of_a_cookie_stays(cookie: str, sent: str) -> None:
    assert carried(cookie) == (sent, [])


@pytest.mark.parametrize(
    ("cookie", "sent", "change"),
    [
        ("a=1; Partitioned", "a=1", "a: Partitioned is lost"),
        ("a=1; Priority=High", "a=1", "a: Priority is lost"),
        ("a=1; SameSite=Sometimes", "a=1", "a: SameSite is lost"),
        ("a=1; Max-Age=soon", "a=1", "a: Max-Age is lost"),
        ("a=1; Max-Age=--5", "a=1", "a: Max-Age is lost"),
        ("a=1; Expires=soon", "a=1", "a: Expires is lost, for it is no date"),
        (f"a=1; Expires=Wed, 21 Oct {'9' * 20} 07:28:00 GMT", "a=1", "a: Expires is lost, for it is no date"),
        ("a=b/c", "a=b/c", "a: its value is percent-encoded"),
        ('a="b"', 'a="b"', "a: its value is percent-encoded"),
    ],
)
def test_what_azure_changes_is_said_without_the_value(cookie: str, sent: str, change: str) -> None:
    assert carried(cookie) == (sent, [change])


@pytest.mark.parametrize(
    "cookie",
    [
        *("a=2, 3", "a=b c", "path=/x", "no value", 'a="",b:"|', "a:b=1"),
        *("a=1; Path=/b c; Secure", "a=1; Path=/\xe9; Secure"),
    ],
)
def test_cookie_that_azure_would_drop_or_cut_is_refused(cookie: str) -> None:
    with pytest.raises(Unsendable, match="Azure drops the cookie") as refused:
        carried(cookie)

    assert "3" not in str(refused.value)
