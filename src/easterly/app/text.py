"""A plan as it is printed: verdicts first, empty sections left out."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from easterly.app.columns import Column, lines
from easterly.app.report import cost, engineering, sections, serving, standing, waiting
from easterly.app.report.measure import DASH, RATES, SIZES, TIMES, grouped, measure
from easterly.app.report.steps import crossing
from easterly.base.counts import counted

if TYPE_CHECKING:
    from rich.console import Console

Document = Mapping[str, Any]
HOTTEST = 10
SLOWEST = 12
STYLES = {"PASS": "green", "FAIL": "bold red", "UNPROVEN": "yellow"}
INDENT = "  "
PLAIN = str.maketrans(
    {"\u2013": "-", "\u2212": "-", "\u2026": "~", "\u2009": "", "\u00a0": " ", "\u00b5": "u", "\u2248": "~"}
)
RAISED = re.compile("[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+")


def print_plan(document: Document, run: Mapping[str, Any] | None, console: Console) -> None:
    """Print a plan for people.

    On a terminal no line is longer than it is wide: long names are cut in their middle. Elsewhere names
    are whole, so that they can be searched for. Colours are the console's business, which respects
    ``NO_COLOR``.

    Parameters
    ----------
    document : mapping
        The ``plan.json`` document.
    run : mapping or None
        The ``run.json`` document, for what checkers said of the artefacts.
    console : rich.console.Console
    """
    page = Page(console)
    _verdicts(page, document)
    _unserved(page, document)
    _bill(page, document)
    _jobs(page, document)
    _services(page, document)
    _hottest(page, document)
    _hashing(page, document)
    _engineering(page, document)
    _packets(page, document)
    _waiting(page, document)
    _queues(page, document)
    _failures(page, document)
    _placement(page, document)
    _findings(page, document)
    _artefacts(page, document, run)


def ascii_of(text: str) -> str:
    """Text for terminals that know ASCII only.

    >>> ascii_of("2\u2078\u2078 \u2248 \u2212\u221e")
    '2^88 ~ -?'
    """
    raised = RAISED.sub(lambda found: f"^{unicodedata.normalize('NFKC', found.group())}", text)
    return raised.translate(PLAIN).encode("ascii", "replace").decode()


class Page:
    """A console with the few kinds of line that a plan is printed in."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.width = console.width - len(INDENT) if console.is_terminal else None
        self.plain = not console.encoding.lower().startswith("utf")
        self.started = False

    def say(self, text: str, style: str = "") -> None:
        """One line; never wrapped, never read as markup."""
        if self.plain:
            text = ascii_of(text)
        self.console.print(text.rstrip(), style=style, markup=False, emoji=False, highlight=False, soft_wrap=True)

    def title(self, text: str) -> None:
        """Name of a section, with a free line before it."""
        if self.started:
            self.say("")
        self.started = True
        self.say(text, "bold")

    def wrapped(self, text: str, style: str, indent: str) -> None:
        """A sentence, broken to the width of a terminal."""
        room = None if self.width is None else max(24, self.width + len(INDENT) - len(indent))
        for line in textwrap.wrap(text, room) if room else [text]:
            self.say(indent + line, style)

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """Rows under their heads."""
        for i, cells in enumerate(lines(columns, rows, self.width)):
            text = "  ".join(cells)[: self.width]
            self.say(INDENT + text, "dim" if i == 0 and any(c.head for c in columns) else "")


def _verdicts(page: Page, document: Document) -> None:
    made = sections.verdicts(document)["rows"]
    if not made:
        return
    page.title("Verdicts")
    columns = (Column(""), Column(""), Column("", right=True), Column("", gives_way=True))
    cells = [(v["status"], v["intent"], v["margin_text"], v["binds_text"]) for v in made]
    for row, verdict in zip(lines(columns, cells, page.width), made, strict=True):
        page.say(INDENT + "  ".join(row)[: page.width], STYLES[verdict["status"]])
        if verdict["because"]:
            page.wrapped(verdict["because"], "dim", INDENT + " " * (len(row[0]) + 2))


def _unserved(page: Page, document: Document) -> None:
    if document.get("unserved"):
        page.title("Without a path")
        for flow in document["unserved"][:HOTTEST]:
            page.say(INDENT + str(flow), "red")


