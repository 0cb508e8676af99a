"""Rules of routing on hand-written networks; their text as users see it is in tests/errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
from tests import small
from tests.predict.made import demands, phase

from easterly.base.columns import floats
from easterly.base.findings import Finding, Severity
from easterly.model.demand import DemandSet
from easterly.model.network import Network
from easterly.model.routing import Paths
from easterly.route.checks import equal_cost_means_equal_rate, every_flow_has_a_path, links_carry_services
from easterly.route.ecmp import paths_of, policy_of

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


def routed(network: Network, wanted: DemandSet) -> tuple[Any, Network, DemandSet, Paths]:
    """What rules ask for."""
    return SITE, network, wanted, paths_of(network, wanted.flows, policy_of(network, seed=1))


def uneven(network: Network, wanted: DemandSet) -> Iterator[Finding]:
    return equal_cost_means_equal_rate(network, routed(network, wanted)[-1])


def test_flows_without_a_path_are_counted_by_owner() -> None:
    wanted = demands([
        phase("j", [(NIC[0], NIC[4], 1.0), (NIC[0], NIC[2], 1.0), (NIC[1], NIC[5], 1.0)]),
        phase("s", [(NIC[0], NIC[6], 1e9)], kind="service"),
        phase("fine", [(NIC[0], NIC[1], 1e9)], kind="service"),
    ])  # fmt: skip
    found = list(every_flow_has_a_path(*routed(without_spines(), wanted)))
    assert [(f.at, f.message) for f in found] == [
        ("jobs/j", "2 of 3 flows have no path, such as f-host-0:nic0 to f-host-2:nic0"),
        ("services/s", "1 of 1 flows have no path, such as f-host-0:nic0 to f-host-3:nic0"),
    ]
    assert list(every_flow_has_a_path(*routed(NET, wanted))) == []


def test_services_are_summed_and_the_largest_is_named() -> None:
    wanted = demands([
        phase("a", [(NIC[0], NIC[4], 4e9)], kind="service"),
        phase("b", [(NIC[1], NIC[5], 8e9)], kind="service"),
        phase("j", [(NIC[2], NIC[6], 1e15)]),
    ])  # fmt: skip
    [found] = links_carry_services(*routed(with_capacity(f_spine_1=5e9), wanted))
    assert found.at == "services/b"
    assert found.message == (
        "steady traffic puts 6Gb/s on f-leaf-0:swp6>f-spine-1:swp1, which carries 5Gb/s (one of 2 such links)"
    )
    assert found.severity is Severity.WARNING
    assert list(links_carry_services(*routed(with_capacity(f_spine_1=6e9), wanted))) == []


def test_an_even_split_over_unequal_links_is_said_once_per_fabric() -> None:
    wanted = demands([phase("j", [(NIC[0], NIC[4], 1.0), (NIC[6], NIC[1], 1.0)])])
    [found] = uneven(with_capacity(f_spine_0=100e9), wanted)
    assert (found.at, found.message) == (
        "fabrics/f",
        "f-leaf-0 splits traffic evenly over links of 100Gb/s and 400Gb/s",
    )
    inside = demands([phase("j", [(NIC[0], NIC[2], 1.0)])])
    assert list(uneven(with_capacity(f_spine_0=100e9), inside)) == []
    assert list(uneven(NET, demands([]))) == []
    assert list(uneven(with_capacity(f_spine_0=100e9), demands([]))) == []
