"""Groups of ranks that run the same collective at once."""

from __future__ import annotations

from dataclasses import dataclass

from easterly.demand.layout import Layout, Ranks, Runs


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
    """

    axis: str
    layout: Layout
    runs: Runs
    ranks: int

    @staticmethod
    def of(axis: str, layout: Layout, groups: Ranks) -> Group:
        """Groups from an array, (groups, ranks)."""
        return Group(axis, layout, Runs.of(layout, groups), groups.shape[1])

    @property
    def even(self) -> bool:
        """True where every group has as many ranks in each of its hosts."""
        return bool((self.runs.count == self.runs.count[0]).all())
