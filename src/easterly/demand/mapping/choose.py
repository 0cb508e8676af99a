"""One entry to all algorithms, and the choice among them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from easterly.demand.mapping.exchange import bruck, pairwise
from easterly.demand.mapping.group import PLAIN, Group
from easterly.demand.mapping.halving import halving_doubling
from easterly.demand.mapping.innetwork import in_network
from easterly.demand.mapping.latency import wire_share
from easterly.demand.mapping.levels import hierarchical, two_levels
from easterly.demand.mapping.ring import ring
from easterly.demand.mapping.server import parameter_server
from easterly.demand.mapping.tree import tree
from easterly.demand.mapping.wire import line_rate_s
from easterly.demand.phases import Phase
from easterly.model.spec.job import Library

TIE = 0.02
"""Times that differ by less are equal; the algorithm that stands first in the table is taken."""


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A way to run some collectives.

    Attributes
    ----------
    make : function
    collectives : tuple of str
    fits : function
        Whether it can run a collective on these groups.
    offered : function
        Whether a library would take it by itself.
    """

    make: Callable[[Group, str, float], Phase]
    collectives: tuple[str, ...]
    fits: Callable[[Group, str], bool]
    offered: Callable[[Group], bool]


def _always(*_: object) -> bool:
    return True


def _levels(group: Group, _: str) -> bool:
    return two_levels(group)


def _halves(group: Group, collective: str) -> bool:
    return collective == "all-reduce" or group.ranks & (group.ranks - 1) == 0


def _several_hosts(group: Group) -> bool:
    return group.hosts > 1


def _has_switches(group: Group) -> bool:
    """The library may use switches that reduce, at every level that the group crosses."""
    return group.library.sharp if group.hosts > 1 else group.library.nvls


_REDUCED = ("all-reduce", "reduce-scatter", "all-gather")
ALGORITHMS = {
    "ring": Algorithm(ring, (*_REDUCED, "broadcast", "reduce"), _always, _always),
    "in-network": Algorithm(in_network, ("all-reduce",), _always, _has_switches),
    "hierarchical": Algorithm(hierarchical, _REDUCED, _levels, _always),
    "tree": Algorithm(tree, ("all-reduce", "broadcast", "reduce"), _always, _always),
    "halving-doubling": Algorithm(halving_doubling, _REDUCED, _halves, _several_hosts),
    "parameter-server": Algorithm(parameter_server, _REDUCED, _always, lambda _: False),
    "pairwise": Algorithm(pairwise, ("all-to-all",), _always, _always),
    "bruck": Algorithm(bruck, ("all-to-all",), _always, _always),
}
"""By name. What an algorithm cannot run is run by the first that can, as libraries do: rings, or pairs."""


def run(group: Group, collective: str, size_B: float, algorithm: str = "auto", library: Library = PLAIN) -> Phase:
    """One collective of every group, mapped onto interfaces.

    Parameters
    ----------
    group : Group
    collective : str
        ``all-reduce``, ``reduce-scatter``, ``all-gather``, ``broadcast``, ``reduce`` or ``all-to-all``.
    size_B : float [B]
        The whole array, as nccl-tests counts it.
    algorithm : str
        A name of `ALGORITHMS`; ``auto`` takes the fastest at line rate, latency included, of those that the library
        has. One that cannot run the collective on these groups leaves it to rings (or pairs).
    library : Library
        The protocol decides latencies and the bytes added on the wire; without PXN traffic changes rails in the
        fabric.

    Returns
    -------
    Phase
        Of one occurrence.

    Raises
    ------
    ValueError
        For a collective that nothing can run.
    """
    layout = replace(group.layout, railed=group.layout.railed and library.pxn)
    group = replace(group, layout=layout, library=library)
    able = {name: known for name, known in ALGORITHMS.items() if collective in known.collectives}
    if not able:
        raise ValueError(f"no algorithm for {collective}")
    sent_B = size_B / wire_share(library)
    if algorithm == "auto":
        return _fastest([each.make(group, collective, sent_B) for each in _offers(able, group, collective)])
    chosen = able.get(algorithm)
    if chosen is None or not chosen.fits(group, collective):
        chosen = next(iter(able.values()))
    return chosen.make(group, collective, sent_B)


def _offers(able: dict[str, Algorithm], group: Group, collective: str) -> Iterator[Algorithm]:
    return (each for each in able.values() if each.fits(group, collective) and each.offered(group))


def _fastest(made: list[Phase]) -> Phase:
    """The first of those that are as fast as the fastest, give or take `TIE`."""
    times = [line_rate_s(phase) for phase in made]
    return next(phase for phase, time in zip(made, times, strict=True) if time <= min(times) * (1 + TIE))
