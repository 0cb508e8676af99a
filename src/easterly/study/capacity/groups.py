"""Links in groups that people know: the tiers of a fabric, and each link of the WAN."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easterly.base.columns import IntColumn, ints
from easterly.model.groups import group_of
from easterly.model.network import LinkKind, Network
from easterly.study.failures.symmetry import Words, set_colours


@dataclass(frozen=True, slots=True)
class Bundle:
    """Pairs of devices that are alike, each joined by parallel cables.

    Attributes
    ----------
    group : str
        As `group_of` says.
    name : str
        The first pair.
    forth, back : (P, K) int
        Links of each pair, in both directions; K cables.
    wan : bool
    """

    group: str
    name: str
    forth: IntColumn
    back: IntColumn
    wan: bool

    @property
    def pairs(self) -> int:
        """Number of pairs."""
        return len(self.forth)


def bundles(network: Network, colours: Words) -> list[Bundle]:
    """Every pair of switches or routers that is joined, those that are alike together."""
    links = network.links
    inner = [row for row in network.cables.tolist() if links.kind[row] != LinkKind.HOST and links.reverse[row] >= 0]
    pairs: dict[tuple[int, int], list[int]] = {}
    for row in inner:
        pairs.setdefault((int(links.src[row]), int(links.dst[row])), []).append(row)
    rows = list(pairs.values())
    group = group_of(network)
    keys = set_colours(colours, [ints([*own, *links.reverse[own].tolist()]) for own in rows])
    alike: dict[tuple[object, ...], list[list[int]]] = {}
    for own, key in zip(rows, keys, strict=True):
        alike.setdefault((str(group[own[0]]), len(own), key), []).append(own)
    made = []
    for (name, *_), some in alike.items():
        forth = ints(np.array(some))
        first = int(forth[0, 0])
        ends = f"{network.nodes.name[links.src[first]]} - {network.nodes.name[links.dst[first]]}"
        made.append(Bundle(str(name), ends, forth, ints(links.reverse[forth]), bool(links.kind[first] == LinkKind.WAN)))
    return made
