"""The address plan of a site, as it is printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console

from easterly.app.addressing import routing
from easterly.app.columns import Column
from easterly.app.report.engineering import percent
from easterly.app.report.measure import grouped
from easterly.app.text import Page

Row = Mapping[str, Any]
MOST = 40
"""Rows of a table; the JSON has all."""


def show(found: Row) -> None:
    """Proofs, blocks, room, summaries, routes of each tier, and what changed."""
    page = Page(Console())
    _facts(page, found)
    _blocks(page, found["blocks"])
    _rooms(page, found["headroom"])
    _summaries(page, found["summaries"])
    _entries(page, found["entries"])
    if found["isolation"]["parties"]:
        _isolation(page, found["isolation"])
    routing.show(page, found)
    if found["changes"] is not None:
        _changes(page, found["changes"])


def _facts(page: Page, found: Row) -> None:
    page.title("What holds")
    heads = (Column("Claim"), Column("Table"), Column("Holds"), Column("Evidence", gives_way=True))
    page.table(heads, [
        (row["claim"], row["about"] or "all", "yes" if row["holds"] else "NO", row["evidence"])
        for row in found["proofs"]
    ])  # fmt: skip


def _blocks(page: Page, rows: list[Row]) -> None:
    if not rows:
        return
    page.title("Blocks")
    heads = (Column("Block"), Column("Prefix"), Column("Purpose"), Column("Table"), Column("Zone"),
             Column("Holds", gives_way=True))  # fmt: skip
    page.table(heads, [
        ("  " * row["level"] + row["block"], row["prefix"], row["role"] or "-", row["vrf"], row["zone"] or "-", held)
        for row, held in tree(rows)
    ])  # fmt: skip


def tree(rows: list[Row]) -> Iterator[tuple[Row, str]]:
    """Blocks in the order of the hierarchy, and how many prefixes of places each holds."""
    parts: dict[tuple[str, bool], list[str]] = {}
    inner: dict[str, list[str]] = {}
    own: dict[str, list[Row]] = {}
    for row in rows:
        if row["place"]:
            parts.setdefault((row["block"], ":" in row["prefix"]), []).append(row["prefix"])
        else:
            own.setdefault(row["block"], []).append(row)
            inner.setdefault(row["inside"], []).append(row["block"])

    def below(name: str) -> Iterator[tuple[Row, str]]:
        for row in own[name]:
            held = parts.get((name, ":" in row["prefix"]), [])
            yield row, f"{len(held)} of /{held[0].partition('/')[2]}" if held else "-"
        for child in dict.fromkeys(inner.get(name, ())):
            yield from below(child)

    roots = [name for around, names in inner.items() if around not in own for name in names]
    for name in dict.fromkeys(roots):
        yield from below(name)


def _rooms(page: Page, rows: list[Row]) -> None:
    page.title("Room")
    heads = (Column("Pool or block"), Column("Prefix"), Column("Given", right=True), Column("Free", right=True),
             Column("Largest free"))  # fmt: skip
    page.table(heads, [
        (row["name"], row["prefix"], amount(row["given"]), amount(row["free"]), row["largest"] or "none")
        for row in rows
    ])  # fmt: skip


def amount(count: int) -> str:
    """A number of addresses; as a power of ten where nobody reads digits."""
    return grouped(count) if count < 10**9 else f"{count:.3g}"


def _summaries(page: Page, rows: list[Row]) -> None:
    page.title("Summaries: what covers just what is behind, and what one prefix would add")
    heads = (Column("Border"), Column("Table"), Column("Behind", right=True), Column("Summary", gives_way=True),
             Column("As one prefix"), Column("In vain", right=True))  # fmt: skip
    shown = [row for row in rows if not row["point"].startswith("leaf ")]
    page.table(heads, [
        (row["point"], row["vrf"], grouped(row["specifics"]), said(row["prefixes"]), row["single"],
         percent(row["beyond"]))
        for row in shown[:MOST]
    ])  # fmt: skip
    counts = Counter(len(row["prefixes"]) for row in rows if row["point"].startswith("leaf "))
    told = ", ".join(f"{count} with {size}" for size, count in sorted(counts.items()))
    page.say(f"leaves, a table of a family each: {told} prefixes" if told else "no leaves")


def said(prefixes: list[str]) -> str:
    """Some prefixes, cut short."""
    rest = f" and {len(prefixes) - 3} more" if len(prefixes) > 3 else ""
    return " ".join(prefixes[:3]) + rest


def _entries(page: Page, rows: list[Row]) -> None:
    page.title("Routes that a device holds at most")
    heads = (Column("Tier"), Column("Family"), Column("Devices", right=True), Column("Plain", right=True),
             Column("Summarised", right=True))  # fmt: skip
    page.table(heads, [
        (row["tier"], f"IPv{row['family']}", grouped(row["devices"]), grouped(row["plain"]), grouped(row["summarised"]))
        for row in rows
    ])  # fmt: skip


def _isolation(page: Page, found: Row) -> None:
    page.title("Isolation")
    heads = (Column("Tenant or zone"), Column("Table"), Column("VNI", right=True), Column("VLAN", right=True),
             Column("Floor", right=True), Column("Fenced"))  # fmt: skip
    page.table(heads, [
        (row["name"], row["vrf"], *("-" if row[key] < 0 else str(row[key]) for key in ("vni", "vlan")),
         percent(row["floor"]) if row["floor"] else "-", "yes" if row["fenced"] else "no")
        for row in found["parties"]
    ])  # fmt: skip
    page.title("Who reaches whom")
    ways = (Column("From"), Column("To"), Column("Meant"), Column("Replies"), Column("Through", gives_way=True))
    page.table(ways, [
        (row["src"], row["dst"], "yes" if row["meant"] else "NO", "yes" if row["answered"] else "no", row["through"])
        for row in found["reach"][:MOST]
    ])  # fmt: skip
    for row in found["missing"]:
        page.say(f"{row['src']} ought to reach {row['dst']}: {row['why']}")
    for line in found["strays"]:
        page.say(f"not planned: {line}")


def _changes(page: Page, found: Row) -> None:
    page.title("Beside the earlier plan")
    rows = found["rows"]
    new, gone = (sum(not row[key] for row in rows) for key in ("before", "after"))
    page.say(f"{grouped(found['kept'])} numbers kept, {found['moved']} moved, {new} new, {gone} gone")
    moved = [row for row in rows if row["before"] and row["after"]]
    if moved:
        heads = (Column("What"), Column("Whose", gives_way=True), Column("Before"), Column("After"))
        page.table(heads, [(row["what"], row["whose"], row["before"], row["after"]) for row in moved[:MOST]])
