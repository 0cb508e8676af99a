"""Addresses and prefixes as text: a strict reader, and writers that are fast on many numbers.

The readers of the standard library accept wildcard masks and guess a missing length; a pool decides
thousands of numbers, so nothing is guessed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

BITS = {4: 32, 6: 128}
EMBEDDED = 96
"""Bits before an IPv4 address that is embedded in one of IPv6."""
MIXED = (0xFFFF, 0xFFFF0000, 0x64FF9B << 64)
"""Upper 96 bits of addresses that end in an IPv4 address by a well-known prefix (RFC 5952 section 5): IPv4-mapped
(RFC 4291), IPv4-translated (RFC 2765), IPv4/IPv6 translation (RFC 6052 section 2.4)."""
_DECIMAL = re.compile(r"[0-9]{1,3}")
_HEX = re.compile(r"[0-9A-Fa-f]{1,4}")


class AddressError(ValueError):
    """Text that is no prefix.

    Attributes
    ----------
    code : str
        ``E510`` not a prefix, ``E511`` host bits set, ``E512`` leading zeros.
    hint : str
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint


@dataclass(frozen=True, slots=True, order=True)
class Prefix:
    """A block of addresses.

    Attributes
    ----------
    family : int
        4 or 6.
    first : int
        Its lowest address as a number.
    length : int
        Number of leading bits that all its addresses share.
    """

    family: int
    first: int
    length: int

    @property
    def size(self) -> int:
        """Number of addresses."""
        return 1 << (BITS[self.family] - self.length)

    @property
    def last(self) -> int:
        """Its highest address as a number."""
        return self.first + self.size - 1

    def overlaps(self, other: Prefix) -> bool:
        """Whether an address is in both."""
        return self.family == other.family and self.first <= other.last and other.first <= self.last

    def inside(self, outer: Prefix) -> bool:
        """Whether all its addresses are in another one."""
        return self.family == outer.family and outer.first <= self.first and self.last <= outer.last

    def part(self, index: int, parts: int) -> Prefix:
        """Part number `index` of `parts` equal parts; `parts` is a power of two."""
        length = self.length + parts.bit_length() - 1
        return Prefix(self.family, self.first + index * (self.size // parts), length)

    def __str__(self) -> str:
        plain = self.family == 6 and self.length <= EMBEDDED  # no IPv4 address is in the prefix
        return f"{write_v6(self.first, mixed=False) if plain else write(self.family, self.first)}/{self.length}"


def read(text: str) -> Prefix:
    """Read a prefix such as ``10.64.0.0/16`` or ``fd00:64::/40``, strictly.

    Parameters
    ----------
    text : str

    Returns
    -------
    Prefix

    Raises
    ------
    AddressError
        For anything but an address in full (RFC 4291 section 2.2 for IPv6), a slash and a length, and for
        bits set beyond the length.

    Examples
    --------
    >>> read("10.64.0.0/16")
    Prefix(family=4, first=171966464, length=16)
    >>> str(read("fd00:64:0::/40"))
    'fd00:64::/40'
    """
    address, slash, length_text = text.partition("/")
    if not slash or not length_text.isascii() or not length_text.isdigit():
        raise AddressError("E510", f"{text!r} is not a prefix", _hint(address, length_text))
    family, number = read_address(address, text)
    length = int(length_text[:4])
    if len(length_text) > 1 and length_text[0] == "0":
        raise AddressError("E510", f"{text!r} is not a prefix", f"leave leading zeros out: /{length}")
    if length > BITS[family]:
        raise AddressError("E510", f"{text!r} is not a prefix", f"the length is between 0 and {BITS[family]}")
    host_bits = number & ((1 << (BITS[family] - length)) - 1)
    if host_bits:
        mended = Prefix(family, number - host_bits, length)
        raise AddressError("E511", f"{text!r} has bits set beyond its length", f"did you mean {mended}?")
    return Prefix(family, number, length)


def read_host(text: str) -> Prefix:
    """Read one address, strictly, as a prefix of full length.

    Raises
    ------
    AddressError
        For anything else, such as an address with a length or with a scope.

    Examples
    --------
    >>> read_host("192.0.2.33"), str(read_host("64:ff9b::c000:221"))
    (Prefix(family=4, first=3221226017, length=32), '64:ff9b::192.0.2.33/128')
    """
    if "/" in text:
        raise AddressError("E510", f"{text!r} is not an address", "leave the length out")
    family, number = read_address(text, text)
    return Prefix(family, number, BITS[family])


def _hint(address: str, mask: str) -> str:
    """What to write in place of a prefix without a length in digits; made of the text itself where it is an address."""
    try:
        family, _ = read_address(address, address)
    except AddressError as error:
        return error.hint if "%" in address else "write it with its length, like 10.64.0.0/16"
    kind, length = _mask(mask)
    if kind == "wildcard":
        return f"{mask} is a wildcard mask, which some read as a netmask: did you mean {address}/{length}?"
    return f"write it with its length, like {address}/{length or (16 if family == 4 else 48)}"


def _mask(text: str) -> tuple[str, int]:
    """Whether a text is a netmask or a wildcard mask, and the length that it stands for."""
    try:
        bits = f"{_read_v4(text, text):032b}"
    except AddressError:
        return "", 0
    ones, zeros = len(bits) - len(bits.lstrip("1")), len(bits) - len(bits.lstrip("0"))
    if "1" not in bits[ones:]:
        return "netmask", ones
    return ("wildcard", zeros) if "0" not in bits[zeros:] else ("", 0)


LONGEST = 60
"""Characters of a text that are told in an error: all of any address, and little of a file of something else."""


def read_address(address: str, whole: str) -> tuple[int, int]:
    """Family and number of an address; `whole` is the text to name in the error, of which the beginning will do."""
    whole = whole if len(whole) <= LONGEST else f"{whole[:LONGEST]}..."
    if "%" in address:
        hint = "leave the scope out: it names an interface of one host (RFC 4007), and is no part of the address"
        raise AddressError("E510", f"{whole!r} is not {_noun(whole)}", hint)
    if ":" in address:
        return 6, _read_v6(address, whole)
    return 4, _read_v4(address, whole)


def _noun(whole: str) -> str:
    return "a prefix" if "/" in whole else "an address"


def _read_v4(address: str, whole: str) -> int:
    parts = address.split(".")
    if len(parts) != 4 or not all(_DECIMAL.fullmatch(part) for part in parts):
        like = " and a length, like 10.64.0.0/16" if "/" in whole else ", like 10.64.0.1"
        hint = _stray(address) or f"write four decimal numbers{like}"
        raise AddressError("E510", f"{whole!r} is not {_noun(whole)}", hint)
    if any(len(part) > 1 and part[0] == "0" for part in parts):
        mended = ".".join(str(int(part)) for part in parts) + whole[len(address) :]
        # Some readers take 010 for eight: the user has to say which is meant.
        raise AddressError("E512", f"{whole!r} has leading zeros, which some read as octal", f"did you mean {mended}?")
    if any(int(part) > 255 for part in parts):
        raise AddressError("E510", f"{whole!r} is not {_noun(whole)}", "each of the four numbers is at most 255")
    a, b, c, d = map(int, parts)
    return a << 24 | b << 16 | c << 8 | d


def _read_v6(address: str, whole: str) -> int:
    before, _, last = address.rpartition(":")
    if "." in last:  # RFC 4291 section 2.2, form 3: the last 32 bits as IPv4
        number = _read_v4(last, last)
        address = f"{before}:{number >> 16:x}:{number & 0xFFFF:x}"
    head, gap, tail = address.partition("::")
    left = head.split(":") if head else []
    right = tail.split(":") if tail else []
    missing = 8 - len(left) - len(right)
    if not all(_HEX.fullmatch(group) for group in [*left, *right]) or (missing < 1 if gap else missing != 0):
        hint = _stray(address) or _why_not_v6([*left, *right], bool(gap))
        raise AddressError("E510", f"{whole!r} is not {_noun(whole)}", hint)
    number = 0
    for group in [*left, *["0"] * missing, *right]:
        number = number << 16 | int(group, 16)
    return number


def _stray(address: str) -> str:
    """What to leave out of a text that has more than an address; empty where nothing is known of it."""
    if any(mark.isspace() for mark in address):
        return "leave spaces out"
    if "[" in address or "]" in address:
        return "leave the brackets out: they belong to URLs"
    if address.count(":") == 1 and "." in address:
        return f"leave the port out: {address.partition(':')[0]}"
    return "" if "-" not in address else "write one address: a range has two, each on its own"


def _why_not_v6(groups: list[str], gap: bool) -> str:
    """What is wrong with the groups of an address, where `gap` says whether a ``::`` is among them."""
    if gap and "" in groups:
        return "`::` may stand once, and no other group is empty"
    strange = next((group for group in groups if not _HEX.fullmatch(group)), None)
    if strange is not None:
        return f"a group is one to four hexadecimal digits, and {strange[:LONGEST]!r} is not; write it like fd00:64::1"
    if gap:
        return f"there are {len(groups)} groups beside `::`: write seven at most"
    return f"there are {len(groups)} groups: write eight, or `::` once in place of those that are zero"


def write(family: int, number: int) -> str:
    """Text of an address; RFC 5952 for IPv6.

    >>> write(4, 0x0A400001), write(6, 0x20010DB8000000000001000000000001)
    ('10.64.0.1', '2001:db8::1:0:0:1')
    """
    return write_v4((number,))[0] if family == 4 else write_v6(number)


def write_v4(numbers: Iterable[int]) -> list[str]:
    """Dotted text of many IPv4 addresses."""
    return [f"{n >> 24}.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}" for n in numbers]


def write_v6(number: int, *, mixed: bool = True) -> str:
    """RFC 5952 text: lower case, no leading zeros, the first longest run of zeros as ``::``, and IPv4 in it dotted.

    The last is section 5, for known prefixes; `mixed` turns it off.

    >>> write_v6(0), write_v6(1), write_v6(0x20010DB8000000010001000100010001), write_v6(0xFFFFC0000280)
    ('::', '::1', '2001:db8:0:1:1:1:1:1', '::ffff:192.0.2.128')
    """
    dotted = mixed and number >> 32 in MIXED
    groups = [number >> shift & 0xFFFF for shift in range(112, 16 if dotted else -1, -16)]
    start, length = _longest_zeros(groups)
    tail = write_v4((number & 0xFFFFFFFF,)) if dotted else []
    if length < 2:
        return ":".join([f"{group:x}" for group in groups] + tail)
    head = ":".join([f"{group:x}" for group in groups[:start]])
    return head + "::" + ":".join([f"{group:x}" for group in groups[start + length :]] + tail)


def _longest_zeros(groups: list[int]) -> tuple[int, int]:
    """Start and length of the first longest run of zeros."""
    best, start = (0, 0), -1
    for i, group in enumerate(groups):
        if group:
            start = -1
            continue
        if start < 0:
            start = i
        if i - start + 1 > best[1]:
            best = (start, i - start + 1)
    return best


def write_many(family: int, numbers: Iterable[int]) -> list[str]:
    """Text of many addresses of one family."""
    return write_v4(numbers) if family == 4 else [write_v6(number) for number in numbers]


def reversed_bits(number: int, bits: int) -> int:
    """The number with its bits in the other order: the "leftmost" order of RFC 3531 section 3.

    >>> [reversed_bits(n, 3) for n in range(8)]
    [0, 4, 2, 6, 1, 5, 3, 7]
    """
    return int(f"{number:0{bits}b}"[::-1], 2)
