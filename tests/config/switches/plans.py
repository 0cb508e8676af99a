"""Sites whose switches run one operating system, and settings of switches that no site has."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from tests.address.sites import fabric, site

import easterly
from easterly import qos
from easterly.model.network import Network
from easterly.model.qos import QosPlan
from easterly.model.queueing import (
    EdgeSetting,
    MemorySetting,
    MeterSetting,
    PortSetting,
    QueueSetting,
    SwitchSetting,
)
from easterly.model.spec.site import Site
from easterly.site import load
from easterly.site.blueprints import build

LARGE = ("fat-tree-32",)
EXAMPLES = [
    Path(easterly.__file__).parent / "app" / "demo.yaml",
    *(p for p in sorted((Path(__file__).parents[3] / "examples").glob("*.yaml")) if p.stem not in LARGE),
]
PRESETS = ("rfc4594", "ai-cluster")


def running(spec: Site, system: str, chip: str | None = None) -> Site:
    """The same site with another operating system on every switch, and memory where a chip is given."""
    more: dict[str, Any] = {"os": system} | ({} if chip is None else {"chip": chip})
    models = {n: s.model_copy(update=more) for n, s in spec.hardware.switches.items()}
    return spec.model_copy(update={"hardware": spec.hardware.model_copy(update={"switches": models})})


@cache
def example(path: Path) -> Site:
    found = load(path).site
    assert found is not None
    return found


def preset(name: str, system: str, chip: str = "tomahawk4", **more: Any) -> Site:
    return running(site({"train": fabric("leaf-spine", 8)}, classes={}, qos={"preset": name}, **more), system, chip)


def planned(spec: Site) -> tuple[Site, Network, QosPlan]:
    network = build(spec)
    return spec, network, qos.plan(spec, network)


@cache
def planned_example(path: Path) -> tuple[Network, QosPlan]:
    """The plan does not depend on the operating system, so it is made once."""
    return planned(running(example(path), "linux", "trident4"))[1:]


SIZES = st.integers(1, 10**8)


@st.composite
def queues(draw: st.DrawFn, number: int, strict: bool, memory: bool) -> QueueSetting:
    lossless = draw(st.booleans())
    mark = draw(st.sampled_from(("", "ecn", "drop")))
    low = draw(SIZES)
    percent = draw(st.integers(0, 99)) if mark and memory else None
    return QueueSetting(
        number, strict, 0 if strict else draw(st.integers(1, 100)),
        draw(st.none() | st.integers(10**6, 10**12)),
        mark, low if mark else None, low + draw(SIZES) if mark else None,
        kmin_percent=percent, kmax_percent=None if percent is None else draw(st.integers(percent + 1, 100)),
        pmax_percent=draw(st.integers(1, 100)) if mark else None,
        lossless=lossless,
        alpha=draw(st.floats(0.001, 1000)) if memory else None,
        reserved_B=draw(SIZES) if memory else None,
        xoff_B=draw(SIZES) if memory and lossless else None,
        xon_offset_B=draw(SIZES) if lossless else None,
        headroom_B=draw(SIZES) if lossless else None,
    )  # fmt: skip


BURSTS = st.integers(1000, 10**8)


@st.composite
def meters(draw: st.DrawFn) -> MeterSetting:
    cir = draw(st.integers(10**6, 10**12))
    if draw(st.booleans()):
        return MeterSetting(cir, draw(BURSTS))
    yellow = draw(st.sampled_from(("keep", "dscp 10", "dscp 30")))
    return MeterSetting(cir, draw(BURSTS), cir + draw(st.integers(10**6, 10**12)), draw(BURSTS), yellow)


@st.composite
def edges(draw: st.DrawFn, queue_of: tuple[int, ...]) -> tuple[EdgeSetting, ...]:
    """Code points of some queues, metered, marked anew, or both."""
    found = []
    for queue in sorted(set(queue_of)):
        dscp, meter = draw(st.none() | st.just(0)), draw(st.none() | meters())
        if dscp is not None or meter is not None:
            points = tuple(point for point, other in enumerate(queue_of) if other == queue)
            found.append(EdgeSetting(points, queue, dscp, meter))
    return tuple(sorted(found, key=lambda edge: edge.points))


@st.composite
def machines(draw: st.DrawFn, port_name: Any) -> SwitchSetting:
    """Any switch: ports of several kinds, every queue set otherwise; strict is a class, so a queue at all ports."""
    numbers = draw(st.lists(st.integers(0, 7), min_size=1, max_size=8, unique=True))
    memory = draw(st.booleans())
    strict = {n: draw(st.booleans()) for n in numbers}
    kinds = [tuple(draw(queues(n, strict[n], memory)) for n in sorted(numbers)) for _ in range(draw(st.integers(1, 3)))]
    of = tuple(draw(st.lists(st.sampled_from(numbers), min_size=64, max_size=64)))
    ports = []
    for port in range(1, draw(st.integers(1, 5)) + 1):
        kind = draw(st.sampled_from(kinds))
        watched = any(q.lossless for q in kind)
        ports.append(
            PortSetting(port_name(port, 4e11), kind, watched, draw(edges(of)), draw(st.none() | st.integers(1, 300)))
        )
    tagged = tuple(draw(st.lists(st.sampled_from(numbers), min_size=8, max_size=8)))
    sizes = MemorySetting(*(draw(st.integers(10**6, 10**9)) for _ in range(4))) if memory else None
    return SwitchSetting("leaf-0", of, tuple(ports), sizes, draw(st.none() | st.integers(1500, 9216)), tagged)
