"""Step times and loads on a network small enough to reckon by hand: 400 Gb/s everywhere, two leaves, two spines."""

from __future__ import annotations

import math
from dataclasses import replace
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import small
from tests.predict.made import Made, demands, phase

from easterly import predict, route
from easterly.base.columns import bools, floats, ints
from easterly.base.registry import backends
from easterly.model.demand import DemandSet
from easterly.model.outcome import Prediction, Ref
from easterly.model.routing import LinkLoads, Routing
from easterly.predict.transfers import transfers

NET = small.network()
NIC = [int(node) for node in NET.hosts.nic_node]
GB = 1e9
LINE = 8 * GB / 400e9  # seconds for one gigabyte at the rate of a link


def predicted(phases: list[Made], compute_s: dict[str, float] | None = None) -> tuple[DemandSet, Routing, Prediction]:
    wanted = demands(phases, compute_s)
    routing = route.solve(NET, wanted, seed=1)
    return wanted, routing, predict.predict(NET, wanted, routing)


def loads(phases: list[Made], compute_s: dict[str, float] | None = None) -> LinkLoads:
    wanted, routing, prediction = predicted(phases, compute_s)
    return predict.link_loads(NET, wanted, routing, prediction)


def link(name: str) -> int:
    return NET.link_ids.tolist().index(name)


def test_one_flow_takes_size_over_rate() -> None:
    _, _, found = predicted([phase("j", [(NIC[0], NIC[2], GB)], times=3, latency_s=1e-3, scaleup_s=2e-3)])
    assert found.comm_low_s[0] == pytest.approx(3 * (LINE + 3e-3), rel=1e-12)
    assert found.phase_low_s.tolist() == found.comm_low_s.tolist() == found.step_low_s.tolist()
    assert found.bottleneck == (Ref("link", "f-host-0:nic0>f-leaf-0:swp1"),)


def test_four_flows_over_two_uplinks_take_more_than_twice_as_long() -> None:
    """Split evenly, twice; hashed, as much longer as the fuller of two bins gets of 16 balls in the mean."""
    _, routing, found = predicted([phase("j", [(NIC[i], NIC[4 + i], GB) for i in range(4)])])
    assert routing.spread.even_s[0] == pytest.approx(2 * LINE, rel=1e-12)
    fuller = sum(comb(16, k) * max(k, 16 - k) for k in range(17)) / 2**16
    assert found.comm_low_s[0] == pytest.approx(2 * LINE * fuller / 8, rel=0.03)
    assert found.comm_high_s[0] == pytest.approx(routing.spread.p95_s[0], rel=1e-12)
    assert found.comm_high_s[0] > found.comm_low_s[0]
    assert found.bottleneck[0].id.startswith("f-leaf-0:swp5>")


def test_step_time_is_hidden_or_not() -> None:
    for compute, low in ((0.1, 0.1), (0.001, LINE)):
        _, _, found = predicted([phase("j", [(NIC[0], NIC[2], GB)])], {"j": compute})
        assert found.step_low_s[0] == pytest.approx(low, rel=1e-12)
        assert found.step_high_s[0] == pytest.approx(compute + LINE, rel=1e-12)
        assert found.bottleneck[0].kind == ("compute" if low == compute else "link")


@pytest.mark.parametrize(
    ("more", "kind", "name"),
    [({"latency_s": 1.0, "axis": "pp"}, "latency", "pp"), ({"scaleup_s": 1.0, "axis": "tp"}, "scale-up", "tp")],
)
def test_what_binds_is_what_takes_longest(more: dict[str, object], kind: str, name: str) -> None:
    _, _, found = predicted([phase("j", [(NIC[0], NIC[2], GB)]), phase("j", **more)])
    assert found.bottleneck == (Ref(kind, name),)


def test_phases_of_one_job_follow_each_other() -> None:
    one = phase("j", [(NIC[0], NIC[2], GB)])
    _, _, found = predicted([one, one, replace(one, times=2.0)])
    assert found.comm_low_s[0] == pytest.approx(4 * LINE, rel=1e-12)
    assert found.phase_low_s.tolist() == pytest.approx([LINE, LINE, 2 * LINE], rel=1e-12)


