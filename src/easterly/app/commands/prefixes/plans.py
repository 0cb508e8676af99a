"""Calculators that hand out subnets: ``vlsm``, ``sparse``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import click

from easterly.app import terminal
from easterly.app.calc import asking, lists
from easterly.base.findings import Finding

if TYPE_CHECKING:
    from easterly.address import Prefixes
    from easterly.address.needs import Group, Need
    from easterly.address.vlsm import Plan


@click.command("vlsm", cls=asking.Calculator)
@click.argument("pools", nargs=-1, required=True)
@click.option("--need", "needs", multiple=True, metavar="NAME=SIZE",
              help="A subnet: lan=100 for hosts, lan=100+20% to grow, link=/31 for a length; in a group: pod/lan=9.",
              )  # fmt: skip
@click.option("--needs", "file", metavar="FILE", help="Needs, one a line, as text or CSV; - for the input.")
@terminal.format_option
def vlsm(pools: tuple[str, ...], needs: tuple[str, ...], file: str | None, form: str) -> None:
    """Give each need a subnet out of POOLS, with the least waste, and what is left in the largest blocks.

    The largest come first, each into the smallest free block. Hosts are usable addresses, gateways counted in; in IPv6
    hosts take a /64. Needs before whose name a group stands, as in pod/lan, or several, get one prefix around them that
    nobody else is in: their route. A group itself is written pod/=+50% to leave room in it, or pod/=/22.
    """
    from easterly.address.needs import Group, Need
    from easterly.address.vlsm import vlsm as planned

    wanted = _needs(needs, file, form)
    asked = [each for each in wanted if isinstance(each, Need)]
    if not asked:
        raise click.UsageError("there is no need: write --need lan=100, or --needs FILE")
    made = planned(lists.given(pools, form), asked, [each for each in wanted if isinstance(each, Group)])
    if form == "json":
        terminal.emit_json({
            "subnets": _rows(made), "groups": _groups(made), "waste": made.waste._asdict(), "left": made.left.text(),
        })  # fmt: skip
    else:
        _print(made)


def _needs(words: tuple[str, ...], file: str | None, form: str) -> list[Need | Group]:
    from easterly.address.needs import read_need, read_needs

    found = [read_need(word) for word in words]
    if file is not None:
        source = file if file == lists.INPUT else f"@{file}"
        data = lists.content(source, form)
        try:
            found += read_needs(data.decode("utf-8"))
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            _wrong("E134", "not UTF-8", lists.name_of(source), line, form)
        except ValueError as error:
            place, _, text = str(error).partition(": ")
            _wrong("E122", text, lists.name_of(source), int(place.removeprefix("line ")), form)
    return found


def _wrong(code: str, message: str, name: str, line: int, form: str) -> NoReturn:
    terminal.refused([Finding(code, "", message, "", line=line, column=1, file=name)], None, form)


def _rows(made: Plan) -> list[dict[str, Any]]:
    from easterly.address.facts import facts
    from easterly.address.text import write

    rows = []
    for need, prefix, spare in zip(made.needs, made.given, made.spare, strict=True):
        found = facts(prefix)
        rows.append({
            "name": need.name, "hosts": need.hosts, "growth_pct": need.growth_pct, "prefix": str(prefix),
            "usable": found.usable, "spare": spare, "first_usable": write(prefix.family, found.first_usable),
            "last_usable": write(prefix.family, found.last_usable),
        })  # fmt: skip
    return rows


def _groups(made: Plan) -> list[dict[str, Any]]:
    return [
        {"name": group.name, "growth_pct": group.growth_pct, "prefix": str(route), "size": route.size,
         "idle": idle.text()}
        for group, route, idle in zip(made.groups, made.routes, made.idle, strict=True)
    ]  # fmt: skip


def _print(made: Plan) -> None:
    from easterly.app.calc import answer

    rows = _rows(made)
    answer.title(answer.counted(len(rows), "subnet"))
    answer.table(["name", "prefix", "usable", "hosts", "spare"], [
        [row["name"], row["prefix"], f"{row['usable']:,}", _number(row["hosts"]), _number(row["spare"])] for row in rows
    ])  # fmt: skip
    if made.groups:
        answer.table(["group", "route", "addresses", "idle"], [
            [group.name, str(route), f"{route.size:,}", _listed(idle)]
            for group, route, idle in zip(made.groups, made.routes, made.idle, strict=True)
        ])  # fmt: skip
    waste = made.waste
    inside = f", {waste.groups:,} idle in groups" if made.groups else ""
    click.echo(f"\n  wasted: {waste.subnets:,} addresses of subnets{inside}")
    click.echo(f"  left: {_listed(made.left)}")
    lists.more_than_shown(len(made.left))


def _listed(prefixes: Prefixes) -> str:
    return ", ".join(prefixes.text()[: lists.SHOWN]) or "nothing"


def _number(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


@click.command("sparse", cls=asking.Calculator)
@click.argument("prefix")
@click.option("--into", type=asking.Count(0, 128), required=True, metavar="LENGTH", help="Length of the subnets.")
@click.option("--count", type=asking.Count(1, 1 << 20), default="8", show_default=True, help="How many.")
@click.option("--order", type=asking.Named(["leftmost", "rightmost", "centermost"]), default="leftmost",
              show_default=True, help="Where the count begins (RFC 3531 section 3).")  # fmt: skip
@terminal.format_option
def sparse(prefix: str, into: int, count: int, order: str, form: str) -> None:
    """Subnets of PREFIX in the order of RFC 3531, so that the neighbours of each stay free for as long as can be."""
    from easterly.address.sparse import sparse as blocks

    block = lists.one(prefix)
    lists.tell(blocks(block, into, count, order), form, prefix=str(block), order=order)
