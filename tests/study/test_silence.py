"""Interruptions of all traffic of a cable: by who speaks what, and of those who have no other way."""

from __future__ import annotations

import random
from pathlib import Path

import networkx
import pytest
from tests.app.lab.sites import DIAMOND, LEAVES, POOLS, written

import easterly
from easterly.study.nouns import Nouns
from easterly.study.silence import Silences


def plan(folder: Path, text: str) -> Silences:
    return Silences.of(Nouns(easterly.load(written(folder, text)).site))


def row(made: Silences, a: str, b: str) -> int:
    links, names = made.network.links, made.network.nodes.name
    return next(i for i in range(len(links)) if (names[links.src[i]], names[links.dst[i]]) == (a, b))


def test_a_spine_tells_the_leaves_which_have_another(tmp_path: Path) -> None:
    made = plan(tmp_path, LEAVES)
    for ends in (("t-leaf-1", "t-spine-0"), ("t-spine-0", "t-leaf-1")):
        found = made.of_cable(row(made, *ends))
        assert found is not None
        assert (found.shortest.turns.most, found.longest.turns.most, found.cut) == (1, 2, ())
        assert found.dst == "t-leaf-1"
        assert found.longest.high_s == pytest.approx(0.9 + 0.1 + 0.06)
        assert (found.shortest_seen.low_s, found.longest_seen.high_s) == pytest.approx((0.0, 0.1 + 0.06))


def test_a_host_has_no_router_that_finds_another_way(tmp_path: Path) -> None:
    made = plan(tmp_path, LEAVES)
    assert made.of_cable(row(made, "t-host-0:nic0", "t-leaf-0")) is None


def test_interior_protocols_have_no_turns(tmp_path: Path) -> None:
    made = plan(tmp_path, DIAMOND.replace("blueprint: graph", "blueprint: graph\n    underlay: {protocol: isis}"))
    found = made.of_cable(row(made, "r1", "r2"))
    assert found is not None
    assert (found.longest.turns.most, found.src) == (1, "")
    assert found.longest == made.between(row(made, "r1", "r2"), "r1", "r4")
    assert found.longest_seen == made.between(row(made, "r1", "r2"), "r1", "r4", carrier=True)


@pytest.mark.parametrize("protocol", ["bgp", "ospf"])
def test_who_has_no_other_way_is_named(tmp_path: Path, protocol: str) -> None:
    """Of three in a line the one in the middle reaches both, and the others nobody once it is alone."""
    line = "\n".join(each for each in DIAMOND.splitlines() if "down3" not in each)
    made = plan(tmp_path, line.replace("blueprint: graph", f"blueprint: graph\n    underlay: {{protocol: {protocol}}}"))
    found = made.of_cable(row(made, "r2", "r4"))
    assert found is not None
    assert (found.lost, found.cut) == (True, (("r1", "r4"), ("r4", "r1")))
    assert made.of_cable(row(made, "r1", "r3")) is None, "no host is behind r3"
    if protocol != "bgp":
        return
    with pytest.raises(ValueError, match="traffic from r1 to r4 has no way but this cable"):
        made.between(row(made, "r2", "r4"), "r1", "r4")


def test_fabrics_that_nothing_joins_are_no_places_of_each_other(tmp_path: Path) -> None:
    """Four leaves in each of two; the news of a cable in one never comes to the other."""
    begin, _, rest = LEAVES.partition("fabrics:\n")
    one, pools, end = rest.partition("\naddressing:")
    made = plan(tmp_path, f"{begin}fabrics:\n{one}{one.replace('  t:', '  s:')}{pools}{end}")
    found = made.of_cable(row(made, "t-leaf-1", "t-spine-0"))
    assert found is not None
    assert found.goals == found.tried == 4


@pytest.mark.parametrize("seed", range(4))
def test_a_cable_is_lost_where_it_is_a_bridge_between_hosts(tmp_path: Path, seed: int) -> None:
    """Beside NetworkX: a tree of ten routers and some more cables, hosts on three of them."""
    rng = random.Random(seed)
    graph = networkx.random_labeled_tree(10, seed=seed)
    graph.add_edges_from(rng.sample(sorted(networkx.non_edges(graph)), 3))
    homes = rng.sample(range(10), 3)
    ends = [rng.sample(each, 2) for each in graph.edges]
    lines = [f"      h{i}: {{type: box}}" for i in homes] + [f"      r{i}: {{type: sw8}}" for i in range(10)]
    lines += ["    links:"] + [f"      e{i}: {{a: h{i}, b: r{i}}}" for i in homes]
    lines += [f"      c{i}: {{a: r{a}, b: r{b}}}" for i, (a, b) in enumerate(ends)]
    begin, _, rest = DIAMOND.partition("    nodes:\n")
    text = f"{begin}    underlay: {{protocol: ospf}}\n    nodes:\n" + "\n".join(lines) + "\n" + POOLS
    made = plan(tmp_path, text)
    bridges = {frozenset(each) for each in networkx.bridges(graph)}
    for a, b in ends:
        found = made.of_cable(row(made, f"r{a}", f"r{b}"))
        rest = networkx.restricted_view(graph, [], [(a, b)])
        near = networkx.node_connected_component(rest, a) & set(homes)
        if {a, b} not in bridges:
            assert found is not None
            assert not found.lost
        elif not near or near == set(homes):
            assert found is None
        else:
            assert found is not None
            assert found.lost
            assert {src for src, _ in found.cut} == {f"r{home}" for home in homes}
