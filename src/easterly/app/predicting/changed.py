"""What some connections more or less change in worst cases: as JSON, and as it is printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from easterly.app import terminal
from easterly.app.columns import Column
from easterly.app.report.measure import SIZES, TIMES, measure
from easterly.app.text import Page
from easterly.app.values import number
from easterly.base.units import RATE, SIZE, QuantityError, parse
from easterly.study.naming import classes_of, links_of

if TYPE_CHECKING:
    from easterly.study.bounds import Extra, SiteChange

LISTED, SHOWN = 20, 12
"""Queues in a document, and those that are printed."""
LEAST = 1e-6
"""Relative change that counts: rings stand still but for less."""
FORM = "SRC>DST:CLASS:BURST:RATE, such as 'leaf-0-host-1:nic0>leaf-3-host-0:nic0:storage:1MB:10Gb/s'"


def extra(text: str, form: str) -> Extra:
    """A connection as it is given; the names of interfaces may have colons."""
    from easterly.study.bounds import Extra

    head, *rest = text.rsplit(":", 3)
    src, arrow, dst = head.partition(">")
    if len(rest) != 3 or not arrow or not src or not dst:
        terminal.misused(f"--add: {text!r} is not {FORM}", form)
    try:
        burst_B, rate_bps = parse(rest[1], SIZE), parse(rest[2], RATE)
    except QuantityError as error:
        terminal.misused(f"--add: {error}{f': {error.hint}' if error.hint else ''}", form)
    if not (0 < burst_B < np.inf and 0 <= rate_bps < np.inf):
        terminal.misused(f"--add: {text!r} needs a burst above 0, of a packet at least, and a rate from 0 up", form)
    return Extra(src, dst, rest[0], burst_B, rate_bps)


def document(made: SiteChange, without: Sequence[str]) -> dict[str, Any]:
    """What changes, before and after."""
    before, after = made.before, made.after
    rows = _changed(made)
    return {
        "method": "bounds", "steps": made.site.steps, "how": after.method, "without": list(without),
        "added": int(made.added.sum()), "removed": int(made.without.sum()), "jobs": _jobs(made),
        "changed": len(rows), "queues": _queues(made, rows),
        "beyond": _pair(int(before.queues.beyond.sum()), int(after.queues.beyond.sum())),
        "unbounded": _pair(*(int(np.isinf(each.queues.delay_s).sum()) for each in (before, after))),
        "why": after.why or None,
    }  # fmt: skip


def _pair(before: Any, after: Any) -> dict[str, Any]:
    return {"before": before, "after": after}


def _apart(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where numbers, which may be infinite, differ by more than rings do that stand still."""
    with np.errstate(invalid="ignore"):
        moved = np.abs(after - before) > LEAST * np.maximum(before, after)
    made: NDArray[np.bool_] = moved | (np.isinf(before) != np.isinf(after))
    return made


def _changed(made: SiteChange) -> NDArray[np.intp]:
    """Queues whose delay or memory changes, those whose memory changes most first."""
    before, after = made.before.queues, made.after.queues
    moved = _apart(before.delay_s, after.delay_s) | _apart(before.backlog_B, after.backlog_B)
    with np.errstate(invalid="ignore"):
        change_B = np.nan_to_num(np.abs(after.backlog_B - before.backlog_B), nan=0.0, posinf=np.inf)
    rows = np.flatnonzero(moved)
    return rows[np.lexsort((before.queue[rows], before.link[rows], -change_B[rows]))]


def _queues(made: SiteChange, rows: NDArray[np.intp]) -> list[dict[str, Any]]:
    nouns, before, after = made.site.prepared.nouns, made.before.queues, made.after.queues
    names, named = links_of(nouns), classes_of(nouns, made.site.prepared.queues)
    return [
        {
            "link": names[int(before.link[r])], "class": named.get(int(before.queue[r]), str(before.queue[r])),
            "delay_s": _pair(number(before.delay_s[r]), number(after.delay_s[r])),
            "needs_B": _pair(number(before.backlog_B[r]), number(after.backlog_B[r])),
            "load": _pair(number(before.load[r]), number(after.load[r])),
            "safe_B": number(before.safe_B[r]), "beyond": _pair(bool(before.beyond[r]), bool(after.beyond[r])),
        }
        for r in rows[:LISTED].tolist()
    ]  # fmt: skip


