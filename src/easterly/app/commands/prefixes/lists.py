"""Calculators of lists: sets of addresses, and which prefix holds which."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import asking
from easterly.app.calc import lists as given_lists
from easterly.base.counts import counted

if TYPE_CHECKING:
    from easterly.address.prefixes import Prefixes

given, tell = given_lists.given, given_lists.tell


@click.command("summarise", cls=asking.Calculator)
@click.argument("prefixes", nargs=-1, required=True)
@terminal.format_option
def summarise(prefixes: tuple[str, ...], form: str) -> None:
    """The fewest prefixes that hold exactly the addresses of PREFIXES: nothing more, nothing less."""
    from easterly.address import sets

    rows = given(prefixes, form, bare=True)
    tell(sets.summarise(rows), form, given=len(rows))


@click.command("subtract", cls=asking.Calculator)
@click.argument("source")
@click.argument("minus", nargs=-1, required=True)
@terminal.format_option
def subtract(source: str, minus: tuple[str, ...], form: str) -> None:
    """What is left of SOURCE without all of MINUS; SOURCE may be a list, as @FILE or -."""
    from easterly.address import sets

    tell(sets.subtract(given([source], form, bare=True), given(minus, form, bare=True)), form)


@click.command("intersect", cls=asking.Calculator)
@click.argument("first")
@click.argument("second", nargs=-1, required=True)
@terminal.format_option
def intersect(first: str, second: tuple[str, ...], form: str) -> None:
    """Addresses that are in FIRST and in SECOND, each a prefix or a list, as @FILE or -."""
    from easterly.address import sets

    tell(sets.intersect(given([first], form, bare=True), given(second, form, bare=True)), form)


@click.command("diff", cls=asking.Calculator)
@click.argument("first")
@click.argument("second")
@terminal.format_option
def diff(first: str, second: str, form: str) -> None:
    """Addresses that only FIRST has (-) and that only SECOND has (+), as the fewest prefixes.

    Two lists that say the same in other prefixes do not differ. Exit code 1 where there are differences.
    """
    from easterly.address import sets

    one, two = given([first], form, bare=True), given([second], form, bare=True)
    less, more = sets.subtract(one, two), sets.subtract(two, one)
    if form == "json":
        terminal.emit_json({
            "only_first": less.text(), "only_second": more.text(), "addresses_only_first": sets.addresses_in(less),
            "addresses_only_second": sets.addresses_in(more),
            "addresses_of_both": sets.addresses_in(sets.intersect(one, two)),
        })  # fmt: skip
    else:
        click.echo("".join([f"- {row}\n" for row in less.text()] + [f"+ {row}\n" for row in more.text()]), nl=False)
    sys.exit(terminal.FOUND if len(less) or len(more) else terminal.FINE)


@click.command("overlaps", cls=asking.Calculator)
@click.argument("first")
@click.argument("second", required=False)
@terminal.format_option
def overlaps(first: str, second: str | None, form: str) -> None:
    """Prefixes of the list FIRST that hold another of it; or pairs of FIRST and SECOND that share addresses.

    A prefix that several hold is named with the longest of these. Exit code 1 where there are such.
    """
    from easterly.address import sets

    one = given([first], form, bare=True)
    if second is None:
        up = sets.parents(one)
        inner = (up >= 0).nonzero()[0]
        pairs = _pairs(one.take(up[inner]), one.take(inner))
    else:
        two = given([second], form, bare=True)
        a, b = sets.overlaps(one, two)
        pairs = _pairs(one.take(a), two.take(b))
    if form == "json":
        terminal.emit_json({"count": len(pairs), "pairs": pairs})
    else:
        for row in pairs:
            click.echo(f"{row['first']} {row['relation']} {row['second']}")
    sys.exit(terminal.FOUND if pairs else terminal.FINE)


def _pairs(first: Prefixes, second: Prefixes) -> list[dict[str, Any]]:
    lengths = zip(first.length.tolist(), second.length.tolist(), strict=True)
    how = ["equals" if a == b else "holds" if a < b else "is in" for a, b in lengths]
    return [
        {"first": a, "relation": word, "second": b} for a, word, b in zip(first.text(), how, second.text(), strict=True)
    ]


@click.command("contains", cls=asking.Calculator)
@click.argument("outer")
@click.argument("inner", nargs=-1, required=True)
@terminal.format_option
def contains(outer: str, inner: tuple[str, ...], form: str) -> None:
    """Whether OUTER, a prefix or a list, holds all addresses of each of INNER.

    Several prefixes of OUTER may hold one together. Exit code 1 where some address is not held.
    """
    from easterly.address import sets

    table, asked = given([outer], form, bare=True), given(inner, form, bare=True)
    cover = sets.summarise(table)
    whole = sets.covering(cover, asked) >= 0
    by = sets.covering(table, asked)
    touched = {*sets.overlaps(cover, asked)[1].tolist()}
    rows = [
        {"prefix": text, "contained": bool(whole[i]), "partly": not whole[i] and i in touched,
         "by": None if by[i] < 0 else str(table[int(by[i])])}
        for i, text in enumerate(asked.text())
    ]  # fmt: skip
    if form == "json":
        terminal.emit_json({"contained": bool(whole.all()), "rows": rows})
    else:
        for row in rows:
            click.echo(_contained(row))
    sys.exit(terminal.FINE if whole.all() else terminal.FOUND)


def _contained(row: dict[str, Any]) -> str:
    if row["contained"]:
        return f"{row['prefix']} is in " + (row["by"] or "several together")
    return f"{row['prefix']} is {'only partly' if row['partly'] else 'not'} in it"


@click.command("supernet", cls=asking.Calculator)
@click.argument("prefixes", nargs=-1, required=True)
@terminal.format_option
def supernet(prefixes: tuple[str, ...], form: str) -> None:
    """The smallest prefix of each family that holds all of PREFIXES, and how many addresses more it holds."""
    from easterly.address import sets

    rows = given(prefixes, form, bare=True)
    found = []
    for family in (4, 6):
        mine = rows.take(rows.rows_of(family))
        if len(mine):
            outer = sets.supernet(mine)
            found.append({"prefix": str(outer), "more": outer.size - sets.addresses_in(mine)})
    if form == "json":
        terminal.emit_json(found)
        return
    for row in found:
        more = f"holds {row['more']:,} addresses more" if row["more"] else "exactly"
        click.echo(f"{row['prefix']} {more}")


@click.command("count", cls=asking.Calculator)
@click.argument("prefixes", nargs=-1, required=True)
@click.option("--of", "length", type=asking.Count(0, 128), help="Also how many subnets of this length they hold.")
@terminal.format_option
def count(prefixes: tuple[str, ...], length: int | None, form: str) -> None:
    """Count the addresses of PREFIXES, each once, and the usable ones if each prefix is a subnet."""
    import numpy as np

    from easterly.address import sets
    from easterly.address.facts import usable

    rows = given(prefixes, form, bare=True)
    cover = sets.summarise(rows)
    pairs, repeats = np.unique(np.stack([rows.family, rows.length]), axis=1, return_counts=True)
    each = zip(*pairs.tolist(), repeats.tolist(), strict=True)
    made = {
        "prefixes": len(rows), "summarised": len(cover), "addresses": sets.addresses_in(rows),
        "usable": sum(usable(family, n) * times for family, n, times in each),
        "overlap": bool((sets.parents(rows) >= 0).any()),
    }  # fmt: skip
    if length is not None:
        lengths = [n for n, most in zip(cover.length.tolist(), cover.bits.tolist(), strict=True) if n <= length <= most]
        made["subnets"] = sum(1 << (length - n) for n in lengths)
    if form == "json":
        terminal.emit_json(made | {"length": length})
        return
    _print_count(made, length)


def _print_count(made: dict[str, Any], length: int | None) -> None:
    from easterly.app.calc import answer

    answer.title(f"{counted(made['prefixes'], 'prefix', 'prefixes')}, at least {made['summarised']:,}")
    usable = "overlap: counted twice" if made["overlap"] else "of the prefixes as subnets"
    rows = [("addresses", f"{made['addresses']:,}", "each counted once"), ("usable", f"{made['usable']:,}", usable)]
    if length is not None:
        rows.append((f"/{length}", f"{made['subnets']:,}", "subnets of this length, whole"))
    answer.facts(rows)


@click.command("lookup", cls=asking.Calculator)
@click.argument("table")
@click.argument("addresses", nargs=-1, required=True)
@terminal.format_option
def lookup(table: str, addresses: tuple[str, ...], form: str) -> None:
    """The longest prefix of TABLE, a list as @FILE or -, that holds each of ADDRESSES."""
    from easterly.address.sets import Table

    rows, asked = given([table], form, bare=True), given(addresses, form, bare=True)
    found = Table(rows).longest(asked).tolist()
    texts = rows.text()
    answers = [None if row < 0 else texts[row] for row in found]
    if form == "json":
        terminal.emit_json([{"address": address, "prefix": prefix}
                            for address, prefix in zip(asked.text(bare=True), answers, strict=True)])  # fmt: skip
        return
    pairs = zip(asked.text(bare=True), answers, strict=True)
    click.echo("".join(f"{address} {prefix or 'none'}\n" for address, prefix in pairs), nl=False)
