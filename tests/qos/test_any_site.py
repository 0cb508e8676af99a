"""Whatever a site says: of what passes the rules nothing is given twice, and thresholds are in order."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from tests.qos.sites import drawn
from tests.qos.test_plan import a_site

from easterly.base.findings import Finding
from easterly.model.network import Network, NodeKind
from easterly.model.qos import QosPlan
from easterly.model.spec.site import Site
from easterly.qos.plan import assign, plan
from easterly.site import blueprints
from easterly.study.check import check, errors
from easterly.study.nouns import Nouns

Case = tuple[QosPlan, Network, set[str], str]
SLACK_B = 1.0


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """Those of sixty sites that no rule refuses, with the rules that warn."""
    found = []
    for seed in range(60):
        site = Site.model_validate(drawn(Random(seed)))
        nouns = Nouns(site)
        said = check(site, nouns)
        if not errors(said):
            words = " ".join(each.message for each in said)
            found.append((nouns.qos.value, nouns.network.value, {each.code for each in said}, words))
    assert len(found) > 25, "the sites that are drawn are nearly all refused"
    return found


def per_switch(made: QosPlan, network: Network, level: np.ndarray) -> np.ndarray:
    """Sum over all ports and classes of each node."""
    total = np.zeros(len(network.nodes))
    for g in np.flatnonzero(made.groups.budget >= 0):
        np.add.at(total, network.links.src[made.groups.ports(g)], np.nansum(level[g]))
    return total


def budget_of(made: QosPlan, network: Network) -> dict[int, int]:
    """Budget of every switch that has ports."""
    groups = np.flatnonzero(made.groups.budget >= 0)
    return {
        int(n): int(made.groups.budget[g]) for g in groups for n in np.unique(network.links.src[made.groups.ports(g)])
    }


def test_thresholds_are_in_order_or_a_rule_says_so(cases: list[Case]) -> None:
    for made, _, codes, _ in cases:
        q = made.queues
        levels = np.stack([q.kmin_B, q.kmax_B, q.xoff_B, q.limit_B])
        for a in range(4):
            for b in range(a + 1, 4):
                assert not (levels[a] >= levels[b]).any() or codes & {"E817", "E831"}
        assert not (q.xon_offset_B > q.xoff_B).any() and not (q.xoff_B > q.xoff_alone_B).any()
        assert not (q.limit_B > q.limit_alone_B).any()


def test_no_byte_is_given_twice(cases: list[Case]) -> None:
    """Reserved parts, headroom and all queues at their lowest threshold at once are within the memory of a switch."""
    for made, network, codes, words in cases:
        q, b = made.queues, made.budgets
        level = per_switch(made, network, np.where(np.isnan(q.xoff_B), q.limit_B, q.xoff_B))
        room, kept = (per_switch(made, network, column) for column in (q.headroom_B, q.reserved_B))
        for node, row in budget_of(made, network).items():
            assert network.nodes.kind[node] == NodeKind.SWITCH
            assert room[node] <= b.pool_B[row] + SLACK_B or (not b.fits[row] and "E826" in codes)
            assert kept[node] <= b.reserved_B[row] + SLACK_B
            parts = b.reserved_B[row] + b.pool_B[row] + b.lossless_B[row] + b.lossy_B[row]
            assert not parts > b.memory_B[row] + SLACK_B
            all_full = level[node] + min(room[node], b.pool_B[row])
            told = "that pause at what is stated" in words or "with every port congested" in words
            assert not all_full > b.memory_B[row] + SLACK_B or told


def test_shares_add_up_at_every_port(cases: list[Case]) -> None:
    for made, _, _, _ in cases:
        rate = made.groups.rate_bps
        assert made.share.sum() == pytest.approx(1) and made.tenants.share.sum() == pytest.approx(1)
        assert np.allclose(made.tenants.rate_bps, np.outer(made.tenants.share, rate))
        most = 1.0 if not made.strict.all() else made.share.sum()
        assert np.allclose(made.queues.rate_bps.sum(axis=1), most * rate)
        if not made.strict.all():
            weighted = made.queues.weight[:, ~made.strict]
            assert (weighted.sum(axis=1) == 100).all() and (weighted >= 1).all()


def test_what_is_lossless_can_be_paused(cases: list[Case]) -> None:
    """A pause names the priorities 0 to 7, however many queues a port has."""
    for made, _, _, _ in cases:
        assert (made.queue[made.lossless] < 8).all() and len(set(made.queue.tolist())) == len(made.queue)
    last = a_site({f"c{i}": {"dscp": 8 * i, "share": "12.5%", "lossless": i == 7} for i in range(8)})
    more = a_site({"late": {"dscp": 63, "share": "50%", "lossless": True}, "early": {"dscp": 62, "share": "50%"}})
    assert assign(list(last.classes.values()), 12)["c7"] == 7
    assert assign(list(more.classes.values()), 12) == {"late": 7, "early": 6}


def said(code: str, classes: object, **more: object) -> list[Finding]:
    site = a_site(classes, **more)
    return [f for f in check(site, Nouns(site)) if f.code == code]


REST = {"dscp": 0, "share": "40%"}


def test_a_lossless_class_does_not_ask_for_a_queue_that_cannot_be_paused() -> None:
    asks = {"a": {"dscp": 26, "share": "60%", "lossless": True, "ecn": "auto", "queue": 9}, "d": REST}
    (found,) = said("E808", asks, switch={"queues": 12})
    assert "cannot be paused" in found.message
    assert said("E808", {**asks, "a": {**asks["a"], "lossless": False}}, switch={"queues": 12}) == []


def test_stated_pauses_take_from_what_others_may_hold() -> None:
    """100 kB at every port are gone before the other class shares what is left of the pool."""
    fixed = {"dscp": 26, "share": "30%", "lossless": True, "ecn": "auto", "pfc": {"xoff": "100kB"}}
    moving = {"dscp": 34, "share": "30%", "lossless": True, "ecn": "auto"}
    levels = {}
    for name, first in (("fixed", fixed), ("moving", {**fixed, "pfc": None})):
        site = a_site({"a": first, "b": moving, "d": REST}, switch={"buffer": "64MB"})
        made = plan(site, blueprints.build(site))
        g = made.groups.name.tolist().index("train/leaf-down/sw/400Gb/s/3m")
        row = int(made.groups.budget[g])
        levels[name] = made, g, row
    made, g, row = levels["fixed"]
    ports, pool = int(made.budgets.ports[row]), float(made.budgets.lossless_B[row])
    left = pool - ports * (100e3 - 9216)
    assert made.queues.xoff_B[g, 1] == np.floor(left / (1 + ports) + 9216)
    made, g, row = levels["moving"]
    assert made.queues.xoff_B[g, 1] == np.floor(pool / (1 + 2 * ports) + 9216)


def test_stated_pauses_that_fit_one_by_one_and_not_together_are_told() -> None:
    """36 MB or so are shared by lossless classes: 32 ports x 0.8 MB are within, twice that is not."""
    pauses = {"share": "30%", "lossless": True, "ecn": "auto", "pfc": {"xoff": "800kB"}}
    both = {"a": {"dscp": 26, **pauses}, "b": {"dscp": 34, **pauses}, "d": REST}
    (found,) = said("E831", both, switch={"buffer": "64MB"})
    assert found.at == "classes/b/pfc/xoff" and "that pause at what is stated" in found.message
    assert said("E831", {**both, "b": {**both["b"], "pfc": None}}, switch={"buffer": "64MB"}) == []


def test_a_guarantee_of_the_switch_is_divided_among_its_queues() -> None:
    """1 MB over 32 ports of two queues is 15,625 B each: one frame fits; of 0.3 MB each has 4,687 B."""
    for stated, each_B in (("1MB", 9216), ("300kB", 4687)):
        site = a_site({"a": {"dscp": 26, "share": "60%"}, "d": REST}, switch={"buffer": "64MB", "guaranteed": stated})
        made = plan(site, blueprints.build(site))
        assert set(made.queues.reserved_B[made.groups.budget >= 0].ravel().tolist()) == {float(each_B)}


def test_a_mark_that_begins_after_it_ends_is_told() -> None:
    """Kmin as a size and Kmax as a part: with every port congested 60 % of the threshold is below 1 MB."""
    marks = {"wred": {"min": "1MB", "max": "60%", "mark": "ecn"}, "ecn": True}
    (found,) = said("E831", {"a": {"dscp": 26, "share": "60%", **marks}, "d": REST}, switch={"buffer": "64MB"})
    assert found.at == "classes/a/wred/min" and "Kmin 1MB is not below its Kmax" in found.message


def test_headroom_is_held_against_the_frames_of_the_site() -> None:
    """Of 1,518 B instead of 9,216 B, and with a measured response, less headroom is enough."""
    lossless = {"a": {"dscp": 26, "share": "60%", "lossless": True, "ecn": "auto"}, "d": REST}
    kept = {"buffer": "64MB", "headroom": "2.5MB"}
    assert [f.code for f in said("E826", lossless, switch=kept)] == ["E826"]
    assert said("E826", lossless, switch=kept, qos={"mtu": "1518B", "response": "1us"}) == []


@pytest.mark.parametrize(
    ("tenants", "share"),
    [
        ({"a": {"share": "60%"}, "b": {"share": "40%", "classes": {"t": "100%"}}}, 0.76),
        ({"a": {"share": "60%"}, "b": {"classes": {"t": "100%"}}}, 0.76),
        ({"a": {"share": "60%", "classes": {"t": "60%", "d": "40%"}}, "b": {"share": "40%"}}, 0.6),
        ({"a": {"share": "60%"}, "b": {"share": "40%"}}, 0.6),
    ],
    ids=["one divides", "the rest of the link", "as the site does", "nobody divides"],
)
def test_tenants_that_divide_nothing_do_as_the_site_does(tenants: object, share: float) -> None:
    """Class t has 60 %: with a 60 % x 60 % and with b 40 % x 100 % it would need 76 %, in the plan and in the rule."""
    classes = {"t": {"dscp": 26, "share": "60%"}, "d": REST}
    site = a_site(classes, tenants=tenants)
    made = plan(site, blueprints.build(site)).tenants
    assert made.share[made.traffic_class == 1].sum() == pytest.approx(share)
    told = said("E830", classes, tenants=tenants)
    assert ["= 76%" in f.message for f in told if "class t " in f.message] == ([True] if share != 0.6 else [])
