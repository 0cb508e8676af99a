"""Steps as flows go where the plan sends them: loads of links beside those of means, and of allocations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from easterly.base.columns import bools, ints
from easterly.model.network import LinkKind
from easterly.site import load
from easterly.study import engineering, fluid
from easterly.study.fluid.outages import changes
from easterly.study.fluid.played import play
from easterly.study.fluid.posed import pose
from easterly.study.fluid.standing import standing_of
from easterly.study.fluid.tunnels import over, tunnels_of
from easterly.study.nouns import Nouns

EXAMPLES = Path(__file__).parents[2] / "examples"
METROS = """
version: 1
site: {name: metros}
hardware:
  switches: {sw32: {ports: 32, rate: 100Gb/s}}
  hosts: {node: {gpus: 1, nics: 1, nic_rate: 100Gb/s, gpu: h100-sxm}}
fabrics:
  ams:
    {slot: 0, blueprint: leaf-spine, hosts: {type: node, count: 4}, leaf: {type: sw32, down: 4, up: 4},
     spine: {type: sw32}}
  fra:
    {slot: 1, blueprint: leaf-spine, hosts: {type: node, count: 4}, leaf: {type: sw32, down: 4, up: 4},
     spine: {type: sw32}}
  par:
    {slot: 2, blueprint: leaf-spine, hosts: {type: node, count: 4}, leaf: {type: sw32, down: 4, up: 4},
     spine: {type: sw32}}
wan:
  links:
    ams-fra: {a: ams, b: fra, rate: 100Gb/s, delay: 3ms}
    fra-par: {a: fra, b: par, rate: 100Gb/s, delay: 4ms}
    ams-par: {a: ams, b: par, rate: 40Gb/s, delay: 4ms}
addressing: {pools: {fabric: 10.64.0.0/16, loopback: 10.65.0.0/20}}
classes: {bulk: {dscp: 10, share: 30%}, default: {dscp: 0, share: rest}}
traffic: {copies: {kind: matrix, class: bulk, rates: {ams: {par: 60Gb/s}}}}
jobs: {tiny: {fabric: fra, class: default, model: llama3-8b, parallel: {dp: 2}, batch: 2, mfu: 40%}}
intents:
  roomy: {allocate: {objective: min-max-utilisation, utilisation: 80%}}
  fast: {job: tiny, step_time: {max: 100s}}
