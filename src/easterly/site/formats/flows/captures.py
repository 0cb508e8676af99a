"""Captures (pcap, pcapng): when packets were seen, how large they were, and which flow each is of.

Nothing of what packets carry is kept. Times are those of the capture, from its first packet on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Annotated

import numpy as np

from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, TextColumn, floats, indices, ints, texts
from easterly.base.findings import Finding
from easterly.base.schema import Doc, Unit
from easterly.model.workload import Workload
from easterly.site.formats.flows.blocks import MAGIC, Seen, packets
from easterly.site.formats.flows.headers import Key, key_of
from easterly.site.formats.found import Found
from easterly.site.formats.opening import content

LONGEST_ns = 1 << 61


@dataclass(frozen=True, slots=True)
class Captured:
    """Packets of a capture, by flow."""

    src: Annotated[TextColumn, Doc("(F,) address that a flow comes from.")]
    dst: Annotated[TextColumn, Doc("(F,) address that it goes to.")]
    protocol: Annotated[IntColumn, Doc("(F,) of IP: 6 TCP, 17 UDP.")]
    src_port: Annotated[IntColumn, Doc("(F,) port; -1 where there is none.")]
    dst_port: Annotated[IntColumn, Doc("(F,) port; -1 where there is none.")]
    flow: Annotated[IntColumn, Doc("(P,) flow of each packet.")]
    time_s: Annotated[FloatColumn, Unit("s"), Doc("(P,) when it was seen, after the first.")]
    size_B: Annotated[IndexColumn, Unit("B"), Doc("(P,) size on the link, as the capture says it.")]
    other: Annotated[int, Doc("Packets that are no IP, and are left out.")]

    def __len__(self) -> int:
        return len(self.src)

    def workload(self, name: str = "capture") -> tuple[Workload, TextColumn]:
        """Flows with all their bytes at their first packet, and the addresses that hosts stand for."""
        hosts = np.unique(np.concatenate([self.src, self.dst]))
        size_B = np.zeros(len(self), dtype=np.int64)
        np.add.at(size_B, self.flow, self.size_B)
        first_s = np.full(len(self), np.inf)
        np.minimum.at(first_s, self.flow, self.time_s)
        apart = self.src != self.dst
        zero = np.zeros(int(apart.sum()))
        made = Workload(
            ints(np.searchsorted(hosts, self.src[apart])), ints(np.searchsorted(hosts, self.dst[apart])),
            indices(np.maximum(size_B[apart], 1)), floats(first_s[apart]), ints(zero), ints(zero), texts([name]),
            indices(np.zeros(len(zero) + 1)), ints([]), floats(zero),
        )  # fmt: skip
        return made, texts(hosts)


def read_capture(path: str | Path) -> tuple[Captured | None, tuple[Finding, ...]]:
    """Read a capture.

    Parameters
    ----------
    path : path
        pcap (of microseconds or nanoseconds, either byte order) or pcapng; links of Ethernet, IP without more, Linux
        cooked captures and loopbacks.

    Returns
    -------
    Captured or None
        None if there is an error.
    tuple of Finding
        Each error names the byte at which it is.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    found = Found(str(path))
    seen = _seen(Path(path), found)
    made = None if seen is None else _captured(seen, found)
    return made, found.all()


def read_packets(path: str | Path) -> tuple[tuple[IndexColumn, IndexColumn] | None, tuple[Finding, ...]]:
    """Read when the packets of a capture were seen and how large they were, whatever they carry.

    Parameters
    ----------
    path : path
        pcap or pcapng, as for `read_capture`.

    Returns
    -------
    (P,) int [ns] and (P,) int [B], or None
        From the first packet on, in the order of time; None if there is an error.
    tuple of Finding
        Each error names the byte at which it is.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    found = Found(str(path))
    seen = _seen(Path(path), found)
    made = None if seen is None else _packets(seen, found)
    return made, found.all()


def is_capture(data: bytes) -> bool:
    """Whether a file that begins so is a capture."""
    return data[:4] in MAGIC


def _seen(path: Path, found: Found) -> Iterator[Seen] | None:
    data = content(path, found)
    if data == b"":
        found.error("E133", "the file is empty")
    return packets(data, found) if data else None


def _packets(seen: Iterator[Seen], found: Found) -> tuple[IndexColumn, IndexColumn] | None:
    rows = [(each.time_ns, each.size_B, each.timed) for each in seen]
    untimed = sum(not timed for _, _, timed in rows)
    if found.failed:
        return None
    if not rows:
        found.error("E133", "the capture has no packets")
    elif untimed:
        found.error("E133", f"{untimed:,} packets have no time, as simple packet blocks hold none",
                    hint="capture them with times, in enhanced packet blocks")  # fmt: skip
    elif max(rows)[0] - min(rows)[0] >= LONGEST_ns:
        found.error("E122", "the packets are more than 73 years apart", hint="the clock of the capture may be wrong")
    if found.failed:
        return None
    rows.sort(key=itemgetter(0))
    return indices([at - rows[0][0] for at, _, _ in rows]), indices([size_B for _, size_B, _ in rows])


def _captured(seen: Iterator[Seen], found: Found) -> Captured | None:
    rows: dict[Key, int] = {}
    flow, time_ns, size_B, other = [], [], [], 0
    for packet in seen:
        key = key_of(packet.link_type, packet.data)
        if key is None:
            other += 1
            continue
        flow.append(rows.setdefault(key, len(rows)))
        time_ns.append(packet.time_ns)
        size_B.append(packet.size_B)
    if not rows and not found.failed:
        found.error("E133", "the capture has no packet of IP")
    if found.failed:
        return None
    first_ns = min(time_ns)
    src, dst, protocol, src_port, dst_port = zip(*rows, strict=True)
    return Captured(
        texts(src), texts(dst), ints(protocol), ints(src_port), ints(dst_port), ints(flow),
        floats([(at - first_ns) * 1e-9 for at in time_ns]), indices(size_B), other,
    )  # fmt: skip
