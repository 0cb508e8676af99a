"""How many links hashing uses: against closed forms, against walks that are drawn, and modulo by modulo."""

from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np
import pytest
from tests.demand.clusters import site
from tests.predict.made import demands, phase

from easterly.base.columns import ints
from easterly.base.findings import Severity
from easterly.route.checks_hashing import connections_fill_links, tiers_hash_differently
from easterly.route.ecmp import paths_of, policy_of
from easterly.route.entropy import admitted_bps, choices
from easterly.site import blueprints

HARDWARE = {
    "switches": {"sw": {"ports": 64, "rate": "100Gb/s"}},
    "hosts": {"h": {"gpus": 4, "nics": 4, "nic_rate": "100Gb/s"}},
}


def leaf_spine(down, up, hosts, **hash_):
    fabric = {
        "blueprint": "leaf-spine", "hosts": {"type": "h", "count": hosts},
        "leaf": {"type": "sw", "down": down, "up": up}, "spine": {"type": "sw", "count": up},
        **({"hash": hash_} if hash_ else {}),
    }  # fmt: skip
    return built({"f": fabric})


def fat_tree(k, hosts, **hash_):
    fabric = {"blueprint": "fat-tree", "k": k, "switch": "sw", "hosts": {"type": "h", "count": hosts}}
    return built({"f": fabric | ({"hash": hash_} if hash_ else {})})


def built(fabrics):
    plan = site(fabrics=fabrics, hardware=HARDWARE)
    return plan, blueprints.build(plan)


def jobs(plan, *names):
    """The rule asks a site for its fabrics and for where a job's connections stand."""
    library = SimpleNamespace(qps=None)
    return SimpleNamespace(
        seed=1, fabrics=plan.fabrics, services={}, jobs={name: SimpleNamespace(library=library) for name in names}
    )


def chosen(network, wanted):
    paths = paths_of(network, wanted.flows, policy_of(network, seed=1))
    return choices(network, wanted.flows, paths, wanted.flows.connections, admitted_bps(network, wanted.flows))


@pytest.mark.parametrize(
    "senders, connections, up", [(4, 1, 4), (8, 1, 8), (8, 2, 8), (8, 3, 5), (3, 4, 32), (8, 40, 8)]
)
def test_a_leaf_uses_what_the_closed_form_says(senders, connections, up):
    _, network = leaf_spine(8, up, 4)
    nic = network.hosts.nic_node
    wanted = demands([phase("j", [(nic[i], nic[8 + i], 1e6) for i in range(senders)], connections=connections)])
    found = chosen(network, wanted)
    assert network.nodes.name[found.node].tolist() == ["f-leaf-0"]
    f = senders * connections
    assert found.used[0] == pytest.approx(up * (1 - (1 - 1 / up) ** f))
    assert (found.links[0], found.connections[0]) == (up, pytest.approx(f))
    assert found.needed[0] == pytest.approx(min(up, senders))


def walked(network, wanted, draws=400, seed=5):
    """Mean number of links in use at every node with a choice, when each connection draws its next hops."""
    links, far = network.links, len(network.nodes)
    rng = np.random.default_rng(seed)
    hops = {}
    for target in set(wanted.flows.dst.tolist()):
        steps = np.full(far, far)
        steps[target], edge = 0, {target}
        while edge:
            into = np.flatnonzero(np.isin(links.dst, list(edge)) & (steps[links.src] == far))
            steps[links.src[into]] = steps[min(edge)] + 1
            edge = {int(n) for n in links.src[into] if network.transit[n]}
        hops[target] = {n: np.flatnonzero((links.src == n) & (steps[links.dst] < steps[n])) for n in range(far)}
    count = np.zeros(far)
    for _ in range(draws):
        used = set()
        for src, dst, c in zip(wanted.flows.src, wanted.flows.dst, wanted.flows.connections, strict=True):
            for _ in range(c):
                at = int(src)
                while at != dst:
                    options = hops[int(dst)][at]
                    link = int(rng.choice(options))
                    if len(options) > 1:
                        used.add(link)
                    at = int(links.dst[link])
        for link in used:
            count[links.src[link]] += 1
    return count / draws


def test_higher_tiers_count_what_reaches_them():
    _, network = fat_tree(8, 32)
    nic, rng = network.hosts.nic_node, np.random.default_rng(3)
    pairs = [(nic[a], nic[b], 1e6) for a, b in zip(range(0, 64), rng.permutation(64) + 64, strict=True)]
    wanted = demands([phase("j", pairs[:24], connections=2)])
    found = chosen(network, wanted)
    assert set(network.nodes.tier[found.node].tolist()) == {1, 2}
    count = walked(network, wanted)
    assert np.flatnonzero(count).tolist() == found.node.tolist()
    np.testing.assert_allclose(found.used, count[found.node], rtol=0.06, atol=0.12)


def test_phases_are_counted_apart_and_by_what_limits_them():
    _, network = leaf_spine(8, 8, 4)
    nic = network.hosts.nic_node
    wanted = demands([
        phase("j", [(nic[0], nic[8 + i], 1e6) for i in range(8)], connections=1),
        phase("j", [(nic[i], nic[8], 1e6) for i in range(8)], connections=1),
        phase("s", [(nic[i], nic[8 + i], 25e9) for i in range(8)], kind="service", connections=1),
    ])  # fmt: skip
    found = chosen(network, wanted)
    assert found.phase.tolist() == [0, 1, 2]
    assert found.needed.tolist() == pytest.approx([1, 1, 2]), "one sender, one receiver, eight at a quarter of a link"


