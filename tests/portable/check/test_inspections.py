"""Checks where a name or a value alone decides."""

from __future__ import annotations

import pytest

from portable.aws.settings import texts
from portable.check.rules import RULES

from .subjects import environment, image

BY_ID = {rule.id: rule for rule in RULES}


@pytest.mark.parametrize(
    ("name", "is_private"),
    [
        ("registry/fn", False),  # Docker Hub's namespace `registry`
        ("registry:5000/fn", True),
        ("127.0.0.1:5000/fn", True),
        ("192.168.1.2/fn", True),
        ("[::1]:5000/fn", True),
        ("nas.local/me/fn:1", True),
        ("registry.svc.cluster.local:5000/fn", True),
        ("LOCALHOST:5000/fn", True),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/fn", True),
        ("public.ecr.aws/me/fn", False),
        ("registry.example.com:5000/fn@sha256:" + "0" * 64, False),
    ],
)
def test_registry_that_others_cannot_pull_from_is_known_by_its_name(name: str, is_private: bool) -> None:  # noqa: FBT001
    assert bool(list(BY_ID["ce-private-image"].check(image(name)))) == is_private


def test_reserved_names_are_those_that_the_deployer_refuses() -> None:
    names = [*texts._RESERVED, texts._OURS]
    found = BY_ID["lambda-reserved-variable"].check(environment(**dict.fromkeys(names, "x")))

    assert list(found) == [f"environment {name}" for name in names]


def test_value_of_a_variable_is_never_told() -> None:
    secretive = environment(A="hush", PORT="hush", **{"B-1": "hush" * 20_000})

    assert "hush" not in " ".join(what for rule in RULES for what in rule.check(secretive))
