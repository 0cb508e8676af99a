"""One collective of some groups as a schedule of messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from easterly.base.columns import indices, ints, texts
from easterly.demand import mapping
from easterly.demand.mapping import Group
from easterly.demand.mapping.latency import wire_share
from easterly.demand.schedule.draft import Draft
from easterly.demand.schedule.exchange import bruck, pairwise
from easterly.demand.schedule.halving import halving_doubling
from easterly.demand.schedule.levels import hierarchical, in_network
from easterly.demand.schedule.messages import Latency
from easterly.demand.schedule.pattern import Pattern, empty
from easterly.demand.schedule.ring import ring
from easterly.demand.schedule.server import parameter_server
from easterly.demand.schedule.tree import chain, tree
from easterly.model.schedule import Purposes, Schedule, Streams
from easterly.model.spec.job import Library

Make = Callable[[Group, str, float, Latency], Pattern]


def _ring_or_chain(group: Group, collective: str, size_B: float, latency: Latency) -> Pattern:
    return (chain if collective in ("broadcast", "reduce") else ring)(group, collective, size_B, latency)


MESSAGES: dict[str, Make] = {
    "ring": _ring_or_chain, "hierarchical": hierarchical, "tree": tree, "halving-doubling": halving_doubling,
    "in-network": in_network, "parameter-server": parameter_server, "pairwise": pairwise, "bruck": bruck,
}  # fmt: skip
"""By name of the algorithm, as in `mapping.ALGORITHMS`."""

PLAIN = Library()


def of_collective(
    group: Group, collective: str, size_B: float, algorithm: str = "auto", library: Library = PLAIN,
    latency: Latency | None = None,
) -> Schedule:  # fmt: skip
    """One collective of every group, message by message.

    Parameters
    ----------
    group : Group
        Ranks on a layout.
    collective : str
        As for `mapping.run`.
    size_B : float [B]
        The whole array, as nccl-tests counts it.
    algorithm : str
        A name of `mapping.ALGORITHMS`, or ``auto``; one that cannot run the collective gives way as in `mapping.run`.
    library : Library
    latency : Latency, optional
        Of one message; the library's protocol decides if absent.

    Returns
    -------
    Schedule
        Its sends are the flows of `mapping.run`, message by message.
    """
    chosen = mapping.run(group, collective, size_B, algorithm, library).algorithm
    pattern = messages(group, collective, size_B, chosen, library, latency)
    draft = Draft()
    draft.repeat(pattern, 1, {})
    purposes = Purposes(
        job=ints([0]), axis=texts([group.axis]), stage=texts(["steady"]), collective=texts([collective]),
        algorithm=texts([chosen]), traffic_class=ints([0]), connections=ints([1]),
    )  # fmt: skip
    return draft.schedule(purposes, Streams(indices([0]), ints([])))


def messages(
    group: Group,
    collective: str,
    size_B: float,
    algorithm: str,
    library: Library = PLAIN,
    latency: Latency | None = None,
) -> Pattern:
    """Events of one collective of every group by an algorithm that can run it; see `of_collective`."""
    if group.ranks == 1:
        return empty()
    layout = replace(group.layout, railed=group.layout.railed and library.pxn)
    group = replace(group, layout=layout, library=library)
    return MESSAGES[algorithm](group, collective, size_B / wire_share(library), latency or Latency.of(library))
