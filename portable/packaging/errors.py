"""What building a package ends with."""

from __future__ import annotations


class PackageError(Exception):
    """What is to be shipped is not as it must be: says what to do. Nothing was written or called."""

    exit_code = 2
