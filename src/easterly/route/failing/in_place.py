"""What the policy in place does when links fail: shortest paths at once, tunnels without what is dead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import graph
from easterly.base.columns import BoolColumn, FloatColumn, IntColumn, bools, floats, indices, ints
from easterly.model.allocation import Demands
from easterly.model.demand import Flows
from easterly.model.failures import Cases, InPlace
from easterly.model.network import Network
from easterly.model.routing import Tunnels
from easterly.model.weights import Weights
from easterly.route import structured
from easterly.route.ecmp import policy_of
from easterly.route.failing.cases import part
from easterly.route.failing.streams import Streams, fair, load_of, slowed_down, summed

After = Literal["rescale", "lost", "shortest"]
Rule = Literal["slow-down", "max-min"]
Progress = Callable[[int, int], None]
AT_ONCE = 32


@dataclass(frozen=True)
class Outcome:
    """One case: load of each link, rate sent and rate that arrives in all, and demands of which nothing is sent.

    `strayed` is the rate that the formula of its fabric would carry and that cheapest paths carry.
    """

    load: NDArray[np.float64]
    sent: float
    fits: float
    unserved: NDArray[np.int32]
    strayed: float = 0.0


def under_ecmp(
    network: Network,
    demands: Demands,
    cases: Cases,
    *,
    weight: FloatColumn | None = None,
    alive: BoolColumn | None = None,
    rule: Rule = "slow-down",
    progress: Progress | None = None,
) -> InPlace:
    """Equal-cost multipath in every case: routers find the cheapest paths that are left.

    Direct networks with a `routing` of their own, such as ``dimension-order``, follow its formula: between two ends of
    one fabric, whatever is down, as long as every link of the way is up. Where one is not, the demand takes the
    cheapest paths that are left, and counts in `InPlace.strayed`. Valiant's routing goes by way of all places, so a
    failure anywhere may send nearly all demands astray: what sources could do that avoid some places is not asked.

    Parameters
    ----------
    network : Network
    demands : Demands
        Rates must be finite: without a limit no load is defined.
    cases : Cases
    weight : (L,) float, optional
        Weight of a link among equal-cost next hops; even if absent.
    alive : (L,) bool, optional
        Links that are up without any failure; all if absent.
    rule : {"slow-down", "max-min"}
        What `InPlace.fits` counts.
    progress : callable, optional
        Called with the number of cases done and of all. What it raises ends the work; so does an interruption, and
        the cases that were done are returned.

    Returns
    -------
    InPlace

    Raises
    ------
    ValueError
        An infinite rate.

    Examples
    --------
    See the tests, and `easterly.route.failures`, which joins this with the optimum.
    """
    even = floats(np.ones(len(network.links))) if weight is None else weight
    up = bools(np.ones(len(network.links), dtype=np.bool_)) if alive is None else alive
    formula, routings = _by_formula(network, demands, even)
    if len(formula):
        outcomes = _formula_outcomes(network, demands, formula, cases, even, up, rule)
    else:
        outcomes = _ecmp_outcomes(network, demands, cases, even, up, rule)
    return summed_up(
        ", ".join((*routings, "ecmp")), rule, network, demands, _until_interrupted(outcomes, len(cases), progress)
    )


def under_weights(
    network: Network,
    demands: Demands,
    weights: Weights,
    cases: Cases,
    *,
    rate_bps: FloatColumn | None = None,
    alive: BoolColumn | None = None,
    progress: Progress | None = None,
) -> InPlace:
    """Next hops with weights in every case: a node splits over those that are left, and drops where there is none.

    Parameters
    ----------
    network : Network
    demands : Demands
    weights : Weights
    cases : Cases
    rate_bps : (K,) float [bit/s], optional
        What each demand sends, such as what it is granted; what it asks for if absent.
    alive, progress
        As for `under_ecmp`.

    Returns
    -------
    InPlace
        What is unserved is what nothing of arrives.
    """
    up = bools(np.ones(len(network.links), dtype=np.bool_)) if alive is None else alive
    rates = demands.rate_bps if rate_bps is None else rate_bps
    outcomes = _weighted_outcomes(network, demands, weights, cases, rates, up)
    return summed_up("weights", "slow-down", network, demands, _until_interrupted(outcomes, len(cases), progress))


def under_tunnels(
    network: Network,
    demands: Demands,
    tunnels: Tunnels,
    cases: Cases,
    *,
    after: After = "rescale",
    alive: BoolColumn | None = None,
    rule: Rule = "slow-down",
    progress: Progress | None = None,
) -> InPlace:
    """Explicit paths in every case: those that cross a dead link carry nothing.

    Parameters
    ----------
    network : Network
    demands : Demands
    tunnels : Tunnels
        Paths and rates; `Tunnels.flow` is a row of the demands.
    cases : Cases
    after : {"rescale", "lost", "shortest"}
        What becomes of the rate of dead tunnels. ``rescale``: the demand's other tunnels take it in proportion to their
        rates, as tunnel groups do; it is lost where none is left. ``lost``: it is lost. ``shortest``: as ``rescale``,
        and a demand without any tunnel left takes the cheapest paths (ECMP).
    alive, rule, progress
        As for `under_ecmp`.

    Returns
    -------
    InPlace
        ``routed`` and ``fits`` count against what is asked for, not against what was granted.
    """
    up = bools(np.ones(len(network.links), dtype=np.bool_)) if alive is None else alive
    outcomes = _tunnel_outcomes(network, demands, tunnels, cases, after, up, rule)
    return summed_up(f"tunnels: {after}", rule, network, demands, _until_interrupted(outcomes, len(cases), progress))


def summed_up(policy: str, rule: str, network: Network, demands: Demands, outcomes: list[Outcome]) -> InPlace:
    """Columns of the outcomes of all cases."""
    capacity = network.links.capacity_bps
    asked = float(demands.rate_bps.sum())
    uses = [utilisation(outcome.load, capacity) for outcome in outcomes]
    worst = [int(np.argmax(use)) if len(use) and use.max() > 0 else -1 for use in uses]
    share = [(1.0, 1.0) if asked == 0 else (outcome.sent / asked, outcome.fits / asked) for outcome in outcomes]
    none = np.empty(0, dtype=np.int32)
    return InPlace(
        policy=policy,
        rule=rule,
        max_utilisation=floats([use[link] if link >= 0 else 0.0 for use, link in zip(uses, worst, strict=True)]),
        worst_link=ints(worst),
        routed=floats([min(sent, 1.0) for sent, _ in share]),
        fits=floats([min(fits, 1.0) for _, fits in share]),
        unserved_ptr=indices(np.cumsum([0, *(len(outcome.unserved) for outcome in outcomes)])),
        unserved=ints(np.concatenate([none, *(outcome.unserved for outcome in outcomes)])),
        strayed=floats([0.0 if asked == 0 else outcome.strayed / asked for outcome in outcomes]),
    )


def utilisation(load: NDArray[np.float64], capacity: FloatColumn) -> NDArray[np.float64]:
    """Load over capacity; 0 where nothing flows, infinite on a link without capacity."""
    use = np.zeros(len(load))
    some = load > 0
    with np.errstate(divide="ignore"):
        use[some] = load[some] / capacity[some]
    return use


def _until_interrupted(outcomes: Iterator[Outcome], count: int, progress: Progress | None) -> list[Outcome]:
    done: list[Outcome] = []
    try:
        for outcome in outcomes:
            done.append(outcome)
            if progress is not None:
                progress(len(done), count)
    except KeyboardInterrupt:
        return done
    return done


def _ecmp_outcomes(
    network: Network, demands: Demands, cases: Cases, weight: FloatColumn, alive: BoolColumn, rule: Rule
) -> Iterator[Outcome]:
    links = network.links
    for begin in range(0, len(cases), AT_ONCE):
        some = part(cases, begin, min(begin + AT_ONCE, len(cases)))
        load, sent, fits, ptr, lost, _ = graph.ecmp_failures(
            len(network.nodes), links.src, links.dst, links.cost, network.transit, alive, weight, demands.src,
            demands.dst, demands.rate_bps, links.capacity_bps, some.ptr, some.link,
        )  # fmt: skip
        for row in range(len(some)):
            gone = lost[ptr[row] : ptr[row + 1]]
            if rule == "max-min":
                up = alive & some.alive(row, len(links))
                every = np.arange(len(demands), dtype=np.int32)
                fits[row] = fair(shortest(network, demands, every, demands.rate_bps, up, weight), network, demands)
                fits[row] += demands.rate_bps[demands.src == demands.dst].sum()
            yield Outcome(load[row], float(sent[row]), float(fits[row]), gone[demands.rate_bps[gone] > 0])


def _by_formula(network: Network, demands: Demands, weight: FloatColumn) -> tuple[Streams, tuple[str, ...]]:
    """Demands that the routing of a direct network carries, on their ways in health; and what it is called."""
    if all(structure.routing == "ecmp" for structure in network.structures):
        none = np.empty(0, dtype=np.int32)
        return Streams(none, np.empty(0), np.zeros(1, dtype=np.int64), none, np.empty(0)), ()
    rate, zero = demands.rate_bps, np.zeros(len(demands))
    flows = Flows(demands.src, demands.dst, floats(zero), rate, ints(zero + 1), ints(zero))
    policy = replace(policy_of(network, seed=0), weight=weight)
    rows, ways, routings = structured.named(network, flows, policy)
    return Streams(rows.astype(np.int32), rate[rows], ways.ptr, ways.link, ways.share), routings


def _formula_outcomes(
    network: Network,
    demands: Demands,
    formula: Streams,
    cases: Cases,
    weight: FloatColumn,
    alive: BoolColumn,
    rule: Rule,
) -> Iterator[Outcome]:
    """Ways by formula where they are whole, and the cheapest paths for all other demands."""
    others = np.setdiff1d(np.flatnonzero(demands.src != demands.dst), formula.owner)
    for case in range(len(cases)):
        up = alive & cases.alive(case, len(network.links))
        left = _survivors(formula, up, len(demands), "lost")
        broken = np.setdiff1d(formula.owner, left.owner)
        rows = ints(np.union1d(others, broken))
        streams = left.beside(shortest(network, demands, rows, demands.rate_bps[rows], up, weight))
        astray = float(streams.rate_bps[np.isin(streams.owner, broken)].sum())
        yield _outcome(network, demands, streams, rule, astray)


def _outcome(network: Network, demands: Demands, streams: Streams, rule: Rule, strayed: float = 0.0) -> Outcome:
    """What streams do, beside the demands of a node to itself."""
    here = demands.rate_bps * (demands.src == demands.dst)
    load = load_of(streams, len(network.links))
    sent = summed(streams.owner, streams.rate_bps, len(demands)) + here
    if rule == "max-min":
        fits = fair(streams, network, demands)
    else:
        fits = slowed_down(streams, utilisation(load, network.links.capacity_bps))
    unserved = np.flatnonzero((sent == 0) & (demands.rate_bps > 0)).astype(np.int32)
    return Outcome(load, float(sent.sum()), fits + float(here.sum()), unserved, strayed)


def _weighted_outcomes(
    network: Network, demands: Demands, weights: Weights, cases: Cases, rates: FloatColumn, alive: BoolColumn
) -> Iterator[Outcome]:
    links = network.links
    for begin in range(0, len(cases), AT_ONCE):
        some = part(cases, begin, min(begin + AT_ONCE, len(cases)))
        load, sent, fits, ptr, lost, _ = graph.weighted_failures(
            len(network.nodes), links.src, links.dst, links.cost, network.transit, alive, weights.dst, weights.ptr,
            weights.link, weights.share, demands.src, demands.dst, rates, links.capacity_bps, some.ptr, some.link,
        )  # fmt: skip
        for row in range(len(some)):
            gone = lost[ptr[row] : ptr[row + 1]]
            yield Outcome(load[row], float(sent[row]), float(fits[row]), gone[demands.rate_bps[gone] > 0])


def shortest(
    network: Network,
    demands: Demands,
    rows: NDArray[np.int32],
    rate_bps: NDArray[np.float64],
    alive: NDArray[np.bool_],
    weight: FloatColumn | None = None,
) -> Streams:
    """Some demands on the cheapest paths that are left; without those that have none."""
    links = network.links
    ptr, link, share = graph.ecmp_shares(
        len(network.nodes), links.src, links.dst, links.cost, network.transit, alive,
        np.ones(len(links)) if weight is None else weight, demands.src[rows], demands.dst[rows],
    )  # fmt: skip
    found = np.diff(ptr) > 0
    return Streams(rows[found], rate_bps[found], np.concatenate([[0], np.cumsum(np.diff(ptr)[found])]), link, share)


def _tunnel_outcomes(
    network: Network,
    demands: Demands,
    tunnels: Tunnels,
    cases: Cases,
    after: After,
    alive: NDArray[np.bool_],
    rule: Rule,
) -> Iterator[Outcome]:
    whole = Streams(tunnels.flow, tunnels.rate_bps, tunnels.link_ptr, tunnels.link_idx, np.ones(len(tunnels.link_idx)))
    for case in range(len(cases)):
        up = alive & cases.alive(case, len(network.links))
        streams = _survivors(whole, up, len(demands), after)
        if after == "shortest":
            streams = streams.beside(_fallen_back(network, demands, whole, streams, up))
        yield _outcome(network, demands, streams, rule)


def _survivors(whole: Streams, up: NDArray[np.bool_], demands: int, after: After) -> Streams:
    """Tunnels of which every link is up, with the rates that they have then."""
    keep = np.bincount(whole.row_of_entry[~up[whole.link]], minlength=len(whole)) == 0
    left = whole.only(keep)
    if after == "lost":
        return left
    before = summed(whole.owner, whole.rate_bps, demands)
    now = summed(left.owner, left.rate_bps, demands)
    factor = np.divide(before, now, out=np.ones(demands), where=now > 0)
    return left.with_rates(left.rate_bps * factor[left.owner])


def _fallen_back(network: Network, demands: Demands, whole: Streams, left: Streams, up: NDArray[np.bool_]) -> Streams:
    """Demands that had a rate and have no tunnel left, on the cheapest paths."""
    before = summed(whole.owner, whole.rate_bps, len(demands))
    now = summed(left.owner, left.rate_bps, len(demands))
    rows: IntColumn = ints(np.flatnonzero((before > 0) & (now == 0)))
    return shortest(network, demands, rows, before[rows], up)
