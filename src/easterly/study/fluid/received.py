"""What tenants had of the links that held them up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, floats, texts
from easterly.model.fluid import FluidRun
from easterly.model.fluid_prediction import FluidTenants
from easterly.model.qos import QosPlan
from easterly.study.fluid.posed import Posed
from easterly.study.fluid.shares import Shares

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _Over:
    """Activities on links, and what they send over them [bit]: an entry for each link of each."""

    activity: Rows
    link: NDArray[np.int32]
    bit: NDArray[np.float64]


def tenants_of(
    posed: Posed, shares: Shares, plan: QosPlan, played: FluidRun, late_s: FloatColumn, capacity_bps: FloatColumn,
    names: list[str],
) -> FluidTenants:  # fmt: skip
    """Of each tenant, the link on which its messages lost most time, or of which it used most: what it had there.

    Parameters
    ----------
    posed : Posed
    shares : Shares
    plan : QosPlan
    played : FluidRun
    late_s : (A,) float [s]
        Time of each activity beyond its time alone.
    capacity_bps : (L,) float [bit/s]
    names : list of str
        Of the links.

    Returns
    -------
    FluidTenants
        No rows where nobody has a tenant; a row without a name is of those who have none.
    """
    row = np.repeat(np.arange(len(posed)), np.diff(posed.paths.ptr))
    bit, owner = posed.paths.share * posed.size_bit[row], shares.tenant[shares.of]
    over = _Over(row[bit > 0], posed.paths.link[bit > 0], bit[bit > 0])
    own = sorted({str(name) for name in owner[over.activity]})
    rows = []
    for name in own if any(own) else []:
        link = _tightest(over, played, owner == name, late_s, capacity_bps)
        here = over.link == link
        met, mine = np.unique(shares.of[over.activity[here]]), here & (owner[over.activity] == name)
        held_s, sent_bit = _sent(played, over, mine, link)
        had = sent_bit / (held_s * capacity_bps[link]) if held_s > 0 else 0.0
        held = (owner == name) & (played.bottleneck_link == link)
        beside = ", ".join(sorted(set(shares.tenant[met].tolist()) - {name, ""}))
        late = float(late_s[held].max(initial=0.0))
        rows.append((name, names[link], _promised(shares, plan, met, name), had, held_s, late, beside))
    columns = list(zip(*rows, strict=True)) or [()] * 7
    return FluidTenants(
        texts(columns[0]), texts(columns[1]), floats(columns[2]), floats(columns[3]), floats(columns[4]),
        floats(columns[5]), texts(columns[6]),
    )  # fmt: skip


def _tightest(
    over: _Over, played: FluidRun, own: NDArray[np.bool_], late_s: FloatColumn, capacity_bps: FloatColumn
) -> int:
    """The link that held a tenant up for most time; where none did, the one that it needs for longest."""
    mine = own[over.activity]
    held = mine & (late_s[over.activity] > 0) & (played.bottleneck_link[over.activity] == over.link)
    if held.any():
        return int(np.argmax(np.bincount(over.link[held], late_s[over.activity[held]])))
    return int(np.argmax(np.bincount(over.link[mine], over.bit[mine], len(capacity_bps)) / capacity_bps))


def _sent(played: FluidRun, over: _Over, mine: NDArray[np.bool_], link: int) -> tuple[float, float]:
    """How long a link held a tenant up [s], and what all of the tenant's sent over it meanwhile [bit]; each evenly.

    Where it held nobody up, how long it was used.
    """
    activity, bit = over.activity[mine], over.bit[mine]
    ended = np.isfinite(played.done_s[activity])
    activity, bit = activity[ended], bit[ended]
    sends_s, done_s = played.sends_s[activity], played.done_s[activity]
    held = played.bottleneck_link[activity] == link
    held = held if held.any() else np.ones(len(activity), dtype=np.bool_)
    at_s, covered_s = _covered(sends_s[held], done_s[held])
    within_s = np.interp(done_s, at_s, covered_s) - np.interp(sends_s, at_s, covered_s)
    return float(covered_s[-1]), float((bit * within_s / np.maximum(done_s - sends_s, 1e-30)).sum())


def _covered(from_s: NDArray[np.float64], to_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times, and how much of the time until each is covered by any of some intervals [s]."""
    at_s = np.unique(np.concatenate([[0.0], from_s, to_s]))
    many = np.searchsorted(np.sort(from_s), at_s, side="right") - np.searchsorted(np.sort(to_s), at_s, side="right")
    return at_s, np.concatenate([[0.0], np.cumsum(np.where(many[:-1] > 0, np.diff(at_s), 0.0))])


def _promised(shares: Shares, plan: QosPlan, groups: Rows, name: str) -> float:
    """Part of a link that a tenant has while all that cross it send: strict classes first, as far as they are let."""
    classes, of = np.unique(shares.traffic_class[groups], return_inverse=True)
    strict = plan.strict[classes]
    part = np.where(strict, plan.share[classes], shares.of_class[groups][np.unique(of, return_index=True)[1]])
    if not strict.all():
        part[~strict] *= (1 - part[strict].sum()) / part[~strict].sum()
    else:
        part /= part.sum()
    within = shares.within[groups] / np.bincount(of, shares.within[groups])[of]
    return float((part[of] * within)[shares.tenant[groups] == name].sum())
