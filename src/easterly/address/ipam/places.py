"""Text of an address, a prefix or a range, as numbers."""

from __future__ import annotations

from typing import NamedTuple

from easterly.address.text import BITS, AddressError, read, read_address


class Place(NamedTuple):
    """A run of addresses.

    Attributes
    ----------
    family : int
        4 or 6.
    lo, hi : int
        First and last address.
    length : int
        Length of the prefix; -1 for a range.
    """

    family: int
    lo: int
    hi: int
    length: int


def place(text: str) -> Place:
    """Read ``10.0.0.5``, ``10.0.0.0/24`` or ``10.0.0.5-10.0.0.9``, strictly.

    Raises
    ------
    AddressError

    Examples
    --------
    >>> place("10.0.0.0/24")
    Place(family=4, lo=167772160, hi=167772415, length=24)
    >>> place("10.0.0.5-10.0.0.9").length
    -1
    """
    if "/" in text:
        prefix = read(text)
        return Place(prefix.family, prefix.first, prefix.last, prefix.length)
    first, dash, last = text.partition("-")
    if dash:
        return between(first.strip(), last.strip())
    family, number = read_address(text, text)
    return Place(family, number, number, BITS[family])


def between(first: str, last: str) -> Place:
    """The range from one address to another.

    Raises
    ------
    AddressError
        Where the last comes before the first, or is of another family.
    """
    (family, lo), (other, hi) = read_address(first, first), read_address(last, last)
    if family != other or hi < lo:
        raise AddressError("E510", f"{first}-{last} is no range", "write the lower address first, both of one family")
    return Place(family, lo, hi, -1)