def _bill(page: Page, document: Document) -> None:
    made = document["bill"]
    page.title("Bill")
    roles = ", ".join(f"{grouped(n)} {role}" for role, n in sorted(made["switches"]["by_role"].items()))
    rows = [
        ("switches", grouped(made["switches"]["total"]), roles),
        ("cables", grouped(made["fabric_links"] + made["host_links"]),
         f"{grouped(made['fabric_links'])} fabric, {grouped(made['host_links'])} host"),
        ("optics", grouped(made["optics"]), ""),
    ]  # fmt: skip
    if made.get("wan_links"):
        rows.append(("WAN links", grouped(made["wan_links"]), ""))
    for pool in (document["address"] or {}).get("pools") or []:
        rows.append(
            ("addresses", grouped(pool["used"]), f"of {grouped(pool['total'])} in {pool['name']} {pool['prefix']}")
        )
    page.table((Column(""), Column("", right=True), Column("", gives_way=True)), rows)
    failed = made.get("oversubscription_one_failed") or {}
    page.table(
        (
            Column("Fabric", gives_way=True),
            Column("Oversubscription", right=True),
            Column("One switch failed", right=True),
        ),
        [(n, sections.ratio(r), sections.ratio(failed.get(n))) for n, r in sorted(made["oversubscription"].items())],
    )


def _jobs(page: Page, document: Document) -> None:
    found = sorted(document["jobs"], key=lambda j: (-j["step_s"]["high"], j["name"]))
    if not found:
        return
    page.title("Jobs")
    unit = measure([j["step_s"]["high"] for j in found], TIMES)
    size = measure([j["memory_B"]["total"] for j in found], SIZES, digits=3)
    page.table(
        (
            Column("Job"), Column("GPUs", right=True), Column(f"Compute ({unit.unit})", right=True),
            Column("Exposed", right=True), Column(f"Expected ({unit.unit})", right=True), Column("Step", right=True),
            Column("MFU", right=True), Column("Memory", right=True), Column("Bottleneck", gives_way=True),
        ),
        [
            (j["name"], grouped(j.get("gpus") or 0), unit.text(j["compute_s"]),
             sections.span(unit, j["exposed_low_s"], j["exposed_s"]), unit.text(j["step_s"]["expected"]),
             sections.span(unit, j["step_s"]["low"], j["step_s"]["high"]), f"{100 * (j['mfu'] or 0):.1f} %",
             size.full(j["memory_B"]["total"]), sections.reference(j["bottleneck"]))
            for j in found[:SLOWEST]
        ],
    )  # fmt: skip
    _more(page, len(found) - SLOWEST)
    _made(page, "Bytes of a GPU and step, by links", crossing({**document, "jobs": found[:SLOWEST]}))


def _services(page: Page, document: Document) -> None:
    _made(page, "Services", serving.services(document))
    _made(page, "Other traffic", serving.traffic(document))
    _made(page, "East-west and north-south", serving.directions(document))


def _made(page: Page, title: str, made: sections.Table | None) -> None:
    """A table of the report."""
    if made is not None:
        page.title(title)
        _rows(page, made)


def _rows(page: Page, made: sections.Table | None) -> None:
    if made is not None:
        columns = [Column(head, i in made.numeric, i == 0) for i, head in enumerate(made.heads)]
        page.table(columns, [[cell.text for cell in row] for row in made.rows[:HOTTEST]])
        _more(page, len(made.rows) - HOTTEST)


def _hashing(page: Page, document: Document) -> None:
    rows = sections.uneven(document)
    if not rows:
        return
    page.title("Hashing: load of the busiest uplink while a phase lasts")
    page.table(
        (
            Column("Phase", gives_way=True), Column("Even (%)", right=True), Column("Mean (%)", right=True),
            Column("P95 (%)", right=True), Column("Slows by", right=True),
        ),
        [
            (
                f"{row['owner']} {row['axis']} {row['stage']} {row['collective']}",
                *(sections.percent(row["uplink"][key]) for key in ("even", "mean", "p95")),
                f"{row['p95']:.2f} x",
            )
            for row in rows[:HOTTEST]
        ],
    )  # fmt: skip


def _engineering(page: Page, document: Document) -> None:
    """Each allocation in a line, what binds, and what failures change."""
    for made in document.get("engineering") or ():
        page.title(f"Traffic engineering: {made['intent']}, {made['objective']}")
        said = ", ".join(f"{word} {value}" for word, value in engineering.facts(made))
        page.wrapped(said.replace(", of ", " of "), "", INDENT)
        binding = engineering.binding(made)
        _rows(page, binding if binding is not None else engineering.others(made))
        _rows(page, engineering.failures(made))


def _hottest(page: Page, document: Document) -> None:
    rows = sections.top_links(document, HOTTEST)
    if not rows:
        return
    page.title("Hottest links")
    unit = measure([v for r in rows for v in (r["capacity_bps"], r["load_bps"])], RATES)
    page.table(
        (
            Column("Link", gives_way=True), Column(f"Capacity ({unit.unit})", right=True),
            Column(f"Load ({unit.unit})", right=True), Column("Used (%)", right=True),
        ),
        [
            (r["id"], unit.text(r["capacity_bps"]), unit.text(r["load_bps"]), f"{100 * r['utilisation']:.1f}")
            for r in rows
        ],
    )  # fmt: skip


