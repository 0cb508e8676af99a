"""Times of requests while jobs run, one by one."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import floats, indices, texts
from easterly.model.fluid_prediction import FluidAnswers
from easterly.study.fluid.site import Prepared
from easterly.study.packets.results import Times


def answers_of(prepared: Prepared, times: Times, until_s: float) -> FluidAnswers:
    """Times of what was sent for the requests that came before the jobs were done, by service.

    Later ones meet an empty network, and would make it look better than it is.

    Parameters
    ----------
    prepared : Prepared
    times : Times
        Of the events.
    until_s : float [s]
        When the jobs were done.
    """
    made, names, each = prepared.schedule, sorted(set(prepared.owner[prepared.asked].tolist())), []
    came_s = made.earliest_s + made.delay_s
    for name in names:
        purposes = [row for row in prepared.asked.tolist() if prepared.owner[row] == name]
        own = np.flatnonzero(np.isin(made.purpose, purposes) & (came_s < until_s))
        request, of = np.unique(np.stack([made.purpose[own], made.group[own]]), axis=1, return_inverse=True)
        took_s = np.zeros(request.shape[1])
        np.maximum.at(took_s, of.ravel(), times.done_s[own] - came_s[own])
        each.append(np.sort(took_s))
    ptr = np.cumsum([0, *map(len, each)])
    return FluidAnswers(texts(names), indices(ptr), floats(np.concatenate([np.zeros(0), *each])))