def test_connections_are_what_a_link_is_shared_by() -> None:
    """Two flows into one interface, one with three times the connections: it gets three quarters."""
    wanted = demands([phase("j", [(NIC[0], NIC[4], GB), (NIC[2], NIC[4], GB)])])
    wanted = replace(wanted, flows=replace(wanted.flows, connections=ints([3, 1])))
    found = transfers(wanted, route.solve(NET, wanted, seed=1).paths, NET.links.capacity_bps)
    assert found.rate_bps.tolist() == pytest.approx([300e9, 100e9])
    assert found.time_s[0] == pytest.approx(4 * LINE)
    assert (found.flow[0], found.link[0]) == (1, link("f-leaf-1:swp1>f-host-2:nic0"))


def test_a_job_without_traffic_computes() -> None:
    _, _, found = predicted([phase("j")], {"j": 2.0})
    assert found.step_low_s.tolist() == found.step_high_s.tolist() == [2.0]
    assert found.bottleneck == (Ref("compute", "j"),)


def test_a_job_without_a_path_never_ends() -> None:
    wanted = demands([phase("j", [(NIC[0], NIC[2], GB), (NIC[0], NIC[4], GB)]), phase("k", [(NIC[1], NIC[3], GB)])])
    routing = route.solve(NET, wanted, seed=1, alive=bools(NET.links.kind == 0))
    found = predict.predict(NET, wanted, routing)
    assert math.isinf(found.step_low_s[0]) and math.isinf(found.step_high_s[0])
    assert found.bottleneck[0] == Ref("path", "f-host-0:nic0>f-host-2:nic0")
    assert found.step_low_s[1] == found.step_high_s[1] == pytest.approx(LINE)
    carried = predict.link_loads(NET, wanted, routing, found)
    assert np.isfinite(carried.load_bps).all() and np.isfinite(carried.peak_bps).all()


def test_what_stays_on_an_interface_takes_no_time() -> None:
    _, _, found = predicted([phase("j", [(NIC[0], NIC[0], GB)], latency_s=1.0)])
    assert found.comm_low_s.tolist() == found.comm_high_s.tolist() == [1.0]


def test_services_have_no_step_but_take_from_the_high_end() -> None:
    """A service of 100 Gb/s leaves 300 of the 400 that the job's interface has."""
    job, service = phase("j", [(NIC[0], NIC[2], GB)]), phase("s", [(NIC[0], NIC[2], 100e9)], kind="service")
    _, _, found = predicted([job, service])
    assert found.job.tolist() == ["j"]
    assert found.step_low_s[0] == pytest.approx(LINE)
    assert found.step_high_s[0] == pytest.approx(LINE * 4 / 3)
    assert found.phase_low_s[1] == found.phase_high_s[1] == 0.0


def test_two_jobs_on_one_link_take_from_each_other_what_they_send_on_average() -> None:
    """Each computes for as long as it sends, twice: on average a third of the link."""
    one, two = phase("a", [(NIC[0], NIC[2], GB)]), phase("b", [(NIC[0], NIC[2], GB)])
    _, _, found = predicted([one, two], {"a": 4 * LINE, "b": 4 * LINE})
    assert found.comm_low_s.tolist() == pytest.approx([LINE, LINE])
    assert found.comm_high_s.tolist() == pytest.approx([LINE / 0.75] * 2)


def test_an_equal_share_is_always_left() -> None:
    greedy = phase("s", [(NIC[0], NIC[2], 390e9)], kind="service")
    _, _, found = predicted([phase("j", [(NIC[0], NIC[2], GB)]), greedy])
    assert found.comm_high_s[0] == pytest.approx(2 * LINE)


def test_jobs_that_share_no_link_do_not_disturb_each_other() -> None:
    one, two = phase("a", [(NIC[0], NIC[2], GB)]), phase("b", [(NIC[1], NIC[3], 2 * GB)])
    _, _, alone = predicted([one])
    _, _, both = predicted([one, two])
    assert both.step_high_s[0] == alone.step_high_s[0]


