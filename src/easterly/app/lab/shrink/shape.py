"""Numbers that make up a fabric, and how far they come down: as equally as a number of nodes allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any

from easterly.base.schema import Doc

Sizes = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Size:
    """One number of a fabric."""

    was: Annotated[int, Doc("In the site.")]
    least: Annotated[int, Doc("Below it the fabric would be another one.")]
    step: Annotated[int, Doc("By which it grows.")] = 1

    @classmethod
    def many(cls, was: int) -> Size:
        """Two where there are several: one would leave nothing to choose."""
        return cls(was, min(was, 2))


@dataclass(frozen=True, slots=True)
class Made:
    """A fabric cut to size."""

    fabric: Annotated[Mapping[str, Any], Doc("In plain values.")]
    host: Annotated[Mapping[str, Any], Doc("Model of its hosts, in plain values.")]
    switches: Annotated[Mapping[str, Mapping[str, Any]], Doc("Further models of switches, by name.")]
    rates: Annotated[tuple[str, ...], Doc("Rates that are lower than they were, in words.")]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a blueprint has to be made smaller, and how that is written."""

    name: Annotated[str, Doc("Of the fabric.")]
    sizes: Annotated[Mapping[str, Size], Doc("By the names that one asks with; ``each`` is hosts of a leaf.")]
    routers: Annotated[Callable[[Sizes], int], Doc("Number of switches.")]
    hosts: Annotated[Callable[[Sizes], int], Doc("Number of hosts.")]
    make: Annotated[Callable[[Sizes], Made], Doc("The fabric of those sizes.")]
    groups: Annotated[
        Callable[[Sizes], int], Doc("Sets of switches that hosts are dealt to: leaves, or units of them.")
    ]
    others: Annotated[int, Doc("Border routers.")] = 0
    fits: Annotated[Callable[[Sizes], bool], Doc("Whether the sizes go together.")] = lambda sizes: True

    def holds(self, sizes: Sizes) -> bool:
        """Whether hosts, where their number is given, leave no group empty."""
        count, groups = sizes.get("hosts"), self.groups(sizes)
        return count is None or -(-count // -(-count // groups)) == groups

    def nodes(self, sizes: Sizes) -> int:
        """Switches, border routers and hosts."""
        return self.routers(sizes) + self.others + self.hosts(sizes)


def grown(
    shapes: Mapping[str, Shape], fixed: Mapping[str, Sizes], room: Callable[[Mapping[str, Sizes]], bool]
) -> dict[str, dict[str, int]]:
    """Sizes of fabrics, from their least on: always that is raised which is furthest from what it was.

    So all of them are left about the same part of what they were, as far as there is room.

    Parameters
    ----------
    shapes : mapping of str to Shape
        By fabric.
    fixed : mapping of str to mapping
        Sizes that are asked for, by fabric.
    room : callable
        Whether there is room for sizes.

    Returns
    -------
    dict of str to dict
        Their least sizes, if there is no room for more.

    Examples
    --------
    >>> two = {"leaves": Size(22, 2), "spines": Size(8, 2), "each": Size(6, 1)}
    >>> def hosts(sizes): return sizes["leaves"] * sizes["each"]
    >>> shape = Shape("pod", two, lambda s: s["leaves"] + s["spines"], hosts, lambda s: None, lambda s: s["leaves"])
    >>> grown({"pod": shape}, {"pod": {}}, lambda all: shape.nodes(all["pod"]) <= 24)
    {'pod': {'leaves': 7, 'spines': 3, 'each': 2}}
    """
    found = {
        name: {**{each: size.least for each, size in shape.sizes.items()}, **fixed[name]}
        for name, shape in shapes.items()
    }
    while True:
        for name, each in _by_need(shapes, found, fixed):
            size = shapes[name].sizes[each]
            more = {**found[name], each: found[name][each] + size.step}
            if (
                more[each] <= size.was
                and shapes[name].fits(more)
                and shapes[name].holds(more)
                and room({**found, name: more})
            ):
                found[name] = more
                break
        else:
            return found


def _by_need(
    shapes: Mapping[str, Shape], found: Mapping[str, Sizes], fixed: Mapping[str, Sizes]
) -> list[tuple[str, str]]:
    """Sizes that are not asked for, those first of which the smallest part is left."""
    free = [(name, each) for name, shape in shapes.items() for each in shape.sizes if each not in fixed[name]]
    return sorted(free, key=lambda at: Fraction(found[at[0]][at[1]], shapes[at[0]].sizes[at[1]].was))
