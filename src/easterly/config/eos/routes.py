"""Routes of EOS read back: what a switch would do, from its lines alone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from easterly.config.reading import Reading
from easterly.config.switches.blocks import Block, blocks
from easterly.model.router_state import DeviceState

LISTS = {"ip": "ip", "ipv6": "ipv6", "ipv4": "ip"}
EVPN = re.compile(r"route-target (import|export) evpn (\S+)")


def parse(text: str) -> DeviceState:
    r"""Read the routes of a switch; lines that decide none of them are skipped.

    Parameters
    ----------
    text : str

    Returns
    -------
    DeviceState
        Interfaces have their names of EOS. A neighbour without ``remote-as`` has AS 0.

    Raises
    ------
    ValueError
        A line lacks what its first words call for.

    Examples
    --------
    >>> state = parse("hostname a\nrouter bgp 65001\n   neighbor 10.0.0.1 remote-as 65002\n")
    >>> state.device, state.asn, state.neighbors
    ('a', 65001, {'10.0.0.1': 65002})
    """
    reading = Reading()
    for block in blocks(text):
        try:
            _top(reading, block.line.split(), block)
        except (LookupError, ValueError):
            raise ValueError(f"a line below {block.line!r}, or it itself, is cut short or has no number") from None
    return reading.state()


def _top(reading: Reading, words: list[str], block: Block) -> None:
    match words:
        case ["hostname", name]:
            reading.device = name
        case ["vrf", "instance", name]:
            reading.vrfs.append(name)
        case ["interface", "Vxlan1"]:
            _tunnel(reading, block.inner)
        case ["interface", name]:
            _interface(reading, name, block.inner)
        case ["ip" | "ipv6" as family, "prefix-list", name]:
            reading.lists[f"{family} {name}"] = [" ".join(b.line.split()[2:]) for b in block.inner]
        case ["route-map", name, "permit", _]:
            reading.policies[name] += [b.line for b in block.inner]
        case ["router", "bgp", asn]:
            reading.asn = int(asn)
            _bgp(reading, block.inner)


def _tunnel(reading: Reading, lines: Iterable[Block]) -> None:
    for block in lines:
        words = block.line.split()
        if words[:2] == ["vxlan", "vrf"]:
            reading.vnis[words[2]] = int(words[4])


def _interface(reading: Reading, name: str, lines: Iterable[Block]) -> None:
    for block in lines:
        match block.line.split():
            case ["vrf", table]:
                reading.vrf_ports[table].append(name)
            case ["ip" | "ipv6", "address", address, *_] if "/" in address:
                reading.interfaces[name].append(address)


def _bgp(reading: Reading, lines: Iterable[Block]) -> None:
    groups: dict[str, None] = {}
    for block in lines:
        match block.line.split():
            case ["router-id", number]:
                reading.router_id = number
            case ["neighbor", name, "peer", "group"]:
                groups[name] = None
            case ["neighbor", "interface", name, "peer-group", group, "remote-as", asn]:
                reading.neighbors[name] = int(asn)
                reading.members[group].append(name)
            case ["neighbor", name, "peer", "group", group]:
                reading.neighbors.setdefault(name, 0)
                reading.members[group].append(name)
            case ["neighbor", name, "remote-as", asn]:
                reading.neighbors[name] = int(asn)
            case ["neighbor", name, *_] if name not in groups:
                reading.neighbors.setdefault(name, 0)
            case ["address-family", family]:
                _family(reading, LISTS.get(family, ""), block.inner)
            case ["vrf", name]:
                _table(reading, name, block.inner)


def _family(reading: Reading, word: str, lines: Iterable[Block]) -> None:
    for block in lines:
        match block.line.split():
            case ["neighbor", _, "prefix-list", name, "in" | "out"]:
                reading.uses[f"{word} {name}"] = None
            case ["neighbor", name, "route-map", used, "in"]:
                reading.heard[name] = used
            case ["network", prefix, *_]:
                reading.networks.append(prefix)


def _table(reading: Reading, name: str, lines: Iterable[Block]) -> None:
    for block in lines:
        target = EVPN.fullmatch(block.line)
        if target:
            reading.targets[name].append(f"{target[1]} {target[2]}")
        elif block.line.startswith("address-family "):
            reading.vrf_networks[name] += [b.line.split()[1] for b in block.inner if b.line.startswith("network ")]
