"""Packets that are steered by a list of segments (SRv6, RFC 8986), and the links that they must pass then."""

from __future__ import annotations

import json
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from ipaddress import IPv6Address, IPv6Network
from itertools import pairwise
from pathlib import Path

from easterly.app.lab.measure.choice import End, Way
from easterly.app.lab.measure.counters import Counts, interfaces
from easterly.app.lab.measure.within import Within
from easterly.app.lab.spaces import LabError, Space

LOCATORS = IPv6Network("2001:db8:5e6:1::/64")
"""SIDs of this measurement: addresses for documentation (RFC 3849), which are nobody's."""
ENABLED = "net/ipv6/conf/{}/seg6_enabled"
LEAST = 10
"""Packets that any link may carry on top: neighbours that are looked for."""

Cables = Mapping[End, End]
"""Far end of each cable, by near end."""


def shortest(cables: Cables, src: str, dst: str) -> Way:
    """Interfaces on a way with the fewest cables between two nodes; of several, the first by name.

    Raises
    ------
    ValueError
        There is none.

    Examples
    --------
    >>> shortest({("a", "x"): ("b", "y"), ("b", "z"): ("c", "w")}, "a", "c")
    (('a', 'x'), ('b', 'z'))
    """
    found: dict[str, Way] = {src: ()}
    waiting = deque([src])
    while waiting:
        node = waiting.popleft()
        for end in sorted(each for each in cables if each[0] == node):
            far = cables[end][0]
            if far not in found:
                found[far] = (*found[node], end)
                waiting.append(far)
    if dst not in found:
        raise ValueError(f"no cables lead from {src} to {dst}")
    return found[dst]


def passed(cables: Cables, nodes: Sequence[str]) -> Way:
    """Interfaces that packets leave which visit nodes in order, by a shortest way to each."""
    return tuple(end for a, b in pairwise(nodes) for end in shortest(cables, a, b))


def sid(number: int) -> str:
    """Segment identifier of a node by its number."""
    return str(LOCATORS[number + 1])


def _joined(cables: Cables, start: str) -> list[str]:
    """Nodes that cables lead to from one: two fabrics without a WAN are no one network."""
    found, waiting = {start}, [start]
    while waiting:
        node = waiting.pop()
        new = {far[0] for end, far in cables.items() if end[0] == node} - found
        found |= new
        waiting += sorted(new)
    return sorted(found)


@contextmanager
def steered(spaces: Mapping[str, Space], cables: Cables, nodes: Sequence[str], address: str) -> Iterator[None]:
    """Have the first of some nodes send what is for an address over all others in order; the last one unpacks it.

    Every node learns where the segments of the others are by static routes on shortest ways.

    Parameters
    ----------
    spaces : mapping of str to Space
        By node.
    cables : Cables
        Between routers, in both directions.
    nodes : sequence of str
        At least two: where the list is imposed, and whom it names.
    address : str
        IPv6 address that the last node has a route to.

    Raises
    ------
    LabError
        The kernel has no segment routing (CONFIG_IPV6_SEG6_LWTUNNEL), or refuses a route.
    ValueError
        Nodes that no cables lead to; a single node.
    """
    if len(nodes) < 2:
        raise ValueError("a list of segments names at least one node behind the one that imposes it")
    every = _joined(cables, nodes[0])
    cables = {end: far for end, far in cables.items() if end[0] in every}
    numbers = {node: i for i, node in enumerate(every)}
    inside = {node: next(end[1] for end in sorted(cables) if end[0] == node) for node in every}
    near = {end: _link_local(spaces[end[0]], end[1]) for end in cables}
    target = f"{IPv6Address(address)}/128"
    with ExitStack() as held:
        for node in every:
            space = spaces[node]
            space.call(partial(_enable, [end[1] for end in cables if end[0] == node]))
            for other in set(nodes[1:]) - {node}:
                first = shortest(cables, node, other)[0]
                via = ("via", near[cables[first]], "dev", first[1])
                _route(held, space, f"{sid(numbers[other])}/128", *via)
        for node in set(nodes[1:]):
            what = ("End.DT6", "table", "254") if node == nodes[-1] else ("End",)
            local = ("encap", "seg6local", "action", *what, "dev", inside[node])
            _route(held, spaces[node], f"{sid(numbers[node])}/128", *local)
        listed = ",".join(sid(numbers[node]) for node in nodes[1:])
        first = shortest(cables, nodes[0], nodes[1])[0]
        _route(held, spaces[nodes[0]], target, "encap", "seg6", "mode", "encap", "segs", listed, "dev", first[1])
        yield


def _route(held: ExitStack, space: Space, prefix: str, *words: str) -> None:
    space.run("ip", "-6", "route", "add", prefix, *words, "metric", "1")

    def undone() -> None:
        with suppress(LabError):
            space.run("ip", "-6", "route", "del", prefix, "metric", "1")

    held.callback(undone)


def _enable(devices: Sequence[str]) -> None:
    for name in ("all", "default", *devices):
        try:
            Path("/proc/sys", ENABLED.format(name)).write_text("1", encoding="ascii")
        except OSError as error:
            raise LabError(f"the kernel has no segment routing over IPv6: {error.strerror}") from None


def _link_local(space: Space, device: str) -> str:
    shown = json.loads(space.run("ip", "-6", "-j", "address", "show", "dev", device, "scope", "link") or "[]")
    found = [each["local"] for row in shown for each in row.get("addr_info", []) if "local" in each]
    if not found:
        raise LabError(f"{device} in {space.name} has no link-local address, so that no neighbour can name it")
    return str(found[0])


def links(
    spaces: Mapping[str, Space], cables: Cables, computed: Way, packets: int, send: Callable[[], None]
) -> list[Within]:
    """Packets over each link between routers while something is sent, beside the computed links.

    Parameters
    ----------
    spaces : mapping of str to Space
        By node.
    cables : Cables
    computed : Way
        Interfaces that all packets leave, from `passed`.
    packets : int
        That are sent.
    send : callable
        Sends them.

    Returns
    -------
    list of Within
        What else is on the links, such as hellos, is counted for as long as before and allowed for twice.
    """
    mine = {node: spaces[node] for node, _ in cables}
    begin, before = time.monotonic(), interfaces(mine)
    send()
    after, took_s = interfaces(mine), time.monotonic() - begin
    time.sleep(took_s)
    later, times = interfaces(mine), Counter(computed)
    made = []
    for end in sorted(cables):
        other = LEAST + 2 * _out(later[end], after[end])
        wanted = packets * times[end]
        made.append(Within(
            f"packets that leave {end[0]} by {end[1]}", wanted, wanted, wanted + other, _out(after[end], before[end]),
            "1", f"every packet passes the computed links; as long without them {(other - LEAST) // 2} passed",
        ))  # fmt: skip
    return made


def _out(after: Counts, before: Counts) -> int:
    return after.since(before).out_packets
