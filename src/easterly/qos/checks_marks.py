"""Rules of code points and thresholds: names, early drops, marks, pauses, and what the hosts mark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from easterly.base.findings import Finding, Severity, rule
from easterly.base.units import SHARE, SIZE, format_short
from easterly.model.spec.job import Job
from easterly.model.spec.policy import TrafficClass, Wred
from easterly.model.spec.site import Site
from easterly.qos.code_points import CODE_POINTS

POINTS = {**CODE_POINTS, "voiceadmit": CODE_POINTS["va"]}
"""Code points by the name of their per-hop behaviour (RFC 2474, 2597, 3246, 5865, 8622)."""
WHOLE = {"va", "df", "le"}
"""Names that are words of their own: a class is only meant by one if it has no other."""


def _classes(site: Site) -> list[TrafficClass]:
    return [site.classes[name] for name in sorted(site.classes)]


@rule("E815", "a class is named after another code point")
def names_agree_with_code_points(site: Site) -> Iterator[Finding]:
    """A class called AF31 has the code point of AF31."""
    for c in _classes(site):
        words = [word for word in re.split(r"[^a-z0-9]+", c.name.lower()) if word]
        meant = {word for word in words if word in POINTS and (word not in WHOLE or len(words) == 1)}
        for word in sorted(meant):
            if len(meant) == 1 and POINTS[word] != c.dscp:
                really = next((name for name, point in POINTS.items() if point == c.dscp), None)
                yield Finding(
                    code="E815",
                    at=f"{c.origin}/dscp",
                    message=f"class {c.name} has dscp {c.dscp}{f', {really.upper()}' if really else ''}; "
                    f"{word.upper()} is {_arithmetic(word)}",
                    hint=f"write dscp: {POINTS[word]}, or name the class after what it carries",
                    severity=Severity.WARNING,
                )


def _arithmetic(word: str) -> str:
    if word.startswith("af"):
        return f"8 x {word[2]} + 2 x {word[3]} = {POINTS[word]}"
    if word.startswith("cs"):
        return f"8 x {word[2]} = {POINTS[word]}"
    return str(POINTS[word])


@rule("E816", "a lossless class drops early")
def lossless_classes_do_not_drop(site: Site) -> Iterator[Finding]:
    """Random early drops lose packets of a class whose senders are paused so that none is lost."""
    for c in _classes(site):
        if c.lossless and c.wred is not None and c.wred.mark == "drop":
            yield Finding(
                code="E816",
                at=f"{c.origin}/wred/mark",
                message=f"class {c.name} is lossless, and its WRED drops between {_level(c.wred.min)} "
                f"and {_level(c.wred.max)}",
                hint="write mark: ecn, or lossless: false",
            )


@rule("E817", "thresholds of a queue are out of order")
def thresholds_are_in_order(site: Site) -> Iterator[Finding]:
    """As a queue grows it first marks, then pauses, and only then drops: Kmin < Kmax <= xoff < size, and xon < xoff."""
    for c in _classes(site):
        levels = _levels(c)
        wrong = [pair for pair in combinations(levels, 2) if pair[0][2] >= pair[1][2]]
        for low, high in sorted(wrong, key=lambda pair: _is_harmless(*pair))[:1]:
            yield Finding(
                code="E817",
                at=f"{c.origin}/{low[0]}",
                message=f"class {c.name}: {low[1]} {_level(low[3])} is not below {high[1]} {_level(high[3])}",
                hint=f"order: {' < '.join(name for _, name, _, _ in levels)}",
                severity=Severity.WARNING if _is_harmless(low, high) else Severity.ERROR,
            )
        if c.pfc is not None and c.pfc.xon is not None and c.pfc.xon >= c.pfc.xoff:
            message = f"class {c.name}: xon {_level(c.pfc.xon)} is not below xoff {_level(c.pfc.xoff)}"
            yield Finding("E817", f"{c.origin}/pfc/xon", message, "senders go on once the queue is shorter: xon < xoff")
        yield from _without_effect(c, site.qos.mtu)


def _without_effect(c: TrafficClass, frame_B: float) -> Iterator[Finding]:
    """Pauses of a class that is not paused; a queue that holds no frame, or is paused by each."""
    if c.pfc is not None and not c.lossless:
        message = f"class {c.name} is not lossless: it is never paused, whatever its pfc says"
        yield Finding("E817", f"{c.origin}/pfc", message, "write lossless: true, or leave pfc out", Severity.WARNING)
    elif c.pfc is not None and c.pfc.xoff < frame_B:
        message = (
            f"class {c.name}: xoff {_level(c.pfc.xoff)} is less than a frame of {_level(frame_B)}: each one pauses"
        )
        hint = "write some frames, or leave pfc out"
        yield Finding("E817", f"{c.origin}/pfc/xoff", message, hint, Severity.WARNING)
    if c.buffer is not None and c.buffer.size is not None and c.buffer.size < frame_B:
        message = f"class {c.name}: a buffer of {_level(c.buffer.size)} holds no frame of {_level(frame_B)}"
        yield Finding("E817", f"{c.origin}/buffer/size", message, "write some frames at least, or a smaller qos: mtu")


Level = tuple[str, str, float, float]


def _levels(c: TrafficClass) -> list[Level]:
    """Thresholds that can be compared, in the order that they should have: key, name, value, as written."""
    size_B = c.buffer.size if c.buffer is not None else None
    found: list[tuple[str, str, float | None, float]] = []
    if c.wred is not None:
        word = "ECN" if c.wred.mark == "ecn" else "WRED"
        found += [
            (f"wred/{key}", f"{word} {key}", _bytes(value, size_B), value)
            for key, value in (("min", c.wred.min), ("max", c.wred.max))
        ]
        if found[0][2] is None and found[1][2] is None:
            return [(key, name, value, value) for key, name, _, value in found]
    if c.pfc is not None:
        found.append(("pfc/xoff", "PFC xoff", c.pfc.xoff, c.pfc.xoff))
    if size_B is not None:
        found.append(("buffer/size", "buffer size", size_B, size_B))
    return [(key, name, level_B, value) for key, name, level_B, value in found if level_B is not None]


def _bytes(level: float, size_B: float | None) -> float | None:
    """A threshold in bytes; None for a share of a buffer that is not stated."""
    if not _is_share(level):
        return level
    return None if size_B is None else level * size_B


def _is_share(level: float) -> bool:
    """Written as a share: no threshold is a byte or less, and no queue is longer than itself."""
    return level <= 1


def _is_harmless(low: Level, high: Level) -> bool:
    """Marks that start in time and end late, and a step instead of a slope, which DCTCP has on purpose (RFC 8257)."""
    if (low[0], high[0]) == ("wred/min", "wred/max"):
        return low[2] == high[2]
    return low[0] == "wred/max" and (high[0] == "pfc/xoff" or low[2] == high[2])


def _level(level: float) -> str:
    return format_short(level, SHARE if _is_share(level) else SIZE)


@rule("E818", "early detection contradicts its class")
def early_detection_fits_its_class(site: Site) -> Iterator[Finding]:
    """Marks need ECN, drops are not for a class that marks, and a probability is between 0 and 1."""
    for c in _classes(site):
        if c.wred is None:
            continue
        if not 0 < c.wred.probability <= 1:
            shown = format_short(c.wred.probability, SHARE)
            message = f"WRED of class {c.name} has probability {shown}"
            yield Finding("E818", f"{c.origin}/wred/probability", message, "write a share above 0%, to 100%")
        contradiction = _contradiction(c, c.wred)
        if contradiction:
            message, hint = contradiction
            yield Finding("E818", f"{c.origin}/wred/mark", message, hint, Severity.WARNING)


def _contradiction(c: TrafficClass, wred: Wred) -> tuple[str, str] | None:
    if wred.mark == "ecn" and c.ecn is False:
        return f"class {c.name} has thresholds of marks and no ecn", "write ecn: true"
    if wred.mark == "drop" and c.ecn is not False and not c.lossless:
        return f"class {c.name} has ecn, and its WRED drops instead of marking", "write mark: ecn, or leave ecn out"
    return None


CONGESTED = 3
"""Both bits of ECN: a switch has marked the packet."""


@rule("E827", "a job marks another code point than its class has")
def jobs_mark_their_class(site: Site) -> Iterator[Finding]:
    """NCCL_IB_TC is the traffic class octet: the code point above the two bits of ECN.

    A sender may say there that it understands marks (ECT, as in 106 for DSCP 26), but not that it met congestion.
    """
    for _, job in sorted(site.jobs.items()):
        c, tc = site.classes.get(job.traffic_class), job.library.ib_tc
        if c is not None and tc is not None and (tc >> 2 != c.dscp or tc & 3 == CONGESTED):
            yield _wrong_mark(site, job, c, tc)


def _wrong_mark(site: Site, job: Job, c: TrafficClass, tc: int) -> Finding:
    right = c.dscp << 2
    served = next((other.name for other in _classes(site) if other.dscp == tc >> 2), None)
    if tc == c.dscp:
        what = f"is the code point itself; the octet has it above the two bits of ECN, {c.dscp} x 4 = {right}"
    elif tc >> 2 == c.dscp:
        what = f"says that every packet met congestion (ECN 11, RFC 3168): {c.dscp} x 4 = {right}"
    else:
        where = f"class {served}" if served else "no class"
        lossless = " (lossless)" if c.lossless else ""
        what = f"is DSCP {tc >> 2}, {where}; class {c.name}{lossless} is {c.dscp}, so {c.dscp} x 4 = {right}"
    return Finding(
        code="E827",
        at=f"{job.origin}/library/ib_tc",
        message=f"NCCL_IB_TC {tc} {what}",
        hint=f"write ib_tc: {right}, or leave it out: it is set from the class",
    )
