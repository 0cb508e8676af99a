"""Rules of quality of service: shares, code points, queues."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from easterly.base.findings import Finding, Severity, rule
from easterly.base.units import SHARE, format_short
from easterly.model.spec.policy import TrafficClass
from easterly.model.spec.site import Site
from easterly.qos import checks_buffers, checks_marks, checks_memory, checks_plan, checks_shares
from easterly.qos.plan import PRIORITIES, assign, queues, stated

MORE = (checks_buffers, checks_marks, checks_memory, checks_plan, checks_shares)
"""Modules whose rules register themselves when they are imported."""

SCAVENGER = {8: "RFC 4594: CS1 is for what may starve", 1: "RFC 8622: LE is less than best effort"}
MANAGEMENT = {"management", "mgmt", "mgt", "oam", "control", "monitoring", "telemetry", "snmp", "ssh", "ptp", "ntp"}
CS2, CS6, CS7 = 16, 48, 56
EF = 46
LOSSLESS_LIMIT = 2
TOLERANCE = 1e-6
EF_LIMIT = 0.3


def _classes(site: Site) -> list[TrafficClass]:
    return [site.classes[name] for name in sorted(site.classes)]


def _percent(share: float) -> str:
    return format_short(share, SHARE)


@rule("E801", "two classes have one code point")
def code_points_mean_one_thing(site: Site) -> Iterator[Finding]:
    """A packet's code point tells its class."""
    points = [(c.dscp, False, i, c) for i, c in enumerate(_classes(site))]
    points += [(point, True, i, c) for i, c in enumerate(_classes(site)) for point in c.also]
    used = {point for point, *_ in points}
    for dscp, same in groupby(sorted(points, key=lambda one: one[:3]), key=lambda one: one[0]):
        first, *others = same
        free = next((d for d in (0, 10, 18, 26, 34, 46, 2, 4, 6) if d not in used), None)
        for _, beside, _, other in others:
            yield Finding(
                code="E801",
                at=f"{other.origin}/{'also' if beside else 'dscp'}",
                message=f"dscp {dscp} already means class {first[3].name}",
                hint=f"dscp {free} is free" if free is not None else "give each class a code point of its own",
            )


@rule("E802", "more than one class takes the rest")
def one_class_takes_the_rest(site: Site) -> Iterator[Finding]:
    """``share: rest`` stands once."""
    takers = [c for c in _classes(site) if c.share == "rest"]
    for other in takers[1:]:
        yield Finding(
            code="E802",
            at=f"{other.origin}/share",
            message=f"class {takers[0].name} already takes the rest",
            hint="give one of them a number, such as 10%",
        )


@rule("E803", "a strict class has no limit")
def strict_classes_are_limited(site: Site) -> Iterator[Finding]:
    """Strict priority is policed to a share below the whole; otherwise it can starve every other class."""
    for c in _classes(site):
        if c.priority == "strict" and (c.share == "rest" or c.share >= 1):
            yield Finding(
                code="E803",
                at=f"{c.origin}/share",
                message=f"strict class {c.name} is not limited: it can starve all others",
                hint="write the share to which it is policed, such as 10%",
            )


@rule("E804", "shares of classes do not add up to 100 %")
def shares_add_up(site: Site) -> Iterator[Finding]:
    """Shares add up to the whole, or leave something for the class that takes the rest."""
    total, has_rest = stated(_classes(site)), any(c.share == "rest" for c in _classes(site))
    gap = 1 - total
    if not site.classes or abs(gap) <= TOLERANCE or (has_rest and gap > 0):
        return
    if gap > 0:
        hint = f"give the missing {_percent(gap)} to a class, or write `share: rest` on one of them"
    else:
        hint = f"take {_percent(-gap)} from a class"
    yield Finding(
        code="E804", at="classes", message=f"classes share {_percent(total)} of the link", hint=hint, on_key=True
    )


