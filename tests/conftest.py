"""What all tests share: one serial group for the lab, and property tests that draw the same cases everywhere."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

# The machine that runs this may be busy: a deadline would test the machine. Derandomised, so that a red run
# is red again for whoever looks into it.
settings.register_profile(
    "house", deadline=None, derandomize=True, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests of real parts one worker, one after the other: they share ports, namespaces and a browser."""
    for item in items:
        if item.get_closest_marker("lab"):
            item.add_marker(pytest.mark.xdist_group("lab"))
