"""What the static sections of the report say, from the ``plan.json`` document.

Each function gives what one template shows, already in words and formatted numbers, or something empty
where the section is left out.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from easterly.app.report.measure import DASH, PERCENT, RATES, SIZES, TIMES, Measure, grouped, measure

HOTTEST = 20
STATUSES = ("FAIL", "UNPROVEN", "PASS")
SEVERITIES = ("error", "warning", "note")
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table."""

    text: str
    value: float | str | None = None
    kind: str = "text"
    link: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: heads, which columns hold numbers, rows of cells."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: frozenset[int] = field(default_factory=frozenset)
    caption: str = ""


def reference(ref: Mapping[str, str] | None) -> str:
    """What binds, in words."""
    return f"{ref['kind']} {ref['id']}" if ref else DASH


def header(document: Document) -> dict[str, Any]:
    """Name, sizes and provenance."""
    site, bill = document["site"], document["bill"]
    counts = [
        (site.get("gpus"), "GPU"), (site.get("hosts"), "host"), (bill["switches"]["total"], "switch"),
        (bill["fabric_links"] + bill["host_links"], "cable"), (bill.get("wan_links"), "WAN link"),
        (len(site.get("tenants") or ()), "tenant"), (len(document["jobs"]), "job"),
        (len(document.get("services") or ()), "service"),
    ]  # fmt: skip
    return {
        "name": site["name"],
        "fabrics": sorted((site.get("fabrics") or {}).items()),
        "counts": [(grouped(n), _plural(word, n)) for n, word in counts if n],
        "provenance": [(key, value) for key, value in _flat(document["provenance"]) if value not in (None, "")],
        "schema": document["schema"],
    }


def _plural(word: str, count: int) -> str:
    if count == 1:
        return word
    return f"{word}es" if word.endswith("ch") else f"{word}s"


def _flat(values: Mapping[str, Any], before: str = "") -> Iterable[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key} ")
        else:
            yield f"{before}{key}".replace("_", " "), value


def verdicts(document: Document) -> dict[str, Any]:
    """Verdicts, the worst first, and how many there are of each status."""
    found = sorted(document["verdicts"], key=lambda v: (STATUSES.index(v["status"]), v["intent"]))
    counts = Counter(v["status"] for v in found)
    return {
        "counts": [(status, counts[status]) for status in STATUSES if counts[status]],
        "rows": [
            {**v, "margin_text": margin(v["margin"]), "binds_text": reference(v["binds"]), "link": _link(v["binds"])}
            for v in found
        ],
    }


def margin(value: float | None) -> str:
    r"""A relative margin with its sign; a dash where there is none.

    >>> print(ascii([margin(0.1234), margin(-0.05), margin(None)]))
    ['+12.3 %', '\u22125.0 %', '\u2013']
    """
    if value is None:
        return DASH
    sign = "\u2212" if value < 0 else "+"
    return f"{sign}{abs(value) * 100:,.1f} %"


def _link(ref: Mapping[str, str] | None) -> str:
    return ref["id"] if ref and ref["kind"] == "link" else ""


def jobs(document: Document) -> dict[str, Any]:
    """Step times on one scale, slowest first."""
    found = sorted(document["jobs"], key=lambda j: (-(j["step_s"]["high"] or 0.0), j["name"]))
    longest = max((j["step_s"]["high"] or 0.0 for j in found), default=0.0)
    unit = measure([longest], TIMES)
    return {"unit": unit.unit, "rows": [_job(j, unit, longest) for j in found], "ticks": _ticks(longest, unit)}


def _job(job: Mapping[str, Any], unit: Measure, longest: float) -> dict[str, Any]:
    low, high, compute = job["step_s"]["low"], job["step_s"]["high"], job["compute_s"]
    exposed_low = job.get("exposed_low_s")
    tokens = (job.get("tokens_per_s") or {}).get("low")
    return {
        "name": job["name"], "tenant": job.get("tenant") or "", "gpus": grouped(job["gpus"]) if job.get("gpus") else "",
        "compute": unit.text(compute), "comm": unit.text(job["comm_s"]),
        "exposed": span(unit, exposed_low if exposed_low is not None else max(low - compute, 0.0), job["exposed_s"]),
        "expected": unit.text(job["step_s"].get("expected")), "step": span(unit, low, high),
        "bottleneck": reference(job["bottleneck"]), "link": _link(job["bottleneck"]),
        "tokens": grouped(round(tokens)) if tokens else "",
        "mark": _share(job["step_s"].get("expected") or 0.0, longest),
        "parts": [
            ("compute", _share(compute, longest)), ("exposed", _share(low - compute, longest)),
            ("range", _share(high - max(low, compute), longest)),
        ],
    }  # fmt: skip


def span(unit: Measure, low: float | None, high: float | None) -> str:
    """Low to high in one unit; one number where both read the same."""
    first, last = unit.text(low), unit.text(high)
    return first if first == last else f"{first}\u2009\u2013\u2009{last}"


