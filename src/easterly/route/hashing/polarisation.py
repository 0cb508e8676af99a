"""How well hashing uses the links of a network: tier by tier, over many seeds, against chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import maths
from easterly.base.columns import FloatColumn, IntColumn, floats, ints
from easterly.base.schema import Doc, Unit
from easterly.base.seeds import stream
from easterly.model.network import Network
from easterly.model.routing import Policy
from easterly.model.spec.fabric import Hash
from easterly.route.bins import used_links
from easterly.route.ecmp import policy_of
from easterly.route.hashing.tuples import Tuples
from easterly.route.hashing.walk import RULES, Hops, walk
from easterly.route.seeds import seeds_of


@dataclass(frozen=True, slots=True)
class Use:
    """Use of equal-cost links on the way up, by tier, of one or the mean of several hashings.

    Rows are tiers at which some connection had a choice. Means are over the nodes of a tier that had one, weighted by
    the connections that came.
    """

    tier: Annotated[IntColumn, Doc("(T,) tier of the nodes that choose.")]
    nodes: Annotated[IntColumn, Unit("1"), Doc("(T,) nodes that had to choose.")]
    links: Annotated[FloatColumn, Unit("1"), Doc("(T,) equal-cost links of a node.")]
    used: Annotated[FloatColumn, Unit("1"), Doc("(T,) of these, links that got any connection.")]
    expected: Annotated[FloatColumn, Unit("1"), Doc("(T,) what an ideal hash would use: balls in bins.")]
    fan_out: Annotated[FloatColumn, Unit("1"), Doc("(T,) effective fan-out: 1 / sum of squared shares.")]
    jain: Annotated[FloatColumn, Unit("1"), Doc("(T,) fairness of the loads: fan-out over links; 1 is even.")]
    entropy: Annotated[FloatColumn, Unit("1"), Doc("(T,) entropy of the choice over that of an even one.")]
    imbalance: Annotated[FloatColumn, Unit("1"), Doc("(T,) fullest link of a node over its mean; the worst node's.")]

    def __len__(self) -> int:
        return len(self.tier)


@dataclass(frozen=True, slots=True)
class Polarisation:
    """Use of the links in the mean over hashings, and the fullest link in the mean and at the 95th percentile."""

    use: Annotated[Use, Doc("Mean over the hashings.")]
    imbalance_p95: Annotated[FloatColumn, Unit("1"), Doc("(T,) 95th percentile of `Use.imbalance`.")]
    fullest: Annotated[FloatColumn, Unit("1"), Doc("(D,) connections on the fullest link between switches.")]
    stuck: Annotated[int, Unit("1"), Doc("Connections without a way.")]

    @property
    def fullest_p95(self) -> float:
        """95th percentile of the fullest link, by nearest rank."""
        return _p95(self.fullest)


def polarised_links(below: int, above: int, *, rule: str = "modulo") -> Fraction:
    """Links of the upper of two tiers that are used if both hash alike, in the mean over its nodes.

    What reaches node i of the upper tier has ``hash mod a = i``, and of b links it finds those j that equal i modulo
    gcd(a, b): b / gcd(a, b) of them. By regions it has a hash between i/a and (i + 1)/a of the range, which meets the
    regions of links floor(b i / a) to ceil(b (i + 1) / a) - 1.

    Parameters
    ----------
    below, above : int
        Equal-cost links of a node of the lower and of the upper tier.
    rule : str
        ``modulo`` or ``threshold``.

    Examples
    --------
    >>> polarised_links(4, 8), polarised_links(3, 4), polarised_links(3, 4, rule="threshold")
    (Fraction(2, 1), Fraction(4, 1), Fraction(2, 1))
    """
    if below < 1 or above < 1 or rule not in RULES:
        raise ValueError("links are counted from 1 on, and the rule is modulo or threshold")
    if rule == "modulo":
        return Fraction(above, math.gcd(below, above))
    met = (-(-above * (i + 1) // below) - above * i // below for i in range(below))
    return Fraction(sum(met), below)


def polarisation(
    network: Network,
    tuples: Tuples,
    src: ArrayLike,
    dst: ArrayLike,
    *,
    function: str = "crc32",
    seeding: str = "per-switch",
    rule: str = "modulo",
    draws: int = 16,
    seed: int = 1,
    policy: Policy | None = None,
    load: ArrayLike | None = None,
    **options: Any,
) -> Polarisation:
    """Send connections over a network and count what its hashing makes of the equal-cost links.

    Two tiers in a row that hash alike polarise: what reaches a switch of the upper tier has been sent there because of
    its hash, and the same hash chooses there again. Of b links above a lower tier with a links the upper one uses
    ``b / gcd(a, b)`` by modulo: see `polarised_links`. A seed that only adds a constant to the
    hash, as the initial value of a CRC does, changes which links those are, and not how many, wherever a and b are
    powers of two.

    Parameters
    ----------
    network : Network
    tuples : Tuples
        Header of each connection.
    src, dst : (N,) int
        Nodes where each starts and ends.
    function : str
        See `easterly.route.hashing.hash_of`; `options` such as `fields` go there too.
    seeding : str
        ``per-switch``, ``per-tier`` or ``same``, in every fabric.
    rule : str
        ``modulo`` or ``threshold``.
    draws : int
        Number of seeds over which statistics are taken.
    seed : int
        Names the draws.
    policy : Policy, optional
        Costs, and what is up; everything if absent.
    load : (N,) float, optional
        What each connection carries, such as bit/s; 1 if absent.

    Returns
    -------
    Polarisation

    Raises
    ------
    ValueError
        Columns that do not fit, an unknown function, seeding, rule or field.

    Examples
    --------
    See docs/how-to/hashing.md.
    """
    if draws < 1:
        raise ValueError("statistics need at least one draw")
    policy = policy or policy_of(network, seed=seed)
    amount = np.ones(len(tuples)) if load is None else np.asarray(load, dtype=np.float64)
    if amount.shape != (len(tuples),) or not np.isfinite(amount).all() or (amount < 0).any():
        raise ValueError("load is one number per connection, from 0 on")
    hashes = _hashes(network, seeding)
    uses, fullest, stuck = [], [], 0
    for draw in range(draws):
        seeds = seeds_of(network, stream(seed, f"hash {draw}"), hashes)
        hops = walk(network, policy, tuples, src, dst, function=function, rule=rule, seeds=seeds, **options)
        uses.append(use_of(network, hops, amount))
        fullest.append(_fullest(network, hops, amount))
        stuck = len(hops.stuck)
    return _summed(uses, floats(fullest), stuck)


def _hashes(network: Network, seeding: str) -> dict[str, Hash]:
    if seeding not in ("per-switch", "per-tier", "same"):
        raise ValueError(f"seeds are per-switch, per-tier or same, not {seeding!r}")
    return {str(name): Hash.model_validate({"seed": seeding}) for name in np.unique(network.nodes.fabric)}


def use_of(network: Network, hops: Hops, load: ArrayLike) -> Use:
    """Use of the equal-cost links in one walk, by tier of the node that chose.

    Parameters
    ----------
    network : Network
    hops : Hops
    load : (N,) float
        What each connection carries.

    Returns
    -------
    Use
    """
    chose = np.flatnonzero(hops.width > 1)
    amount = np.asarray(load, dtype=np.float64)[hops.connection[chose]]
    node, width, link = hops.node[chose], hops.width[chose], hops.link[chose]
    # A node may choose among other links towards another destination: groups are apart by first link and width.
    key, group = np.unique(np.column_stack([node, width, hops.first[chose]]), axis=0, return_inverse=True)
    return _by_tier(network, key, _Loads.of(group.reshape(-1), link, amount, len(key)))


@dataclass(frozen=True)
class _Loads:
    """Statistics of each group: its connections, and the loads of its links."""

    count: NDArray[np.int64]
    used: NDArray[np.int64]
    squares: FloatColumn
    entropy: FloatColumn
    most: FloatColumn

    @staticmethod
    def of(group: NDArray[np.intp], link: IntColumn, amount: NDArray[np.float64], groups: int) -> _Loads:
        pair, which = np.unique(np.column_stack([group, link]), axis=0, return_inverse=True)
        owner = pair[:, 0].astype(np.intp)
        load = np.bincount(which.reshape(-1), amount, len(pair))
        total = np.bincount(owner, load, groups)
        share = np.divide(load, total[owner], out=np.zeros(len(load)), where=total[owner] > 0)
        logs = maths.log(np.where(share > 0, share, 1.0))
        most = np.zeros(groups)
        np.maximum.at(most, owner, share)
        return _Loads(
            np.bincount(group, minlength=groups), np.bincount(owner[load > 0], minlength=groups),
            floats(np.bincount(owner, share * share, groups)),
            floats(-np.bincount(owner, share * logs, groups)), floats(most),
        )  # fmt: skip


def _by_tier(network: Network, key: NDArray[np.int64], loads: _Loads) -> Use:
    names, row = np.unique(network.nodes.tier[key[:, 0]], return_inverse=True)
    weight, width = loads.count.astype(np.float64), key[:, 1].astype(np.float64)
    known = loads.squares > 0
    fan_out = np.divide(1.0, loads.squares, out=np.zeros(len(width)), where=known)
    whole = np.bincount(row, weight, len(names))

    def mean(values: NDArray[Any]) -> FloatColumn:
        return floats(np.bincount(row, weight * values, len(names)) / whole)

    worst = np.zeros(len(names))
    np.maximum.at(worst, row, loads.most * width)
    expected = [used_links(int(n), int(w)) for n, w in zip(loads.count, width, strict=True)]
    nodes = [len(np.unique(key[row == t, 0])) for t in range(len(names))]
    return Use(
        ints(names), ints(nodes), mean(width), mean(loads.used), mean(np.array(expected)), mean(fan_out),
        mean(fan_out / width), mean(loads.entropy / maths.log(width)), floats(worst),
    )  # fmt: skip


def _fullest(network: Network, hops: Hops, amount: NDArray[np.float64]) -> float:
    """Load of the fullest link between transit nodes."""
    load = np.bincount(hops.link, amount[hops.connection], len(network.links))
    inner = network.transit[network.links.src] & network.transit[network.links.dst]
    return float(load[inner].max(initial=0.0))


def _summed(uses: Sequence[Use], fullest: FloatColumn, stuck: int) -> Polarisation:
    """Mean over the draws: which tiers choose is the same in all but where hashing starves one of them."""
    tiers = np.unique(np.concatenate([use.tier for use in uses]))

    def table(name: str) -> NDArray[np.float64]:
        made = np.full((len(uses), len(tiers)), np.nan)
        for row, use in enumerate(uses):
            made[row, np.searchsorted(tiers, use.tier)] = getattr(use, name)
        return made

    def mean(name: str) -> FloatColumn:
        return floats(np.nanmean(table(name), axis=0))

    use = Use(
        ints(tiers), ints(np.rint(mean("nodes"))), mean("links"), mean("used"), mean("expected"), mean("fan_out"),
        mean("jain"), mean("entropy"), mean("imbalance"),
    )  # fmt: skip
    worst = table("imbalance")
    return Polarisation(use, floats([_p95(worst[:, t]) for t in range(len(tiers))]), fullest, stuck)


def _p95(values: NDArray[np.float64]) -> float:
    """Nearest rank: the smallest with 95 % of them at or below."""
    known = np.sort(values[np.isfinite(values)])
    return float(known[-(-95 * len(known) // 100) - 1]) if len(known) else float("nan")
