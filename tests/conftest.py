"""What every test shares."""

import pytest
from hypothesis import HealthCheck, settings

from platforms import finder
from tests.sample import FUNCTION_DIR

# what a shim loads when a test imports it; function/ is the user's, and may need what is not here
finder.use(str(FUNCTION_DIR))

# a machine that is busy makes examples slowly: no property is about that
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start no coverage in subprocesses: for tests whose subprocess is pytest, in the environment of a function."""
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
