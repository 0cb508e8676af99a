"""Rules of a switch's packet memory: what is guaranteed, what is shared, what pauses need."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from easterly.base.findings import Finding, Severity, rule
from easterly.base.units import SIZE, format_short
from easterly.model.catalog import chips
from easterly.model.network import LinkKind, Network
from easterly.model.spec.hardware import SwitchType
from easterly.model.spec.site import Site
from easterly.qos.buffers import queue_limit_B
from easterly.qos.memory.headroom import headroom

ROUNDING = 1.005
"""Numbers are written with three digits: 48 x 0.667 MB is a little more than 32 MB."""
XGS = ("tomahawk", "trident")
XGS_ONLY = {"eos": "EOS on switches such as the 7060X", "junos": "Junos on switches such as the QFX5230"}
"""Operating systems that run on other chips too, but with other words for queues and memory."""


def _switches(site: Site) -> list[SwitchType]:
    return [site.hardware.switches[name] for name in sorted(site.hardware.switches)]


@rule("E824", "more memory is guaranteed than is reserved")
def guarantees_are_reserved(site: Site) -> Iterator[Finding]:
    """What every port has for certain comes from the reserved part of the chip's memory, not from all of it."""
    for switch in _switches(site):
        yield from _parts(switch)
        reserved_B = switch.guaranteed if switch.guaranteed is not None else switch.buffer
        if switch.port_guarantee is None or reserved_B is None:
            continue
        if switch.ports * switch.port_guarantee > reserved_B * ROUNDING:
            yield _too_much_per_port(switch, switch.port_guarantee, reserved_B)


def _parts(switch: SwitchType) -> Iterator[Finding]:
    """The reserved part and the headroom are parts of the buffer."""
    parts = {"guaranteed": switch.guaranteed, "headroom": switch.headroom}
    taken = sum(size for size in parts.values() if size is not None)
    if switch.buffer is None or taken <= switch.buffer:
        return
    given = [f"{key} {_size(size)}" for key, size in parts.items() if size is not None]
    key = "guaranteed" if switch.guaranteed is not None else "headroom"
    yield Finding(
        code="E824",
        at=f"{switch.origin}/{key}",
        message=f"{' and '.join(given)} of a buffer of {_size(switch.buffer)}",
        hint=f"take {_size(taken - switch.buffer)} away; what is left over is shared",
    )


def _too_much_per_port(switch: SwitchType, each_B: float, reserved_B: float) -> Finding:
    total_B, right_B = switch.ports * each_B, reserved_B / switch.ports
    whole = switch.buffer is not None and math.isclose(total_B, switch.buffer, rel_tol=ROUNDING - 1)
    what = "the whole buffer, its shared part too" if whole else f"more than the {_size(reserved_B)} there are"
    if whole and switch.guaranteed is not None:
        what += f"; only {_size(reserved_B)} of it is guaranteed"
    return Finding(
        code="E824",
        at=f"{switch.origin}/port_guarantee",
        message=f"{switch.ports} ports x {_size(each_B)} = {_size(total_B)} is {what}",
        hint=f"write port_guarantee: {_floor(right_B)} ({_size(reserved_B)} / {switch.ports})",
    )


@rule("E825", "alpha is no step of a chip")
def alphas_are_powers_of_two(site: Site) -> Iterator[Finding]:
    """Chips work out a dynamic threshold by shifting the free memory, by so many bits as they have steps."""
    owners = [(s.origin, s.alpha, [s]) for s in _switches(site)]
    owners += [
        (f"{c.origin}/buffer", c.buffer.alpha, _switches(site))
        for _, c in sorted(site.classes.items()) if c.buffer is not None
    ]  # fmt: skip
    for origin, alpha, switches in owners:
        steps = [own for switch in switches if (own := chips.of(switch, site.hardware).alphas)]
        if alpha is None or (steps and all(alpha in own for own in steps)):
            continue
        if math.frexp(alpha)[0] == 0.5:
            yield from _no_step(site, origin, alpha, switches)
            continue
        below = 2.0 ** math.floor(math.log2(alpha))
        shares = ", ".join(f"{a:g} gives one queue {queue_limit_B(1, a):.1%}" for a in (below, alpha, 2 * below))
        yield Finding(
            code="E825",
            at=f"{origin}/alpha",
            message=f"alpha {alpha:g} is no power of two, which is what chips take ({shares} of the shared memory)",
            hint=f"write alpha: {below:g} or {2 * below:g}; SONiC's dynamic_th is its logarithm, "
            f"{math.log2(below):.0f} or {math.log2(2 * below):.0f}",
            severity=Severity.WARNING,
        )


