"""Choices on the way of packets: balls in bins, exact turns, gaps of flowlets, and what may not be asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from tests.kernel.draws import mix

from easterly._kernel import packet, random

GB, NEVER = 10**9, 2**62
HASH, RANDOM, FLOW_TURNS, TURNS, LEAST, LEAST_DRAWN, TWO, BACK = range(8)


@dataclass
class Fan:
    """Senders on a switch, m links to another one, receivers there: every group chooses among these links.

    Links: m in the middle, then one up for each host, one down for each; acknowledgements take the same m backwards,
    by one link for each flow.
    """

    middle: int
    hosts: int
    groups: int = 1
    rate_bps: int = 100 * GB
    middle_bps: int = 100 * GB
    delay_ps: list[int] | None = None
    size_B: int = 1448
    start_ps: list[int] = field(default_factory=list)
    limit_B: int = -1

    def simulation(
        self, *, names=None, weight=None, seed=1, law="fixed", group_of=None, watched=True, values=(), **manner
    ):
        m, n, g = self.middle, self.hosts, self.groups
        up, down, back = m, m + n, m + 2 * n
        links = m + 3 * n
        rate = np.full(links, self.rate_bps)
        rate[:m] = self.middle_bps
        delay = np.full(links, 1_000_000)
        delay[:m] = self.delay_ps or 1_000_000
        route, path = [], []
        own = group_of if group_of is not None else [i % g for i in range(n)]
        for i in range(n):
            path.append((len(route), len(route) + 4))
            route += [up + i, -2 - own[i], down + i, -1, back + i, -1]
        end = len(route)
        for row in range(m):
            route += [row, -2 - g]
        route.append(-1)
        limit = np.full(links, -1)
        limit[:m] = self.limit_B
        made = packet.Simulation(
            rate, delay, limit, np.full((links, 2), -1), np.ones(links), np.zeros(links),
            np.array(route, dtype=np.int32), np.array(path), np.full(n, self.size_B),
            np.array(self.start_ps or [0] * n), np.zeros(n, dtype=np.int32), np.zeros(n, dtype=np.int32),
            [packet.Law(law, {"nic_B": 10**9, "duplicates": 2**20, "least_timeout_ps": 10**12} | dict(values))],
            pause_reaction_ps=0, seed=seed, shift=10,
        )  # fmt: skip
        name = np.zeros((n, 2), dtype=np.uint64)
        name[:, 0] = np.arange(n) if names is None else names
        columns = {"pick": HASH, "modulo": 0, "added": 0, "resilient": 0, "bits": 64, "gap_ps": 0} | manner
        seeds = columns.pop("seeds", np.arange(g))
        rows = {
            name: np.array([value] * g + [BACK if name == "pick" else 64 if name == "bits" else 0],
                           dtype=np.int64 if name == "gap_ps" else np.int32)
            for name, value in columns.items()
        }  # fmt: skip
        made.choices(
            np.append(m * np.arange(g + 1), m * g), np.tile(end + 2 * np.arange(m), g),
            np.ones(m * g) if weight is None else np.tile(np.array(weight, dtype=float), g),
            np.arange(g + 1, dtype=np.int32), np.zeros(g + 1, dtype=np.int32), **rows,
            seed=np.append(seeds, 0).astype(np.uint64),
            name=name,
            watched=watched,
        )  # fmt: skip
        return made


def done(made):
    assert not made.run(NEVER, 10**9)
    return made.flows()


def picked(made, fan):
    return made.picks()["picked"][: fan.middle * fan.groups].reshape(fan.groups, fan.middle)


@pytest.mark.parametrize("n", [4, 8, 16])
def test_flows_on_links_are_balls_in_bins(n):
    """n flows on n links: of 1,500 hashings the means are those of independent even choices, within three sigma."""
    fan = Fan(n, n * 1500, 1500, size_B=100)
    names = np.tile(np.arange(n), (1500, 1)).T.ravel()  # flow i belongs to group i mod 1500: the same names in each
    made = fan.simulation(names=names, group_of=list(np.tile(np.arange(1500), n)), seeds=np.arange(1500) * 7919)
    done(made)
    on = picked(made, fan)
    assert (on.sum(axis=1) == n).all()
    empty, apart = (on == 0).sum(axis=1), (on <= 1).all(axis=1)
    mine = (on > 0).sum(axis=1) / n  # the mean over flows of 1 / (flows on my link)

    def holds(values, expected):
        assert abs(values.mean() - expected) <= 3 * values.std() / np.sqrt(len(values)) + 1e-12

    holds(empty, n * (1 - 1 / n) ** n)
    holds(mine, 1 - (1 - 1 / n) ** n)
    chance = np.prod(1 - np.arange(n) / n)
    assert abs(apart.mean() - chance) <= 3 * np.sqrt(chance * (1 - chance) / 1500) + 1e-12


def test_the_hash_is_that_of_a_mixed_name():
    fan = Fan(5, 400, size_B=100)
    names = random.mix64(np.arange(400, dtype=np.uint64).reshape(-1, 1))
    made = fan.simulation(names=names, seeds=[12345])
    done(made)
    wanted = np.bincount([mix(int(name), 12345) * 5 >> 64 for name in names], minlength=5)
    assert (picked(made, fan)[0] == wanted).all()


@pytest.mark.parametrize(("weight", "pick"), [((1, 2, 5), HASH), ((4, 1, 1), RANDOM)])
def test_weights_are_shares(weight, pick):
    fan = Fan(3, 6000, size_B=100)
    made = fan.simulation(weight=weight, pick=pick)
    done(made)
    share, counts = np.array(weight) / sum(weight), picked(made, fan)[0]
    assert ((counts - 6000 * share) ** 2 / (6000 * share)).sum() < 13.8  # chi-square, 2 degrees, p = 0.001


def test_remainders_and_added_seeds():
    fan = Fan(4, 64, size_B=100)
    made = fan.simulation(names=np.arange(64), modulo=1, added=1, bits=32, seeds=[3])
    done(made)
    assert (picked(made, fan)[0] == 16).all()
    regions = fan.simulation(names=np.arange(64) << 26, added=1, bits=32, seeds=[0])
    done(regions)
    assert (picked(regions, fan)[0] == 16).all()


@pytest.mark.parametrize("pick", [FLOW_TURNS, TURNS])
def test_turns_are_even_to_a_packet(pick):
    fan = Fan(4, 3, size_B=1448 * 41)
    made = fan.simulation(pick=pick, values={"first_window": 1e6}.items())
    flows = done(made)
    counts = picked(made, fan)[0]
    assert counts.sum() == flows["sent"].sum() and np.ptp(counts) <= (3 if pick == FLOW_TURNS else 1)


def test_one_member_is_a_plain_path():
    """Whatever picks, one link is one link: all times are those of a path without a choice."""
    found = []
    for pick in (HASH, RANDOM, FLOW_TURNS, TURNS, LEAST, LEAST_DRAWN, TWO):
        made = Fan(1, 5, size_B=300_000, limit_B=30_000).simulation(law="newreno", pick=pick)
        found.append(done(made)["delivered_ps"])
    assert all((each == found[0]).all() for each in found)


def test_the_shortest_queue_beats_a_hash():
    """A permutation through as many links as senders: hashed, flows meet; by the queues, they do not."""
    ends = {}
    for pick in (HASH, LEAST, LEAST_DRAWN, TWO, RANDOM, TURNS):
        fan = Fan(8, 8, size_B=1448 * 700)
        ends[pick] = done(fan.simulation(pick=pick, values={"first_window": 64}.items()))["delivered_ps"].max()
    ideal_ps = 700 * 120_000 + 2 * 120_000 + 3_000_000
    assert ends[LEAST] <= 1.05 * ideal_ps and ends[LEAST_DRAWN] <= 1.05 * ideal_ps
    assert ends[LEAST] < ends[TWO] < ends[HASH] and ends[TURNS] <= 1.05 * ideal_ps
    assert ends[HASH] >= 2 * 700 * 120_000


def test_flowlets_wait_for_the_gap():
    """Paths that differ by 7 us: a gap of that and more never reorders; none of a tenth keeps the order of bursts."""
    delay = [1_000_000, 8_000_000, 2_000_000, 3_500_000]
    found = {}
    for gap_ps in (700_000, 7_000_000):
        fan = Fan(4, 6, size_B=1448 * 400, delay_ps=delay, rate_bps=10 * GB)
        made = fan.simulation(pick=RANDOM, gap_ps=gap_ps, values={"first_window": 6}.items())
        flows = done(made)
        found[gap_ps] = flows["reordered"].sum(), made.picks()["changes"].sum()
    assert found[7_000_000][0] == 0 and found[700_000][0] > 0
    assert found[700_000][1] > found[7_000_000][1]


def test_spraying_reorders_and_a_hash_does_not():
    delay = [1_000_000, 8_000_000]
    flows = {}
    for pick in (HASH, RANDOM):
        made = Fan(2, 4, size_B=1448 * 200, delay_ps=delay).simulation(pick=pick, values={"first_window": 32}.items())
        flows[pick] = done(made)
        assert (made.picks()["changes"] > 0).all() == (pick == RANDOM)
    assert flows[HASH]["reordered"].sum() == 0 < flows[RANDOM]["reordered"].min()
    assert flows[RANDOM]["again"].sum() == 0


def test_a_flow_more_disturbs_no_draw():
    """Draws are named by group, flow and packet: another flow that meets nobody leaves them as they are."""
    alone = done(Fan(4, 3, size_B=10**5, start_ps=[0, 0, 0]).simulation(pick=RANDOM))
    more = done(Fan(4, 4, size_B=10**5, start_ps=[0, 0, 0, 10**12]).simulation(pick=RANDOM))
    assert (alone["delivered_ps"] == more["delivered_ps"][:3]).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"pick": 9}, "pick"),
        ({"bits": 0}, "bits is 0"),
        ({"gap_ps": -1}, "gap_ps is -1"),
        ({"weight": (1.0, 0.0)}, "weight is 0"),
        ({"modulo": 1, "weight": (1.0, 2.0)}, "repeat members"),
    ],
)
def test_what_makes_no_sense_is_refused(change, said):
    with pytest.raises(ValueError, match=said):
        Fan(2, 2).simulation(**change)


def two_links(route, path):
    """One flow over two links, along a path with choices."""
    return packet.Simulation(
        np.full(2, GB), np.zeros(2, dtype=np.int64), np.full(2, -1), np.full((2, 2), -1), np.ones(2), np.zeros(2),
        np.array(route, dtype=np.int32), np.array([path]), np.array([1000]), np.zeros(1, dtype=np.int64),
        np.zeros(1, dtype=np.int32), np.zeros(1, dtype=np.int32), [packet.Law("fixed", {})],
        pause_reaction_ps=0, seed=1, shift=10,
    )  # fmt: skip


def small(route, path, ptr, member, table, pick):
    made = two_links(route, path)
    groups = len(table)
    none = np.zeros(groups, dtype=np.int32)
    made.choices(
        np.array(ptr), np.array(member, dtype=np.int64), np.ones(len(member)), np.arange(groups, dtype=np.int32),
        np.array(table, dtype=np.int32), np.array(pick, dtype=np.int32), none, none, none, none + 64,
        none.astype(np.uint64), none.astype(np.int64), np.zeros((1, 2), dtype=np.uint64), watched=False,
    )  # fmt: skip
    return made


@pytest.mark.parametrize(
    ("given", "said"),
    [
        # a group that leads to itself
        (([-2, 0, -2, 1, -1], (0, 3), [0, 1], [1], [0], [HASH]), "lead in a circle"),
        # a table that leads into another
        (([0, -2, -1, 1, -1, 0, -3, -1], (0, 3), [0, 1, 2], [5, 0], [0, 1], [HASH, HASH]), "into another one"),
        # the same table twice in one list
        (([-2, -2, -1, 1, -1, 0, -3, -1], (0, 3), [0, 1, 1], [5], [0, 0], [HASH, BACK]), "into a table once"),
        (([0, -4, -1, 1, -1], (0, 3), [0, 1], [3], [0], [HASH]), "no group"),
        (([0, -2, -1, 1, -1], (0, 3), [0, 1], [2], [0], [HASH]), "where nothing begins"),
        (([0, -2, -1, 1, -1], (0, 3), [0, 0], [], [-1], [BACK]), "end of no table"),
    ],
)  # fmt: skip
def test_ways_that_do_not_end_are_refused(given, said):
    with pytest.raises(ValueError, match=said):
        small(*given)


def test_a_choice_that_is_not_there():
    made = two_links([0, -2, -1, 1, -1], (0, 3))
    with pytest.raises(ValueError, match="there are no choices"):
        made.run(NEVER, 10)


@pytest.mark.parametrize("pick", [HASH, RANDOM, FLOW_TURNS, TURNS, LEAST, LEAST_DRAWN, TWO])
@pytest.mark.parametrize("law", ["fixed", "dcqcn"])
def test_hosts_choose_among_their_links(pick, law):
    """A host with two links: both carry, in turns evenly, and one that is known to be down carries nothing."""
    flows, packets = 6, 200
    out = []
    for known in ([], [(0, 6, 0, 0.0)]):
        route = [-2, -1, 0, 2, -1, 1, 2, -1, 3, -1]
        made = packet.Simulation(
            np.array([100 * GB, 100 * GB, 400 * GB, 100 * GB]), np.full(4, 10**6), np.full(4, -1), np.full((4, 2), -1),
            np.ones(4), np.zeros(4), np.array(route, dtype=np.int32), np.array([(0, 8)] * flows),
            np.full(flows, packets * 1448), np.zeros(flows, dtype=np.int64), np.zeros(flows, dtype=np.int32),
            np.zeros(flows, dtype=np.int32), [packet.Law(law, {"duplicates": 2**20})], pause_reaction_ps=0, seed=1,
            shift=10,
        )  # fmt: skip
        one = np.zeros(1, dtype=np.int32)
        name = np.arange(2 * flows, dtype=np.uint64).reshape(flows, 2)
        made.choices(
            np.array([0, 2]), np.array([2, 5]), np.ones(2), one, one - 1, one + pick, one, one, one, one + 64,
            np.array([7], dtype=np.uint64), np.zeros(1, dtype=np.int64), name, watched=True,
        )  # fmt: skip
        if known:
            none = np.zeros(1, dtype=np.int64)
            made.faults(
                none, one + 6, one, np.zeros(1), none, one[:0], none, none[:0], np.zeros(0),
            )  # fmt: skip
        assert (done(made)["received"] == packets).all()
        out.append(made.links()["sent_B"])
    both, left = out
    assert both[:2].sum() == both[2] == left[2] and left[0] == 0 and left[1] == left[2]
    assert both[:2].min() > 0
    if pick in (FLOW_TURNS, TURNS):
        assert abs(int(both[0]) - int(both[1])) <= flows * 1500


@pytest.mark.parametrize("same", [False, True])
def test_hashes_of_two_tiers_are_independent(same):
    """What two tiers choose for 8,000 flows, as counts: their chi-square; with one seed, all on one line."""
    m, flows = 6, 8000
    links = 1 + m + m * m
    route = [0, -2, -1, 0, -1]
    first = len(route)
    for i in range(m):
        route += [1 + i, -3 - i]
    second = len(route)
    for link in range(1 + m, links):
        route += [link, -3 - m]
    route.append(-1)
    made = packet.Simulation(
        np.full(links, 400 * GB), np.zeros(links, dtype=np.int64), np.full(links, -1), np.full((links, 2), -1),
        np.ones(links), np.zeros(links), np.array(route, dtype=np.int32), np.array([(0, 3)] * flows),
        np.full(flows, 100), np.zeros(flows, dtype=np.int64), np.zeros(flows, dtype=np.int32),
        np.zeros(flows, dtype=np.int32), [packet.Law("fixed", {})], pause_reaction_ps=0, seed=1, shift=10,
    )  # fmt: skip
    groups = m + 2
    none = np.zeros(groups, dtype=np.int32)
    pick = none.copy()
    pick[-1] = BACK
    name = random.mix64(np.arange(2 * flows, dtype=np.uint64).reshape(-1, 1)).reshape(flows, 2)
    made.choices(
        np.array([*range(0, (m + 1) * m + 1, m), (m + 1) * m]),
        np.concatenate([first + 2 * np.arange(m), second + 2 * np.arange(m * m)]), np.ones((m + 1) * m),
        np.arange(groups, dtype=np.int32), none, pick, none, none, none, none + 64,
        np.full(groups, 5, dtype=np.uint64) if same else np.arange(groups, dtype=np.uint64), none.astype(np.int64),
        name, watched=True,
    )  # fmt: skip
    done(made)
    table = made.picks()["picked"][m:].reshape(m, m)
    assert table.sum() == flows
    if same:
        assert (np.count_nonzero(table, axis=1) == 1).all()
        return
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / flows
    assert ((table - expected) ** 2 / expected).sum() < 52.6  # 25 degrees of freedom, p = 0.001
    assert ((table.sum(axis=1) - flows / m) ** 2 / (flows / m)).sum() < 20.5  # 5, the same
