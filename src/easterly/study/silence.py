"""How long traffic is lost when a cable falls silent or is pulled: what notices it, and who has to hear of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import numpy as np

from easterly._kernel import robust
from easterly.base.schema import Doc, Unit
from easterly.model.address import AddressPlan
from easterly.model.as_hops import AsHops
from easterly.model.network import LinkKind, Network
from easterly.model.spec.site import Site
from easterly.model.spec.underlay import Underlay
from easterly.model.underlays import of_fabric, of_link
from easterly.predict.failover import Failover, failover
from easterly.predict.sessions import Sessions, sessions
from easterly.predict.turns import ONE, Turns, each_turns
from easterly.study.nouns import Nouns

MOST_GOALS = 16
"""Goals towards which turns are counted when all traffic of a cable is asked for; of more, the nearest to it, whose
traffic has least ways around it, and as many evenly among the others."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Interruptions of all traffic that crosses a cable which falls silent, and where its carrier goes as well."""

    shortest: Annotated[Failover, Doc("Of the traffic that waits least.")]
    longest: Annotated[Failover, Doc("Of the traffic that waits longest.")]
    shortest_seen: Annotated[Failover, Doc("Of the traffic that waits least, where the carrier goes.")]
    longest_seen: Annotated[Failover, Doc("Of the traffic that waits longest, where the carrier goes.")]
    src: Annotated[str, Doc("Router where that comes from; empty where all traffic waits as long.")]
    dst: Annotated[str, Doc("Router that it goes to.")]
    cut: Annotated[tuple[tuple[str, str], ...], Doc("Pairs of routers that have no other way.")]
    tried: Annotated[int, Unit("1"), Doc("Routers towards which traffic was tried.")]
    goals: Annotated[int, Unit("1"), Doc("Of so many.")]
    lost: Annotated[bool, Doc("Nothing that crosses it has another way: its packets are lost as long as it is silent.")]


