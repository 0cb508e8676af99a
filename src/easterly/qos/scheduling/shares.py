"""What each class gets in the long run: schedulers as fluids, in closed form where there is one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from easterly.qos.scheduling.htb import LEVELS, HtbTree
from easterly.qos.scheduling.trees import ancestors
from easterly.qos.scheduling.trial import trial
from easterly.qos.scheduling.weights import WeightedTree

MOST_SIZE_B = 1 << 30
DEBT, TRACE = 0.01, 1e-6
"""Parts of a rate: from where on a class is surely in debt, and what is no loan but a rounded number."""
Group = tuple[set[int], float]
"""Leaves that together get no more than some rate."""


def shares(
    tree: HtbTree | WeightedTree,
    busy: Iterable[str] | Mapping[str, float],
    *,
    link_bps: float = math.inf,
    method: Literal["auto", "fluid", "packets"] = "auto",
    size_B: int = 1514,
) -> dict[str, float]:
    """Rate of every leaf in the long run.

    Parameters
    ----------
    tree : HtbTree or WeightedTree
    busy : iterable of str, or mapping of str to float [bit/s]
        Leaves that always have packets; or what leaves offer. All others are idle.
    link_bps : float [bit/s]
        Rate of the link behind the scheduler; without one, an HTB alone decides.
    method : {"auto", "fluid", "packets"}
        The closed form; or packets through the scheduler itself (of an HTB). By itself it takes the closed form where
        that is exact.
    size_B : int [B]
        Of packets, if any are sent.

    Returns
    -------
    dict of str to float [bit/s]
        By name of the leaf.

    Raises
    ------
    ValueError
        A name that is no leaf, an offer below 0, weights on a link without a rate, an impossible size.

    Notes
    -----
    Of an HTB: leaves first get what their own rates allow. Then, from the deepest level up, every class lends what of
    its rate is not yet used, to the highest priority first, in proportion to the *quanta* of the leaves below it, until
    a leaf has what it offers or reaches its ceiling, or a class between them reaches its own. Rates count as assured
    even where those of the children sum to more than that of the parent, as in Linux. Of weights: from the top down,
    siblings of the first priority share in proportion to their weights, up to what those below them can use
    (hierarchical max-min fairness); the next priority gets the rest.

    There is no closed form where a leaf of an HTB loses turns: because a class between it and the lender lends as well,
    and so moves its pointer (Linux gave 8.85 Mb/s where quanta alone say 10.52), or because the leaf, alone at its
    turn, would pass a ceiling (7.17 where they say 9.79). Then 200,000 packets tell, in about a tenth of a second.

    Examples
    --------
    Excess follows the quantum, which Linux clamps; not the rate:

    >>> from easterly.qos.scheduling import HtbClass, htb, shares
    >>> tree = htb([HtbClass("link", 200_000_000)] + [
    ...     HtbClass(name, rate, "link", ceil_bps=200_000_000)
    ...     for name, rate in (("gold", 100_000_000), ("silver", 60_000_000), ("rest", 40_000_000))
    ... ])
    >>> {name: round(rate / 1e6, 1) for name, rate in shares(tree, ["silver", "rest"]).items()}
    {'gold': 0.0, 'silver': 110.0, 'rest': 90.0}
    """
    if not link_bps > 0:
        raise ValueError(f"link_bps is {link_bps}, not above 0")
    offered = _offers(tree, busy)
    if method not in ("auto", "fluid", "packets"):
        raise ValueError(f"method is {method!r}, not 'auto', 'fluid' or 'packets'")
    if not 1 <= size_B <= MOST_SIZE_B:
        raise ValueError(f"size_B is {size_B}, not within 1..{MOST_SIZE_B}")
    if isinstance(tree, HtbTree):
        got = _htb(tree, offered, link_bps, method, size_B)
    elif method == "packets":
        raise ValueError("packets are sent through an HTB only; weights are shared as a fluid")
    else:
        got = _weighted(tree, offered, link_bps)
    return {tree.name[leaf]: got[leaf] for leaf in tree.leaves}


def _offers(tree: HtbTree | WeightedTree, busy: Iterable[str] | Mapping[str, float]) -> dict[int, float]:
    """What each leaf offers, by index."""
    given = busy if isinstance(busy, Mapping) else dict.fromkeys(busy, math.inf)
    names = {tree.name[leaf]: leaf for leaf in tree.leaves}
    for name, rate in given.items():
        if name not in names:
            raise ValueError(f"{name!r} is no leaf of the tree; its leaves are {', '.join(names)}")
        if not rate >= 0:
            raise ValueError(f"the offer of {name!r} is {rate}, not at least 0")
    return {leaf: float(given.get(name, 0.0)) for name, leaf in names.items()}


def _htb(tree: HtbTree, offered: dict[int, float], link_bps: float, method: str, size_B: int) -> dict[int, float]:
    if method == "packets":
        return trial(tree, offered, link_bps, size_B)
    state = _Loans(tree, offered, link_bps)
    for level in range(LEVELS):
        for priority in sorted(set(tree.priority.tolist())):
            state.lend(level, priority)
    return trial(tree, offered, link_bps, size_B) if method == "auto" and state.turns_move else state.got


class _Loans:
    """What is left of every rate and ceiling while an HTB hands out its rates."""

    def __init__(self, tree: HtbTree, offered: dict[int, float], link_bps: float) -> None:
        self.tree, self.offered, self.link_left = tree, offered, link_bps
        self.parent = tree.parent.tolist()
        self.above = {leaf: ancestors(self.parent, leaf) for leaf in offered}
        self.got = dict.fromkeys(offered, 0.0)
        self.loans: dict[tuple[int, int], dict[int, float]] = {}
        """By lender and priority: rate lent to each leaf."""
        self.own = [float(rate) for rate in tree.rate_bps]
        self.room = [float(rate) for rate in tree.ceil_bps]

    @property
    def turns_move(self) -> bool:
        """Whether leaves that share a loan may lose turns, so that quanta alone do not say what they get."""
        return any(
            self._by_own_loans(lender, lent) or self._by_ceilings(lender, priority, lent)
            for (lender, priority), lent in self.loans.items()
            if len(lent) > 1
        )

    def _between(self, leaf: int, lender: int) -> list[int]:
        return self.above[leaf][: self.above[leaf].index(lender)]

    def _by_own_loans(self, lender: int, lent: dict[int, float]) -> bool:
        """A class between moves its pointer for loans of its own, unless it is in debt for good.

        It is where its children's own rates are more than its own.
        """
        ways = {leaf: self._between(leaf, lender) for leaf in lent}
        branches = {way[-1] if way else leaf for leaf, way in ways.items()}
        solvent = [c for way in ways.values() for c in way if self.own[c] > -DEBT * float(self.tree.rate_bps[c])]
        return len(branches) > 1 and bool(solvent)

    def _by_ceilings(self, lender: int, priority: int, lent: dict[int, float]) -> bool:
        """Alone at its turn, a leaf gets all that is lent; where that passes a ceiling, the turn goes to the next."""
        loan = sum(sum(rates.values()) for (by, to), rates in self.loans.items() if by == lender and to >= priority)
        for leaf in lent:
            for node in (leaf, *self._between(leaf, lender)):
                ceil = float(self.tree.ceil_bps[node])
                through = sum(rate for other, rate in lent.items() if node in (other, *self.above[other]))
                if ceil - self.room[node] - through + loan > ceil * (1 + TRACE):
                    return True
        return False

    def level(self, leaf: int, node: int) -> int:
        """Level of a class on the way up from a leaf: 0 for the leaf, 7 for a class at the top."""
        return 0 if node == leaf else LEVELS - (len(self.above[leaf]) - self.above[leaf].index(node))

    def lend(self, level: int, priority: int) -> None:
        """Let the classes of one level give what they have to leaves of one priority."""
        lender = {}
        for leaf, above in self.above.items():
            for node in (leaf, *above):
                if self.level(leaf, node) == level and self.tree.priority[leaf] == priority:
                    lender[leaf] = node
        if not lender:
            return
        rates = fill({i: float(self.tree.quantum_B[i]) for i in lender}, self.limits(lender))
        self.give(level, rates)
        for leaf, node in lender.items():
            if level > 0 and rates[leaf] > TRACE * float(self.tree.rate_bps[leaf]):
                self.loans.setdefault((node, priority), {})[leaf] = rates[leaf]

    def limits(self, lender: dict[int, int]) -> list[Group]:
        """What binds: offers, ceilings from the leaf to the lender, the lender's rate, the link."""
        groups: list[Group] = [(set(lender), self.link_left)]
        through: dict[int, set[int]] = {}
        for leaf, node in lender.items():
            groups.append(({leaf}, self.offered[leaf] - self.got[leaf]))
            way = (leaf, *self.above[leaf])
            for step in way[: way.index(node) + 1]:
                through.setdefault(step, set()).add(leaf)
        groups += [(members, self.room[step]) for step, members in through.items()]
        groups += [(through[node] & set(lender), self.own[node]) for node in set(lender.values())]
        return groups

    def give(self, level: int, rates: dict[int, float]) -> None:
        """Take what was given from rates, from the lender upwards, and from ceilings all the way."""
        for leaf, rate in rates.items():
            self.got[leaf] += rate
            self.link_left -= rate
            for node in (leaf, *self.above[leaf]):
                self.room[node] -= rate
                if self.level(leaf, node) >= level:
                    self.own[node] -= rate


