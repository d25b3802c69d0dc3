"""What the engine says of a container that has ended, and of when."""

from __future__ import annotations

from typing import Any

import pytest

from portable.gateway.providers.docker import spec


@pytest.mark.parametrize(
    ("state", "limit", "expected"),
    [
        ({"ExitCode": 3}, "", "exit code 3"),
        ({"ExitCode": 0}, "", "exit code 0"),
        ({"ExitCode": 137}, "", "exit code 137 (killed by SIGKILL)"),
        ({"ExitCode": 139}, "", "exit code 139 (killed by SIGSEGV)"),
        ({"ExitCode": 255}, "", "exit code 255"),
        ({"ExitCode": 137, "OOMKilled": True}, "64Mi", "out of memory (limit 64Mi)"),
        ({"ExitCode": 137, "OOMKilled": True}, "", "out of memory"),
        ({"Status": "created", "ExitCode": 127, "Error": "no such file"}, "", "never started: no such file"),
        ({"Status": "created", "ExitCode": 0, "Error": ""}, "", "never started"),
    ],
)
def test_ending_says_how(state: dict[str, Any], limit: str, expected: str) -> None:
    assert spec.ending({"Status": "exited", "OOMKilled": False, **state}, limit) == expected


def test_time_of_the_engine_is_read_to_the_nanosecond() -> None:
    assert spec.time_ns("1970-01-01T00:00:01.000000002Z") == 1_000_000_002
    assert spec.time_ns("1970-01-01T00:00:01.5Z") == 1_500_000_000
    assert spec.time_ns("1970-01-01T00:00:01Z") == 1_000_000_000
