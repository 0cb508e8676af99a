"""Fabrics of tiers: fewer leaves, spines and hosts, and rates that keep what each tier is oversubscribed by."""

from __future__ import annotations

from typing import Any

from easterly.app.lab.shrink.ground import EACH, Ground
from easterly.app.lab.shrink.ratios import port_rates
from easterly.app.lab.shrink.shape import Made, Shape, Size, Sizes
from easterly.base.units import RATE, format_exact

ABOVE = ("spine", "super_spine", "core")
"""Keys of the tiers of a Clos fabric above its leaves."""
NAMES = ("spines", "super_spines", "cores")


def leaf_spine(ground: Ground) -> Shape:
    """Leaves and spines; a host has one interface, as all of them were on one leaf."""
    leaves, spines = (Size.many(ground.numbers[each]) for each in (2, 5))

    def make(sizes: Sizes) -> Made:
        count, each = ground.split(sizes, sizes["leaves"])
        nics = min(sizes.get("nics", 1), ground.host.nics)
        rates = ground.rates((each * nics, sizes["spines"]))
        return ground.made(count, nics, _two(ground, each * nics, sizes["spines"], rates), rates)

    return Shape(
        ground.name,
        ground.with_hosts({"leaves": leaves, "spines": spines}, leaves.least),
        lambda s: s["leaves"] + s["spines"], lambda s: ground.total(s, s["leaves"]), make,
        lambda s: s["leaves"], ground.borders,
    )  # fmt: skip


