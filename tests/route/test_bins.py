"""Balls in bins against every way in which they can fall."""

from itertools import product

import numpy as np
import pytest

from easterly.route.bins import MOST, fullest_link, used_links


@pytest.mark.parametrize("connections, links", [(1, 1), (1, 4), (8, 1), (2, 2), (5, 3), (6, 4), (7, 5), (3, 9)])
def test_all_ways_to_fall(connections, links):
    ways = [np.bincount(way, minlength=links) for way in product(range(links), repeat=connections)]
    assert used_links(connections, links) == pytest.approx(np.mean([(way > 0).sum() for way in ways]))
    assert fullest_link(connections, links) == pytest.approx(np.mean([way.max() for way in ways]), rel=1e-9)


@pytest.mark.parametrize("connections, links", [(64, 16), (1000, 64), (4096, 512), (4096, 2)])
def test_many_draws(connections, links):
    draw = np.random.default_rng(7)
    falls = [np.bincount(draw.integers(0, links, connections), minlength=links) for _ in range(4000)]
    fullest = np.array([fall.max() for fall in falls])
    error = 5 * fullest.std() / np.sqrt(len(falls))
    assert fullest_link(connections, links) == pytest.approx(fullest.mean(), abs=error)


@pytest.mark.parametrize("connections, share", [(8, 0.656), (16, 0.644), (100_000, 0.632)])
def test_as_many_connections_as_links_leave_a_third_idle(connections, share):
    """1 - 1/e in the limit."""
    assert used_links(connections, connections) / connections == pytest.approx(share, abs=5e-4)


def test_nothing_falls_nowhere():
    assert used_links(0, 4) == 0 and fullest_link(0, 4) == 0


def test_beyond_what_is_worked_out():
    with pytest.raises(ValueError, match="at most"):
        fullest_link(MOST + 1, 2)
