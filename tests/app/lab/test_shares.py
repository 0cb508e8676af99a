"""Linux shares a link among classes as the model of HTB says; and where it is given another tree, it is noticed."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from tests.app.lab.trees import M, drawn, three
from tests.lab import require_root

from easterly.app.lab import Case, LabError, bottleneck, try_case
from easterly.config.linux.qos import render_tc
from easterly.model.shaping import LinuxQos, Shaper

pytestmark = pytest.mark.lab
TOLERANCE = 0.03
SECONDS = 2.0


@pytest.fixture(autouse=True)
def _parts() -> None:
    require_root("ip", "tc")


def told(case: Case) -> dict[str, tuple[float, float]]:
    """Predicted and measured, in Mb/s."""
    return {each.name: (round(each.predicted_bps / M, 2), round(each.measured_bps / M, 2)) for each in case.shares}


@pytest.mark.parametrize(
    "wanted",
    [
        {"gold": 30, "rest": 10, "voice": 60},
        {"rest": 40, "voice": 60},
        {"gold": 40, "voice": 60},
        {"gold": 75, "rest": 25},
    ],
    ids=lambda wanted: "-".join(wanted),
)
def test_three_classes_get_what_the_plan_says(wanted: dict[str, int]) -> None:
    case = try_case(three(), "", tuple(wanted), seconds=SECONDS)
    assert {each.name: pytest.approx(each.predicted_bps / M, rel=1e-6) for each in case.shares} == wanted
    assert case.worst < TOLERANCE, told(case)


@pytest.mark.parametrize("seed", range(1, 7))
def test_trees_drawn_at_random_do_what_the_model_says(seed: int) -> None:
    shaper, busy = drawn(seed)
    case = try_case(shaper, "", busy, seconds=SECONDS)
    assert case.worst < TOLERANCE, (shaper, told(case))


BUSY = ("gold", "rest")


def test_a_tree_without_quanta_is_noticed() -> None:
    """Linux then lends by quanta of its own, which it clamps: 66.9 to 33.1 where 75 to 25 was wanted."""
    text = re.sub(r" quantum \d+", "", render_tc(LinuxQos("lab", (three(),))))
    case = try_case(three(), "", BUSY, seconds=SECONDS, text=text)
    assert case.worst > 3 * TOLERANCE, told(case)


def test_swapped_weights_are_noticed() -> None:
    swapped = three(gold=1514, rest=3 * 1514)
    case = try_case(three(), "", BUSY, seconds=SECONDS, text=render_tc(LinuxQos("lab", (swapped,))))
    assert case.worst > 3 * TOLERANCE, told(case)
    assert try_case(swapped, "", BUSY, seconds=SECONDS).worst < TOLERANCE


def test_a_tree_that_the_kernel_does_not_hold_is_refused_before_anything_is_sent() -> None:
    text = re.sub(r" quantum \d+", "", render_tc(LinuxQos("lab", (three(),))))
    with bottleneck() as between, pytest.raises(LabError, match="quantum_B is 200000, not 4542"):
        between.load(text)
        between.holds(three())


def test_a_class_that_nothing_leads_to_cannot_be_tried() -> None:
    link, gold, rest, _ = three().classes
    silent = Shaper("out", (link, gold, replace(rest, dscp=())), "rest")
    with pytest.raises(ValueError, match="code point"):
        try_case(silent, "", ("gold", "rest"), seconds=SECONDS)
