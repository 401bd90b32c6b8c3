"""What holds for all tests."""

from hypothesis import settings

# a busy machine is no fault: speed is measured by scripts/bench, never by a test
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