def _jobs(made: SiteChange) -> list[dict[str, Any]]:
    """The slowest packet of each job and class before and after, and the connection that changes most."""
    nouns, classes = made.site.prepared.nouns, made.site.prepared.nouns.demands.value.classes
    name, there = nouns.network.value.nodes.name, (~made.added, ~made.without)
    told = [np.where(on, each.delay_s, 0.0) for on, each in zip(there, (made.before, made.after), strict=True)]
    with np.errstate(invalid="ignore"):
        change_s = np.nan_to_num(told[1] - told[0], nan=0.0, posinf=np.inf, neginf=-np.inf)
    rows = []
    for owner in dict.fromkeys(made.owner.tolist()):
        own = np.flatnonzero(made.owner == owner)
        for c in np.unique(made.traffic_class[own]).tolist():
            of = own[made.traffic_class[own] == c]
            most = int(of[np.argmax(np.abs(change_s[of]))])
            worst = (each[of].max() if on[of].any() else np.inf for on, each in zip(there, told, strict=True))
            rows.append({
                "owner": owner, "class": classes[c], "connections": _pair(*(int(on[of].sum()) for on in there)),
                "delay_s": _pair(*(number(each) for each in worst)),
                "most": {
                    "src": str(name[made.src[most]]), "dst": str(name[made.dst[most]]),
                    "there": _pair(*(bool(on[most]) for on in there)),
                    **_pair(*(number(each[most]) if on[most] else None for on, each in zip(there, told, strict=True))),
                },
            })  # fmt: skip
    return rows


def page(found: dict[str, Any]) -> None:
    """What changes, as it is printed."""
    shown = Page(Console())
    shown.title("Worst delay of a packet, before and after")
    rows = found["jobs"]
    unit = measure([v or 0.0 for row in rows for v in row["delay_s"].values()], TIMES)
    heads = ("Who", "Class", "Connections", "Before", "After", "Changes most", "Before", "After")
    shown.table(
        tuple(Column(head, right=i in (2, 3, 4, 6, 7), gives_way=i == 5) for i, head in enumerate(heads)),
        [
            (row["owner"], row["class"], _counts(row["connections"]), *_both(unit, row["delay_s"], row["connections"]),
             f"{row['most']['src']} > {row['most']['dst']}", *_both(unit, row["most"], row["most"]["there"]))
            for row in rows
        ],
    )  # fmt: skip
    shown.wrapped(f"By {found['how']}.", "dim", "  ")
    _show_queues(shown, found)
    if found["why"]:
        shown.wrapped(f"{found['unbounded']['after']:,} queues have no bound: {found['why']}.", "", "  ")


def _counts(pair: dict[str, int]) -> str:
    before, after = pair["before"], pair["after"]
    return f"{before:,}" if before == after else f"{before:,} > {after:,}"


def _both(unit: Any, pair: dict[str, Any], there: dict[str, Any]) -> list[str]:
    """Before and after; where nothing is there, nothing."""
    return [
        "" if not there.get(when, True) else "no bound" if pair[when] is None else str(unit.full(pair[when]))
        for when in ("before", "after")
    ]


def _show_queues(shown: Page, found: dict[str, Any]) -> None:
    rows = found["queues"][:SHOWN]
    shown.title("Queues whose memory changes most")
    times = measure([v or 0.0 for row in rows for v in row["delay_s"].values()], TIMES)
    sizes = measure([v or 0.0 for row in rows for v in row["needs_B"].values()], SIZES)
    heads = ("Link", "Class", "Waits", "After", "Needs", "After", "Beyond what is safe")
    shown.table(
        tuple(Column(head, right=2 <= i <= 5, gives_way=i == 0) for i, head in enumerate(heads)),
        [
            (row["link"], row["class"], *_both(times, row["delay_s"], {}), *_both(sizes, row["needs_B"], {}),
             _beyond(row["beyond"]))
            for row in rows
        ],
    )  # fmt: skip
    beyond = found["beyond"]
    shown.wrapped(
        f"{found['changed']:,} queues change. {beyond['before']:,} may need more than is safe before, and "
        f"{beyond['after']:,} after.", "", "  ",
    )  # fmt: skip


def _beyond(pair: dict[str, bool]) -> str:
    if pair["before"] == pair["after"]:
        return "both" if pair["before"] else ""
    return "after" if pair["after"] else "before"