@rule("E834", "the text of a switch is for other chips than it has")
def chips_are_those_of_the_text(site: Site) -> Iterator[Finding]:
    """Queues and memory have other commands where chips have other queues: virtual ones at ingress, for example."""
    for switch in _switches(site):
        if switch.os not in XGS_ONLY or switch.chip is None or switch.chip.startswith(XGS):
            continue
        yield Finding(
            code="E834",
            at=f"{switch.origin}/os",
            message=f"classes are written for {XGS_ONLY[switch.os]}, which have Broadcom's XGS chips; "
            f"{switch.chip} is none of them",
            hint="name the chip that the switch has, or leave `os` out and take the numbers from `easterly qos`",
            severity=Severity.WARNING,
        )


def _no_step(site: Site, origin: str, alpha: float, switches: Sequence[SwitchType]) -> Iterator[Finding]:
    """A power of two that a chip does not have."""
    for switch in switches:
        steps = sorted(chips.of(switch, site.hardware).alphas)
        if steps and alpha not in steps:
            near = min(steps, key=lambda step: abs(math.log2(step / alpha)))
            yield Finding(
                code="E825",
                at=f"{origin}/alpha",
                message=f"alpha {alpha:g} is no step of chip {switch.chip} of {switch.name}: it has "
                f"{', '.join(f'{step:g}' for step in steps)}",
                hint=f"write alpha: {near:g}",
                severity=Severity.WARNING,
            )
            return


@rule("E826", "headroom does not hold what arrives after a pause")
def headroom_suffices(site: Site, network: Network) -> Iterator[Finding]:
    """Every port has headroom for each lossless class, by its rate and the length of its cable."""
    lossless = sum(c.lossless for c in site.classes.values())
    for switch in _switches(site) if lossless else []:
        given_B = switch.headroom
        if given_B is None and switch.buffer is not None:
            given_B = switch.buffer - (switch.guaranteed or 0.0)
        if given_B is None:
            continue
        need_B, ports = _headroom_B(site, network, switch.name)
        need_B *= lossless
        if need_B > given_B * ROUNDING:
            yield Finding(
                code="E826",
                at=f"{switch.origin}/{'headroom' if switch.headroom is not None else 'buffer'}",
                message=f"{ports} ports of {switch.name} need {_size(need_B)} of headroom for {lossless} lossless "
                f"class{'es' * (lossless > 1)} by the rates and lengths of the cables (frames of {site.qos.mtu:.0f} "
                f"B); {_size(given_B)} {'is kept' if switch.headroom is not None else 'is not guaranteed to ports'}",
                hint=f"keep {_size(need_B)}, or have shorter cables, fewer lossless classes or fewer ports",
                severity=Severity.WARNING,
            )


def _headroom_B(site: Site, network: Network, kind: str) -> tuple[float, int]:
    """Headroom of one class at all ports of the switch of a model that needs most, and its ports in use."""
    links = network.links
    into = np.flatnonzero((network.nodes.switch_type[links.dst] == kind) & (links.kind != LinkKind.WAN))
    if not len(into):
        return 0.0, 0
    cables, row = np.unique(
        np.column_stack([links.capacity_bps[into], links.length_m[into]]), axis=0, return_inverse=True
    )
    mtu_B, response_s = math.ceil(site.qos.mtu), site.qos.response
    each_B = np.array([
        headroom(rate, length, mtu_B, response_s=response_s).low_B for rate, length in cables.tolist()
    ])[row.reshape(-1)]  # fmt: skip
    total_B = np.bincount(links.dst[into], each_B)
    worst = int(total_B.argmax())
    return float(total_B[worst]), int((links.dst[into] == worst).sum())


def _size(size_B: float) -> str:
    return format_short(size_B, SIZE)


def _floor(size_B: float) -> str:
    """A size rounded down to four digits, so that all ports together stay within the whole."""
    if size_B <= 0:
        return "0B"
    step = 10 ** (math.floor(math.log10(size_B)) - 3)
    return _size(math.floor(size_B / step) * step)
