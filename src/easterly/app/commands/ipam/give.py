"""``easterly ipam alloc``, ``renew``, ``release``, ``reclaim``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from easterly.app.commands.ipam import desk, given

if TYPE_CHECKING:
    from easterly.address.ipam import Outcome, Request, Store


@click.command("alloc")
@click.argument("pool")
@click.option("--count", type=click.IntRange(1, 1 << 20), default=1, show_default=True, help="Hosts or blocks.")
@click.option("--length", type=click.IntRange(0, 128), metavar="BITS", help="Blocks of this length; hosts if absent.")
@click.option("--sparse", is_flag=True, help="Blocks as far from each other as can be (RFC 3531).")
@click.option("--address", metavar="TEXT", help="This address or prefix.")
@click.option("--range", "span", metavar="FIRST-LAST", help="This range.")
@click.option("--lease", type=given.DURATION, metavar="TIME", help="Held so long; the pool's own lease if absent.")
@click.option("--key", metavar="TEXT", help="A retry with the same key gets the same addresses.")
@click.option("--reserve", is_flag=True, help="Keep it for later: never expires.")
@click.option("--owner", default="", metavar="NAME", help="Who may renew and release.  [default: the actor]")
@click.option("--ask", is_flag=True, help="Put the request before those who may approve it.")
@given.held_by
@given.marked
@desk.acting
@desk.stored
def alloc(
    pool: str, length: int | None, span: str | None, lease: float | None, ask: bool, fields: tuple[str, ...],
    url: str | None, form: str, **said: Any,
) -> None:  # fmt: skip
    """Take addresses out of POOL: the next free ones, or those that are named.

    With --lease they are held for a while only, as for an experiment. With --key the same command may be repeated
    after a failure, and gives the same addresses.
    """
    from easterly.address import ipam

    first, dash, last = (span or "").partition("-")
    if span is not None and not dash:
        raise click.UsageError(f"--range {span!r}: write it as FIRST-LAST")
    request = ipam.Allocate(
        pool, prefix_length=length, lease_s=lease, fields=given.pairs(fields), first=first.strip() or None,
        last=last.strip() or None, **said,
    )  # fmt: skip
    with desk.opened(url, form) as store:
        if ask:
            _asked(store, request, form)
            return
        outcome = desk.granted(store.one(request), form)
        name = desk.pool_of(store, pool, form)
    _tell([outcome], {name.id: name.name}, form, changed=not outcome.repeated)


def _asked(store: Store, request: Any, form: str) -> None:
    from easterly.address.ipam import approvals

    outcome = desk.granted(approvals.ask(store, request), form)
    desk.told({"changed": True, "request": outcome.id}, [f"request {outcome.id} waits for approval"], form)


@click.command("renew")
@click.argument("which", nargs=-1, required=True)
@click.option("--lease", type=given.DURATION, metavar="TIME", help="From now on; the pool's own lease if absent.")
@click.option("--owner", metavar="NAME", help="Refuse what somebody else owns.")
@click.option("--vrf", default="default", show_default=True, metavar="NAME")
@desk.acting
@desk.stored
def renew(
    which: tuple[str, ...], lease: float | None, owner: str | None, vrf: str, actor: str, url: str | None, form: str
) -> None:
    """Prolong the leases of WHICH: addresses, or ids of allocations. One that is refused does not keep the others."""
    from easterly.address import ipam

    def request(number: int) -> Request:
        return ipam.Renew(number, lease, owner, actor)

    _each(which, request, vrf, url, form)


@click.command("release")
@click.argument("which", nargs=-1, required=True)
@click.option("--owner", metavar="NAME", help="Refuse what somebody else owns.")
@click.option("--vrf", default="default", show_default=True, metavar="NAME")
@desk.acting
@desk.stored
def release(which: tuple[str, ...], owner: str | None, vrf: str, actor: str, url: str | None, form: str) -> None:
    """Give WHICH back: addresses, or ids of allocations."""
    from easterly.address import ipam

    def request(number: int) -> Request:
        return ipam.Release(number, owner, actor)

    _each(which, request, vrf, url, form, freed=True)


def _each(which: tuple[str, ...], request: Any, vrf: str, url: str | None, form: str, *, freed: bool = False) -> None:
    """Carry out one request for each allocation; what was done is told, and the first refusal, after all were tried."""
    with desk.opened(url, form) as store:
        number = desk.vrf_of(store, vrf, form)
        ids = [_id(store, text, number, form) for text in which]
        outcomes = store.apply([request(each) for each in ids])
        names = {each.id: each.name for each in desk.all_pools(store)}
    done = [each for each in outcomes if each.ok]
    no = next((each.refusal for each in outcomes if each.refusal is not None), None)
    if no is None:
        _tell(done, names, form, changed=True, freed=freed)
        return
    rows = _rows(done, names, freed=freed)
    if rows and form != "json":
        desk.told({}, desk.listing(rows), form)
    desk.refuse(no.code, no.message, no.hint, form, changed=bool(rows), allocations=rows)


def _id(store: Store, text: str, vrf: int, form: str) -> int:
    from easterly.address.ipam import pages
    from easterly.address.ipam.places import place

    if text.isascii() and text.isdigit() and len(text) < 20 and int(text) < 1 << 63:
        return int(text)
    at = place(text)
    around = pages.holders(store, text, vrf=vrf)
    found = [each for each in around if each.kind != "pool" and (each.lo, each.hi) == at[1:3]]
    if not found:
        desk.refuse("gone", f"nobody holds {text}", "see `easterly ipam show`", form)
    return found[-1].id


def _rows(outcomes: list[Outcome], names: dict[int, str], *, freed: bool) -> list[dict[str, Any]]:
    """What requests are about; what was given back and does not rest is free, whatever it was."""
    rows = [desk.flat(each, names) for outcome in outcomes for each in outcome.allocations]
    return [row if not freed or row["state"] == "quarantined" else {**row, "state": "free", "until_ms": None}
            for row in rows]  # fmt: skip


def _tell(outcomes: list[Outcome], names: dict[int, str], form: str, *, changed: bool, freed: bool = False) -> None:
    rows = _rows(outcomes, names, freed=freed)
    desk.told({"changed": changed, "allocations": rows}, desk.listing(rows), form)


@click.command("reclaim")
@click.option("--limit", type=click.IntRange(1, 1 << 53), default=100_000, show_default=True, help="How many at most.")
@desk.stored
def reclaim(limit: int, url: str | None, form: str) -> None:
    """Move on what is past its time: into quarantine, or free."""
    with desk.opened(url, form) as store:
        count = store.reclaim(limit)
    desk.told({"changed": count > 0, "moved": count}, [f"moved on: {count}"], form)
