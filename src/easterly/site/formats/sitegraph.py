"""Fabrics of a network as ``graph`` blueprints: every switch, host and cable written out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from easterly.base.units import LENGTH, RATE, TIME, format_exact
from easterly.model.network import LinkKind, Network, NodeKind
from easterly.site.formats.yamltext import flow, quoted, scalar, site_names

Types = dict[tuple[Any, ...], tuple[str, float]]
"""Name and port rate of each hardware model, by what tells models apart."""


def problems(network: Network) -> Iterator[tuple[str, str]]:
    """What a ``graph`` blueprint cannot say of the fabrics, each with a hint."""
    kinds = network.nodes.kind
    if (kinds == NodeKind.WAN).any() or (network.links.kind == LinkKind.WAN).any():
        yield (
            "the network has both fabrics and a WAN, and routers between them",
            "write it as .json or .graphml, or its fabrics alone",
        )
    cables = np.bincount(network.links.src, minlength=len(network.nodes))
    many = np.flatnonzero((kinds == NodeKind.NIC) & (cables > 1))
    if len(many):
        name = network.nodes.name[many[0]]
        yield f"interface {name} has {cables[many[0]]} cables", "the hosts of a graph have one per interface"
    cheap = np.flatnonzero(network.links.cost < 1)
    if len(cheap):
        yield f"a link costs {network.links.cost[cheap[0]]:g}", "the links of a fabric cost at least 1"


def left_out(network: Network) -> tuple[str, ...]:
    """Labels of the nodes for which a ``graph`` blueprint has no words."""
    return tuple(name for name in ("su", "rail_group", "plane") if (getattr(network.nodes, name) >= 0).any())


def write(network: Network) -> Iterator[str]:
    """Lines of ``hardware`` and ``fabrics``."""
    devices = list(dict.fromkeys(network.nodes.device.tolist()))
    names = dict(zip(devices, site_names(devices), strict=True))
    rates = np.zeros(len(network.nodes))
    np.maximum.at(rates, network.links.src, network.links.capacity_bps)
    switches, hosts = _switch_types(network, rates), _host_types(network, rates)
    yield "hardware:"
    yield from _hardware("switches", switches, ("type", "ports", "delay"))
    yield from _hardware("hosts", hosts, ("type", "gpus", "nics", "scaleup"))
    yield "fabrics:"
    fabrics = sorted(set(network.nodes.fabric.tolist()))
    for fabric, name in zip(fabrics, site_names([fabric or "fabric" for fabric in fabrics]), strict=True):
        yield f"  {scalar(name)}:"
        yield "    blueprint: graph"
        yield "    nodes:"
        yield from _nodes(network, fabric, names, switches, hosts)
        yield "    links:"
        yield from _links(network, fabric, names)


def _switch_types(network: Network, rates: Any) -> Types:
    """One model for all switches of a type with equal ports and delay."""
    rows = np.flatnonzero(network.nodes.kind == NodeKind.SWITCH)
    return _types((_switch_key(network, i), float(rates[i])) for i in rows.tolist())


def _switch_key(network: Network, i: int) -> tuple[Any, ...]:
    nodes = network.nodes
    return str(nodes.switch_type[i]), int(nodes.ports[i]), float(nodes.delay_s[i])


def _host_types(network: Network, rates: Any) -> Types:
    return _types((_host_key(network, h), float(max(rates[network.hosts.nics(h)]))) for h in range(len(network.hosts)))


def _host_key(network: Network, host: int) -> tuple[Any, ...]:
    hosts = network.hosts
    return (
        str(hosts.host_type[host]), int(hosts.gpus[host]), len(hosts.nics(host)), float(hosts.scaleup_bps[host])
    )  # fmt: skip


def _types(rows: Iterator[tuple[tuple[Any, ...], float]]) -> Types:
    fastest: dict[tuple[Any, ...], float] = {}
    for key, rate_bps in rows:
        fastest[key] = max(rate_bps, fastest.get(key, 0.0))
    keys = sorted(fastest)
    names = site_names([key[0] or "unnamed" for key in keys])
    return {key: (name, fastest[key]) for key, name in zip(keys, names, strict=True)}


def _hardware(kind: str, types: Types, columns: tuple[str, ...]) -> Iterator[str]:
    """Models of one kind; a port without any cable still needs a rate, and gets the slowest there is."""
    yield f"  {kind}:" + ("" if types else " {}")
    rate_name = "rate" if kind == "switches" else "nic_rate"
    written = {"delay": TIME, "scaleup": RATE}
    for key, (name, rate_bps) in types.items():
        fields = dict(zip(columns[1:], key[1:], strict=True))
        text = {k: format_exact(v, written[k]) if k in written else v for k, v in fields.items() if v or k != "scaleup"}
        yield f"    {scalar(name)}: {flow({**text, rate_name: format_exact(rate_bps or 1.0, RATE)})}"


def _nodes(network: Network, fabric: str, names: dict[str, str], switches: Types, hosts: Types) -> Iterator[str]:
    nodes = network.nodes
    for i in np.flatnonzero((nodes.fabric == fabric) & (nodes.kind == NodeKind.SWITCH)).tolist():
        fields = {"type": scalar(switches[_switch_key(network, i)][0]), "role": quoted(str(nodes.role[i]))}
        fields |= {key: str(getattr(nodes, key)[i]) for key in ("tier", "pod") if getattr(nodes, key)[i] >= 0}
        yield f"      {scalar(names[str(nodes.device[i])])}: {flow(fields)}"
    for host in np.flatnonzero(network.hosts.fabric == fabric).tolist():
        pod = int(nodes.pod[network.hosts.nics(host)[0]])
        kind = scalar(hosts[_host_key(network, host)][0])
        fields = {"type": kind, "pod": str(pod)} if pod >= 0 else {"type": kind}
        yield f"      {scalar(names[str(network.hosts.name[host])])}: {flow(fields)}"


def _links(network: Network, fabric: str, names: dict[str, str]) -> Iterator[str]:
    links, nodes = network.links, network.nodes
    number = np.zeros(len(nodes), dtype=np.int64)
    number[network.hosts.nic_node] = np.arange(len(network.hosts.nic_node)) - np.repeat(
        network.hosts.nic_ptr[:-1], np.diff(network.hosts.nic_ptr)
    )

    def end(node: int, port: int) -> str:
        port = int(number[node]) if nodes.kind[node] == NodeKind.NIC else port
        return quoted(f"{names[str(nodes.device[node])]}:{port}")

    for i, row in enumerate(network.cables.tolist()):
        if nodes.fabric[links.src[row]] == fabric:
            a, b = end(links.src[row], int(links.src_port[row])), end(links.dst[row], int(links.dst_port[row]))
            length = format_exact(float(links.length_m[row]), LENGTH)
            yield f"      l{i}: {flow({'a': a, 'b': b, **link_fields(network, row), 'length': length})}"


def link_fields(network: Network, row: int) -> dict[str, Any]:
    """Fields that cables of fabrics and links of the WAN share."""
    links = network.links
    groups = links.srlg_idx[links.srlg_ptr[row] : links.srlg_ptr[row + 1]].tolist()
    fields = {
        "rate": format_exact(float(links.capacity_bps[row]), RATE),
        "delay": format_exact(float(links.delay_s[row]), TIME), "cost": f"{links.cost[row]:.17g}",
    }  # fmt: skip
    names = ", ".join(quoted(network.srlgs[i]) for i in groups)
    return {**fields, "srlg": f"[{names}]"} if groups else fields
