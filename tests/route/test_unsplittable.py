"""Few paths of an allocation: as few as were allowed, within capacity, and no bound that was not proven."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.kernel.test_split import Posed, Programme
from tests.route import wans

from easterly import route
from easterly.base.columns import floats
from easterly.model.allocation import Demands
from easterly.route.unsplittable import few_paths


@settings(max_examples=30, deadline=None)
@given(wans.random_wans(most=4), st.integers(1, 2), st.sampled_from(["max-throughput", "min-max-utilisation"]))
def test_between_the_mixed_integer_optimum_and_the_bound_of_all_paths(made, splits: int, objective: str) -> None:
    network, asked = made
    links = network.links
    keep = asked.src != asked.dst
    posed = Posed(
        len(network.nodes), list(zip(links.src.tolist(), links.dst.tolist(), links.capacity_bps.tolist(), strict=True)),
        list(zip(asked.src[keep].tolist(), asked.dst[keep].tolist(), asked.rate_bps[keep].tolist(),
                 [1.0] * int(keep.sum()), strict=True)),
    )  # fmt: skip
    free = route.solve(network, asked, objective=objective, mode="exact")
    found = few_paths(network, free, splits=splits)
    value, bound, load = found.allocation.value, found.allocation.bound, found.allocation.load_bps
    assert np.bincount(found.tunnels.flow, minlength=1).max() <= splits
    best = Programme(posed, splits, False, objective != "max-throughput").value
    if objective == "max-throughput":
        own = float(asked.rate_bps[~keep].sum())
        assert value <= (best + own) * (1 + 1e-6) + 1e-6 and best + own <= bound * (1 + 1e-6) + 1e-6
        assert (load <= links.capacity_bps * (1 + 1e-12)).all()
    else:
        assert bound * (1 - 1e-6) - 1e-9 <= best <= value * (1 + 1e-6) + 1e-6
        assert_allclose(found.allocation.max_utilisation, value)


# Two ways of 3 each between 0 and 3, and two demands of 4.
SQUARE = wans.cabled(4, [(0, 1, 3.0), (1, 3, 3.0), (0, 2, 3.0), (2, 3, 3.0)])
TWO = wans.demands((0, 3, 4.0), (0, 3, 2.0))


def test_one_path_each_two_paths_each_and_whole_ones() -> None:
    free = route.solve(SQUARE, TWO, objective="max-throughput", mode="exact")
    values = {
        (splits, whole): few_paths(SQUARE, free, splits=splits, whole=whole).allocation.value
        for splits in (1, 2)
        for whole in (False, True)
    }
    assert_allclose([values[1, False], values[2, False], values[1, True], values[2, True]], [5.0, 6.0, 2.0, 6.0])


def test_all_of_everything_on_one_path_each() -> None:
    use = few_paths(SQUARE, route.solve(SQUARE, TWO, objective="min-max-utilisation", mode="exact"))
    assert_allclose([use.allocation.value, use.allocation.bound, use.allocation.gap], [4 / 3, 1.0, 0.25], rtol=1e-6)
    part = few_paths(SQUARE, route.solve(SQUARE, TWO, objective="max-concurrent", mode="exact"))
    assert_allclose([part.allocation.value, part.allocation.max_utilisation], [0.75, 1.0], rtol=1e-6)
    assert_allclose(part.allocation.rate_bps, [3.0, 1.5], rtol=1e-6)


def test_demands_without_limit_and_without_a_path() -> None:
    apart = wans.cabled(5, [(0, 1, 3.0), (1, 2, 2.0), (3, 4, 1.0)])
    asked = wans.demands((0, 2, 1.0), (0, 4, 1.0))
    endless = Demands(asked.src, asked.dst, floats([np.inf, 1.0]), asked.weight, asked.priority)
    found = few_paths(apart, route.solve(apart, endless, objective="max-throughput", mode="exact"))
    assert_allclose(found.allocation.rate_bps, [2.0, 0.0])
    assert found.allocation.unserved.tolist() == [1]


def test_the_same_bytes_again_and_refusals() -> None:
    free = route.solve(SQUARE, TWO, objective="max-throughput")
    one, other = few_paths(SQUARE, free, seed=5), few_paths(SQUARE, free, seed=5)
    assert one.tunnels.link_idx.tobytes() == other.tunnels.link_idx.tobytes()
    with pytest.raises(ValueError, match="no form"):
        few_paths(SQUARE, route.solve(SQUARE, TWO, objective="max-min"))
    with pytest.raises(ValueError, match="at least one"):
        few_paths(SQUARE, free, splits=0)
