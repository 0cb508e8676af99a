"""What a site stands, against a search over the network as it is, and against what one can count."""

from __future__ import annotations

import itertools
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from easterly.predict.robustness import final_size_mixed
from easterly.site import load_text
from easterly.study.nouns import Nouns
from easterly.study.robustness import PLANS, outbreak, parts_of, remove, roll_out, segments_of, structure_of

EXAMPLES = Path(__file__).parents[2] / "examples"
SITE = """
version: 1
site: {name: s}
hardware:
  switches: {sw: {ports: 16, rate: 100Gb/s, buffer: 64MB}}
  hosts: {box: {gpus: 2, nics: 2, nic_rate: 100Gb/s, gpu: h200-sxm}}
fabrics:
  train: {blueprint: leaf-spine, hosts: {type: box, count: 40}, leaf: {type: sw, down: 8, up: 8}, spine: {type: sw}}
addressing: {pools: {fabric: 10.64.0.0/16, loopback: 10.65.0.0/20}}
tenants: {acme: {vrf: true}, zeta: {vrf: true}}
classes:
  training: {dscp: 26, share: 50%}
  default: {dscp: 0, share: rest}
jobs:
  big: {tenant: acme, fabric: train, class: training, model: llama3-8b, parallel: {tp: 2, dp: 20}, batch: 40}
  small: {tenant: zeta, fabric: train, class: training, model: llama3-8b, parallel: {tp: 2, dp: 12}, batch: 24}
"""


@pytest.fixture(scope="module")
def site():
    """Ten leaves of four hosts each, eight spines; 20 hosts of acme, 12 of zeta, 8 of nobody."""
    return Nouns(load_text(SITE).site)


@pytest.fixture(scope="module")
def structure(site):
    return structure_of(site.network.value)


def example(name):
    return structure_of(Nouns(load_text((EXAMPLES / f"{name}.yaml").read_text()).site).network.value)


def searched(structure, cable_up, node_up):
    """Pairs of hosts that reach each other through switches alone, and the hosts around the best component."""
    network = structure.network
    graph = nx.Graph()
    graph.add_nodes_from(v for v in range(len(network.nodes)) if node_up[v] and network.transit[v])
    on = [set() for _ in network.hosts.name]
    for cable, row in enumerate(network.cables.tolist()):
        a, b = int(network.links.src[row]), int(network.links.dst[row])
        if not cable_up[cable] or not node_up[a] or not node_up[b]:
            continue
        if network.transit[a] and network.transit[b]:
            graph.add_edge(a, b)
        elif network.transit[a] or network.transit[b]:
            nic, switch = (a, b) if network.transit[b] else (b, a)
            on[network.node_host[nic]].add(switch)
    parts = list(nx.connected_components(graph))
    hosts = [{i for i, part in enumerate(parts) if part & switches} for switches in on]
    pairs = {(i, j) for i, j in itertools.combinations(range(len(on)), 2) if hosts[i] & hosts[j]}
    most = max((sum(i in own for own in hosts) for i in range(len(parts))), default=0)
    return pairs, most, sum(not own for own in hosts)


NAMES = ("leaf-spine", "rail-only", "multi-plane", "two-fabrics-wan", "direct-networks", "graph")


