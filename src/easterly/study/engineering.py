"""Traffic engineering of a site: the best allocation of what jobs and services send, where intents ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from easterly import route
from easterly.base.columns import BoolColumn, FloatColumn, IntColumn, bools, floats, ints, ratio, texts
from easterly.model.allocation import Allocation, Demands
from easterly.model.demand import DemandSet
from easterly.model.engineering import Engineering, Trials
from easterly.model.network import LinkKind, Network, NodeKind
from easterly.model.outcome import Prediction
from easterly.model.routing import Routing
from easterly.model.spec.intent import Allocate
from easterly.model.spec.site import Site
from easterly.predict.contention import mean_rates
from easterly.predict.loads import low_steps
from easterly.study.nouns import Nouns

MET = 1 - 1e-9


@dataclass(frozen=True, slots=True)
class Situation:
    """What is down, what is sent then, and what the paths in place make of it.

    Attributes
    ----------
    name : str
    alive : (L,) bool
    demands : DemandSet
        Jobs are formed anew around what is down.
    prediction : Prediction
    before_bps : (L,) float [bit/s]
        Mean load of every link under the paths in place.
    """

    name: str
    alive: BoolColumn
    demands: DemandSet
    prediction: Prediction
    before_bps: FloatColumn


def steady(nouns: Nouns) -> Situation:
    """What a site sends when nothing is down."""
    network, loads = nouns.network.value, nouns.loads.value
    alive = bools(np.ones(len(network.links), dtype=np.bool_))
    before = floats(np.add.reduce(loads.load_bps, axis=0))
    return Situation("nothing", alive, nouns.demands.value, nouns.prediction.value, before)


def engineer(
    site: Site, network: Network, intent: str, wanted: Allocate, situations: tuple[Situation, ...]
) -> Engineering:
    """Allocate the mean traffic between switches, with nothing down and in every other situation.

    Interfaces with one way into the fabric count as their switch, and links of hosts as wide enough: what a host may
    send is the affair of `demand`. Classes of strict priority go first.

    Parameters
    ----------
    site : Site
    network : Network
    intent : str
        Name of the intent.
    wanted : Allocate
    situations : tuple of Situation
        The first one is that of nothing down.

    Returns
    -------
    Engineering
    """
    first, made = situations[0], []
    base: Routing | None = None
    for now in situations:
        asked = between_switches(site, network, now)
        routing = _solve(network, asked, wanted, now.alive, base)
        made.append((now, asked, routing))
        base = base or routing
    asked, routing, found = made[0][1], made[0][2], _allocation(made[0][2])
    return Engineering(
        intent=intent, objective=wanted.objective, method=found.method, status=found.status, value=found.value,
        bound=found.bound, gap=found.gap, unit=found.unit, pairs=len(asked), asked_bps=_total(asked.rate_bps),
        before_bps=first.before_bps, load_bps=found.load_bps, dual=found.dual,
        trials=_trials(list(_rows(network, wanted, made))), explanation=tuple(str(routing.explain()).splitlines()),
    )  # fmt: skip


def allocated(nouns: Nouns, intent: str) -> tuple[Demands, Routing]:
    """What switches send to each other when nothing is down, and the allocation of it that an intent asks for.

    Parameters
    ----------
    nouns : Nouns
    intent : str

    Raises
    ------
    KeyError
        There is no such intent.
    ValueError
        It asks for no allocation.
    """
    wanted = nouns.site.intents[intent].allocate
    if wanted is None:
        raise ValueError(f"intent {intent!r} asks for no allocation: give it `allocate:`")
    now = steady(nouns)
    asked = between_switches(nouns.site, nouns.network.value, now)
    reads = (
        nouns.network, nouns.demands, nouns.routing, nouns.prediction, nouns.text["intents"][intent],
        nouns.part("classes", "fabrics", "jobs"),
    )  # fmt: skip
    run = nouns.stages.run(
        f"allocated:{intent}", reads, lambda: _solve(nouns.network.value, asked, wanted, now.alive, None)
    )
    return asked, run.value


def between_switches(site: Site, network: Network, now: Situation) -> Demands:
    """Mean rates between the switches that hosts hang on, one row per pair and strict priority."""
    rate = mean_rates(now.demands, low_steps(now.demands, now.prediction))
    flows, edge = now.demands.flows, edges(network)
    classes = [site.classes.get(name) for name in now.demands.classes]
    later = np.array([spec is None or spec.priority != "strict" for spec in classes], dtype=np.int64)
    if later.all():
        later[:] = 0
    own = later[now.demands.phases.traffic_class[flows.phase]] if len(flows) else np.zeros(0, dtype=np.int64)
    src, dst = edge[flows.src].astype(np.int64), edge[flows.dst].astype(np.int64)
    sent = (src != dst) & (rate > 0)
    size = len(network.nodes)
    keys, row = np.unique(((own * size + dst) * size + src)[sent], return_inverse=True)
    return Demands(
        src=ints(keys % size), dst=ints(keys // size % size), rate_bps=floats(np.bincount(row, rate[sent], len(keys))),
        weight=floats(np.ones(len(keys))), priority=ints(keys // size // size),
    )  # fmt: skip


def edges(network: Network) -> IntColumn:
    """(N,) the switch behind each interface that has one link; any other node is its own."""
    links, nodes = network.links, network.nodes
    edge = np.arange(len(nodes), dtype=np.int32)
    single = (nodes.kind == NodeKind.NIC) & (np.bincount(links.src, minlength=len(nodes)) == 1)
    rows = np.flatnonzero(single[links.src])
    edge[links.src[rows]] = links.dst[rows]
    return ints(edge)


def _solve(
    network: Network, asked: Demands, wanted: Allocate, alive: BoolColumn, base: Routing | None, objective: str = ""
) -> Routing:
    roomy = np.where(network.links.kind == LinkKind.HOST, 2 * _total(asked.rate_bps) + 1, network.links.capacity_bps)
    return route.solve(
        network, asked, objective=objective or wanted.objective, alpha=wanted.alpha, cost=wanted.cost, gap=wanted.gap,
        alive=alive, capacity_bps=floats(roomy), warm=base,
    )  # fmt: skip


def _rows(
    network: Network, wanted: Allocate, made: list[tuple[Situation, Demands, Routing]]
) -> Iterator[tuple[str, str, float, float, float, float, float, float, float]]:
    """One trial each: what was reached, and how much better anything could be."""
    inner = network.links.kind != LinkKind.HOST
    for now, asked, routing in made:
        found, total = _allocation(routing), _total(asked.rate_bps)
        use = _busiest(found.load_bps, network, inner & now.alive)
        most = _most_served(network, asked, wanted, now, routing) / total if total > 0 else 1.0
        least = _least_utilisation(network, asked, wanted, now, routing, use)
        before = _busiest(now.before_bps, network, inner & now.alive)
        served = found.served_fraction if total > 0 else 1.0
        yield now.name, found.status, found.value, found.bound, served, min(most, 1.0), use, least, before


def _most_served(network: Network, asked: Demands, wanted: Allocate, now: Situation, routing: Routing) -> float:
    """Bound on what any allocation grants; worked out apart only where something is missing."""
    found, total = _allocation(routing), _total(asked.rate_bps)
    if wanted.objective == "max-throughput" and not asked.priority.any():
        return found.bound
    if found.served_fraction >= MET:
        return total
    flat = Demands(asked.src, asked.dst, asked.rate_bps, asked.weight, ints(np.zeros(len(asked))))
    return _allocation(_solve(network, flat, wanted, now.alive, routing, "max-throughput")).bound


def _least_utilisation(
    network: Network, asked: Demands, wanted: Allocate, now: Situation, routing: Routing, use: float
) -> float:
    """Bound on the busiest link where everything is carried; worked out apart only where a limit is missed."""
    if wanted.objective == "min-max-utilisation":
        return _allocation(routing).bound
    if wanted.utilisation is None or use <= wanted.utilisation:
        return 0.0
    return _allocation(_solve(network, asked, wanted, now.alive, routing, "min-max-utilisation")).bound


def _busiest(load_bps: FloatColumn, network: Network, which: BoolColumn) -> float:
    use = ratio(load_bps, network.links.capacity_bps)[which]
    return float(use.max()) if len(use) else 0.0


def _allocation(routing: Routing) -> Allocation:
    assert routing.allocation is not None
    return routing.allocation


def _total(values: FloatColumn) -> float:
    return float(np.add.reduce(values))


def _trials(rows: list[tuple[str, str, float, float, float, float, float, float, float]]) -> Trials:
    name, status, *numbers = zip(*rows, strict=True)
    return Trials(texts(name), texts(status), *(floats(column) for column in numbers))
