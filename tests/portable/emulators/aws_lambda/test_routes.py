"""Which path of the spec a request is for."""

from __future__ import annotations

from typing import Any

import pytest

from portable.emulators.aws_lambda.routes import ANY_METHOD, ANY_PATH, Route, match, route_of

SPEC: dict[str, Any] = {
    "paths": {
        "/": {"get": {}},
        "/items": {"get": {}, "post": {}},
        "/items/{id}": {"get": {}},
        "/items/new": {"post": {}},
        "/items/{id}/parts/{part}": {"get": {}},
        "/files/{path+}": {"put": {}},
    }
}
FITS = {
    ("GET", "/"): Route("/", {}),
    ("GET", "/items"): Route("/items", {}),
    ("GET", "/items/"): Route("/items", {}),
    ("POST", "/items"): Route("/items", {}),
    ("GET", "/items/7"): Route("/items/{id}", {"id": "7"}),
    ("GET", "/items/a%2Fb"): Route("/items/{id}", {"id": "a%2Fb"}),
    ("POST", "/items/new"): Route("/items/new", {}),
    ("GET", "/items/7/parts/b"): Route("/items/{id}/parts/{part}", {"id": "7", "part": "b"}),
    ("PUT", "/files/a"): Route("/files/{path+}", {"path": "a"}),
    ("PUT", "/files/a/b//c"): Route("/files/{path+}", {"path": "a/b//c"}),
}
FITS_NOT = [
    ("POST", "/"),
    ("GET", "/other"),
    ("GET", "/items/new"),
    ("GET", "/items/7/parts"),
    ("GET", "/items/7/parts/b/c"),
    ("PUT", "/files"),
    ("PUT", "/files/"),
    ("GET", "/ITEMS"),
]


@pytest.mark.parametrize(("request_line", "route"), FITS.items())
def test_a_request_goes_to_the_plainest_path_that_fits(request_line: tuple[str, str], route: Route) -> None:
    assert route_of(SPEC, *request_line) == route


@pytest.mark.parametrize(("method", "path"), FITS_NOT)
def test_a_path_or_method_that_is_not_in_the_spec_has_no_route(method: str, path: str) -> None:
    assert route_of(SPEC, method, path) is None


@pytest.mark.parametrize("method", ["GET", "delete", "PROPFIND"])
def test_any_method_catches_what_is_not_declared(method: str) -> None:
    assert route_of({"paths": {"/a": {ANY_METHOD: {}, "post": {}}}}, method, "/a") == Route("/a", {})


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/", Route("/", {})),
        ("//a", Route("/{proxy+}", {"proxy": "/a"})),
        ("//a/", Route("/{proxy+}", {"proxy": "/a"})),
    ],
)
def test_every_path_has_a_route_where_any_is_declared(path: str, route: Route) -> None:
    assert route_of(ANY_PATH, "GET", path) == route


def test_match_takes_the_plainest_of_any_resources() -> None:
    assert match(["/{id}", "/a", "/{all+}"], "/a") == Route("/a", {})
    assert match(["/a"], "/b") is None
