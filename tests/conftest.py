"""What all tests share: one serial group for the lab, property tests that draw the same everywhere, what is counted."""

from __future__ import annotations

import gc
import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings
from hypothesis.internal.conjecture import providers

# The machine that runs this may be busy: a deadline would test the machine. Derandomised, so that a red run
# is red again for whoever looks into it.
settings.register_profile(
    "house",
    max_examples=60,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")

# It also draws numbers and texts that it reads in the source of whatever is imported by then: in another worker, or
# another order of tests, the examples are others. Nothing of the sort: they are the same wherever they are drawn.
NO_CONSTANTS = providers.Constants() if hasattr(providers, "Constants") else None
providers._get_local_constants = lambda: NO_CONSTANTS

TIMES = int(os.environ.get("EASTERLY_EXAMPLES", "1"))
"""So many times the examples of every property, and others in each run."""

HELD = "_hypothesis_internal_use_settings"
COUNTED_CASES = 3


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests of real parts one worker, and say which tests the count of lines watches."""
    seen: Counter[object] = Counter()
    deepen(items)
    for item in items:
        if item.get_closest_marker("lab"):  # one after the other: they share ports, namespaces and a browser
            item.add_marker(pytest.mark.xdist_group("lab"))
        test = getattr(item, "function", item)
        seen[test] += 1
        # Watching lines costs half of the time of a test. The same lines again, in the fourth case of a table or the
        # hundredth draw of a property, add nothing to the count: it says what plain tests alone reach. Tests that take
        # seconds walk lines that short ones beside them walk as well, and are marked `no_cover` where they stand.
        if seen[test] > COUNTED_CASES or is_hypothesis_test(test):
            item.add_marker(pytest.mark.no_cover)


def pytest_collection_finish() -> None:
    """Take the tests themselves off the search for garbage, which would go through all of them while one measures."""
    gc.collect()
    gc.freeze()


def deepen(items: list[pytest.Item]) -> None:
    """Draw more examples of every property, if asked for; a test that is a table of cases has one property."""
    tests = {test for item in items if is_hypothesis_test(test := getattr(item, "function", item))} if TIMES > 1 else ()
    for test in tests:
        given = getattr(test, HELD, settings())
        setattr(test, HELD, settings(given, max_examples=TIMES * given.max_examples, derandomize=False))