@rule("E805", "more classes than queues")
def queues_suffice(site: Site) -> Iterator[Finding]:
    """Every class has a queue of its own on every switch."""
    count = queues(site)
    if len(site.classes) > count:
        small = min(sorted(site.hardware.switches), key=lambda name: site.hardware.switches[name].queues)
        yield Finding(
            code="E805",
            at="classes",
            message=f"{len(site.classes)} classes for the {count} queues of a port of {small}",
            hint=f"merge {len(site.classes) - count} of them into others",
            on_key=True,
        )


@rule("E806", "a code point is used against its convention")
def conventions_hold(site: Site) -> Iterator[Finding]:
    """CS1 and LE are for scavengers, CS6 and CS7 for the network itself, EF for what is small and urgent."""
    for c in _classes(site):
        reason = _against_convention(c)
        if reason:
            message, hint = reason
            yield Finding("E806", f"{c.origin}/dscp", message, hint, Severity.WARNING)


def _against_convention(c: TrafficClass) -> tuple[str, str] | None:
    number = 1.0 if c.share == "rest" else float(c.share)
    if c.dscp in SCAVENGER and (c.priority == "strict" or c.lossless):
        return f"dscp {c.dscp} of class {c.name} marks scavenger traffic", f"{SCAVENGER[c.dscp]}; management is CS2, 16"
    if c.dscp in SCAVENGER and not MANAGEMENT.isdisjoint(re.split(r"[^a-z]+", c.name.lower())):
        text = f"dscp {c.dscp} of class {c.name} marks what may starve, not what the network is run with"
        return text, f"{SCAVENGER[c.dscp]}; write dscp: {CS2} (CS2), its code point for management"
    if c.dscp == CS7:
        return (
            f"dscp {CS7} of class {c.name} is reserved for the network",
            "RFC 4594, section 3.2: do not use CS7 for users",
        )
    if c.dscp == CS6 and number > EF_LIMIT:
        return (
            f"dscp {CS6} of class {c.name} is network control",
            "RFC 4594: CS6 carries routing; choose an AF code point",
        )
    if c.dscp == EF and c.priority == "weighted" and number > EF_LIMIT:
        return (
            f"dscp {EF} (EF) of class {c.name} is for a small, policed load",
            f"RFC 3246: limit it below {_percent(EF_LIMIT)} with priority: strict, or choose an AF code point",
        )
    return None


@rule("E807", "many lossless classes")
def lossless_classes_are_few(site: Site) -> Iterator[Finding]:
    """Each lossless class takes headroom on every port."""
    lossless = [c for c in _classes(site) if c.lossless]
    for c in lossless[LOSSLESS_LIMIT:]:
        yield Finding(
            code="E807",
            at=f"{c.origin}/lossless",
            message=f"class {c.name} is one of {len(lossless)} that are lossless: each takes headroom on every port",
            hint=f"{LOSSLESS_LIMIT} lossless classes are usual; let the others drop and mark",
            severity=Severity.WARNING,
        )


@rule("E808", "a queue is taken, or does not exist")
def queue_numbers_are_good(site: Site) -> Iterator[Finding]:
    """Queue numbers that are written out differ, and exist."""
    count, owner = queues(site), dict[int, str]()
    for c in _classes(site):
        if c.queue is None:
            continue
        if c.queue >= count:
            message = f"queue {c.queue} of class {c.name} does not exist: ports have queues 0 to {count - 1}"
            yield Finding("E808", f"{c.origin}/queue", message, "leave queue out to have one chosen")
        elif c.lossless and c.queue >= PRIORITIES:
            message = f"queue {c.queue} of lossless class {c.name} cannot be paused: a pause names priorities 0 to 7"
            yield Finding("E808", f"{c.origin}/queue", message, "write a queue from 0 to 7, or leave queue out")
        elif c.queue in owner:
            message = f"queue {c.queue} already serves class {owner[c.queue]}"
            yield Finding("E808", f"{c.origin}/queue", message, "leave queue out to have a free one chosen")
        owner.setdefault(c.queue, c.name)
    yield from _beyond_priorities(site, count)


