"""Where packets went: counted flow by flow as they leave, and by the interfaces of the lab."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from easterly.app.lab.measure.choice import End, Way
from easterly.app.lab.measure.flows import Flow
from easterly.app.lab.spaces import Space
from easterly.base.schema import Doc

TABLE = "easterly-measure"
MOST = 65_535
"""Flows that one node counts."""
COUNTING = """\
table inet {table} {{
 set seen {{
  type ifname . inet_service
  flags dynamic
  size {most}
  counter
 }}
 chain leaving {{
  type filter hook postrouting priority 300
  meta l4proto {{ tcp, udp }} th dport {port} add @seen {{ oifname . th sport }}
 }}
}}
"""
Taken = dict[int, dict[End, int]]
"""Packets by source port, and by node and interface that they left."""


@contextmanager
def counted(spaces: Mapping[str, Space], port: int) -> Iterator[Callable[[], Taken]]:
    """Count at nodes what leaves them to a port, by interface and source port; called, it tells.

    Parameters
    ----------
    spaces : mapping of str to Space
        Nodes that count.
    port : int
        Destination port of what is counted.
    """
    with ExitStack() as held:
        for space in spaces.values():
            space.run("nft", "-f", "-", text=COUNTING.format(table=TABLE, most=MOST, port=port))
            held.callback(space.run, "nft", "delete", "table", "inet", TABLE)
        yield lambda: _taken(spaces)


def _taken(spaces: Mapping[str, Space]) -> Taken:
    made: Taken = defaultdict(dict)
    for node, space in spaces.items():
        shown: dict[str, Any] = json.loads(space.run("nft", "-j", "list", "set", "inet", TABLE, "seen"))
        for row in (each["set"] for each in shown["nftables"] if "set" in each):
            for elem in (each["elem"] for each in row.get("elem", [])):
                device, port = elem["val"]["concat"]
                made[int(port)][node, device] = elem["counter"]["packets"]
    return dict(made)


def strays(flows: Sequence[Flow], ways: Sequence[Way], taken: Taken, packets: int) -> tuple[str, ...]:
    """Flows that did not go the ways that were computed, every packet of them; in words.

    Parameters
    ----------
    flows : sequence of Flow
    ways : sequence of Way
        Computed.
    taken : Taken
        Counted.
    packets : int
        That each flow sent.
    """
    made = []
    for flow, way in zip(flows, ways, strict=True):
        found = taken.get(flow.src_port, {})
        if found != dict.fromkeys(way, packets):
            passed = ", ".join(f"{node} {device} ({count})" for (node, device), count in sorted(found.items()))
            wanted = ", ".join(f"{node} {device}" for node, device in way)
            made.append(f"{flow}: over {passed or 'nothing'}, not over {wanted}")
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Counts:
    """What an interface has received and sent."""

    in_B: Annotated[int, Doc("Bytes received.")]
    in_packets: Annotated[int, Doc("Packets received.")]
    out_B: Annotated[int, Doc("Bytes sent.")]
    out_packets: Annotated[int, Doc("Packets sent.")]

    def since(self, before: Counts) -> Counts:
        """What came in between."""
        return Counts(
            self.in_B - before.in_B, self.in_packets - before.in_packets,
            self.out_B - before.out_B, self.out_packets - before.out_packets,
        )  # fmt: skip


def interfaces(spaces: Mapping[str, Space]) -> dict[End, Counts]:
    """Counters of all interfaces of nodes, as the kernel keeps them (proc(5), /proc/net/dev)."""
    return {
        (node, device): counts
        for node, space in spaces.items()
        for device, counts in space.call(_read).items()
    }  # fmt: skip


def _read() -> dict[str, Counts]:
    # The link /proc/net belongs to the process, whose first thread is in no namespace of the lab.
    lines = Path("/proc/thread-self/net/dev").read_text(encoding="ascii").splitlines()[2:]
    rows = {name.strip(): rest.split() for name, _, rest in (line.partition(":") for line in lines)}
    return {name: Counts(*(int(row[i]) for i in (0, 1, 8, 9))) for name, row in rows.items()}
