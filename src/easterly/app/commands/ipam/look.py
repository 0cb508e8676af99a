"""``easterly ipam show``, ``tree``, ``list``, ``audit``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.clock import moment
from easterly.app.commands.ipam import desk

if TYPE_CHECKING:
    from easterly.address.ipam import Pool, Store

STRIP = 20
"""Letters of a bar."""


@click.command("show")
@click.argument("address")
@click.option("--vrf", default="default", show_default=True, metavar="NAME")
@desk.stored
def show(address: str, vrf: str, url: str | None, form: str) -> None:
    """Tell who holds ADDRESS, and the pools around it; code 1 where nobody does."""
    from easterly.address.ipam import pages

    with desk.opened(url, form) as store:
        found = pages.holders(store, address, vrf=desk.vrf_of(store, vrf, form))
        names = {each.id: each.name for each in desk.all_pools(store)}
    rows = [desk.flat(each, names) for each in found]
    if not rows or rows[-1]["kind"] == "pool":
        within = f", which pool {rows[-1]['fields'].get('pool')} could give" if rows else ""
        desk.refuse("unknown", f"nobody holds {address}{within}", "see `easterly ipam tree`", form)
    desk.told({"address": address, "held": rows[-1], "around": rows[:-1]}, desk.listing(rows), form)


@click.command("tree")
@click.argument("pool", required=False)
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write a page: strips of use, history, forecast.")  # fmt: skip
@desk.stored
def tree(pool: str | None, report: Path | None, url: str | None, form: str) -> None:
    """Show pools and how full they are: all, or those in POOL.

    Of the free addresses hosts do not get the network and broadcast address of an IPv4 prefix, and the first of an IPv6
    one, unless their pool was added with --edges; a block may begin and end with them.
    """
    if report is not None:
        terminal.writable(report, form)
    from easterly.address.ipam import pages

    with desk.opened(url, form) as store:
        top = None if pool is None else desk.pool_of(store, pool, form)
        pools, hosts = list(walk(store, top)), pages.for_hosts(store)
        rows = [_branch(level, each, hosts[each.id]) for level, each in pools]
        if report is not None:
            page = _page(store, pool or "all pools", [each for _, each in pools], rows)
            terminal.written(report, page, form)
    cells = [
        [
            "  " * r["level"] + r["name"],
            r["at"],
            bar(r["share"]),
            f"{r['share']:.1%}",
            f"{r['free']:,}",
            f"{r['free_for_hosts']:,}",
            r["role"] or "-",
        ]
        for r in rows
    ]
    heads = ["Pool", "Place", "Used", "", "Free", "For hosts", "Role"]
    desk.told({"pools": rows}, desk.table(heads, cells, right=["", "Free", "For hosts"]), form)


def _page(store: Store, title: str, pools: list[Pool], rows: list[dict[str, Any]]) -> str:
    from easterly.address.ipam import history
    from easterly.app.commands.ipam.watch import ahead
    from easterly.app.report import ipam

    noted = {each.name: history.usage(store, each.id) for each in pools}
    return ipam.page(title, rows, noted, [ahead(store, each) for each in pools])


def walk(store: Store, top: Pool | None) -> Iterator[tuple[int, Pool]]:
    """Pools with their levels, each before its children, in order of address."""
    from collections import defaultdict

    children = defaultdict[int | None, list["Pool"]](list)
    for each in desk.all_pools(store):
        children[each.parent].append(each)
    line = [(0, each) for each in reversed(_sorted(children[None] if top is None else [top]))]
    while line:
        level, each = line.pop()
        yield level, each
        line += [(level + 1, child) for child in reversed(_sorted(children[each.id]))]


def _sorted(pools: list[Pool]) -> list[Pool]:
    return sorted(pools, key=lambda each: (each.vrf, each.family, each.lo, -each.hi))


def _branch(level: int, pool: Pool, hosts: int) -> dict[str, Any]:
    return {
        "level": level, "name": pool.name, "at": pool.text, "role": pool.role, "tenant": pool.tenant, "used": pool.used,
        "free": pool.size - pool.used, "free_for_hosts": hosts, "share": pool.used / pool.size,
        "allocations": pool.count,
    }  # fmt: skip


def bar(share: float) -> str:
    """A bar of text; what is little is not shown as nothing.

    >>> bar(0.5), bar(1e-9)
    ('##########..........', '#...................')
    """
    full = min(STRIP, max(round(share * STRIP), share > 0))
    return "#" * full + "." * (STRIP - full)


@click.command("list")
@click.argument("pool")
@click.option("--within", metavar="PREFIX", help="Only what begins in it.")
@click.option("--filter", "filters", multiple=True, metavar="NAME=VALUE",
              help="tenant, device, interface, mac, dns_name, owner, state, kind, key, tag; again.")  # fmt: skip
@click.option("--limit", type=click.IntRange(1, 1 << 53), default=1000, show_default=True)
@click.option("--after", metavar="ADDRESS", help="Go on behind this address: the last of the page before.")
@desk.stored
def list_(
    pool: str, within: str | None, filters: tuple[str, ...], limit: int, after: str | None, url: str | None, form: str
) -> None:
    """List what POOL has given, in order of address."""
    from easterly.address.ipam import pages
    from easterly.address.ipam.places import place
    from easterly.app.commands.ipam.given import pairs

    with desk.opened(url, form) as store:
        found = desk.pool_of(store, pool, form)
        begin = -1 if after is None else place(after).lo
        rows = pages.allocations(store, found.id, after=begin, limit=limit, within=within, **pairs(filters))
    shown = [desk.flat(each, {found.id: found.name}) for each in rows]
    following = shown[-1]["address"] if len(shown) == limit else None
    desk.told({"allocations": shown, "after": following}, desk.listing(shown), form)


@click.command("audit")
@click.argument("pool", required=False)
@click.option("--after", type=click.IntRange(0, 1 << 53), default=0, help="Last entry of the page before.")
@click.option("--limit", type=click.IntRange(1, 1 << 53), default=100, show_default=True)
@desk.stored
def audit(pool: str | None, after: int, limit: int, url: str | None, form: str) -> None:
    """Show what was done to POOL, or by the administration, entry by entry."""
    from easterly.address.ipam import pages

    with desk.opened(url, form) as store:
        chain = 0 if pool is None else desk.pool_of(store, pool, form).id
        entries = pages.audit(store, chain, after=after, limit=limit)
    rows = [{"seq": e.seq, "at_ms": e.at_ms, "hash": e.hash.hex(), "change": e.change} for e in entries]
    cells = [
        [str(e.seq), moment(e.at_ms), e.hash.hex()[:12], e.change["do"], e.change.get("by") or "-"] for e in entries
    ]
    desk.told({"entries": rows}, desk.table(["Entry", "At (UTC)", "Hash", "Did", "By"], cells, right=["Entry"]), form)
