"""Feature stores: lookups, messages and savings, against requests drawn one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.demand.traffic import places

from easterly.demand.traffic import features
from easterly.demand.traffic.features import Pools
from easterly.model.spec.traffic import Features

CLIENT = {"kind": "storage", "hosts": 4}
APART, TOGETHER = Pools(4, 5, together=False), Pools(5, 5, together=True)


def store(**keys):
    given = {"requests": "1000/s", "keys": 6, "value": "512B", "population": 300, "exponent": 1.1, **keys}
    return Features.model_validate({"kind": "features", "class": "bulk", "clients": "c", **given})


def simulated(work, pool, rng, total):
    """Lookups and messages per second over the network, from so many requests drawn at random."""
    weight = np.arange(1, work.population + 1) ** -work.exponent
    home = work.locality if work.partitioning == "locality" else 1 / pool.partitions
    per_window = work.requests / pool.clients * work.batch if work.batch else 1
    windows = pool.clients / work.batch if work.batch else work.requests
    rounds = int(total / per_window)
    requests = rng.poisson(per_window, rounds) if work.batch else np.ones(rounds, int)
    of = np.repeat(np.arange(rounds), requests * work.keys)
    keys = rng.choice(work.population, len(of), p=weight / weight.sum())
    at = np.where(rng.random(len(of)) < home, 0, rng.integers(1, pool.partitions, len(of)))
    missed = keys >= work.cache
    away = missed & (at > 0) if pool.together else missed
    messages = len(np.unique(of[away] * pool.partitions + at[away]))
    lookups = away.sum()
    if work.batch:
        # A key that several requests want is fetched once; which partition has it does not matter to the count.
        share = np.bincount(of, away, rounds) / np.maximum(1, np.bincount(of, missed, rounds))
        lookups = share[np.unique(of[missed] * work.population + keys[missed]) // work.population].sum()
    return windows * lookups / rounds, windows * messages / rounds


@pytest.mark.no_cover
@pytest.mark.parametrize("pool", [APART, TOGETHER])
@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"cache": 20},
        {"batch": "40ms"},
        {"batch": "40ms", "cache": 20},
        {"batch": "2ms"},
        {"partitioning": "locality", "locality": "70%"},
        {"partitioning": "locality", "locality": "70%", "batch": "20ms", "cache": 5},
    ],
)
def test_lookups_and_messages_are_those_of_drawn_requests(pool, keys):
    work = store(**keys)
    found = features.load(work, pool)
    lookups, messages = simulated(work, pool, np.random.default_rng(7), 100_000)
    assert found.lookups_per_s == pytest.approx(lookups, rel=0.02)
    assert found.messages_per_s == pytest.approx(messages, rel=0.02)


def test_without_any_measure_every_key_is_fetched():
    found = features.load(store(), APART)
    assert found.lookups_per_s == pytest.approx(6000)
    assert found.messages_per_s == pytest.approx(1000 * 5 * (1 - 0.8**6))


@given(
    st.integers(0, 300),
    st.sampled_from(["0s", "1ms", "100ms"]),
    st.sampled_from(["hash", "locality"]),
    st.sampled_from([APART, TOGETHER]),
    st.floats(0, 2),
)
def test_savings_add_up_and_none_costs(cache, batch, partitioning, pool, exponent):
    work = store(cache=cache, batch=batch, partitioning=partitioning, locality="60%", exponent=exponent)
    found = features.savings(work, pool)
    left = found.pop("left")
    bare = found.pop("bare")
    assert bare - sum(found.values()) == pytest.approx(left, abs=1e-6 * bare)
    assert all(saved >= -1e-9 * bare for saved in found.values()) and left >= -1e-9 * bare


def test_savings_by_hand():
    """Half of the lookups are of the one cached key of three (1/1 : 1/2 : 1/3), so 6/11 are saved, and no header is
    where there is one partition and two keys are asked for."""
    work = store(population=3, exponent=1.0, keys=1, cache=1, header="0B", key="8B", value="92B")
    found = features.savings(work, Pools(4, 1, together=False))
    assert found["bare"] == pytest.approx(1000 * 100 * 8)
    assert found["cache"] == pytest.approx(1000 * 100 * 8 * 6 / 11)
    assert found["locality"] == found["messages"] == found["keys"] == 0


@pytest.mark.parametrize("cache, batch", [(0, "0s"), (3, "0s"), (0, "50ms")])
def test_shares_of_partitions_are_those_of_their_keys(cache, batch):
    """Summed key by key, from the very hash that is documented: they are a partition of one whole."""
    work = store(cache=cache, batch=batch, population=5000)
    found = features.shares(work, APART)
    assert found.sum() == pytest.approx(1.0) and len(found) == 5
    assert found.max() > 0.2


def test_the_busiest_partition_has_at_least_the_most_popular_key():
    work = store(population=10_000_000, exponent=1.2)
    top = features.shares(work, Pools(4, 64, together=False)).max()
    hottest = 1 / float(np.sum(np.arange(1, 10_000_001) ** -1.2))
    assert hottest < top < 2 * hottest + 1 / 64
    cached = features.shares(store(population=10_000_000, exponent=1.2, cache=10_000), Pools(4, 64, together=False))
    assert cached.max() == pytest.approx(1 / 64, rel=0.1)


def test_flows_carry_the_load_and_the_skew():
    traffic = {
        "c": CLIENT,
        "f": {
            "kind": "features",
            "clients": "c",
            "hosts": 3,
            "requests": "1M/s",
            "keys": 10,
            "value": "1kB",
            "population": 1000,
            "exponent": 1.0,
            "header": "100B",
            "key": "8B",
        },
    }
    built, made = places.build(traffic), places.ends(traffic)
    work = made.site.traffic["f"]
    pool = features.pools(work, made)
    found, skew = features.load(work, pool), features.shares(work, pool)
    _, into, asked = places.of(built, "f", "lookup")
    back, _, told = places.of(built, "f", "value")
    assert asked.sum() == pytest.approx(8 * (found.messages_per_s * 100 + found.lookups_per_s * 8))
    assert told.sum() == pytest.approx(8 * (found.messages_per_s * 100 + found.lookups_per_s * 1000))
    for nodes, amount in ((into, asked), (back, told)):
        assert sorted(places.by_host(nodes, amount).values()) == pytest.approx(sorted(skew * amount.sum()))


def test_partitions_on_the_clients_keep_their_own_part():
    """Four hosts, by hash: a quarter of the lookups stays at home."""
    traffic = {
        "c": CLIENT,
        "f": {
            "kind": "features",
            "clients": "c",
            "requests": "1M/s",
            "keys": 10,
            "value": "1kB",
            "population": 1000,
            "exponent": 0.0,
        },
    }
    found = places.figures(traffic)
    assert found["f", "lookups_per_s"] == pytest.approx(0.75 * 1e7)
    src, dst, _ = places.of(places.build(traffic), "f", "value")
    device = places.network().nodes.device
    assert set(device[src]) == set(device[dst]) and (device[src] != device[dst]).all()
