"""``easterly calc classify``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from easterly.app import terminal
from easterly.app.calc import asking
from easterly.app.calc.lists import SHOWN, more_than_shown
from easterly.base.findings import Finding

if TYPE_CHECKING:
    from easterly.qos.classify import Covered, Packets, Review, Rule

LARGEST_B = 64 << 20


@click.command("classify", cls=asking.Calculator)
@click.option("--rules", "rules_at", type=terminal.SITE, required=True, help="File with one rule per line.")
@click.option("--packets", "packets_at", type=terminal.SITE, help="File with one packet per line.")
@click.option("--default", help="What becomes of packets without a rule, such as deny.")
@click.option("--work", type=asking.Count(0, 10**8), default="100000", show_default=True,
              help="Comparisons for each question about a rule, then it stays undecided.")  # fmt: skip
@terminal.format_option
def command(rules_at: Path, packets_at: Path | None, default: str | None, work: int, form: str) -> None:
    """First rule that matches each packet, and what the rules cost and leave to each other.

    \b
    Rules:    class storage src 10.0.0.0/8 dst any proto tcp dport 4791 dscp af41
              deny  guests  src 2001:db8::/32 vlan 100-199      # also: permit NAME
    Packets:  src 10.0.0.1 dst 10.0.1.1 proto tcp sport 49152 dport 4791 dscp 34
    Keys:     src dst proto sport dport dscp vlan pcp in flags

    Entries are those of a TCAM, ranges as the fewest prefixes. A shadowed rule is never hit, as earlier rules hold all
    its packets; a redundant one is hit, and removing it alone changes nothing.
    """  # noqa: D301
    from easterly.qos.classify import parse_packets, parse_rules, review

    if default is not None and not default.strip():
        raise click.UsageError("--default is empty: write what becomes of packets without a rule, such as deny")
    rules = _read(rules_at, form, parse_rules, "rules", "write one rule per line, such as: class storage dport 4791")
    packets = None
    if packets_at is not None:
        packets = _read(packets_at, form, parse_packets, "packets", "write one packet per line, as --help shows")
    made = _result(rules, packets, review(rules, default=default, work=work))
    terminal.tell(made, form, _print)


def _read(path: Path, form: str, parse: Any, what: str, hint: str) -> Any:
    """What a file says; leaves with code 2 where it cannot be read, with 1 where it is wrong or says nothing."""
    from easterly.qos.classify import FaultyText

    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_B + 1)
    except OSError as error:
        terminal.unreadable(path, error, form)
    except ValueError as error:  # a name with a zero byte
        _leave([Finding("E100", "", f"{path}: cannot be read: {error}")], form)
    if len(data) > LARGEST_B:
        _leave([Finding("E132", "", f"{path}: larger than {LARGEST_B >> 20} MiB", "split the file")], form)
    try:
        made = parse(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = Finding("E134", "", "not UTF-8", "save the file as UTF-8", line=line, column=1, file=str(path))
        _wrong([found], form)
    except FaultyText as error:
        _wrong([
            Finding("E122", "", fault.message, fault.hint, line=fault.line, column=fault.column, file=str(path))
            for fault in error.faults
        ], form)  # fmt: skip
    if not len(made):
        _wrong([Finding("E133", "", f"the file has no {what}", hint, file=str(path))], form)
    return made


def _wrong(findings: list[Finding], form: str) -> NoReturn:
    """Leave with code 1: a file was read, and what it says is wrong."""
    if form != "json" and len(findings) > SHOWN:
        terminal.print_findings(findings[:SHOWN], None)
        click.echo(f"and {len(findings) - SHOWN} more", err=True)
        sys.exit(terminal.FOUND)
    terminal.refused(findings, None, form)


def _leave(findings: list[Finding], form: str) -> NoReturn:
    if form == "json":
        terminal.emit_json(None, findings)
    for each in findings:
        click.echo(f"easterly: {each.message}" + (f"\n   = help: {each.hint}" if each.hint else ""), err=True)
    sys.exit(terminal.USAGE)


def _result(rules: tuple[Rule, ...], packets: Packets | None, found: Review) -> dict[str, Any]:
    """The answer as one JSON object; rules are named by their lines."""
    from dataclasses import asdict

    from easterly.qos.classify import Classifier, packet_text, tcam

    line = [rule.line for rule in rules]
    made, cost = Classifier(rules), tcam(rules)

    def covered(rows: tuple[Covered, ...]) -> list[dict[str, Any]]:
        return [{"line": line[each.rule], "rule": rules[each.rule].name, "by": [line[r] for r in each.by]}
                for each in rows]  # fmt: skip

    answer: dict[str, Any] = {
        "rules": len(rules), "trees": asdict(made.trees),
        "tcam": {"entries": cost.total, "fenced_entries": cost.total_fenced, "per_rule": cost.entries.tolist()},
        "shadowed": covered(found.shadowed), "redundant": covered(found.redundant),
        "removable": [line[r] for r in found.removable],
        "conflicts": [{"line": line[each.first], "with": line[each.second], "packet": packet_text(each.packet)}
                      for each in found.conflicts],
        "overlaps": found.overlaps, "undecided": [line[r] for r in found.undecided],
        "witnesses": [{"line": line[r], "packet": packet_text(found.packet[r])} for r in found.hit.nonzero()[0]],
    }  # fmt: skip
    return answer if packets is None else answer | _matched(rules, made.classify(packets))


def _matched(rules: tuple[Rule, ...], first: Any) -> dict[str, Any]:
    import numpy as np

    counts = np.bincount(first[first >= 0], minlength=len(rules)).tolist()
    effects: dict[str, int] = {}
    for rule, count in zip(rules, counts, strict=True):
        effects[rule.effect] = effects.get(rule.effect, 0) + count
    return {
        "packets": len(first), "unmatched": int((first < 0).sum()), "effects": effects, "counts": counts,
        "matches": [None if r < 0 else {"line": rules[r].line, "rule": rules[r].name, "effect": rules[r].effect}
                    for r in first.tolist()],
    }  # fmt: skip


def _print(made: dict[str, Any]) -> None:
    from easterly.app.calc import answer
    from easterly.base.units import SIZE, format_short

    cost, trees = made["tcam"], made["trees"]
    largest = answer.counted(trees["largest_leaf"], "rule")
    of = f", {answer.counted(made['packets'], 'packet')}" if "packets" in made else ""
    answer.title(answer.counted(made["rules"], "rule") + of)
    answer.facts([
        ("entries", f"{cost['entries']:,}", "of a TCAM, ranges as prefixes"),
        ("fenced", f"{cost['fenced_entries']:,}", "of a TCAM, ranges as fences of 2 bits (DIRPE)"),
        ("trees", f"{trees['trees']}", f"of {answer.counted(trees['nodes'], 'node')}, {trees['depth']} deep, at "
         f"most {largest} compared in a leaf; {format_short(trees['memory_B'], SIZE)} of at most "
         f"{format_short(trees['bound_B'], SIZE)}"),
        ("overlaps", f"{made['overlaps']:,}", "pairs of unlike effect, neither within the other"),
    ])  # fmt: skip
    if "packets" in made:
        _print_matches(made)
    _print_review(made)


def _print_matches(made: dict[str, Any]) -> None:
    from easterly.app.calc import answer

    rows = [[effect, f"{count:,}"] for effect, count in made["effects"].items()]
    answer.table(["effect", "packets"], [*rows, ["no rule", f"{made['unmatched']:,}"]])
    shown = made["matches"][:SHOWN]
    answer.table(["packet", "line", "rule", "effect"], [
        [str(i), "-", "-", "no rule"] if each is None else [str(i), str(each["line"]), each["rule"], each["effect"]]
        for i, each in enumerate(shown, 1)
    ])  # fmt: skip
    more_than_shown(len(made["matches"]))


def _print_review(made: dict[str, Any]) -> None:
    rows = [f"line {each['line']}: {each['rule']} is never hit: its packets are held by {_lines(each['by'])}"
            for each in made["shadowed"]]  # fmt: skip
    for each in made["redundant"]:
        others = f" beside {_lines(each['by'])}" if each["by"] else ""
        rows.append(f"line {each['line']}: {each['rule']} changes nothing{others}")
    rows += [f"line {each['line']}: order against line {each['with']} decides, as for {each['packet']}"
             for each in made["conflicts"]]  # fmt: skip
    rows += [f"line {line}: undecided; allow more --work" for line in made["undecided"]]
    if rows:
        click.echo()
    for row in rows[:SHOWN]:
        click.echo(f"  {row}")
    more_than_shown(len(rows))


def _lines(lines: list[int]) -> str:
    few = ", ".join(map(str, lines[:8])) + (f" and {len(lines) - 8} more" if len(lines) > 8 else "")
    return f"line {few}" if len(lines) == 1 else f"lines {few}"
