"""Replicas over the WAN: bytes of rings and stars by hand, on two and three fabrics."""

import numpy as np
import pytest

from easterly import demand
from easterly.model.spec.site import Site
from easterly.site import blueprints

HOSTS = {"h": {"gpus": 4, "nics": 4, "nic_rate": "400Gb/s", "scaleup": "450GB/s"}}
LEAF = {"blueprint": "leaf-spine", "hosts": {"type": "h", "count": 2}, "leaf": {"type": "sw", "down": 8, "up": 8},
        "spine": {"type": "sw"}, "border": {"count": 1}}  # fmt: skip
SHAPE = {"params": 1e9, "layers": 8, "hidden": 1024, "heads": 16, "seq": 1024, "vocab": 32000}


def demands_of(fabrics, **geo):
    """A job of eight GPUs on the first of some fabrics, which form a ring of WAN links of 10 ms."""
    ring = zip(fabrics, [*fabrics[1:], fabrics[0]], strict=True)
    links = {f"{a}{b}": {"a": a, "b": b, "rate": "100Gb/s", "delay": "10ms"} for a, b in ring}
    job = {"fabric": fabrics[0], "class": "t", "model": SHAPE, "parallel": {"tp": 4, "dp": 2}, "batch": 64,
           "geo": {"fabrics": list(fabrics[1:]), **geo}}  # fmt: skip
    site = Site.model_validate({
        "version": 1, "site": {"name": "s"}, "fabrics": dict.fromkeys(fabrics, LEAF), "jobs": {"j": job},
        "hardware": {"switches": {"sw": {"ports": 32, "rate": "400Gb/s"}}, "hosts": HOSTS},
        "wan": {"links": links}, "classes": {"t": {"dscp": 26, "share": "rest"}},
    })  # fmt: skip
    network = blueprints.build(site)
    return network, demand.build(site, network)


def crossing(network, demands):
    """Bytes of one exchange by sending and receiving fabric."""
    (row,) = np.flatnonzero(demands.phases.stage == "geo")
    mine = demands.flows.phase == row
    names = network.nodes.fabric
    found = {}
    for src, dst, size in zip(
        demands.flows.src[mine], demands.flows.dst[mine], demands.flows.size_B[mine], strict=True
    ):
        key = str(names[src]), str(names[dst])
        found[key] = found.get(key, 0.0) + float(size)
    return row, found


def test_two_replicas_exchange_their_parameters():
    network, demands = demands_of(("a", "b"), every=500)
    row, found = crossing(network, demands)
    assert found == pytest.approx({("a", "b"): 4e9, ("b", "a"): 4e9})
    assert demands.phases.times[row] == pytest.approx(1 / 500)
    assert demands.phases.latency_s[row] == pytest.approx(2 * 10e-3, rel=0.01)
    assert demands.work.gpus[0] == 16 and demands.work.tokens[0] == 2 * 64 * 1024


def test_a_ring_sends_to_the_next_and_a_star_to_the_first():
    """4 bytes per parameter, a quarter of it compressed: 2 (3-1)/3 of that around; or 2 bytes there and back."""
    network, ring = demands_of(("a", "b", "c"), compress=4)
    around = [("a", "b"), ("b", "c"), ("c", "a")]
    assert crossing(network, ring)[1] == pytest.approx(dict.fromkeys(around, 4 / 3 * 1e9))
    network, star = demands_of(("a", "b", "c"), topology="star", dtype="bf16")
    pairs = [("a", "b"), ("b", "a"), ("a", "c"), ("c", "a")]
    assert crossing(network, star)[1] == pytest.approx(dict.fromkeys(pairs, 2e9))


def test_every_replica_has_the_traffic_of_the_job():
    _, alone = demands_of(("a", "b"), every=10)
    network, demands = demands_of(("a", "b", "c"), every=10)
    sums = {}
    for row in np.flatnonzero(demands.phases.axis == "dp"):
        mine = demands.flows.phase == row
        for fabric in "abc":
            inside = mine & (network.nodes.fabric[demands.flows.src] == fabric)
            sums.setdefault(fabric, []).append(float(demands.flows.size_B[inside].sum()))
    assert sums["a"] == sums["b"] == sums["c"] and min(sums["a"]) > 0
    assert len(demands.work.host_idx) == 6 and len(alone.work.host_idx) == 4


@pytest.mark.parametrize("to, seconds", [("far", 8.0), ("lake", 16.0), ("near", 14e9 * 8 / (4 * 400e9))])
def test_a_checkpoint_elsewhere_is_written_at_the_rate_of_the_links_there(to, seconds):
    """100 GB over 100 Gb/s to the other fabric, or 50 Gb/s to the lake, which has a faster link that is farther."""
    far = {"a": "a", "b": "b", "rate": "100Gb/s", "delay": "10ms"}
    near, detour = ({"a": a, "b": "lake", "rate": r, "delay": "1ms"} for a, r in (("a", "50Gb/s"), ("b", "400Gb/s")))
    stores = {n: {"kind": "storage", "class": "t", "fabric": f, "hosts": 1, "copies": 1} for n, f in
              (("near", "a"), ("far", "b"))}  # fmt: skip
    size = "100GB" if to != "near" else "14GB"
    job = {"fabric": "a", "class": "t", "model": SHAPE, "parallel": {"tp": 4}, "batch": 64,
           "checkpoint": {"to": to, "size": size, "every": "1h"}}  # fmt: skip
    site = Site.model_validate({
        "version": 1, "site": {"name": "s"}, "fabrics": {"a": LEAF, "b": LEAF}, "jobs": {"j": job},
        "hardware": {"switches": {"sw": {"ports": 32, "rate": "400Gb/s"}}, "hosts": HOSTS}, "traffic": stores,
        "wan": {"sites": {"lake": {}}, "links": {"ab": far, "al": near, "bl": detour}},
        "classes": {"t": {"dscp": 26, "share": "rest"}},
    })  # fmt: skip
    made = demand.build(site, blueprints.build(site)).work
    assert made.checkpoint_s[made.name == "j"][0] == pytest.approx(seconds)
