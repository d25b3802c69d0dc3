"""What is secret by its name is left out of a recorded call, and told by its name."""

from __future__ import annotations

import pytest

from portable.emulators.messages import Pairs, Request
from portable.replay.left_out import headers_without_secrets, is_secret, request_without_secrets


@pytest.mark.parametrize(
    "name",
    [
        *("Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "X-Api-Key", "x-functions-key", "apikey"),
        *("X-Auth-Token", "X-Amz-Security-Token", "access_token", "client_secret", "password", "passwd", "code", "key"),
        *(
            "sig",
            "X-Hub-Signature-256",
            "X-CSRF-Token",
            "JSESSIONID",
            "Cf-Access-Jwt-Assertion",
            "X-Auth",
            "X-Amz-Credential",
        ),
    ],
)
def test_name_of_a_secret_is_known(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "Accept",
        "Content-Type",
        "traceparent",
        "ce-id",
        "X-Request-Id",
        "author",
        "keyword",
        "Idempotency-Key",
        "design",
    ],
)
def test_other_names_are_kept(name: str) -> None:
    assert not is_secret(name)


@pytest.mark.parametrize(
    ("headers", "kept", "names"),
    [
        ((("A", "1"),), (("A", "1"),), []),
        ((("Cookie", "a=1"), ("A", "1"), ("Cookie", "b=2")), (("A", "1"),), ["header Cookie"]),
        ((("Location", "https://x.example/?a=1&code=abc"),), (), ["header Location"]),
        ((("Location", "https://x.example/#access_token=abc"),), (), ["header Location"]),
        ((("Location", "https://x.example/?a=code"),), (("Location", "https://x.example/?a=code"),), []),
    ],
)
def test_secret_headers_are_left_out(headers: Pairs, kept: Pairs, names: list[str]) -> None:
    assert headers_without_secrets(headers) == (kept, names)


@pytest.mark.parametrize(
    ("target", "kept", "names"),
    [
        ("/a", "/a", []),
        ("/a?", "/a?", []),
        ("/a?b=1&b&=x", "/a?b=1&b&=x", []),
        ("/token/a?key=1", "/token/a", ["query key"]),
        ("/?a=1&Token=abc&b=%26&sig=x", "/?a=1&b=%26", ["query Token", "query sig"]),
        ("/?token", "/", ["query token"]),
        ("/?%74oken=abc&b", "/?b", ["query token"]),
    ],
)
def test_secret_parameters_of_the_query_are_left_out(target: str, kept: str, names: list[str]) -> None:
    request = Request("GET", target, (("A", "1"),), b"body")

    assert request_without_secrets(request) == (Request("GET", kept, (("A", "1"),), b"body"), names)


def test_what_is_left_out_is_named_without_its_value() -> None:
    request = Request("GET", "/?token=moon", (("Authorization", "Bearer moon"), ("Cookie", "a=moon")))
    kept, names = request_without_secrets(request)

    assert names == ["header Authorization", "header Cookie", "query token"]
    assert "moon" not in repr(kept)
