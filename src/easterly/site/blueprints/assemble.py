"""Parts of all fabrics into one Network: node indices, port rows of both directions, shared-risk groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from easterly.base.columns import IndexColumn, IntColumn, floats, indices, ints, texts
from easterly.model.network import Hosts, LinkKind, Links, Network, NodeKind, Nodes, Structure
from easterly.site.blueprints.parts import Cables, Parts, Scheme, Switches

FIBRE_M_PER_S = 2e8
"""Speed of light in fibre, and about that of a signal in copper: refractive index 1.5."""


class Assembly:
    """Collects fabrics and WAN links, and numbers them."""

    def __init__(self) -> None:
        self._nodes: list[dict[str, Any]] = []
        self._hosts: list[dict[str, Any]] = []
        self._cables: list[Cables] = []
        self._structures: list[Structure] = []
        self._count = 0

    def add_fabric(self, fabric: str, parts: Parts) -> int:
        """Add the nodes, hosts and cables of a fabric; the index of its first switch."""
        first = self._count
        for block in parts.switches:
            self._add(len(block), _switch_columns(fabric, block))
        nic = self._count
        self._add(int(parts.hosts.nics.sum()), _nic_columns(fabric, parts))
        self._hosts.append(_host_columns(fabric, parts, nic))
        if parts.scheme is not None:
            self._structures.append(_structure(fabric, parts, parts.scheme, first, sum(map(len, self._cables))))
        self._cables.extend(
            _shifted(block, nic if block.kind == LinkKind.HOST else first, first) for block in parts.cables
        )
        return first

    def add_wan_nodes(self, names: Sequence[str], ports: Sequence[int]) -> int:
        """Add routers outside the fabrics; the index of the first."""
        first = self._count
        self._add(len(names), {
            "name": names, "device": names, "kind": NodeKind.WAN, "role": "wan", "tier": -1, "fabric": "",
            "switch_type": "", "ports": np.asarray(ports, dtype=np.int64), "pod": -1, "su": -1, "rail_group": -1,
            "plane": -1, "delay_s": 0.0,
        })  # fmt: skip
        return first

    def add_cables(self, cables: Cables) -> None:
        """Add cables whose ends are already node indices of the network."""
        self._cables.append(cables)

    def network(self, name: str, origins: Mapping[str, str]) -> Network:
        """The finished network; cable i is rows 2i and 2i + 1 of its links."""
        links, srlgs = _links(self._cables)
        return Network(name, _stacked(Nodes, self._nodes), links, _hosts_of(self._hosts), srlgs, dict(origins),
                       tuple(self._structures))  # fmt: skip

    def _add(self, count: int, columns: dict[str, Any]) -> None:
        self._nodes.append(_broadcast(count, columns))
        self._count += count


_TEXT = frozenset({"name", "device", "role", "fabric", "switch_type", "host_type"})
_FLOAT = frozenset({"delay_s", "scaleup_bps", "capacity_bps", "length_m", "cost"})


def _broadcast(count: int, columns: dict[str, Any]) -> dict[str, Any]:
    """Turn scalars into whole columns; sequences stay."""
    out = {}
    for name, values in columns.items():
        array = np.asarray(values, dtype=np.str_ if name in _TEXT else np.float64 if name in _FLOAT else np.int64)
        out[name] = np.broadcast_to(array, (count,)) if array.ndim == 0 else array
    return out


def _dtype_maker(name: str) -> Callable[[Any], Any]:
    return texts if name in _TEXT else floats if name in _FLOAT else ints


def _stacked(noun: Callable[..., Any], blocks: Sequence[dict[str, Any]]) -> Any:
    """Join the blocks column by column into one noun."""
    names = [name for name in noun.__dataclass_fields__ if not name.endswith(("_ptr", "_node"))]  # type: ignore[attr-defined]
    empty: dict[str, Any] = dict.fromkeys(names, ())
    return noun(**{name: _dtype_maker(name)(_joined(name, blocks or [empty])) for name in names})


def _joined(name: str, blocks: Sequence[dict[str, Any]]) -> Any:
    arrays = [np.asarray(block[name], dtype=np.str_ if name in _TEXT else None) for block in blocks]
    return np.concatenate(arrays) if len(arrays) > 1 else arrays[0]


def _structure(fabric: str, parts: Parts, scheme: Scheme, first: int, cables: int) -> Structure:
    """The scheme with its place in the network; the cables of hosts come first."""
    hosts = sum(len(block) for block in parts.cables if block.kind == LinkKind.HOST)
    return Structure(fabric, scheme.family, ints(scheme.numbers), first, 2 * (cables + hosts), scheme.routing)


def _switch_columns(fabric: str, block: Switches) -> dict[str, Any]:
    return {
        "name": block.name, "device": block.name, "kind": NodeKind.SWITCH, "role": block.role, "tier": block.tier,
        "fabric": fabric, "switch_type": block.type, "ports": block.ports, "pod": block.pod, "su": block.su,
        "rail_group": block.rail, "plane": block.plane, "delay_s": block.delay_s,
    }  # fmt: skip


def _nic_columns(fabric: str, parts: Parts) -> dict[str, Any]:
    """An interface is a node of its own and takes the labels of its host."""
    hosts = parts.hosts
    counts = hosts.nics.tolist()
    names = [f"{name}:nic{r}" for name, count in zip(hosts.name, counts, strict=True) for r in range(count)]
    device = np.repeat(np.asarray(hosts.name, dtype=np.str_), hosts.nics)
    return {
        "name": names, "device": device, "kind": NodeKind.NIC, "role": "nic", "tier": 0, "fabric": fabric,
        "switch_type": "", "ports": hosts.nic_ports, "pod": _repeat(hosts.pod, hosts.nics),
        "su": _repeat(hosts.su, hosts.nics), "rail_group": hosts.nic_rail, "plane": hosts.nic_plane, "delay_s": 0.0,
    }  # fmt: skip


def _repeat(values: Any, counts: Any) -> Any:
    return values if np.ndim(values) == 0 else np.repeat(values, counts)


def _host_columns(fabric: str, parts: Parts, first_nic: int) -> dict[str, Any]:
    hosts = parts.hosts
    columns = _broadcast(len(hosts), {
        "name": hosts.name, "fabric": fabric, "host_type": hosts.type, "gpus": hosts.gpus,
        "scaleup_bps": hosts.scaleup_bps,
    })  # fmt: skip
    return {**columns, "nics": hosts.nics, "nic_node": first_nic + np.arange(int(hosts.nics.sum()))}


def _hosts_of(blocks: Sequence[dict[str, Any]]) -> Hosts:
    names = ("name", "fabric", "host_type", "gpus", "scaleup_bps")
    empty: dict[str, Any] = dict.fromkeys((*names, "nics", "nic_node"), ())
    columns = {name: _dtype_maker(name)(_joined(name, blocks or [empty])) for name in names}
    nics = np.asarray(_joined("nics", blocks or [empty]), dtype=np.int64)
    node = _joined("nic_node", blocks or [empty])
    return Hosts(**columns, nic_ptr=indices(np.concatenate([[0], np.cumsum(nics)])), nic_node=ints(node))


def _shifted(block: Cables, lower: int, upper: int) -> Cables:
    """The block with node indices of the whole network."""
    return Cables(
        block.kind, block.lower + lower, block.upper + upper, block.lower_port, block.upper_port, block.rate_bps,
        block.length_m, block.cost, block.delay_s, block.srlg,
    )  # fmt: skip


def _links(blocks: Sequence[Cables]) -> tuple[Links, tuple[str, ...]]:
    """Both directions of every cable, upwards first, and the names of the shared-risk groups."""
    columns: dict[str, Any] = {name: [] for name in _LINK}
    for block in blocks:
        for name, values in _link_columns(block).items():
            columns[name].append(np.broadcast_to(values, (len(block),)))
    whole = {name: np.concatenate(values) if values else np.zeros(0) for name, values in columns.items()}
    low, high, out, into = (whole.pop(name) for name in ("lower", "upper", "lower_port", "upper_port"))
    pairs = {name: _dtype_maker(name)(np.repeat(values, 2)) for name, values in whole.items()}
    srlg_ptr, srlg_idx, srlgs = _groups(blocks, len(low))
    rows = np.arange(2 * len(low), dtype=np.int32)
    return Links(
        src=_woven(low, high), dst=_woven(high, low), src_port=_woven(out, into), dst_port=_woven(into, out), **pairs,
        reverse=ints(rows ^ 1), srlg_ptr=srlg_ptr, srlg_idx=srlg_idx,
    ), srlgs  # fmt: skip


_LINK = ("lower", "upper", "lower_port", "upper_port", "kind", "capacity_bps", "delay_s", "length_m", "cost")


def _link_columns(block: Cables) -> dict[str, Any]:
    """Columns of a block; the delay of a cable is its length at the speed of light in fibre."""
    length = np.asarray(block.length_m, dtype=np.float64)
    delay = block.delay_s if block.delay_s is not None else length / FIBRE_M_PER_S
    values = (
        block.lower,
        block.upper,
        block.lower_port,
        block.upper_port,
        int(block.kind),
        block.rate_bps,
        delay,
        length,
        block.cost,
    )
    return dict(zip(_LINK, values, strict=True))


def _woven(up: Any, down: Any) -> IntColumn:
    """Values of both directions, alternating."""
    both = np.empty(2 * len(up), dtype=np.int32)
    both[0::2], both[1::2] = up, down
    return ints(both)


def _groups(blocks: Sequence[Cables], cables: int) -> tuple[IndexColumn, IntColumn, tuple[str, ...]]:
    """Shared-risk groups of both directions of every cable as CSR, and their sorted names."""
    names = sorted({name for block in blocks for groups in block.srlg for name in groups})
    place = {name: i for i, name in enumerate(names)}
    counts, members = np.zeros(2 * cables, dtype=np.int64), []
    start = 0
    for block in blocks:
        for row, groups in enumerate(block.srlg):
            own = sorted({place[name] for name in groups})
            counts[2 * (start + row) : 2 * (start + row) + 2] = len(own)
            members.extend(own * 2)
        start += len(block)
    return indices(np.concatenate([[0], np.cumsum(counts)])), ints(members), tuple(names)
