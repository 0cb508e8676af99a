"""What Linux machines are told, from the plan of a site: class trees, policers, settings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from easterly.config.linux.qos.hosts import hosts
from easterly.config.linux.qos.render import render
from easterly.model.network import Network
from easterly.model.outcome import Artifact
from easterly.model.qos import PortGroups, QosPlan
from easterly.model.shaping import MOST_B, LinuxQos, Match, Policer, ShapedClass, Shaper, longest_burst_B

ROOT, FIRST_MINOR = "all classes", 0x10
FRAME_B = 1514
"""Largest Ethernet frame of 1,500 bytes of IP, as queues of Linux count it: without its check sequence."""
TICK_S = 0.001
"""What buckets last for. A shaper with timers of high resolution looks far more often; on a busy machine less."""
LEAST_RATE_BPS = 8000
BELOW = 0.95
"""Part of a line's rate at which it is shaped: queues have to be in the shaper, which does not see the preamble, the
check sequence and the gap between frames: 24 bytes, 1.6 % of frames of 1,514 bytes and 4.5 % of 512."""
SOFTWARE_BPS = 100e9
"""Fastest port that is left to a shaper in software (a choice: its classes share one lock, hence one core)."""
EDGE = "wan-edge"


def machines(network: Network, plan: QosPlan) -> list[LinuxQos]:
    """What the machines of a site are told that run Linux.

    Ports of hosts that are set alike share one file, named after their group. Devices with ports towards the WAN get a
    class tree for each that is slow enough for a shaper in software, and policers of nftables for what the plan drops
    or remarks there. Faster ports, and those within a fabric, are left to hardware.

    Parameters
    ----------
    network : Network
    plan : QosPlan

    Returns
    -------
    list of LinuxQos
        Sorted by name.
    """
    if not len(plan.traffic_class):
        return []
    return sorted([*hosts(network, plan), *_edges(network, plan)], key=lambda each: each.device)


def files(network: Network, plan: QosPlan) -> list[Artifact]:
    """Every file of `machines`; those of a group of hosts are of no single device."""
    devices = set(network.nodes.name.tolist())
    return [
        file if file.device in devices else replace(file, device="")
        for machine in machines(network, plan) for file in render(machine)
    ]  # fmt: skip


def _edges(network: Network, plan: QosPlan) -> Iterator[LinuxQos]:
    groups: PortGroups = plan.groups
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for g in range(len(groups)):
        if groups.kind[g] == EDGE:
            for link in groups.ports(g).tolist():
                found[int(network.links.src[link])].append((int(network.links.src_port[link]), g))
    for node, ports in sorted(found.items()):
        slow = [(port, g) for port, g in sorted(ports) if groups.rate_bps[g] <= SOFTWARE_BPS]
        rates = {f"swp{port}": int(float(groups.rate_bps[g]) * BELOW) // 8 * 8 for port, g in slow}
        shapers = tuple(
            shape(plan, port, rate_bps, frame_B=plan.mtu_B)
            for port, rate_bps in rates.items() if rate_bps >= LEAST_RATE_BPS * len(plan.share)
        )  # fmt: skip
        policers = tuple(each for port, g in slow for each in _policers(plan, f"swp{port}", g))
        yield LinuxQos(str(network.nodes.name[node]), shapers, policers)


def _policers(plan: QosPlan, device: str, group: int) -> Iterator[Policer]:
    """Meters at one port: what is above their committed rate is dropped, or gets the code point that they say.

    What is above a peak rate needs no rule of its own where that is the rate of the port.
    """
    meters = plan.policers
    for i in np.flatnonzero(meters.group == group).tolist():
        yellow = str(meters.yellow[i])
        if yellow == "keep":
            continue
        row = int(meters.traffic_class[i])
        points = tuple(np.flatnonzero(plan.dscp_class == row).tolist())
        remark = int(yellow.removeprefix("dscp ")) if yellow.startswith("dscp ") else None
        rate_bps = max(8, round(float(meters.cir_bps[i])) // 8 * 8)
        burst_B = max(1, round(float(meters.cbs_B[i])))
        yield Policer(f"{plan.traffic_class[row]} at {device}", device, rate_bps, burst_B, points, remark=remark)


def shape(
    plan: QosPlan, device: str, rate_bps: int, *, frame_B: int = FRAME_B, tick_s: float = TICK_S, match: Match = "u32"
) -> Shaper:
    """The class tree for one interface.

    Under one class that holds the rate of the interface, every class is assured its share. A strict class goes first
    and gets no more than its share (as `priority: strict` says); the others may borrow all that is idle, in proportion
    to their shares: Linux lends in proportion to quanta, so these are written out, the least being one frame.

    Parameters
    ----------
    plan : QosPlan
    device : str
        Interface.
    rate_bps : int [bit/s]
        Just below the rate of what comes next, so that queues are here and not there.
    frame_B : int [B]
        Largest frame that is sent, after segmentation offload.
    tick_s : float [s]
        What buckets last for: as long as the kernel may look away.
    match : {"u32", "bpf"}

    Returns
    -------
    Shaper

    Raises
    ------
    ValueError
        A plan without classes; a rate below 8 kbit/s for each of them; names that Linux would not take.
    """
    names, share = plan.traffic_class.tolist(), plan.share.tolist()
    if not names:
        raise ValueError(f"{device}: the plan has no classes to shape")
    if rate_bps < LEAST_RATE_BPS * len(names):
        raise ValueError(f"{device}: {rate_bps} bit/s is too little for {len(names)} classes")
    default = _default(plan)
    least = min((s for s in share if s > 0), default=1.0)
    classes = [_class(ROOT, 1, None, rate_bps, rate_bps, frame_B, tick_s, frame_B)]
    for i, name in enumerate(names):
        # Linux keeps whole bytes per second.
        own = max(LEAST_RATE_BPS, round(share[i] * rate_bps) // 8 * 8)
        quantum_B = min(MOST_B, max(frame_B, round(frame_B * share[i] / least)))
        strict = bool(plan.strict[i])
        classes.append(_class(
            name, FIRST_MINOR + i, ROOT, own, own if strict else rate_bps, frame_B, tick_s,
            quantum_B, 0 if strict else 1, _points(plan, i, default),
        ))  # fmt: skip
    return Shaper(device, tuple(classes), names[default], match)


def _class(
    name: str, minor: int, parent: str | None, rate_bps: int, ceil_bps: int, frame_B: int, tick_s: float,
    quantum_B: int, priority: int = 0, dscp: tuple[int, ...] = (),
) -> ShapedClass:  # fmt: skip
    bursts = (bucket_B(rate_bps, frame_B, tick_s), bucket_B(ceil_bps, frame_B, tick_s))
    return ShapedClass(name, minor, parent, rate_bps, ceil_bps, quantum_B, *bursts, priority, dscp)


def bucket_B(rate_bps: int, frame_B: int = FRAME_B, tick_s: float = TICK_S) -> int:
    """Bucket that keeps a rate up although the kernel looks only once in a tick; a frame at least.

    >>> bucket_B(100_000_000), bucket_B(64_000)
    (12500, 1514)
    """
    return min(max(frame_B, int(rate_bps / 8 * tick_s)), longest_burst_B(rate_bps))


def _default(plan: QosPlan) -> int:
    """Where unmarked packets go: the class of code point 0, or else the first in order that is not strict."""
    owner = int(plan.dscp_class[0])
    rows = sorted(range(len(plan.dscp)), key=lambda i: (bool(plan.strict[i]), int(plan.dscp[i])))
    return owner if owner >= 0 else rows[0]


def _points(plan: QosPlan, row: int, default: int) -> tuple[int, ...]:
    """Code points of a class; of the default one only its own, as it gets all others anyway."""
    own = {int(plan.dscp[row])}
    return tuple(sorted(own if row == default else own | set(np.flatnonzero(plan.dscp_class == row).tolist())))
