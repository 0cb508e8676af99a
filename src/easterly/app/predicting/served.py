"""Stations of inference services: as JSON, and as they are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from easterly.app.columns import Column
from easterly.app.values import number
from easterly.base.units import TIME, format_short

if TYPE_CHECKING:
    from easterly.app.text import Page
    from easterly.model.stations import Stations
    from easterly.study.queueing import ServiceQueues

SCOPE = (
    "requests come with the variation that the site gives them; prompts are computed in the order of arrival by the "
    "first replica that is free, with the mean and the variation of their lengths; answers are dealt out to replicas "
    "at random, each of which works on all that it has at once, and what that takes longer counts as waiting; times on "
    "the network are not in it"
)


def document(made: ServiceQueues) -> dict[str, Any]:
    """Rows of services, and what is taken for granted."""
    rows = [
        {"service": str(name), "stage": stage, "stations": 1 if stage == "prompts" else int(made.replicas[i]),
         "servers": int(made.servers[i]) if stage == "prompts" else 1, "method": of.method, "error": of.error.value,
         **_numbers(of, i)}
        for i, name in enumerate(made.name.tolist())
        for stage, of in (("prompts", made.prompts), ("answers", made.answers))
    ]  # fmt: skip
    return {"services": rows, "services_assumed": SCOPE if rows else None, "services_unknown": list(made.unknown)}


def _numbers(of: Stations, i: int) -> dict[str, Any]:
    return {
        "requests_per_s": number(of.entering[i]), "load": number(of.rho[i]), "L": number(of.L[i]),
        "Lq": number(of.Lq[i]), "W_s": number(of.W[i]), "Wq_s": number(of.Wq[i]),
        "overloaded": bool(of.W[i] == float("inf")),
    }  # fmt: skip


def show(page: Page, found: dict[str, Any]) -> None:
    """Stations as they are printed; nothing where there are no services."""
    rows = found["services"]
    if not rows and not found["services_unknown"]:
        return
    page.title("Inference services, as stations of requests")
    heads = ("Service", "Stage", "Stations", "Servers", "Load", "Waits", "Takes", "Inside")
    page.table(
        tuple(Column(head, right=i >= 2) for i, head in enumerate(heads)),
        [
            (row["service"], row["stage"], f"{row['stations']:,}", f"{row['servers']:,}", f"{row['load']:.1%}",
             _time(row["Wq_s"]), _time(row["W_s"]), "no end" if row["L"] is None else f"{row['L']:.3g}")
            for row in rows
        ],
    )  # fmt: skip
    how = "; ".join(dict.fromkeys(f"{row['stage']} by {row['method']}" for row in rows))
    if rows:
        page.wrapped(f"Taken for granted: {found['services_assumed']}. {how[:1].upper() + how[1:]}.", "dim", "  ")
    if found["services_unknown"]:
        page.wrapped(f"GPUs that nobody describes: {', '.join(found['services_unknown'])}.", "dim", "  ")


def _time(value: float | None) -> str:
    return "for ever" if value is None else "0" if value == 0 else format_short(value, TIME)
