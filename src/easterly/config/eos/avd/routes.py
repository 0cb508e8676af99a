"""Routes of a switch in Arista's data model."""

from __future__ import annotations

from typing import Any

from easterly.config.industry import entries_of
from easterly.config.switches.machine import Machine
from easterly.model.router import Group, Igp, Interface, Permit, Table

WORD = {4: "ipv4", 6: "ipv6"}
ORIGINATE = {"next_hop": {"address_family_ipv6": {"enabled": True, "originate": True}}}


def structured(m: Machine) -> dict[str, Any]:
    """A router as the input of Arista Validated Designs."""
    r = m.router
    six = r.unnumbered or any(":" in a for i in r.interfaces for a in i.addresses)
    made: dict[str, Any] = {
        "hostname": r.name, "service_routing_protocols_model": "multi-agent", "ip_routing": True,
        "vlan_internal_order": {"allocation": "ascending", "range": {"beginning": 3900, "ending": 4094}},
        "vlans": [{"id": vlan, "name": _note(m, name)} for name, vlan in m.vlans.items()],
        "vrfs": [{"name": t.name, "ip_routing": True, **({"ipv6_routing": True} if six else {})} for t in r.tables],
        "ethernet_interfaces": [*(_link(m, i) for i in m.of("link")), *_hosts(m)],
        "loopback_interfaces": [_loopback(m, i) for i in m.of("loopback")],
        "vlan_interfaces": [_gateway(m, i) for i in m.of("gateway")],
        "router_bgp": _bgp(m),
    }  # fmt: skip
    for family, key in ((4, "prefix_lists"), (6, "ipv6_prefix_lists")):
        made[key] = [
            {"name": f.name, "sequence_numbers": [{"sequence": 10 * n, "action": _permit(p, n <= len(f.refuses))}
                                                  for n, p in enumerate((*f.refuses, *f.permits), 1)]}
            for f in r.filters if f.family == family
        ]  # fmt: skip
    if six:
        made["ipv6_unicast_routing"] = True
    if r.unnumbered:
        made["ip_routing_ipv6_interfaces"] = True
    made["route_maps"] = [
        {"name": g.accept, "sequence_numbers": [{"sequence": 10, "type": "permit", "match": [
            f"{'ip' if g.family == 4 else 'ipv6'} address prefix-list {g.accept}"
        ]}]} for g in {g.accept: g for g in r.handovers}.values()
    ] + [
        {"name": far.far, "sequence_numbers": [
            {"sequence": n, "type": "permit", "set": [f"as-path prepend last-as {more}"],
             **({"continue": {"enabled": True, "sequence_number": further}} if further else {})}
            for n, more, further in entries_of(far.longer)
        ]} for far in r.far
    ]  # fmt: skip
    for key, six in (("static_routes", False), ("ipv6_static_routes", True)):
        behind = [a for a in m.served_behind if (":" in a.prefix) == six]
        made[key] = [{"prefix": a.prefix, "next_hop": a.next_hop} for a in behind]
    if r.igp is not None:
        made |= {"router_ospf": _ospf(m, r.igp)} if r.igp.protocol == "ospf" else {"router_isis": _isis(m, r.igp)}
    if not r.groups:
        del made["router_bgp"]
    if r.tables:
        vrfs = [{"name": t.name, "vni": t.vni} for t in r.tables]
        made["vxlan_interface"] = {
            "vxlan1": {"vxlan": {"source_interface": "Loopback0", "udp_port": 4789, "vrfs": vrfs}}
        }
    return made


def _loopback(m: Machine, i: Interface) -> dict[str, Any]:
    found = _ends(i) | {"name": "Loopback0"} | _interior(m, i)
    more = [a for a in m.served_here if ":" not in a]
    found["ipv6_addresses"] = [*found["ipv6_addresses"], *(a for a in m.served_here if ":" in a)]
    return found | ({"ip_address_secondaries": more} if more else {})


def _note(m: Machine, name: str) -> str:
    return next(i.description for i in m.router.interfaces if i.name == name).replace(" ", "-")


def _permit(p: Permit, refused: bool) -> str:
    lengths = [f"ge {p.low}"] * (p.low is not None) + [f"le {p.high}"] * (p.high is not None)
    return " ".join(["deny" if refused else "permit", p.prefix, *lengths])


def _ends(i: Interface) -> dict[str, Any]:
    four = [a for a in i.addresses if ":" not in a]
    found: dict[str, Any] = {"ipv6_addresses": [a for a in i.addresses if ":" in a]}
    return found | ({"ip_address": four[0]} if four else {})


def _link(m: Machine, i: Interface) -> dict[str, Any]:
    bfd, ends = m.router.detection(i.name), _ends(i)
    if m.lent(i):
        ends = {"ip_address": "unnumbered Loopback0"}
    found = {"name": m.name(i), "description": str(i.peer), "mtu": i.mtu_B, "switchport": {"enabled": False}, **ends}
    if m.lent(i) or not i.addresses:
        found["ipv6_enable"] = True
    if bfd is not None:
        interval_ms = round(bfd.interval_s * 1000)
        found["bfd"] = {"interval": interval_ms, "min_rx": interval_ms, "multiplier": bfd.multiplier}
    return found | _interior(m, i)


