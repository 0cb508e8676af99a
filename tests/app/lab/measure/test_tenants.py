"""Two tenants with two classes each get over TCP what the model of their tree says; other trees are noticed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import pytest
from tests.app.lab.trees import FRAME_B, M
from tests.lab import require_root

from easterly.app.lab import LabError, Space, spaces
from easterly.app.lab.measure import stages
from easterly.app.lab.measure.failover import Waits
from easterly.app.lab.measure.shares import Tenant, carried, ceiling, fractions
from easterly.app.lab.shaped import shape
from easterly.config.linux.qos import render_tc
from easterly.config.linux.qos.planned import bucket_B
from easterly.model.shaping import LinuxQos, ShapedClass, Shaper

pytestmark = pytest.mark.lab
POINTS = {"red.gold": 10, "red.rest": 12, "blue.gold": 18, "blue.rest": 20}
SECONDS = 2.0
LINK, TICK_S = 60, 0.05
QUANTA = (1, 4, 1, 2)


@pytest.fixture(autouse=True)
def _parts() -> None:
    require_root("ip", "tc")


def shaped(
    name: str, minor: int, parent: str | None, rate: int, ceil: int = LINK, quantum: int = 1, dscp: tuple[int, ...] = ()
) -> ShapedClass:  # fmt: skip
    """A class with buckets that last for so long that stalls of the machine matter little, and a frame on top less."""
    bursts = (bucket_B(rate * M, FRAME_B, TICK_S), bucket_B(ceil * M, FRAME_B, TICK_S))
    return ShapedClass(name, minor, parent, rate * M, ceil * M, quantum * FRAME_B, *bursts, 0, dscp)


def two(*quanta: int) -> Shaper:
    """20 and 12 Mb/s of 60, which their classes use up; the 28 that are left are lent by the quanta of leaves."""
    given = dict(zip(POINTS, quanta or QUANTA, strict=True))

    def leaf(name: str, minor: int, rate: int, ceil: int = LINK) -> ShapedClass:
        return shaped(name, minor, name.partition(".")[0], rate, ceil, given[name], (POINTS[name],))

    return Shaper("out", (
        shaped("link", 1, None, LINK), shaped("red", 2, "link", 20), shaped("blue", 3, "link", 12),
        leaf("red.gold", 0x10, 12), leaf("red.rest", 0x11, 8),
        leaf("blue.gold", 0x12, 5), leaf("blue.rest", 0x13, 7),
    ), "red.rest")  # fmt: skip


@dataclass(frozen=True)
class Line:
    """Two hosts and a router between them, whose interface `out` is shaped."""

    left: Space
    router: Space
    right: Space

    def load(self, text: str) -> None:
        self.router.run("tc", "-batch", "-", text=text)

    def tenants(self, *names: str) -> list[Tenant]:
        return [Tenant(each, self.left, self.right, "192.0.2.1", "192.0.2.6", POINTS[each]) for each in names or POINTS]


@contextmanager
def line() -> Iterator[Line]:
    with spaces("left", "router", "right") as (left, router, right):
        router.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
        ends = ((left, "in", "192.0.2.1/30", "192.0.2.2/30"), (right, "out", "192.0.2.6/30", "192.0.2.5/30"))
        for host, device, own, other in ends:
            router.run("ip", "link", "add", device, "type", "veth", "peer", "name", "host", "netns", host.name)
            for space, name, address in ((host, "host", own), (router, device, other)):
                space.run("ip", "address", "add", address, "dev", name)
                space.run("ip", "link", "set", name, "gso_max_segs", "1", "up")
            host.run("ip", "route", "add", "default", "via", other.partition("/")[0])
        yield Line(left, router, right)


@pytest.mark.parametrize("busy", [tuple(POINTS), ("red.rest", "blue.gold", "blue.rest")], ids=["all", "three"])
def test_what_is_lent_goes_by_the_quanta_of_classes(busy: tuple[str, ...]) -> None:
    with line() as between:
        shape(between.router, two())
        got = carried(between.tenants(*busy), SECONDS)
    assert all(each.ok for each in fractions(two(), got)), (got, fractions(two(), got))
    assert ceiling(two(), got, SECONDS).ok, got


def test_quanta_that_are_swapped_are_noticed() -> None:
    swapped = two(*QUANTA[::-1])
    with line() as between:
        shape(between.router, swapped)
        got = carried(between.tenants(), SECONDS)
    assert all(each.ok for each in fractions(swapped, got)), (got, fractions(swapped, got))
    assert not all(each.ok for each in fractions(two(), got))


def test_quanta_that_are_left_out_are_noticed() -> None:
    """Linux takes them from rates then."""
    with line() as between:
        between.load(re.sub(r" quantum \d+", "", render_tc(LinuxQos("lab", (two(),)))))
        got = carried(between.tenants(), SECONDS)
    assert not all(each.ok for each in fractions(two(), got)), got


def test_a_control_that_the_kernel_has_not_is_told() -> None:
    with line() as between, pytest.raises(LabError, match=r"red\.rest: no connection with nonsense"):
        carried(between.tenants("red.rest"), 0.1, control="nonsense")


def test_more_than_the_link_is_noticed() -> None:
    assert not ceiling(two(), {"red.rest": 58 * M, "blue.rest": 12 * M}, 5.0).ok
    assert ceiling(two(), {"red.rest": 46 * M, "blue.rest": 11 * M}, 5.0).ok


@pytest.mark.parametrize(("stalls", "tries", "taken"), [([0.01], 1, 0), ([0.2, 0.01], 2, 1), ([0.3, 0.1, 0.2], 3, 1)])
def test_a_measurement_is_repeated_while_this_machine_stalls(
    monkeypatch: pytest.MonkeyPatch, stalls: list[float], tries: int, taken: int
) -> None:
    left, made = iter(stalls), []
    monkeypatch.setattr(stages, "waiting", lambda: nullcontext(lambda: Waits(1.0, next(left))))

    def measured() -> dict[str, float]:
        made.append({"gold": float(len(made))})
        return made[-1]

    assert stages.calmest(measured) == {"gold": taken}
    assert len(made) == tries
