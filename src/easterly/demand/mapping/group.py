"""Groups of ranks that run the same collective at once."""

from __future__ import annotations

from dataclasses import dataclass

from easterly.demand.layout import Layout, Ranks, Runs
from easterly.model.spec.job import Library

PLAIN = Library()


@dataclass(frozen=True, slots=True)
class Group:
    """Groups of ranks that run the same collective at the same time, on their hosts.

    Attributes
    ----------
    axis : str
        Why: ``tp``, ``dp``, ``ep``, ...
    layout : Layout
    runs : Runs
    ranks : int
        Ranks in each group.
    library : Library
        Settings of the collective library.
    """

    axis: str
    layout: Layout
    runs: Runs
    ranks: int
    library: Library = PLAIN

    @staticmethod
    def of(axis: str, layout: Layout, groups: Ranks, library: Library = PLAIN) -> Group:
        """Groups from an array, (groups, ranks) in rising order of rank."""
        return Group(axis, layout, Runs.of(layout, groups), groups.shape[1], library)

    @property
    def even(self) -> bool:
        """True where every group has as many ranks in each of its hosts."""
        return bool((self.runs.count == self.runs.count[0]).all())

    @property
    def hosts(self) -> int:
        """Hosts of the group that is spread over most."""
        return int(self.runs.hosts.max())

    @property
    def per_host(self) -> int:
        """Ranks in the fullest host."""
        return int(self.runs.count.max())

    @property
    def members(self) -> Ranks:
        """(G, ranks) members of each group, host by host in the order of the ring."""
        return self.runs.members.reshape(-1, self.ranks)
