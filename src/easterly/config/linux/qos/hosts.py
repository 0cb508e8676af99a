"""What the hosts of a site are told, from its plan: one machine for each group of ports that are set alike."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from easterly.base.units import RATE, SIZE, TIME, parse
from easterly.model.cards import PRIORITIES, Card, Reaction
from easterly.model.network import Network
from easterly.model.qos import QosPlan
from easterly.model.shaping import LinuxQos, Settings

ALL_QUEUES = 0
UNSAID = {
    "mark": "by what sends: the option of its sockets (IP_TOS, IPV6_TCLASS), or for RDMA the environment of its job",
    "dcqcn": "on interfaces with the driver mlx5 (dcqcn.sh); those of other makers have tools of their own",
}
"""Layers that no file holds for every host, and where their values go instead."""
Told = dict[str, dict[str, str]]
"""Values by layer and key."""


def hosts(network: Network, plan: QosPlan) -> Iterator[LinuxQos]:
    """Settings of the hosts of every group, named after it."""
    groups = plan.groups
    for g in np.unique(plan.settings.group).tolist():
        ports = np.unique(network.links.src_port[groups.ports(g)]).tolist()
        yield LinuxQos(
            f"qos-{slug(str(groups.name[g]))}", settings=_settings(plan, g, [f"nic{port}" for port in ports])
        )


def unsaid(plan: QosPlan) -> Iterator[tuple[str, str, str, str, str]]:
    """Settings that no file of a host holds for all of them: group, queue, what, value, and why."""
    rows = plan.settings
    for i in np.flatnonzero(np.isin(rows.layer, list(UNSAID))).tolist():
        layer, key = str(rows.layer[i]), str(rows.key[i])
        queue = str(int(plan.queue[rows.traffic_class[i]]))
        yield str(plan.groups.name[rows.group[i]]), queue, f"{layer} {key}", str(rows.value[i]), UNSAID[layer]


def slug(name: str) -> str:
    """A name as part of a file's name.

    >>> slug("train/host-nic/quad/400Gb/s/3m")
    'train-host-nic-quad-400Gbps-3m'
    """
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name.replace("b/s", "bps"))


def _settings(plan: QosPlan, group: int, devices: list[str]) -> Settings:
    told = _told(plan, group)
    sysctl = dict(told.get("sysctl", {})) | {f"net.core.{k}": v for k, v in told.get("qdisc", {}).items()}
    ethtool = told.get("ethtool", {})
    features = {key: value == "on" for key, value in ethtool.items() if key != "combined"}
    count = ethtool.get("combined")
    queues = {} if count is None else dict.fromkeys(devices, ALL_QUEUES if count == "max" else int(count))
    card, reaction = _card(plan, told.get("nic", {})), _reaction(plan, group, told.get("dcqcn", {}))
    return Settings(
        sysctl,
        {device: features for device in devices if features},
        queues,
        modules=_modules(told.get("dctcp", {})),
        cards={} if card is None else dict.fromkeys(devices, card),
        reactions={} if reaction is None else dict.fromkeys(devices, reaction),
    )


def _told(plan: QosPlan, group: int) -> Told:
    """Settings of a group; in the layers that are written, those of its classes are the same for every class."""
    rows = plan.settings
    told: Told = {}
    for i in np.flatnonzero(rows.group == group).tolist():
        told.setdefault(str(rows.layer[i]), {})[str(rows.key[i])] = str(rows.value[i])
    return told


def _modules(dctcp: dict[str, str]) -> dict[str, str]:
    """Gain of DCTCP: the kernel has it as a power of two, g = 1 / 2^shift (net/ipv4/tcp_dctcp.c)."""
    if "g" not in dctcp:
        return {}
    shift = round(-math.log2(Fraction(dctcp["g"])))
    return {"tcp_dctcp dctcp_shift_g": str(shift)}


def _card(plan: QosPlan, told: dict[str, str]) -> Card | None:
    """Bridging of an interface; None where the plan has queues that priorities of Ethernet cannot tell."""
    if not told or int(plan.queue.max()) not in PRIORITIES:
        return None
    paused, kinds, weight = (told[key].split(",") for key in ("pfc", "tsa", "tcbw"))
    return Card(
        tuple(p for p in PRIORITIES if paused[p] == "1"),
        tuple(p for p in PRIORITIES if kinds[p] == "strict"),
        tuple(int(w) for w in weight),
        tuple(plan.queue[plan.dscp_class].tolist()),
        told["trust"],
    )


def _reaction(plan: QosPlan, group: int, told: dict[str, str]) -> Reaction | None:
    """Parameters of DCQCN for the classes that have any."""
    if not told:
        return None
    rows = plan.settings
    classes = np.unique(rows.traffic_class[(rows.group == group) & (rows.layer == "dcqcn")])
    dscp = int(told["cnp_dscp"]) if "cnp_dscp" in told else None
    return Reaction(
        tuple(sorted(set(plan.queue[classes].tolist()))),
        float(Fraction(told["g"])),
        parse(told["alpha_timer"], TIME),
        parse(told["rate_timer"], TIME),
        parse(told["byte_counter"], SIZE),
        int(told["fast_recovery"]),
        parse(told["rate_increase"], RATE),
        parse(told["cnp_interval"], TIME),
        dscp,
        None if dscp is None else int(plan.queue[plan.dscp_class[dscp]]),
    )
