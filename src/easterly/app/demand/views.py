"""What `easterly demand` shows, as tables: phases, rates, matrices, steps, shared links."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from easterly.app.clock import clock
from easterly.app.demand.tables import Field, Table, reals, truths, wholes, words
from easterly.base.columns import FloatColumn, floats, texts
from easterly.demand.mapping.classes import LINK_CLASSES
from easterly.demand.time.step import STEPS
from easterly.model.series import Series
from easterly.study import demand, sharing
from easterly.study.demand import Outgoing

INTERVAL = "interval"
KEYS = (*demand.LABELS, *demand.PLACES, INTERVAL)


def phases(made: Outgoing) -> Table:
    """One row per phase of every work: what one GPU sends per step, or per interval, and how long it takes."""
    table, work, predicted = made.demands.phases, made.demands.work, made.prediction
    place = {name: row for row, name in enumerate(work.name.tolist())}
    owner = np.array([place[name] for name in table.owner.tolist()], dtype=np.int64)
    gpus = np.maximum(work.gpus[owner], 1)
    mean = np.bincount(made.demands.flows.phase, made.paced.rate_bps, len(table))
    shown = np.flatnonzero(np.isin(table.owner, made.works))
    fields = (
        words("work", table.owner), words("kind", work.kind[owner]), words("tenant", work.tenant[owner]),
        words("class", np.array(made.demands.classes)[table.traffic_class]), words("stage", table.stage),
        words("axis", table.axis), words("collective", table.collective), words("algorithm", table.algorithm),
        reals("times", "1", table.times), reals("every_s", "s", table.every_s),
        reals("message_B", "B", table.message_B),
        reals("scale_up_B", "B", table.scaleup_B * table.times), *_by_links(made, gpus),
        reals("low_s", "s", predicted.phase_low_s), reals("expected_s", "s", predicted.phase_expected_s),
        reals("exposed_s", "s", predicted.phase_exposed_s), reals("high_s", "s", predicted.phase_high_s),
        reals("mean_bps", "bit/s", mean),
    )  # fmt: skip
    return Table("phases", tuple(_rows(field, shown) for field in fields))


def _rows(field: Field, rows: NDArray[np.int64]) -> Field:
    return Field(field.name, field.unit, field.kind, [field.values[row] for row in rows.tolist()])


def _by_links(made: Outgoing, gpus: NDArray[np.integer]) -> Iterable[Field]:
    """Bytes of one GPU by class of links; those of all GPUs divided evenly."""
    flows, table = made.demands.flows, made.demands.phases
    sent = flows.size_B * table.times[flows.phase]
    where = demand.link_classes(made)
    for number, name in list(enumerate(LINK_CLASSES))[1:]:
        own = where == number
        total = np.bincount(flows.phase[own], sent[own], len(table))
        yield reals(f"{name.replace('-', '_')}_B", "B", total / gpus)


def rates(made: Outgoing, by: Sequence[str], interval_s: float, years: float) -> Table:
    """Rates by any keys: of all flows, or what places send and receive."""
    keys = [key for key in by if key in demand.LABELS]
    place = next((key for key in by if key in demand.PLACES), None)
    found = demand.rates(made, keys, interval_s if INTERVAL in by else None, years, place)
    if place is None:
        return Table("rates", (*_labels(found[0], by), *_figures(found[0], "")))
    return _both("rates", found[0], found[1], by)


def _labels(series: Series, by: Sequence[str]) -> Iterable[Field]:
    """Columns of the keys, in the order in which they were asked for."""
    for key in by:
        if key == INTERVAL:
            yield words("start", [clock(t) for t in series.start_s.tolist()])
            yield reals("start_s", "s", series.start_s)
            yield reals("length_s", "s", series.length_s)
        else:
            yield words(key.replace("-", "_"), series.labels[series.keys.index(key)])


def _figures(series: Series, prefix: str) -> tuple[Field, Field]:
    return (
        reals(f"{prefix}mean_bps", "bit/s", series.mean_bps),
        reals(f"{prefix}peak_bps", "bit/s", series.peak_bps),
    )


def _both(name: str, sent: Series, received: Series, by: Sequence[str]) -> Table:
    """What places send beside what they receive; 0 where a place does only one of the two."""
    keys = [list(zip(s.start_s.tolist(), *(c.tolist() for c in s.labels), strict=True)) for s in (sent, received)]
    length = {key[0]: value for s, known in zip((sent, received), keys, strict=True)
              for key, value in zip(known, s.length_s.tolist(), strict=True)}  # fmt: skip
    rows = sorted({*keys[0], *keys[1]}, key=lambda key: (key[1:], key[0]))
    place = {key: k for k, key in enumerate(rows)}
    columns = {
        f"{way}_{kind}_bps": _placed(getattr(series, f"{kind}_bps"), known, place)
        for way, series, known in (("sent", sent, keys[0]), ("received", received, keys[1]))
        for kind in ("mean", "peak")
    }
    start, nothing = floats([key[0] for key in rows]), floats(np.zeros(len(rows)))
    names = tuple(texts([key[k + 1] for key in rows]) for k in range(len(sent.keys)))
    whole = Series(sent.keys, names, start, floats([length[t] for t in start.tolist()]), nothing, nothing)
    return Table(name, (*_labels(whole, by), *(reals(head, "bit/s", values) for head, values in columns.items())))


def _placed(values: FloatColumn, known: list[tuple[Any, ...]], place: dict[tuple[Any, ...], int]) -> FloatColumn:
    made = np.zeros(len(place))
    made[[place[key] for key in known]] = values
    return made


def matrix(made: Outgoing, level: str, years: float) -> Table:
    """Mean rates between places, by class."""
    found = demand.matrices(made, level, years)
    names = np.array(found.places, dtype=np.str_)
    return Table(
        "matrix",
        (
            words("class", [made.demands.classes[c] for c in found.tm.tolist()]),
            words("src", names[found.src] if len(found) else []),
            words("dst", names[found.dst] if len(found) else []),
            reals("mean_bps", "bit/s", found.demand),
        ),
    )


def step(made: Outgoing) -> Table:
    """Bars of one step of every job: compute, bubble, and the bursts of each phase."""
    found = [made.paced.steps[name] for name in made.works if name in made.paced.steps]
    bars = [(line, k) for line in found for k in range(len(line))]

    def column(name: str) -> list[Any]:
        return [getattr(line, name)[k] for line, k in bars]

    return Table(
        "step",
        (
            words("work", [line.owner for line, _ in bars]), words("stage", column("stage")),
            words("axis", column("axis")), words("collective", column("collective")),
            *(reals(name, "s", column(name)) for name in ("start_s", "end_s", "exposed_s")),
            reals("network_B", "B", column("size_B")),
            reals("nic_bps", "bit/s", column("rate_bps")),
        ),
    )  # fmt: skip


def summary(made: Outgoing) -> Table:
    """Bars of all steps, those of one phase as one row."""
    bars = step(made)
    column = {field.name: field.values for field in bars.fields}
    keys = list(zip(*(column[name] for name in BAR), strict=True))
    order = sorted((key for key in dict.fromkeys(keys) if key[-1]), key=lambda key: (key[0], _stage(key[1])))
    rows = {key: [k for k, other in enumerate(keys) if other == key] for key in order}

    def summed(name: str) -> list[float]:
        return [math.fsum(column[name][k] for k in own) for own in rows.values()]

    lasts_s = [end - start for start, end in zip(summed("start_s"), summed("end_s"), strict=True)]
    return Table(
        "step",
        (
            *(words(name, [key[k] for key in rows]) for k, name in enumerate(BAR)),
            wholes("bursts", "1", [len(own) for own in rows.values()]),
            reals("time_s", "s", lasts_s), reals("exposed_s", "s", summed("exposed_s")),
            reals("network_B", "B", summed("network_B")),
            reals("nic_bps", "bit/s", [max(column["nic_bps"][k] for k in own) for own in rows.values()]),
        ),
    )  # fmt: skip


BAR = ("work", "stage", "axis", "collective")


def _stage(name: str) -> int:
    return STEPS.index(name) if name in STEPS else len(STEPS)


def shared(made: Outgoing, years: float) -> Table:
    """Links that several jobs share: peaks and time above capacity over all alignments of their steps."""
    found = sharing.alignments(made, years=years)
    rates_bps = ("capacity", "steady", "mean", "bound", "best", "expected", "p95", "worst")
    return Table(
        "shared",
        (
            words("link", made.network.link_ids[found.link]), words("works", found.owners),
            wholes("links", "1", found.together),
            *(reals(f"{name}_bps", "bit/s", getattr(found, f"{name}_bps")) for name in rates_bps),
            *(reals(f"over_{name}", "1", getattr(found, f"over_{name}")) for name in ("best", "expected", "worst")),
            truths("exact", found.exact),
        ),
    )  # fmt: skip
