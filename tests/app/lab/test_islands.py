"""Hosts that no cable leads to are nobody's neighbours: not to be reached, not steered to, not in one ring."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from tests.address.sites import POOLS, fabric, made, planned, site

from easterly.app.lab.islands import islands
from easterly.app.lab.measure.anycast import protocol
from easterly.app.lab.measure.segments import _joined
from easterly.app.lab.measure.stages import ring_ports
from easterly.app.lab.ring.predicted import Framing
from easterly.site.blueprints import build
from easterly.study.nouns import Nouns
from easterly.study.silence import Silences

BFD = {"bfd": {"interval": "50ms", "multiplier": 3}}
WAN = {"links": {"w": {"a": "a", "b": "b", "rate": "100Gb/s", "delay": "1ms"}}}


def together(**given: Any) -> set[frozenset[tuple[str, int]]]:
    """Pairs of interfaces that share an island."""
    made = islands(build(site(**given)))
    return {frozenset((a, b)) for a in made for b in made if a < b and made[a] & made[b]}


def fabrics() -> dict[str, Any]:
    return {"a": fabric(count=4), "b": fabric(count=4)}


def test_two_fabrics_are_one_network_with_a_wan_and_two_without() -> None:
    inside = 2 * (8 * 7 // 2)
    assert len(together(fabrics=fabrics())) == inside
    assert len(together(fabrics=fabrics(), wan=WAN)) == 16 * 15 // 2


def test_rails_without_spines_are_apart_and_hosts_do_not_join_them() -> None:
    leaf = {"type": "sw", "down": 8}
    apart = together(fabrics={"r": {"blueprint": "rail-only", "hosts": {"type": "gpu2", "count": 4}, "leaf": leaf}})
    assert apart == {frozenset((a, b)) for a in every(4) for b in every(4) if a < b and a[1] == b[1]}


def test_two_ports_of_an_interface_are_on_planes_of_their_own() -> None:
    tiers = {"leaf": {"type": "sw", "down": 8, "up": 2}, "spine": {"type": "sw"}}
    planes = {"blueprint": "multi-plane", "planes": 4, "dual_tor": True, "hosts": {"type": "gpu2", "count": 3}, **tiers}
    ports = [(f"p-host-{host}", number) for host in range(3) for number in range(4)]
    assert together(fabrics={"p": planes}) == {
        frozenset((a, b)) for a in ports for b in ports if a < b and a[1] == b[1]
    }


def every(count: int) -> list[tuple[str, int]]:
    return [(f"r-host-{host}", nic) for host in range(count) for nic in range(2)]


@pytest.mark.parametrize(
    ("text", "told_by"),
    [
        ("router bgp 65001\n", "bgp"),
        ("router isis fabric\nrouter bgp 65001\n", "isis"),
        (" ip ospf area 0\nrouter ospf\n", "ospf"),
    ],
)
def test_an_address_is_told_by_the_interior_protocol_where_there_is_one(text: str, told_by: str) -> None:
    assert protocol(text) == told_by


def test_segments_lead_over_routers_of_one_island() -> None:
    cables = {("a", "x"): ("b", "x"), ("b", "x"): ("a", "x"), ("c", "x"): ("d", "x"), ("d", "x"): ("c", "x")}
    assert _joined(cables, "a") == ["a", "b"]


@pytest.mark.parametrize(
    ("here", "there", "wan", "later_s"),
    [("ospf", "isis", None, 1.0), ("ospf", "ospf", None, 1.0), ("ospf", "ospf", "ospf", 0.0),
     ("isis", "ospf", None, 0.0), ("bgp", "ospf", None, 0.0)],
)  # fmt: skip
def test_ospf_takes_a_second_longer_for_what_a_border_has_handed_over(
    here: str, there: str, wan: str | None, later_s: float
) -> None:
    """FRR's ospfd waits for OSPF_ASE_CALC_INTERVAL; IS-IS and BGP do not."""
    own = fabrics()
    own["a"]["underlay"], own["b"]["underlay"] = {"protocol": here, **BFD}, {"protocol": there, **BFD}
    nouns = Nouns(site(own, wan=WAN if wan is None else {**WAN, "underlay": {"protocol": wan}}))
    names = nouns.network.value.link_ids.tolist()
    link = next(row for row, name in enumerate(names) if name.startswith("a-leaf-0:swp9"))
    silences = Silences.of(nouns)
    near, far = (silences.between(link, "a-leaf-0", leaf) for leaf in ("a-border-0", "b-leaf-0"))
    assert far.high_s - near.high_s == pytest.approx(later_s)
    assert far.low_s == near.low_s == pytest.approx(0.1)


def test_frames_of_ipv6_hold_twenty_bytes_less() -> None:
    """RFC 8200 section 3 has a header of 40 bytes, RFC 791 section 3.1 one of 20."""
    assert Framing(9000, 4).data_B - Framing(9000, 6).data_B == 20
    assert Framing(1500, 6).frame_B == 1514


@pytest.mark.parametrize(("pools", "families"), [(POOLS, {4}), ({"v6": "fd00:64::/40"}, {6})])
def test_a_ring_is_on_one_island_and_over_ipv6_where_hosts_have_nothing_else(pools: Any, families: set[int]) -> None:
    spec = site(fabrics(), pools)
    network, _ = made(spec)
    spaces = dict.fromkeys(network.hosts.name.tolist())
    own = ring_ports(SimpleNamespace(network=network, address=planned(spec), spaces=spaces))  # type: ignore[arg-type]
    assert {port.family for port in own} == families
    assert len(own) == 4
    assert {port.host[0] for port in own} == {"a"}
