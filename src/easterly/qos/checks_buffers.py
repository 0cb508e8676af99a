"""Rules of buffers that are stated: the slips that engineers make, what the chip holds, the delay that they cause."""

from __future__ import annotations

import math
from collections.abc import Iterator

from easterly.base.findings import Finding, Severity, rule
from easterly.base.units import RATE, SHARE, SIZE, TIME, format_short
from easterly.model.spec.hardware import SwitchType
from easterly.model.spec.policy import ClassBuffer, TrafficClass
from easterly.model.spec.site import Site
from easterly.qos.buffers import queue_limit_B, shared_bdp_B
from easterly.qos.claims import Claim, Slip, bits, bits_slip, burst, claims, port_rates, square_root_slip

FEW_FLOWS = 16
"""So few that four products of one flow may have been meant."""
ROUNDING = 1.005
LONG_S = 1e-3
ROUND_TRIPS = 10


@rule("E819", "a buffer in bits is taken for bytes")
def buffers_are_in_bytes(site: Site) -> Iterator[Finding]:
    """Rate x round trip is a number of bits."""
    for claim in claims(site):
        slip = bits_slip(claim)
        if slip is None or square_root_slip(claim) is not None:
            continue
        times = f"{slip.multiple} x " if slip.multiple > 1 else ""
        product = slip.product.size_B
        yield Finding(
            code="E819",
            at=claim.at,
            message=f"{_size(claim.size_B)} is the number of bits: {times}{slip.product.words} = "
            f"{bits(slip.multiple * product)} = {_size(slip.multiple * product)}",
            hint=f"write {claim.key}: {_size(slip.right_B)}",
            severity=Severity.ERROR if slip.multiple == 1 else Severity.WARNING,
        )


@rule("E820", "a buffer grows with the number of flows")
def buffers_shrink_with_flows(site: Site) -> Iterator[Finding]:
    """Many flows that are not in step need BDP / sqrt(flows), not sqrt(flows) x BDP."""
    for claim in claims(site):
        slip = square_root_slip(claim)
        if slip is not None:
            yield _square_root(claim, slip)


def _square_root(claim: Claim, slip: Slip) -> Finding:
    times = f"{slip.multiple} x " if slip.multiple > 1 else ""
    unit = f", in bits ({bits(slip.product.size_B)})" if slip.is_bits else ""
    return Finding(
        code="E820",
        at=claim.at,
        message=f"{_size(claim.size_B)} is {times}sqrt({claim.flows}) x {slip.product.words}{unit}; flows that are not "
        f"in step need {_size(slip.product.size_B)} / sqrt({claim.flows}) = {_size(slip.right_B)}",
        hint=f"write {claim.key}: {_size(slip.right_B + claim.burst_B)}"
        f"{' (with the burst)' if claim.burst_B else '; for senders in step give senders and window instead'}",
        severity=Severity.ERROR if (claim.flows or 0) > FEW_FLOWS else Severity.WARNING,
    )


@rule("E821", "a buffer leaves out the burst of many senders")
def buffers_hold_the_incast(site: Site) -> Iterator[Finding]:
    """Senders that start together fill the queue by (senders - 1) x window, beside what one connection needs."""
    for c in _stated(site):
        stated, size_B = _buffer(c), _buffer(c).size
        burst_B = burst(site, stated)
        if not burst_B or size_B is None or c.name in _slipped(site):
            continue
        standing_B = _standing_B(site, stated)
        need_B = standing_B + burst_B
        if size_B * ROUNDING < need_B:
            yield Finding(
                code="E821",
                at=f"{c.origin}/buffer/size",
                message=f"{_size(size_B)} for {stated.senders} senders of {_size(stated.window or 0)} at once: "
                f"{_burst_words(site, stated, burst_B)}{_standing_words(stated, standing_B)}",
                hint=f"write size: {_size(need_B)} or more, or fewer senders at a time",
                severity=Severity.WARNING if c.lossless or size_B * ROUNDING >= burst_B else Severity.ERROR,
            )


def _standing_B(site: Site, stated: ClassBuffer) -> float:
    """What connections need without any burst; 0 where no round trip is stated."""
    if stated.rtt is None:
        return 0.0
    return min((shared_bdp_B(rate, stated.rtt, stated.flows or 1) for rate in port_rates(site, stated)), default=0.0)


def _burst_words(site: Site, stated: ClassBuffer, burst_B: float) -> str:
    """The burst with its arithmetic, where it is the simple one."""
    simple_B = ((stated.senders or 1) - 1) * (stated.window or 0)
    if abs(burst_B - simple_B) <= 1e-9 * simple_B:
        return f"({stated.senders} - 1) x {_size(stated.window or 0)} = {_size(burst_B)} wait"
    return f"{_size(burst_B)} wait, as the port sends {format_short(port_rates(site, stated)[0], RATE)} meanwhile"


def _standing_words(stated: ClassBuffer, standing_B: float) -> str:
    root = f" / sqrt({stated.flows})" if stated.flows and stated.flows > 1 else ""
    return f", beside BDP{root} = {_size(standing_B)}" if standing_B else ""


