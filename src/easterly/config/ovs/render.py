"""Flows, groups and ports of a bridge of Open vSwitch."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address, ip_network

from easterly.config.ovs.bridge import Bridge, Way
from easterly.config.templates import template
from easterly.model.outcome import Artifact

MAC = "02:00:5e:00:00:01"
"""Of all gateways: locally administered, and the same everywhere, so that a host may move."""
BRIDGE = "fabric"
FIELDS = ("ip_src", "ip_dst", "ipv6_src", "ipv6_dst", "nw_proto", "tcp_src", "tcp_dst", "udp_src", "udp_dst")
"""Of which Open vSwitch hashes those that a packet has."""
HASH = "selection_method=hash,selection_method_param={seed},fields({fields})"
"""Stated, since the usual one is the datapath's: that in user space takes no account of UDP's ports.

Without a seed switches behind each other would choose alike, and leave ways unused.
"""


def render(bridges: Iterable[Bridge]) -> list[Artifact]:
    """``ovs/<switch>.flows``, ``.groups`` and ``.sh`` for every bridge.

    A bridge routes: table 0 knows the addresses behind every port, learns the hosts' link addresses, and answers ARP
    and neighbour solicitations for gateways and for the neighbours of hosts (RFC 1027); table 1 keeps tenants apart
    where their packets enter; table 2 sets the queue; table 3 has the ways, table 5 the hosts. What no flow takes is
    dropped. Equal ways are a ``select`` group that hashes stated fields with the switch's seed, and whose buckets leave
    with their port; a way with a detour is a ``ff`` group.

    Parameters
    ----------
    bridges : iterable of Bridge

    Returns
    -------
    list of Artifact
    """
    pages = {suffix: template(f"ovs/bridge.{suffix}.j2") for suffix in ("flows", "groups", "sh")}
    files = []
    for b in bridges:
        shape = (
            f"{' hosts' * bool(b.stations)}{' queues' * bool(b.queues)} {b.datapath}"
            f"{' select' * any(g.kind == 'select' for g in b.groups)}{' ff' * any(g.kind == 'ff' for g in b.groups)}"
        )
        words = {
            "b": b, "mac": MAC, "bridge": BRIDGE, "ways": "\n".join(map(_way, b.ways)),
            "hash": HASH.format(seed=b.seed, fields=",".join(FIELDS)),
            "tables": {line.port: line.table for line in b.lines},
            "nets": _nets(b),
        }  # fmt: skip
        for suffix, page in pages.items():
            files.append(Artifact(f"ovs/{b.name}.{suffix}", page.render(words), b.name, "ovs", f"ovs {suffix}{shape}"))
    return files


def _nets(b: Bridge) -> dict[str, str]:
    """The prefix of each host's address: all in it are asked for as neighbours, and the bridge answers for them."""
    nets = [ip_network(prefix) for prefix in b.connected]
    return {s.address: str(net) for s in b.stations for net in nets if ip_address(s.address) in net}


def _way(way: Way) -> str:
    """A flow, joined without a template: a switch of a large site has thousands."""
    field = "ipv6,ipv6_dst" if ":" in way.prefix else "ip,nw_dst"
    to = f"group:{way.group}" if way.group else f"output:{way.port}"
    return f"table=3,priority={1000 + int(way.prefix.rpartition('/')[2])},{field}={way.prefix},actions=dec_ttl,{to}"
