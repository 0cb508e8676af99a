"""Maps of AIMD against the maps themselves, applied over and over, and against all their random draws at once."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from easterly.predict.control import aimd


@pytest.mark.parametrize("seed", range(8))
def test_all_starts_end_in_the_same_shares_at_the_rate_of_the_second_eigenvalue(seed):
    rng = np.random.default_rng(seed)
    flows = int(rng.integers(2, 7))
    grow, keep = rng.uniform(0.1, 3, flows), rng.uniform(0.1, 0.9, flows)
    made = aimd.synchronised(grow, keep)
    path = aimd.synchronised_path(rng.random(flows) + 0.01, grow, keep, 400)
    assert path[-1] == pytest.approx(made.share, abs=1e-9) and path.sum(axis=1) == pytest.approx(np.ones(401))
    apart = np.abs(path - made.share).max(axis=1)
    tail = apart[(apart > 1e-11) & (apart < 1e-5)]
    assert (tail[-1] / tail[0]) ** (1 / (len(tail) - 1)) == pytest.approx(made.factor, abs=0.02)


def test_chiu_and_jain():
    made = aimd.synchronised([1, 1, 1], 0.5)
    assert made.share == pytest.approx(np.full(3, 1 / 3)) and made.factor == pytest.approx(0.5) and made.used == 0.75
    assert {name for name, each in aimd.CONTROLS.items() if each.converges} == {"aimd"}
    ends = {name: aimd.binary_path([0.1, 0.6], each, 4000)[-1] for name, each in aimd.CONTROLS.items()}
    assert ends["aimd"][0] == pytest.approx(ends["aimd"][1], rel=1e-9)
    assert ends["aiad"][1] - ends["aiad"][0] == pytest.approx(0.5)  # keeps the difference
    assert ends["mimd"][1] / ends["mimd"][0] == pytest.approx(6)  # keeps the quotient
    assert ends["miad"][0] == 0  # the smaller one vanishes


def moments(draws: list[tuple[float, np.ndarray]], flows: int, keep: float) -> np.ndarray:
    """E[x x'] at rest, from every outcome of a congestion with its probability."""
    second = np.ones((flows, flows))
    maps = []
    for chance, hit in draws:
        down = np.diag(np.where(hit, keep, 1.0))
        maps.append((chance, down + np.outer(np.ones(flows) / flows, 1 - np.diag(down))))
    for _ in range(3000):
        second = sum(chance * m @ second @ m.T for chance, m in maps)
    return second


@pytest.mark.parametrize(("flows", "hit", "keep"), [(2, 0.5, 0.5), (3, 0.2, 0.7), (5, 0.9, 0.3)])
def test_unsynchronised_fairness_is_that_of_all_outcomes(flows, hit, keep):
    draws = [(hit ** sum(who) * (1 - hit) ** (flows - sum(who)), np.array(who, bool))
             for who in product((0, 1), repeat=flows)]  # fmt: skip
    second = moments(draws, flows, keep)
    assert aimd.some_at_a_time(flows, hit, keep).jain == pytest.approx(1 / second[0, 0], rel=1e-9)


@pytest.mark.parametrize(("flows", "count", "keep"), [(2, 1, 0.5), (4, 1, 0.5), (5, 3, 0.7), (4, 4, 0.5)])
def test_so_many_at_a_time_is_that_of_all_choices(flows, count, keep):
    choices = [np.isin(np.arange(flows), who) for who in combinations(range(flows), count)]
    second = moments([(1 / len(choices), who) for who in choices], flows, keep)
    made = aimd.some_at_a_time(flows, count / flows, keep, together=True)
    assert made.jain == pytest.approx(1 / second[0, 0], rel=1e-9)


def test_mean_shares_of_unequal_flows_are_those_of_the_mean_map():
    grow, keep, hit = np.array([1.0, 2.0, 0.5]), np.array([0.5, 0.7, 0.2]), np.array([0.9, 0.3, 0.5])
    down = 1 - hit * (1 - keep)
    mean = np.diag(down) + np.outer(grow / grow.sum(), 1 - down)
    made = aimd.unequal(grow, keep, hit)
    assert mean @ made.share == pytest.approx(made.share, rel=1e-12)
    assert made.factor == pytest.approx(sorted(np.linalg.eigvals(mean).real)[-2], rel=1e-9)


def test_long_paths_get_the_square_of_less():
    """Growth by a packet a round trip is 1 / R^2 of rate per second; all back off together."""
    made = aimd.synchronised(np.array([0.01, 0.1]) ** -2.0, 0.5)
    assert made.share[0] / made.share[1] == pytest.approx(100)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: aimd.synchronised([1, 0], 0.5), "increase is 0"),
        (lambda: aimd.synchronised([1, 1], 1.0), "below 1"),
        (lambda: aimd.synchronised_path([0, 0], [1, 1], 0.5, 3), "rate above 0"),
        (lambda: aimd.some_at_a_time(1, 0.5, 0.5), "1 flows"),
        (lambda: aimd.some_at_a_time(3, 0.5, 0.5, together=True), "must be whole"),
        (lambda: aimd.unequal([1, 1], 0.5, 1.5), "hit"),
    ],
)
def test_nonsense_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()
