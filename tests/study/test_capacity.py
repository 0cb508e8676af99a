"""Growth: dates by closed form, upgrades by trying all, and what must hold of both."""

from __future__ import annotations

import math
from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from easterly.base.columns import bools, floats
from easterly.model.capacity import Filling, Outgrown
from easterly.model.groups import group_of
from easterly.site.load import parse
from easterly.site.source import from_text
from easterly.study.capacity import Choice, Need, capacity, upgrades
from easterly.study.capacity.loads import carried_bps, full_month, growing, state_of
from easterly.study.failures.elements import elements
from easterly.study.failures.states import States
from easterly.study.nouns import Nouns

SITE = """
version: 1
site: {name: pair}
hardware:
  switches: {sw: {ports: 16, rate: 100Gb/s}}
  hosts: {h: {gpus: 1, nics: 1, nic_rate: 100Gb/s, gpu: h100-sxm}}
fabrics:
  east: {blueprint: leaf-spine, hosts: {type: h, count: 2}, leaf: {type: sw, down: 2, up: 2},
         spine: {type: sw, count: 2}}
  west: {blueprint: leaf-spine, hosts: {type: h, count: 2}, leaf: {type: sw, down: 2, up: 2},
         spine: {type: sw, count: 2}}
wan:
  links:
    north: {a: east, b: west, rate: 100Gb/s, delay: 10ms}
    south: {a: east, b: west, rate: 100Gb/s, delay: 10ms}
addressing: {pools: {hosts: 10.64.0.0/24, links: 10.66.0.0/24, loopback: 10.65.0.0/26}}
tenants: {acme: {}, beta: {}}
classes:
  storage: {dscp: 18, share: 60%}
  default: {dscp: 0, share: rest}
profiles:
  office: {day: [0.5, 1.0, 1.5, 1.0]}
  steady: {growth: 2}
traffic:
  copy: {kind: transfer, tenant: acme, class: storage, from: east, to: west, rate: 40Gb/s, profile: office}
  feed: {kind: transfer, tenant: beta, class: default, from: west, to: east, rate: 10Gb/s, profile: steady}
"""
WAN = "east-border-0 - west-border-0"


@cache
def grown(site: str = SITE, months: int = 60, failures: bool = True, **growth: float) -> Outgrown:
    return capacity(Nouns(parse(from_text(site)).site), growth, months=months, failures=failures)


def row(found: Filling, kind: str, group: str) -> int:
    return next(i for i in range(len(found)) if (found.kind[i], found.group[i]) == (kind, group))


@pytest.mark.no_cover
def test_a_link_is_full_when_compound_growth_says_so() -> None:
    """40 Gb/s, half as much again at the busiest hour, over two links of 100: 30 % each, and 60 % when one is down."""
    found = grown(copy=1.5).filling
    at = row(found, "link", WAN)
    assert_allclose(found.use[at], 0.6, rtol=1e-12)
    assert_allclose(found.month[at], 12 * math.log(100 / 60) / math.log(1.5), rtol=1e-9)
    assert_allclose(found.whole[at], 12 * math.log(100 / 30) / math.log(1.5), rtol=1e-9)
    assert "border-0:" in found.cause[at]


@pytest.mark.no_cover
def test_what_counts_as_full_is_said_by_the_site() -> None:
    found = grown(f"{SITE}expansion: {{full: 80%}}\n", copy=1.5).filling
    assert_allclose(found.month[row(found, "link", WAN)], 12 * math.log(80 / 60) / math.log(1.5), rtol=1e-9)


@pytest.mark.no_cover
def test_growth_is_that_of_what_says_most() -> None:
    assert grown(months=1).growth == {"copy": 1.0, "feed": 2.0}
    assert grown(months=1, all=1.1).growth == {"copy": 1.1, "feed": 1.1}
    assert grown(months=1, all=1.1, traffic=1.2).growth == {"copy": 1.2, "feed": 1.2}
    assert grown(months=1, traffic=1.2, storage=1.3).growth == {"copy": 1.3, "feed": 1.2}
    assert grown(months=1, storage=1.3, acme=1.4, copy=1.5, beta=1.6).growth == {"copy": 1.5, "feed": 1.6}