def fill(weight: Mapping[int, float], groups: Sequence[Group]) -> dict[int, float]:
    """Weighted max-min fair rates under groups with limits: all grow in proportion until one of their groups is full.

    >>> fill({0: 3.0, 1: 1.0}, [({0, 1}, 10.0), ({0}, 6.0)])
    {0: 6.0, 1: 4.0}
    """
    rates = dict.fromkeys(weight, 0.0)
    growing = set(weight)
    left = {i: max(0.0, limit) for i, (_, limit) in enumerate(groups)}
    while growing:
        paces = {i: sum(weight[m] for m in members & growing) for i, (members, _) in enumerate(groups)}
        steps = {i: left[i] / pace for i, pace in paces.items() if pace > 0}
        step = min(steps.values())
        if math.isinf(step):
            raise ValueError("nothing limits some busy class: give link_bps")
        for member in growing:
            rates[member] += weight[member] * step
        for i in steps:
            left[i] = max(0.0, left[i] - paces[i] * step)
        full = [i for i in steps if steps[i] <= step * (1 + 1e-12)]
        for i in full:
            left[i] = 0.0
            growing = growing - groups[i][0]
    return rates


def _weighted(tree: WeightedTree, offered: dict[int, float], link_bps: float) -> dict[int, float]:
    below: dict[int, list[int]] = {}
    for node, parent in enumerate(tree.parent.tolist()):
        below.setdefault(parent, []).append(node)
    wanted = _demands(tree, below, offered)
    got: dict[int, float] = {}
    todo = [(-1, min(link_bps, wanted[-1]))]
    while todo:
        node, rate = todo.pop()
        if node in below:
            todo += _split(tree, below[node], wanted, rate).items()
        else:
            got[node] = rate
    return got


def _demands(tree: WeightedTree, below: dict[int, list[int]], offered: dict[int, float]) -> dict[int, float]:
    """What each class can use: its offer, or that of the classes below it, up to its ceiling."""
    wanted: dict[int, float] = {}
    for node in [*reversed(range(len(tree.name))), -1]:
        use = sum(wanted[child] for child in below[node]) if node in below else offered[node]
        wanted[node] = use if node < 0 else min(use, float(tree.ceil_bps[node]))
    return wanted


def _split(tree: WeightedTree, children: list[int], wanted: dict[int, float], rate: float) -> dict[int, float]:
    """One class's rate over the classes below it."""
    got: dict[int, float] = {}
    for priority in sorted({int(tree.priority[child]) for child in children}):
        group = [child for child in children if tree.priority[child] == priority]
        limits: list[Group] = [({child}, wanted[child]) for child in group]
        got |= fill({child: float(tree.weight[child]) for child in group}, [(set(group), rate), *limits])
        rate = max(0.0, rate - sum(got[child] for child in group))
    return got
