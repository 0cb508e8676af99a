"""Intents under failures, from the text of a site to the verdict."""

from __future__ import annotations

import pytest

from easterly import site
from easterly.model.outcome import Status, Verdict
from easterly.study.pipeline import plan

SITE = """
version: 1
site: {name: x}
hardware:
  switches: {sw: {ports: 16, rate: 400Gb/s}}
  hosts: {h: {gpus: 8, nics: 2, nic_rate: 400Gb/s, scaleup: 450GB/s, memory: 200GB}}
fabrics:
  t:
    blueprint: leaf-spine
    hosts: {type: h, count: 12}
    leaf: {type: sw, down: 8, up: 4}
    spine: {type: sw, count: 4}
    border: {type: sw, count: 1}
wan: {sites: {w: {}}, links: {e: {a: t, b: w, rate: 400Gb/s, delay: 1ms}}}
classes: {training: {dscp: 26, share: 100%%}}
jobs: {j: {fabric: t, class: training, model: llama3-70b, parallel: {tp: 8, dp: 8}, batch: 64}}
intents:
  i: {fabric: t, oversubscription: {max: 3.5}, under: {failures: %s}}
"""


def verdict(failures: str) -> Verdict:
    return plan(site.load_text(SITE % failures).site).verdicts[0]


@pytest.mark.parametrize(
    ("failures", "ratio"),
    [
        ("{}", 8 / 4),
        ("{spine: 1}", 8 / 3),
        ("{link: 1}", 8 / 3),
        ("{spine: 1, link: 1}", 8 / 2),
        ("{link: 1, named: [t-spine-0]}", 8 / 2),
        ("{named: [t-border-0]}", 8 / 4),
    ],
)
def test_each_failure_takes_an_uplink_of_its_own_from_the_worst_leaf(failures: str, ratio: float) -> None:
    """A leaf has eight links down and four up, three leaves are below each spine; the border router is no tier."""
    made = verdict(failures)
    assert made.margin == pytest.approx((3.5 - ratio) / 3.5)
    assert made.status is (Status.PASS if ratio < 3.5 else Status.FAIL)


def test_more_failures_than_there_are_switches_prove_nothing() -> None:
    made = verdict("{spine: 5}")
    assert (made.status, made.margin) == (Status.UNPROVEN, None)
    assert "not so many" in made.because


def test_what_does_not_hold_without_failures_does_not_hold_with_them() -> None:
    """With the only loaded leaf down the rest would meet the limit; an intent has to hold in both conditions."""
    tight = SITE.replace("max: 3.5", "max: 1.5") % "{named: [t-leaf-0, t-leaf-1, t-leaf-2]}"
    made = plan(site.load_text(tight).site).verdicts[0]
    assert (made.status, made.margin) == (Status.FAIL, pytest.approx(-1 / 3))


@pytest.mark.parametrize(
    ("down", "status"),
    [
        ("t-leaf-0:swp9>t-spine-0:swp1", Status.PASS),
        ("t-leaf-0:swp9>t-spine-0:swp1, t-leaf-1:swp9>t-spine-0:swp2", Status.PASS),
        ("t-leaf-0:swp9>t-spine-0:swp1, t-leaf-1:swp10>t-spine-1:swp2", Status.FAIL),
    ],
)
def test_a_leaf_is_no_way_round(down: str, status: Status) -> None:
    """Two leaves that reach no common spine are joined by the third in the graph, and by nothing in BGP."""
    two = SITE.replace("down: 8, up: 4", "down: 8, up: 2").replace("type: sw, count: 4", "type: sw, count: 2")
    two = two.replace("dp: 8}, batch: 64", "dp: 12}, batch: 96")
    two = two.replace("fabric: t, oversubscription: {max: 3.5}", "job: j, step_time: {max: 1h}")
    names = ", ".join(f'"{name}"' for name in down.split(", "))
    assert plan(site.load_text(two % f"{{named: [{names}]}}").site).verdicts[0].status is status
