"""What hosts have to be set to: marks, congestion control, buffers, offloads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from easterly.base.columns import FloatColumn, ints, texts
from easterly.base.units import RATE, SIZE, TIME, format_short
from easterly.model.qos import Settings
from easterly.model.spec.site import Site
from easterly.qos.memory.formulas import bdp_B
from easterly.qos.planning.ledger import ALL
from easterly.qos.planning.marking import Classes
from easterly.qos.planning.ports import WAN, Ports

Row = tuple[int, int, str, str, str, str]

PAPER_BPS = 40e9
"""Rate at which the paper on DCQCN sets its additive increase."""
DCQCN = (
    ("g", "1/256", "gain of the rate's average"),
    ("cnp_interval", "50us", "at most one congestion notification per flow and interval"),
    ("alpha_timer", "55us", "time without notifications after which alpha falls"),
    ("rate_timer", "55us", "time between increases"),
    ("byte_counter", "10MB", "bytes between increases"),
    ("fast_recovery", "5", "steps back to the target rate"),
)
DCQCN_SOURCE = "Zhu et al. 2015 (DCQCN), section 6; start values: HPCC's authors report that production needs tuning"


@dataclass(frozen=True, slots=True)
class Host:
    """One group of host ports."""

    group: int
    rate_bps: float
    rtt_s: float
    far_rtt_s: float


def settings(
    site: Site, made: Ports, rtt_s: FloatColumn, classes: Classes, queue: Sequence[int], weight: Sequence[int]
) -> Settings:
    """Settings of the hosts of each group.

    Parameters
    ----------
    site : Site
    made : Ports
    rtt_s : (G,) float
    classes : Classes
    queue, weight : (C,) int
    """
    rows: list[Row] = []
    for host in _hosts(made, rtt_s):
        rows += _kernel(host, classes)
        rows += _card(host, classes, queue, weight)
        for row in range(len(classes)):
            rows += _class(host, classes, row)
    group, cls, layer, key, value, why = zip(*rows, strict=True) if rows else ((),) * 6
    return Settings(ints(group), ints(cls), texts(layer), texts(key), texts(value), texts(why))


def _hosts(made: Ports, rtt_s: FloatColumn) -> Iterator[Host]:
    for g in range(len(made)):
        if made.is_host(g):
            far = [
                float(rtt_s[e]) for e in range(len(made)) if made.faces[e] == WAN and made.fabric[e] == made.fabric[g]
            ]
            yield Host(g, float(made.rate_bps[g]), float(rtt_s[g]), max([float(rtt_s[g]), *far]))


def _kernel(host: Host, classes: Classes) -> Iterator[Row]:
    """TCP: memory for two products of rate and round trip, as a window has to cover what is lost and what is sent."""
    product_B = bdp_B(host.rate_bps, host.far_rtt_s)
    most = max(4 * 1024 * 1024, round(2 * product_B))
    why = (
        f"2 x {format_short(host.rate_bps, RATE)} x {format_short(host.far_rtt_s, TIME)} = "
        f"{format_short(2 * product_B, SIZE)}, at least 4 MiB (choice): half of it is overhead (tcp_adv_win_scale)"
    )
    for side in ("rmem", "wmem"):
        yield host.group, ALL, "sysctl", f"net.core.{side}_max", str(most), why
        start = 131072 if side == "rmem" else 16384
        yield host.group, ALL, "sysctl", f"net.ipv4.tcp_{side}", f"4096 {start} {most}", why
    marks = any(classes.marks(row) and not c.lossless for row, c in enumerate(classes.specs))
    control = "dctcp" if marks else "cubic"
    reason = "classes with drops are marked, so its answer is in proportion to marks (RFC 8257)" if marks else (
        "no class with drops is marked (RFC 9438)")  # fmt: skip
    yield host.group, ALL, "sysctl", "net.ipv4.tcp_congestion_control", control, reason
    yield (
        host.group,
        ALL,
        "sysctl",
        "net.ipv4.tcp_ecn",
        "1" if marks else "2",
        "RFC 3168: ask for marks where there are any",
    )
    yield host.group, ALL, "qdisc", "default_qdisc", "fq", "paces each flow, so that no window leaves in one burst"


def _card(host: Host, classes: Classes, queue: Sequence[int], weight: Sequence[int]) -> Iterator[Row]:
    """The interface: offloads, trust, pauses, weights."""
    for key in ("tso", "gso", "gro", "rx", "tx"):
        yield host.group, ALL, "ethtool", key, "on", "at this rate a core cannot handle frames one by one"
    yield host.group, ALL, "ethtool", "combined", "max", "as many queues as cores: receive-side scaling spreads flows"
    yield host.group, ALL, "nic", "trust", "dscp", "the code point tells the class, tagged or not"
    paused = [str(int(any(c.lossless and q == p for c, q in zip(classes.specs, queue, strict=True)))) for p in range(8)]
    yield host.group, ALL, "nic", "pfc", ",".join(paused), "priorities of lossless classes (IEEE 802.1Qbb)"
    share = [sum(w for q, w in zip(queue, weight, strict=True) if q == p) for p in range(8)]
    alone = {q for q in queue if q in range(8) and not share[q]} if any(share) else set(range(8))
    kinds = ["strict" if p in alone else "ets" for p in range(8)]
    yield (
        host.group,
        ALL,
        "nic",
        "tsa",
        ",".join(kinds),
        "strict for strict classes, else enhanced transmission selection",
    )
    yield (
        host.group, ALL, "nic", "tcbw", ",".join(map(str, share)),
        "weights of the plan (IEEE 802.1Qaz)",
    )  # fmt: skip


def _class(host: Host, classes: Classes, row: int) -> Iterator[Row]:
    """Marks of one class, and how its senders answer to congestion."""
    c = classes.specs[row]
    octet = c.dscp << 2
    yield host.group, row, "mark", "dscp", str(c.dscp), f"code point of class {c.name}"
    if c.lossless:
        yield host.group, row, "nccl", "NCCL_IB_TC", str(octet), f"{c.dscp} x 4: the octet, above the two bits of ECN"
        yield host.group, row, "nccl", "NCCL_IB_FIFO_TC", str(octet), "its control messages in the same class"
    if c.lossless and classes.marks(row):
        for key, value, meaning in DCQCN:
            yield host.group, row, "dcqcn", key, value, f"{meaning}; {DCQCN_SOURCE}"
        increase = 40e6 * host.rate_bps / PAPER_BPS
        yield (
            host.group, row, "dcqcn", "rate_increase", format_short(increase, RATE),
            f"40 Mb/s x {format_short(host.rate_bps, RATE)} / 40 Gb/s; {DCQCN_SOURCE}",
        )  # fmt: skip
        notice = next((o.dscp for o in classes.specs if o.priority == "strict" and o.dscp == 48), None)
        if notice is not None:
            yield (
                host.group,
                row,
                "dcqcn",
                "cnp_dscp",
                str(notice),
                "notifications in the strict class of network control",
            )
    elif classes.marks(row):
        yield host.group, row, "dctcp", "g", "1/16", "RFC 8257, section 3.3"
