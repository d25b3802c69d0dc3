"""Names of functions: what every platform takes."""

from __future__ import annotations

import pytest

from portable.aws.names import Names
from portable.deploying.errors import BadSettings
from portable.scaffold.names import MAX_CHARS, check
from portable.stack.messages import FunctionName


@pytest.mark.parametrize("name", ["ab", "hello", "hello-2", "a" * MAX_CHARS, "function"])
def test_name_that_every_platform_takes(name: str) -> None:
    check(name)

    assert FunctionName.checked(name, "")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "2 to 44 of a-z"),
        ("a", "2 to 44 of a-z"),
        ("Hello World", "'hello-world' would do"),
        ("my_fn", "'my-fn' would do"),
        ("2nd", "'nd' would do"),
        ("hello-", "'hello' would do"),
        ("-hello", "'hello' would do"),
        ("a" * (MAX_CHARS + 1), f"{'a' * MAX_CHARS!r} would do"),
        ("../up", "'up' would do"),
        ("/etc", "'etc' would do"),
        ("hello\n", "'hello' would do"),
        ("héllo", "'h-llo' would do"),
        ("json", "Python has a module of that name: take another one, such as my-json"),
        ("platforms", "it is the package that ships"),
        ("template", "faas-cli keeps its own files in such a folder"),
        ("tests", "the project has other files in such a folder"),
        ("gateway", "it is the host of the local gateway"),
        ("null", "YAML reads no name there"),
    ],
)
def test_name_that_a_platform_or_this_machine_refuses(name: str, said: str) -> None:
    with pytest.raises(BadSettings) as refused:
        check(name)

    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_longest_name_fits_into_the_deployer_s_longest() -> None:
    assert len(Names("a" * MAX_CHARS, "prod", "", "ap-southeast-2").global_base) == 64
