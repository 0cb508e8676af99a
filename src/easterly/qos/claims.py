"""Stated buffers with what they were worked out from, and the classic slips that a number gives away."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from easterly.base.units import RATE, SIZE, TIME, format_short
from easterly.model.spec.policy import ClassBuffer, TrafficClass
from easterly.model.spec.site import Site
from easterly.qos.buffers import bdp_B, incast_B

TOLERANCE = 0.015
MULTIPLES = (1, 2, 4)
"""Multiples of a bandwidth-delay product that rules of thumb use."""


@dataclass(frozen=True, slots=True)
class Product:
    """A rate times a round trip, in bytes and in words."""

    words: str
    size_B: float


@dataclass(frozen=True, slots=True)
class Claim:
    """A stated buffer.

    Attributes
    ----------
    at, key : str
        Place of the number, and the key that it is written with.
    size_B : float [B]
    ports : tuple of Product
        Bandwidth-delay products that may have been meant: of the stated rate, or of the ports that there are.
    together : tuple of Product
        Those of all senders together, where no rate is stated.
    flows : int or None
        Long flows that are not in step.
    burst_B : float [B]
        Incast that the number may have been added to.
    """

    at: str
    key: str
    size_B: float
    ports: tuple[Product, ...]
    together: tuple[Product, ...] = ()
    flows: int | None = None
    burst_B: float = 0.0


@dataclass(frozen=True, slots=True)
class Slip:
    """How a wrong number came about: ``multiple x`` the product, in bits if `is_bits`."""

    product: Product
    multiple: int
    is_bits: bool
    right_B: float


def claims(site: Site) -> Iterator[Claim]:
    """Every stated buffer whose round trip is stated too, in the order of names."""
    for _, c in sorted(site.classes.items()):
        if c.buffer is not None and c.buffer.size and c.buffer.rtt:
            yield _of_class(site, c, c.buffer, c.buffer.size, c.buffer.rtt)
    for _, switch in sorted(site.hardware.switches.items()):
        if switch.buffer and switch.rtt:
            one = _product(switch.rate, switch.rtt)
            yield Claim(f"{switch.origin}/buffer", "buffer", switch.buffer, (one,))
    for _, link in sorted(site.wan.links.items()):
        if link.buffer and link.delay:
            one = _product(link.rate, 2 * link.delay)
            yield Claim(f"{link.origin}/buffer", "buffer", link.buffer, (one,))


def _of_class(site: Site, c: TrafficClass, stated: ClassBuffer, size_B: float, rtt_s: float) -> Claim:
    ports = tuple(_product(rate, rtt_s) for rate in port_rates(site, stated))
    senders = stated.senders or 1
    together = tuple(
        _product(rate, rtt_s, senders) for rate in nic_rates(site) if senders > 1 and stated.rate is None
    )  # fmt: skip
    burst_B = burst(site, stated) or 0.0
    return Claim(f"{c.origin}/buffer/size", "size", size_B, ports, together, stated.flows, burst_B)


def _product(rate_bps: float, rtt_s: float, senders: int = 1) -> Product:
    times = f"{senders} x " if senders > 1 else ""
    words = f"{times}{format_short(rate_bps, RATE)} x {format_short(rtt_s, TIME)}"
    return Product(words, bdp_B(senders * rate_bps, rtt_s))


def port_rates(site: Site, stated: ClassBuffer) -> tuple[float, ...]:
    """Rates of the port that a class's buffer is for: the stated one, or those of the switch models."""
    if stated.rate is not None:
        return (stated.rate,)
    return tuple(sorted({float(switch.rate) for switch in site.hardware.switches.values()}))


def nic_rates(site: Site) -> tuple[float, ...]:
    """Rates of the hosts' interfaces."""
    return tuple(sorted({float(host.nic_rate) for host in site.hardware.hosts.values()}))


def burst(site: Site, stated: ClassBuffer) -> float | None:
    """Incast of a class, where senders and window are stated.

    Towards an interface the port is as fast as the senders; only towards a stated rate it may be faster or slower.
    """
    if stated.senders is None or stated.window is None:
        return None
    sender_bps = max(nic_rates(site), default=1.0)
    port_bps = stated.rate if stated.rate is not None and nic_rates(site) else sender_bps
    return incast_B(stated.senders, stated.window, port_bps, sender_bps)


def square_root_slip(claim: Claim) -> Slip | None:
    """The number is BDP x sqrt(flows), or a small multiple of it, where it should be BDP / sqrt(flows)."""
    if not claim.flows or claim.flows < 2:
        return None
    root = math.sqrt(claim.flows)
    for is_bits in (False, True):
        for multiple in MULTIPLES:
            for product in (*claim.ports, *claim.together):
                wrong_B = product.size_B * root * multiple * (8 if is_bits else 1)
                if _near(claim.size_B, wrong_B):
                    return Slip(product, multiple, is_bits, product.size_B / root)
    return None


def bits_slip(claim: Claim) -> Slip | None:
    """The number is the bits of a bandwidth-delay product, or of a small multiple, with or without the incast."""
    for multiple in MULTIPLES:
        for product in (*claim.ports, *claim.together):
            for burst_B in {0.0, claim.burst_B}:
                wrong_B = 8 * multiple * product.size_B
                if _near(claim.size_B - burst_B, wrong_B) and not _is_right(claim, multiple):
                    return Slip(product, multiple, True, multiple * product.size_B + burst_B)
    return None


def _is_right(claim: Claim, multiple: int) -> bool:
    """Whether the number has an honest reading: up to four products of a port, or one of all senders together.

    What is eight products exactly is suspected more than sixteen or thirty-two, which also excuse multiples of
    all senders together.
    """
    honest = [k * p.size_B for p in claim.ports for k in range(1, 5)]
    honest += [p.size_B / math.sqrt(claim.flows) for p in claim.ports if claim.flows]
    honest += [k * p.size_B for p in claim.together for k in range(1, 2 if multiple == 1 else 5)]
    return any(_near(claim.size_B - burst_B, one) for one in honest for burst_B in {0.0, claim.burst_B})


def _near(value: float, other: float) -> bool:
    return math.isclose(value, other, rel_tol=TOLERANCE)


def bits(size_B: float) -> str:
    """A number of bytes in bits, for people.

    >>> bits(12.5e6)
    '100Mb'
    """
    return format_short(8 * size_B, SIZE).removesuffix("B") + "b"
