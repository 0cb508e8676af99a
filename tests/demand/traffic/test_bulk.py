"""Transfers, backups, management: rates, bytes and the time that the way allows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.demand.traffic import places

from easterly import demand
from easterly.demand.ends import Ends
from easterly.demand.traffic import way
from easterly.site import blueprints

STORE = {"kind": "storage", "hosts": 4}
SAVE = {"kind": "backup", "from": "s", "to": "lake", "size": "90TB", "window": {"start": "1h", "lasts": "5h"}}


def test_a_steady_transfer_has_a_rate_and_a_repeated_one_bytes():
    built = places.build(
        {
            "s": STORE,
            "a": {"kind": "transfer", "from": "s", "to": "lake", "rate": "8Gb/s"},
            "b": {"kind": "transfer", "from": "lake", "to": "s", "size": "1TB", "every": "1h"},
        }
    )
    assert built.phases.every_s.tolist() == [0.0, 3600.0] and set(built.phases.stage) == {"steady"}
    assert places.of(built, "a", "transfer")[2].sum() == pytest.approx(8e9)
    assert places.of(built, "b", "transfer")[2].sum() == pytest.approx(1e12)
    rows = built.flows.phase == 0
    assert not built.flows.size_B[rows].any() and not built.flows.rate_bps[~rows].any()


def test_a_backup_needs_what_is_new_in_its_window_and_gets_what_the_narrowest_link_lets_pass():
    found = places.figures({"s": STORE, "b": {**SAVE, "changed": "10%", "compress": 2.0}})
    assert found["b", "size_B"] == pytest.approx(4.5e12)
    assert found["b", "needed_bps"] == pytest.approx(4.5e12 * 8 / (5 * 3600))
    assert found["b", "limit_bps"] == pytest.approx(100e9)
    assert found["b", "shortest_s"] == pytest.approx(360.0)


@pytest.mark.parametrize(
    "size, rate, wanted", [("50GB", "10Gb/s", 40.0), ("700GB", "1Mb/s", 5.6e6), ("700GB", "10Gb/s", 560.0)]
)
def test_bytes_over_bits(size, rate, wanted):
    links = {"x": {"a": "east", "b": "lake", "rate": rate, "delay": "1ms"}}
    plan = places.site({"s": STORE, "b": {**SAVE, "size": size}}, wan={"sites": {"lake": {}}, "links": links})
    network = blueprints.build(plan)
    found = demand.figures(plan, network, demand.place(plan, network).hosts)
    assert dict(zip(found.name, found.value, strict=True))["shortest_s"] == pytest.approx(wanted)


@given(st.integers(1, 8), st.integers(1, 8))
def test_the_limit_between_hosts_is_that_of_their_interfaces(senders, receivers):
    made = places.ends(
        {
            "a": {"kind": "storage", "hosts": senders, "fabric": "west"}
            if senders < 5
            else {"kind": "storage", "hosts": senders},
            "b": {"kind": "storage", "hosts": min(receivers, 4)},
        }
    )
    flows = made.traffic([made.evenly(made.nodes("a"), made.nodes("b"), 1.0)])
    found = way.limit(made.network, flows)
    wan = 400e9 if senders < 5 else np.inf
    assert found.rate_bps == pytest.approx(min(senders * 400e9, min(receivers, 4) * 400e9, wan))


def test_nothing_passes_where_there_is_no_way():
    links = {"ew": {"a": "east", "b": "west", "rate": "400Gb/s", "delay": "10ms"}}
    plan = places.site({"s": STORE}, wan={"sites": {"lake": {}}, "links": links})
    network = blueprints.build(plan)
    made = Ends(plan, network, demand.place(plan, network).hosts)
    flows = made.traffic([made.evenly(made.nodes("s"), made.nodes("lake"), 1.0)])
    assert way.limit(network, flows).rate_bps == 0.0


def test_every_device_of_the_fabric_reports():
    """12 hosts, 3 + 2 switches and a border router; the collector does not send to itself."""
    watch = {
        "kind": "management",
        "of": "east",
        "hosts": 1,
        "report": "1MB",
        "every": "10s",
        "logs": "1Mb/s",
        "config": "2MB",
    }
    found, built = places.figures({"m": watch}), places.build({"m": watch})
    nodes = places.network().nodes
    switches = int(((nodes.fabric == "east") & (nodes.role != "nic")).sum())
    assert (found["m", "hosts"], found["m", "switches"]) == (12, switches)
    assert found["m", "collected_bps"] == pytest.approx((12 + switches) * 1.8e6)
    for axis, each in (("telemetry", 0.8e6), ("logs", 1e6), ("config", 2e6)):
        assert places.of(built, "m", axis)[2].sum() == pytest.approx((11 + switches) * each)
    few = places.build({"m": {**watch, "switches": False}})
    assert places.of(few, "m", "telemetry")[2].sum() == pytest.approx(11 * 0.8e6)
    assert built.phases.every_s.tolist() == [0.0, 0.0, 86400.0]


def test_north_south_is_what_leaves_the_fabric():
    built = places.build(
        {
            "s": {**STORE, "clients": {"c": {"write": "1Gb/s"}}},
            "c": {"kind": "storage", "hosts": 2, "fabric": "west"},
            "t": {"kind": "transfer", "from": "lake", "to": "s", "rate": "4Gb/s", "class": "sync", "tenant": "a"},
        },
        tenants={"a": {}},
    )
    found = demand.directions(places.network(), built, built.flows.rate_bps)
    rows = zip(found.tenant, found.traffic_class, found.east_west_bps, found.north_south_bps, strict=True)
    assert {(str(t), built.classes[c]): (float(e), float(n)) for t, c, e, n in rows} == {
        ("", "bulk"): pytest.approx((2e9, 1e9)),  # copies among the servers, and the write from the other fabric
        ("a", "sync"): pytest.approx((0.0, 4e9)),
    }
    total = found.east_west_bps.sum() + found.north_south_bps.sum()
    assert total == pytest.approx(built.flows.rate_bps.sum())
