"""FRR configuration read back: what a router would do, from its text alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from easterly.model.outcome import DeviceState

NO_AS = 0


@dataclass(slots=True)
class Reading:
    """What has been read so far, and the block that the next line is in."""

    device: str = ""
    asn: int = NO_AS
    router_id: str = ""
    table: str = ""
    block: str = ""
    port: str = ""
    interfaces: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    neighbors: dict[str, int] = field(default_factory=dict)
    networks: list[str] = field(default_factory=list)
    vrfs: list[str] = field(default_factory=list)
    lists: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    uses: dict[str, None] = field(default_factory=dict)
    targets: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    vnis: dict[str, int] = field(default_factory=dict)
    vrf_networks: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    vrf_ports: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


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
            except (IndexError, ValueError):
                raise ValueError(f"line {number} is cut short or has no number: {line.strip()}") from None
    return DeviceState(
        reading.device, reading.asn, reading.router_id, _frozen(reading.interfaces), reading.neighbors,
        tuple(reading.networks), tuple(reading.vrfs), _frozen(reading.lists), tuple(reading.uses),
        _frozen(reading.targets), reading.vnis, _frozen(reading.vrf_networks), _frozen(reading.vrf_ports),
    )  # fmt: skip


def _frozen(lists: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in lists.items()}


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
    if len(words) > 3:
        reading.vrf_ports[words[3]].append(words[1])


def _address(reading: Reading, words: list[str]) -> None:
    if words[1] == "address":
        reading.interfaces[reading.port].append(words[2])


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
        reading.block = ""
        return
    reading.table = words[4] if len(words) > 4 else ""
    if not reading.table:
        reading.asn = int(words[2])


def _bgp(reading: Reading, words: list[str]) -> None:
    if words[1] == "router-id" and not reading.table:
        reading.router_id = words[2]


def _family(reading: Reading, words: list[str]) -> None:
    reading.port = "ipv6" if words[1] == "ipv6" else "ip"


def _neighbor(reading: Reading, words: list[str]) -> None:
    """A peer, unless it is a peer-group; and the prefix-lists that it goes through."""
    if words[2] == "remote-as":
        reading.neighbors[words[1]] = int(words[3])
    elif words[2] == "prefix-list":
        reading.uses[f"{reading.port} {words[3]}"] = None
    elif "." in words[1] or ":" in words[1]:
        reading.neighbors.setdefault(words[1], NO_AS)


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
    "router": _router,
}  # fmt: skip
_INNER: dict[tuple[str, str], _Reader] = {
    ("interface", "ip"): _address, ("interface", "ipv6"): _address, ("vrf", "vni"): _vni, ("router", "bgp"): _bgp,
    ("router", "address-family"): _family, ("router", "neighbor"): _neighbor, ("router", "network"): _network,
    ("router", "route-target"): _target,
}  # fmt: skip