@pytest.mark.parametrize("name", NAMES)
def test_who_is_connected_is_whom_a_search_finds(name):
    made, draw = example(name), np.random.default_rng(5)
    for keep in (1.0, 0.8, 0.4, 0.1):
        cable_up = draw.random(made.cables) < keep
        node_up = draw.random(len(made.network.nodes)) < max(keep, 0.5)
        node_up[~made.network.transit] = True
        left = made.joined(cable_up, node_up)
        pairs, most, cut_off = searched(made, cable_up, node_up)
        hosts = len(made.network.hosts)
        assert left.largest == most and left.cut_off == cut_off
        assert left.pairs() == pytest.approx(len(pairs) / (hosts * (hosts - 1) / 2))
        some = np.sort(draw.permutation(hosts)[: hosts // 2]).astype(np.int32)
        own = set(some.tolist())
        inside = [pair for pair in pairs if own.issuperset(pair)]
        assert left.pairs(some) == pytest.approx(len(inside) / (len(some) * (len(some) - 1) / 2))


def test_leaves_that_go_take_their_hosts_and_spines_nobody_until_the_last(structure):
    assert parts_of(structure) == {"cables": 160, "links": 80, "switches": 18, "leaf": 10, "spine": 8}
    leaf = remove(structure, "leaf", runs=4, points=10)
    assert leaf.largest == pytest.approx(1 - leaf.removed) and leaf.largest_half == pytest.approx(np.zeros(11))
    k = 40 - 4 * np.arange(11)
    assert leaf.pairs == pytest.approx(k * (k - 1) / (40 * 39), abs=1e-12)
    assert leaf.robustness == pytest.approx(0.45) and leaf.stands(0.9) == pytest.approx(0.1)
    spine = remove(structure, "spine", runs=2, points=8)
    assert spine.largest.tolist() == [*[1] * 8, 0.1]  # the four hosts of one leaf are left together
    assert spine.pairs[-1] == pytest.approx(3 / 39)


def test_cables_that_go_at_random_cut_hosts_off_by_the_square(structure):
    """A host with two cables to one leaf is cut off with probability f^2 as long as the fabric holds together."""
    made = remove(structure, "cables", runs=60, points=10)
    for f, share, half in zip(made.removed[:6], made.largest, made.largest_half, strict=False):
        gone, all_cables = round(f * 160), 160
        cut_off = gone * (gone - 1) / (all_cables * (all_cables - 1))  # without putting back
        assert abs(share - (1 - cut_off)) <= 2 * half + 1e-12


def test_targeted_cables_are_those_between_switches(structure):
    made = remove(structure, "cables", order="targeted", runs=3)
    assert made.largest[0] == 1 and made.largest[10] == pytest.approx(0.1)  # 80 of 160: leaves stand alone
    assert remove(structure, "links", order="targeted", runs=3).robustness >= made.robustness


def test_jobs_are_looked_at_alone(site, structure):
    jobs = site.placement.value.hosts
    made = remove(structure, "leaf", runs=6, points=10, jobs=jobs)
    assert list(made.jobs) == list(jobs) and all(row[0] == 1 and row[-1] == 0 for row in made.jobs.values())
    again = remove(structure, "leaf", runs=6, points=10, jobs=jobs)
    assert made.jobs["small"].tolist() == again.jobs["small"].tolist()


def test_tenants_are_kept_apart_and_that_is_worth_something(site, structure):
    groups = segments_of(structure, site.address.value)
    assert dict(zip(groups.name.tolist(), groups.size.tolist(), strict=True)) == {"acme": 20, "zeta": 12, "default": 8}
    assert np.array_equal(groups.reach, np.eye(3)) and groups.meets.tolist() == [19, 11, 7]
    flat = segments_of(structure, site.address.value, flat=True)
    assert flat.size.tolist() == [40] and flat.meets.tolist() == [39]
    apart, together = outbreak(groups, spread=4.0, runs=500), outbreak(flat, spread=4.0, runs=500)
    assert together.reproduction == pytest.approx(4.0) and apart.reproduction == pytest.approx(4.0 * 19 / 39)
    assert together.limit == pytest.approx([final_size_mixed(4.0 * 40 / 39)])
    assert apart.worst <= 0.5 and apart.size.high < together.size.low


def test_hosts_of_fabrics_that_nothing_joins_do_not_reach_each_other():
    nouns = Nouns(load_text((EXAMPLES / "direct-networks.yaml").read_text()).site)
    groups = segments_of(structure_of(nouns.network.value), nouns.address.value, flat=True)
    assert sorted(groups.size.tolist()) == [12, 32, 72] and np.array_equal(groups.reach, np.eye(3))


def test_a_bad_configuration_in_waves(site, structure):
    jobs = {"big": site.placement.value.hosts["big"]}
    made = roll_out(structure, "waves", detect=0.75, jobs=jobs)
    assert [stage.switches for stage in made.stages] == [2, 2, 9, 18]  # a tenth of either role is one
    assert [stage.largest for stage in made.stages] == pytest.approx([0.9, 0.9, 0.5, 0])
    assert [stage.reached for stage in made.stages] == pytest.approx([1, 1 / 4, 1 / 16, 1 / 64])
    by_hand = 0.1 * (1 - 1 / 4) + 0.1 * (1 / 4 - 1 / 16) + 0.5 * (1 / 16 - 1 / 64) + 1 / 64
    assert made.expected_loss == pytest.approx(by_hand) and made.first_loss == pytest.approx(0.1)
    assert made.stages[0].jobs["big"] == pytest.approx(16 * 15 / (20 * 19))  # four of its hosts are on the first leaf


@pytest.mark.parametrize("plan", PLANS)
def test_every_switch_is_reached_once_and_found_at_once_or_never(structure, plan):
    never, at_once = roll_out(structure, plan, detect=0.0), roll_out(structure, plan, detect=1.0)
    assert never.stages[-1].switches == 18 and never.expected_loss == pytest.approx(1.0)
    assert at_once.expected_loss == at_once.first_loss
    counts = [stage.switches for stage in never.stages]
    assert counts == sorted(counts)


def test_roles_go_from_above_and_units_one_by_one(structure):
    roles = roll_out(structure, "roles").stages
    assert [(stage.name, stage.switches, stage.largest) for stage in roles] == [("spine", 8, 0.1), ("leaf", 18, 0.0)]
    pods = roll_out(structure, "pods").stages
    assert len(pods) == 11 and pods[-1].name == "train, the rest"
    assert [stage.cut_off for stage in pods[:3]] == [4, 8, 12]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda s: remove(s, "core"), "one of cables, links"),
        (lambda s: remove(s, "leaf", order="size"), "random or targeted"),
        (lambda s: remove(s, "leaf", runs=0), "at least one of each"),
        (lambda s: roll_out(s, "canary"), "one of at-once"),
        (lambda s: roll_out(s, "waves", detect=1.5), "from 0 to 1"),
    ],
)
def test_what_cannot_be_asked_is_refused(structure, call, said):
    with pytest.raises(ValueError, match=said):
        call(structure)


def test_a_spread_of_nothing_is_refused(site, structure):
    with pytest.raises(ValueError, match="above 0"):
        outbreak(segments_of(structure, site.address.value), spread=0)