def test_loads_are_bytes_over_step_time_by_class() -> None:
    job = phase("j", [(NIC[0], NIC[4], GB)], times=2, traffic_class=1)
    service = phase("s", [(NIC[0], NIC[2], 100e9)], kind="service")
    found = loads([job, service], {"j": 1.0})
    first, up = link("f-host-0:nic0>f-leaf-0:swp1"), link("f-leaf-0:swp5>f-spine-0:swp1")
    assert found.load_bps[:, first].tolist() == pytest.approx([100e9, 16e9])
    assert found.load_bps[:, up].tolist() == pytest.approx([0.0, 8e9])
    assert found.peak_bps[[first, up]].tolist() == pytest.approx([400e9, 200e9])
    assert found.load_bps[:, link("f-leaf-0:swp1>f-host-0:nic0")].tolist() == [0.0, 0.0]


sizes = st.sampled_from([0.0, GB, 3 * GB])
flows = st.lists(st.tuples(st.sampled_from(NIC), st.sampled_from(NIC), sizes), max_size=6)
made = st.builds(
    phase,
    st.sampled_from(["a", "b", "c"]),
    flows,
    times=st.sampled_from([1.0, 2.0]),
    latency_s=st.sampled_from([0.0, 1e-5]),
    traffic_class=st.integers(0, 1),
)


@settings(max_examples=20)
@given(st.lists(made, min_size=1, max_size=5), st.sampled_from([0.0, 0.01, 1.0]))
def test_what_must_hold_of_every_prediction(phases: list[Made], compute: float) -> None:
    wanted, routing, found = predicted(phases, {"a": compute})
    assert (found.comm_low_s <= found.comm_high_s).all()
    assert (found.step_low_s <= found.step_high_s).all()
    assert (found.step_low_s >= found.compute_s).all()
    single = transfers(wanted, routing.paths, NET.links.capacity_bps)
    assert (single.time_s >= routing.spread.even_s * (1 - 1e-9)).all()  # no faster than the busiest link
    carried = predict.link_loads(NET, wanted, routing, found)
    assert (carried.peak_bps <= NET.links.capacity_bps * (1 + 1e-9)).all()
    # What leaves interfaces and what reaches them is what the jobs send, per step.
    steps = dict(zip(found.job.tolist(), found.step_low_s.tolist(), strict=True))
    owners, times = wanted.phases.owner[wanted.flows.phase], wanted.phases.times[wanted.flows.phase]
    away = wanted.flows.src != wanted.flows.dst
    sent = sum(
        size * 8 * n / steps[owner]
        for size, n, owner in zip(wanted.flows.size_B[away], times[away], owners[away].tolist(), strict=True)
        if size > 0
    )
    total = carried.load_bps.sum(axis=0)
    out = np.isin(NET.links.src, NIC)
    into = np.isin(NET.links.dst, NIC)
    assert total[out].sum() == pytest.approx(sent, rel=1e-9)
    assert total[into].sum() == pytest.approx(sent, rel=1e-9)


@settings(max_examples=20)
@given(st.lists(made, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_phases_and_flows_changes_no_bit(phases: list[Made], random) -> None:  # type: ignore[no-untyped-def]
    _, _, first = predicted(phases)
    turned = [replace(p, flows=tuple(random.sample(p.flows, len(p.flows)))) for p in phases]
    _, _, again = predicted(turned)
    for name in ("job", "comm_low_s", "comm_high_s", "step_low_s", "step_high_s", "phase_low_s", "phase_high_s"):
        np.testing.assert_array_equal(getattr(again, name), getattr(first, name))
    assert again.bottleneck == first.bottleneck


def test_fluid_is_a_backend() -> None:
    assert [b.name for b in backends("predict")] == ["fluid"]


def test_no_demands_no_prediction() -> None:
    _, _, found = predicted([])
    assert len(found.job) == 0
    assert loads([]).load_bps.shape == (2, len(NET.links))
    assert floats([]).tolist() == found.phase_low_s.tolist()


def test_low_uses_what_a_finished_flow_leaves_and_high_does_not() -> None:
    """1 GB and 3 GB by one interface: 4 GB at its rate, or 3 GB at half of it."""
    _, _, found = predicted([phase("j", [(NIC[0], NIC[2], GB), (NIC[0], NIC[3], 3 * GB)])])
    assert found.phase_low_s[0] == pytest.approx(4 * LINE)
    assert found.phase_high_s[0] == pytest.approx(6 * LINE)
