"""Every case over each platform's own runtime: the same table, sent to what really runs."""

from collections.abc import Iterator

import pytest

from tests.cases import CASES
from tests.conformance import Case, Driver, missing, run

from .artifacts import CONFORMANCE
from .drivers import RUNTIME_PARAMETERS, RUNTIMES


@pytest.fixture(scope="module", params=RUNTIME_PARAMETERS)
def drivers(request: pytest.FixtureRequest) -> Iterator[list[Driver]]:
    """Start one runtime and give its ways in."""
    with RUNTIMES[request.param](CONFORMANCE) as started:
        yield started


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_conformance(case: Case, drivers: list[Driver]) -> None:
    reasons = [missing(case, driver) for driver in drivers]
    for driver, reason in zip(drivers, reasons, strict=True):
        if not reason:
            run(case, driver)
    if all(reasons):
        pytest.skip("; ".join(f"{driver.platform}: {reason}" for driver, reason in zip(drivers, reasons, strict=True)))
