"""Names of the reverse tree of DNS: of addresses, of the zones of a prefix, and of prefixes between two octets."""

from __future__ import annotations

from dataclasses import dataclass

from easterly.address.facts import facts
from easterly.address.sets import parts
from easterly.address.text import BITS, Prefix

_ROOT = {4: "in-addr.arpa", 6: "ip6.arpa"}
_STEP = {4: 8, 6: 4}


def _labels(prefix: Prefix) -> list[str]:
    """Octets or nibbles of a prefix that ends on a border, from the left."""
    step, bits = _STEP[prefix.family], BITS[prefix.family]
    values = [prefix.first >> (bits - at - step) & ((1 << step) - 1) for at in range(0, prefix.length, step)]
    return [str(value) if prefix.family == 4 else f"{value:x}" for value in values]


def reverse_name(family: int, number: int) -> str:
    """Name of the PTR record of an address (RFC 1035 section 3.5, RFC 3596 section 2.5).

    Examples
    --------
    >>> reverse_name(4, 0x0A630033)
    '51.0.99.10.in-addr.arpa'
    """
    return _named(Prefix(family, number, BITS[family]))


def _named(prefix: Prefix) -> str:
    return ".".join([*reversed(_labels(prefix)), _ROOT[prefix.family]])


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone of the reverse tree.

    Attributes
    ----------
    name : str
        Without a dot at the end.
    prefix : Prefix
        Whose addresses it names.
    parent : str
        For a prefix between two octets (RFC 2317): the zone that delegates it, and holds an alias for each address.
        Empty otherwise.
    """

    name: str
    prefix: Prefix
    parent: str = ""

    def aliases(self) -> list[tuple[str, str]]:
        """CNAME records of the parent, by RFC 2317: owner and target of each usable address; none without a parent."""
        if not self.parent:
            return []
        found = facts(self.prefix)
        names = (number & 255 for number in range(found.first_usable, found.last_usable + 1))
        return [(f"{last}.{self.parent}", f"{last}.{self.name}") for last in names]


def reverse_zones(prefix: Prefix) -> tuple[Zone, ...]:
    """Zones that name exactly the addresses of a prefix.

    Zones end on borders of octets (IPv4) or nibbles (IPv6), so a prefix that does not is cut into the fewest that do.
    An IPv4 prefix of /25 to /31 is one zone of the form of RFC 2317 instead.

    Parameters
    ----------
    prefix : Prefix

    Returns
    -------
    tuple of Zone
        At most 128 for IPv4 and 8 for IPv6.

    Examples
    --------
    >>> from easterly.address.text import read
    >>> [zone.name for zone in reverse_zones(read("10.20.0.0/15"))]
    ['20.10.in-addr.arpa', '21.10.in-addr.arpa']
    >>> [zone] = reverse_zones(read("192.0.2.128/26"))
    >>> zone.name, zone.aliases()[0]
    ('128/26.2.0.192.in-addr.arpa', ('129.2.0.192.in-addr.arpa', '129.128/26.2.0.192.in-addr.arpa'))
    """
    step = _STEP[prefix.family]
    if prefix.family == 4 and 24 < prefix.length < 32:
        parent = _named(Prefix(4, prefix.first >> 8 << 8, 24))
        return (Zone(f"{prefix.first & 255}/{prefix.length}.{parent}", prefix, parent),)
    return tuple(Zone(_named(part), part) for part in parts(prefix, -(-prefix.length // step) * step))