@pytest.mark.no_cover
def test_pools_fill_as_hosts_grow() -> None:
    """Loopbacks: one for each of ten switches (a leaf, two spines, a border on each side), of 64."""
    found = grown(hosts=2.0).filling
    at = row(found, "pool", "loopback")
    assert_allclose(found.use[at], 8 / 64)
    assert_allclose(found.month[at], 12 * math.log2(64 / 8), rtol=1e-12)
    still = grown().filling
    assert math.isinf(still.month[row(still, "pool", "loopback")])


def test_pools_of_both_families_and_blocks_fill_as_hosts_grow() -> None:
    """Twice the hosts every year: full after a year for each power of two of room over what is taken.

    The office and its management hold a prefix for each of two leaves: 5 hosts and 3 more are a /29, two of them a /28.
    The machines are 10 and 3 more in a /28, so that 13 hosts fill it. An IPv6 pool has a quarter for hosts, a /64 each.
    """
    blocks = """{pools: {hosts: 10.64.0.0/24, links: 10.66.0.0/24, loopback: 10.65.0.0/26, v6: "fd00:64::/40",
        corp: 10.128.0.0/24}, blocks: {office: {inside: corp, length: 25},
        management: {inside: office, role: management, per: leaf, hosts: 5}, machines: {inside: office, hosts: 10}}}"""
    start, _, rest = SITE.partition("addressing: ")
    idle = start + "addressing: " + blocks + rest[rest.index("\n") :].partition("traffic:")[0]
    found = grown(idle, months=900, failures=False, hosts=2.0).filling
    rows = zip(found.kind, found.group, found.month, strict=True)
    assert {str(group): month / 12 for kind, group, month in rows if kind != "link"} == pytest.approx({
        "hosts": math.log2(256 / 16), "links": math.log2(256 / 20), "loopback": math.log2(64 / 8),
        "v6 (hosts)": 22 - 1, "v6 (links)": math.log2(2**64 / 20), "v6 (loopback)": math.log2(2**64 / 8),
        "corp": math.log2(256 / 128), "office": math.log2(128 / 32), "management": 0.0, "management (hosts)": 0.0,
        "machines (hosts)": math.log2(13 / 10),
    }, rel=1e-12)  # fmt: skip


def test_the_worst_failure_is_the_worst_of_all() -> None:
    """Every part tried by itself, without any symmetry, for links that fill in months and links that never do."""
    made = Nouns(parse(from_text(SITE)).site)
    states = States(made)
    grows = growing(made.site, states, {"copy": 1.5, "feed": 2.0})
    parts = [part for part in elements(made.site, states.network) if part.per_year > 0]
    every = [full_month(state_of(states, p.name, p.down), grows, states.network, 1.0, 60) for p in parts]
    soonest = np.minimum.reduce(every)
    group, found = group_of(states.network), grown(copy=1.5).filling
    for i in np.flatnonzero(found.kind == "link"):
        own = soonest[group == found.group[i]]
        assert_allclose(found.month[i], own.min(), rtol=1e-9)
        assert found.filled[i] == np.isfinite(own).sum()


def test_without_failures_only_the_whole_network_counts() -> None:
    found = grown(failures=False, copy=1.5)
    assert found.states == 0
    assert_allclose(found.filling.month, found.filling.whole)


def test_the_queue_of_a_class_is_full_when_more_comes_than_it_is_granted() -> None:
    """One link left, and nothing else goes that way: the queue has the link for itself until it is full."""
    found = grown(copy=1.5).filling
    link, queue = row(found, "link", WAN), row(found, "queue", f"{WAN}, class storage")
    assert_allclose(found.month[queue], found.month[link], rtol=1e-9)


@given(st.lists(st.tuples(st.floats(0, 200), st.floats(0.01, 1), st.booleans()), min_size=1, max_size=5))
def test_what_is_carried_is_fair(classes: list[tuple[float, float, bool]]) -> None:
    """Nothing beyond the link or what is sent, and who is cut short has as much per weight as anyone."""
    sent, raw, strict = (np.array(column) for column in zip(*classes, strict=True))
    weight = raw / raw.sum()
    carried = carried_bps(sent[:, None], floats([100.0]), weight.tolist(), bools(strict))[:, 0]
    assert (carried <= sent + 1e-9).all()
    assert carried.sum() <= 100 + 1e-9
    assert_allclose(carried[strict], np.minimum(sent, weight * 100)[strict])
    short = ~strict & (carried < sent - 1e-9)
    if short.any():
        level = (carried / weight)[short]
        assert_allclose(level, level[0])
        assert (carried[~strict] / weight[~strict] <= level[0] + 1e-6).all()
        assert_allclose(carried.sum(), 100)


