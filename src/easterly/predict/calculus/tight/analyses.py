"""Bounds of one flow by every analysis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from easterly.predict.calculus.tight.blind import blind
from easterly.predict.calculus.tight.cuts import with_bursts
from easterly.predict.calculus.tight.exact import exact
from easterly.predict.calculus.tight.linear import Known, burst_of, delay_of, known, pose, within
from easterly.predict.calculus.tight.network import ServerNetwork
from easterly.predict.calculus.tight.sink import is_sink_tree, sink_tree
from easterly.predict.calculus.tight.trees import Piece, forest, tree

ANALYSES = ("total", "separated", "linear", "exact", "sink-tree", "blind")
"""Of flows: all first in, first out, but the last."""
OVER = "server {} gets as much for ever as it serves, or more"
RING = "servers depend on each other in a ring, and bursts grow round by round"
TWICE = "the flow comes to a server twice, and no tree holds its path"


@dataclass(frozen=True, slots=True)
class FlowBound:
    """What a flow does not exceed, by one analysis.

    Attributes
    ----------
    analysis : str
    delay_s : float [s]
        From its first server to behind its last; infinite without bound.
    backlog_B : float [B]
        Most of it that waits, and its burst behind its last server beside its lowest rate.
    reached_s : float [s]
        Delay that some trajectory has; NaN where none is known.
    why : str
        Why there is no bound; empty if there is one.
    """

    analysis: str
    delay_s: float
    backlog_B: float
    reached_s: float
    why: str

    @property
    def tightness(self) -> float:
        """Delay that is reached, in the bound: 1 where the bound is exact, NaN where none is known."""
        return self.reached_s / self.delay_s if self.delay_s > 0 else 1.0


def bound_flow(net: ServerNetwork, flow: int, analysis: str, *, given: Known | None = None) -> FlowBound:
    """Bound one flow.

    Parameters
    ----------
    net : ServerNetwork
    flow : int
    analysis : str
        One of `ANALYSES`.
    given : Known, optional
        Of the same network, from `known`; so that several flows share it.

    Returns
    -------
    FlowBound

    Raises
    ------
    ValueError
        A flow or an analysis that is none; an exact analysis of too many servers in a row.

    Examples
    --------
    >>> net = ServerNetwork.of([(80, 0.1)] * 3, [((0, 1, 2), 1, 16), *(((i,), 1, 32) for i in range(3))])
    >>> [round(bound_flow(net, 0, name).delay_s, 6) for name in ("total", "separated", "linear", "exact")]
    [1.092, 0.766667, 0.766667, 0.756]
    """
    if not 0 <= flow < len(net):
        raise ValueError(f"flow {flow} is none of {len(net)}, from 0 on")
    if analysis not in ANALYSES:
        raise ValueError(f"{analysis!r} is no analysis: {', '.join(ANALYSES)}")
    given = known(net) if given is None else given
    delay_s, backlog_B, reached_s = _BY[analysis](given, flow)
    if analysis != "blind" and np.isfinite(delay_s):
        size, rate = net.buckets(flow)[0]
        backlog_B = min(backlog_B, size + rate * delay_s)
    why = "" if np.isfinite(delay_s) else _why(net, flow)
    return FlowBound(analysis, delay_s, backlog_B, reached_s, why)


def _why(net: ServerNetwork, flow: int) -> str:
    over = np.flatnonzero(net.load() >= 1)
    if len(over):
        return OVER.format(over[0])
    hops = net.hops(flow)
    return TWICE if len(set(hops)) < len(hops) else RING


def _total(given: Known, flow: int) -> tuple[float, float, float]:
    return float(given.total.delay_s[given.net.hops(flow)].sum()), np.inf, np.nan


def _separated(given: Known, flow: int) -> tuple[float, float, float]:
    return *given.separated.over(flow, len(given.net.hops(flow))), np.nan


def _blind(given: Known, flow: int) -> tuple[float, float, float]:
    return *blind(given.net, flow), np.nan


def _sink(given: Known, flow: int) -> tuple[float, float, float]:
    delay_s = sink_tree(given.net, flow)
    return delay_s, np.inf, delay_s


def _linear(given: Known, flow: int) -> tuple[float, float, float]:
    total, separated = _total(given, flow), _separated(given, flow)
    before = min(total[0], separated[0]), min(total[1], separated[1])
    hops = given.net.hops(flow)
    if len(set(hops)) < len(hops):
        return *before, np.nan
    after = forest(given.net, flow)
    whole = Piece(flow, 0, len(hops) - 1)
    try:
        better = prepared(given, after, hops[-1])
        delay_s, backlog_B = delay_of(pose(better, after, whole)), burst_of(pose(better, after, whole))[0]
    except OverflowError:
        return *before, np.nan
    return min(delay_s, before[0]), min(backlog_B, before[1]), np.nan


def prepared(given: Known, after: dict[int, int], root: int) -> Known:
    """Bursts of all that enters the tree of a root."""
    cut = any(p.first > 0 for p in tree(given.net, after, root).pieces)
    return with_bursts(given, after, root) if cut else within(given, after)


def _exact(given: Known, flow: int) -> tuple[float, float, float]:
    linear = _linear(given, flow)
    hops = given.net.hops(flow)
    if not np.isfinite(linear[0]) or len(set(hops)) < len(hops):
        return linear
    after = forest(given.net, flow)
    better = prepared(given, after, hops[-1])
    found = exact(better, after, Piece(flow, 0, len(hops) - 1))
    cut = any(p.first > 0 for p in tree(given.net, after, hops[-1]).pieces)
    return min(found.delay_s, linear[0]), linear[1], np.nan if cut else found.reached_s


_BY: dict[str, Callable[[Known, int], tuple[float, float, float]]] = {
    "total": _total, "separated": _separated, "linear": _linear, "exact": _exact, "sink-tree": _sink, "blind": _blind,
}  # fmt: skip

__all__ = ["ANALYSES", "FlowBound", "bound_flow", "is_sink_tree"]
