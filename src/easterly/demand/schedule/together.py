"""Schedules of several jobs as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import floats, indices, ints, texts
from easterly.model.schedule import Purposes, Schedule, Streams

_SHIFTED = {"purpose": "purposes", "stream": "streams", "pred_idx": "events"}
"""Columns that number rows of something, and of what."""


def together(schedules: Sequence[Schedule], starts_s: Sequence[float] | None = None) -> Schedule:
    """Several schedules as one; they share nothing but the network.

    Parameters
    ----------
    schedules : sequence of Schedule
        Their jobs are numbered in this order.
    starts_s : sequence of float, optional [s]
        When each may begin; all at 0 if absent.

    Returns
    -------
    Schedule

    Raises
    ------
    ValueError
        Of no schedules, or of another number of starts.
    """
    if not schedules or (starts_s is not None and len(starts_s) != len(schedules)):
        raise ValueError("there is not one start for each of some schedules")
    starts = np.zeros(len(schedules)) if starts_s is None else np.asarray(starts_s, dtype=np.float64)
    counts = {
        "events": [len(part) for part in schedules],
        "purposes": [len(part.purposes) for part in schedules],
        "streams": [len(part.streams) for part in schedules],
    }
    before = {name: np.cumsum([0, *each[:-1]]).tolist() for name, each in counts.items()}
    names = [f.name for f in fields(Schedule) if f.name not in ("purposes", "streams", "pred_ptr")]
    columns: dict[str, Any] = {name: _column(schedules, name, before) for name in names}
    columns["earliest_s"] = floats(np.maximum(columns["earliest_s"], np.repeat(starts, counts["events"])))
    columns["pred_ptr"] = _pointer([part.pred_ptr for part in schedules])
    return Schedule(**columns, purposes=_purposes(schedules), streams=_streams(schedules))


def _column(schedules: Sequence[Schedule], name: str, before: dict[str, list[int]]) -> NDArray[Any]:
    parts = [np.asarray(getattr(part, name)) for part in schedules]
    if name in _SHIFTED:
        shifts = before[_SHIFTED[name]]
        parts = [np.where(part < 0, part, part + shift) for part, shift in zip(parts, shifts, strict=True)]
    return (floats if parts[0].dtype.kind == "f" else ints)(np.concatenate(parts))


def _pointer(parts: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """CSR pointers, one behind the other."""
    return indices(np.concatenate([[0], np.cumsum(np.concatenate([np.diff(part) for part in parts]))]))


def _purposes(schedules: Sequence[Schedule]) -> Purposes:
    tables = [part.purposes for part in schedules]
    rows = {f.name: np.concatenate([getattr(table, f.name) for table in tables]) for f in fields(Purposes)}
    job = np.repeat(np.arange(len(tables)), [len(table) for table in tables])
    made: dict[str, Any] = {n: (texts if c.dtype.kind == "U" else ints)(c) for n, c in rows.items()}
    return Purposes(**{**made, "job": ints(job)})


def _streams(schedules: Sequence[Schedule]) -> Streams:
    ptr = _pointer([part.streams.node_ptr for part in schedules])
    return Streams(ptr, ints(np.concatenate([part.streams.node_idx for part in schedules])))
