"""Rules and packets back as the text that `parse_rules` and `parse_packets` read."""

from __future__ import annotations

import ipaddress

from easterly.qos.classify.rules import FIELDS, FLAGS, PORTED, RANGES, TCP, Range, Rule, Words
from easterly.qos.classify.text import KEYS, PROTOCOLS
from easterly.qos.code_points import CODE_POINTS

_KEY = {field: key for key, field in KEYS.items()}
_NAMES: dict[str, dict[int, str]] = {
    "protocol": {number: name for name, number in PROTOCOLS.items()},
    "dscp": {point: name for name, point in reversed([*CODE_POINTS.items()])},
}


def rule_text(rule: Rule) -> str:
    """One line that reads as the rule.

    >>> from easterly.qos.classify import parse_rules
    >>> rule_text(parse_rules("class a src ::/0 proto 6 dport 80-80 dscp 34 flags !ack,syn")[0])
    'class a src ::/0 proto tcp dport 80 dscp af41 flags syn,!ack'
    """
    words = [rule.action, rule.name]
    words += [f"{end} {net}" for end, net in (("src", rule.src), ("dst", rule.dst)) if net is not None]
    for field in _ORDER:
        ends = getattr(rule, field)
        if ends is not None:
            words.append(f"{_KEY[field]} {_range(field, ends)}")
    if rule.flags is not None and rule.flags[0]:
        words.append(f"flags {_flags(*rule.flags)}")
    return " ".join(words)


def packet_text(packet: Words) -> str:
    """One line that reads as the packet: addresses, protocol, and what else is not 0.

    Parameters
    ----------
    packet : (D,) uint64
        In the order of `FIELDS`. What such a packet cannot have is left out: ports of ICMP, flags of UDP.

    >>> from easterly.qos.classify import parse_packets
    >>> packet_text(parse_packets("src ::1 dst ::2 proto udp sport 0 dport 53").packet(0))
    'src ::1 dst ::2 proto udp dport 53'
    """
    value = dict(zip(FIELDS, packet.tolist(), strict=True))
    words = [f"{end} {_address(value['version'], value[f'{end}_high'], value[f'{end}_low'])}" for end in ("src", "dst")]
    for field in _ORDER:
        ported = not field.endswith("port") or value["protocol"] in PORTED
        if ported and (value[field] or field == "protocol"):
            words.append(f"{_KEY[field]} {_number(field, value[field])}")
    octet = sum(value[flag] << bit for bit, flag in enumerate(FLAGS))
    if octet and value["protocol"] == TCP:
        words.append(f"flags {_flags(octet, octet)}")
    return " ".join(words)


_ORDER = ("protocol", *(field for field in RANGES if field != "protocol"))


def _address(version: int, high: int, low: int) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.IPv6Address(high << 64 | low) if version else ipaddress.IPv4Address(high >> 32)


def _range(field: str, ends: Range) -> str:
    low, high = ends
    return _number(field, low) if low == high else f"{low}-{high}"


def _number(field: str, value: int) -> str:
    return _NAMES.get(field, {}).get(value, str(value))


def _flags(mask: int, value: int) -> str:
    return ",".join(("" if value >> i & 1 else "!") + FLAGS[i] for i in range(8) if mask >> i & 1)
