"""Rules and packets as text: one per line.

    ACTION NAME [KEY VALUE] ...     class | permit | deny, then what a packet has to be like
    src, dst                        a prefix or address of IPv4 or IPv6
    proto                           a name (tcp, udp, icmp, ...), a number or a range
    sport, dport                    a port or a range; needs a proto that has ports
    dscp                            a name (af41, ef, cs6, ...), a number or a range
    vlan, pcp, in                   a number or a range; `in` is the number of the interface of arrival
    flags                           TCP flags that are set, and not set: syn,!ack; needs proto tcp

Ranges are written LOW-HIGH. ``any`` restricts nothing, as does a key that is left out. ``#`` starts a comment.
Packets have the same keys with single values and no action; src and dst are needed.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from easterly.qos.classify.packets import Packets, packets_of
from easterly.qos.classify.rules import FIELDS, FLAGS, Rule
from easterly.qos.code_points import CODE_POINTS

PROTOCOLS: Mapping[str, int] = {
    "icmp": 1, "igmp": 2, "ipip": 4, "tcp": 6, "udp": 17, "dccp": 33, "ipv6": 41, "gre": 47, "esp": 50, "ah": 51,
    "icmpv6": 58, "eigrp": 88, "ospf": 89, "pim": 103, "vrrp": 112, "sctp": 132, "udplite": 136,
}  # fmt: skip
"""Numbers of protocols by name (IANA)."""
ACTIONS = ("class", "permit", "deny")
KEYS = {"src": "src", "dst": "dst", "sport": "src_port", "dport": "dst_port", "proto": "protocol", "dscp": "dscp",
        "vlan": "vlan", "pcp": "pcp", "in": "interface", "flags": "flags"}  # fmt: skip
NAMES = {"proto": PROTOCOLS, "dscp": CODE_POINTS}
NUMBER = re.compile(r"[0-9]{1,10}")
WORD = re.compile(r"\S+")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
SHOWN = 40


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line: where, why, and what to do.

    Attributes
    ----------
    line, column : int
        From 1, in characters.
    message, hint : str
    """

    line: int
    column: int
    message: str
    hint: str

    def __str__(self) -> str:
        """One line: place, what, what to do."""
        return f"{self.line}:{self.column}: {self.message}" + (f"; {self.hint}" if self.hint else "")


class FaultyText(ValueError):
    """Text that cannot be read.

    Attributes
    ----------
    faults : tuple of Fault
        Of all lines, one each.
    """

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


