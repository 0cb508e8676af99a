"""How long what is sent for requests takes."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import floats, indices, ints, texts
from easterly.model.fluid_prediction import FluidRequests
from easterly.predict.packet.statistics import quantile
from easterly.study.fluid.site import Prepared
from easterly.study.packets.results import Times


def requests_of(prepared: Prepared, times: Times) -> FluidRequests:
    """Times of what was sent for requests: from when one came until the last of its messages was there.

    Parameters
    ----------
    prepared : Prepared
    times : Times
        Of the events.
    """
    made, rows = prepared.schedule, []
    for purpose in prepared.asked.tolist():
        own = np.flatnonzero(made.purpose == purpose)
        request, of = np.unique(made.group[own], return_inverse=True)
        took_s, alone_s = np.zeros((2, len(request)))
        np.maximum.at(took_s, of, times.done_s[own] - made.earliest_s[own] - made.delay_s[own])
        np.maximum.at(alone_s, of, times.alone_s[own])
        if not len(request):
            continue
        slow, sizes_B = floats(took_s / alone_s), np.bincount(of, times.size_B[own])
        took = [took_s.mean(), *(quantile(floats(took_s), at) for at in (0.5, 0.95, 0.99))]
        longer = [slow.mean(), *(quantile(slow, at) for at in (0.95, 0.99))]
        rows.append([purpose, len(request), sizes_B.mean(), *took, *longer])
    column = np.array(rows, dtype=np.float64).reshape(-1, 10).T
    named = ints(column[0])
    return FluidRequests(
        texts(prepared.owner[named]), texts(made.purposes.axis[named]), indices(column[1]), floats(column[2]),
        floats(column[3]), floats(column[4]), floats(column[5]), floats(column[6]), floats(column[7]),
        floats(column[8]), floats(column[9]),
    )  # fmt: skip
