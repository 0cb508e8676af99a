"""When growth fills links, queues and pools, and the cheapest way to stay ahead of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.columns import FloatColumn, IntColumn, TextColumn
from easterly.base.schema import Doc, Unit


@dataclass(frozen=True, slots=True)
class Filling:
    """When things are full: a row for each group of links, each queue in it, each pool and block; the first to fill first."""

    kind: Annotated[TextColumn, Doc("(N,) link, queue, pool or block.")]
    group: Annotated[TextColumn, Doc("(N,) ``train leaf-spine``, a WAN link, or a pool; of a queue with its class.")]
    name: Annotated[TextColumn, Doc("(N,) the one that fills first.")]
    count: Annotated[IntColumn, Unit("1"), Doc("(N,) how many are in the group.")]
    filled: Annotated[IntColumn, Unit("1"), Doc("(N,) how many of them are full at the end.")]
    use: Annotated[
        FloatColumn, Unit("1"), Doc("(N,) load over capacity now, in the worst state; taken share of a pool.")
    ]
    month: Annotated[
        FloatColumn, Unit("1"), Doc("(N,) month in which it is full in the worst state; infinite if never.")
    ]
    whole: Annotated[FloatColumn, Unit("1"), Doc("(N,) the same with nothing down.")]
    cause: Annotated[TextColumn, Doc("(N,) failure that makes it full first; ``nothing`` if none does.")]

    def __len__(self) -> int:
        return len(self.kind)


@dataclass(frozen=True, slots=True)
class Purchases:
    """What is bought, and when."""

    month: Annotated[IntColumn, Unit("1"), Doc("(P,) month.")]
    group: Annotated[TextColumn, Doc("(P,) group of links.")]
    name: Annotated[TextColumn, Doc("(P,) two devices that stand for those that are alike.")]
    offer: Annotated[TextColumn, Doc("(P,) offer.")]
    pairs: Annotated[IntColumn, Unit("1"), Doc("(P,) pairs of devices that are alike.")]
    each: Annotated[IntColumn, Unit("1"), Doc("(P,) cables for each pair.")]
    price: Annotated[FloatColumn, Unit("1"), Doc("(P,) price of all of them, in that month's prices.")]
    total: Annotated[float, Unit("1"), Doc("Price of everything, visits included.")]

    def __len__(self) -> int:
        return len(self.month)


@dataclass(frozen=True, slots=True)
class Upgrades:
    """The way that greed finds, the best one that is known, and a bound that no way is cheaper than."""

    greedy: Annotated[Purchases, Doc("Each month the cheapest that covers it.")]
    best: Annotated[Purchases, Doc("What HiGHS found.")]
    bound: Annotated[float, Unit("1"), Doc("No way costs less.")]
    helpless: Annotated[tuple[str, ...], Doc("Groups that fill and that nothing on offer fits.")]

    @property
    def gap(self) -> float:
        """How much more the best known way costs than the bound, of its cost; 0 where nothing is needed."""
        return (self.best.total - self.bound) / self.best.total if self.best.total > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Outgrown:
    """What growth does to a site until some month."""

    months: Annotated[int, Unit("1"), Doc("How far ahead growth was followed.")]
    growth: Annotated[dict[str, float], Unit("1"), Doc("Factor per year by work.")]
    filling: Annotated[Filling, Doc("When things are full.")]
    upgrades: Annotated[Upgrades, Doc("What to buy, and when.")]
    states: Annotated[int, Unit("1"), Doc("Failures that were tried, those that are alike once.")]
