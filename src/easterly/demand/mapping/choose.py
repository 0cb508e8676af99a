"""One entry to all algorithms, and the choice among them."""

from __future__ import annotations

from collections.abc import Callable

from easterly.demand.mapping.group import Group
from easterly.demand.mapping.levels import hierarchical
from easterly.demand.mapping.ring import ring
from easterly.demand.mapping.wire import line_rate_s
from easterly.demand.phases import Phase
from easterly.model.spec.job import Library

_ALGORITHMS: dict[str, Callable[[Group, str, float], Phase]] = {"ring": ring, "hierarchical": hierarchical}

PLAIN = Library()


def run(group: Group, collective: str, size_B: float, algorithm: str = "auto", library: Library = PLAIN) -> Phase:
    """One collective of every group, mapped onto interfaces.

    Parameters
    ----------
    group : Group
    collective : str
        ``all-reduce``, ``reduce-scatter``, ``all-gather``, ...
    size_B : float [B]
        The whole array, as nccl-tests counts it.
    algorithm : str
        ``auto`` takes the fastest at line rate.
    library : Library
    """
    if algorithm != "auto":
        return _ALGORITHMS[algorithm](group, collective, size_B)
    return min((make(group, collective, size_B) for make in _ALGORITHMS.values()), key=line_rate_s)
