"""Workloads against closed forms: offered loads, distributions, and who sends to whom."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from easterly.base.columns import floats, indices, ints
from easterly.model.packets import Ports
from easterly.predict.packet import simulate, transport
from easterly.predict.packet.workloads import (
    SIZES,
    SizeLaw,
    all_pairs,
    all_to_all,
    arrivals_per_s,
    checkpoint,
    closed_loop,
    incast_rounds,
    listed,
    onto_paths,
    pairs_between,
    permutation,
    poisson,
    requests,
    share_on,
    sizes,
    together,
)  # fmt: skip

WEB = sizes("web-search")


@pytest.mark.parametrize("name", sorted(SIZES))
def test_moments_of_a_distribution_are_those_of_its_quantiles(name):
    law, p = SIZES[name], (np.arange(10**6) + 0.5) / 10**6
    quantile_B = np.interp(p, law.below, law.size_B)
    assert law.mean_B == pytest.approx(quantile_B.mean(), rel=1e-4)
    assert law.square_B2 == pytest.approx((quantile_B**2).mean(), rel=1e-3)
    assert law.source and law.below[-1] == 1


def test_means_of_published_distributions():
    assert WEB.mean_B == pytest.approx(1_711_250, rel=1e-12)  # by hand; about 1.6 MB (Alizadeh et al. 2013, pFabric)
    assert sizes("data-mining").mean_B == pytest.approx(12.6e6, rel=0.02)
    # A generalised Pareto of scale s and shape k has the mean s / (1 - k).
    assert sizes("cache-values").mean_B == pytest.approx(214.476 / (1 - 0.348238), rel=0.05)
    assert sizes("prompt-chat").share_up_to(1020) == 0.5


@pytest.mark.parametrize("name", sorted(SIZES))
def test_drawn_sizes_follow_their_distribution(name):
    law = SIZES[name].times(1000)  # so that whole bytes are no steps
    drawn = law.draw(3, "test", 50_000)
    assert stats.kstest(drawn, law.share_up_to).pvalue > 1e-3
    assert drawn.min() >= 1 and drawn.max() <= law.size_B[-1]


def test_a_distribution_with_a_step_and_one_of_one_size():
    law = SizeLaw("steps", "none", floats([100, 1000, 2000]), floats([0.25, 0.25, 1.0]))
    drawn = law.draw(1, "steps", 40_000)
    assert (drawn == 100).mean() == pytest.approx(0.25, abs=4 * np.sqrt(0.25 * 0.75 / 40_000))
    assert not ((drawn > 100) & (drawn < 1000)).any()
    assert law.mean_B == 0.25 * 100 + 0.75 * 1500
    assert (sizes("fixed:777").draw(1, "x", 9) == 777).all()
    for wrong in ((floats([2, 1]), floats([0, 1.0])), (floats([1, 2]), floats([0.0, 0.9])), (floats([]), floats([]))):
        with pytest.raises(ValueError, match=r"points have to rise|end at 1"):
            SizeLaw("wrong", "none", *wrong)
    with pytest.raises(ValueError, match="no sizes 'web'"):
        sizes("web")


@pytest.mark.parametrize("name", ["web-search", "hadoop", "fixed:10000"])
@pytest.mark.parametrize("load", [0.3, 0.8])
def test_the_offered_load_is_the_stated_one(name, load):
    """A compound Poisson process: the bytes of a time t have the variance rate t E[S^2]."""
    law, hosts, rate_bps = sizes(name), 16, 100e9
    rate = arrivals_per_s(load, law, hosts * rate_bps)
    duration_s = 20_000 / rate
    z = []
    for seed in range(20):
        made = poisson(all_pairs(hosts), law, rate, duration_s, seed=seed)
        assert (np.diff(made.start_s) >= 0).all() and made.start_s[0] >= 0 and made.start_s[-1] < duration_s
        offered_B, expected_B = made.size_B.sum(), load * hosts * rate_bps * duration_s / 8
        z.append((offered_B - expected_B) / np.sqrt(rate * duration_s * law.square_B2))
    assert np.abs(z).max() < 4 and abs(np.sum(z)) / np.sqrt(len(z)) < 3.5
    assert 0.4 < np.std(z) < 1.7


def test_gaps_are_exponential_and_pairs_as_likely_as_they_weigh():
    pairs = pairs_between([0, 1], [1, 2, 3])
    assert list(zip(pairs.src.tolist(), pairs.dst.tolist(), strict=True)) == [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3)]
    weighted = type(pairs)(pairs.src, pairs.dst, floats([1, 0, 2, 3, 4]))
    made = poisson(weighted, WEB, 1e5, 0.3, seed=5)
    assert stats.kstest(np.diff(made.start_s) * 1e5, "expon").pvalue > 1e-3
    seen = np.array([((made.src == a) & (made.dst == b)).sum() for a, b in zip(pairs.src, pairs.dst, strict=True)])
    assert seen[1] == 0
    assert stats.chisquare(seen[[0, 2, 3, 4]], len(made) * np.array([1, 2, 3, 4]) / 10).pvalue > 1e-3


def test_loads_of_links_in_the_middle():
    """Two racks of two hosts: two thirds of all pairs cross between them, half of those each way."""
    pairs, rack = all_pairs(4), np.array([0, 0, 1, 1])
    crosses = rack[pairs.src] != rack[pairs.dst]
    ptr = np.concatenate([[0], np.cumsum(crosses)])
    link = ints(rack[pairs.src[crosses]])  # link 0 from the first rack, 1 from the second
    share = share_on(pairs, indices(ptr), link, [0, 1])
    assert share == pytest.approx(2 / 3)
    rate = arrivals_per_s(0.5, WEB, 2 * 10e9, share)
    made = poisson(pairs, WEB, rate, 40_000 / rate, seed=2)
    over_B = made.size_B[rack[made.src] != rack[made.dst]].sum()
    expected_B = 0.5 * 2 * 10e9 * 40_000 / rate / 8
    assert abs(over_B - expected_B) < 4 * np.sqrt(40_000 * share * WEB.square_B2)


def test_one_workload_more_leaves_the_others_as_they_are():
    first = poisson(all_pairs(8), WEB, 1e4, 0.1, seed=1)
    both = together(first, poisson(all_pairs(8), WEB, 1e4, 0.1, seed=1, name="background", traffic_class=3))
    for name in ("src", "dst", "size_B", "start_s", "traffic_class"):
        assert np.array_equal(getattr(both, name)[: len(first)], getattr(first, name))
    assert both.groups.tolist() == ["poisson", "background"] and set(both.traffic_class[len(first) :]) == {3}
    assert not np.array_equal(both.start_s[: len(first)], both.start_s[len(first) :][: len(first)])
    longer = poisson(all_pairs(8), WEB, 1e4, 0.2, seed=1)
    assert np.array_equal(longer.start_s[: len(first)], first.start_s)


def test_permutations():
    assert permutation(4, 1, "shift", shift=3).dst.tolist() == [3, 0, 1, 2]
    assert permutation(8, 1, "bit-complement").dst.tolist() == [7, 6, 5, 4, 3, 2, 1, 0]
    turned = permutation(16, 1, "transpose")
    assert all(int(f"{a:04b}"[2:] + f"{a:04b}"[:2], 2) == b for a, b in zip(turned.src, turned.dst, strict=True))
    rotated = permutation(8, 1, "shuffle")
    assert all(int(f"{a:03b}"[1:] + f"{a:03b}"[0], 2) == b for a, b in zip(rotated.src, rotated.dst, strict=True))
    mirrored = permutation(32, 1, "bit-reversal")
    assert all(int(f"{a:05b}"[::-1], 2) == b for a, b in zip(mirrored.src, mirrored.dst, strict=True))
    assert len(mirrored) == 32 - 8  # palindromes stay at home
    for hosts, kind in ((6, "shuffle"), (8, "transpose"), (1, "random")):
        with pytest.raises(ValueError, match="hosts is"):
            permutation(hosts, 1, kind)
    with pytest.raises(ValueError, match="no permutation 'butterfly'"):
        permutation(8, 1, "butterfly")


def test_every_derangement_is_equally_likely():
    wanted = [p for p in permutations(range(4)) if all(i != j for i, j in enumerate(p))]
    drawn = [tuple(permutation(4, 1, seed=seed).dst.tolist()) for seed in range(1800)]
    assert len(wanted) == 9 and set(drawn) == set(wanted)
    assert stats.chisquare([drawn.count(p) for p in wanted]).pvalue > 1e-3


def test_all_to_all_incast_and_checkpoints():
    made = all_to_all(5, 7)
    assert set(zip(made.src.tolist(), made.dst.tolist(), strict=True)) == {
        (a, b) for a in range(5) for b in range(5) if a != b
    }
    assert len(made) == 20
    burst = incast_rounds(range(4), 2, 1000, rounds=3, every_s=1e-3, jitter_s=1e-4)
    assert len(burst) == 9 and (burst.dst == 2).all() and set(burst.src) == {0, 1, 3}
    assert (burst.start_s // 1e-3).tolist() == [0] * 3 + [1] * 3 + [2] * 3
    saved = checkpoint(range(6), [6, 7], 1001, stripes=4, rounds=2, every_s=60)
    assert np.bincount(saved.src, saved.size_B).tolist() == [2002] * 6
    assert np.ptp(np.bincount(saved.dst, saved.size_B)[6:]) <= 2 * 6
    with pytest.raises(ValueError, match="stripes is 0"):
        checkpoint([0], [1], 10, stripes=0)


def star(hosts, rate_bps=10e9, delay_s=1e-6):
    links = 2 * hosts
    none = np.full(links, -1)
    ports = Ports(
        floats(np.full(links, rate_bps)), floats(np.full(links, delay_s)), none, none, none,
        floats(np.ones(links)), floats(np.zeros(links)),
    )  # fmt: skip
    return ports, lambda a, b, flow: [2 * a, 2 * b + 1]


def test_answers_come_after_their_requests():
    made = requests([0, 1], range(2, 10), 4, WEB.times(0.001), 5_000, 0.01, work_s=5e-6, seed=4)
    count = len(made) // 2
    assert count % 4 == 0
    asked = made.dst[:count].reshape(-1, 4)
    assert all(len(set(row)) == 4 for row in asked.tolist())
    ports, way = star(10)
    flows, messages = onto_paths(made, way)
    found = simulate(ports, flows, transport("dctcp"), messages=messages)
    assert found.complete and (found.begun_s[count:] >= found.done_s[:count] + 5e-6 - 1e-12).all()
    assert found.begun_s[:count] == pytest.approx(made.start_s[:count], abs=1e-12)
    with pytest.raises(ValueError, match="there are 8 servers"):
        requests([0], range(2, 10), 9, WEB, 100, 1)


def test_a_closed_loop_waits_for_all_answers():
    made = closed_loop(0, range(1, 6), 3, sizes("fixed:20000"), 4, work_s=1e-6, think_s=2e-5)
    ports, way = star(6)
    flows, messages = onto_paths(made, way)
    found = simulate(ports, flows, transport("dctcp"), messages=messages)
    begun, done = found.begun_s[:12].reshape(4, 3), found.done_s[12:].reshape(4, 3)
    assert begun[1:].min(axis=1) == pytest.approx(done[:-1].max(axis=1) + 2e-5, abs=1e-12)


def test_flows_without_dependencies_are_plain():
    ports, way = star(3)
    flows, messages = onto_paths(listed([0, 1], [2, 2], [5000, 6000], [0, 1e-5]), way)
    assert messages is None and flows.link.tolist() == [0, 5, 2, 5] and flows.back_link.tolist() == [4, 1, 4, 3]
    assert np.isfinite(simulate(ports, flows, transport("newreno")).fct_s).all()


@pytest.mark.parametrize(
    ("columns", "what"),
    [
        (([0], [0], 1), "to itself"), (([0], [1], 0), "no byte"), (([0], [-1], 1), "no host"),
        (([0], [1], 1, -1.0), "before time"), (([0], [1], 1, np.nan), "before time"),
    ],
)  # fmt: skip
def test_flows_that_are_none(columns, what):
    with pytest.raises(ValueError, match=what):
        listed(*columns)


def test_rates_that_are_none():
    for load, capacity in ((0, 1e9), (-1, 1e9), (0.5, 0), (np.nan, 1e9), (0.5, np.inf)):
        with pytest.raises(ValueError, match="has to be above 0"):
            arrivals_per_s(load, WEB, capacity)
    for rate, duration in ((0, 1), (1, 0), (1e12, 1), (np.nan, 1)):
        with pytest.raises(ValueError, match="flows a second"):
            poisson(all_pairs(2), WEB, rate, duration)
    with pytest.raises(ValueError, match="no pair"):
        poisson(all_pairs(1), WEB, 1, 1)
