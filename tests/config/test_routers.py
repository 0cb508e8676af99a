"""The neutral description of routers agrees with the cables and with the address plan."""

from __future__ import annotations

from ipaddress import ip_interface

from hypothesis import HealthCheck, given, settings
from tests.address.sites import asns, made, planned, ports, prefixes
from tests.config.rendered import everything
from tests.strategies import sites

from easterly.config import routers
from easterly.config.sheet import Sheet
from easterly.model.network import LinkKind
from easterly.model.router import Router


def drafted(spec) -> tuple[list[Router], object, object]:
    network, _ = made(spec)
    plan = planned(spec)
    return routers.draft(spec, network, Sheet(plan)), network, plan


def assert_agrees(found: list[Router], network, plan) -> None:
    by_name = {router.name: router for router in found}
    assert list(by_name) == network.nodes.name[network.transit].tolist()
    addresses = {(d, p): set() for (d, p, _, _) in ports(plan, "loopback", "link", "gateway")}
    for (device, port, _, _), address in ports(plan, "loopback", "link", "gateway").items():
        addresses[device, port].add(address)
    assert {(r.name, i.name): set(i.addresses) for r in found for i in r.interfaces} == addresses
    assert {r.name: r.asn for r in found} == asns(plan)
    links, names = network.links, network.nodes.name.tolist()
    cables = {
        (names[a], f"swp{p}"): (names[b], f"swp{q}", rate)
        for a, p, b, q, kind, rate in zip(
            links.src.tolist(), links.src_port.tolist(), links.dst.tolist(), links.dst_port.tolist(),
            links.kind.tolist(), links.capacity_bps.tolist(), strict=True,
        ) if kind != LinkKind.HOST
    }  # fmt: skip
    assert cables == {
        (r.name, i.name): (i.peer.device, i.peer.port, i.rate_bps) for r in found for i in r.interfaces if i.peer
    }
    for router in found:
        for group in router.groups:
            for peer in group.peers:
                far = next(i for i in by_name[peer.end.device].interfaces if i.name == peer.end.port)
                assert peer.address in {str(ip_interface(a).ip) for a in far.addresses}
                assert peer.asn == by_name[peer.end.device].asn
    homes = {(device, vrf, prefix) for prefix, vrf, _, _, device in prefixes(plan)}
    said = {(r.name, t.name, p) for r in found for t in r.tables for found_p in t.networks.values() for p in found_p}
    own = {(r.name, "default", p) for r in found for found_p in r.networks.values() for p in found_p}
    loopbacks = {(d, "default", a) for (d, _, _, _), a in ports(plan, "loopback").items()}
    assert said | own == homes | loopbacks


@given(sites(max_hosts=8))
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_site_is_drafted_as_cabled_and_numbered(spec):
    assert_agrees(*drafted(spec))


def test_tables_have_a_distinguisher_for_each_router_and_their_own_target():
    found, network, plan = drafted(everything())
    assert_agrees(found, network, plan)
    tables = [(router, table) for router in found for table in router.tables]
    assert {table.name for _, table in tables} == {"acme", "beta"}
    assert len({table.rd for _, table in tables}) == len(tables)
    for router, table in tables:
        assert table.rd.startswith(f"{router.router_id}:") and table.imports == table.exports
        assert {i.name for i in router.interfaces if i.vrf == table.name} == set(table.interfaces)
