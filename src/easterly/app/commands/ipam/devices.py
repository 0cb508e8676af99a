"""``easterly ipam device`` and ``easterly ipam interface``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.commands.ipam import desk, given
from easterly.app.verbs import listed

if TYPE_CHECKING:
    from easterly.address.ipam import Allocation, Device, Interface, Store

RELEASE = click.option("--release", is_flag=True, help="Give its addresses back too; else it is refused if it has any.")
CLEAR = click.option("--clear-tags", is_flag=True, help="Forget the tags that it has.")


@click.group("device", invoke_without_command=True)
@terminal.format_option
@click.pass_context
def device(ctx: click.Context, form: str) -> None:
    """Add, list, show, edit and remove devices: their addresses say what they say."""
    listed(ctx, form)


@device.command("add")
@click.argument("name")
@click.option("--tenant", metavar="NAME", help="Whose it is; its addresses are theirs too.")
@given.marked
@desk.acting
@desk.stored
def add(
    name: str, tenant: str | None, tags: tuple[str, ...], fields: tuple[str, ...], actor: str, url: str | None,
    form: str,
) -> None:  # fmt: skip
    """Add the device NAME; an interface is made for each that its addresses name already.

    A device that is there already stays as it is, which is no error.
    """
    from easterly.address import ipam
    from easterly.address.ipam import devices

    with desk.opened(url, form) as store:
        there = devices.device(store, name)
        if there is None:
            desk.granted(store.one(ipam.AddDevice(name, tenant, tags, given.pairs(fields), actor)), form)
        row = _whole(store, _found(store, name, form))
    _told(row, there is None, f"{'added' if there is None else 'there already'}: {name}", form)


@device.command("list")
@click.option("--tenant", metavar="NAME", help="Only this tenant's.")
@click.option("--tag", metavar="TEXT", help="Only those with this tag.")
@click.option("--mac", metavar="TEXT", help="Only those with an interface that has it.")
@click.option("--limit", type=click.IntRange(1, 1 << 53), default=1000, show_default=True)
@click.option("--after", type=click.IntRange(0, 1 << 53), default=0, help="Id of the last device of the page before.")
@desk.stored
def list_devices(url: str | None, form: str, **how: Any) -> None:
    """List devices in the order in which they were made."""
    from easterly.address.ipam import devices

    with desk.opened(url, form) as store:
        found = devices.devices(store, **how)
        parts = devices.interfaces(store, [each.id for each in found])
    rows = [_row(each, parts[each.id]) for each in found]
    cells = [
        [r["name"], r["tenant"] or "-", f"{len(r['interfaces']):,}", ";".join(r["tags"]) or "-"] for r in rows
    ]  # fmt: skip
    following = rows[-1]["id"] if len(rows) == how["limit"] else None
    lines = desk.table(["Device", "Tenant", "Interfaces", "Tags"], cells, right=["Interfaces"])
    desk.told({"devices": rows, "after": following}, lines, form)


@device.command("show")
@click.argument("name")
@desk.stored
def show(name: str, url: str | None, form: str) -> None:
    """Show the device NAME: its interfaces, and the addresses of each."""
    from easterly.address.ipam import devices

    with desk.opened(url, form) as store:
        row = _whole(store, _found(store, name, form))
        held = devices.addresses(store, name)
        pools = {each.id: each.name for each in desk.all_pools(store)}
    own = [[key, value] for key, value in row["fields"].items()]
    said = [["device", name], ["tenant", row["tenant"]], ["tags", "; ".join(row["tags"])], *own]
    lines = [*desk.table(["", ""], [each for each in said if each[1]])][1:]
    cells = [[each["name"], each["mac"] or "-", _addresses(held, each["name"])] for each in row["interfaces"]]
    other = _addresses(held, None)
    cells += [["-", "-", other]] if other != "-" else []
    lines += ["", *desk.table(["Interface", "MAC", "Addresses"], cells)] if cells else []
    desk.told({"device": row, "allocations": [desk.flat(each, pools) for each in held]}, lines, form)


def _addresses(held: Sequence[Allocation], interface: str | None) -> str:
    return ", ".join(each.text for each in held if (each.about.interface or None) == interface) or "-"


@device.command("edit")
@click.argument("name")
@click.option("--name", "new", metavar="NAME", help="Its new name.")
@click.option("--tenant", metavar="NAME", help="Whose it is from now on; empty for nobody's.")
@CLEAR
@given.marked
@desk.acting
@desk.stored
def edit(
    name: str, new: str | None, tenant: str | None, tags: tuple[str, ...], fields: tuple[str, ...], clear_tags: bool,
    actor: str, url: str | None, form: str,
) -> None:  # fmt: skip
    """Change what is given of the device NAME, and what its addresses say with it; fields that it has stay."""
    from easterly.address import ipam

    with desk.opened(url, form) as store:
        old = _found(store, name, form)
        values = _values(old, tags, fields, clear_tags) | ({} if new is None else {"name": new})
        values |= {} if tenant is None else {"tenant": tenant or None}
        desk.granted(store.one(ipam.EditDevice(old.id, values, actor)), form)
        row = _whole(store, _found(store, new or name, form))
    _told(row, True, f"edited: {row['name']}", form)


def _values(
    old: Device | Interface, tags: tuple[str, ...], fields: tuple[str, ...], clear_tags: bool
) -> dict[str, Any]:
    """New tags and fields, where some were given."""
    values: dict[str, Any] = {"tags": (*(() if clear_tags else old.tags), *tags)} if tags or clear_tags else {}
    return values | ({"fields": dict(old.fields) | given.pairs(fields)} if fields else {})


@device.command("remove")
@click.argument("name")
@RELEASE
@desk.acting
@desk.stored
def remove(name: str, release: bool, actor: str, url: str | None, form: str) -> None:
    """Remove the device NAME with its interfaces."""
    from easterly.address import ipam

    with desk.opened(url, form) as store:
        found = _found(store, name, form)
        outcome = desk.granted(store.one(ipam.RemoveDevice(found.id, release, actor)), form)
    freed = [each.text for each in outcome.allocations]
    desk.told({"changed": True, "device": name, "released": freed}, _gone(name, freed), form)


def _gone(name: str, freed: list[str]) -> list[str]:
    return [f"removed: {name}", *([f"released: {', '.join(freed)}"] if freed else [])]


def _found(store: Store, name: str, form: str) -> Device:
    """A device by name; leaves with code 1 where there is none."""
    from easterly.address.ipam import devices
    from easterly.base.findings import did_you_mean

    found = devices.device(store, name)
    if found is None:
        names = [each.name for each in desk.all_devices(store)]
        desk.refuse("unknown", f"there is no device {name!r}", did_you_mean(name, names), form)
    return found


def _whole(store: Store, found: Device) -> dict[str, Any]:
    from easterly.address.ipam import devices

    return _row(found, devices.interfaces(store, [found.id])[found.id])


def _row(found: Device, parts: Sequence[Interface]) -> dict[str, Any]:
    """A device as one object with its interfaces."""
    return {**found.document(), "interfaces": [each.document() for each in parts]}


def _told(row: dict[str, Any], changed: bool, line: str, form: str) -> None:
    names = [each["name"] for each in row["interfaces"]]
    more = f", with interfaces {', '.join(names)}" if changed and names else ""
    desk.told({"changed": changed, "device": row}, [line + more], form)


@click.group("interface", invoke_without_command=True)
@terminal.format_option
@click.pass_context
def interface(ctx: click.Context, form: str) -> None:
    """Add, edit and remove interfaces of devices."""
    listed(ctx, form)


@interface.command("add")
@click.argument("of")
@click.argument("name")
@click.option("--mac", metavar="TEXT", help="Hardware address; addresses of the interface have it.")
@given.marked
@desk.acting
@desk.stored
def add_interface(
    of: str, name: str, mac: str | None, tags: tuple[str, ...], fields: tuple[str, ...], actor: str, url: str | None,
    form: str,
) -> None:  # fmt: skip
    """Add the interface NAME to the device OF; one that is there already stays as it is, which is no error."""
    from easterly.address import ipam

    with desk.opened(url, form) as store:
        owner = _found(store, of, form)
        there = any(each["name"] == name for each in _whole(store, owner)["interfaces"])
        if not there:
            asked = ipam.AddInterface(owner.id, name, mac, tags, given.pairs(fields), actor)
            desk.granted(store.one(asked), form)
        row = _part(store, owner, name, form).document()
    line = f"{'there already' if there else 'added'}: {of} {name}"
    desk.told({"changed": not there, "interface": row}, [line], form)


@interface.command("edit")
@click.argument("of")
@click.argument("name")
@click.option("--name", "new", metavar="NAME", help="Its new name.")
@click.option("--mac", metavar="TEXT", help="Its hardware address from now on; empty for none.")
@CLEAR
@given.marked
@desk.acting
@desk.stored
def edit_interface(
    of: str, name: str, new: str | None, mac: str | None, tags: tuple[str, ...], fields: tuple[str, ...],
    clear_tags: bool, actor: str, url: str | None, form: str,
) -> None:  # fmt: skip
    """Change what is given of the interface NAME of the device OF, and what its addresses say with it."""
    from easterly.address import ipam

    with desk.opened(url, form) as store:
        owner = _found(store, of, form)
        old = _part(store, owner, name, form)
        values = _values(old, tags, fields, clear_tags) | ({} if new is None else {"name": new})
        values |= {} if mac is None else {"mac": mac or None}
        desk.granted(store.one(ipam.EditInterface(old.id, values, actor)), form)
        row = _part(store, owner, new or name, form).document()
    desk.told({"changed": True, "interface": row}, [f"edited: {of} {row['name']}"], form)


@interface.command("remove")
@click.argument("of")
@click.argument("name")
@RELEASE
@desk.acting
@desk.stored
def remove_interface(of: str, name: str, release: bool, actor: str, url: str | None, form: str) -> None:
    """Remove the interface NAME of the device OF."""
    from easterly.address import ipam

    with desk.opened(url, form) as store:
        found = _part(store, _found(store, of, form), name, form)
        outcome = desk.granted(store.one(ipam.RemoveInterface(found.id, release, actor)), form)
    freed = [each.text for each in outcome.allocations]
    desk.told({"changed": True, "interface": name, "released": freed}, _gone(f"{of} {name}", freed), form)


def _part(store: Store, owner: Device, name: str, form: str) -> Interface:
    """An interface of a device by name; leaves with code 1 where there is none."""
    from easterly.address.ipam import devices
    from easterly.base.findings import did_you_mean

    parts = {each.name: each for each in devices.interfaces(store, [owner.id])[owner.id]}
    if name not in parts:
        said = f"device {owner.name} has no interface {name!r}"
        desk.refuse("unknown", said, did_you_mean(name, parts) if parts else "it has none", form)
    return parts[name]
