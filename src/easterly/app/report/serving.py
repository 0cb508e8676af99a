"""Inference services and other traffic: what users notice, and what each puts on the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from easterly.app.report.measure import DASH, RATES, TIMES, grouped, measure
from easterly.app.report.sections import Table, table_of

Document = Mapping[str, Any]


def services(document: Document) -> Table | None:
    """Services: their rate on the network, times to the first and to the next token, how full their pools are."""
    found = document.get("services") or []
    rate = measure([s["rate_bps"] for s in found], RATES)
    heads = ("Service", "Tenant", "Class", "GPUs", f"Mean rate ({rate.unit})", "First token", "Next token",
             "Prefill (%)", "Decode (%)")  # fmt: skip
    rows = [
        (s["name"], s.get("tenant") or DASH, s.get("class") or DASH, grouped(s.get("gpus") or 0),
         rate.text(s["rate_bps"]), _within(s, "ttft"), _within(s, "itl"), _full(s, "prefill"), _full(s, "decode"))
        for s in found
    ]  # fmt: skip
    return table_of(heads, rows, range(3, 9))


def traffic(document: Document) -> Table | None:
    """Other traffic and its mean rate."""
    found = document.get("traffic") or []
    rate = measure([t["rate_bps"] for t in found], RATES)
    rows = [
        (t["name"], t["kind"], t.get("tenant") or DASH, t.get("class") or DASH, rate.text(t["rate_bps"])) for t in found
    ]
    return table_of(("Traffic", "Kind", "Tenant", "Class", f"Mean rate ({rate.unit})"), rows, {4})


def directions(document: Document) -> Table | None:
    """Traffic inside fabrics and across their borders."""
    found = document.get("directions") or []
    rate = measure([d[side] for d in found for side in ("east_west_bps", "north_south_bps")], RATES)
    heads = ("Tenant", "Class", f"East-west ({rate.unit})", f"North-south ({rate.unit})")
    rows = [
        (d["tenant"] or DASH, d["class"], rate.text(d["east_west_bps"]), rate.text(d["north_south_bps"])) for d in found
    ]
    return table_of(heads, rows, {2, 3})


def _within(service: Mapping[str, Any], what: str) -> str:
    """A time and the quantile that it is of, ``P99 1.163 s``."""
    seconds, quantile = service.get(f"{what}_s"), service.get(f"{what}_quantile")
    if seconds is None or quantile is None:
        return DASH
    return f"P{100 * quantile:g} {measure([seconds], TIMES).full(seconds)}"


def _full(service: Mapping[str, Any], pool: str) -> str:
    share = service.get(f"{pool}_utilisation")
    return DASH if share is None else f"{100 * share:.1f}"
