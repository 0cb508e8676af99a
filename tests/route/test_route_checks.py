"""Rules of routing on hand-written networks; their text as users see it is in tests/errors."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
from tests import small
from tests.predict.made import demands, phase

from easterly.base.columns import floats
from easterly.base.findings import Severity
from easterly.model.network import Network
from easterly.route.checks import equal_cost_means_equal_rate, every_flow_has_a_path, links_carry_services

SITE = SimpleNamespace(seed=1, jobs={"j": None}, services=dict.fromkeys("abs"))
NET = small.network()
NIC = [int(node) for node in NET.hosts.nic_node]


def with_capacity(**changes: float) -> Network:
    """The small network with other rates out of some nodes: `f_spine_0=1e9`."""
    capacity = np.array(NET.links.capacity_bps)
    for name, rate in changes.items():
        node = NET.index[name.replace("_", "-")]
        capacity[(NET.links.src == node) | (NET.links.dst == node)] = rate
    return Network(
        "small", NET.nodes, replace(NET.links, capacity_bps=floats(capacity)), NET.hosts, (), {"f": "fabrics/f"}
    )


def without_spines() -> Network:
    keep = NET.links.kind == 0
    columns = ("src", "dst", "src_port", "dst_port", "kind", "capacity_bps", "delay_s", "length_m", "cost", "reverse")
    cut = replace(
        NET.links, **{c: getattr(NET.links, c)[keep] for c in columns}, srlg_ptr=NET.links.srlg_ptr[: keep.sum() + 1]
    )
    return Network("cut", NET.nodes, cut, NET.hosts, (), {})


def test_flows_without_a_path_are_counted_by_owner() -> None:
    wanted = demands([
        phase("j", [(NIC[0], NIC[4], 1.0), (NIC[0], NIC[2], 1.0), (NIC[1], NIC[5], 1.0)]),
        phase("s", [(NIC[0], NIC[6], 1e9)], kind="service"),
        phase("fine", [(NIC[0], NIC[1], 1e9)], kind="service"),
    ])  # fmt: skip
    found = list(every_flow_has_a_path(SITE, without_spines(), wanted))  # type: ignore[arg-type]
    assert [(f.at, f.message) for f in found] == [
        ("jobs/j", "2 of 3 flows have no path, such as f-host-0:nic0 to f-host-2:nic0"),
        ("services/s", "1 of 1 flows have no path, such as f-host-0:nic0 to f-host-3:nic0"),
    ]
    assert list(every_flow_has_a_path(SITE, NET, wanted)) == []  # type: ignore[arg-type]


def test_services_are_summed_and_the_largest_is_named() -> None:
    wanted = demands([
        phase("a", [(NIC[0], NIC[4], 4e9)], kind="service"),
        phase("b", [(NIC[1], NIC[5], 8e9)], kind="service"),
        phase("j", [(NIC[2], NIC[6], 1e15)]),
    ])  # fmt: skip
    [found] = links_carry_services(SITE, with_capacity(f_spine_1=5e9), wanted)  # type: ignore[arg-type]
    assert found.at == "services/b"
    assert found.message == (
        "steady traffic puts 6Gb/s on f-leaf-0:swp6>f-spine-1:swp1, which carries 5Gb/s (one of 2 such links)"
    )
    assert found.severity is Severity.WARNING
    assert list(links_carry_services(SITE, with_capacity(f_spine_1=6e9), wanted)) == []  # type: ignore[arg-type]


def test_an_even_split_over_unequal_links_is_said_once_per_fabric() -> None:
    wanted = demands([phase("j", [(NIC[0], NIC[4], 1.0), (NIC[6], NIC[1], 1.0)])])
    [found] = equal_cost_means_equal_rate(SITE, with_capacity(f_spine_0=100e9), wanted)  # type: ignore[arg-type]
    assert (found.at, found.message) == (
        "fabrics/f",
        "f-leaf-0 splits traffic evenly over links of 100Gb/s and 400Gb/s",
    )
    inside = demands([phase("j", [(NIC[0], NIC[2], 1.0)])])
    assert list(equal_cost_means_equal_rate(SITE, with_capacity(f_spine_0=100e9), inside)) == []  # type: ignore[arg-type]
    assert list(equal_cost_means_equal_rate(SITE, NET, demands([]))) == []  # type: ignore[arg-type]
