"""``easterly ipam usage``, ``forecast``, ``anomalies``."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.clock import moment
from easterly.app.commands.ipam import desk, given
from easterly.base.counts import counted

if TYPE_CHECKING:
    from easterly.address.ipam import Allocation, Pool, Store
    from easterly.address.ipam.anomalies import Anomaly

DAY_S = 86400.0


@click.command("usage")
@click.argument("pool", required=False)
@click.option("--record", "note", is_flag=True, help="Note how full every pool is now; for a timer, once an hour.")
@click.option("--every", type=given.DURATION, default="1h", show_default=True, help="A second note in it replaces.")
@desk.stored
def usage(pool: str | None, note: bool, every: float, url: str | None, form: str) -> None:
    """Show how full POOL was over time; with --record, note how full every pool is."""
    from easterly.address.ipam import history

    if pool is None and not note:
        raise click.UsageError("name a POOL, or --record")
    with desk.opened(url, form) as store:
        count = history.record(store, every_s=every) if note else 0
        found = None if pool is None else history.usage(store, desk.pool_of(store, pool, form).id)
    points = [] if found is None else list(zip(found.at_s.tolist(), found.used.tolist(), strict=True))
    rows = [{"at_ms": round(at_s * 1000), "used": used} for at_s, used in points]
    cells = [[moment(r["at_ms"]), f"{r['used']:,.0f}"] for r in rows]
    lines = (
        [f"noted: {counted(count, 'pool')}"]
        if found is None
        else desk.table(["At (UTC)", "Used"], cells, right=["Used"])
    )
    desk.told({"changed": note, "noted": count, "usage": rows}, lines, form)


@click.command("forecast")
@click.argument("pool", required=False)
@desk.stored
def forecast(pool: str | None, url: str | None, form: str) -> None:
    """Tell when POOL, or each pool, will be full, from what was noted: at the median rate, and its 95 % interval."""
    with desk.opened(url, form) as store:
        pools = desk.all_pools(store) if pool is None else [desk.pool_of(store, pool, form)]
        rows = [ahead(store, each) for each in pools]
    cells = [
        [r["pool"], "-" if r["per_day"] is None else f"{r['per_day']:+,.1f}",
         *(moment(r[name]) for name in ("full_ms", "earliest_ms", "latest_ms"))]
        for r in rows
    ]  # fmt: skip
    heads = ["Pool", "A day", "Full (UTC)", "Earliest", "Latest"]
    desk.told({"forecasts": rows}, desk.table(heads, cells, right=["A day"]), form)


def ahead(store: Store, pool: Pool) -> dict[str, Any]:
    """When a pool will be full, as one flat object."""
    from easterly.address.ipam import history

    noted = history.usage(store, pool.id)
    made = history.forecast(noted, float(pool.size))
    row: dict[str, Any] = {"pool": pool.name, "points": len(noted.at_s), "per_day": None}
    if made is None:
        return row | {"full_ms": None, "earliest_ms": None, "latest_ms": None}
    times = {"full_ms": made.full_s, "earliest_ms": made.earliest_s, "latest_ms": made.latest_s}
    return row | {"per_day": made.rate_per_s * DAY_S} | {name: _ms(at_s) for name, at_s in times.items()}


def _ms(at_s: float) -> int | None:
    """Milliseconds; None for never, and for later than people plan."""
    return round(at_s * 1000) if math.isfinite(at_s) and at_s < 2.5e11 else None


@click.command("anomalies")
@click.argument("pool", required=False)
@click.option("--stale", type=given.DURATION, metavar="TIME", help="Also what is held for longer without a lease.")
@desk.stored
def anomalies(pool: str | None, stale: float | None, url: str | None, form: str) -> None:
    """Find what looks wrong in POOL or all pools: sudden growth, a MAC that two devices claim; code 1 if anything."""
    with desk.opened(url, form) as store:
        pools = desk.all_pools(store) if pool is None else [desk.pool_of(store, pool, form)]
        found = list(_found(store, pools, stale))
    rows = [{"code": each.code, "message": each.message, "ids": list(each.ids)} for each in found]
    lines = [f"{each.code}: {each.message}" for each in found] or ["nothing looks wrong"]
    desk.told({"anomalies": rows}, lines, form)
    sys.exit(terminal.FOUND if found else terminal.FINE)


def _found(store: Store, pools: list[Pool], stale_s: float | None) -> Iterator[Anomaly]:
    from easterly.address.ipam import anomalies as look
    from easterly.address.ipam import devices as inventory
    from easterly.address.ipam import history

    for pool in pools:
        for each in look.growth(history.usage(store, pool.id)):
            yield type(each)(each.code, f"{pool.name}: {each.message}", each.ids)
    named = {each.name: each.id for each in desk.all_devices(store)}
    parts = inventory.interfaces(store, list(named.values()))
    owned = {name: parts[number] for name, number in named.items()}
    yield from look.duplicate_macs((a for pool in pools for a in _all(store, pool)), owned)
    if stale_s is not None:
        held = (a for pool in pools for a in _all(store, pool))
        yield from look.stale(held, {}, store.now_ms(), after_s=stale_s)


def _all(store: Store, pool: Pool) -> Iterator[Allocation]:
    """Every allocation of a pool, in pages."""
    from easterly.address.ipam import pages

    after = -1
    while page := pages.allocations(store, pool.id, after=after, limit=20_000):
        yield from page
        after = page[-1].lo
