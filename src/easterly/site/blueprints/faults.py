"""The findings of the blueprints, each with its numbers and its repair."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from easterly.base.findings import Finding, FindingsError, did_you_mean
from easterly.site.blueprints.wiring import divisors


def refuse(*findings: Finding) -> NoReturn:
    """Stop building: no network can be made."""
    raise FindingsError(findings)


def refuse_any(findings: Iterable[Finding]) -> None:
    """Stop building if there is any finding."""
    found = tuple(findings)
    if found:
        raise FindingsError(found)


def unknown_type(at: str, kind: str, name: str, known: Iterable[str]) -> Finding:
    """A hardware model that is not declared; the same words as the reference rule of the site room."""
    return Finding("E211", at, f"there is no {kind} type {name}", did_you_mean(name, known))


def unknown_gpu(at: str, name: str, known: Iterable[str]) -> Finding:
    """A GPU without a scale-up rate; the same words as the rule on catalog names."""
    hint = did_you_mean(name, known) + " Or give peak, memory and scaleup."
    return Finding("E214", at, f"the catalog has no GPU {name}", hint)


def too_many_ports(at: str, role: str, uses: str, used: int, ports: int, hint: str) -> Finding:
    """A switch that would use more ports than it has."""
    return Finding("E401", at, f"a {role} uses {uses} = {used} ports, and has {ports}", hint)


def uneven(at: str, lower: str, up: int, upper: str, count: int) -> Finding:
    """Uplinks that cannot be spread evenly; the repair is the next number of either that divides."""
    more = (up // count + 1) * count
    near = min(divisors(up), key=lambda d: (abs(d - count), -d))
    text = f"{up} uplinks of a {lower} cannot be spread evenly over {count} {upper}s"
    return Finding("E402", at, text, f"raise up to {more}, or have {near} {upper}s")


def full(at: str, what: str, hint: str) -> Finding:
    """More hosts than the tiers can join."""
    return Finding("E403", at, what, hint)
