"""The API on every platform: `portable test`, or `make test` with the tests of the project."""

import pytest

from portable.testing import Client

client = Client("meditations")


def test_post_answers_with_a_meditation(on_every_platform):
    r = client.post("/")

    assert r.status == 200
    assert r.json()["status"] == "success"
    assert r.json()["meditation"]


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_another_method_is_told_which_is_allowed(method, on_every_platform):
    r = client.request(method, "/")

    assert r.status == 405
    assert r.headers["Allow"] == "POST"
    assert method in r.json()["error"]
