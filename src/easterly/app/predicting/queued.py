"""Means and quantiles of the queues of a site: as JSON, and as they are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console

from easterly.app.columns import Column
from easterly.app.predicting import served
from easterly.app.report.measure import TIMES, Measure, measure
from easterly.app.text import Page
from easterly.app.values import number
from easterly.base.units import TIME, format_short
from easterly.study.naming import classes_of, links_of

if TYPE_CHECKING:
    from easterly.study.queueing import ServiceQueues, SiteQueues

LISTED, SHOWN = 40, 12
SAID = {
    "packets": "each connection sends its mean rate as packets at random, whatever the others do",
    "messages": "each connection sends its mean rate as messages at random, the packets of one all at once",
}


def document(made: SiteQueues, services: ServiceQueues) -> dict[str, Any]:
    """Means of jobs, classes and queues, and of services."""
    found = made.waits.stations
    return {
        "method": "queueing", "arrivals": made.arrivals, "assumed": SAID[made.arrivals], "times": number(made.factor),
        "how": found.method, "band": found.band.source, "quantiles": found.quantiles,
        "why": "; ".join(found.reasons) or None, "overloaded": int(np.isinf(found.Wq).sum()),
        "jobs": _jobs(made), "classes": _classes(made), "queues": _queues(made),
        **served.document(services),
    }  # fmt: skip


def _jobs(made: SiteQueues) -> list[dict[str, Any]]:
    """Time of a packet from end to end, by owner and class."""
    what, flow_s, rows = made.offered, made.waits.flow_s, []
    classes = what.nouns.demands.value.classes
    for owner in np.unique(what.owner).tolist():
        own = np.flatnonzero(what.owner == owner)
        for c in np.unique(what.traffic_class[own]).tolist():
            of = own[what.traffic_class[own] == c]
            sent = what.rate_bps[of] / what.packet_B[of]
            rows.append({
                "owner": owner, "class": classes[c], "connections": len(of),
                "rate_bps": number(what.rate_bps[of].sum() * made.factor),
                "mean_s": number(float((flow_s[of] * sent).sum() / sent.sum())), "most_s": number(flow_s[of].max()),
            })  # fmt: skip
    return rows


def _classes(made: SiteQueues) -> list[dict[str, Any]]:
    """The queue of each class that waits longest in the mean."""
    waits, named, names = made.waits, classes_of(made.offered.nouns, made.offered.queues), links_of(made.offered.nouns)
    rows = []
    for q in np.unique(waits.queue).tolist():
        own = np.flatnonzero(waits.queue == q)
        worst = int(own[np.argmax(waits.stations.Wq[own])])
        rows.append({"class": named.get(q, str(q)), "queues": len(own), **_row(made, worst, names)})
    return rows


def _queues(made: SiteQueues) -> list[dict[str, Any]]:
    """Queues by their mean waits, the longest first."""
    waits, named, names = made.waits, classes_of(made.offered.nouns, made.offered.queues), links_of(made.offered.nouns)
    order = np.lexsort((waits.link, -waits.port_load, -waits.stations.Wq))[:LISTED]
    return [
        {"class": named.get(int(waits.queue[r]), str(waits.queue[r])), **_row(made, r, names)} for r in order.tolist()
    ]


def _row(made: SiteQueues, r: int, names: list[str]) -> dict[str, Any]:
    waits, of = made.waits, made.waits.stations
    return {
        "link": names[int(waits.link[r])], "load": number(waits.load[r]), "port_load": number(waits.port_load[r]),
        "packets_per_s": number(of.entering[r]), "L": number(of.L[r]), "Lq": number(of.Lq[r]), "W_s": number(of.W[r]),
        "Wq_s": number(of.Wq[r]), "Wq_low_s": number(of.band.low[r]), "Wq_high_s": number(of.band.high[r]),
        "p50_s": number(of.Wq_at[0, r]), "p99_s": number(of.Wq_at[1, r]), "senders_only": bool(waits.first[r]),
        "overloaded": bool(np.isinf(of.Wq[r])),
    }  # fmt: skip


def page(found: dict[str, Any]) -> None:
    """Means as they are printed."""
    shown = Page(Console())
    _show_jobs(shown, found)
    _show_queues(shown, "Queue of each class that waits longest", found["classes"])
    _show_queues(shown, "Queues that wait longest", found["queues"][:SHOWN])
    shown.wrapped(f"Quantiles: {found['quantiles']}. Bands: {found['band']}.", "dim", "  ")
    if found["why"]:
        shown.wrapped(f"{found['why']}: there, nothing has a mean.", "", "  ")
    served.show(shown, found)


def _show_jobs(shown: Page, found: dict[str, Any]) -> None:
    shown.title("Mean time of a packet, from its sender to its receiver")
    rows = found["jobs"]
    heads = ("Who", "Class", "Connections", "Mean", "Slowest connection")
    shown.table(
        tuple(Column(head, right=i >= 2) for i, head in enumerate(heads)),
        [
            (row["owner"], row["class"], f"{row['connections']:,}", *(_time(row[key]) for key in ("mean_s", "most_s")))
            for row in rows
        ],
    )  # fmt: skip
    times = "" if found["times"] == 1 else f" All rates are {found['times']:g} times what they are."
    shown.wrapped(f"Taken for granted: {found['assumed']}.{times} By {found['how']}.", "dim", "  ")


def _show_queues(shown: Page, title: str, rows: list[dict[str, Any]]) -> None:
    shown.title(title)
    unit = measure([row["Wq_s"] for row in rows if row["Wq_s"] is not None], TIMES)
    tail = measure([row["p99_s"] for row in rows if row["p99_s"] is not None], TIMES)
    heads = ("Link", "Class", "Load", "Port", "Waits", "Band", "99 %")
    shown.table(
        tuple(Column(head, right=i >= 2, gives_way=i == 0) for i, head in enumerate(heads)),
        [
            (row["link"], row["class"], f"{row['load']:.1%}", f"{row['port_load']:.1%}", _wait(unit, row, "Wq_s"),
             _band(unit, row), _wait(tail, row, "p99_s"))
            for row in rows
        ],
    )  # fmt: skip


def _time(value: float | None) -> str:
    return "for ever" if value is None else format_short(value, TIME)


def _wait(unit: Measure, row: dict[str, Any], key: str) -> str:
    if row["overloaded"]:
        return "for ever"
    return "not known" if row[key] is None else unit.full(row[key])


def _band(unit: Measure, row: dict[str, Any]) -> str:
    low, high = row["Wq_low_s"], row["Wq_high_s"]
    if row["Wq_s"] is None or low is None or high is None:
        return "not known"
    return "exact" if low == high else f"{unit.text(low)}..{unit.text(high)}"
