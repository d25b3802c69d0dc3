"""Every case on every shim, in process."""

import pytest

from tests.cases import CASES
from tests.conformance import Case, Driver, missing, run
from tests.platforms.drivers import DRIVERS


@pytest.mark.parametrize("driver", DRIVERS, ids=lambda driver: driver.platform)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_conformance(case: Case, driver: Driver) -> None:
    if reason := missing(case, driver):
        pytest.skip(f"{driver.platform}: {reason}")
    run(case, driver)
