"""Small joints between demand and routing: one owner routed alone, many joined, who is stranded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from easterly import route
from easterly.base.columns import BoolColumn, column, floats
from easterly.model.demand import DemandSet, Work
from easterly.model.network import Network
from easterly.model.routing import Routing, Spread


def route_one(network: Network, demands: DemandSet, seed: int, alive: BoolColumn | None = None) -> Routing:
    """Route a demand set on the links that are up."""
    return route.solve(network, demands, seed=seed, alive=alive)


def join(parts: Sequence[tuple[Spread, Spread]]) -> tuple[Spread, Spread]:
    """Spreads of several owners as one, in the order in which `demand.join` puts their phases.

    The spread of a phase depends on the network and on the phase alone, so the whole is its parts, one after the other.
    """
    if len(parts) == 1:
        return parts[0]
    every, between = zip(*parts, strict=True)
    return _join(every), _join(between)


def _join(parts: Sequence[Spread]) -> Spread:
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
    figures: dict[str, Any] = {f.name: nothing for f in fields(work) if getattr(work, f.name).dtype == np.float64}
    return replace(work, **figures)