def _share(part: float, whole: float) -> str:
    return f"{100 * max(part, 0.0) / whole:.3f}" if whole else "0"


def _ticks(longest: float, unit: Measure) -> list[tuple[str, str]]:
    """Position in percent and text of a few round times."""
    top = longest / unit.factor
    if not top:
        return []
    size = 10 ** (len(f"{top:.0f}") - 1) if top >= 1 else 0.1
    step = next(s for m in (0.1, 0.2, 0.5, 1, 2, 5) if top / (s := m * size) <= 6)
    return [(f"{100 * i * step / top:.3f}", f"{i * step:g}") for i in range(int(top / step + 1e-9) + 1)]


def hashing(document: Document) -> Table | None:
    """Phases that cross a switch: how full the busiest uplink is, split evenly and hashed."""
    rows = uneven(document)
    return table_of(
        ("Sender", "Axis", "Stage", "Collective", "Even (%)", "Mean (%)", "95th percentile (%)", "Slows the phase by",
         "Busiest uplink"),
        [
            (
                row["owner"], row["axis"], row["stage"], row["collective"],
                *(percent(row["uplink"][k]) for k in ("even", "mean", "p95")),
                f"{row['p95']:.2f} \u00d7", row["uplink"]["link"],
            )
            for row in rows
        ],
        numeric={4, 5, 6, 7},
    )  # fmt: skip


def uneven(document: Document) -> list[Mapping[str, Any]]:
    """Rows of hashing that have an uplink, the fullest first."""
    rows = [row for row in document.get("hashing") or () if row["uplink"]]
    return sorted(rows, key=lambda row: (-row["uplink"]["p95"], row["owner"], row["axis"], row["collective"]))


def percent(value: float) -> str:
    """A ratio as percent without the sign."""
    return f"{100 * value:.1f}"


def hottest(document: Document, shared: Mapping[str, str]) -> Table | None:
    """The links with the highest mean utilisation; `shared` names who is on each."""
    rows = top_links(document, HOTTEST)
    unit = measure([v for row in rows for v in (row["capacity_bps"], row["load_bps"], row.get("peak_bps"))], RATES)
    if not rows:
        return None
    cells = [
        (
            Cell(row["id"], row["id"], "code", row["id"]),
            Cell(unit.text(row["capacity_bps"]), row["capacity_bps"], "num"),
            Cell(unit.text(row["load_bps"]), row["load_bps"], "num"),
            Cell(unit.text(row.get("peak_bps")), row.get("peak_bps"), "num"),
            Cell(f"{100 * row['utilisation']:.1f}", row["utilisation"], "bar"),
            Cell(shared.get(row["id"], DASH)),
        )
        for row in rows
    ]
    heads = ("Link", f"Capacity ({unit.unit})", f"Mean load ({unit.unit})", f"Peak of a phase ({unit.unit})",
             "Utilisation (%)", "Shared by")  # fmt: skip
    return Table(heads, tuple(cells), frozenset({1, 2, 3, 4}))


def top_links(document: Document, count: int) -> list[Mapping[str, Any]]:
    """Used links by utilisation; of equals, those that the network names first."""
    used = [row for row in document["links"] if row["utilisation"]]
    return heapq.nsmallest(count, used, key=lambda row: -row["utilisation"])