def few(plan, network, wanted):
    paths = paths_of(network, wanted.flows, policy_of(network, seed=1))
    return list(connections_fill_links(jobs(plan, "j"), network, wanted, paths))


def warned(plan, network, connections, senders=8):
    nic = network.hosts.nic_node
    flows = [(nic[i], nic[16 + i], 1e6) for i in range(senders)]
    return few(plan, network, demands([phase("j", flows, connections=connections)]))


@pytest.mark.parametrize("up", [4, 8, 16])
def test_from_four_fifths_on_there_is_nothing_to_say_and_the_advice_reaches_what_it_says(up):
    plan, network = leaf_spine(16, up, 8)

    def share(connections):
        return 1 - (1 - 1 / up) ** (16 * connections)

    for connections in range(1, 7):
        said = warned(plan, network, connections, senders=16)
        assert bool(said) == (share(connections) < 0.8)
        for one in said:
            assert (one.code, one.severity, one.at) == ("E706", Severity.WARNING, "jobs/j/connections")
            advice = int(re.search(r"connections: (\d+)", one.hint)[1])
            assert share(advice) >= 0.95 > share(advice - 1)
            assert f"{up * share(connections):.3g} are in use" in one.message


def test_a_phase_that_needs_few_links_may_use_few():
    plan, network = leaf_spine(16, 32, 8)
    assert warned(plan, network, 1, senders=1) == []
    assert warned(plan, network, 2, senders=4) == []
    [one] = warned(*leaf_spine(16, 16, 8), 1, senders=16)
    assert "16 x (1 - (1 - 1/16)^16) = 10.3" in one.message


def test_a_small_phase_beside_a_large_one_does_not_count():
    plan, network = leaf_spine(16, 16, 8)
    nic = network.hosts.nic_node
    pairs = [(nic[i], nic[16 + i], 1e6) for i in range(16)]
    inside = [(nic[i], nic[i + 1], 1e9) for i in range(15)]
    small, large = phase("j", pairs, connections=1), phase("j", inside, connections=1)
    assert few(plan, network, demands([small, large])) == []
    assert len(few(plan, network, demands([small]))) == 1
    assert few(plan, network, demands([])) == []


@pytest.mark.parametrize("fields, apart", [(["src-ip", "dst-ip"], False), (["src-ip", "dst-ip", "dst-port"], False),
                                           (["src-ip", "dst-ip", "src-port"], True), (["dest-qp"], True)])  # fmt: skip
def test_a_hash_that_does_not_see_the_connection_sees_one(fields, apart):
    said = warned(*leaf_spine(16, 16, 8, fields=fields), 8, senders=16)
    assert bool(said) == (not apart)
    assert all("hash fields" in one.hint and "16 connections" in one.message for one in said)


@pytest.mark.parametrize("below, above", [(8, 8), (8, 4), (6, 4), (4, 3), (16, 12), (5, 10), (7, 8)])
def test_the_same_hash_twice_leaves_a_share_of_the_links(below, above):
    """Every hash value modulo both numbers, one by one."""
    seen = [{h % above for h in range(below * above) if h % below == i} for i in range(below)]
    clos = {
        "blueprint": "clos", "tiers": 3, "hosts": {"type": "h", "count": 8}, "hash": {"seed": "same"},
        "leaf": {"type": "sw", "down": 4, "up": below}, "spine": {"type": "sw", "down": 4, "up": above},
        "super_spine": {"type": "sw"},
    }  # fmt: skip
    plan, network = built({"f": clos})
    said = list(tiers_hash_differently(plan, network))
    claimed = float(re.search(r"\(([\d.]+) of", said[0].message)[1]) if said else 1.0
    assert [len(one) / above for one in seen] == pytest.approx([claimed] * below, rel=1e-2)
    assert [f.at for f in said] == (["fabrics/f/hash/seed"] if len(seen[0]) < above else [])


@pytest.mark.parametrize("seed", ["per-switch", "per-tier"])
def test_other_seeds_do_not_polarise(seed):
    assert list(tiers_hash_differently(*fat_tree(8, 16, seed=seed))) == []
    assert [f.code for f in tiers_hash_differently(*fat_tree(8, 16, seed="same"))] == ["E707"]
    assert list(tiers_hash_differently(*fat_tree(8, 16))) == []
    assert list(tiers_hash_differently(*leaf_spine(8, 8, 4, seed="same"))) == [], "only leaves choose"


def test_connections_are_whole():
    _, network = leaf_spine(8, 8, 4)
    nic = network.hosts.nic_node
    wanted = demands([phase("j", [(nic[0], nic[8], 1e6)], connections=3)])
    paths = paths_of(network, wanted.flows, policy_of(network, seed=1))
    one = choices(network, wanted.flows, paths, ints([1]), admitted_bps(network, wanted.flows))
    assert one.used[0] == pytest.approx(1.0)


def test_one_pod_stands_for_all():
    plan, network = fat_tree(8, 32)
    nic = network.hosts.nic_node
    across = [(nic[i], nic[(i + 64) % 128], 1e6) for i in range(128)]
    wanted = demands([phase("j", across, connections=1)])
    [one] = few(plan, network, wanted)
    found = chosen(network, wanted)
    worst = int(np.argmin(found.used / found.needed))
    assert f"{found.used[worst]:.3g} are in use" in one.message
    assert few(plan, network, demands([phase("j", across, connections=8)])) == []
