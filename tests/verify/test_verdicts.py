"""Verdicts on evidence whose right answer is known by hand."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from tests import small

from easterly.model.outcome import Status
from easterly.model.spec.intent import Intent
from easterly.verify import Case, Evidence, Undecided, decide
from easterly.verify.limits import margin, worst_ratio


class Sites:
    """As much of a site as verdicts read."""

    def __init__(self, intents: dict[str, Intent]) -> None:
        self.intents = intents
        self.fabrics = {"f": object()}


def evidence(intent: dict[str, Any], cases: tuple[Case, ...] | None = None, **nouns: Any) -> Evidence:
    net = nouns.pop("network", small.network())
    made = Intent.model_validate(intent)
    made.named("i", "intents/i")
    healthy = Case("nothing", small.prediction(), small.loads(net, {}), small.all_up(net))
    fields = {
        "site": Sites({"i": made}), "network": net, "bill": None, "address": small.address({}, {}),
        "work": small.work(), "classes": ("training",), "under": lambda _: cases or (healthy,), **nouns,
    }  # fmt: skip
    return Evidence(**fields)


def verdict(*args: Any, **kwargs: Any) -> Any:
    return decide(evidence(*args, **kwargs))[0]


@pytest.mark.parametrize(
    ("limit", "status", "gap"),
    [
        ("4s", Status.PASS, 0.5),
        ("2s", Status.PASS, 0.0),
        ("1500ms", Status.UNPROVEN, -1 / 3),
        ("500ms", Status.FAIL, -1.0),
    ],
)
def test_step_time_is_decided_by_both_ends_of_the_band(limit: str, status: Status, gap: float) -> None:
    """The band is 1 s to 2 s: above it PASS, below it FAIL, inside nothing is proven."""
    made = verdict({"job": "j", "step_time": {"max": limit}})
    assert made.status is status
    assert made.margin == pytest.approx(gap)
    assert made.binds.kind == "link"


def test_step_time_takes_the_worst_case_and_names_it() -> None:
    net = small.network()
    cases = tuple(
        Case(name, small.prediction(high=high), small.loads(net, {}), small.all_up(net))
        for name, high in (("f-spine-0", 2.5), ("f-spine-1", 3.0))
    )
    made = verdict({"job": "j", "step_time": {"max": "4s"}}, cases)
    assert made.margin == pytest.approx(0.25)
    assert "f-spine-1" in made.because


def test_one_case_whose_low_end_misses_the_limit_is_a_fail_even_if_another_reaches_higher() -> None:
    net = small.network()
    cases = tuple(
        Case(name, small.prediction(low=low, high=high), small.loads(net, {}), small.all_up(net))
        for name, low, high in (("f-spine-0", 1.0, 9.0), ("f-spine-1", 3.0, 4.0))
    )
    made = verdict({"job": "j", "step_time": {"max": "2s"}}, cases)
    assert (made.status, made.margin) == (Status.FAIL, pytest.approx(-0.5))
    assert "f-spine-1" in made.because


def test_a_job_without_a_path_fails_whatever_its_limit() -> None:
    net = small.network()
    case = Case("f-leaf-0", small.prediction(), small.loads(net, {}), small.all_up(net), ("j",))
    made = verdict({"job": "j", "step_time": {"max": "1h"}}, (case,))
    assert (made.status, made.margin, made.binds.id) == (Status.FAIL, None, "f-leaf-0")


def test_step_time_of_a_job_that_nobody_predicted_is_unproven() -> None:
    assert verdict({"job": "other", "step_time": {"max": "1s"}}).status is Status.UNPROVEN


@pytest.mark.parametrize("intent", [{"class": "training", "loss": "0%"}, {"service": "s", "latency": {"max": "1ms"}}])
def test_what_nothing_decides_is_unproven_never_pass(intent: dict[str, Any]) -> None:
    made = verdict(intent)
    assert made.status is Status.UNPROVEN
    assert made.margin is None
    assert made.because


def test_conditions_that_cannot_all_be_tried_leave_it_unproven() -> None:
    def refuse(_: Intent) -> tuple[Case, ...]:
        raise Undecided("more than 256 distinct failure cases")

    made = decide(dataclasses.replace(evidence({"job": "j", "step_time": {"max": "9s"}}), under=refuse))[0]
    assert (made.status, made.because) == (Status.UNPROVEN, "more than 256 distinct failure cases")


def test_utilisation_binds_at_the_busiest_fabric_link_not_at_host_links() -> None:
    net = small.network()
    uplink = net.link_ids.tolist().index("f-leaf-1:swp5>f-spine-0:swp2")
    case = Case("nothing", small.prediction(), small.loads(net, {0: 399e9, uplink: 300e9}), small.all_up(net))
    made = verdict({"utilisation": {"max": "80%"}}, (case,), network=net)
    assert (made.status, made.binds.id) == (Status.PASS, "f-leaf-1:swp5>f-spine-0:swp2")
    assert made.margin == pytest.approx((0.8 - 0.75) / 0.8)
    assert verdict({"utilisation": {"max": "70%"}}, (case,), network=net).status is Status.FAIL


def test_a_link_that_is_full_but_for_rounding_meets_a_limit_of_all_of_it() -> None:
    net = small.network()
    uplink = net.link_ids.tolist().index("f-leaf-1:swp5>f-spine-0:swp2")
    case = Case("nothing", small.prediction(), small.loads(net, {uplink: 400e9 * (1 + 1e-15)}), small.all_up(net))
    assert verdict({"utilisation": {"max": "100%"}}, (case,), network=net).status is Status.PASS


def test_utilisation_of_a_class_that_sends_nothing_is_unproven() -> None:
    assert verdict({"class": "idle", "utilisation": {"max": "80%"}}).status is Status.UNPROVEN


def test_utilisation_fails_where_a_failure_strands_somebody() -> None:
    net = small.network()
    case = Case("f-leaf-0", small.prediction(), small.loads(net, {}), small.all_up(net), ("j",))
    assert verdict({"utilisation": {"max": "80%"}}, (case,)).status is Status.FAIL


@pytest.mark.parametrize(("up_G", "ratio"), [(400, 2.0), (800, 1.0), (200, 4.0)])
def test_oversubscription_is_down_over_up_capacity(up_G: float, ratio: float) -> None:
    """A leaf has 4 x 400G down and 2 x up_G up."""
    net = small.network(up_G * 1e9)
    assert worst_ratio(net, small.all_up(net), "f")[0] == pytest.approx(ratio)


def test_oversubscription_doubles_when_one_of_two_spines_is_down() -> None:
    net = small.network(800e9)
    dead = net.nodes.name.tolist().index("f-spine-1")
    alive = (net.links.src != dead) & (net.links.dst != dead)
    case = Case("f-spine-1", small.prediction(), small.loads(net, {}), alive)
    made = verdict({"oversubscription": {"max": 1.5}}, (case,), network=net)
    assert (made.status, made.margin) == (Status.FAIL, pytest.approx(-1 / 3))
    assert "f-spine-1 down" in made.because


def test_border_routers_and_links_to_them_are_no_tier() -> None:
    """As in the bill: a spine that is joined to a border router is not oversubscribed by that."""
    net = small.network()
    role = np.where(net.nodes.role == "spine", "border", net.nodes.role)
    bordered = dataclasses.replace(net, nodes=dataclasses.replace(net.nodes, role=role))
    assert worst_ratio(bordered, small.all_up(net), "f") == (-1.0, -1)
    assert worst_ratio(net, small.all_up(net), "f")[0] == pytest.approx(2.0)


def test_a_leaf_cut_off_is_infinitely_oversubscribed() -> None:
    net = small.network()
    alive = net.nodes.tier[net.links.dst] + net.nodes.tier[net.links.src] < 3
    case = Case("both spines", small.prediction(), small.loads(net, {}), alive)
    made = verdict({"oversubscription": {"max": 100}}, (case,), network=net)
    assert (made.status, made.margin, made.binds.kind) == (Status.FAIL, None, "switch")


TENANTS = small.work(("j", "acme", (0, 1)), ("k", "beta", (2, 3)))


@pytest.mark.parametrize(
    ("vrfs", "tables", "hosts", "status", "binds"),
    [
        ({"acme": "acme", "beta": "beta"}, ("acme", "beta"), TENANTS, Status.PASS, "vrf"),
        ({}, ("default", "default"), TENANTS, Status.FAIL, "vrf"),
        ({"acme": "acme"}, ("acme", "default"), TENANTS, Status.PASS, "vrf"),
        ({"acme": "acme", "beta": "beta"}, ("acme", "acme"), TENANTS, Status.FAIL, "vrf"),
        ({"acme": "acme", "beta": "beta"}, ("acme", "beta"),
         small.work(("j", "acme", (0, 1)), ("k", "beta", (1, 2))), Status.FAIL, "host"),
    ],
)  # fmt: skip
def test_isolation_needs_own_tables_and_own_hosts(vrfs, tables, hosts, status, binds) -> None:
    plan = small.address({h: tables[i // 2] for i, h in enumerate(small.HOSTS)}, vrfs)
    made = verdict({"isolate": ["acme", "beta"]}, address=plan, work=hosts)
    assert (made.status, made.binds.kind) == (status, binds)
    assert (made.margin > 0) is (status is Status.PASS)


def test_isolating_one_tenant_from_itself_says_nothing() -> None:
    assert verdict({"isolate": ["acme", "acme"]}).status is Status.UNPROVEN


def test_margin_of_a_zero_limit_is_no_number() -> None:
    assert margin(1.0, 0.0) is None
    assert np.isclose(margin(1.0, 2.0), 0.5)
