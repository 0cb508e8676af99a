"""torus: switches at the points of a grid, each joined to its neighbours in every dimension."""

from __future__ import annotations

from math import prod

import numpy as np

from easterly.base.findings import Finding
from easterly.model.spec.fabric import Torus
from easterly.site.blueprints.direct import Plant, plant
from easterly.site.blueprints.faults import refuse
from easterly.site.blueprints.parts import Cables, Parts, Scheme, count_up
from easterly.site.blueprints.stock import Stock


def fabric(spec: Torus, stock: Stock) -> Parts:
    """Parts of a torus or mesh (k-ary n-cube; Dally & Towles 2004, Principles and Practices, chapter 5).

    Switch (x, y, z) has number ``x + X (y + Y z)``. In dimension d its links forwards leave at ports
    ``2 d links`` and those backwards at ``(2 d + 1) links`` onwards, counted behind the ports of the hosts.

    Raises
    ------
    FindingsError
        E211, E401, E403, E404, E410, E416; E436 wraps that are not one for each dimension.
    """
    around = wraps(spec)
    degree = sum(1 if size == 2 else 2 for size in spec.dims) * spec.links
    words = f"to neighbours in {len(spec.dims)} dimensions"
    made = plant(spec, stock, prod(spec.dims), degree, words)
    place = np.unravel_index(count_up(made.switches, "switches"), spec.dims[::-1])
    text = np.stack(place[::-1], axis=1).tolist()
    names = [f"{spec.name}-switch-{'-'.join(map(str, row))}" for row in text]
    scheme = Scheme("torus", torus_numbers(spec.dims, around, spec.links), spec.routing)
    return made.parts(names, grid(made, spec.dims, around, spec.links), scheme)


def wraps(spec: Torus) -> tuple[bool, ...]:
    """Whether each dimension is a ring; one of two switches is a single link either way."""
    given = (spec.wrap,) * len(spec.dims) if isinstance(spec.wrap, bool) else spec.wrap
    if len(given) != len(spec.dims):
        text = f"{len(given)} wraps for {len(spec.dims)} dimensions"
        hint = "write one word for each dimension, or one for all"
        refuse(Finding("E436", f"{spec.origin}/wrap", text, hint))
    return tuple(wrap and size > 2 for wrap, size in zip(given, spec.dims, strict=True))


def torus_numbers(dims: tuple[int, ...], around: tuple[bool, ...], links: int) -> tuple[int, ...]:
    """Numbers of a `Scheme`: dimensions, parallel links, then size and wrap of each dimension."""
    return len(dims), links, *(int(number) for pair in zip(dims, around, strict=True) for number in pair)


def grid(made: Plant, dims: tuple[int, ...], around: tuple[bool, ...], links: int) -> tuple[Cables, ...]:
    """Cables of every dimension, each from a switch to the next one forwards, in the order of switches."""
    blocks, stride, port = [], 1, 0
    for size, wrap in zip(dims, around, strict=True):
        switch = np.arange(made.switches, dtype=np.int64)
        at = switch // stride % size
        low = np.repeat(switch if wrap else switch[at < size - 1], links)
        step = np.where(low // stride % size < size - 1, stride, stride * (1 - size))
        slot = np.tile(np.arange(links, dtype=np.int64), len(low) // links)
        back = port if size == 2 else port + links
        blocks.append(made.between(low, low + step, port + slot, back + slot, made.spec.cables.leaf))
        stride, port = stride * size, back + links
    return tuple(blocks)
