"""``easterly ipam init``, ``fsck``, ``backup``, ``restore``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from easterly.app import terminal
from easterly.app.commands.ipam import desk
from easterly.base.counts import counted


@click.command("init")
@desk.stored
def init(url: str | None, form: str) -> None:
    """Make a store, or bring its schema up to date; one that is up to date stays as it is."""
    from sqlalchemy.exc import SQLAlchemyError

    from easterly.address import ipam
    from easterly.address.ipam.connect import locate

    place = url or desk.home()
    try:
        where = locate(place)
        if where.get_backend_name() == "sqlite":
            Path(str(where.database)).parent.mkdir(parents=True, exist_ok=True)
        try:
            ipam.open(place).close()
            made = False
        except ipam.StoreError:
            ipam.init(place).close()
            made = True
    except (ValueError, OSError) as error:
        terminal.misused(str(error), form)
    except SQLAlchemyError as error:
        terminal.misused(f"{place}: {str(getattr(error, 'orig', error)).partition(chr(10))[0]}", form)
    shown = where.render_as_string(hide_password=True)
    desk.told({"changed": made, "store": shown}, [f"{'made' if made else 'up to date'}: {shown}"], form)


@click.command("fsck")
@desk.stored
def fsck(url: str | None, form: str) -> None:
    """Prove that a store is sound: free and used are disjoint and everything, the audit is whole and says the same."""
    from easterly.address.ipam.fsck import fsck as check

    with desk.opened(url, form) as store:
        damage, pools = check(store), len(desk.all_pools(store))
    lines = damage or [f"sound: {counted(pools, 'pool')}"]
    desk.told({"sound": not damage, "pools": pools, "damage": damage}, lines, form)
    sys.exit(terminal.FOUND if damage else terminal.FINE)


@click.command("backup")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@desk.stored
def backup(path: Path, url: str | None, form: str) -> None:
    """Write a store into the new file PATH as it is at one moment; nobody needs to wait for it."""
    from easterly.address.ipam import copy

    with desk.opened(url, form) as store:
        copy.backup(store, path)
    desk.told({"changed": True, "path": str(path)}, [f"written: {path}"], form)


@click.command("restore")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@desk.stored
def restore(path: Path, url: str | None, form: str) -> None:
    """Make a store from the backup PATH; there must be none yet, or an empty one, of any kind of database."""
    from sqlalchemy.exc import SQLAlchemyError

    from easterly.address.ipam import copy

    place = url or desk.home()
    try:
        copy.restore(path, place)
    except (ValueError, OSError) as error:
        terminal.misused(str(error), form)
    except SQLAlchemyError as error:
        terminal.misused(f"{path}: {str(getattr(error, 'orig', error)).partition(chr(10))[0]}", form)
    desk.told({"changed": True, "path": str(path)}, [f"restored from {path}"], form)
