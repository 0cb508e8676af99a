"""``easterly ipam requests``, ``approve``, ``reject``."""

from __future__ import annotations

from typing import Any

import click

from easterly.app.clock import moment
from easterly.app.commands.ipam import desk


@click.command("requests")
@click.option("--state", type=click.Choice(["open", "approved", "rejected"]), default="open", show_default=True)
@desk.stored
def requests(state: str, url: str | None, form: str) -> None:
    """List requests that wait for approval, or that were decided."""
    from easterly.address.ipam import approvals

    with desk.opened(url, form) as store:
        found = approvals.questions(store, state=state)
        names = {each.id: each.name for each in desk.all_pools(store)}
    rows: list[dict[str, Any]] = [
        {
            "id": q.id, "pool": names.get(q.pool, str(q.pool)), "count": q.request.count,
            "length": q.request.prefix_length, "address": q.request.address, "device": q.request.device,
            "asker": q.asker, "asked_ms": q.asked_ms, "state": q.state, "decider": q.decider, "note": q.note,
        }
        for q in found
    ]  # fmt: skip
    cells = [[str(r["id"]), r["pool"], _wanted(r), r["asker"], moment(r["asked_ms"])] for r in rows]
    desk.told({"requests": rows}, desk.table(["Request", "Pool", "Wants", "Asked by", "At (UTC)"], cells), form)


def _wanted(row: desk.Row) -> str:
    what = "hosts" if row["length"] is None else f"of /{row['length']}"
    return str(row["address"] or f"{row['count']} {what}")


@click.command("approve")
@click.argument("request", type=click.IntRange(0, (1 << 63) - 1))
@click.option("--note", default="", metavar="TEXT")
@desk.acting
@desk.stored
def approve(request: int, note: str, actor: str, url: str | None, form: str) -> None:
    """Approve REQUEST, which is carried out at once; not by whoever asked."""
    _decide(request, note, actor, url, form, approve=True)


@click.command("reject")
@click.argument("request", type=click.IntRange(0, (1 << 63) - 1))
@click.option("--note", default="", metavar="TEXT")
@desk.acting
@desk.stored
def reject(request: int, note: str, actor: str, url: str | None, form: str) -> None:
    """Reject REQUEST."""
    _decide(request, note, actor, url, form, approve=False)


def _decide(request: int, note: str, actor: str, url: str | None, form: str, *, approve: bool) -> None:
    from easterly.address.ipam import approvals

    with desk.opened(url, form) as store:
        outcome = approvals.decide(store, request, approve=approve, actor=actor, note=note)
        desk.granted(outcome, form)
        names = {each.id: each.name for each in desk.all_pools(store)}
    rows = [desk.flat(each, names) for each in outcome.allocations]
    lines = desk.listing(rows) if approve else [f"rejected: {request}"]
    desk.told({"changed": True, "request": request, "allocations": rows}, lines, form)
