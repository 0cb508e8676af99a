"""The bill against closed forms, plain loops, and the reach tables of the standards."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategies import sites

import easterly
from easterly.model.catalog.cables import MEDIA, NONE, medium
from easterly.model.network import LinkKind, Network, NodeKind
from easterly.model.outcome import Bill
from easterly.model.spec.site import Site
from easterly.site import load
from easterly.site.blueprints import build
from easterly.study import bill

DEMO = Path(easterly.__file__).parent / "app" / "demo.yaml"
EXAMPLES = Path(__file__).parents[2] / "examples"
HARDWARE = {
    "switches": {"sw64": {"ports": 64, "rate": "400Gb/s"}, "sw8": {"ports": 8, "rate": "100Gb/s"}},
    "hosts": {
        "dgx": {"gpus": 8, "nics": 8, "nic_rate": "400Gb/s"},
        "one": {"gpus": 1, "nics": 1, "nic_rate": "100Gb/s"},
    },
}
WAN = {"sites": {"x": {}}, "links": {"w": {"a": "f", "b": "x", "rate": "100Gb/s", "delay": "5ms"}}}


def billed(fabric, wan=None) -> tuple[Bill, Network]:
    document = {"version": 1, "site": {"name": "s"}, "hardware": HARDWARE, "fabrics": {"f": fabric}, "wan": wan or {}}
    site = Site.model_validate(document)
    network = build(site)
    return bill.tally(site, network), network


def two_tiers(blueprint, down, up, hosts=128, spine=None, **keys):
    leaf, group = {"type": "sw64", "down": down, "up": up}, {"type": "dgx", "count": hosts}
    return {"blueprint": blueprint, "hosts": group, "leaf": leaf, "spine": spine or {"type": "sw64"}, **keys}


def test_the_demo():
    """32 leaves and 16 spines: 1:1, and 32 / 30 with a spine of two links to each leaf failed."""
    site = load(DEMO).site
    found = bill.tally(site, build(site))
    assert found.switches_by_role == {"leaf": 32, "spine": 16}
    assert (found.fabric_links, found.host_links, found.wan_links) == (1024, 1024, 0)
    assert found.oversubscription == {"train": 1.0}
    assert found.oversubscription_failed["train"] == pytest.approx(32 / 30)
    assert found.binding_tier == {"train": "leaf"}
    assert found.optics == 2048, "two per uplink, none on the copper to the hosts"


@pytest.mark.parametrize(
    ("blueprint", "down", "up", "ratio", "failed"),
    [
        ("rail-optimized", 32, 16, 2.0, 32 / 14),
        ("rail-optimized", 48, 16, 3.0, 48 / 14),
        ("leaf-spine", 48, 16, 3.0, 48 / 14),
    ],
)
def test_oversubscription_of_two_tiers(blueprint, down, up, ratio, failed):
    found, _ = billed(two_tiers(blueprint, down, up))
    assert found.oversubscription["f"] == ratio
    assert found.oversubscription_failed["f"] == pytest.approx(failed)


def test_one_spine_is_all_or_nothing():
    found, _ = billed(two_tiers("leaf-spine", 8, 2, hosts=2, spine={"type": "sw64", "count": 1}))
    assert found.oversubscription["f"] == 4
    assert found.oversubscription_failed["f"] == math.inf


def test_a_taper_binds_at_the_top_of_the_pod():
    site = load(EXAMPLES / "clos-taper.yaml").site
    found = bill.tally(site, build(site))
    assert (found.oversubscription["tall"], found.binding_tier["tall"]) == (7.0, "spine")
    assert found.oversubscription_failed["tall"] == pytest.approx(56 / 4), "half of the links up go with one of two"


def test_one_tier_is_not_oversubscribed():
    found, _ = billed(
        {"blueprint": "rail-only", "hosts": {"type": "dgx", "count": 8}, "leaf": {"type": "sw64", "down": 8}}
    )
    assert (found.oversubscription["f"], found.oversubscription_failed["f"], found.binding_tier["f"]) == (1.0, 1.0, "")


def test_borders_and_the_wan_are_bought_and_do_not_count_as_uplinks():
    plain, _ = billed(two_tiers("leaf-spine", 32, 16, spine={"type": "sw64", "count": 16}))
    joined, network = billed(two_tiers("leaf-spine", 32, 16, spine={"type": "sw64", "count": 16}), WAN)
    assert joined.oversubscription == plain.oversubscription
    assert joined.switches_by_role == {**plain.switches_by_role, "border": 1}
    assert (joined.wan_links, joined.fabric_links) == (1, plain.fabric_links + 16)
    assert joined.optics == plain.optics + 32, "150 m to the border need optics, the WAN brings its own"
    wan = network.links.kind[network.cables] == LinkKind.WAN
    assert set(joined.cable_medium[wan].tolist()) == {"WAN"}


def test_lines_add_up():
    found, _ = billed(two_tiers("rail-optimized", 32, 32, cables={"host": "2m", "leaf": "80m"}))
    assert [(line.item, line.what, line.detail, line.count) for line in found.lines] == [
        ("switch", "sw64", "leaf", 32), ("switch", "sw64", "spine", 16),
        ("port", "sw64", "leaf, free", 0), ("port", "sw64", "leaf, in use", 2048),
        ("port", "sw64", "spine, free", 0), ("port", "sw64", "spine, in use", 1024),
        ("host", "dgx", "8 GPUs, 8 interfaces", 128),
        ("cable", "400GBASE-CR4", "400Gb/s, 2m", 1024), ("cable", "400GBASE-SR4", "400Gb/s, 80m", 1024),
        ("optic", "400GBASE-SR4", "transceiver", 2048),
    ]  # fmt: skip


@settings(max_examples=20)
@given(sites())
def test_totals_by_plain_loops(site):
    network = build(site)
    found = bill.tally(site, network)
    links, nodes = network.links, network.nodes
    counted = Counter(LinkKind(int(links.kind[row])).name for row in network.cables)
    assert (found.host_links, found.fabric_links, found.wan_links) == (
        counted["HOST"],
        counted["FABRIC"],
        counted["WAN"],
    )
    assert sum(found.switches_by_role.values()) == sum(int(kind) == NodeKind.SWITCH for kind in nodes.kind)
    assert sum(line.count for line in found.lines if line.item == "cable") == counted["HOST"] + counted["FABRIC"]
    assert found.optics == sum(line.count for line in found.lines if line.item == "optic")
    assert len(found.cable_medium) == len(network.cables)
    ports = int(nodes.ports[nodes.kind == NodeKind.SWITCH].sum())
    assert sum(line.count for line in found.lines if line.item == "port") == ports
    assert all(line.count >= 0 for line in found.lines)
    for name in site.fabrics:
        assert found.oversubscription[name] == pytest.approx(_worst_ratio(network, name))
        assert found.oversubscription_failed[name] >= found.oversubscription[name]


def _worst_ratio(network: Network, fabric: str) -> float:
    """Worst down over up capacity, switch by switch and link by link."""
    nodes, links = network.nodes, network.links
    down, up = defaultdict(float), defaultdict(float)
    for row in range(len(links)):
        a, b = int(links.src[row]), int(links.dst[row])
        if nodes.fabric[a] != fabric or "border" in (nodes.role[a], nodes.role[b]) or links.kind[row] == LinkKind.WAN:
            continue
        if nodes.tier[a] < nodes.tier[b]:
            up[a] += links.capacity_bps[row]
        elif nodes.tier[a] > nodes.tier[b]:
            down[a] += links.capacity_bps[row]
    return max((down[node] / up[node] for node in up if node in down), default=1.0)


# The catalog of cables.


@pytest.mark.parametrize(("rate_gbps", "length_m", "name", "optics"), [
    (400, 2, "400GBASE-CR4", 0), (400, 2.1, "400G AEC", 0), (400, 50, "400GBASE-VR4", 2),
    (400, 100, "400GBASE-SR4", 2), (400, 500, "400GBASE-DR4", 2), (400, 2000, "400GBASE-FR4", 2),
    (400, 10000, "400GBASE-LR8", 2),
    (200, 3, "200GBASE-CR4", 0), (100, 5, "100GBASE-CR4", 0), (100, 101, "100GBASE-DR", 2),
    (800, 501, "800GBASE-DR8-2", 2),
    (300, 1, "400GBASE-CR4", 0), (0.01, 1, "1000BASE-T", 0), (25, 5, "25GBASE-CR", 0),
])  # fmt: skip
def test_media_by_rate_and_length(rate_gbps, length_m, name, optics):
    found = medium(rate_gbps * 1e9, length_m)
    assert (found.name, found.optics) == (name, optics)


@pytest.mark.parametrize(("rate_gbps", "length_m"), [(400, 1e6), (3200, 1), (800, 2001)])
def test_nothing_reaches(rate_gbps, length_m):
    assert medium(rate_gbps * 1e9, length_m) is NONE


@given(st.sampled_from(MEDIA), st.floats(0, 1))
def test_the_shortest_reach_that_covers_is_chosen(entry, part):
    """Nothing of the same rate reaches as far and is shorter."""
    length = entry.reach_m * part
    found = medium(entry.rate_bps, length)
    assert found.rate_bps == entry.rate_bps
    assert (
        length <= found.reach_m == min(m.reach_m for m in MEDIA if m.rate_bps == entry.rate_bps and m.reach_m >= length)
    )


def test_entries_are_plausible():
    assert len({entry.name for entry in MEDIA}) == len(MEDIA)
    for entry in MEDIA:
        assert entry.source
        assert (entry.optics == 2) == (entry.kind in ("multimode", "single-mode"))
        assert (
            entry.reach_m
            <= {"DAC": 7, "AEC": 7, "twisted pair": 100, "multimode": 550, "single-mode": 80e3}[entry.kind]
        )
