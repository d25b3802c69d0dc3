"""What every test shares."""

from hypothesis import HealthCheck, settings

# a machine that is busy makes examples slowly: no property is about that
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")
