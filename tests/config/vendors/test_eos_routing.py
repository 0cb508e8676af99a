"""Routes of EOS against Arista's own renderer: the same router in its data model gives the same lines."""

from __future__ import annotations

from typing import Any

import pytest
from tests.config.vendors.machines import of_everything

from easterly.config.eos import routing
from easterly.config.switches.blocks import Block, blocks
from easterly.config.switches.machine import Machine
from easterly.model.router import Group, Interface

pyavd = pytest.importorskip("pyavd", reason="pyavd, Arista's renderer, is not installed (pip install pyavd)")

WORD = {4: "ipv4", 6: "ipv6"}


def structured(m: Machine) -> dict[str, Any]:
    """A router as the input of Arista Validated Designs."""
    r = m.router
    six = any(":" in a for i in r.interfaces for a in i.addresses)
    made: dict[str, Any] = {
        "hostname": r.name, "service_routing_protocols_model": "multi-agent", "ip_routing": True,
        "vlan_internal_order": {"allocation": "ascending", "range": {"beginning": 3900, "ending": 4094}},
        "vlans": [{"id": vlan, "name": _note(m, name)} for name, vlan in m.vlans.items()],
        "vrfs": [{"name": t.name, "ip_routing": True, **({"ipv6_routing": True} if six else {})} for t in r.tables],
        "ethernet_interfaces": [*(_link(m, i) for i in m.of("link")), *_hosts(m)],
        "loopback_interfaces": [_ends(i) | {"name": "Loopback0"} for i in m.of("loopback")],
        "vlan_interfaces": [_gateway(m, i) for i in m.of("gateway")],
        "router_bgp": _bgp(m),
    }  # fmt: skip
    for family, key in ((4, "prefix_lists"), (6, "ipv6_prefix_lists")):
        made[key] = [
            {"name": f.name, "sequence_numbers": [{"sequence": 10 * n, "action": _permit(p)}
                                                  for n, p in enumerate(f.permits, 1)]}
            for f in r.filters if f.family == family
        ]  # fmt: skip
    if six:
        made["ipv6_unicast_routing"] = True
    if r.tables:
        vrfs = [{"name": t.name, "vni": t.vni} for t in r.tables]
        made["vxlan_interface"] = {
            "vxlan1": {"vxlan": {"source_interface": "Loopback0", "udp_port": 4789, "vrfs": vrfs}}
        }
    return made


def _note(m: Machine, name: str) -> str:
    return next(i.description for i in m.router.interfaces if i.name == name).replace(" ", "-")


def _permit(p) -> str:
    lengths = [f"ge {p.low}"] * (p.low is not None) + [f"le {p.high}"] * (p.high is not None)
    return " ".join(["permit", p.prefix, *lengths])


def _ends(i: Interface) -> dict[str, Any]:
    four = [a for a in i.addresses if ":" not in a]
    found: dict[str, Any] = {"ipv6_addresses": [a for a in i.addresses if ":" in a]}
    return found | ({"ip_address": four[0]} if four else {})


def _link(m: Machine, i: Interface) -> dict[str, Any]:
    return {"name": m.name(i), "description": str(i.peer), "mtu": i.mtu_B, "switchport": {"enabled": False}, **_ends(i)}


def _hosts(m: Machine) -> list[dict[str, Any]]:
    return [
        {"name": port, "spanning_tree_portfast": "edge",
         "switchport": {"enabled": True, "access_vlan": m.vlans[gateway]}}
        for gateway, ports in m.members.items() for port in ports
    ]  # fmt: skip


def _gateway(m: Machine, i: Interface) -> dict[str, Any]:
    table = {} if i.vrf == "default" else {"vrf": i.vrf}
    return {"name": m.name(i), "description": i.description, "mtu": i.mtu_B, **table, **_ends(i)}


def _bgp(m: Machine) -> dict[str, Any]:
    r = m.router
    made: dict[str, Any] = {
        "as": str(r.asn), "router_id": r.router_id, "maximum_paths": {"paths": r.paths, "ecmp": r.paths},
        "bgp": {"default": {"ipv4_unicast": False}}, "peer_groups": [_group(g) for g in r.groups],
        "neighbors": [
            {"ip_address": p.address, "peer_group": g.name, "remote_as": str(p.asn), "description": str(p.end)}
            for g in r.groups for p in g.peers
        ],
        "vrfs": [_table(r.router_id, t) for t in r.tables],
    }  # fmt: skip
    for family in (4, 6):
        carried = [
            {"name": g.name, "activate": True, "prefix_list_in": e.accept, "prefix_list_out": e.announce}
            for g in r.groups for e in g.exchanges if e.family == WORD[family]
        ]  # fmt: skip
        networks = [{"prefix": p} for p in r.networks.get(family, ())]
        made[f"address_family_ipv{family}"] = {"peer_groups": carried, "networks": networks}
    over = [{"name": g.name, "activate": True} for g in r.groups for e in g.exchanges if e.family == "evpn"]
    if over:
        made["address_family_evpn"] = {"next_hop_unchanged": True, "peer_groups": over}
    return made


def _group(g: Group) -> dict[str, Any]:
    evpn = any(e.family == "evpn" for e in g.exchanges)
    return {"name": g.name, "bfd": g.bfd, **({"send_community": "extended"} if evpn else {})}


def _table(router_id: str, t) -> dict[str, Any]:
    def targets(found: tuple[str, ...]) -> list[dict[str, Any]]:
        return [{"address_family": "evpn", "route_targets": list(found)}]

    families = {
        f"address_family_ipv{family}": {"networks": [{"prefix": p} for p in found]}
        for family, found in t.networks.items()
    }
    own = {"import": targets(t.imports), "export": targets(t.exports)}
    return {"name": t.name, "rd": t.rd, "router_id": router_id, "route_targets": own, **families}


def tree(found: list[Block]) -> frozenset[Any]:
    """Lines and what is below them, in any order."""
    return frozenset((block.line, tree(block.inner)) for block in found)


@pytest.mark.parametrize("number", range(8))
def test_lines_are_those_of_arista(number):
    machine = of_everything(routing.NAMING, "eos")[number]
    mine = structured(machine)
    assert pyavd.validate_structured_config(mine).validation_result.violations == []
    theirs = pyavd.get_device_config(mine)
    assert tree(blocks(routing.render(machine))) == tree(blocks(theirs)), theirs
