"""Two tenants with two classes each get over TCP what the model of their tree says; other trees are noticed."""

from __future__ import annotations

import re

import pytest
from tests.app.lab.trees import FRAME_B, M, shaped
from tests.lab import require, require_root

from easterly.app.lab import LabError, bottleneck
from easterly.app.lab.bottleneck import FROM, TO, Bottleneck
from easterly.app.lab.measure.shares import Tenant, carried, ceiling, fractions
from easterly.config.linux.qos import render_tc
from easterly.model.shaping import LinuxQos, ShapedClass, Shaper

pytestmark = pytest.mark.lab
POINTS = {"red.gold": 10, "red.rest": 12, "blue.gold": 18, "blue.rest": 20}
SECONDS = 2.0
QUANTA = (1, 4, 1, 2)


@pytest.fixture(autouse=True)
def _parts() -> None:
    require_root()
    for program in ("ip", "tc"):
        require(program)


def two(*quanta: int) -> Shaper:
    """20 and 12 Mb/s of 60; what tenants leave and what the link has left is lent by the quanta of leaves."""
    link, given = 60 * M, dict(zip(POINTS, quanta or QUANTA, strict=True))

    def leaf(name: str, minor: int, rate: int, ceil: int = link) -> ShapedClass:
        above = name.partition(".")[0]
        return shaped(name, minor, above, rate * M, ceil, given[name] * FRAME_B, 0, (POINTS[name],))

    return Shaper("out", (
        shaped("link", 1, None, link, link),
        shaped("red", 2, "link", 20 * M, link), shaped("blue", 3, "link", 12 * M, link),
        leaf("red.gold", 0x10, 8), leaf("red.rest", 0x11, 4),
        leaf("blue.gold", 0x12, 5), leaf("blue.rest", 0x13, 3, 12 * M),
    ), "red.rest")  # fmt: skip


def tenants(through: Bottleneck, *names: str) -> list[Tenant]:
    return [Tenant(each, through.sender, through.receiver, FROM, TO, POINTS[each]) for each in names or POINTS]


@pytest.mark.parametrize("busy", [tuple(POINTS), ("red.rest", "blue.gold", "blue.rest")], ids=["all", "three"])
def test_what_is_lent_goes_by_the_quanta_of_classes(busy: tuple[str, ...]) -> None:
    with bottleneck() as between:
        between.shape(two())
        got = carried(tenants(between, *busy), SECONDS)
    assert all(each.ok for each in fractions(two(), got)), (got, fractions(two(), got))
    assert ceiling(two(), got, SECONDS).ok, got


def test_quanta_that_are_swapped_are_noticed() -> None:
    swapped = two(*QUANTA[::-1])
    with bottleneck() as between:
        between.shape(swapped)
        got = carried(tenants(between), SECONDS)
    assert all(each.ok for each in fractions(swapped, got)), (got, fractions(swapped, got))
    assert not all(each.ok for each in fractions(two(), got))


def test_quanta_that_are_left_out_are_noticed() -> None:
    """Linux takes them from rates then."""
    with bottleneck() as between:
        between.load(re.sub(r" quantum \d+", "", render_tc(LinuxQos("lab", (two(),)))))
        got = carried(tenants(between), SECONDS)
    assert not all(each.ok for each in fractions(two(), got)), got


def test_a_control_that_the_kernel_has_not_is_told() -> None:
    with bottleneck() as between, pytest.raises(LabError, match=r"red\.rest: no connection with nonsense"):
        carried(tenants(between, "red.rest"), 0.1, control="nonsense")


def test_more_than_the_link_is_noticed() -> None:
    assert not ceiling(two(), {"red.rest": 58 * M, "blue.rest": 12 * M}, 5.0).ok
    assert ceiling(two(), {"red.rest": 46 * M, "blue.rest": 11 * M}, 5.0).ok
