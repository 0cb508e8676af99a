"""Classes as columns: code points, queues, shares, and the map from every mark to a class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from easterly.base.columns import IntColumn, ints
from easterly.model.spec.policy import TrafficClass
from easterly.model.spec.site import Site
from easterly.qos.classify.marks import class_selectors, wifi_priorities
from easterly.qos.planning.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Classes:
    """Classes of a site in the order of their names."""

    specs: tuple[TrafficClass, ...]
    queue: tuple[int, ...]
    share: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.specs)

    @property
    def names(self) -> list[str]:
        """Names."""
        return [c.name for c in self.specs]

    def marks(self, row: int) -> bool:
        """Whether congestion is marked on packets of a class."""
        c = self.specs[row]
        return c.ecn is not False if c.wred is None else c.wred.mark == "ecn"

    def drops_early(self, row: int) -> bool:
        """Whether packets of a class are dropped before the queue is full."""
        given = self.specs[row].wred
        return given is not None and given.mark == "drop"


def priorities(site: Site, classes: Classes, ledger: Ledger) -> IntColumn:
    """Priority of 802.1p of each class: of its code point."""
    if site.qos.priorities == "rfc8325":
        table, source = wifi_priorities(trusted=True).table, "RFC 8325, section 4"
    else:
        table, source = class_selectors().table, "RFC 2474, section 4.2.2: the upper three bits"
    ledger.add("pcp", "priority of the code point", source)
    return ints([table[c.dscp] or 0 for c in classes.specs])


def code_points(classes: Classes, ledger: Ledger) -> IntColumn:
    """Class of each of the 64 code points; those that no class names go with code point 0, or with the last class."""
    owner = {point: row for row, c in enumerate(classes.specs) for point in (*c.also[::-1], c.dscp)}
    if not owner:
        return ints(np.full(64, -1))
    rest = owner.get(0, _rest(classes.specs))
    ledger.add(
        "dscp_class", "a code point of a class goes to it, any other is treated as code point 0", "RFC 2474, section 3"
    )
    return ints([owner.get(point, rest) for point in range(64)])


def _rest(specs: Sequence[TrafficClass]) -> int:
    """The class that takes the rest, or that has the smallest code point."""
    rows = range(len(specs))
    return min(rows, key=lambda row: (specs[row].share != "rest", specs[row].dscp))
