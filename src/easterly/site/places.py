"""From paths to lines: the only place where a finding learns where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from easterly.base.findings import Finding
from easterly.site.compose import Branch, Entry
from easterly.site.source import Source


@dataclass(frozen=True, slots=True)
class Span:
    """Part of one line.

    Attributes
    ----------
    line, column : int
        1-based start, in characters.
    width : int
        Characters, at least 1.
    """

    line: int
    column: int
    width: int


def locate(findings: Iterable[Finding], source: Source) -> tuple[Finding, ...]:
    r"""Give every finding its file, line and column, and sort all in the order of the file.

    A path that the file does not write out (a default) is placed at its nearest written ancestor; what
    came through an alias or a merge is placed at the alias. What two rooms say in the same words is said once.

    Examples
    --------
    >>> from easterly.site.source import from_text
    >>> found = locate([Finding("E206", "jobs/pre/batch", "too small")], from_text("jobs:\n  pre: {batch: 0}"))
    >>> (found[0].line, found[0].column)
    (2, 16)
    """
    placed: dict[tuple[Any, ...], Finding] = {}
    for finding in findings:
        one = _located(finding, source)
        placed.setdefault(_in_order(one), one)
    return tuple(placed[key] for key in sorted(placed))


def _in_order(finding: Finding) -> tuple[Any, ...]:
    return (finding.line is None, finding.line or 0, finding.column or 0, finding.code, finding.at, finding.message)


def _located(finding: Finding, source: Source) -> Finding:
    if finding.file and finding.file != source.name:
        return finding
    if finding.line is not None:
        return replace(finding, file=source.name)
    where = span(finding.at, finding.on_key, source)
    if where is None:
        return replace(finding, file=source.name)
    return replace(finding, file=source.name, line=where.line, column=where.column)


def span(at: str, on_key: bool, source: Source) -> Span | None:
    """Where a path stands: its key or its value; None if the text has no mapping at its root."""
    root = source.tree.root
    if root is None:
        return None
    entry, exact = _descend(root, at)
    if entry is None:
        return Span(1, 1, 1)
    return _span_of(entry, on_key or not exact)


def _descend(root: Branch, at: str) -> tuple[Entry | None, bool]:
    """Deepest entry on the way to a path, and whether it is the path itself."""
    branch: Branch | None = root
    entry: Entry | None = None
    rest = at
    while rest and branch is not None:
        part = _next_part(branch, rest)
        if part is None:
            return entry, False
        entry = branch.children[part]
        rest = rest[len(part) + 1 :]
        branch = entry[6]
    return entry, True


def _next_part(branch: Branch, rest: str) -> str | None:
    """The child that a path goes through next; keys may have slashes of their own."""
    head = rest.split("/", 1)[0]
    if head in branch.children:
        return head
    whole = rest + "/"
    return max((key for key in branch.children if whole.startswith(key + "/")), key=len, default=None)


def _span_of(entry: Entry, on_key: bool) -> Span:
    key_line, key_column, key_width, line, column, width, _ = entry
    if key_line and (on_key or not width):
        return Span(key_line, key_column, max(key_width, 1))
    return Span(line, column, max(width, 1))
