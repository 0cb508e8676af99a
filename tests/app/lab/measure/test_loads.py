"""Bytes of an all-reduce on cables are those of its connections; ranks in another order are noticed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

import pytest
from tests.app.lab.measure.diamond import HOSTS, SEEDS, Diamond, diamond, far_ends
from tests.lab import absent, require, require_root

from easterly.app.lab.cables import Cable
from easterly.app.lab.measure import Fabric, choice, loads, stages
from easterly.app.lab.measure.counters import Counts
from easterly.app.lab.measure.flows import Flow
from easterly.app.lab.measure.loads import Passing, Reading
from easterly.app.lab.measure.of_site import Port
from easterly.app.lab.measure.rehash import rehashed
from easterly.app.lab.measure.within import Within
from easterly.app.lab.ring.predicted import Framing

RANKS = [Port(host, "to-r1" if host == "left" else "to-r4", HOSTS[host, 4].replace("0.2", f"0.{last}"))
         for host in ("left", "right") for last in (2, 3)]  # fmt: skip
"""Two addresses of each host."""
SIZE_B, MTU_B = 1_600_000, 1500
PLANNED, OTHER = [0, 1, 2, 3], [0, 2, 1, 3]


def fabric(made: Diamond) -> Fabric:
    """The diamond's, to both addresses of each host; a host sends by its one cable."""
    given = made.fabric()
    groups = {(node, address.replace("0.2", "0.3")): hops for (node, address), hops in given.groups.items()}
    return replace(given, groups={**given.groups, **groups})


@dataclass
class Ring:
    made: Diamond

    def passing(self, order: list[int]) -> Passing:
        flows = stages.ring_flows([RANKS[i] for i in order])
        both = {(node, device): (far, f"to-{node}") for (node, device), far in far_ends().items()}
        return loads.passing(fabric(self.made), flows, both)

    def measured(self, order: list[int]) -> tuple[Reading, Reading, Reading, Reading]:
        own = [RANKS[i] for i in order]
        hosts = stages.Hosts(tuple(self.made.spaces[each.host] for each in own), [each.address for each in own])
        return stages.reduced(hosts, self.made.spaces, SIZE_B)[1]

    def compared(self, planned: list[int], readings: tuple[Reading, Reading, Reading, Reading]) -> list[Within]:
        each_B = stages.REPEATED * 2 * 3 * SIZE_B // 4
        return loads.compared(self.passing(planned), each_B, Framing(MTU_B), readings)


@contextmanager
def ready() -> Iterator[Ring]:
    require_root()
    for program in ("ip", "nft"):
        require(program)
    with ExitStack() as held:
        made = held.enter_context(diamond())
        if not choice.seed(made.spaces, SEEDS):
            absent("this kernel has no fib_multipath_hash_seed (Linux 6.11)")
        held.enter_context(rehashed(made.spaces, {n: [x for at, x in far_ends() if at == n] for n in made.spaces}))
        for host, device in (("left", "to-r1"), ("right", "to-r4")):
            made.spaces[host].run("ip", "address", "add", f"{HOSTS[host, 4].replace('0.2', '0.3')}/24", "dev", device)
        yield Ring(made)


@pytest.mark.lab
def test_every_cable_carries_the_data_of_its_connections_and_another_order_of_ranks_is_noticed() -> None:
    with ready() as ring:
        readings = ring.measured(PLANNED)
        right = ring.compared(PLANNED, readings)
        wrong = ring.compared(PLANNED, ring.measured(OTHER))
        moved = ring.compared(OTHER, readings)
    assert all(each.ok for each in right), [each for each in right if not each.ok]
    # One connection there and one back; ranks in the other order have two of each.
    there = [each for each in right if each.what == "data of the all-reduce over left to-r1"]
    assert [each.predicted for each in there] == [7_200_000]
    again_B = int(there[0].why.rpartition("sent again to ")[2].split()[0].replace(",", ""))
    assert there[0].most - there[0].least - again_B < 0.01 * 7_200_000, "but for what a busy machine has sent again"
    for found in (wrong, moved):
        bad = {each.what for each in found if not each.ok}
        assert {"data of the all-reduce over left to-r1", "data of the all-reduce over right to-r4",
                "bytes of the all-reduce over left to-r1"} <= bad  # fmt: skip