def records(rows: Sequence[Mapping[str, Any]]) -> Table | None:
    """Any list of flat objects as a table: one column per key."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    numeric = {i for i, key in enumerate(keys) if all(isinstance(row.get(key), (int, float)) for row in rows)}
    words = [tuple(_words(row.get(key)) for key in keys) for row in rows]
    return table_of(tuple(key.replace("_", " ").capitalize() for key in keys), words, numeric)


def _words(value: Any) -> str:
    """A value of a document in words."""
    if value is None:
        return DASH
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_words(item)}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_words, value)) or DASH
    return str(value)


QUEUE_HEADS = (
    "Ports", "Class", "Queue", "Rate", "Kmin", "Kmax", "Pauses at", "Headroom", "Limit", "Senders",
    "Their burst", "Answer", "Longest, simulated",
)  # fmt: skip
"""What a short table of queues shows; plan.json has all."""
QUEUE_SIZES = ("kmin_B", "kmax_B", "xoff_B", "headroom_B", "limit_B")


def planned_queues(rows: Sequence[Mapping[str, Any]]) -> Table | None:
    """Queues at ports of switches: thresholds, the burst of the senders that meet there, the longest queue by packets.

    Rows of another kind are shown as they are.
    """
    if any("kmin_B" not in row for row in rows):
        return records(rows)
    simulated = any(row.get("simulated_B") is not None for row in rows)
    heads = QUEUE_HEADS if simulated else QUEUE_HEADS[:-1]
    found = [
        (
            row["group"],
            row["class"],
            str(row["queue"]),
            _one(row["rate_bps"], RATES),
            *(_one(row[key], SIZES) for key in QUEUE_SIZES),
            str(row["incast_senders"]),
            _one(row["incast_peak_B"] or None, SIZES),
            row["incast"] or DASH,
            *([_one(row["simulated_B"], SIZES)] if simulated else []),
        )
        for row in rows
        if row["reserved_B"] is not None
    ]
    return table_of(heads, found, {2, 3, 4, 5, 6, 7, 8, 9, 10, 12})


def _one(value: float | None, steps: tuple[tuple[float, str], ...]) -> str:
    """A number in a unit of its own: beside those of other columns it tells nothing."""
    return DASH if value is None else "0" if value == 0 else measure([value], steps, 3).full(value)


def queues(document: Document) -> Table | None:
    """Queues where they were planned, else the classes with their marks and shares."""
    if document["queues"]:
        return planned_queues(document["queues"])
    found = document.get("classes") or []
    unit = measure([c["share"] for c in found], PERCENT)
    return table_of(
        ("Class", "DSCP", "Queue", "Share (%)", "Served", "On congestion"),
        [
            (c["name"], str(c["dscp"]), str(c["queue"]), unit.text(c["share"]),
             "strict priority" if c["strict"] else "by weight", "pauses (lossless)" if c["lossless"] else "drops")
            for c in found
        ],
        numeric={1, 2, 3},
    )  # fmt: skip


def bill(document: Document) -> dict[str, Any]:
    """Totals, oversubscription by fabric, and the rows of the bill."""
    made = document["bill"]
    totals = [
        *((grouped(n), role) for role, n in sorted(made["switches"]["by_role"].items())),
        (grouped(made["fabric_links"]), "fabric cables"), (grouped(made["host_links"]), "host cables"),
        (grouped(made["optics"]), "optics"),
    ]  # fmt: skip
    if made.get("wan_links"):
        totals.append((grouped(made["wan_links"]), "WAN links"))
    failed, tier = made.get("oversubscription_one_failed") or {}, made.get("binding_tier") or {}
    ratios = [
        (name, ratio(value), ratio(failed.get(name)), tier.get(name) or DASH)
        for name, value in sorted(made["oversubscription"].items())
    ]
    lines = [(r["item"], r["what"], r["detail"], grouped(r["count"])) for r in made.get("lines") or []]
    return {
        "totals": totals,
        "ratios": table_of(("Fabric", "Oversubscription", "One switch failed", "Binding tier"), ratios, {1, 2}),
        "lines": table_of(("Item", "Type", "Detail", "Count"), lines, {3}),
    }


def ratio(value: float | None) -> str:
    """An oversubscription, as ``3 : 1``."""
    return DASH if value is None else f"{value:.4g}\u2009:\u20091"


def pools(document: Document) -> Table | None:
    """How full each address pool is."""
    rows = [
        (
            Cell(p["name"]), Cell(p["prefix"], kind="code"), Cell(grouped(p["total"]), float(p["total"]), "num"),
            Cell(grouped(p["used"]), float(p["used"]), "num"), Cell(grouped(p["free"]), float(p["free"]), "num"),
            Cell(_full(p), p["used"] / p["total"] if p["total"] else None, "bar"),
        )
        for p in (document["address"] or {}).get("pools") or []
    ]  # fmt: skip
    heads = ("Pool", "Prefix", "Addresses", "Used", "Free", "Used (%)")
    return Table(heads, tuple(rows), frozenset({2, 3, 4, 5})) if rows else None


def _full(pool: Mapping[str, int]) -> str:
    share = 100 * pool["used"] / pool["total"] if pool["total"] else 0.0
    return "<0.1" if 0 < share < 0.05 else f"{share:.1f}"


def handed_out(document: Document) -> list[tuple[str, str]]:
    """Counts of what the address plan hands out."""
    made = document["address"] or {}
    names = ("prefixes", "loopbacks", "links", "hosts", "asns", "vrfs")
    words = ("prefixes", "loopbacks", "numbered links", "host addresses", "AS numbers", "VRFs")
    return [(grouped(len(made[key])), word) for key, word in zip(names, words, strict=True) if made.get(key)]


def findings(document: Document) -> list[dict[str, Any]]:
    """Findings, the worst first, each with its place."""
    found = sorted(
        document["findings"], key=lambda f: (SEVERITIES.index(f["severity"]), f["line"] or 0, f["column"] or 0)
    )
    return [{**f, "place": _place(f)} for f in found]


def _place(found: Mapping[str, Any]) -> str:
    if found["line"]:
        return f"line {found['line']}, column {found['column']}"
    return str(found.get("at") or "whole file")


def table_of(heads: tuple[str, ...], rows: Iterable[Sequence[str]], numeric: Iterable[int] = ()) -> Table | None:
    """A table of texts, numbers right-aligned; None where there are no rows."""
    columns = frozenset(numeric)
    cells = tuple(tuple(Cell(t, kind="num" if i in columns else "text") for i, t in enumerate(row)) for row in rows)
    return Table(heads, cells, columns) if cells else None
