"""Every packet of every flow goes the way that was computed for it; where the routers are told otherwise, it shows."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest
from tests.app.lab.measure.diamond import HOSTS, SEEDS, Diamond, diamond, far_ends
from tests.lab import absent, require_root

from easterly.app.lab.measure import choice
from easterly.app.lab.measure.counters import Taken, counted, interfaces, strays
from easterly.app.lab.measure.flows import PORT, Flow, burst, several
from easterly.app.lab.measure.rehash import rehashed
from easterly.route.hashing.tuples import TCP

pytestmark = pytest.mark.lab
FLOWS, PACKETS = 150, 3


@pytest.fixture(autouse=True)
def _parts() -> None:
    require_root("ip", "nft")


def flows(count: int = FLOWS) -> list[Flow]:
    """Both families, both directions."""
    return [
        flow
        for i, (src, dst, family) in enumerate(
            (a, b, f) for f in (4, 6) for a, b in (("left", "right"), ("right", "left"))
        )
        for flow in several(count, src, dst, HOSTS[src, family], HOSTS[dst, family], first=20_000 + 2000 * i, step=7)
    ]


def warm(made: Diamond) -> None:
    """Neighbours are found: meanwhile a next hop counts as no good one."""
    burst(made.spaces, [replace(flow, dst_port=PORT + 1) for flow in flows(10)])


@contextmanager
def ready(weights: tuple[int, int] = (1, 3), *, only: str = "") -> Iterator[tuple[Diamond, Callable[[], Taken]]]:
    """A diamond with seeds, that counts."""
    with ExitStack() as held:
        made = held.enter_context(diamond(weights, only=only))
        if not choice.seed(made.spaces, SEEDS):
            absent("this kernel has no fib_multipath_hash_seed (Linux 6.11)")
        held.enter_context(rehashed(made.spaces, devices(made)))
        warm(made)
        yield made, held.enter_context(counted(made.spaces, PORT))


def devices(made: Diamond) -> dict[str, list[str]]:
    return {node: [device for at, device in far_ends() if at == node] for node in made.spaces}


def test_every_packet_goes_the_way_that_was_computed() -> None:
    with ready() as (made, taken):
        ways = choice.ways(made.fabric(), flows())
        before = interfaces(made.spaces)
        burst(made.spaces, flows(), packets=PACKETS)
        assert strays(flows(), ways, taken(), PACKETS) == ()
        after = interfaces(made.spaces)
    # The interfaces count the same, and some neighbours that had to be found.
    for end, count in Counter(end for way in ways for end in way).items():
        assert PACKETS * count <= after[end].since(before[end]).out_packets <= PACKETS * count + 20, end
    split = Counter(device for way in ways for node, device in way if (node, way[0][0]) == ("r1", "left"))
    assert 0.65 < split["to-r3"] / split.total() < 0.85


def test_swapped_weights_are_noticed() -> None:
    with ready() as (made, taken):
        burst(made.spaces, flows())
        lost = strays(flows(), choice.ways(made.fabric(weights=(3, 1)), flows()), taken(), 1)
    assert 0.3 * FLOWS < len(lost) < FLOWS  # half of the flows from left to right, in both families
    assert all(each.startswith("left to right") and "r1 to-r3 (1)" in each for each in lost)


def test_a_next_hop_that_is_not_there_is_noticed() -> None:
    with ready((1, 1), only="r3") as (made, taken):
        burst(made.spaces, flows())
        lost = strays(flows(), choice.ways(made.fabric(), flows()), taken(), 1)
    assert 0.7 * FLOWS < len(lost) / 2 < 1.3 * FLOWS
    assert all("r2" not in each.partition(", not over")[0] for each in lost)


def test_connections_go_the_computed_ways_if_routers_forget_the_hashes_of_sockets() -> None:
    """Half of them do without that: they carry a hash that nobody can compute."""
    with ready() as (made, taken):
        some = [replace(each, protocol=TCP, src_port=each.src_port + 1) for each in flows(25) if each.src == "left"]
        with ExitStack() as held:
            for flow in some:
                one = held.enter_context(made.spaces[flow.src].socket(flow.socket_family, socket.SOCK_STREAM))
                one.bind((flow.src_address, flow.src_port))
                one.setblocking(False)
                one.connect_ex((flow.dst_address, flow.dst_port))  # refused, by a packet each way
            time.sleep(0.1)
        assert strays(some, choice.ways(made.fabric(), some), taken(), 1) == ()


def test_the_order_of_next_hops_is_that_of_the_kernel() -> None:
    with ready() as (made, _):
        r1 = made.spaces["r1"]
        for family in (4, 6):
            group = choice.ordered(r1, HOSTS["right", family], {"to-r3": 3, "to-r2": 1, "to-r9": 1})
            assert group == (choice.Hop("to-r2", 1), choice.Hop("to-r3", 3), choice.Hop("to-r9", 1))
        assert choice.ordered(r1, HOSTS["left", 4], {"to-left": 1}) == (choice.Hop("to-left", 1),)
