"""Copies of patterns among cells, tied to what the cells do before and after."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from easterly.demand.schedule.cells import Cells
from easterly.demand.schedule.draft import Draft
from easterly.demand.schedule.pairs import Numbers, pairs
from easterly.demand.schedule.pattern import Pattern
from easterly.model.schedule import EventKind

Columns = Mapping[str, ArrayLike]


def computed(draft: Draft, cells: Cells, copies: int, columns: Columns) -> Numbers:
    """Compute of every cell, that many times.

    Parameters
    ----------
    draft : Draft
    cells : Cells
    copies : int
    columns : mapping of str to (copies,) or scalar

    Returns
    -------
    (copies, Q) int
        Events.
    """
    stream = np.tile(np.arange(len(cells)), copies)
    return _everywhere(draft, cells, copies, columns, {"kind": EventKind.COMPUTE, "stream": stream})


def gates(draft: Draft, cells: Cells, copies: int, columns: Columns) -> Numbers:
    """A join for every cell, that many times: (copies, Q) events."""
    return _everywhere(draft, cells, copies, columns, {"kind": EventKind.JOIN})


def _everywhere(draft: Draft, cells: Cells, copies: int, columns: Columns, own: Columns) -> Numbers:
    count, node = len(cells), np.tile(cells.node, copies)
    spread = {name: np.repeat(np.broadcast_to(np.asarray(value), copies), count) for name, value in columns.items()}
    return draft.add(copies * count, {"src": node, "dst": node, **own, **spread}).reshape(copies, count)


def entered(draft: Draft, pattern: Pattern, first: Numbers, events: Numbers) -> None:
    """Let copies of a pattern wait for what their cells do.

    Parameters
    ----------
    draft : Draft
    pattern : Pattern
        Among cells.
    first : (copies,) int
        First event of each copy.
    events : (copies, Q) int
        What each cell does before; -1 for nothing.
    """
    event, cell = pattern.enter
    draft.wait(*pairs(first[:, None] + event, events[:, cell]))


def left(pattern: Pattern, first: Numbers, events: Numbers) -> Numbers:
    """(copies, Q) event after which each cell goes on; what it did before where it takes no part in the pattern."""
    cell, event = pattern.leave
    after = events.copy()
    after[:, cell] = first[:, None] + event
    return after
