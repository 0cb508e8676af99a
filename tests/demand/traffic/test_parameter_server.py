"""Parameter servers: bytes by layout, and bursts against a queue that is filled step by step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.demand.traffic import places

from easterly.demand.traffic import parameter_server
from easterly.demand.traffic.parameter_server import incast


def servers(**keys):
    return {"ps": {"kind": "parameter-server", "size": "4GB", "period": "10s", **keys}}


def queued(senders, size_B, sender_bps, receiver_bps):
    """Largest queue of a fluid that senders fill and a receiver drains, in ten thousand steps."""
    burst_s = size_B * 8 / sender_bps
    step, queue, most = burst_s / 10_000, 0.0, 0.0
    for _ in range(10_000):
        queue = max(0.0, queue + (senders * sender_bps - receiver_bps) * step / 8)
        most = max(most, queue)
    return most, burst_s + queue * 8 / receiver_bps


@given(st.integers(1, 40), st.floats(1e3, 1e9), st.floats(1e9, 4e11), st.floats(1e9, 4e11))
def test_a_burst_is_the_queue_of_a_fluid(senders, size_B, sender_bps, receiver_bps):
    found = incast(senders, size_B, sender_bps, receiver_bps, 0.0)
    most, done_s = queued(senders, size_B, sender_bps, receiver_bps)
    assert found.buffer_B == pytest.approx(most, rel=1e-6, abs=1e-6)
    assert found.time_s == pytest.approx(done_s, rel=1e-6)


def test_first_windows_wait_even_where_the_rates_agree():
    """Ten senders at a tenth of the receiver's rate each: no excess, and ten windows at once."""
    assert incast(10, 1e6, 1e9, 10e9, 14600.0).buffer_B == 146_000
    assert incast(10, 1e3, 1e9, 1e9, 14600.0).buffer_B == 10_000  # no more than is sent


@pytest.mark.parametrize("servers_, senders", [(1, 4), (2, 4), (4, 4)])
def test_every_server_gets_its_shard_of_every_worker(servers_, senders):
    built = places.build(servers(workers=senders, servers=servers_))
    _, into, amount = places.of(built, "ps", "push")
    got = places.by_host(into, amount)
    assert len(got) == servers_ and list(got.values()) == pytest.approx([senders * 4e9 / servers_] * servers_)
    back, _, pulled = places.of(built, "ps", "pull")
    assert places.by_host(back, pulled) == pytest.approx(got)
    assert set(built.phases.algorithm) == {"central" if servers_ == 1 else "sharded"}
    assert built.phases.every_s.tolist() == [10.0, 10.0]


def test_aggregators_send_one_sum_each():
    """Six workers behind two aggregators: 3 x 4 GB into each, and one 4 GB out of each."""
    built = places.build(servers(workers=6, aggregators=2))
    _, into, amount = places.of(built, "ps", "push")
    got = sorted(places.by_host(into, amount).values())
    assert got == pytest.approx([8e9, 12e9, 12e9])
    assert set(built.phases.algorithm) == {"hierarchical"}


@pytest.mark.parametrize(
    "layout, push_s",
    [
        ({"workers": 8}, 8 * 4e9 * 8 / 400e9),
        ({"workers": 8, "servers": 2}, 4 * 4e9 * 8 / 400e9),
        ({"workers": 1, "servers": 2}, 4e9 * 8 / 400e9),
        ({"workers": 6, "aggregators": 2}, 5 * 4e9 * 8 / 400e9),
    ],
)
def test_a_push_takes_n_s_over_b(layout, push_s):
    """At each of q servers N S / q bytes arrive at 400 Gb/s; a single worker sends its S; three and then two steps."""
    assert places.figures(servers(**layout))["ps", "push_s"] == pytest.approx(push_s)


def test_times_are_no_less_than_what_the_flows_need():
    """The busiest interface of the flows themselves needs as long as the formula says, where there is one step."""
    for layout in ({"workers": 8}, {"workers": 8, "servers": 2}, {"workers": 3, "servers": 4}):
        made = places.ends(servers(**layout))
        flows = parameter_server.pushed(made.site.traffic["ps"], made)
        assert flows.busiest_s == pytest.approx(parameter_server.exchange_s(made.site.traffic["ps"], made))


def test_an_aggregator_for_each_worker_hears_one():
    found = places.figures(servers(workers=4, aggregators=4))
    assert found["ps", "aggregator_senders"] == 1 and found["ps", "server_senders"] == 4
    assert np.isclose(found["ps", "aggregator_buffer_B"], 14600)
