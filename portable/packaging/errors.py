"""What building a package ends with."""

from __future__ import annotations

from ..deploying.errors import BadSettings


class PackageError(BadSettings):
    """What is to be shipped is not as it must be: says what to do. Nothing was written or called."""