def least(need: Need, months: tuple[int, ...], factor: np.ndarray) -> float:
    """Least price of what one need lacks, bought in some months alone; infinite where that is too late."""
    slots = [(k, m) for k in range(len(need.choices)) for m in months]
    best = math.inf
    for counts in product(range(5), repeat=len(slots)):
        have = [sum(n * need.choices[k].rate_bps for (k, m), n in zip(slots, counts, strict=True) if m <= month)
                for month in range(len(need.lack_bps))]  # fmt: skip
        if all(h >= lack for h, lack in zip(have, need.lack_bps, strict=True)):
            price = sum(n * need.pairs * need.choices[k].price * factor[m]
                        for (k, m), n in zip(slots, counts, strict=True))  # fmt: skip
            best = min(best, float(price))
    return best


def by_trying_all(needs: list[Need], visit: float, falling: float) -> float:
    """Every set of months with a visit, and in each every number of every offer."""
    count = len(needs[0].lack_bps)
    factor = (1 - falling) ** (np.arange(count) / 12)
    some = [tuple(m for m in range(count) if bits >> m & 1) for bits in range(2**count)]
    return min(visit * factor[list(m)].sum() + sum(least(need, m, factor) for need in needs) for m in some)


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.integers(0, 4), min_size=2, max_size=2), st.lists(st.integers(0, 2), min_size=2, max_size=2),
    st.sampled_from([0.0, 0.5, 3.0]), st.sampled_from([0.0, 0.3, 0.9]), st.sampled_from([1.5, 2.5, 4.0]),
)  # fmt: skip
def test_the_best_upgrades_are_those_of_trying_all(
    first: list[int], second: list[int], visit: float, falling: float, double: float
) -> None:
    needs = [
        Need("a", "a", 2, floats(np.maximum.accumulate(first)), (Choice("one", 1.0, 1.0), Choice("two", 2.0, double))),
        Need("b", "b", 1, floats(np.maximum.accumulate(second)), (Choice("one", 1.0, 1.0),)),
    ]
    found = upgrades(needs, visit=visit, falling=falling)
    assert_allclose(found.best.total, by_trying_all(needs, visit, falling), rtol=1e-7, atol=1e-9)
    assert_allclose(found.bound, found.best.total, rtol=1e-6, atol=1e-9)
    assert found.greedy.total >= found.best.total - 1e-9


def test_a_shared_visit_is_worth_more_than_greed_sees() -> None:
    """Three months lack 1, 2, 3: one at a time with three visits, or all at the first visit."""
    need = Need("a", "a", 1, floats([1.0, 2.0, 3.0]), (Choice("cable", 1.0, 1.0),))
    found = upgrades([need], visit=10.0, falling=0.0)
    assert found.greedy.total == 3 + 30
    assert found.best.total == found.bound == 3 + 10
    assert found.best.each.tolist() == [3]
    assert found.best.month.tolist() == [0]


def test_what_nothing_fits_is_said() -> None:
    found = upgrades([Need("a", "a", 1, floats([0.0, 1.0]), ())])
    assert found.helpless == ("a",)
    assert found.best.total == 0


def test_cables_are_there_before_they_are_missed() -> None:
    """Full at month 15.1 with one link down: bought in month 15; 100 more are enough for the rest."""
    found = grown(copy=1.5, months=24)
    bought = found.upgrades.best
    wan = bought.group.tolist().index(WAN)
    assert bought.month[wan] == math.floor(12 * math.log(100 / 60) / math.log(1.5))
    assert (bought.each[wan], bought.offer[wan]) == (1, "one more cable")
    assert_allclose(bought.price[wan], 50 * 0.9 ** (bought.month[wan] / 12), rtol=1e-12)
    assert found.upgrades.gap <= 1e-9


def test_nothing_grows_and_nothing_is_bought() -> None:
    found = grown(months=12, feed=1.0)
    assert np.isinf(found.filling.month).all()
    assert len(found.upgrades.best) == 0 == found.upgrades.best.total


@pytest.mark.parametrize("growth", [{"nobody": 1.5}, {"copy": 0.0}, {"copy": math.inf}, {"copy": math.nan}])
def test_growth_that_makes_no_sense_is_refused(growth: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"nobody|copy"):
        grown(months=1, **growth)
