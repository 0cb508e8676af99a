"""Files of addresses, read in pieces: CSV, JSON, YAML; every row knows its line."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from easterly.address.ipam.sheet import cell, heading

PIECE = 20_000
"""Rows of a piece."""
BLOCK = 1 << 20
FORMS = ("csv", "json", "yaml")
_SPACE = re.compile(r"[\s,]*")


class Unreadable(ValueError):
    """A file that is no table at all."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of a file.

    Attributes
    ----------
    lines : list of int
        Where each row stands, from 1.
    columns : dict of str to list of str
        Cells by heading; all of one length.
    """

    lines: list[int]
    columns: dict[str, list[str]]

    def cells(self, name: str) -> list[str]:
        """A column; empty cells where the file has none."""
        return self.columns.get(name) or [""] * len(self.lines)


def form_of(path: Path) -> str:
    """Format by the end of a name; CSV where it says nothing.

    >>> form_of(Path("a.yml")), form_of(Path("a.txt"))
    ('yaml', 'csv')
    """
    end = path.suffix.lower().removeprefix(".")
    return {"yml": "yaml", "yaml": "yaml", "json": "json"}.get(end, "csv")


def pieces(path: Path, form: str) -> Iterator[Piece]:
    """Read a file, so many rows at a time.

    Parameters
    ----------
    path : Path
    form : str
        One of `FORMS`.

    Yields
    ------
    Piece

    Raises
    ------
    Unreadable, OSError
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            yield from _csv(file) if form == "csv" else _objects(file, form)
        except UnicodeDecodeError as error:
            raise Unreadable(f"{path} is no text in UTF-8: {error}") from error
        except csv.Error as error:
            raise Unreadable(f"{path}: {error}") from error


def _csv(file: TextIO) -> Iterator[Piece]:
    reader = csv.reader(file, strict=True)
    heads = [heading(text) for text in next(reader, [])]
    twice = sorted({head for head in heads if heads.count(head) > 1})
    if "address" not in heads and "kind" not in heads:
        raise Unreadable(f"line 1: no column `address`; the columns are {', '.join(heads) or 'none'}")
    if twice:
        raise Unreadable(f"line 1: two columns mean {', '.join(twice)}")
    lines: list[int] = []
    rows: list[list[str]] = []
    for row in reader:
        if not row:
            continue
        if len(row) != len(heads):
            raise Unreadable(f"line {reader.line_num}: {len(row)} cells, and the heading has {len(heads)}")
        lines.append(reader.line_num)
        rows.append(row)
        if len(rows) == PIECE:
            yield _piece(heads, lines, rows)
            lines, rows = [], []
    if rows:
        yield _piece(heads, lines, rows)


def _piece(heads: list[str], lines: list[int], rows: list[list[str]]) -> Piece:
    return Piece(lines, dict(zip(heads, map(list, zip(*rows, strict=True)), strict=True)))


def _objects(file: TextIO, form: str) -> Iterator[Piece]:
    lines: list[int] = []
    found: list[Mapping[str, Any]] = []
    for line, row in _json(file) if form == "json" else _yaml(file):
        if not isinstance(row, dict):
            raise Unreadable(f"line {line}: every row is an object with names, and this is {type(row).__name__}")
        lines.append(line)
        found.append(row)
        if len(found) == PIECE:
            yield _turned(lines, found)
            lines, found = [], []
    if found:
        yield _turned(lines, found)


def _turned(lines: list[int], rows: list[Mapping[str, Any]]) -> Piece:
    names = dict.fromkeys(name for row in rows for name in row)
    return Piece(lines, {heading(name): [cell(row.get(name)) for row in rows] for name in names})


def _json(file: TextIO) -> Iterator[tuple[int, Any]]:
    """Elements of an array one by one, however long it is."""
    decode, text, line, opened = json.JSONDecoder().raw_decode, "", 1, False
    while True:
        block = file.read(BLOCK)
        text, at = text + block, 0
        while True:
            space = _SPACE.match(text, at)
            assert space is not None
            line += text.count("\n", at, space.end())
            at = space.end()
            if not opened and at < len(text):
                if text[at] != "[":
                    raise Unreadable(f"line {line}: write an array of objects")
                opened, at = True, at + 1
                continue
            if at < len(text) and text[at] == "]":
                return
            try:
                row, end = decode(text, at)
            except ValueError as error:
                if not block:
                    raise Unreadable(f"line {line}: {error}") from error
                break
            yield line, row
            line += text.count("\n", at, end)
            at = end
        text = text[at:]


def _yaml(file: TextIO) -> Iterator[tuple[int, Any]]:
    """Rows of our own exports line by line; any other YAML as a whole."""
    for number, text in enumerate(file, 1):
        if text.startswith("- {"):
            try:
                row = json.loads(text[2:])
            except ValueError:
                break
            yield number, row
        elif text.strip() and not text.startswith("#"):
            break
    else:
        return
    file.seek(0)
    yield from _whole(file, number)


def _whole(file: TextIO, begin: int) -> Iterable[tuple[int, Any]]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node = yaml.compose(file, loader)
        rows = [] if node is None else loader("").construct_document(node)
    except yaml.YAMLError as error:
        raise Unreadable(f"the file is no YAML: {error}") from error
    if node is None or not isinstance(rows, list):
        raise Unreadable("line 1: write a list of rows")
    lines = [each.start_mark.line + 1 for each in node.value]
    return [(line, row) for line, row in zip(lines, rows, strict=True) if line >= begin]