def _interior(m: Machine, i: Interface) -> dict[str, Any]:
    """What an interface says of OSPF version 2 and of IS-IS; the model has no words for version 3."""
    igp = m.router.igp
    if igp is not None and igp.protocol == "ospf" and 4 not in igp.families:
        return {}
    link = next((one for one in igp.links if one.interface == i.name), None) if igp else None
    if igp is None or (link is None and i.name not in igp.passive):
        return {}
    if igp.protocol == "isis":
        own = {"isis_enable": "FABRIC"}
        if link is None:
            return own | {"isis_passive": True}
        return own | {"isis_metric": link.cost, "isis_network_point_to_point": True}
    if link is None:
        return {"ospf_area": igp.area}
    return {"ospf_area": link.area, "ospf_cost": link.cost, "ospf_network_point_to_point": True}


def _ospf(m: Machine, igp: Igp) -> dict[str, Any]:
    r = m.router
    if 4 not in igp.families:
        return {}
    given = {
        "static" if g.source == "checks" else g.source: {"enabled": True, "route_map": g.accept}
        for g in r.handovers if g.target == "ospf" and g.family == 4
    }  # fmt: skip
    watched = {"bfd_enable": True} if any(link.bfd for link in igp.links) else {}
    return {"process_ids": [{
        "id": 1, "router_id": r.router_id, "maximum_paths": r.paths, "redistribute": given, **watched,
        "eos_cli": "\n".join(f"passive-interface {m.names[name]}" for name in igp.passive),
    }]}  # fmt: skip


def _isis(m: Machine, igp: Igp) -> dict[str, Any]:
    family = {"enabled": True, "maximum_paths": m.router.paths}
    if any(link.bfd for link in igp.links):
        family["bfd_all_interfaces"] = True
    families = {f"address_family_ipv{number}": family for number in igp.families}
    return {"instance": "FABRIC", "net": igp.net, "is_type": "level-2", **families}


def _hosts(m: Machine) -> list[dict[str, Any]]:
    return [
        {"name": port, "spanning_tree_portfast": "edge",
         "switchport": {"enabled": True, "access_vlan": m.vlans[gateway]}}
        for gateway, ports in m.members.items() for port in ports
    ]  # fmt: skip


def _gateway(m: Machine, i: Interface) -> dict[str, Any]:
    table = {} if i.vrf == "default" else {"vrf": i.vrf}
    return {"name": m.name(i), "description": i.description, "mtu": i.mtu_B, **table, **_ends(i), **_interior(m, i)}


def _bgp(m: Machine) -> dict[str, Any]:
    r = m.router
    made: dict[str, Any] = {
        "as": str(r.asn), "router_id": r.router_id, "maximum_paths": {"paths": r.paths, "ecmp": r.paths},
        "bgp": {"default": {"ipv4_unicast": False}}, "peer_groups": [_group(g) for g in r.groups],
        "neighbors": [
            {"ip_address": p.address, "peer_group": g.name, "remote_as": str(p.asn), "description": str(p.end)}
            for g in r.groups for p in g.peers if p.address
        ],
        "neighbor_interfaces": [
            {"name": m.names[p.interface], "peer_group": g.name, "remote_as": str(p.asn)}
            for g in r.groups for p in g.peers if p.interface
        ],
        "vrfs": [_table(r.router_id, t) for t in r.tables],
    }  # fmt: skip
    for family in (4, 6):
        carried = [
            {"name": g.name, "activate": True, "prefix_list_in": e.accept, "prefix_list_out": e.announce,
             **({"route_map_in": e.far} if e.longer else {}),
             **(ORIGINATE if family == 4 and any(p.interface for p in g.peers) else {})}
            for g in r.groups for e in g.exchanges if e.family == WORD[family]
        ]  # fmt: skip
        networks = [{"prefix": p} for p in r.networks.get(family, ())]
        given = {
            word: {"enabled": True, "route_map": g.accept, **more} for g in r.handovers
            if g.target == "bgp" and g.family == family
            for word, more in (("connected", {}), ("isis", {"isis_level": "level-2"}) if g.source == "isis" else
                               ("ospf" if family == 4 else "ospfv3", {}))
        }  # fmt: skip
        if carried or networks:
            made[f"address_family_ipv{family}"] = {"peer_groups": carried, "networks": networks, "redistribute": given}
    over = [{"name": g.name, "activate": True} for g in r.groups for e in g.exchanges if e.family == "evpn"]
    if over:
        made["address_family_evpn"] = {"next_hop_unchanged": True, "peer_groups": over}
    return made


def _group(g: Group) -> dict[str, Any]:
    evpn = any(e.family == "evpn" for e in g.exchanges)
    found = {"name": g.name, **({"bfd": True} if g.bfd else {}), **({"send_community": "extended"} if evpn else {})}
    found |= {"update_source": "Loopback0"} if g.source else {}
    found |= {"ebgp_multihop": g.hops} if g.hops > 1 else {}
    return found | ({"timers": f"{g.timers.hello_s} {g.timers.dead_s}"} if g.timers else {})


def _table(router_id: str, t: Table) -> dict[str, Any]:
    def targets(found: tuple[str, ...]) -> list[dict[str, Any]]:
        return [{"address_family": "evpn", "route_targets": list(found)}]

    families = {
        f"address_family_ipv{family}": {"networks": [{"prefix": p} for p in found]}
        for family, found in t.networks.items()
    }
    own = {"import": targets(t.imports), "export": targets(t.exports)}
    return {"name": t.name, "rd": t.rd, "router_id": router_id, "route_targets": own, **families}
