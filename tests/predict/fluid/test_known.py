"""Answers from the literature, and what must not matter."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from easterly.base.columns import floats, indices, ints
from easterly.model.fluid import Activities, FluidRun
from easterly.predict.fluid import activities, simulate

G = 8e9
LOAD = 0.7


def sizes(law: str, count: int, draw: np.random.Generator) -> NDArray[np.float64]:
    """Sizes of mean 1."""
    if law == "exponential":
        return draw.exponential(1.0, count)
    if law == "pareto":  # shape 2.5: finite variance, or the mean of 1e5 flows says little
        return (1.0 + draw.pareto(2.5, count)) * 0.6
    return np.ones(count)


def shared(law: str, count: int) -> tuple[NDArray[np.float64], FluidRun]:
    """A link of 1 B/s that flows share, arriving as a Poisson process of load 0.7."""
    draw = np.random.default_rng(11)
    size, begin = sizes(law, count, draw), np.cumsum(draw.exponential(1 / LOAD, count))
    given = Activities(floats(size), indices(np.arange(count + 1)), ints(np.zeros(count)), begin_s=floats(begin))
    return size, simulate(floats([8.0]), given, mode="exact")


def check_shared(law: str, count: int, near: float) -> None:
    """M/G/1-PS: E[time | size x] = x / (1 - load), whatever the law (Kleinrock 1976, 4.4)."""
    size, found = shared(law, count)
    kept = slice(count // 20, None)  # the link is empty at first
    assert np.sum(found.time_s[kept]) / np.sum(size[kept]) == pytest.approx(1 / (1 - LOAD), rel=near)
    for low, high in ((0.0, 0.5), (0.5, 1.0), (1.0, 2.0), (2.0, 4.0)):
        some = (size[kept] > low) & (size[kept] <= high)
        if some.sum() > count // 50:
            slowdown = np.sum(found.time_s[kept][some]) / np.sum(size[kept][some])
            assert slowdown == pytest.approx(1 / (1 - LOAD), rel=1.5 * near), (low, high)
    assert found.busy_s[0] / found.end_s == pytest.approx(LOAD, rel=near)


@pytest.mark.parametrize("law", ["exponential", "pareto", "constant"])
def test_processor_sharing_is_insensitive_to_the_law_of_sizes(law: str) -> None:
    check_shared(law, 100_000, 0.05)


@pytest.mark.slow
@pytest.mark.parametrize("law", ["exponential", "pareto", "constant"])
def test_processor_sharing_at_length(law: str) -> None:
    check_shared(law, 2_000_000, 0.015)


@pytest.mark.parametrize("ranks", [2, 5, 64])
def test_a_ring_all_reduce_takes_twice_what_all_but_one_part_take(ranks: int) -> None:
    """2 (N - 1) / N S / B (Patarasuk & Yuan 2009), step by step: each part waits for the one before it."""
    size_B, rounds = 1e9, 2 * (ranks - 1)
    paths = [[rank] for _ in range(rounds) for rank in range(ranks)]
    after = [
        ((r - 1) * ranks + (rank - 1) % ranks, r * ranks + rank) for r in range(1, rounds) for rank in range(ranks)
    ]
    found = simulate(floats([G] * ranks), activities(paths, [size_B / ranks] * len(paths), after=after))
    assert found.end_s == pytest.approx(2 * (ranks - 1) / ranks * size_B * 8 / G, rel=1e-9)
    one = simulate(
        floats([G] * ranks), activities([[rank] for rank in range(ranks)], [size_B / ranks * rounds] * ranks)
    )
    assert one.end_s == pytest.approx(found.end_s, rel=1e-9)


def clos(flows: int, load: float, seed: int) -> tuple[NDArray[np.float64], Activities]:
    """32 hosts on 8 leaves under 4 spines, at 8 Gbit/s; sizes 10 kB and more; flows arrive at random."""
    draw = np.random.default_rng(seed)
    src, dst = draw.integers(0, 32, flows), draw.integers(0, 32, flows)
    spine, other = draw.integers(0, 4, flows), src // 4 != dst // 4
    columns = np.stack(
        [src, np.where(other, 64 + src // 4 * 4 + spine, -1), np.where(other, 96 + dst // 4 * 4 + spine, -1), 32 + dst],
        axis=1,
    )
    size_B = 1e4 + draw.exponential(1e6, flows)
    begin = np.cumsum(draw.exponential(1.01e6 / (32 * 1e9 * load), flows))
    there = columns >= 0
    ptr = np.concatenate([[0], np.cumsum(there.sum(axis=1))])
    return np.full(128, G), Activities(floats(size_B), indices(ptr), ints(columns[there]), begin_s=floats(begin))


@pytest.mark.no_cover
@pytest.mark.parametrize("load", [0.4, 0.8])
def test_a_quantum_changes_mean_completion_by_less_than_it_says(load: float) -> None:
    links, given = clos(20_000, load, 5)
    exact = simulate(links, given, mode="exact")
    for part in (0.01, 0.05):
        found = simulate(links, given, mode="quantised", quantum_s=part * float(exact.time_s.mean()))
        assert found.mode == "quantised"
        assert found.solves < exact.solves
        assert found.complete
        error = abs(found.time_s.mean() / exact.time_s.mean() - 1)
        assert error < 0.01
        assert error == pytest.approx(found.error, abs=1e-3)
        np.testing.assert_allclose(found.carried_B, exact.carried_B, rtol=1e-9)


@pytest.mark.no_cover
def test_a_quantum_is_found_that_is_exact_enough() -> None:
    links, given = clos(60_000, 0.6, 6)
    exact, found = simulate(links, given, mode="exact"), simulate(links, given, mode="quantised")
    assert 0 < found.quantum_s < exact.time_s.mean()
    assert 0 <= found.error <= 0.005
    assert found.time_s.mean() == pytest.approx(exact.time_s.mean(), rel=0.01)
    assert simulate(links, given).mode == "exact"


def test_ten_times_the_rates_in_a_tenth_of_the_time() -> None:
    links, given = clos(3_000, 0.7, 7)
    one, assured = simulate(links, given), given.begin_s
    assert assured is not None
    ten = simulate(floats(10 * links), Activities(given.size_B, given.ptr, given.link, begin_s=floats(assured / 10)))
    np.testing.assert_allclose(ten.done_s * 10, one.done_s, rtol=1e-9)


def test_names_do_not_matter() -> None:
    """Links and flows in another order: the same times."""
    links, given = clos(2_000, 0.7, 8)
    draw = np.random.default_rng(9)
    order, names = draw.permutation(len(given)), draw.permutation(len(links))
    paths = [names[given.link[given.ptr[i] : given.ptr[i + 1]]].tolist() for i in order]
    assert given.begin_s is not None
    other = simulate(links, activities(paths, given.size_B[order], begin_s=given.begin_s[order]))
    np.testing.assert_allclose(other.done_s, simulate(links, given).done_s[order], rtol=1e-9)


def test_networks_side_by_side_do_not_touch_each_other() -> None:
    links, given = clos(2_000, 0.7, 10)
    assert given.begin_s is not None
    both = Activities(
        floats(np.tile(given.size_B, 2)), indices(np.concatenate([given.ptr, given.ptr[1:] + given.ptr[-1]])),
        ints(np.concatenate([given.link, given.link + len(links)])), begin_s=floats(np.tile(given.begin_s, 2)),
    )  # fmt: skip
    alone, together = simulate(links, given), simulate(floats(np.tile(links, 2)), both)
    np.testing.assert_allclose(together.done_s, np.tile(alone.done_s, 2), rtol=1e-9)


def test_the_same_input_gives_the_same_bytes_whatever_the_slices() -> None:
    links, given = clos(5_000, 0.8, 12)
    one = simulate(links, given)
    looks: list[float] = []
    two = simulate(links, given, progress=lambda now, left, events: looks.append(now) is None)
    assert one.done_s.tobytes() == two.done_s.tobytes()
    assert len(looks) >= 1


def test_loads_in_the_course_of_time() -> None:
    """One second at the full rate, one at half of it, then nothing, then again."""
    found = simulate(
        floats([G, G]), activities([[0], [0, 1]], [1e9, 1.5e9], begin_s=[0.0, 2.0], cap_bps=[np.inf, G / 2]),
        watched=[1, 0], intervals=8,
    )  # fmt: skip
    assert found.series is not None
    assert (found.series.interval_s, found.end_s) == (1.0, 5.0)
    assert found.series.load_bps.tolist() == [[0, 0, G / 2, G / 2, G / 2], [G, 0, G / 2, G / 2, G / 2]]
    carried = found.series.load_bps.sum(axis=1) * found.series.interval_s / 8
    np.testing.assert_allclose(carried, found.carried_B[found.series.link], rtol=1e-12)
