"""Which addresses and URLs a callback may have."""

from __future__ import annotations

import ipaddress

import pytest

from portable.gateway.http.addresses import Allowed
from portable.gateway.queue.callback_url import OwnUrls, check, parse
from portable.stack.errors import Refused

OWN = OwnUrls(["nas.lan"], "https://functions.example.org/")
OWN.listen(9090)

REFUSED = {
    "0.0.0.0": "unspecified",
    "0.1.2.3": "private",
    "10.1.2.3": "private",
    "100.64.0.1": "reserved",
    "127.0.0.1": "a loopback",
    "127.255.255.254": "a loopback",
    "169.254.169.254": "link-local",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.0.0.8": "",
    "192.0.2.1": "private",
    "192.88.99.1": "reserved",
    "192.168.1.1": "private",
    "198.18.0.1": "private",
    "203.0.113.1": "private",
    "224.0.0.1": "a multicast",
    "240.0.0.1": "",
    "255.255.255.255": "",
    "::": "unspecified",
    "::1": "a loopback",
    "::ffff:127.0.0.1": "a loopback",
    "::ffff:10.0.0.1": "private",
    "::127.0.0.1": "reserved",
    "64:ff9b::127.0.0.1": "a loopback",
    "64:ff9b::a9fe:a9fe": "link-local",
    "64:ff9b:1::1": "",
    "100::1": "",
    "2001::1": "",
    "2001:db8::1": "",
    "2002:7f00:1::": "a loopback",
    "2002:c0a8:101::1": "private",
    "3fff::1": "",
    "fc00::1": "private",
    "fd12:3456::1": "private",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local",
    "fec0::1": "",
    "ff02::1": "a multicast",
}
REACHED = (
    "1.1.1.1",
    "8.8.8.8",
    "172.32.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
    "2606:4700::1111",
)


@pytest.mark.parametrize("written", REFUSED)
def test_address_that_is_not_the_internets_is_refused(written: str) -> None:
    """For those without a kind here, which one is told depends on Python's version."""
    address = ipaddress.ip_address(written)

    assert Allowed(()).refusal(address).startswith(f"{address} is {REFUSED[written]}")


@pytest.mark.parametrize("written", REACHED)
def test_address_of_the_internet_is_reached(written: str) -> None:
    assert Allowed(()).refusal(ipaddress.ip_address(written)) == ""


@pytest.mark.parametrize(
    ("allowed", "address", "is_reached"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.2", False),
        ("127.0.0.1", "::ffff:127.0.0.1", True),
        ("10.1.0.0/16", "10.1.255.1", True),
        ("10.1.0.0/16", "10.2.0.1", False),
        ("fd00::/8", "fd12::1", True),
        ("::1", "::1", True),
    ],
)
def test_network_that_is_allowed_is_reached(allowed: str, address: str, *, is_reached: bool) -> None:
    assert (Allowed([allowed]).refusal(ipaddress.ip_address(address)) == "") is is_reached


def test_host_that_is_allowed_is_so_in_any_spelling() -> None:
    allowed = Allowed(["NAS.lan"])

    assert [allowed.has_name(host) for host in ("nas.lan", "Nas.Lan.", "x.nas.lan", "lan")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("written", ["10.0.0.1/8", "a b", "2130706433", "0x7f.1", "http://nas.lan", "", "*", "a/24"])
def test_what_is_neither_host_nor_network_cannot_be_allowed(written: str) -> None:
    with pytest.raises(ValueError, match="neither a host's name nor a network"):
        Allowed([written])


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "characters"),
        ("ftp://example.org/", "not like http"),
        ("file:///etc/passwd", "not like http"),
        ("//example.org/", "not like http"),
        ("example.org/path", "not like http"),
        ("http://", "not like http"),
        ("http:///path", "not like http"),
        ("http://example.org:0/", "not like http"),
        ("http://example.org:99999/", "no URL"),
        ("http://[::1/", "no URL"),
        ("http://user@example.org/", "a user or a password"),
        ("http://user:word@example.org/", "a user or a password"),
        ("http://example.org/a b", "characters"),
        ("http://example.org/\r\nX-Evil: 1", "characters"),
        ("http://example.org/\x00", "characters"),
        ("http://example.org\\@127.0.0.1/", "characters"),
        ("http://b\u00fccher.example/", "characters"),
        ("http://example.org/" + "a" * 2048, "longer"),
        ("http://127.0.0.1/", "loopback"),
        ("http://127.0.0.1:8081/", "loopback"),
        ("http://localhost/", "loopback"),
        ("http://x.localhost./", "loopback"),
        ("http://LOCALHOST:81/", "loopback"),
        ("http://[::1]/", "loopback"),
        ("http://[::ffff:127.0.0.1]/", "loopback"),
        ("http://2130706433/", "no address as it is usually written"),
        ("http://0x7f000001/", "no address as it is usually written"),
        ("http://0177.0.0.1/", "no address as it is usually written"),
        ("http://127.1/", "no address as it is usually written"),
        ("http://169.254.169.254/latest/meta-data", "link-local"),
        ("https://10.0.0.1/", "private"),
        ("http://gateway:8080/system/functions", "only /function/NAME"),
        ("http://127.0.0.1:9090/", "only /function/NAME"),
        ("http://nas.lan:9090/ui/", "only /function/NAME"),
        ("http://gateway:8080/function/a/../../system/secrets?x", ""),
        ("https://functions.example.org/system/async", "only /function/NAME"),
    ],
)
def test_url_that_can_be_seen_not_to_do_is_refused(written: str, why: str) -> None:
    if not why:  # the path stays inside of the function: nothing resolves its dots
        check(written, Allowed(()), OWN)
        return
    with pytest.raises(Refused, match="X-Callback-Url") as refused:
        check(written, Allowed(()), OWN)

    assert why in str(refused.value)
    assert "\r" not in str(refused.value)


@pytest.mark.parametrize(
    "written",
    [
        "http://example.org",
        "HTTPS://Example.org:8443/a?b=c#d",
        "http://93.184.215.14/",
        "http://[2606:4700::1111]:81/x",
        "http://gateway:8080/function/fn",
        "http://gateway.openfaas:8080/async-function/fn.openfaas-fn/a?b",
        "http://gateway:9090/function/fn",
        "http://localhost:9090/function/fn",
        "http://nas.lan:9090/function/fn",
        "https://functions.example.org/function/fn",
    ],
)
def test_url_that_may_do_is_taken(written: str) -> None:
    check(written, Allowed(()), OWN)


def test_url_of_a_host_that_is_allowed_is_taken() -> None:
    check("http://127.0.0.1:81/", Allowed(["127.0.0.1"]), OWN)
    check("http://localhost:81/", Allowed(["localhost"]), OWN)


def test_url_has_the_parts_that_are_sent() -> None:
    url = parse("https://[2606:4700::1111]:8443/a%20b?c=d#e")

    assert (url.is_tls, url.host, url.port, url.target) == (True, "2606:4700::1111", 8443, "/a%20b?c=d")
    assert url.netloc == "[2606:4700::1111]:8443"
    assert (parse("http://a.b:80?x").netloc, parse("http://a.b:80?x").target) == ("a.b", "/?x")