@rule("E822", "a class may hold more than the chip has")
def buffers_fit_the_chip(site: Site) -> Iterator[Finding]:
    """What classes may hold at one port is no more than the smallest chip's memory, and its threshold allows it."""
    chip = min(
        (switch for _, switch in sorted(site.hardware.switches.items()) if switch.buffer),
        key=lambda switch: switch.buffer or 0.0,
        default=None,
    )
    if chip is None or not chip.buffer:
        return
    fitting = []
    for c in _stated(site):
        found = None if c.name in _slipped(site) else _beyond_chip(c, _buffer(c), chip, chip.buffer)
        if found is not None:
            yield found
        elif c.name not in _slipped(site):
            fitting.append(_buffer(c).size or 0.0)
    if sum(fitting) > chip.buffer * ROUNDING:
        yield Finding(
            code="E822",
            at="classes",
            message=f"classes may hold {_size(sum(fitting))} at one port; the chip of {chip.name} has "
            f"{_size(chip.buffer)} for all its ports",
            hint=f"take {_size(sum(fitting) - chip.buffer)} from their sizes",
            on_key=True,
        )


def _beyond_chip(c: TrafficClass, stated: ClassBuffer, chip: SwitchType, memory_B: float) -> Finding | None:
    at, size_B = f"{c.origin}/buffer/size", stated.size or 0.0
    if size_B > memory_B:
        message = f"class {c.name} may hold {_size(size_B)}; the chip of {chip.name} has {_size(memory_B)}"
        return Finding("E822", at, message, f"write size: {_size(memory_B)} at most")
    alpha = stated.alpha or chip.alpha
    shared_B = memory_B - (chip.guaranteed or 0.0) - (chip.headroom or 0.0)
    if alpha is None or shared_B <= 0:
        return None
    most_B = queue_limit_B(shared_B, alpha) + (chip.port_guarantee or 0.0)
    if size_B <= most_B * ROUNDING:
        return None
    message = (
        f"class {c.name} never gets {_size(size_B)}: with alpha {alpha:g} one queue takes at most "
        f"alpha / (1 + alpha) of {_size(shared_B)} shared memory, {_size(most_B)}"
    )
    return Finding("E822", at, message, f"write size: {_size(most_B)}, or a larger alpha", Severity.WARNING)


@rule("E823", "a full buffer takes long to drain")
def buffers_drain_in_time(site: Site) -> Iterator[Finding]:
    """The last packet of a full queue waits for all of it, size x 8 / rate, even with the port to itself."""
    for c in _stated(site):
        size_B, rates = _buffer(c).size, port_rates(site, _buffer(c))
        if not size_B or not rates or c.name in _slipped(site) or size_B > _smallest_B(site):
            continue
        delay_s, (limit_s, why) = 8 * size_B / max(rates), _patience(site, c)
        if delay_s > limit_s * ROUNDING:
            rate = format_short(max(rates), RATE)
            yield Finding(
                code="E823",
                at=f"{c.origin}/buffer/size",
                message=f"{_size(size_B)} at {rate} is {format_short(delay_s, TIME)} of delay when full; {why}",
                hint=f"{_size(limit_s * max(rates) / 8)} drain in {format_short(limit_s, TIME)}",
                severity=Severity.WARNING,
            )


def _smallest_B(site: Site) -> float:
    """Memory of the smallest chip."""
    return min((switch.buffer for switch in site.hardware.switches.values() if switch.buffer), default=math.inf)


def _patience(site: Site, c: TrafficClass) -> tuple[float, str]:
    """How long a class may wait: by its intents, else ten of its round trips, else a millisecond."""
    own = {name for name, service in site.services.items() if service.traffic_class == c.name}
    limits = []
    for name, intent in sorted(site.intents.items()):
        if intent.queue_delay is not None and intent.traffic_class == c.name:
            limits.append(
                (intent.queue_delay.max, f"intent {name} allows {format_short(intent.queue_delay.max, TIME)}")
            )
        if intent.latency is not None and intent.service in own:
            limits.append((intent.latency.max, f"intent {name} allows {format_short(intent.latency.max, TIME)} in all"))
    if limits:
        return min(limits)
    rtt_s = _buffer(c).rtt
    if rtt_s:
        return ROUND_TRIPS * rtt_s, f"its round trip is {format_short(rtt_s, TIME)}"
    return LONG_S, "round trips of a fabric are some microseconds"


@rule("E828", "shares of the buffer do not add up")
def buffer_shares_add_up(site: Site) -> Iterator[Finding]:
    """Classes divide the whole buffer: 100 % where every class has a share, at most 100 % where some have none."""
    shares = [c.buffer.share for c in site.classes.values() if c.buffer is not None and c.buffer.share is not None]
    total = sum(round(share * 1e8) for share in shares) / 1e8
    missing = len(shares) == len(site.classes) and total < 1 - 1e-6
    if shares and (total > 1 + 1e-6 or missing):
        gap = format_short(abs(1 - total), SHARE)
        yield Finding(
            code="E828",
            at="classes",
            message=f"classes divide {format_short(total, SHARE)} of the buffer among them",
            hint=f"give {gap} more to some" if missing else f"take {gap} from them",
            severity=Severity.WARNING if missing else Severity.ERROR,
            on_key=True,
        )


def _stated(site: Site) -> list[TrafficClass]:
    """Classes with a size of buffer, by name."""
    return [c for _, c in sorted(site.classes.items()) if c.buffer is not None and c.buffer.size is not None]


def _buffer(c: TrafficClass) -> ClassBuffer:
    assert c.buffer is not None
    return c.buffer


def _slipped(site: Site) -> set[str]:
    """Classes whose number is known to be wrong: nothing else is said about it."""
    wrong = {claim.at for claim in claims(site) if bits_slip(claim) or square_root_slip(claim)}
    return {c.name for c in _stated(site) if f"{c.origin}/buffer/size" in wrong}


def _size(size_B: float) -> str:
    return format_short(size_B, SIZE)
