"""Class trees and policers as text for ``tc -batch``; every file of a machine."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.config.linux.qos import bpf
from easterly.config.linux.qos.nft import render_nft
from easterly.config.linux.qos.settings import render_settings
from easterly.model.outcome import Artifact
from easterly.model.shaping import LinuxQos, Policer, ShapedClass, Shaper

MAJOR, INGRESS = 1, "ffff:"
R2Q = 10
"""What HTB would divide rates by to get quanta, if any were left out; its default."""
OCTET_MASK = 0xFC
"""The code point in the octet that it shares with ECN (RFC 3168 section 5)."""


def render(machine: LinuxQos) -> list[Artifact]:
    """Every file of one machine that has something in it.

    Returns
    -------
    list of Artifact
        ``linux/<device>.tc`` for ``tc -batch``, ``linux/<device>.nft`` for ``nft -f``, ``linux/<device>.sysctl.conf``,
        ``linux/<device>.ethtool.sh``, ``linux/<device>.jobs.env``, ``linux/<device>.modprobe.conf``,
        ``linux/<device>.dcb.sh`` (trust, pauses, shares), ``linux/<device>.dcqcn.sh``.
    """
    files = [("tc", render_tc(machine)), ("nft", render_nft(machine)), *render_settings(machine).items()]
    used = {word for each in machine.shapers for word in (each.match, *(leaf.leaf for leaf in each.leaves))}
    shape = " ".join(["linux qos", *sorted(used)])
    return [
        Artifact(f"linux/{machine.device}.{ending}", text, machine.device, "linux", f"{shape} {ending}")
        for ending, text in files if text
    ]  # fmt: skip


def render_tc(machine: LinuxQos) -> str:
    """Shapers, and the policers that tc is to enforce; empty if there are none.

    Every quantum and both bursts are written out, since Linux derives what is missing from the rate and clamps it.
    Loading the text again gives the same: what was there before gives way to a plain queue first.
    """
    policers = [each for each in machine.policers if each.engine == "tc"]
    if not machine.shapers and not policers:
        return ""
    lines = [f"# {machine.device}: quality of service. To be loaded by: tc -batch {machine.device}.tc"]
    for shaper in machine.shapers:
        lines += _shaper(shaper)
    for device in sorted({each.device for each in policers}):
        lines += [f"qdisc replace dev {device} handle {INGRESS} ingress"]
    for index, policer in enumerate(policers, 1):
        lines += _policer(policer, index)
    return "\n".join(lines) + "\n"


def _shaper(shaper: Shaper) -> Iterator[str]:
    on = f"dev {shaper.device}"
    yield f"qdisc replace {on} root pfifo"
    yield f"qdisc replace {on} root handle {MAJOR}: htb default {shaper.minor(shaper.default):#x} r2q {R2Q}"
    leaves = {each.name for each in shaper.leaves}
    for each in shaper.classes:
        yield f"# class {each.name}"
        yield f"class add {on} parent {_id(shaper.minor(each.parent))} classid {_id(each.minor)} htb {_numbers(each)}"
        if each.name in leaves:
            limit = "" if each.limit is None else f" limit {each.limit}"
            yield f"qdisc add {on} parent {_id(each.minor)} {each.leaf}{limit}"
    yield from _filters(shaper)


def _id(minor: int) -> str:
    return f"{MAJOR}:{minor:x}" if minor else f"{MAJOR}:"


def _numbers(given: ShapedClass) -> str:
    return (
        f"rate {given.rate_bps}bit ceil {given.ceil_bps}bit burst {given.burst_B}b cburst {given.cburst_B}b "
        f"prio {given.priority} quantum {given.quantum_B}"
    )


def _filters(shaper: Shaper) -> Iterator[str]:
    base = f"filter add dev {shaper.device} parent {MAJOR}:"
    if shaper.match == "bpf":
        targets = {point: MAJOR << 16 | each.minor for each in shaper.classes for point in each.dscp}
        yield f'{base} protocol all prio 1 bpf bytecode "{bpf.text(bpf.program(targets))}"'
        return
    for each in shaper.classes:
        for point in each.dscp:
            for number, way in enumerate(_ways(point), 1):
                yield f"{base} {way.format(number)} flowid {_id(each.minor)}"


def _ways(point: int) -> tuple[str, str]:
    """How u32 tells a code point, in IPv4 and in IPv6; the priority is left open."""
    octet = f"{point << 2:#04x} {OCTET_MASK:#04x}"
    return (
        f"protocol ip prio {{}} u32 match ip dsfield {octet}",
        f"protocol ipv6 prio {{}} u32 match ip6 priority {octet}",
    )


def _policer(policer: Policer, index: int) -> Iterator[str]:
    """Filters of one policer; they share one bucket, by its index."""
    yield f"# policer {policer.name}"
    ways = [way for point in policer.dscp for way in _ways(point)] or ["protocol all prio {} u32 match u32 0 0"]
    bucket = f"rate {policer.rate_bps}bit burst {policer.burst_B}b conform-exceed drop/ok "
    for way in ways:
        # Filters of one priority are of one protocol.
        number = 3 * index + ("ip " in way) + 2 * ("ipv6 " in way)
        said = way.format(number)
        yield f"filter add dev {policer.device} parent {INGRESS} {said} action police index {index} {bucket}".rstrip()
        bucket = ""
