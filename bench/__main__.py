"""`python -m bench`: run the benchmarks, print their tables, and last what was aimed at and whether it was met."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Sequence

from . import cold_import, http_throughput, lambda_invocation
from .report import Aim

BENCHMARKS: dict[str, Callable[..., list[Aim]]] = {
    "lambda": lambda_invocation.run,
    "import": cold_import.run,
    "http": http_throughput.run,
}


def main(arguments: Sequence[str]) -> int:
    """Run the benchmarks that were named, or all of them; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the function against its peers.")
    parser.add_argument("benchmarks", nargs="*", metavar="|".join(BENCHMARKS), help="default: all of them")
    parser.add_argument("--rounds", type=int, help="rounds of each benchmark (default: 9, 21 and 11)")
    parser.add_argument("--quick", action="store_true", help="three short rounds: to see that it works, not to measure")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.benchmarks if name not in BENCHMARKS]:
        parser.error(f"no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}")
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print(f"{python} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores; contestants take turns,")
    print("every figure is the median of the rounds, every ratio the median of the ratios within a round")
    aims: list[Aim] = []
    for name in options.benchmarks or BENCHMARKS:
        aims += BENCHMARKS[name](rounds=options.rounds or (3 if options.quick else None), quick=options.quick)
    print("\nAims")
    for aim in aims:
        print(f"  {aim}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
