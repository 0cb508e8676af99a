"""Routes of NX-OS read back: what a switch would do, from its lines alone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from easterly.config.reading import Reading
from easterly.config.switches.blocks import Block, blocks
from easterly.model.router_state import DeviceState

LIST = re.compile(r"(ip|ipv6) prefix-list (\S+) seq \d+ (.+)")
WORD = {"ipv4": "ip", "ipv6": "ipv6", "l2vpn": ""}


def parse(text: str) -> DeviceState:
    r"""Read the routes of a switch; lines that decide none of them are skipped.

    Parameters
    ----------
    text : str

    Returns
    -------
    DeviceState
        Interfaces have their names of NX-OS. A VNI counts where the tunnel has it too.

    Raises
    ------
    ValueError
        A line lacks what its first words call for.

    Examples
    --------
    >>> state = parse("hostname a\nrouter bgp 65001\n  neighbor 10.0.0.1\n    remote-as 65002\n")
    >>> state.device, state.asn, state.neighbors
    ('a', 65001, {'10.0.0.1': 65002})
    """
    reading, found = Reading(), blocks(text)
    tunnels = {b.line.split()[2] for block in found if block.line.startswith("interface nve")
               for b in block.inner if b.line.startswith("member vni ")}  # fmt: skip
    inner = _inner(found)
    for block in found:
        try:
            _top(reading, block, tunnels, inner)
        except (LookupError, ValueError):
            raise ValueError(f"a line below {block.line!r}, or it itself, is cut short or has no number") from None
    return reading.state()


def _inner(found: Iterable[Block]) -> set[str]:
    """Interfaces of VLANs that stand for a VNI."""
    return {
        f"Vlan{block.line.split()[1]}" for block in found
        if block.line.startswith("vlan ") and any(b.line.startswith("vn-segment ") for b in block.inner)
    }  # fmt: skip


def _top(reading: Reading, block: Block, tunnels: set[str], inner: set[str]) -> None:
    entry = LIST.fullmatch(block.line)
    if entry:
        reading.lists[f"{entry[1]} {entry[2]}"].append(entry[3])
        return
    match block.line.split():
        case ["hostname", name]:
            reading.device = name
        case ["vrf", "context", name]:
            _table(reading, name, block.inner, tunnels)
        case ["interface", name] if name not in inner:
            _interface(reading, name, block.inner)
        case ["route-map", name, "permit", _]:
            reading.policies[name] += [b.line for b in block.inner]
        case ["router", "bgp", asn]:
            reading.asn = int(asn)
            _bgp(reading, block.inner)


def _table(reading: Reading, name: str, lines: Iterable[Block], tunnels: set[str]) -> None:
    reading.vrfs.append(name)
    targets: dict[str, None] = {}
    for block in lines:
        words = block.line.split()
        if words[0] == "vni" and words[1] in tunnels:
            reading.vnis[name] = int(words[1])
        for target in block.inner:
            said = target.line.split()
            if said[0] == "route-target" and said[3] == "evpn":
                targets[f"{said[1]} {said[2]}"] = None
    reading.targets[name] += targets


def _interface(reading: Reading, name: str, lines: Iterable[Block]) -> None:
    for block in lines:
        match block.line.split():
            case ["vrf", "member", table]:
                reading.vrf_ports[table].append(name)
            case ["ip" | "ipv6", "address", address, *_] if "/" in address:
                reading.interfaces[name].append(address)


def _bgp(reading: Reading, lines: Iterable[Block]) -> None:
    for block in lines:
        match block.line.split():
            case ["router-id", number]:
                reading.router_id = number
            case ["address-family", _, "unicast"]:
                reading.networks += _networks(block)
            case ["template", "peer", name]:
                _filters(reading, name, block.inner)
            case ["neighbor", name]:
                own = [b.line.split()[1] for b in block.inner if b.line.startswith("remote-as ")]
                reading.neighbors[name] = int(own[0]) if own else 0
                for group in (b.line.split()[2] for b in block.inner if b.line.startswith("inherit peer ")):
                    reading.members[group].append(name)
                _filters(reading, name, block.inner)
            case ["vrf", name]:
                reading.vrf_networks[name] += [p for family in block.inner for p in _networks(family)]


def _networks(family: Block) -> list[str]:
    return [b.line.split()[1] for b in family.inner if b.line.startswith("network ")]


def _filters(reading: Reading, name: str, lines: Iterable[Block]) -> None:
    """Lists and maps of a neighbour, or of what several inherit."""
    for family in lines:
        words = family.line.split()
        if words[0] == "address-family":
            named = [b.line.split()[1] for b in family.inner if b.line.startswith("prefix-list ")]
            for block in family.inner:
                match block.line.split():
                    case ["route-map", used, "in"]:
                        reading.heard[name] = used
            reading.uses |= {f"{WORD[words[1]]} {each}": None for each in named}
