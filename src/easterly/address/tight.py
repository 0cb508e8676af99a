"""Numbers out of a pool, with a finding where it is too small or leaves no room to grow in place."""

from __future__ import annotations

from easterly.address.pools import Source
from easterly.address.space import TooSmall, Wish, assign, needed_bits
from easterly.address.text import BITS
from easterly.base.columns import IndexColumn
from easterly.base.findings import Finding, FindingsError, Severity

# A /64 is used as if it had 32 bits: enough for any site, and the numbers stay short.
WIDEST = 32


def give(source: Source, wish: Wish, unit: int = 0) -> tuple[IndexColumn, list[Finding]]:
    """Assign numbers out of a source.

    Parameters
    ----------
    source : Source
    wish : Wish
        In units of ``2**unit`` addresses.
    unit : int

    Returns
    -------
    (N,) int, in units
    list of Finding
        E504 (a warning) where objects had to be packed.

    Raises
    ------
    FindingsError
        E502 with the size that is needed.
    """
    bits = BITS[source.prefix.family] - source.prefix.length - unit
    try:
        given = assign(wish, min(bits, WIDEST))
    except TooSmall as error:
        raise FindingsError([_too_small(source, error.bits + unit)]) from None
    return given.first, [_tight(source, needed_bits(wish) + unit)] if given.packed else []


def _lengths(source: Source, bits: int) -> str:
    """What the whole pool would have to be, and what it is."""
    length = BITS[source.prefix.family] - bits - source.share
    return (
        f"needs /{length}, has /{source.whole.length}"
        if length >= 0
        else f"needs more than there is, has /{source.whole.length}"
    )


def _name(source: Source) -> str:
    return f"pool {source.pool}" if source.pool else f"default pool {source.whole}"


def _too_small(source: Source, bits: int) -> Finding:
    text = f"{_name(source)} is too small: {_lengths(source, bits)}"
    own = ", or add the pools hosts and links" if source.pool == "fabric" else ""
    return Finding("E502", source.at, text, f"give it a shorter prefix{own}")


def _tight(source: Source, bits: int) -> Finding:
    text = f"{_name(source)} has no room to grow in place: {_lengths(source, bits)}"
    hint = "numbers are packed, and may change when something is added; give it a shorter prefix"
    return Finding("E504", source.at, text, hint, Severity.WARNING)
