"""A flash crowd against a fixed capacity: how many wait, and for how long."""

from __future__ import annotations

import math
from dataclasses import dataclass

from easterly.model.spec.service import Flash


@dataclass(frozen=True, slots=True)
class Crowd:
    """What a flash crowd does.

    Attributes
    ----------
    peak_hz : float [1/s]
        Requests at the peak.
    overload_s : float [s]
        From the first request that waits to the last; 0 if none does, infinite if they never end.
    backlog : float
        Most that wait at once.
    wait_s : float [s]
        Longest wait: the backlog over the capacity.
    """

    peak_hz: float
    overload_s: float = 0.0
    backlog: float = 0.0
    wait_s: float = 0.0


def crowd(flash: Flash, usual_hz: float, capacity_hz: float) -> Crowd:
    """Backlog of a rate that rises, stays and falls, as a fluid: mean rates, no scaling, nobody gives up.

    With a peak of f, a capacity of C, and a usual rate of u, requests exceed C for ``lasts + 2 r`` with
    ``r = ramp (f - C)/(f - u)``, and pile up to ``(f - C)(lasts + r)``. What piled up drains with what is left of C:
    first on the falling ramp, then at ``C - u``.

    Parameters
    ----------
    flash : Flash
    usual_hz, capacity_hz : float [1/s]

    Examples
    --------
    >>> crowd(Flash.model_validate({"factor": 3, "lasts": "60s"}), 10, 20)
    Crowd(peak_hz=30.0, overload_s=120.0, backlog=600.0, wait_s=30.0)
    """
    peak_hz = usual_hz * flash.factor
    if peak_hz <= capacity_hz:
        return Crowd(peak_hz)
    if usual_hz >= capacity_hz:
        return Crowd(peak_hz, math.inf, math.inf, math.inf)
    over_s = flash.ramp * (peak_hz - capacity_hz) / (peak_hz - usual_hz)
    backlog = (peak_hz - capacity_hz) * (flash.lasts + over_s)
    drained_s = _drained_s(backlog, capacity_hz - usual_hz, flash.ramp - over_s)
    return Crowd(peak_hz, flash.lasts + 2 * over_s + drained_s, backlog, backlog / capacity_hz)


def _drained_s(backlog: float, spare_hz: float, ramp_s: float) -> float:
    """Time to drain a backlog when the spare rate rises from 0 to `spare_hz` in `ramp_s`, and stays."""
    on_ramp = spare_hz * ramp_s / 2
    if backlog <= on_ramp:
        return math.sqrt(2 * backlog * ramp_s / spare_hz)
    return ramp_s + (backlog - on_ramp) / spare_hz