@dataclass(frozen=True)
class Silences:
    """Interruptions of a plan.

    Attributes
    ----------
    site : Site
        Underlays.
    network : Network
    address : AddressPlan
        AS numbers.
    hops : AsHops
        What links count for.
    """

    site: Site
    network: Network
    address: AddressPlan
    hops: AsHops

    @classmethod
    def of(cls, nouns: Nouns) -> Silences:
        """Those of a plan."""
        return cls(nouns.site, nouns.network.value, nouns.address.value, nouns.hops.value)

    @cached_property
    def spoken(self) -> Sessions:
        """Who speaks BGP with whom."""
        return sessions(self.site, self.network, self.address, self.hops)

    @cached_property
    def fabric(self) -> dict[str, str]:
        """Fabric of each node."""
        return dict(zip(self.network.nodes.name.tolist(), self.network.nodes.fabric.tolist(), strict=True))

    def between(self, link: int, src: str, dst: str, *, carrier: bool = False) -> Failover:
        """How long traffic between two switches is lost that a cable carries, from when that fails.

        Parameters
        ----------
        link : int
            Row of either direction of the cable.
        src, dst : str
            Switches that hosts are on.
        carrier : bool
            The carrier goes; otherwise the cable falls silent.

        Returns
        -------
        Failover

        Raises
        ------
        ValueError
            The traffic has no other way.
        """
        underlay = of_link(self.site, self.network, link)
        here, there = self.fabric[str(self.network.nodes.name[self.network.links.src[link]])], self.fabric[dst]
        protocols = {of_fabric(self.site, name).protocol for name in (here, there, "")}
        turns = self._turns(link, src, dst) if underlay.protocol == "bgp" else ONE
        beyond = here != there and len(protocols) > 1
        return failover(underlay, turns=turns, beyond=beyond, carrier=carrier)

    def of_cable(self, link: int) -> Silence | None:
        """Interruptions of all traffic that a cable between routers carries.

        Parameters
        ----------
        link : int
            Row of either direction of the cable.

        Returns
        -------
        Silence or None
            None where a host is at its end, or no traffic between hosts crosses it.
        """
        if self.network.links.kind[link] == LinkKind.HOST:
            return None
        underlay = of_link(self.site, self.network, link)
        if sides := self._sides(link):
            return _parted(underlay, *sides)
        if underlay.protocol != "bgp":
            return Silence(*_either(underlay, beyond=self._borders()), "", "", (), 0, 0, lost=False)
        failed = self._cable(link)
        doors = self._doors(failed)
        hops = self.spoken.hops(self.spoken.cables[failed])
        places = {place for each in self._homes() if (place := doors(each))}  # none on another plane or island
        ends = sorted(places, key=lambda place: (min(map(hops.__getitem__, place)), *sorted(place)))
        near, rest = ends[: MOST_GOALS // 2], ends[MOST_GOALS // 2 :]
        tried = near + rest[:: max(1, -(-len(rest) // (MOST_GOALS // 2)))]
        found: dict[tuple[str, str], Turns | None] = {}
        for goals in tried:
            told = each_turns(self.spoken, failed, goals)
            found |= {(src, min(goals)): told[src] for each in ends for src in each - goals if src in told}
        return _silence(self, link, found, len(tried), len(ends))

    def _borders(self) -> bool:
        """Whether routes are handed from one protocol to another."""
        names = [*self.site.fabrics, *([""] if self.site.wan.links else [])]
        return len({of_fabric(self.site, name).protocol for name in names}) > 1

    def _homes(self) -> list[str]:
        """Switches that hosts are on."""
        links = self.network.links
        rows = np.unique(links.src[(links.kind == LinkKind.HOST) & self.network.transit[links.src]])
        return [str(name) for name in self.network.nodes.name[rows]]

    def _sides(self, link: int) -> list[list[str]]:
        """Switches with hosts on either side of a cable that nothing leads around; empty where something does."""
        links, transit = self.network.links, self.network.transit
        alive = transit[links.src] & transit[links.dst]
        alive[[link, links.reverse[link]]] = False
        src, dst = (ends.astype(np.int32) for ends in (links.src, links.dst))
        island = robust.components(len(transit), src, dst, alive)
        near, far = island[links.src[link]], island[links.dst[link]]
        if near == far:
            return []
        homes = [(home, island[self.network.index[home]]) for home in self._homes()]
        return [[home for home, where in homes if where == side] for side in (near, far)]

    def _turns(self, link: int, src: str, dst: str) -> Turns:
        """Routers that tell each other in turn, wherever traffic comes in among those that speak BGP."""
        failed = self._cable(link)
        doors = self._doors(failed)
        goals, sources = doors(dst), doors(src)
        told = each_turns(self.spoken, failed, goals)
        found = [turns for each in sorted(sources - goals) if (turns := told.get(each)) is not None]
        if not found and sources & told.keys():
            raise ValueError(f"traffic from {src} to {dst} has no way but this cable")
        return Turns(min(each.least for each in found), max(each.most for each in found)) if found else ONE

    def _cable(self, link: int) -> int:
        return next(i for i, row in enumerate(self.spoken.rows) if link in (row, self.network.links.reverse[row]))

    def _doors(self, failed: int) -> Callable[[str], frozenset[str]]:
        """Where packets of a router come in, or leave: itself, or borders of a fabric that speaks another protocol."""
        near = self.spoken.hops(self.spoken.cables[failed]).keys()
        speaking = {each for each in near if of_fabric(self.site, self.fabric[each]).protocol == "bgp"}
        borders: dict[str, set[str]] = defaultdict(set)
        for each in near - speaking:
            borders[self.fabric[each]].add(each)

        def of(router: str) -> frozenset[str]:
            if router in speaking:
                return frozenset((router,))
            return frozenset(borders.get(self.fabric[router], near - speaking))

        return of


def _either(
    underlay: Underlay, least: Turns = ONE, most: Turns = ONE, *, beyond: bool = False
) -> tuple[Failover, Failover, Failover, Failover]:
    """Of the traffic that waits least and longest: silent, and without carrier."""
    silent, seen = (
        (failover(underlay, turns=least, carrier=carrier),
         failover(underlay, turns=most, beyond=beyond, carrier=carrier)) for carrier in (False, True)
    )  # fmt: skip
    return *silent, *seen


def _parted(underlay: Underlay, near: list[str], far: list[str]) -> Silence | None:
    """Everybody on either side loses the other one; a router of each stands for all there."""
    if not near or not far:
        return None
    cut = *((src, far[0]) for src in near), *((src, near[0]) for src in far)
    return Silence(*_either(underlay), "", "", cut, 2, len(near) + len(far), lost=True)


def _silence(
    plan: Silences, link: int, found: Mapping[tuple[str, str], Turns | None], tried: int, goals: int
) -> Silence | None:  # fmt: skip
    """The pairs that wait least and longest, and those that have no other way."""
    waiting = {pair: turns for pair, turns in sorted(found.items()) if turns is not None}
    cut = tuple(pair for pair, turns in sorted(found.items()) if turns is None)
    if not found:
        return None
    least = min(waiting.values(), key=lambda turns: turns.least, default=ONE)
    (src, dst), most = max(waiting.items(), key=lambda entry: entry[1].most, default=(("", ""), ONE))
    underlay = of_link(plan.site, plan.network, link)
    return Silence(*_either(underlay, least, most), src, dst, cut, tried, goals, lost=not waiting)