class _Wrong(Exception):
    """A fault that does not know its line yet."""

    def __init__(self, column: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.column, self.message, self.hint = column, message, hint


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    column: int


def parse_rules(text: str) -> tuple[Rule, ...]:
    """Read rules, one per line; the first that matches decides.

    Parameters
    ----------
    text : str
        ``class NAME``, ``permit NAME`` or ``deny NAME``, then keys and values: see the head of this module.

    Returns
    -------
    tuple of Rule

    Raises
    ------
    FaultyText
        A ValueError with place, reason and remedy of one fault in each line that has any.

    Examples
    --------
    >>> [rule] = parse_rules("class storage src 10.0.0.0/8 proto tcp dport 4791 dscp af41")
    >>> rule.dscp, rule.dst_port, rule.line
    ((34, 34), (4791, 4791), 1)
    >>> parse_rules("class storage dport 4791")
    Traceback (most recent call last):
    easterly.qos.classify.text.FaultyText: 1:1: rule storage: ports need a protocol that has ports; add one of tcp, ...
    """
    return tuple(_lines(text, _rule))


def parse_packets(text: str) -> Packets:
    """Read packets, one per line.

    Parameters
    ----------
    text : str
        Keys and single values; ``src`` and ``dst`` are needed, what is left out is 0. See the head of this module.

    Returns
    -------
    Packets

    Raises
    ------
    FaultyText
        A ValueError with place, reason and remedy of one fault in each line that has any.

    Examples
    --------
    >>> packets = parse_packets("src 10.0.0.1 dst 10.0.0.2 proto udp sport 49152 dport 4791 dscp 26")
    >>> packets.column("dst_port").tolist()
    [4791]
    """
    rows = list(_lines(text, _packet))
    columns: dict[str, Any] = {key: [row[key] for row in rows] for key in ("src", "dst")}
    columns |= {key: [row.get(key, 0) for row in rows] for key in (*RANGED, "flags")}
    return packets_of(**columns) if rows else packets_of([], [])


RANGED = tuple(field for key, field in KEYS.items() if key not in ("src", "dst", "flags"))


def _lines(text: str, read: Callable[[list[_Token], int], Any]) -> Iterator[Any]:
    """What each line says, comments and empty lines left out; all faults at once."""
    made, faults = [], []
    for number, line in enumerate(text.split("\n"), 1):
        tokens = [_Token(m.group(), m.start() + 1) for m in WORD.finditer(line.split("#", 1)[0])]
        try:
            if tokens:
                made.append(read(tokens, number))
        except _Wrong as wrong:
            faults.append(Fault(number, wrong.column, wrong.message, wrong.hint))
    if faults:
        raise FaultyText(tuple(faults))
    yield from made


def _rule(tokens: list[_Token], line: int) -> Rule:
    action, *rest = tokens
    if action.text not in ACTIONS:
        raise _Wrong(action.column, f"{_shown(action)} is no action", f"write one of {', '.join(ACTIONS)}")
    if not rest or not NAME.fullmatch(rest[0].text):
        at = rest[0] if rest else action
        raise _Wrong(
            at.column, f"{action.text} needs a name", f"write {action.text} NAME, letters and digits, then keys"
        )
    given: dict[str, Any] = {}
    for key, value in _pairs(rest[1:]):
        read = {"src": _prefix, "dst": _prefix, "flags": _flags}.get(key.text)
        if value.text != "any":
            given[KEYS[key.text]] = read(value) if read else _range(key.text, value)
    try:
        return Rule(rest[0].text, action.text, line=line, **given)  # type: ignore[arg-type]  # one of ACTIONS
    except ValueError as error:
        message, _, hint = str(error).partition("; ")
        raise _Wrong(action.column, message, hint) from None


def _packet(tokens: list[_Token], line: int) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for key, value in _pairs(tokens):
        read = {"src": _address, "dst": _address, "flags": _octet}.get(key.text)
        given[KEYS[key.text]] = read(value) if read else _number(key.text, value)
    for end in ("src", "dst"):
        if end not in given:
            raise _Wrong(tokens[0].column, f"a packet without {end}", f"add {end} and an address")
    if ipaddress.ip_address(given["src"]).version != ipaddress.ip_address(given["dst"]).version:
        raise _Wrong(tokens[0].column, "src and dst are of two versions of IP", "a packet has one version")
    return given


def _pairs(tokens: list[_Token]) -> Iterator[tuple[_Token, _Token]]:
    seen: set[str] = set()
    for i in range(0, len(tokens), 2):
        key = tokens[i]
        if key.text not in KEYS:
            raise _Wrong(key.column, f"{_shown(key)} is no key", f"keys are {', '.join(KEYS)}")
        if key.text in seen:
            raise _Wrong(key.column, f"{key.text} stands twice", "write a second line for another value")
        if i + 1 == len(tokens):
            raise _Wrong(key.column, f"{key.text} has no value", f"write {key.text} VALUE, or leave it out")
        seen.add(key.text)
        yield key, tokens[i + 1]


def _prefix(value: _Token) -> Any:
    try:
        if "%" in value.text:
            raise ValueError
        wide = ipaddress.ip_network(value.text, strict=False)
    except ValueError:
        raise _Wrong(value.column, f"{_shown(value)} is no prefix", "write 10.0.0.0/8, 2001:db8::/32 or any") from None
    if ipaddress.ip_address(value.text.split("/")[0]) != wide.network_address:
        raise _Wrong(value.column, f"{_shown(value)} has bits beyond its length", f"write {wide}")
    return wide


def _address(value: _Token) -> str:
    try:
        if "%" in value.text:
            raise ValueError
        made = ipaddress.ip_address(value.text)
    except ValueError:
        raise _Wrong(value.column, f"{_shown(value)} is no address", "write 10.0.0.1 or 2001:db8::1") from None
    return str(made)


def _number(key: str, value: _Token, text: str | None = None) -> int:
    text = value.text if text is None else text
    names = NAMES.get(key, {})
    top = (1 << FIELDS[KEYS[key]]) - 1
    number = names.get(text.lower(), -1)
    if NUMBER.fullmatch(text):
        number = int(text)
    if not 0 <= number <= top:
        known = f", or a name such as {list(names)[-1]}" if names else ""
        raise _Wrong(value.column, f"{_shown(value)} is no {key}", f"write a number within 0-{top}{known}")
    return number


def _range(key: str, value: _Token) -> tuple[int, int]:
    low, dash, high = value.text.partition("-")
    first = _number(key, value, low)
    last = _number(key, value, high) if dash else first
    if first > last:
        raise _Wrong(value.column, f"{_shown(value)} ends before it begins", f"write {high}-{low}")
    return first, last


def _flags(value: _Token) -> tuple[int, int]:
    """Mask and value."""
    mask = wanted = 0
    for word in value.text.split(","):
        name = word.removeprefix("!").lower()
        if name not in FLAGS or mask >> FLAGS.index(name) & 1:
            raise _Wrong(
                value.column, f"{_shown(value)} are no flags", f"write some of {', '.join(FLAGS)}; !ack is not set"
            )
        bit = 1 << FLAGS.index(name)
        mask |= bit
        wanted |= 0 if word.startswith("!") else bit
    return mask, wanted


def _octet(value: _Token) -> int:
    mask, wanted = _flags(value)
    if mask != wanted:
        raise _Wrong(
            value.column, f"{_shown(value)}: a packet has the flags that are named", "leave out what is not set"
        )
    return wanted


def _shown(token: _Token) -> str:
    """Repr of a word, cut where it is long."""
    return repr(token.text if len(token.text) <= SHOWN else token.text[:SHOWN] + "...")