"""


@pytest.fixture(scope="module")
def metros(tmp_path_factory):
    path = tmp_path_factory.mktemp("metros") / "metros.yaml"
    path.write_text(METROS)
    return Nouns(load(path).site)


def sent_bps(made, posed, prepared):
    """(L,) [bit/s] what the ways carry in the mean: of jobs in their low steps, of others all the time."""
    steps_s = dict(zip(made.prediction.value.job.tolist(), made.prediction.value.step_low_s.tolist(), strict=True))
    names = made.demands.value.work.name
    takes_s = np.array([steps_s.get(str(name), prepared.until_s) for name in names])
    row = np.repeat(np.arange(len(posed)), np.diff(posed.paths.ptr))
    rate = posed.paths.share * posed.size_bit[row] / takes_s[posed.owner[row]]
    return np.bincount(posed.paths.link, rate, len(made.network.value.links))


@pytest.mark.parametrize("name", ["two-fabrics-wan", "direct-networks", "rail-only"])
def test_ways_are_those_of_the_means(name):
    """Costs of WAN links, rails, routings of direct networks: sprayed, links are loaded as the plan says."""
    made = Nouns(load(EXAMPLES / f"{name}.yaml").site)
    prepared = fluid.prepare(made, fluid.Wishes(line_rate=True, routing="spray"))
    mean = made.loads.value.load_bps.sum(axis=0)
    assert sent_bps(made, pose(prepared), prepared) == pytest.approx(mean, rel=1e-9, abs=1e-9 * mean.max())


def test_a_run_carries_what_its_ways_say():
    """Every byte of a step, and of a service meanwhile, over the links of the plan."""
    made = Nouns(load(EXAMPLES / "two-fabrics-wan.yaml").site)
    prepared = fluid.prepare(made, fluid.Wishes(line_rate=True, routing="spray"))
    posed, network = pose(prepared), made.network.value
    standing = standing_of(posed, made.qos.value, made.demands.value.work)
    run = play(posed, standing, network.links.capacity_bps, changes(prepared, posed))
    loads, classes = made.loads.value.load_bps, made.demands.value.classes
    assert run.complete and run.unsettled == 0
    bit = loads[classes.index("training")] * made.prediction.value.step_low_s[0]
    bit = bit + loads[classes.index("inference")] * prepared.until_s
    assert run.carried_B * 8 == pytest.approx(bit, rel=1e-6, abs=1e-6 * bit.max())


def test_an_allocation_is_gone_by_as_it_is(metros):
    """All of its tunnels in the shares of their rates: no link has more than it allocates, to the gap of its proof."""
    network, intent = metros.network.value, metros.site.intents["roomy"].allocate
    prepared = fluid.prepare(metros, fluid.Wishes(line_rate=True, allocation="roomy"))
    load_bps = sent_bps(metros, pose(prepared), prepared)
    routing = engineering.allocated(metros, "roomy")[1]
    inner = network.links.kind != LinkKind.HOST
    assert load_bps[inner] == pytest.approx(routing.allocation.load_bps[inner], rel=2 * intent.gap, abs=1e6)
    used = (load_bps / network.links.capacity_bps)[inner].max()
    before = (metros.loads.value.load_bps.sum(axis=0) / network.links.capacity_bps)[inner].max()
    assert before == pytest.approx(1.5) and used == pytest.approx(60 / 140, rel=2 * intent.gap)


def test_what_goes_by_an_allocation_is_not_held_up(metros):
    """60 Gb/s do not fit into the 40 Gb/s of the shortest way: it is full, but not where both ways are gone."""
    usual, roomy = (
        fluid.simulate_site(fluid.prepare(metros, fluid.Wishes(line_rate=True, allocation=name)))
        for name in ("", "roomy")
    )
    short = np.flatnonzero(metros.network.value.links.capacity_bps == 40e9)
    assert usual.busy[short].max() == pytest.approx(1.0)
    assert roomy.busy[short].max() == pytest.approx(60 / 140, rel=1e-3)


def test_tunnels_that_are_down_leave_all_to_the_others(metros):
    """Without the short way all goes by Frankfurt; without both nothing is left, and an empty row."""
    network, between = metros.network.value, tunnels_of(metros, "roomy")
    nic, fabric = network.hosts.nic_node, network.nodes.fabric
    src, dst = (ints(nic[fabric[nic] == name][:1]) for name in ("ams", "par"))
    ends = np.stack([fabric[network.links.src], fabric[network.links.dst]])
    short, long = ({"ams", "par"}, {"fra", "par"})
    up = np.ones(len(network.links), dtype=np.bool_)
    crossing = {
        name: np.array([set(pair) == each for pair in ends.T.tolist()])
        for name, each in (("short", short), ("long", long))
    }
    all_ways, left = (over(between, network, src, dst, bools(up & ~down)) for down in (~up, crossing["short"]))
    for found, part in ((all_ways, 40 / 140), (left, 0.0)):
        share = np.bincount(found.link, found.share, len(up))
        assert share[crossing["short"]].sum() == pytest.approx(part, abs=2e-3)
        assert share[crossing["long"]].sum() == pytest.approx(1 - part, abs=2e-3)
        assert share[network.links.src == src[0]].sum() == share[network.links.dst == dst[0]].sum() == 1.0
    none = over(between, network, src, dst, bools(up & ~crossing["short"] & ~crossing["long"]))
    assert none.ptr.tolist() == [0, 0]


@pytest.mark.parametrize("name, said", [("fast", "no intent that allocates is called 'fast'"), ("romy", "roomy")])
def test_intents_that_allocate_nothing_are_refused(metros, name, said):
    with pytest.raises(ValueError, match=said):
        pose(fluid.prepare(metros, fluid.Wishes(allocation=name)))
