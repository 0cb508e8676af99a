"""Small joints between demand and routing: one owner routed alone, many joined, who is stranded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np

from easterly import route
from easterly.base.columns import BoolColumn, column, floats, indices, ints
from easterly.model.demand import DemandSet, Work
from easterly.model.network import Network
from easterly.model.routing import Paths, Routing, Spread


def route_one(network: Network, demands: DemandSet, seed: int, alive: BoolColumn | None = None) -> Routing:
    """Route a demand set on the links that are up."""
    return route.solve(network, demands, seed=seed, alive=alive)


def join(routings: Sequence[Routing], demands: Sequence[DemandSet]) -> Routing:
    """Routings of several owners as one, in the order in which `demand.join` puts their flows.

    A flow's path and a phase's spread depend on the network and on the flow alone, so the whole is its
    parts, one after the other.
    """
    first = routings[0]
    if len(routings) == 1:
        return first
    starts = np.cumsum([0, *(len(d.flows) for d in demands)])[:-1]
    unserved = [r.unserved + start for r, start in zip(routings, starts, strict=True)]
    return replace(
        first,
        paths=_join_paths([r.paths for r in routings]),
        spread=_join_spreads([r.spread for r in routings]),
        unserved=ints(np.concatenate(unserved)),
        uplinks=_join_spreads([r.uplinks for r in routings if r.uplinks is not None]),
    )


def _join_paths(parts: Sequence[Paths]) -> Paths:
    ends = np.cumsum([0, *(int(p.ptr[-1]) for p in parts)])
    pointers = [p.ptr[1:] + start for p, start in zip(parts, ends[:-1], strict=True)]
    return Paths(
        ptr=indices(np.concatenate([[0], *pointers])),
        link=ints(np.concatenate([p.link for p in parts])),
        share=floats(np.concatenate([p.share for p in parts])),
    )


def _join_spreads(parts: Sequence[Spread]) -> Spread:
    columns = {
        f.name: column(joined := np.concatenate([getattr(p, f.name) for p in parts]), joined.dtype.type)
        for f in fields(Spread)
        if f.name != "draws"
    }
    return Spread(**columns, draws=parts[0].draws)


def stranded(network: Network, demands: DemandSet, routing: Routing) -> tuple[str, ...]:
    """Jobs and services that have a flow without a path, or with one that no router would take."""
    around = route.through_leaves(network, demands.flows, routing.paths)
    phases = demands.flows.phase[np.concatenate([routing.unserved, around])]
    return tuple(sorted(set(demands.phases.owner[phases].tolist())))


def placement_only(work: Work) -> Work:
    """Who runs where, without how much is computed: what addresses and configuration depend on."""
    nothing = floats(np.zeros(len(work)))
    return replace(work, compute_s=nothing, bubble=nothing, flop=nothing, tokens=nothing)
