"""What was wanted against what is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from easterly.model.shaping import Policer, ShapedClass, Shaper

TICK_S = 2e-6
"""tc counts bursts in whole microseconds of their rate, then in ticks of 64 ns, and rounds down both times."""
SHOWN = 1e-3
"""tc shows rates and bursts in the largest unit that leaves at least three digits or so."""
LEAST_SHOWN = 16
"""tc shows 1,024 for what is within 16 of it; and the kernel keeps whole bytes per second."""


def differences(wanted: Shaper, found: Shaper, *, shown: bool = False) -> tuple[str, ...]:
    """How two class trees differ, class by class; classes are told by their numbers.

    Parameters
    ----------
    wanted, found : Shaper
    shown : bool
        `found` is what the kernel showed: bursts are rounded down to its ticks, rates to what is shown of them; inner
        classes have neither quantum nor priority; a limit that was not wanted is the kernel's affair.

    Returns
    -------
    tuple of str
        Empty if both are alike.
    """
    return tuple(_lines(wanted, found, shown))


def _lines(wanted: Shaper, found: Shaper, shown: bool) -> Iterator[str]:
    if wanted.device != found.device:
        yield f"interface {found.device}, not {wanted.device}"
    if wanted.minor(wanted.default) != found.minor(found.default):
        yield f"default class 1:{found.minor(found.default):x}, not 1:{wanted.minor(wanted.default):x}"
    if wanted.match != found.match and (not shown or any(each.dscp for each in wanted.classes)):
        yield f"code points by {found.match}, not {wanted.match}"
    there = {each.minor: each for each in found.classes}
    for each in wanted.classes:
        if each.minor not in there:
            yield f"class 1:{each.minor:x} ({each.name}) is missing"
            continue
        other = there.pop(each.minor)
        parents = (wanted.minor(each.parent), found.minor(other.parent))
        if parents[0] != parents[1]:
            yield f"class 1:{each.minor:x} ({each.name}): parent 1:{parents[1]:x}, not 1:{parents[0]:x}"
        yield from _fields(each, other, shown, each in wanted.leaves)
    yield from (f"class 1:{minor:x} is there and was not wanted" for minor in there)


def _fields(wanted: ShapedClass, found: ShapedClass, shown: bool, leaf: bool) -> Iterator[str]:
    exact = ["dscp"]
    if leaf or not shown:
        exact += ["quantum_B", "priority"]
    if leaf:
        exact += ["leaf"] + ["limit"] * (not shown or wanted.limit is not None)
    for name in exact:
        if getattr(wanted, name) != getattr(found, name):
            yield _said(wanted, found, name)
    for name, per_s in (("rate_bps", 0), ("ceil_bps", 0), ("burst_B", wanted.rate_bps), ("cburst_B", wanted.ceil_bps)):
        want, have = getattr(wanted, name), getattr(found, name)
        slack = (want * SHOWN + per_s / 8 * TICK_S + LEAST_SHOWN) if shown else 0
        if abs(want - have) > slack:
            yield _said(wanted, found, name)


def _said(wanted: ShapedClass, found: ShapedClass, name: str) -> str:
    where = f"class 1:{wanted.minor:x} ({wanted.name})"
    return f"{where}: {name} is {getattr(found, name)}, not {getattr(wanted, name)}"


def policed_otherwise(wanted: Sequence[Policer], found: Sequence[Policer]) -> tuple[str, ...]:
    """How policers differ, whatever their names and their order: the kernel keeps neither."""
    want, have = ([replace(each, name="any") for each in policers] for policers in (wanted, found))
    return (
        *(f"missing: {each}" for each in want if want.count(each) > have.count(each)),
        *(f"not wanted: {each}" for each in have if have.count(each) > want.count(each)),
    )
