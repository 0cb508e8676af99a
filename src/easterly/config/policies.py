"""Policies of BGP by name, in the text of switches: what is used and not there, and what is told to another AS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

Fault = tuple[int, str, str]
"""Line, code, message."""
Place = tuple[int, str]
"""Line and name."""
MAP = re.compile(r"^route-map (\S+) (?:permit|deny)")
USED = re.compile(r"^\s.*\broute-map (\S+)")
STATEMENT = re.compile(r"^set policy-options policy-statement (\S+) (.*)")
APPLIED = re.compile(r"^set (.*\bprotocols .*|routing-options .*) (import|export) (.+)$")


@dataclass(slots=True)
class _Found:
    """What a text says of policies."""

    defined: dict[str, int] = field(default_factory=dict)
    used: list[Place] = field(default_factory=list)
    preferring: set[str] = field(default_factory=set)
    told: list[tuple[int, str, str]] = field(default_factory=list)  # line, policy, neighbour or group
    outer: set[str] = field(default_factory=set)


def policies(system: str, text: str) -> Iterator[Fault]:
    r"""Policies that are used and not there (E910), LOCAL_PREF towards another AS (E911; RFC 4271 section 5.1.5).

    Parameters
    ----------
    system : str
        eos, nxos or junos; of others nothing is said.
    text : str
        A whole configuration.

    Yields
    ------
    (int, str, str)
        Line, code and message.

    Examples
    --------
    >>> list(policies("eos", "router bgp 1\n   neighbor a route-map OUT out\n"))
    [(2, 'E910', 'uses OUT, which is not there')]
    """
    readers = {"eos": _eos, "nxos": _nxos, "junos": _junos}
    if system not in readers:
        return
    found = readers[system](text.splitlines())
    for row, name in found.used:
        if name not in found.defined:
            yield row, "E910", f"uses {name}, which is not there"
    for row, name, peer in found.told:
        if name in found.preferring and peer in found.outer:
            yield row, "E911", f"sets LOCAL_PREF by {name} towards {peer}, which is in another AS"


def _maps(lines: list[str]) -> _Found:
    """Route-maps as EOS and NX-OS write them."""
    found, inside = _Found(), ""
    for row, line in enumerate(lines, 1):
        if line[:1].strip():
            head = MAP.match(line)
            inside = head[1] if head else ""
            if head:
                found.defined.setdefault(head[1], row)
        elif inside and "set local-preference" in line:
            found.preferring.add(inside)
        used = USED.match(line)
        if used:
            found.used.append((row, used[1]))
    return found


def _eos(lines: list[str]) -> _Found:
    found, asn, groups = _maps(lines), "", {}
    for row, line in enumerate(lines, 1):
        match line.split():
            case ["router", "bgp", own]:
                asn = own
            case ["neighbor", name, "peer", "group", group]:
                groups[name] = group
            case ["neighbor", name, "remote-as", other] if other != asn:
                found.outer |= {name, groups.get(name, name)}
            case ["neighbor", name, "route-map", policy, "out"]:
                found.told.append((row, policy, name))
    return found


def _nxos(lines: list[str]) -> _Found:
    found, asn, peer, group = _maps(lines), "", "", ""
    for row, line in enumerate(lines, 1):
        match line.split():
            case ["router", "bgp", own]:
                asn = own
            case ["template", "peer", name] | ["neighbor", name, *_]:
                peer = group = name
            case ["inherit", "peer", name]:
                group = name
            case ["remote-as", other] if other != asn:
                found.outer |= {peer, group}
            case ["route-map", policy, "out"]:
                found.told.append((row, policy, peer))
    return found


def _junos(lines: list[str]) -> _Found:
    found = _Found()
    for row, line in enumerate(lines, 1):
        statement, applied = STATEMENT.match(line), APPLIED.match(line)
        if statement:
            found.defined.setdefault(statement[1], row)
            if re.search(r"then local-preference\b", statement[2]):
                found.preferring.add(statement[1])
        elif applied:
            names = applied[3].strip("[] ").split()
            found.used += [(row, name) for name in names]
            group = re.search(r"bgp group (\S+)", applied[1])
            if group and applied[2] == "export":
                found.told += [(row, name, group[1]) for name in names]
        external = re.match(r"^set protocols bgp group (\S+) type external", line)
        if external:
            found.outer.add(external[1])
    return found
