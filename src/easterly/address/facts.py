"""What there is to say of one prefix: masks, ends, usable addresses, neighbours."""

from __future__ import annotations

from dataclasses import dataclass

from easterly.address.text import BITS, Prefix


def usable(family: int, length: int) -> int:
    """Addresses of a subnet that interfaces may have; not to be mixed with the total, 2^(bits - length).

    IPv4 loses the network's and the broadcast address, but for /31 (RFC 3021) and /32. IPv6 loses the Subnet-Router
    anycast address (RFC 4291 section 2.6.1), but for /127 (RFC 6164) and /128.

    Examples
    --------
    >>> usable(4, 24), usable(4, 31), usable(4, 32), usable(6, 126), usable(6, 127)
    (254, 2, 1, 3, 2)
    """
    total = 1 << (BITS[family] - length)
    return total if total <= 2 else total - (2 if family == 4 else 1)


@dataclass(frozen=True, slots=True)
class Facts:
    """One prefix, taken apart.

    Attributes
    ----------
    prefix : Prefix
    total, usable : int
        Addresses, and those that interfaces may have.
    first, last : int
        Of all addresses.
    first_usable, last_usable : int
    netmask, wildcard : int
        As numbers; what is written as 255.255.255.0 and 0.0.0.255.
    broadcast : int or None
        None in IPv6, which has none, and for /31 and /32.
    previous, following : Prefix or None
        The neighbours of its length; None at an end of the family.
    above : Prefix or None
        The prefix that is one bit shorter, and has this one and its buddy as halves.
    buddy : Prefix or None
    """

    prefix: Prefix
    total: int
    usable: int
    first: int
    last: int
    first_usable: int
    last_usable: int
    netmask: int
    wildcard: int
    broadcast: int | None
    previous: Prefix | None
    following: Prefix | None
    above: Prefix | None
    buddy: Prefix | None


def facts(prefix: Prefix) -> Facts:
    """Take a prefix apart.

    Examples
    --------
    >>> from easterly.address.text import read, write
    >>> found = facts(read("10.0.0.0/13"))
    >>> write(4, found.last), write(4, found.netmask), str(found.following), found.usable
    ('10.7.255.255', '255.248.0.0', '10.8.0.0/13', 524286)
    """
    family, length, size = prefix.family, prefix.length, prefix.size
    whole = 1 << BITS[family]
    plain = size > 2
    before, behind = prefix.first - size, prefix.first + size
    buddy = Prefix(family, prefix.first ^ size, length) if length else None
    return Facts(
        prefix, size, usable(family, length), prefix.first, prefix.last,
        prefix.first + plain, prefix.last - (plain and family == 4), whole - size, size - 1,
        prefix.last if plain and family == 4 else None,
        Prefix(family, before, length) if before >= 0 else None,
        Prefix(family, behind, length) if behind < whole else None,
        Prefix(family, prefix.first & ~size, length - 1) if length else None, buddy,
    )  # fmt: skip


def binary(prefix: Prefix) -> str:
    """Bits of the first address, in groups, with a bar where the length ends.

    Examples
    --------
    >>> from easterly.address.text import read
    >>> binary(read("10.20.0.0/20"))
    '00001010.00010100.0000|0000.00000000'
    """
    bits, group, mark = (32, 8, ".") if prefix.family == 4 else (128, 16, ":")
    text = f"{prefix.first:0{bits}b}"
    cells = [(mark if i and i % group == 0 else "") + ("|" if i == prefix.length else "") + c
             for i, c in enumerate(text)]  # fmt: skip
    return "".join(cells).replace(f"{mark}|", f"|{mark}") + ("|" if prefix.length == bits else "")
