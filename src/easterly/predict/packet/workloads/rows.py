"""Rows of a workload: from columns, and of several together."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly.base.columns import floats, indices, ints, texts
from easterly.model.workload import Workload


def listed(
    src: ArrayLike, dst: ArrayLike, size_B: ArrayLike, start_s: ArrayLike = 0.0, *, name: str = "flows",
    traffic_class: int = 0, after: NDArray[np.int64] | None = None, delay_s: ArrayLike = 0.0,
) -> Workload:  # fmt: skip
    """A workload from its flows.

    Parameters
    ----------
    src, dst : (F,) int
        Hosts by number.
    size_B : (F,) or one [B]
    start_s : (F,) or one [s]
    name : str
        Of the group.
    traffic_class : int
    after : (F,) int, optional
        Flow that each waits for; -1 for none.
    delay_s : (F,) or one [s]
        Between its end and the beginning.

    Returns
    -------
    Workload

    Raises
    ------
    ValueError
        A flow from a host to itself, without a byte, before time begins, or of no class.

    Examples
    --------
    >>> listed([0, 1], [2, 2], 1000)
    <Workload: 2 flows of flows; 2,000 B>
    """
    src, dst = np.atleast_1d(np.asarray(src)), np.atleast_1d(np.asarray(dst))
    count = len(src)
    before = np.full(count, -1) if after is None else np.asarray(after)
    made = Workload(
        ints(src), ints(dst), indices(np.broadcast_to(size_B, count)), floats(np.broadcast_to(start_s, count)),
        ints(np.full(count, traffic_class)), ints(np.zeros(count)), texts([name]),
        indices(np.concatenate([[0], np.cumsum(before >= 0)])), ints(before[before >= 0]),
        floats(np.broadcast_to(delay_s, count)),
    )  # fmt: skip
    _check(made)
    return made


def _check(made: Workload) -> None:
    faults = {
        "goes from a host to itself": made.src == made.dst,
        "has an end that is no host": (made.src < 0) | (made.dst < 0),
        "has no byte": made.size_B < 1,
        "begins before time does": ~(made.start_s >= 0) | ~np.isfinite(made.start_s),
        "waits for a time that is none": ~(made.delay_s >= 0) | ~np.isfinite(made.delay_s),
        "is of a class that is none of 0 to 7": (made.traffic_class < 0) | (made.traffic_class > 7),
    }
    for what, wrong in faults.items():
        if wrong.any():
            raise ValueError(f"flow {int(np.flatnonzero(wrong)[0])} {what}")


def together(*parts: Workload) -> Workload:
    """Several workloads as one: their flows one behind the other; groups of one name become one.

    >>> len(together(listed([0], [1], 10), listed([1], [0], 10, name="back")))
    2
    """
    names = list(dict.fromkeys(name for part in parts for name in part.groups.tolist()))
    first = np.cumsum([0, *(len(part) for part in parts)])
    groups = [np.array([names.index(name) for name in part.groups.tolist()])[part.group] for part in parts]
    waits = np.concatenate([np.diff(part.after_ptr) for part in parts])
    return Workload(
        src=ints(np.concatenate([part.src for part in parts])), dst=ints(np.concatenate([part.dst for part in parts])),
        size_B=indices(np.concatenate([part.size_B for part in parts])),
        start_s=floats(np.concatenate([part.start_s for part in parts])),
        traffic_class=ints(np.concatenate([part.traffic_class for part in parts])),
        group=ints(np.concatenate(groups)), groups=texts(names),
        after_ptr=indices(np.concatenate([[0], np.cumsum(waits)])),
        after_idx=ints(np.concatenate([part.after_idx + at for part, at in zip(parts, first[:-1], strict=True)])),
        delay_s=floats(np.concatenate([part.delay_s for part in parts])),
    )  # fmt: skip
