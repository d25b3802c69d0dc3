"""The figures of one benchmark: gathered in rounds in which every contestant has its turn, and shown as a table."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

K = TypeVar("K")
T = TypeVar("T")


@dataclass(frozen=True)
class Aim:
    """What was aimed at and what was measured; `met` is None where that could not be measured."""

    text: str
    measured: str
    met: bool | None

    def __str__(self) -> str:
        verdict = {True: "met", False: "NOT met", None: "not measured"}[self.met]
        return f"{verdict}: {self.text} ({self.measured})"


@dataclass(frozen=True)
class Figures:
    """One benchmark's samples: a list for each contestant, one figure a round."""

    samples: Mapping[str, list[float]]

    def median(self, name: str) -> float:
        """Return the median of a contestant's rounds."""
        return median(self.samples[name])

    def ratio(self, name: str, to: str) -> float:
        """Return the median, over the rounds, of what `name` had in one divided by what `to` had in the same."""
        return median(a / b for a, b in zip(self.samples[name], self.samples[to], strict=True))

    def show(self, title: str, unit: str, *ratios_to: str) -> None:
        """Print one line for each contestant, with a column of ratios to each of `ratios_to`."""
        width = max(map(len, self.samples))
        heads = [f"x {name}" for name in ratios_to]
        print(f"\n{title}")
        print(f"  {'':{width}}  {unit:>9}  {'lowest':>9}  {'highest':>9}  {'  '.join(heads)}")
        for name, samples in self.samples.items():
            ratios = [f"{self.ratio(name, to):{len(head)}.2f}" for to, head in zip(ratios_to, heads, strict=True)]
            figures = "  ".join(f"{figure:9,.1f}" for figure in (self.median(name), min(samples), max(samples)))
            print(f"  {name:{width}}  {figures}  {'  '.join(ratios)}")


def gather(names: Iterable[str], measure: Callable[[str], float], rounds: int) -> Figures:
    """Measure every contestant once in each round, each round in another order."""
    return Figures(take_turns(names, measure, rounds))


def take_turns(names: Iterable[K], measure: Callable[[K], T], rounds: int) -> dict[K, list[T]]:
    """Return what was measured of every contestant, once in each round; each round begins with another of them."""
    order = list(names)
    samples: dict[K, list[T]] = {name: [] for name in order}
    for number in range(rounds):
        print(f"\rround {number + 1} of {rounds}", end="", file=sys.stderr, flush=True)
        for name in order:
            samples[name].append(measure(name))
        order.append(order.pop(0))
    print("\r", end="", file=sys.stderr, flush=True)
    return samples


def show_table(title: str, heads: Sequence[str], rows: Mapping[str, Sequence[str]]) -> None:
    """Print a line for each row, with its name and its cells under their heads."""
    width = max(map(len, rows), default=0)
    columns = [max(map(len, column)) for column in zip(heads, *rows.values(), strict=True)]
    print(f"\n{title}")
    for name, cells in {"": heads, **rows}.items():
        print("  ".join([f"  {name:{width}}", *(f"{cell:>{size}}" for cell, size in zip(cells, columns, strict=True))]))


def percentile(samples: Iterable[float], share: float) -> float:
    """Return the smallest sample that so many (0.99: 99 of 100) do not exceed. Raises IndexError if there are none."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
