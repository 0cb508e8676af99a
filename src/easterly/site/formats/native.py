"""Attributes by which node-link JSON and GraphML carry a whole `Network`: one per column, named as the column.

Columns at their default are left out, so that a WAN looks as plain as other tools write it. Attributes are
scalars, which every reader of either format understands.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from easterly.model.network import LinkKind, Network, NodeKind
from easterly.site.formats.build import DEFAULTS
from easterly.site.formats.found import Found
from easterly.site.formats.values import LONGEST, fit_name, number, shown, whole

MARK = "easterly"
"""Attribute of the graph by which such a file is known; its value is the version of these attributes."""

VERSION = 1
_LARGE = 2**53


def graph_attributes(network: Network) -> dict[str, Any]:
    """Attributes of the graph."""
    return {MARK: VERSION, "name": network.name}


def node_attributes(network: Network) -> list[dict[str, Any]]:
    """Attributes of each node; those of a host stand at each of its interfaces."""
    nodes, hosts = network.nodes, network.hosts
    columns = {name: getattr(nodes, name).tolist() for name in (*DEFAULTS, "device", "ports")}
    columns["kind"] = [NodeKind(kind).name.lower() for kind in columns["kind"]]
    defaults = {**DEFAULTS, "kind": "wan"}
    owner = network.node_host.tolist()
    types, gpus, rates = hosts.host_type.tolist(), hosts.gpus.tolist(), hosts.scaleup_bps.tolist()
    rows = []
    for i, name in enumerate(nodes.name.tolist()):
        row = {key: column[i] for key, column in columns.items() if column[i] != defaults.get(key, name)}
        if owner[i] >= 0:
            row |= {"host_type": types[owner[i]], "gpus": gpus[owner[i]], "scaleup_bps": rates[owner[i]]}
        rows.append(row)
    return rows


def link_attributes(network: Network) -> list[dict[str, Any]]:
    """Attributes of each directed link."""
    links = network.links
    names = ("src_port", "dst_port", "capacity_bps", "delay_s", "length_m", "cost")
    columns = {name: getattr(links, name).tolist() for name in names}
    columns["kind"] = [LinkKind(kind).name.lower() for kind in links.kind.tolist()]
    start, groups = links.srlg_ptr.tolist(), [network.srlgs[i] for i in links.srlg_idx.tolist()]
    rows = []
    for i in range(len(links)):
        row = {key: column[i] for key, column in columns.items()}
        if start[i + 1] > start[i]:
            row["srlg"] = join_names(groups[start[i] : start[i + 1]])
        rows.append(row)
    return rows


def join_names(names: list[str]) -> str:
    """Names as one text: separated by commas, or as JSON where a name has one."""
    plain = not any("," in name or name.startswith("[") for name in names)
    return ",".join(names) if plain else json.dumps(names)


def split_names(text: Any) -> tuple[str, ...]:
    """Names from `join_names`, or from a list.

    Raises
    ------
    ValueError
        If one of them is no name.
    """
    if isinstance(text, str):
        text = json.loads(text) if text.startswith("[") else [part.strip() for part in text.split(",")]
    names = [fit_name(name) for name in text] if isinstance(text, list) else [None]
    if None in names:
        raise ValueError(shown(text))
    return tuple(sorted({name for name in names if name is not None}))


def _text(value: Any) -> str:
    if not isinstance(value, str) or (value and fit_name(value) is None):
        raise ValueError(f"{shown(value)} is no text of at most {LONGEST} characters")
    return value


def _kind(value: Any) -> int:
    if not isinstance(value, str) or value.upper() not in NodeKind.__members__:
        raise ValueError(f"{shown(value)} is none of switch, nic, wan")
    return int(NodeKind[value.upper()])


def _label(value: Any) -> int:
    return whole(value, lowest=-1)


def _at_least_0(value: Any) -> float:
    if number(value) < 0:
        raise ValueError(shown(value))
    return number(value)


_READ: dict[str, Callable[[Any], Any]] = {
    "kind": _kind, "role": _text, "tier": _label, "fabric": _text, "switch_type": _text, "ports": whole, "pod": _label,
    "su": _label, "rail_group": _label, "plane": _label, "delay_s": _at_least_0, "device": _text, "host_type": _text,
    "gpus": whole, "scaleup_bps": _at_least_0,
}  # fmt: skip


def node_columns(attributes: dict[str, Any], found: Found, *, at: str, line: int | None) -> dict[str, Any]:
    """Columns of a node from its attributes, in a file that Easterly wrote."""
    columns = {}
    for name, read in _READ.items():
        if name in attributes:
            try:
                columns[name] = read(attributes[name])
            except (ValueError, OverflowError) as error:
                found.error("E122", f"attribute {name}: {error}", at=at, line=line)
    return columns


def link_ports(attributes: dict[str, Any]) -> tuple[int, int] | None:
    """Ports of a link, or none where they are not both numbers."""
    try:
        return whole(attributes["src_port"]), whole(attributes["dst_port"])
    except (KeyError, ValueError, OverflowError):
        return None


def link_kind(attributes: dict[str, Any]) -> int | None:
    """Kind of a link, or none where it is not one of ours."""
    kind = attributes.get("kind")
    return int(LinkKind[kind.upper()]) if isinstance(kind, str) and kind.upper() in LinkKind.__members__ else None
