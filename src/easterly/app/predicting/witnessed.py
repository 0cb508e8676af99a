"""Three answers about the queues of a site: as JSON, and as they are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console

from easterly.app.columns import Column
from easterly.app.predicting.queued import SAID
from easterly.app.report.witnessing import class_cells, said, time
from easterly.app.text import Page
from easterly.app.values import number
from easterly.study.naming import classes_of, links_of

if TYPE_CHECKING:
    from easterly.study.witnesses import MeanGroups, SiteWitnesses, Witnesses

LISTED, SHOWN, FEWEST = 200, 12, 100
TITLES = {
    "random": "Queues that wait longest, at random", "steps": "Queues that wait longest, steps as hosts send them",
}  # fmt: skip
AT = ("p50_s", "p90_s", "p99_s", "p999_s")


def document(made: SiteWitnesses) -> dict[str, Any]:
    """All three of both kinds of traffic."""
    what = made.means.offered
    names, named = links_of(what.nouns), classes_of(what.nouns, what.queues)
    found = made.means.waits.stations
    return {
        "method": "all", "arrivals": made.means.arrivals, "assumed": SAID[made.means.arrivals],
        "times": number(made.means.factor), "how": found.method, "band": found.band.source,
        "quantiles": found.quantiles, "contradictions": made.contradictions, "part": number(made.part),
        "random": _traffic(made.random, names, named),
        "steps": None if made.steps is None else _traffic(made.steps, names, named),
    }  # fmt: skip


def _traffic(of: Witnesses, names: list[str], named: dict[int, str]) -> dict[str, Any]:
    """One kind of traffic: what is said of means and bounds, and the queues that wait longest."""
    means = of.measured.mean_s if of.waits is None else of.waits.stations.Wq
    told = np.where(of.measured.packets >= FEWEST, np.nan_to_num(means), -1.0)
    order = np.lexsort((-of.measured.packets, -told))[:LISTED]
    contradict = np.flatnonzero((of.mean_status == "outside") | (of.bound_status == "exceeded"))
    rows = list(dict.fromkeys([*contradict.tolist(), *order.tolist()]))
    return {
        "what": of.what, "hops": of.hops, "queues_in_all": len(of), "not_comparable": of.unlike or None,
        "no_bounds": of.void or None, "means": _counts(of.mean_status), "bounds": _counts(of.bound_status),
        "contradictions": of.contradictions, "level": number(of.level),
        "classes": [] if of.groups is None else _groups(of.groups, named),
        "queues": [_row(of, r, names, named) for r in rows],
    }  # fmt: skip


def _counts(status: Any) -> dict[str, int]:
    words, count = np.unique(status, return_counts=True)
    return dict(zip(words.tolist(), count.tolist(), strict=True))


def _row(of: Witnesses, r: int, names: list[str], named: dict[int, str]) -> dict[str, Any]:
    seen = of.measured
    row: dict[str, Any] = {
        "link": names[int(of.link[r])], "class": named.get(int(of.queue[r]), str(of.queue[r])),
        "packets": int(seen.packets[r]), "simulated_s": number(seen.mean_s[r]), "half_s": number(of.half_s[r]),
        **{name: number(seen.at_s[r, k]) for k, name in enumerate(AT)}, "most_s": number(seen.most_s[r]),
        "bound_s": number(of.bound_s[r]), "mean": str(of.mean_status[r]), "bound": str(of.bound_status[r]),
    }  # fmt: skip
    if of.waits is not None:
        by = of.waits.stations
        row |= {
            "load": number(of.waits.load[r]), "port_load": number(of.waits.port_load[r]), "mean_s": number(by.Wq[r]),
            "low_s": number(by.band.low[r]), "high_s": number(by.band.high[r]), "mean_p99_s": number(by.Wq_at[1, r]),
        }  # fmt: skip
    return row


def _groups(of: MeanGroups, named: dict[int, str]) -> list[dict[str, Any]]:
    return [
        {
            "class": named.get(int(of.queue[r]), str(of.queue[r])), "senders_only": bool(of.first[r]),
            "queues": int(of.queues[r]), "mean_s": number(of.mean_s[r]), "low_s": number(of.low_s[r]),
            "high_s": number(of.high_s[r]), "simulated_s": number(of.simulated_s[r]), "half_s": number(of.half_s[r]),
            "status": str(of.status[r]),
        }
        for r in range(len(of.queue))
    ]  # fmt: skip


def page(found: dict[str, Any]) -> None:
    """Three answers as they are printed."""
    shown = Page(Console())
    _show_classes(shown, found)
    for key, title in (
        ("random", "Queues that wait longest, at random"),
        ("steps", "Queues that wait longest, steps as hosts send them"),
    ):
        if found[key] is not None:
            _show_queues(shown, title, found[key])
    count = found["contradictions"]
    shown.wrapped(f"{count:,} contradictions." if count else "No contradiction.", "", "  ")


def _show_classes(shown: Page, found: dict[str, Any]) -> None:
    shown.title("Mean wait of each class, by formulae and by packets")
    heads = ("Class", "Queues", "", "Formula", "Band", "Packets", "")
    shown.table(
        tuple(Column(head, right=i in (1, 3, 4, 5)) for i, head in enumerate(heads)),
        [_class(row) for row in found["random"]["classes"] if row["queues"]],
    )
    times = "" if found["times"] == 1 else f" All rates are {found['times']:g} times what they are."
    shown.wrapped(f"Taken for granted: {found['assumed']}.{times} By {found['how']}.", "dim", "  ")
    if found["steps"] is not None and found["part"] < 1:
        shown.wrapped(f"Of steps, {found['part']:.2g} of each message are simulated and bounded.", "dim", "  ")
    if found["random"]["not_comparable"]:
        shown.wrapped(f"Not comparable: {found['random']['not_comparable']}.", "", "  ")


def _class(row: dict[str, Any]) -> tuple[str, ...]:
    where = "of senders" if row["senders_only"] else "in the network"
    return row["class"], f"{row['queues']:,}", where, *class_cells(row)


def _show_queues(shown: Page, title: str, of: dict[str, Any]) -> None:
    shown.title(title)
    rows = of["queues"][:SHOWN]
    heads = ("Link", "Class", "Formula", "99 %", "Packets", "99 %", "Most", "Bound", "")
    shown.table(
        tuple(Column(head, right=2 <= i <= 7, gives_way=i == 0) for i, head in enumerate(heads)),
        [
            (row["link"], row["class"], *(time(row.get(key)) for key in (
                "mean_s", "mean_p99_s", "simulated_s", "p99_s", "most_s", "bound_s")), said(row))
            for row in rows
        ],
    )  # fmt: skip
    shown.wrapped(f"{of['what'].capitalize()}: {of['hops']:,} packet-hops. {_kept(of)}", "dim", "  ")


def _kept(of: dict[str, Any]) -> str:
    if of["no_bounds"]:
        return f"No bound holds, as {of['no_bounds']}."
    held = of["bounds"].get("holds", 0)
    said = f"Bounds hold at {held:,} of {of['queues_in_all']:,} queues"
    said += f", and nothing came to {of['bounds']['nothing came']:,}." if "nothing came" in of["bounds"] else "."
    if of["not_comparable"]:
        return f"{said} Means are not comparable: {of['not_comparable']}."
    return said