def test_the_fullest_link_tells_the_time_and_its_bucket_how_much_less_it_may_be() -> None:
    """1,448,000 B of data in frames of 1,514 B are 1,514,000 B: at 10 Mb/s, with two connections, 2.4224 s."""
    cables = [Cable("up", 0, (("a", "x"), ("b", "y")), 10**7), Cable("in", 1, (("c", "x"), ("a", "z")), 10**8)]
    passes = Passing({("a", "x"): 2, ("c", "x"): 9}, {}, frozenset())
    for time_s, good in ((2.4, False), (2.402, True), (3.0, True), (3.04, False)):
        made = loads.paced("ring", passes, cables, 1_448_000, Framing(MTU_B), time_s)
        assert made.ok is good, made
        # Three frames of the largest size pass ahead of the rate.
        assert (made.predicted, made.predicted - made.least) == pytest.approx((2.4224, 8 * 3 * 9014 / 1e7))


def test_of_several_interfaces_at_one_switch_that_of_the_address_is_the_last_cable() -> None:
    """Both hosts have two cables to the switch, and the connection is between the second ones."""
    pairs = [("a", "nic0", "swp1"), ("a", "nic1", "swp2"), ("b", "nic0", "swp3"), ("b", "nic1", "swp4")]
    far = {end: other for host, nic, port in pairs for end, other in
           [((host, nic), ("leaf", port)), (("leaf", port), (host, nic))]}  # fmt: skip
    bridge = (choice.Hop("br-hosts"),)
    groups = {("a", "10.0.0.4"): (choice.Hop("nic1"),), ("b", "10.0.0.2"): (choice.Hop("nic1"),),
              ("leaf", "10.0.0.4"): bridge, ("leaf", "10.0.0.2"): bridge}  # fmt: skip
    made = Fabric(groups, {end: other[0] for end, other in far.items()}, {})
    passes = loads.passing(made, [Flow("a", "b", "10.0.0.2", "10.0.0.4", 1, 2)], far)
    assert passes.data == {("a", "nic1"): 1, ("leaf", "swp4"): 1}
    assert passes.acks == {("b", "nic1"): 1, ("leaf", "swp2"): 1}
    assert passes.ends == frozenset(far)


def reading(at_s: float, out_B: int, packets: int, resent: int = 0) -> Reading:
    return Reading(at_s, {("a", "x"): Counts(0, 0, out_B, packets), ("b", "y"): Counts(0, 0, 0, 0)}, resent)


@pytest.mark.parametrize(
    ("out_B", "packets", "resent", "good"),
    [
        (14_480 + 10 * 66, 10, 0, [True, True, True]),
        (14_480 + 11 * 66, 11, 0, [True, True, True]),
        (14_480 + 10 * 66 + 4 * 1514, 14, 0, [False, False, True]),
        (14_480 + 10 * 66 + 4 * 1514, 14, 4, [True, True, True]),
        (14_480 + 10 * 66 - 3 * 1514, 7, 0, [False, False, True]),
        (14_480 + 110 * 66, 110, 0, [True, False, True]),
    ],
    ids=["full", "a piece's end", "sent twice", "sent again", "lost", "more acknowledgements than segments"],
)
def test_headers_and_what_is_sent_again_are_accounted_for(out_B: int, packets: int, resent: int, good: list[bool]):
    """Ten full segments of one connection: 14,480 B of data, 66 B of headers each."""
    passes = Passing({("a", "x"): 1}, {("a", "x"): 1}, frozenset({("a", "x"), ("b", "y")}))
    readings = (reading(0, 0, 0), reading(1, 0, 0), reading(2, 0, 0), reading(3, out_B, packets, resent))
    assert [each.ok for each in loads.compared(passes, 14_480, Framing(MTU_B), readings)] == good


@pytest.mark.parametrize(("packets", "good"), [(0, True), (31, True), (32, False)])
def test_small_packets_where_nothing_passes_are_bytes_too(packets: int, good: bool) -> None:
    """Of 64 B each, less than headers of a segment: 2,000 B are allowed, and none are fewer than none."""
    readings = (reading(0, 0, 0), reading(1, 0, 0), reading(2, 0, 0), reading(3, 64 * packets, packets))
    last = loads.compared(Passing({}, {}, frozenset({("a", "x")})), 14_480, Framing(MTU_B), readings)[-1]
    assert (last.least, last.measured, last.ok) == (0, 64 * packets, good)
