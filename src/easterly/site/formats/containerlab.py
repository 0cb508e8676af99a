"""containerlab topologies: one container per device, one veth pair per cable (its topology definition file).

Rules of the format: names of nodes have letters, digits and ``_ . -``, and are host names, so at most 63 characters; a
few words mean special endpoints; ``eth0`` of a container is its management interface; every interface has one link.
Rates, delays and costs of links are comments: the kernel's pairs have none (``containerlab tools netem`` sets some).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from easterly.base.counts import counted
from easterly.base.findings import Finding, Severity
from easterly.base.units import RATE, TIME, format_exact
from easterly.model.network import Network, NodeKind
from easterly.site.formats.yamltext import quoted, scalar, site_names

RESERVED = frozenset({"host", "mgmt-net", "macvlan", "vxlan", "vxlan-stitch", "dummy"})
"""Words that mean no node where they stand in an endpoint."""

HOST_IMAGE = "alpine:latest"
INTERFACES = {"nokia_srlinux": "e1-", "srl": "e1-"}
"""Names of interfaces by kind, before their number; all others have ``eth``."""


@dataclass(frozen=True, slots=True)
class Lab:
    """What containers stand for the devices.

    Attributes
    ----------
    kind, image : str
        Of switches and routers; hosts are ``linux`` containers.
    """

    kind: str = "linux"
    image: str = "quay.io/frrouting/frr:10.3.1"


def write(network: Network, lab: Lab | None = None) -> str:
    """Text of a topology: switches and routers first, then hosts, then one link per cable."""
    lab = lab or Lab()
    devices, names = _names(network)
    hosts = set(network.nodes.device[network.nodes.kind == NodeKind.NIC].tolist())
    lines = [f"name: {scalar(site_names([network.name])[0])}", "topology:", "  nodes:" + ("" if devices else " {}")]
    for device in sorted(devices, key=lambda d: d in hosts):
        kind, image = ("linux", HOST_IMAGE) if device in hosts else (lab.kind, lab.image)
        lines.append(f"    {scalar(names[device])}: {{kind: {scalar(kind)}, image: {quoted(image)}}}")
    links = list(_links(network, names, hosts, lab))
    return "\n".join([*lines, *(["  links:"] if links else []), *links]) + "\n"


def notes(network: Network) -> Iterator[Finding]:
    """What such a file says otherwise than the network, or does not say."""
    devices, names = _names(network)
    changed = [(old, names[old]) for old in devices if old != names[old]]
    if changed:
        old, new = changed[0]
        message = f"{len(changed):,} of {len(names):,} names were changed, such as {old!r} to {new!r}"
        hint = "names of containers start with a letter and have letters, digits and _ . - only"
        yield Finding("E137", "", message, hint, Severity.NOTE)
    if len(network.links):
        message = "links of containers have no rate, delay or cost: those stand beside them as comments"
        yield Finding("E138", "", message, "set them with `containerlab tools netem set`", Severity.NOTE)
    single = int((network.links.reverse < 0).sum())
    if single:
        message = f"{counted(single, 'link has', 'links have')} one direction only; those of containers have both"
        yield Finding("E138", "", message, "keep .json or .graphml, if directions matter", Severity.NOTE)


def _names(network: Network) -> tuple[list[str], dict[str, str]]:
    """Devices in the order of the network, and a name of a container for each."""
    devices = list(dict.fromkeys(network.nodes.device.tolist()))
    wanted = [f"n-{device}" if device in RESERVED else device for device in devices]
    return devices, dict(zip(devices, site_names(wanted), strict=True))


def _cables(network: Network) -> list[int]:
    """Rows of links, one per cable; a link without other direction is a cable of its own."""
    reverse = network.links.reverse
    return np.flatnonzero((reverse < 0) | (reverse > np.arange(len(reverse)))).tolist()


def _links(network: Network, names: dict[str, str], hosts: set[str], lab: Lab) -> Iterator[str]:
    links, device = network.links, network.nodes.device.tolist()
    numbers = _interfaces(network)
    for row in _cables(network):
        ends = []
        for node, number in zip((links.src[row], links.dst[row]), numbers[row], strict=True):
            before = "eth" if device[node] in hosts else INTERFACES.get(lab.kind, "eth")
            ends.append(quoted(f"{names[device[node]]}:{before}{number}"))
        told = [format_exact(float(links.capacity_bps[row]), RATE), format_exact(float(links.delay_s[row]), TIME)]
        yield f"    - endpoints: [{', '.join(ends)}]  # {', '.join(told)}, cost {links.cost[row]:.17g}"


def _interfaces(network: Network) -> dict[int, tuple[int, int]]:
    """Numbers of the interfaces at both ends of each cable, from 1, each used once on its device.

    They are the ports of the network; on a device whose ports do not tell its cables apart (on a host, each interface
    counts its own) cables are counted in the order of the network.
    """
    links, device = network.links, network.nodes.device.tolist()
    rows = _cables(network)
    ends = [
        (row, side, device[node], port)
        for row in rows
        for side, node, port in (
            (0, int(links.src[row]), int(links.src_port[row])), (1, int(links.dst[row]), int(links.dst_port[row])),
        )
    ]  # fmt: skip
    uses = Counter((name, port) for _, _, name, port in ends)
    unclear = {name for (name, port), count in uses.items() if count > 1 or port < 1}
    counted: Counter[str] = Counter()
    out: dict[tuple[int, int], int] = {}
    for row, side, name, port in ends:
        counted[name] += 1
        out[row, side] = counted[name] if name in unclear else port
    return {row: (out[row, 0], out[row, 1]) for row in rows}
