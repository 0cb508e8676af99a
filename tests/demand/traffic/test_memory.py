"""Disaggregated memory: Little's law, the latency of a way that is added up by hand, pools against drawn clients."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.demand.traffic import places

from easterly.demand.traffic import memory
from easterly.model.spec.traffic import Memory

CLIENT = {"kind": "storage", "hosts": 4}
POOL = {"kind": "memory", "hosts": 2, "clients": "c"}


def pool(**keys):
    return {"c": CLIENT, "p": {**POOL, **keys}}


def spec(**keys):
    return Memory.model_validate({"class": "bulk", **POOL, **keys})


def remote(**keys):
    made = places.ends(pool(**keys))
    return memory.remote(made.site.traffic["p"], made)


def test_latency_is_the_sum_of_its_parts():
    """All six hosts on two leaves of four: hosts 0-3 ask, 4-5 on the next leaf answer. There: 3 m, leaf, 40 m, spine,
    40 m, leaf, 3 m at 5 ns/m (fibre 2/3 of light), 600 ns a switch; and the same back."""
    found = remote(read="4kB", request="64B", access="500ns")
    metres = 2 * (3 + 40)
    fibre = metres / float(places.network().links.length_m[0]) * float(places.network().links.delay_s[0])
    assert found.network_s == pytest.approx(2 * (fibre + 3 * 600e-9), rel=1e-6)
    assert fibre == pytest.approx(metres * 5e-9, rel=0.01)
    assert found.serial_s == pytest.approx(4064 * 8 / 100e9)
    assert found.latency_s == pytest.approx(found.network_s + found.serial_s + 500e-9)


@given(st.integers(1, 64), st.floats(64, 1e5))
def test_throughput_is_outstanding_over_latency(outstanding, read):
    found = remote(outstanding=outstanding, read=f"{read}B")
    little = 4 * outstanding / found.latency_s
    ports = 4 * 400e9 / (8 * read)
    assert found.reads_per_s == pytest.approx(min(little, ports))


def test_clients_send_no_more_than_they_reach():
    """Asked or not: a client that waits for its outstanding reads sends nothing else."""
    reached = remote().reads_per_s
    for keys, wanted in (
        ({}, reached),
        ({"reads": "1G/s"}, reached),
        ({"reads": "1000/s"}, 1000.0),
        ({"rate": "1Gb/s"}, 1e9 / 8 / 4096),
    ):
        built = places.build(pool(**keys))
        _, _, answers = places.of(built, "p", "memory-answer")
        _, _, requests = places.of(built, "p", "memory-request")
        assert answers.sum() == pytest.approx(wanted * 8 * 4096)
        assert requests.sum() == pytest.approx(wanted * 8 * 64)


def test_writes_carry_the_payload_the_other_way():
    built = places.build(pool(reads="1000/s", writes="25%", read="4kB", request="64B"))
    assert places.of(built, "p", "memory-request")[2].sum() == pytest.approx(8 * 1000 * (0.25 * 4000 + 0.75 * 64))
    assert places.of(built, "p", "memory-answer")[2].sum() == pytest.approx(8 * 1000 * (0.75 * 4000 + 0.25 * 64))


@given(st.floats(0, 1), st.floats(1e-7, 1e-4))
def test_slowdown_is_the_time_of_every_access_added_up(sensitivity, latency_s):
    """One second of run time; of the waiting part n accesses of 100 ns become n accesses of the remote latency."""
    waits = sensitivity / 100e-9
    run_s = (1 - sensitivity) + waits * latency_s
    assert memory.slowdown(spec(sensitivity=f"{100 * sensitivity}%"), latency_s) == pytest.approx(run_s)


@given(st.floats(0.01, 0.99), st.integers(1, 60), st.sampled_from([0.5, 0.1, 0.001]))
def test_a_pool_is_the_least_that_is_exceeded_rarely_enough(share, clients, exceed):
    """Against the binomial distribution, term by term."""
    found = memory.pool_B(share, 1.0, clients, exceed)

    def above(k):
        terms = (math.comb(clients, j) * share**j * (1 - share) ** (clients - j) for j in range(k + 1, clients + 1))
        return math.fsum(terms)

    k = round(found)
    assert above(k) <= exceed * (1 + 1e-9)
    assert k == 0 or above(k - 1) > exceed * (1 - 1e-9)


def test_a_pool_of_drawn_clients_is_exceeded_as_rarely_as_said():
    rng = np.random.default_rng(3)
    held = memory.pool_B(100e9, 400e9, 50, 0.01)
    used = (rng.random((100_000, 50)) < 0.25).sum(axis=1) * 400e9
    assert (used > held).mean() <= 0.011
    assert (used > held - 400e9).mean() > 0.01


def test_pooling_gains_nothing_from_one_client_or_from_steady_ones():
    assert memory.pool_B(1.0, 4.0, 1, 0.001) == 4.0
    assert memory.pool_B(4.0, 4.0, 10, 0.001) == 40.0
    found = places.figures(pool(mean="100GB", peak="400GB"))
    assert found["p", "pooling"] == pytest.approx(found["p", "peaks_B"] / found["p", "pool_B"])
    assert found["p", "peaks_B"] == 4 * 400e9


def test_the_hint_on_outstanding_accesses_is_enough():
    found = remote(reads="20M/s")
    enough = memory.needed(spec(reads="20M/s"), 20e6, found.latency_s, 4)
    assert remote(reads="20M/s", outstanding=enough).reads_per_s >= 20e6 > remote(outstanding=enough - 1).reads_per_s
