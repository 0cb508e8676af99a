"""The plan of every port: an order that always holds, memory that adds up, shares that are those asked for."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from easterly import qos
from easterly.model.catalog import chips, presets
from easterly.model.network import NodeKind
from easterly.model.qos import Absorption
from easterly.model.spec.site import Site
from easterly.qos.memory import headroom
from easterly.qos.plan import plan
from easterly.site import blueprints, load
from easterly.study.nouns import Nouns

ROOT = Path(__file__).parents[2]
SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def a_site(classes, *, switch=None, hosts=8, down=16, up=16, cables=None, **more):
    return Site.model_validate({
        "version": 1, "site": {"name": "small"},
        "hardware": {
            "switches": {"sw": {"ports": 32, "rate": "400Gb/s", **(switch or {})}},
            "hosts": {"h": {"gpus": 8, "nics": 8, "nic_rate": "400Gb/s", "scaleup": "3.6Tb/s"}},
        },
        "fabrics": {"train": {"blueprint": "leaf-spine", "hosts": {"type": "h", "count": hosts},
                              "leaf": {"type": "sw", "down": down, "up": up}, "spine": {"type": "sw"},
                              "cables": cables or {}}},
        "classes": classes, **more,
    })  # fmt: skip


def planned(classes, **more):
    site = a_site(classes, **more)
    network = blueprints.build(site)
    return plan(site, network), network


SHARES = st.lists(st.integers(1, 60), min_size=1, max_size=7)


@given(SHARES, st.data())
@SLOW
def test_thresholds_are_in_order_at_every_port(parts, data):
    """Kmin < Kmax < xoff < limit with every port congested, and memory is never given away twice."""
    lossless = data.draw(st.lists(st.booleans(), min_size=len(parts), max_size=len(parts)))
    buffer = data.draw(st.integers(20, 4000))
    cell = data.draw(st.sampled_from(["1B", "144B", "254B"]))
    classes = {
        f"c{i}": {"dscp": 8 * i % 64 + i // 8, "share": f"{100 * p / sum(parts)!r}%", "lossless": lossy, "ecn": "auto"}
        for i, (p, lossy) in enumerate(zip(parts, lossless, strict=True))
    }
    made, _ = planned(
        classes, switch={"chip": "mine"}, cables={"leaf": f"{data.draw(st.integers(1, 400))}m"},
        **{"hardware": {
            "chips": {"mine": {"buffer": f"{buffer}MB", "cell": cell}},
            "switches": {"sw": {"ports": 32, "rate": "400Gb/s", "chip": "mine"}},
            "hosts": {"h": {"gpus": 8, "nics": 8, "nic_rate": "400Gb/s", "scaleup": "3.6Tb/s"}},
        }},
    )  # fmt: skip
    q, b = made.queues, made.budgets
    switches = made.groups.budget >= 0
    assert (q.kmin_B < q.kmax_B)[switches].all()
    paused = ~np.isnan(q.xoff_B)
    assert (q.kmax_B < q.xoff_B)[paused].all() and (q.xoff_B < q.limit_B)[paused].all()
    assert (q.kmax_B < q.limit_B)[switches].all()
    assert (q.xoff_B <= q.xoff_alone_B)[paused].all() and (q.limit_B <= q.limit_alone_B)[switches].all()
    assert (b.reserved_B + b.headroom_B + b.lossless_B + b.lossy_B <= b.memory_B).all() and b.fits.all()
    assert (paused[switches] == made.lossless[None, :]).all()


@given(st.integers(20, 4000), st.integers(1, 3))
@SLOW
def test_all_queues_full_at_once_fit_their_pool(buffer_MB, lossless):
    """The lowest thresholds of all ports together never exceed the pool they are of: the fixed point of the rule."""
    classes = {f"c{i}": {"dscp": 8 * i, "share": "20%", "lossless": i < lossless, "ecn": "auto"} for i in range(5)}
    made, network = planned(classes, switch={"buffer": f"{buffer_MB}MB"})
    q, nodes, links = made.queues, network.nodes, network.links
    for pool, members in ((made.budgets.lossless_B, made.lossless), (made.budgets.lossy_B, ~made.lossless)):
        use = np.zeros(len(nodes))
        for g in np.flatnonzero(made.groups.budget >= 0):
            level = np.where(np.isnan(q.xoff_B[g]), q.limit_B[g], q.xoff_B[g]) - q.reserved_B[g]
            np.add.at(use, links.src[made.groups.ports(g)], level[members].sum())
        of_role = {
            (str(r), str(f)): float(p) for r, f, p in zip(made.budgets.role, made.budgets.fabric, pool, strict=True)
        }
        for node in np.flatnonzero(nodes.kind == NodeKind.SWITCH):
            assert use[node] <= of_role[str(nodes.role[node]), str(nodes.fabric[node])]


def test_headroom_is_that_of_the_standard_by_item():
    """400 Gb/s, 40 m, frames of 9216 B: 96,476 B; in cells of 254 B 96,520 B."""
    classes = {
        "training": {"dscp": 26, "share": "60%", "lossless": True, "ecn": "auto"},
        "d": {"dscp": 0, "share": "40%"},
    }
    made, _ = planned(classes, switch={"chip": "tomahawk4"})
    row, g = made.index("training"), made.groups.name.tolist().index("train/leaf-up/sw/400Gb/s/40m")
    assert made.queues.headroom_B[g, row] == 96_520 and headroom(400e9, 40).low_B == 96_476
    items = made.headroom.group == g
    assert math.isclose(made.headroom.size_B[items].sum(), 96_476)
    assert np.isnan(made.queues.headroom_B[g, made.index("d")])


def test_without_a_known_memory_only_rates_and_marks_are_planned():
    made, _ = planned({"training": {"dscp": 26, "share": "100%", "lossless": True, "ecn": "auto"}})
    g = made.groups.name.tolist().index("train/leaf-down/sw/400Gb/s/3m")
    assert (made.queues.kmin_B[g, 0], made.queues.kmax_B[g, 0]) == (1.6e6, 6.4e6), "100 kB and 400 kB at 25 Gb/s"
    assert np.isnan(made.queues.limit_B[g, 0]) and made.queues.absorbed[g, 0] == Absorption.UNKNOWN


@given(SHARES)
@SLOW
def test_weights_are_the_shares_in_hundredths(parts):
    exact = [Fraction(100 * p, sum(parts)) for p in parts]
    classes = {f"c{i}": {"dscp": i, "share": f"{float(e)!r}%"} for i, e in enumerate(exact)}
    made = plan(a_site(classes))
    weight = made.queues.weight
    assert weight.shape == (0, len(parts))
    made, _ = planned(classes, hosts=2)
    for row, e in zip(made.queues.weight.tolist(), [exact] * len(made.groups), strict=True):
        assert sum(row) == 100 and all(abs(w - x) <= 1 or w == 1 for w, x in zip(row, e, strict=True))
    assert np.allclose(made.queues.rate_bps.sum(axis=1), made.groups.rate_bps)


def test_every_port_is_in_one_group_and_every_number_has_a_reason():
    made, network = planned({"t": {"dscp": 26, "share": "60%", "lossless": True, "ecn": "auto"},
                             "v": {"dscp": 46, "share": "10%", "priority": "strict"},
                             "d": {"dscp": 0, "share": "rest"}}, switch={"buffer": "64MB"})  # fmt: skip
    assert sorted(made.groups.port_link.tolist()) == list(range(len(network.links)))
    assert [made.group_of(int(link)) for link in made.groups.ports(2)[:3]] == [2, 2, 2]
    have = set(made.reasons.quantity.tolist())
    assert {"weight", "rate_bps", "shaper_bps", "reserved_B", "alpha", "kmin_B", "xoff_B", "xon_offset_B", "headroom_B",
            "limit_B", "pcp", "dscp_class", "rtt_s", "trust", "policers"} <= have  # fmt: skip
    assert all(made.reasons.rule) and all(made.reasons.source)


def test_alpha_is_the_least_step_that_holds_the_burst():
    """Sixteen senders of 100 kB: 1.5 MB; half of a pool of 2.4 MB does not hold it, two thirds do."""
    classes = {"d": {"dscp": 0, "share": "100%", "buffer": {"senders": 16, "window": "100kB"}}}
    made, _ = planned(classes, switch={"buffer": "2.7MB"})
    g = made.groups.name.tolist().index("train/leaf-down/sw/400Gb/s/3m")
    pool = made.budgets.lossy_B[made.groups.budget[g]]
    assert pool / 2 + 9216 < 1.5e6 <= pool * 2 / 3 + 9216
    assert made.queues.alpha[g, 0] == 2 and made.queues.incast_peak_B[g, 0] == 1.5e6
    assert made.queues.absorbed[g, 0] == Absorption.HOLDS
    small, _ = planned(classes, switch={"buffer": "1MB"})
    assert small.queues.absorbed[g, 0] == Absorption.DROPS


def test_pauses_end_at_the_edge_of_the_wan():
    made = Nouns(load(ROOT / "examples/two-fabrics-wan.yaml").site).qos.value
    for g, faces in enumerate(made.groups.faces.tolist()):
        wan = faces == "wan"
        assert made.groups.is_lossless[g] != wan
        assert (made.groups.trust[g] == "known") == (
            wan or (faces == "host" and not made.groups.kind[g].endswith("nic"))
        )
    met = {str(made.groups.faces[g]) for g in made.policers.group.tolist()}
    assert met == {"wan"}, "no class is strict there, so hosts are not metered"


@pytest.mark.parametrize("name", sorted(presets.SOURCE))
def test_presets_are_whole_and_can_be_changed(name):
    site = a_site({}, qos={"preset": name}, switch={"buffer": "64MB"})
    assert set(site.classes) == set(presets.classes(name))
    from easterly.study.check import check, errors

    assert errors(check(site)) == ()
    made = qos.plan(site)
    assert made.share.sum() == pytest.approx(1) and len(set(made.queue.tolist())) == len(made.queue)
    first = min(site.classes)
    own = a_site({first: {"dscp": 62, "share": "1%"}}, qos={"preset": name})
    assert own.classes[first].dscp == 62 and len(own.classes) == len(site.classes)


def test_service_classes_of_rfc_4594_go_where_it_says():
    made = qos.plan(a_site({}, qos={"preset": "rfc4594"}))
    name = [str(made.traffic_class[row]) for row in made.dscp_class.tolist()]
    assert [name[p] for p in (48, 46, 44, 34, 36, 26, 18, 10, 0, 1, 8, 63)] == [
        "network-control", "telephony", "telephony", "conferencing", "conferencing", "streaming", "low-latency-data",
        "high-throughput-data", "standard", "low-priority-data", "low-priority-data", "standard",
    ]  # fmt: skip


def test_chips_say_where_their_figures_are_from():
    for name, chip in chips.catalog().items():
        assert chip.source, name
        assert all(math.log2(a).is_integer() for a in chip.alphas)
        assert chip.buffer is not None or "write the buffer" in chip.source


def test_a_round_trip_is_up_and_down_and_back():
    """Host 3 m, leaf 40 m at 5 ns per metre, three switches of 600 ns: 2 x (30 + 400 + 1800) ns."""
    made, _ = planned({"d": {"dscp": 0, "share": "100%"}})
    assert made.groups.rtt_s.tolist() == pytest.approx([4.46e-6] * 4)
