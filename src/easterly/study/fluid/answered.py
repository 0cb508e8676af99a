"""How long what others send takes: for requests one by one, and at rates."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import FloatColumn, floats, indices, ints, texts
from easterly.model.fluid_prediction import FluidRates, FluidRequests
from easterly.predict.packet.statistics import quantile
from easterly.study.fluid.posed import Posed
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
    named, of_all = ints(column[0]), made.purposes
    what = np.where(of_all.axis == "users", of_all.collective, of_all.axis)
    return FluidRequests(
        texts(prepared.owner[named]), texts(what[named]), indices(column[1]), floats(column[2]),
        floats(column[3]), floats(column[4]), floats(column[5]), floats(column[6]), floats(column[7]),
        floats(column[8]), floats(column[9]),
    )  # fmt: skip


def rates_of(prepared: Prepared, posed: Posed, done_s: FloatColumn) -> FluidRates:
    """What was sent at rates, by owner and axis.

    Parameters
    ----------
    prepared : Prepared
    posed : Posed
    done_s : (A,) float [s]
        When each activity was done.
    """
    steady, phases = prepared.steady, prepared.nouns.demands.value.phases
    phase = prepared.nouns.demands.value.flows.phase[steady.flow]
    bit = posed.size_bit[len(posed.lanes.first) :]
    longer = np.maximum((done_s[len(posed.lanes.first) :] - steady.begin_s) / steady.lasts_s, 1.0)
    names = np.stack([phases.owner[phase], phases.axis[phase]], axis=1)
    found, of = np.unique(names, axis=0, return_inverse=True) if len(phase) else (names, np.zeros(0, dtype=np.int64))
    sums, worst = np.bincount(of.ravel(), bit, len(found)), np.zeros(len(found))
    np.maximum.at(worst, of.ravel(), longer)
    mean = np.bincount(of.ravel(), bit * longer, len(found)) / sums
    return FluidRates(
        texts(found[:, 0]), texts(found[:, 1]), indices(np.bincount(of.ravel(), minlength=len(found))),
        floats(sums / prepared.until_s), floats(mean), floats(worst),
    )  # fmt: skip
