"""Calculators of one prefix: ``show``, ``classify``, ``expand``, ``range``, ``reverse``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import asking, lists

if TYPE_CHECKING:
    from easterly.address.facts import Facts
    from easterly.address.registry import Purpose
    from easterly.address.text import Prefix

MOST = 1 << 20


@click.command("show", cls=asking.Calculator)
@click.argument("prefix")
@click.option("--interface", is_flag=True, help="PREFIX is the address of an interface: bits of the host are kept.")
@terminal.format_option
def show(prefix: str, interface: bool, form: str) -> None:
    """Take PREFIX apart; an address alone is a prefix of full length.

    Usable addresses leave out the network and the broadcast address, but for /31 (RFC 3021); in IPv6 the Subnet-Router
    anycast address, but for /127 (RFC 6164).
    """
    from easterly.address.facts import facts

    host, block = _interface(prefix) if interface else (None, lists.one(prefix, bare=True))
    found = facts(block)
    made = _shown(found) | ({} if host is None else {"interface": _address(block.family, host)})
    terminal.tell(made, form, _print)


def _interface(word: str) -> tuple[int, Prefix]:
    """The address of an interface, and the prefix that it is in."""
    from easterly.address.text import BITS, Prefix

    address, slash, length = word.partition("/")
    if not slash:
        raise click.UsageError(f"{word!r} has no length: write the interface like 10.0.0.1/24")
    host = lists.one(address, bare=True)
    size = lists.one(f"{_address(host.family, 0)}/{length}").size
    return host.first, Prefix(host.family, host.first // size * size, BITS[host.family] - size.bit_length() + 1)


def _address(family: int, number: int | None) -> str | None:
    from easterly.address.text import write

    return None if number is None else write(family, number)


def _shown(found: Facts) -> dict[str, Any]:
    from easterly.address.facts import binary
    from easterly.address.registry import classify
    from easterly.address.reverse import reverse_zones

    prefix = found.prefix
    purpose = classify(prefix)
    four = prefix.family == 4
    near = {"previous": found.previous, "next": found.following, "above": found.above, "buddy": found.buddy}
    return {
        "prefix": str(prefix), "family": prefix.family, "length": prefix.length,
        "addresses": found.total, "usable": found.usable,
        **{name: _address(prefix.family, getattr(found, name))
           for name in ("first", "last", "first_usable", "last_usable")},
        "broadcast": _address(prefix.family, found.broadcast),
        "netmask": _address(4, found.netmask) if four else None,
        "wildcard": _address(4, found.wildcard) if four else None,
        **{name: None if each is None else str(each) for name, each in near.items()},
        "binary": binary(prefix), "purpose": _row(purpose.purpose),
        "holds": [_row(each) for each in purpose.holds],
        "reverse": [zone.name for zone in reverse_zones(prefix)],
    }  # fmt: skip


def _row(purpose: Purpose) -> dict[str, Any]:
    return {
        "prefix": str(purpose.prefix), "kind": purpose.kind, "name": purpose.name, "source": purpose.source,
        "registry": purpose.registry, "as_source": purpose.as_source, "as_destination": purpose.as_destination,
        "forwardable": purpose.forwardable, "globally_reachable": purpose.globally_reachable,
        "reserved_by_protocol": purpose.reserved_by_protocol, "note": purpose.note,
    }  # fmt: skip


def _print(made: dict[str, Any]) -> None:
    from easterly.app.calc import answer

    purpose, zones = made["purpose"], made["reverse"]
    inside = f"{made['first_usable']} - {made['last_usable']}"
    rows = [
        ("interface", made.get("interface") or "", ""),
        ("addresses", f"{made['addresses']:,}", f"{made['first']} - {made['last']}"),
        ("usable", f"{made['usable']:,}", inside),
        ("broadcast", made["broadcast"] or "", ""),
        ("netmask", made["netmask"] or "", f"wildcard {made['wildcard']}"),
        ("previous", made["previous"] or "none", ""), ("next", made["next"] or "none", ""),
        ("above", made["above"] or "none", f"with {made['buddy']}" if made["buddy"] else ""),
        ("purpose", purpose["kind"], _said(purpose)),
        ("reverse", zones[0], f"and {len(zones) - 1} more" if len(zones) > 1 else ""),
    ]  # fmt: skip
    answer.title(made["prefix"])
    answer.facts([row for row in rows if row[1]])
    click.echo(f"  bits       {made['binary']}")
    if made["holds"]:
        said = lists.listing(f"{each['prefix']} is {each['kind']}" for each in made["holds"])
        click.echo(f"  not all of it: {said}")


def _said(purpose: dict[str, Any]) -> str:
    note = f"; {purpose['note']}" if purpose["note"] else ""
    return f"{purpose['name']}, {purpose['source']}{note}"


@click.command("classify", cls=asking.Calculator)
@click.argument("prefixes", nargs=-1, required=True)
@terminal.format_option
def classify(prefixes: tuple[str, ...], form: str) -> None:
    """Tell what PREFIXES or addresses are for.

    The rows of IANA's registries of special addresses, and of multicast: the most specific that holds all of each.
    """
    import numpy as np

    from easterly.address import registry

    given = lists.given(prefixes, form, bare=True)
    known = registry.registry()
    rows = registry.classify_many(given)
    counts = dict.fromkeys(sorted({known[row].kind for row in np.unique(rows).tolist()}), 0)
    for row, count in zip(*(each.tolist() for each in np.unique(rows, return_counts=True)), strict=True):
        counts[known[row].kind] += count
    if form == "json":
        shown = [_row(each) for each in known]
        each = zip(given.text(), rows.tolist(), registry.mixed(given).tolist(), strict=True)
        found = [{"prefix": text, "purpose": shown[row], "mixed": mixed} for text, row, mixed in each]
        terminal.emit_json({"count": len(given), "kinds": counts, "rows": found})
        return
    few = given.take(np.arange(min(len(given), lists.SHOWN)))
    _print_classes(few.text(bare=True), [known[row] for row in rows.tolist()[: len(few)]], registry.mixed(few).tolist())
    lists.more_than_shown(len(given))
    if len(given) > lists.SHOWN:
        from easterly.app.calc import answer

        answer.table(["kind", "prefixes"], [[kind, f"{count:,}"] for kind, count in counts.items()])


def _print_classes(texts: list[str], rows: list[Purpose], mixed: list[bool]) -> None:
    from easterly.app.columns import Column, lines

    said = {True: "yes", False: "no", None: "-"}
    cells = [[text, row.kind, str(row.prefix), said[row.globally_reachable],
              _said(_row(row)) + ("; not all of it: see show" if other else "")]
             for text, row, other in zip(texts, rows, mixed, strict=True)]  # fmt: skip
    heads = [Column("prefix"), Column("kind"), Column("of"), Column("global"), Column("what")]
    for line in lines(heads, cells, None):
        click.echo("  ".join(line).rstrip())


@click.command("expand", cls=asking.Calculator)
@click.argument("prefix")
@click.option("--into", type=asking.Count(0, 128), metavar="LENGTH", help="Its subnets of this length, not addresses.")
@click.option("--usable", is_flag=True, help="Only addresses that interfaces may have.")
@terminal.format_option
def expand(prefix: str, into: int | None, usable: bool, form: str) -> None:
    """List the addresses of PREFIX, or its subnets of one length; at most 1,048,576."""
    from easterly.address.facts import facts
    from easterly.address.sets import parts
    from easterly.address.text import BITS

    if into is not None and usable:
        raise click.UsageError("--usable is of addresses, and --into of subnets: write one of them")
    block = lists.one(prefix, bare=True)
    found = parts(block, BITS[block.family] if into is None else into, MOST)
    if usable:
        import numpy as np

        kept = facts(block)
        found = found.take(np.arange(kept.first_usable - kept.first, kept.last_usable - kept.first + 1))
    if form == "json":
        terminal.emit_json({"prefix": str(block), "count": len(found), "prefixes": found.text(bare=into is None)})
    else:
        click.echo("\n".join(found.text(bare=into is None)))


@click.command("range", cls=asking.Calculator)
@click.argument("first")
@click.argument("last", required=False)
@terminal.format_option
def range_(first: str, last: str | None, form: str) -> None:
    """The fewest prefixes from FIRST to LAST, both counted in; FIRST-LAST in one word will do."""
    from easterly.address.sets import addresses_in, range_prefixes

    if last is None:
        first, dash, last = first.partition("-")
        if not dash:
            raise click.UsageError("LAST is missing: write the range like 10.0.0.1 10.0.0.9, or 10.0.0.1-10.0.0.9")
    low, high = (str(lists.one(word.strip(), bare=True)).partition("/")[0] for word in (first, last))
    found = range_prefixes(low, high)
    lists.tell(found, form, first=low, last=high, addresses=addresses_in(found))


@click.command("reverse", cls=asking.Calculator)
@click.argument("prefix")
@click.option("--records", is_flag=True, help="Also the aliases that the parent needs by RFC 2317.")
@terminal.format_option
def reverse(prefix: str, records: bool, form: str) -> None:
    """The name of an address, or the zones of PREFIX, in the reverse tree of DNS.

    Zones end on octets (IPv4) or nibbles (IPv6); another prefix needs several. Beyond /24 the zone is named as RFC 2317
    says, and its parent holds an alias for each usable address.
    """
    from easterly.address.reverse import reverse_zones

    zones = reverse_zones(lists.one(prefix, bare=True))
    if form == "json":
        terminal.emit_json([
            {"name": zone.name, "prefix": str(zone.prefix), "parent": zone.parent or None,
             "aliases": [{"name": name, "target": target} for name, target in zone.aliases()]}
            for zone in zones
        ])  # fmt: skip
        return
    for zone in zones:
        click.echo(zone.name)
        for name, target in zone.aliases() if records else ():
            click.echo(f"{name}. CNAME {target}.")
