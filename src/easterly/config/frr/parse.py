"""FRR configuration read back: what a router would do, from its text alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from easterly.config.frr.parse_interior import Interior
from easterly.config.reading import Reading as Told
from easterly.model.router_state import DeviceState, GroupState

NO_AS = 0
WAYS = {"in": 0, "out": 1}


@dataclass(slots=True)
class Group:
    """A peer group while it is read."""

    peers: list[str] = field(default_factory=list)
    words: dict[str, list[str]] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    maps: dict[str, list[str]] = field(default_factory=dict)

    def state(self) -> GroupState:
        """What was read."""
        bfd, timers = self.words.get("bfd"), self.words.get("timers")
        return GroupState(
            tuple(self.peers), bfd is not None, bfd[1] if bfd and bfd[0] == "profile" else "",
            (int(timers[0]), int(timers[1])) if timers else None,
            self.words.get("update-source", [""])[0], int(self.words.get("ebgp-multihop", ["1"])[0]),
            *({family: (found[0], found[1]) for family, found in each.items()} for each in (self.lists, self.maps)),
        )  # fmt: skip


@dataclass(slots=True)
class Reading(Told):
    """What has been read so far, and the block that the next line is in."""

    table: str = ""
    block: str = ""
    port: str = ""
    family: str = ""
    groups: dict[str, Group] = field(default_factory=lambda: defaultdict(Group))
    interior: Interior = field(default_factory=Interior)
    notes: dict[str, str] = field(default_factory=dict)


def parse(text: str) -> DeviceState:
    r"""Read a router's configuration.

    Lines that decide nothing here (timers, logging) are skipped. A neighbour that is used but has no
    ``remote-as`` stands in `neighbors` with AS 0, so that checks see it.

    Parameters
    ----------
    text : str

    Returns
    -------
    DeviceState

    Raises
    ------
    ValueError
        A line lacks what its first words call for; the message has its number.

    Examples
    --------
    >>> state = parse("hostname a\nrouter bgp 65001\n neighbor 10.0.0.1 remote-as 65002\n")
    >>> state.device, state.asn, state.neighbors
    ('a', 65001, {'10.0.0.1': 65002})
    """
    reading = Reading()
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if words and words[0] not in ("!", "end"):
            try:
                _read(reading, words, indented=line[0] == " ")
            except (LookupError, ValueError):
                raise ValueError(f"line {number} is cut short or has no number: {line.strip()}") from None
    return replace(
        reading.state(), groups={name: group.state() for name, group in reading.groups.items()},
        igps=reading.interior.igps(), profiles=reading.interior.profiles(),
        route_maps={name: tuple(lines) for name, lines in reading.policies.items()},
        given=tuple(reading.interior.given), descriptions=reading.notes,
    )  # fmt: skip


def _read(reading: Reading, words: list[str], *, indented: bool) -> None:
    """One line: a top-level word opens a block, an indented one belongs to the open block."""
    if not indented:
        reading.block = words[0]
        opener = _OPENERS.get(words[0])
        if opener is not None:
            opener(reading, words)
        return
    inner = _INNER.get((reading.block, words[0]))
    if inner is not None and len(words) > 1:
        inner(reading, words)


def _hostname(reading: Reading, words: list[str]) -> None:
    reading.device = words[1]


def _interface(reading: Reading, words: list[str]) -> None:
    reading.port = words[1]
    reading.interfaces[words[1]] = reading.interfaces[words[1]]
    if len(words) > 3:
        reading.vrf_ports[words[3]].append(words[1])


def _address(reading: Reading, words: list[str]) -> None:
    if words[1] == "address":
        reading.interfaces[reading.port].append(words[2])
    else:
        reading.interior.on_port(reading.port, words)


def _description(reading: Reading, words: list[str]) -> None:
    reading.notes[reading.port] = " ".join(words[1:])


def _isis(reading: Reading, words: list[str]) -> None:
    reading.interior.on_port(reading.port, words)


def _process(reading: Reading, words: list[str]) -> None:
    reading.interior.of_process(reading.block, words)


def _bfd(reading: Reading, words: list[str]) -> None:
    reading.interior.of_bfd(words)


def _route_map(reading: Reading, words: list[str]) -> None:
    reading.table = words[1]
    reading.policies[words[1]].append(" ".join(words[2:]))


def _of_map(reading: Reading, words: list[str]) -> None:
    reading.policies[reading.table].append(" ".join(words))


def _vrf(reading: Reading, words: list[str]) -> None:
    reading.vrfs.append(words[1])
    reading.table = words[1]


def _vni(reading: Reading, words: list[str]) -> None:
    reading.vnis[reading.table] = int(words[1])


def _prefix_list(reading: Reading, words: list[str]) -> None:
    """``ip prefix-list NAME seq N permit PREFIX [ge|le N]``; each family has names of its own."""
    if words[1] == "prefix-list":
        reading.lists[f"{words[0]} {words[2]}"].append(" ".join(words[5:] if words[3] == "seq" else words[3:]))


def _router(reading: Reading, words: list[str]) -> None:
    if words[1] != "bgp":
        reading.block = words[1]
        reading.interior.open(words[1])
        return
    reading.table = words[4] if len(words) > 4 else ""
    if not reading.table:
        reading.asn = int(words[2])


def _bgp(reading: Reading, words: list[str]) -> None:
    if words[1] == "router-id" and not reading.table:
        reading.router_id = words[2]


def _family(reading: Reading, words: list[str]) -> None:
    reading.port = "ipv6" if words[1] == "ipv6" else "ip"
    reading.family = "evpn" if words[1] == "l2vpn" else words[1]


def _neighbor(reading: Reading, words: list[str]) -> None:
    """A peer, or what a group of peers has in common."""
    name, rest = words[1], words[2:]
    if rest[0] == "interface":
        rest = rest[2:] if rest[1] == "v6only" else rest[1:]
        reading.neighbors.setdefault(name, NO_AS)
        if not rest:
            return
    if rest[0] == "peer-group" and len(rest) == 1:
        reading.groups[name] = Group()
        return
    if name not in reading.groups and (name in reading.interfaces or "." in name or ":" in name):
        reading.neighbors.setdefault(name, NO_AS)
    if rest[0] == "remote-as":
        reading.neighbors[name] = int(rest[1])
    elif rest[0] == "peer-group":
        reading.groups[rest[1]].peers.append(name)
        reading.members[rest[1]].append(name)
    elif rest[0] in ("bfd", "timers", "ebgp-multihop", "update-source"):
        reading.groups[name].words[rest[0]] = rest[1:] or [""]
        reading.groups[name].state()
    elif rest[0] == "activate":
        reading.groups[name].lists[reading.family] = ["", ""]
    elif rest[0] in ("prefix-list", "route-map"):
        _policy(reading, name, rest)


def _policy(reading: Reading, name: str, rest: list[str]) -> None:
    """Lists and maps that routes of a group go through."""
    group = reading.groups[name]
    if rest[0] == "prefix-list":
        reading.uses[f"{reading.port} {rest[1]}"] = None
    elif rest[2] == "in":
        reading.heard[name] = rest[1]
    kept = group.lists if rest[0] == "prefix-list" else group.maps
    kept.setdefault(reading.family, ["", ""])[WAYS[rest[2]]] = rest[1]


def _redistribute(reading: Reading, words: list[str]) -> None:
    """Routes of another protocol, through a map."""
    reading.interior.give(f"bgp {reading.family}", words)


def _network(reading: Reading, words: list[str]) -> None:
    if reading.table:
        reading.vrf_networks[reading.table].append(words[1])
    else:
        reading.networks.append(words[1])


def _target(reading: Reading, words: list[str]) -> None:
    reading.targets[reading.table].append(f"{words[1]} {words[2]}")


_Reader = Callable[[Reading, list[str]], None]
_OPENERS: dict[str, _Reader] = {
    "hostname": _hostname, "interface": _interface, "vrf": _vrf, "ip": _prefix_list, "ipv6": _prefix_list,
    "router": _router, "route-map": _route_map,
}  # fmt: skip
_INNER: dict[tuple[str, str], _Reader] = {
    ("interface", "ip"): _address, ("interface", "ipv6"): _address, ("vrf", "vni"): _vni, ("router", "bgp"): _bgp,
    ("router", "address-family"): _family, ("router", "neighbor"): _neighbor, ("router", "network"): _network,
    ("router", "route-target"): _target, ("router", "redistribute"): _redistribute, ("interface", "isis"): _isis,
    ("interface", "description"): _description,
    ("bfd", "profile"): _bfd, ("bfd", "detect-multiplier"): _bfd, ("bfd", "receive-interval"): _bfd,
    ("bfd", "transmit-interval"): _bfd, ("ospf", "ospf"): _process, ("ospf", "redistribute"): _process,
    ("ospf6", "ospf6"): _process, ("ospf6", "redistribute"): _process, ("isis", "net"): _process,
    ("isis", "redistribute"): _process, ("route-map", "match"): _of_map, ("route-map", "set"): _of_map,
    ("route-map", "continue"): _of_map,
}  # fmt: skip
