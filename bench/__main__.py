"""`python -m bench`: run the benchmarks, print their tables, and last what was aimed at and whether it was met."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Sequence

from . import (
    aws_package,
    cold_import,
    from_clone,
    from_nothing,
    gateway,
    http_throughput,
    lambda_invocation,
    shim_import,
)
from .report import Aim

BENCHMARKS: dict[str, Callable[..., list[Aim]]] = {
    "lambda": lambda_invocation.run,
    "import": cold_import.run,
    "shims": shim_import.run,
    "http": http_throughput.run,
    "aws-package": aws_package.run,
    "from-nothing": from_nothing.run,
    "from-clone": from_clone.run,
    **gateway.PARTS,
}


def main(arguments: Sequence[str]) -> int:
    """Run the benchmarks that were named, or all of them; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the function against its peers.")
    names = "|".join(["gateway", *BENCHMARKS])
    parser.add_argument("benchmarks", nargs="*", metavar=names, help="gateway: all of its own (default: all there are)")
    parser.add_argument(
        "--rounds", type=int, help="rounds of those that take turns (default: 9, 21, 21, 11, 41, 3, 1 and 5)"
    )
    parser.add_argument("--quick", action="store_true", help="three short rounds: to see that it works, not to measure")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.benchmarks if name not in ("gateway", *BENCHMARKS)]:
        parser.error(f"no benchmark {unknown[0]!r}; there are gateway, {', '.join(BENCHMARKS)}")
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print(f"{python} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores, load average {_load()};")
    print("contestants take turns, every figure is the median of the rounds, every ratio that of the ratios within one")
    aims: list[Aim] = []
    for name in _expand(options.benchmarks) or BENCHMARKS:
        aims += BENCHMARKS[name](rounds=options.rounds or (3 if options.quick else None), quick=options.quick)
    print("\nAims")
    for aim in aims:
        print(f"  {aim}")
    return 0


def _expand(names: Sequence[str]) -> list[str]:
    """Return the names with `gateway` replaced by all of the gateway's own."""
    return [one for name in names for one in (gateway.PARTS if name == "gateway" else [name])]


def _load() -> str:
    """Return how busy the machine is: its load average of the last minute, if it has one."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