def _beyond_priorities(site: Site, count: int) -> Iterator[Finding]:
    """Queues that the text of a switch cannot name, as it counts the eight priorities of IEEE 802.1Q."""
    systems = sorted({switch.os for switch in site.hardware.switches.values()} - {"linux"})
    queue = assign(_classes(site), count)
    for c in _classes(site):
        if not systems or c.lossless or queue[c.name] not in range(PRIORITIES, count):
            continue
        yield Finding(
            "E808",
            f"{c.origin}/queue" if c.queue is not None else c.origin,
            f"queue {queue[c.name]} of class {c.name}: the text of {' and '.join(systems)} knows queues 0 to "
            f"{PRIORITIES - 1}",
            f"give it one of those: queue: {next((q for q in range(PRIORITIES) if q not in queue.values()), 0)}",
        )


@rule("E809", "unmarked traffic has no class")
def unmarked_traffic_has_a_class(site: Site) -> Iterator[Finding]:
    """Packets with code point 0, such as those of hosts that mark nothing, belong somewhere."""
    if site.classes and all(0 not in (c.dscp, *c.also) for c in _classes(site)):
        rest = next((c.name for c in _classes(site) if c.share == "rest"), None)
        yield Finding(
            code="E809",
            at="classes",
            message="no class has dscp 0: traffic that nobody marks has no queue of its own",
            hint=f"write dscp: 0 on class {rest}" if rest else "add default: {dscp: 0, share: rest}",
            severity=Severity.WARNING,
            on_key=True,
        )


@rule("E810", "a lossless class does not mark congestion")
def lossless_classes_mark(site: Site) -> Iterator[Finding]:
    """Without marks nothing slows the senders but pauses, which spread through the fabric."""
    for c in _classes(site):
        if c.lossless and c.ecn is False:
            yield Finding(
                code="E810",
                at=f"{c.origin}/lossless",
                message=f"class {c.name} is lossless without ecn: only pauses slow its senders",
                hint="write ecn: auto",
                severity=Severity.WARNING,
            )


@rule("E811", "tenants are promised more than there is")
def tenants_fit(site: Site) -> Iterator[Finding]:
    """Shares that tenants are promised add up to the whole at most."""
    total = sum(round((tenant.share or 0) * 1e8) for tenant in site.tenants.values()) / 1e8
    if total > 1 + TOLERANCE:
        yield Finding(
            code="E811",
            at="tenants",
            message=f"tenants are promised {_percent(total)} of the fabric",
            hint=f"take {_percent(total - 1)} from them",
            on_key=True,
        )


@rule("E812", "a class has no share")
def shares_are_positive(site: Site) -> Iterator[Finding]:
    """A weighted class of share 0, or a rest of nothing, starves under contention."""
    total = stated(_classes(site))
    for c in _classes(site):
        if c.share == 0 or (c.share == "rest" and abs(1 - total) <= TOLERANCE):
            what = "0%" if c.share == 0 else "a rest of 0%"
            yield Finding(
                code="E812",
                at=f"{c.origin}/share",
                message=f"class {c.name} has {what}: it starves when the link is full",
                hint="leave it 1% at least",
                severity=Severity.WARNING,
            )


@rule("E813", "a strict class marks congestion")
def strict_classes_do_not_mark(site: Site) -> Iterator[Finding]:
    """A strict class does not queue while it keeps to its share; marks would only slow it further."""
    for c in _classes(site):
        if c.priority == "strict" and c.ecn is not False:
            yield Finding(
                code="E813",
                at=f"{c.origin}/ecn",
                message=f"strict class {c.name} never queues while it keeps to its share: marks have nothing to say",
                hint="leave ecn out",
                severity=Severity.WARNING,
            )


@rule("E814", "a strict class is lossless")
def strict_classes_may_drop(site: Site) -> Iterator[Finding]:
    """What exceeds the share of a strict class is dropped by its policer; lossless it cannot be."""
    for c in _classes(site):
        if c.priority == "strict" and c.lossless:
            yield Finding(
                code="E814",
                at=f"{c.origin}/lossless",
                message=f"class {c.name} is strict, so policed to its share, and lossless: the policer drops",
                hint="write priority: weighted, or leave lossless out",
            )
