"""Fabrics without tiers: fewer switches in a ring, a torus or a dragonfly, with the same hosts against links."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from easterly.app.lab.shrink.ground import Ground
from easterly.app.lab.shrink.shape import Made, Shape, Size, Sizes
from easterly.base.units import RATE, format_exact

AXES = ("x", "y", "z", "u", "v", "w")


def ring(ground: Ground) -> Shape:
    """Even rings stay even: two ways round to the switch on the other side are equal, which odd ones have not."""
    spec: Any = ground.spec
    sizes = {"switches": Size(spec.switches, 4 - spec.switches % 2, 2)}
    return _direct(
        ground, sizes, lambda s: s["switches"], lambda s: s["switches"] * spec.links,
        lambda s: {"switches": s["switches"]},
    )  # fmt: skip


def torus(ground: Ground) -> Shape:
    """All dimensions stay, none of them shorter than three unless it was: with two there is one link, not two."""
    spec: Any = ground.spec
    axes, wraps = AXES[: len(spec.dims)], [bool(number) for number in ground.numbers[3::2]]

    def cables(s: Sizes) -> int:
        count, around = prod(s[axis] for axis in axes), zip(axes, wraps, strict=True)
        return sum(count // s[axis] * (s[axis] - (not wrap)) for axis, wrap in around) * int(spec.links)

    return _direct(
        ground, {axis: Size(was, min(was, 3)) for axis, was in zip(axes, spec.dims, strict=True)},
        lambda s: prod(s[axis] for axis in axes), cables, lambda s: {"dims": [s[axis] for axis in axes]},
    )  # fmt: skip


def dragonfly(ground: Ground) -> Shape:
    """Groups of fewer routers, with global links in the same proportion to them; three groups leave a way round."""
    groups, routers, global_links, links = ground.numbers[:4]

    def of_router(s: Sizes) -> int:
        return max(1, round(global_links * s["routers"] / routers))

    def cables(s: Sizes) -> int:
        between = s["routers"] * of_router(s) // (s["groups"] - 1)
        local = s["groups"] * s["routers"] * (s["routers"] - 1) // 2 * links
        return local + s["groups"] * (s["groups"] - 1) // 2 * between

    return _direct(
        ground, {"routers": Size.many(routers), "groups": Size(groups, min(groups, 3))},
        lambda s: s["groups"] * s["routers"], cables,
        lambda s: {"routers": s["routers"], "groups": s["groups"], "global_links": of_router(s)},
        lambda s: s["groups"] <= s["routers"] * of_router(s) + 1,
    )  # fmt: skip


def _direct(
    ground: Ground, sizes: dict[str, Size], switches: Callable[[Sizes], int], cables: Callable[[Sizes], int],
    parts: Callable[[Sizes], dict[str, Any]], fits: Callable[[Sizes], bool] = lambda sizes: True,
) -> Shape:  # fmt: skip
    """A fabric whose switches all hold hosts, with one interface each: they are all on one switch."""
    spec: Any = ground.spec
    was = {name: size.was for name, size in sizes.items()}
    down_bps = ground.hosts * ground.host.nics * ground.links_bps[0]
    ratio = down_bps / (cables(was) * ground.links_bps[1])

    def make(s: Sizes) -> Made:
        count, each = ground.split(s, switches(s))
        nics = min(s.get("nics", 1), ground.host.nics)
        link_bps = ground.links_bps[1]
        nic_bps = ratio * cables(s) * link_bps / (count * nics)
        if nic_bps > ground.links_bps[0]:
            nic_bps, link_bps = ground.links_bps[0], link_bps * ground.links_bps[0] / nic_bps
        rates = [float(round(nic_bps)), float(round(link_bps))]
        changed = {**parts(s), "down": each * nics}
        if spec.rate is not None or rates[1] != ground.links_bps[1]:
            changed["rate"] = format_exact(rates[1], RATE)
        return ground.made(count, nics, changed, rates)

    least = {name: size.least for name, size in sizes.items()}
    return Shape(
        ground.name, ground.with_hosts(sizes, switches(least)),
        switches, lambda s: ground.total(s, switches(s)), make, switches, ground.borders, fits,
    )  # fmt: skip
