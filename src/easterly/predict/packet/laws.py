"""Transports as the kernel wants them: a law, and its numbers by name."""

from __future__ import annotations

from dataclasses import fields

from easterly._kernel import packet
from easterly.base.findings import did_you_mean
from easterly.model.packets import Dcqcn, OpenLoop, Transport
from easterly.predict.packet.ticks import NEVER_PS, PER_S, ticks

HOST = (
    "packet_B", "header_B", "ack_B", "nic_B", "duplicates", "first_window", "most_window", "g", "fast_convergence",
    "ack_class", "ideal_acks", "acks_every", "pacing", "counts_acks", "classic_ecn",
    "prr", "rack", "tail_probe", "frto",
)  # fmt: skip
TIMES = ("least_timeout", "ack_delay", "host")
MOST_AHEAD = 1 << 31
"""Packets, which no window reaches."""

GAPS = ("constant", "exponential")
LENGTHS = ("fixed", "exponential", "bimodal")
PHASES = ("fixed", "exponential", "pareto")
RECOVERY = ("selective", "go-back-n")
DELAYS = ("none", "moments", "histogram")


def law_of(transport: Transport) -> packet.Law:
    """The law of a transport with all its numbers.

    Raises
    ------
    ValueError
        A number out of its range.
    """
    values = {name: float(getattr(transport, name)) for name in HOST}
    values |= {f"{name}_ps": ticks(getattr(transport, f"{name}_s")) for name in TIMES}
    values["go_back"] = _number("recovery", transport.recovery, RECOVERY)
    values["ask_again_ps"] = min(transport.ask_again_s * PER_S, float(NEVER_PS))
    payload_B = max(transport.packet_B - transport.header_B, 1)
    values["ahead"] = max(min(transport.receive_B // payload_B, MOST_AHEAD), 1)
    values["delays"] = _number("delays", transport.delays, DELAYS)
    return packet.Law(transport.law, values | _dcqcn(transport.dcqcn) | _windows(transport) | _open(transport.open))


def _number(field: str, name: str, names: tuple[str, ...]) -> int:
    if name not in names:
        raise ValueError(f"{field} is {name!r}: {did_you_mean(name, names)}")
    return names.index(name)


def _open(how: OpenLoop) -> dict[str, float]:
    return {
        "source_bps": how.rate_bps, "gaps": _number("gaps", how.gaps, GAPS),
        "lengths": _number("lengths", how.lengths, LENGTHS), "phases": _number("phases", how.phases, PHASES),
        "small_B": how.small_B, "small_share": how.small_share, "shape": how.shape,
        "on_ps": ticks(how.on_s), "off_ps": ticks(how.off_s),
    }  # fmt: skip


def _windows(transport: Transport) -> dict[str, float]:
    """Numbers of laws that have many: times in picoseconds, names behind that of the law."""
    made: dict[str, float] = {}
    for law in ("swift", "bbr", "timely", "hpcc"):
        how = getattr(transport, law)
        for each in fields(how):
            value = getattr(how, each.name)
            name = f"{law}_{each.name}"
            made |= {f"{name[:-2]}_ps": ticks(value)} if name.endswith("_s") else {name: value}
    return made


def _dcqcn(how: Dcqcn) -> dict[str, float]:
    times = {
        "alpha_timer_ps": how.alpha_timer_s, "rate_timer_ps": how.rate_timer_s,
        "gap_ps": how.gap_s, "reaction_ps": how.reaction_s, "decrease_ps": how.cut_every_s,
    }  # fmt: skip
    return {
        "dcqcn_g": how.g, "fast_steps": how.fast_steps, "counter_B": how.counter_B,
        "additive_bps": how.additive_bps, "hyper_bps": how.hyper_bps, "least_bps": how.least_bps,
        "cnp_class": how.cnp_class, "clamp_target": how.clamp,
    } | {name: ticks(time_s) for name, time_s in times.items()}  # fmt: skip
