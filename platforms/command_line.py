"""What the commands of the platforms that serve HTTP share: their arguments' types, and the log."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable, Mapping

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def port(text: str) -> int:
    """Return the port that an argument names; an argparse type."""
    if not (text.isascii() and text.isdigit() and int(text) < 2**16):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port, a number below 65536")
    return int(text)


def positive(text: str) -> int:
    """Return the whole number above 0 that an argument gives; an argparse type."""
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def set_up_log(refuse: Callable[[str], object], environ: Mapping[str, str]) -> None:
    """Write the log to stderr from LOG_LEVEL on, by default INFO; `refuse` is told of one that is none."""
    level = (environ.get("LOG_LEVEL") or "INFO").upper()
    if level not in logging.getLevelNamesMapping():
        refuse(f"LOG_LEVEL is {level!r}; it takes DEBUG, INFO, WARNING, ERROR or CRITICAL")
    logging.basicConfig(level=level, format=LOG_FORMAT)
