"""``easterly ipam pool`` and ``easterly ipam vrf``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.commands.ipam import desk, given
from easterly.app.verbs import listed

if TYPE_CHECKING:
    from easterly.address.ipam import AddPool, Pool, Store


@click.group("pool", invoke_without_command=True)
@terminal.format_option
@click.pass_context
def pool(ctx: click.Context, form: str) -> None:
    """Add, list, show and remove pools."""
    listed(ctx, form)


@pool.command("add")
@click.argument("name")
@click.argument("prefix", required=False)
@click.option("--parent", metavar="POOL", help="The pool that it is taken from.")
@click.option("--length", type=click.IntRange(0, 128), metavar="BITS", help="The next free block of PARENT, so long.")
@click.option("--sparse", is_flag=True, help="That block as far from the others as can be (RFC 3531).")
@click.option("--vrf", default="default", show_default=True, metavar="NAME", help="Its VRF; a child has its parent's.")
@click.option("--role", metavar="TEXT", help="What it is for.")
@click.option("--tenant", metavar="NAME")
@click.option("--edges", is_flag=True, help="Give the first and the last address too.")
@click.option("--approval", is_flag=True, help="Allocations wait for somebody's approval.")
@click.option("--lease", type=given.DURATION, metavar="TIME", help="Lease where a request names none.")
@click.option("--longest", type=given.DURATION, metavar="TIME", help="No lease is longer.")
@click.option("--quarantine", type=given.DURATION, metavar="TIME", default="0s", help="Rest before it is free again.")
@given.marked
@desk.acting
@desk.stored
def add(
    name: str, prefix: str | None, lease: float | None, longest: float | None, quarantine: float, length: int | None,
    fields: tuple[str, ...], url: str | None, form: str, **said: Any,
) -> None:  # fmt: skip
    """Add the pool NAME: PREFIX, a range FIRST-LAST, or a block of --length out of --parent.

    A pool that is there already with the same place stays as it is, which is no error.
    """
    from easterly.address import ipam
    from easterly.address.ipam import pages

    asked = ipam.AddPool(
        name, prefix, prefix_length=length, lease_s=lease, longest_s=longest, quarantine_s=quarantine,
        fields=given.pairs(fields), **said,
    )  # fmt: skip
    with desk.opened(url, form) as store:
        there = pages.pool(store, name)
        same = there is not None and _same(store, there, asked)
        if not same:
            desk.granted(store.one(asked), form)
            there = pages.pool(store, name)
    assert there is not None
    verb = "there already" if same else "added"
    desk.told({"changed": not same, "pool": _row(there, {})}, [f"{verb}: {name} {there.text}"], form)


def _same(store: Store, there: Pool, asked: AddPool) -> bool:
    """Whether a pool has the place that is asked for: its prefix or length, its parent, and its VRF."""
    from easterly.address.ipam import pages
    from easterly.address.ipam.places import place

    parent = None if there.parent is None else pages.pool(store, there.parent)
    if (None if parent is None else parent.name) != asked.parent:
        return False
    if parent is None and there.vrf not in [each.id for each in pages.vrfs(store) if each.name == asked.vrf]:
        return False
    if asked.prefix is None:
        return there.length == asked.prefix_length
    return place(asked.prefix)[:3] == (there.family, there.lo, there.hi)


@pool.command("list")
@desk.stored
def list_pools(url: str | None, form: str) -> None:
    """List pools in the order in which they were made."""
    with desk.opened(url, form) as store:
        found = desk.all_pools(store)
    names = {each.id: each.name for each in found}
    rows = [_row(each, names) for each in found]
    cells = [
        [r["name"], r["at"], r["parent"] or "-", r["role"] or "-", f"{r['used']:,}", f"{r['free']:,}"] for r in rows
    ]
    heads = ["Pool", "Place", "Parent", "Role", "Used", "Free"]
    desk.told({"pools": rows}, desk.table(heads, cells, right=["Used", "Free"]), form)


@pool.command("show")
@click.argument("name")
@desk.stored
def show(name: str, url: str | None, form: str) -> None:
    """Show all that is known of the pool NAME."""
    with desk.opened(url, form) as store:
        found = desk.pool_of(store, name, form)
        names = {each.id: each.name for each in desk.all_pools(store)}
    row = _row(found, names)
    shown = [[key, str(value)] for key, value in row.items() if value not in (None, [], {})]
    desk.told({"pool": row}, desk.table(["", ""], shown), form)


@pool.command("remove")
@click.argument("name")
@desk.acting
@desk.stored
def remove(name: str, actor: str, url: str | None, form: str) -> None:
    """Remove the pool NAME, which must be empty; a child's addresses return to its parent."""
    from easterly.address import ipam

    with desk.opened(url, form) as store:
        desk.granted(store.one(ipam.RemovePool(name, actor=actor)), form)
    desk.told({"changed": True, "pool": name}, [f"removed: {name}"], form)


def _row(made: Pool, names: Mapping[int, str]) -> dict[str, Any]:
    """A pool as one flat object."""
    parent = None if made.parent is None else names.get(made.parent, str(made.parent))
    return {
        "id": made.id, "name": made.name, "vrf": made.vrf, "parent": parent, "at": made.text, "role": made.role,
        "tenant": made.tenant, "edges": made.edges, "approval": made.approval, "lease_s": made.lease_s,
        "longest_s": made.longest_s, "quarantine_s": made.quarantine_s, "tags": list(made.about.tags),
        "fields": dict(made.about.fields), "size": made.size, "used": made.used, "free": made.size - made.used,
        "allocations": made.count,
    }  # fmt: skip


@click.group("vrf", invoke_without_command=True)
@terminal.format_option
@click.pass_context
def vrf(ctx: click.Context, form: str) -> None:
    """Add, list and remove VRFs: the same prefix in two of them is two prefixes."""
    listed(ctx, form)


@vrf.command("add")
@click.argument("name")
@click.option("--rd", metavar="TEXT", help="Route distinguisher.")
@click.option("--tenant", metavar="NAME")
@desk.acting
@desk.stored
def add_vrf(name: str, url: str | None, form: str, **said: Any) -> None:
    """Add the VRF NAME."""
    from easterly.address import ipam
    from easterly.address.ipam import pages

    with desk.opened(url, form) as store:
        there = any(each.name == name for each in pages.vrfs(store))
        if not there:
            desk.granted(store.one(ipam.AddVrf(name, **said)), form)
    desk.told({"changed": not there, "vrf": name}, [f"{'there already' if there else 'added'}: {name}"], form)


@vrf.command("remove")
@click.argument("name")
@desk.acting
@desk.stored
def remove_vrf(name: str, actor: str, url: str | None, form: str) -> None:
    """Remove the VRF NAME, in which no pool may be left."""
    from easterly.address import ipam

    with desk.opened(url, form) as store:
        desk.granted(store.one(ipam.RemoveVrf(name, actor)), form)
    desk.told({"changed": True, "vrf": name}, [f"removed: {name}"], form)


@vrf.command("list")
@desk.stored
def list_vrfs(url: str | None, form: str) -> None:
    """List VRFs."""
    from easterly.address.ipam import pages

    with desk.opened(url, form) as store:
        found = pages.vrfs(store)
    rows = [{"id": each.id, "name": each.name, "rd": each.rd, "tenant": each.tenant} for each in found]
    cells = [[each.name, each.rd or "-", each.tenant or "-"] for each in found]
    desk.told({"vrfs": rows}, desk.table(["VRF", "RD", "Tenant"], cells), form)