def _packets(page: Page, document: Document) -> None:
    """Step times packet by packet, or why there are none."""
    found = document.get("packets")
    if not found:
        return
    page.title("Step times by simulation of packets")
    if found["because"]:
        page.wrapped(f"not simulated: {found['because']}", "", INDENT)
        return
    unit = measure([job["step_s"] for job in found["jobs"]], TIMES)
    page.table(
        (Column("Job"), Column("Step", right=True), Column("Uncertain by", right=True)),
        [(job["name"], unit.full(job["step_s"]), unit.full(job["spread_s"])) for job in found["jobs"][:SLOWEST]],
    )
    _more(page, len(found["jobs"]) - SLOWEST)
    for said in (f"simulated: {cost.how(found)}", *cost.remarks(found)):
        page.wrapped(said, "dim", INDENT)


def _waiting(page: Page, document: Document) -> None:
    """A line for each class, or why its queues were not looked at."""
    found = document.get("waiting")
    if not found:
        return
    page.title("Waiting, at the worst queue of each class")
    if found["because"]:
        page.wrapped(f"not looked at: {found['because']}", "", INDENT)
        return
    _rows(page, waiting.by_class(document))
    for said in waiting.how(document):
        page.wrapped(said, "dim", INDENT)


def _queues(page: Page, document: Document) -> None:
    _table(page, "queues", sections.planned_queues(document["queues"]) if document["queues"] else None)


def _failures(page: Page, document: Document) -> None:
    """The dearest failures, and what was left out."""
    found = standing.failures(document)
    if found is None:
        return
    if found["table"] is None:
        page.title("Failures")
    _table(page, "failures by what they cost", found["table"])
    for said in (found["anew"], found["because"]):
        if said:
            page.wrapped(said, "dim", INDENT)


def _placement(page: Page, document: Document) -> None:
    """Where jobs are and would be best, or why nobody looked."""
    found = standing.placement(document)
    if found is None:
        return
    if found["because"]:
        page.title("Placement")
        page.wrapped(f"not looked at: {found['because']}", "", INDENT)
        return
    _table(page, "placement", found["table"])
    page.wrapped(found["said"], "dim", INDENT)


def _table(page: Page, title: str, table: sections.Table | None) -> None:
    """The first rows of a table."""
    if table is None:
        return
    page.title(title.capitalize())
    columns = [Column(head, i in table.numeric, i not in table.numeric) for i, head in enumerate(table.heads)]
    page.table(columns, [[cell.text for cell in row] for row in table.rows[:HOTTEST]])
    _more(page, len(table.rows) - HOTTEST)


def _more(page: Page, count: int) -> None:
    if count > 0:
        page.say(f"{INDENT}and {grouped(count)} more in plan.json", "dim")


def _findings(page: Page, document: Document) -> None:
    counts = Counter(f["severity"] for f in document["findings"])
    if not counts:
        return
    page.title("Findings")
    said = [counted(counts[s], s) for s in sections.SEVERITIES if counts[s]]
    codes = ", ".join(sorted({f["code"] for f in document["findings"]}))
    page.wrapped(f"{', '.join(said)}: {codes}", "", INDENT)


def _artefacts(page: Page, document: Document, run: Mapping[str, Any] | None) -> None:
    """How many files there are, and what was checked of them by whom."""
    paths = {a["path"] for a in document["artifacts"]}
    if not paths:
        return
    page.title("Artefacts")
    ran = [v for v in (run or {}).get("validations") or [] if v["ok"] is not None and v["path"] in paths]
    seen = {v["path"] for v in ran}
    rows = [(who, _said(list(said))) for who, said in groupby(sorted(ran, key=_checker), key=_checker)]
    rows.append(("not validated", f"{grouped(len(paths - seen))} of {grouped(len(paths))} files"))
    page.table((Column("", gives_way=True), Column("")), rows if seen != paths else rows[:-1])
    if any(row["read"] != row["path"] for row in ran):
        page.wrapped("one file per template was read; --validate all has every file read", "dim", INDENT)
    for row in ran:
        if not row["ok"] and row["read"] == row["path"]:
            page.wrapped(f"{row['path']}: {row['output'].strip() or DASH}", "red", INDENT)


def _checker(row: Mapping[str, Any]) -> str:
    return str(row["validator"])


def _said(rows: Sequence[Mapping[str, Any]]) -> str:
    """How many files a checker accepted and rejected, and how many of them it read."""
    good, read = sum(row["ok"] for row in rows), sum(row["read"] == row["path"] for row in rows)
    words = f"{grouped(good)} accepted, {grouped(len(rows) - good)} rejected"
    return words if read == len(rows) else f"{words} ({grouped(read)} read)"