def rail_optimized(ground: Ground) -> Shape:
    """Units of one leaf for each rail, and spines."""
    units = Size.many(ground.numbers[2] // ground.host.nics)

    def make(sizes: Sizes) -> Made:
        count, each = ground.split(sizes, sizes["units"])
        rates = ground.rates((each, sizes["spines"]))
        return ground.made(count, sizes["nics"], _two(ground, each, sizes["spines"], rates), rates)

    sizes = {"nics": Size.many(ground.host.nics), "units": units, "spines": Size.many(ground.numbers[5])}
    return Shape(
        ground.name, ground.with_hosts(sizes, units.least),
        lambda s: s["nics"] * s["units"] + s["spines"], lambda s: ground.total(s, s["units"]), make,
        lambda s: s["units"], ground.borders,
    )  # fmt: skip


def rail_only(ground: Ground) -> Shape:
    """One leaf for each rail."""

    def make(sizes: Sizes) -> Made:
        count, _ = ground.split(sizes, 1)
        return ground.made(count, sizes["nics"], {"leaf": {**ground.given["leaf"], "down": count}}, ground.links_bps)

    sizes = {"nics": Size.many(ground.host.nics)}
    hosts = Size(ground.hosts, max(min(2, ground.hosts), ground.works))
    return Shape(
        ground.name,
        {**sizes, EACH: hosts},
        lambda s: s["nics"],
        lambda s: ground.total(s, 1),
        make,
        lambda s: 1,
        ground.borders,
    )


def multi_plane(ground: Ground) -> Shape:
    """Planes of leaves and spines; a host has one interface in each."""
    planes, leaves, spines = (Size.many(ground.numbers[each]) for each in (1, 2, 5))

    def make(sizes: Sizes) -> Made:
        count, each = ground.split(sizes, sizes["leaves"])
        rates = ground.rates((each, sizes["spines"]))
        parts = {"planes": sizes["planes"], **_two(ground, each, sizes["spines"], rates)}
        return ground.made(count, sizes["planes"], parts, rates)

    return Shape(
        ground.name,
        ground.with_hosts({"planes": planes, "leaves": leaves, "spines": spines}, leaves.least),
        lambda s: s["planes"] * (s["leaves"] + s["spines"]), lambda s: ground.total(s, s["leaves"]), make,
        lambda s: s["leaves"], ground.borders,
    )  # fmt: skip


def _two(ground: Ground, down: int, spines: int, rates: list[float]) -> dict[str, Any]:
    """Leaves with one uplink to each of so many spines."""
    leaf = {**ground.given["leaf"], "down": down, "up": spines, "up_rate": format_exact(rates[1], RATE)}
    return {"leaf": leaf, "spine": {**ground.given["spine"], "count": spines}}


def clos(ground: Ground) -> Shape:
    """Pods of leaves and spines, groups of switches above them; every switch is joined to others once."""
    tiers, _, leaves, pod_leaves, zone_pods, *widths = ground.numbers
    pods = -(-leaves // pod_leaves)
    sizes = {"leaves": Size.many(pod_leaves), "spines": Size.many(widths[0])}
    if tiers > 2:
        sizes |= {"pods": Size.many(min(pods, zone_pods)), "super_spines": Size.many(widths[2])}
    if tiers > 3:
        sizes |= {"zones": Size.many(-(-pods // zone_pods)), "cores": Size.many(widths[4])}

    def groups(s: Sizes) -> int:
        return s["leaves"] * s.get("pods", 1) * s.get("zones", 1)

    def routers(s: Sizes) -> int:
        pods, zones, tops = s.get("pods", 1), s.get("zones", 1), s["spines"] * s.get("super_spines", 0)
        return zones * (pods * (s["leaves"] + s["spines"]) + tops) + tops * s.get("cores", 0)

    def make(s: Sizes) -> Made:
        count, each = ground.split(s, groups(s))
        nics = min(s.get("nics", 1), ground.host.nics)
        return ground.made(count, nics, *_clos(ground, s, tiers, each * nics))

    least = {name: size.least for name, size in sizes.items()}
    return Shape(
        ground.name, ground.with_hosts(sizes, groups(least)),
        routers, lambda s: ground.total(s, groups(s)), make, groups, ground.borders,
    )  # fmt: skip


def _clos(
    ground: Ground, sizes: Sizes, tiers: int, down: int
) -> tuple[dict[str, Any], list[float], dict[str, dict[str, Any]]]:
    """Parts of a Clos fabric, rates below each tier, and models of switches."""
    ups = [sizes[name] for name in NAMES[: tiers - 1]]
    downs = [sizes[name] for name in ("leaves", "pods", "zones")[: tiers - 1]]
    rates = ground.rates(*zip([down, *downs], ups, strict=False))
    leaf = {**ground.given["leaf"], "down": down, "up": ups[0], "up_rate": format_exact(rates[1], RATE)}
    parts: dict[str, Any] = {key: None for key in ("taper", "pod_leaves") if key in ground.given}
    parts |= {"leaf": leaf} | ({"pod_leaves": sizes["leaves"]} if tiers > 2 else {})
    models = {}
    for row, rate_bps in enumerate(port_rates(rates[1:])):
        key, above = ABOVE[row], ({"up": ups[row + 1]} if row + 2 < tiers else {})
        kind = ground.given[key]["type"]
        models[f"{kind}-{ground.name}-{key.replace('_', '-')}"] = {
            **ground.models[kind], "rate": format_exact(rate_bps, RATE)
        }  # fmt: skip
        parts[key] = {"type": [*models][-1], "down": downs[row], **above}
    if ground.borders:
        parts["border"] = {"type": ground.given[ABOVE[tiers - 2]]["type"], **(ground.given.get("border") or {})}
    return parts, rates, models


def fat_tree(ground: Ground) -> Shape:
    """A fat-tree of a smaller radix: all of its ports are in use, so that nothing but k is left to choose."""
    was: int = ground.given["k"]
    full = was * was // 2 * ground.each

    def leaves(s: Sizes) -> int:
        return s["k"] * s["k"] // 2

    def hosts(s: Sizes) -> int:
        filled = -(-leaves(s) * s[EACH] * ground.hosts // full)
        return s.get("hosts", max(ground.works, filled))

    def each(s: Sizes) -> int:
        half, wanted = s["k"] // 2, -(-hosts(s) // leaves(s)) if "hosts" in s else s[EACH]
        return next((count for count in range(wanted, half) if half % count == 0), half)

    def make(s: Sizes) -> Made:
        used = ground.each * ground.host.nics / (was // 2)
        rates = [float(round(ground.links_bps[0] * used)), *ground.links_bps[1:]]
        return ground.made(hosts(s), s["k"] // 2 // each(s), {"k": s["k"]}, rates)

    sizes = {"k": Size(was, min(was, 4), 2), EACH: Size(was // 2, 1)}
    return Shape(
        ground.name, sizes, lambda s: 5 * s["k"] * s["k"] // 4, hosts, make, lambda s: 1, ground.borders,
        lambda s: s["k"] // 2 % s[EACH] == 0,
    )  # fmt: skip
