"""Files of addresses, read in pieces: CSV, JSON, YAML; every row knows its line."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from easterly.address.ipam.sheet import cell, heading

if TYPE_CHECKING:
    from yaml import Node

PIECE = 20_000
"""Rows of a piece of a file whose cells are read one by one."""
BLOCK = 1 << 20
"""Characters that are read at a time."""
FORMS = ("csv", "json", "yaml")
_NUL = "\0"
"""No database takes it in a text."""
_HALF = re.compile("[\ud800-\udfff]")
"""Half a character, which JSON can say and UTF-8 cannot."""
_SPACE = re.compile(r"[\s,]*")
T = TypeVar("T")
_BREAK = re.compile(r"\r\n|\r|\n")


class Unreadable(ValueError):
    """A file that is no table at all."""


class Doubled(Exception):
    """An object of JSON in which a name stands twice."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of a file.

    Attributes
    ----------
    lines : sequence of int
        Where each row stands, from 1.
    columns : dict of str to list of str
        Cells by heading; all of one length.
    """

    lines: Sequence[int]
    columns: dict[str, list[str]]

    def cells(self, name: str) -> list[str]:
        """A column; empty cells where the file has none."""
        return self.columns.get(name) or [""] * len(self.lines)

    def short(self, name: str) -> list[str]:
        """A column as `cells`, or only its first cell where all are the same."""
        return short(self.columns.get(name) or [""])


def short(column: list[T]) -> list[T]:
    """A column, or one value where all are the same.

    >>> short(["a", "a"]), short(["a", "b"])
    (['a'], ['a', 'b'])
    """
    return column[:1] if column[0] == column[-1] and column.count(column[0]) == len(column) else column


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
        except RecursionError as error:
            raise Unreadable(f"{path}: arrays or objects lie too deep in each other") from error


def _csv(file: TextIO) -> Iterator[Piece]:
    reader = csv.reader(file, strict=True)
    heads = [heading(text) for text in next(reader, [])]
    twice = sorted({head for head in heads if heads.count(head) > 1})
    if "address" not in heads and "kind" not in heads:
        apart = next((mark for mark in ";\t|" if len(heads) == 1 and mark in heads[0]), "")
        hint = f": put commas between cells, not {apart!r}" if apart else ""
        raise Unreadable(f"line 1: no column `address`; the columns are {', '.join(heads) or 'none'}{hint}")
    if twice:
        raise Unreadable(f"line 1: two columns mean {', '.join(twice)}")
    line = reader.line_num
    while block := file.read(BLOCK):
        block += file.readline()
        if _NUL in block:
            raise Unreadable(f"line {line + 1 + block[: block.index(_NUL)].count(chr(10))}: a character 0 is no text")
        columns = _plain(block, len(heads))
        if columns is None:  # a quoted cell may go on beyond the block
            yield from _quoted(chain(io.StringIO(block, newline=""), file), heads, line)
            return
        count = len(columns[0])
        yield Piece(range(line + 1, line + count + 1), dict(zip(heads, columns, strict=True)))
        line += count


def _plain(block: str, width: int) -> list[list[str]] | None:
    r"""Columns of whole lines; None where a cell is quoted, a line is empty, or a row has another number of cells.

    All cells are found at once, with a mark of its own behind each row, which has to stand where the width says.

    >>> _plain("a,b\nc,d\n", 2), _plain("a\nb\n", 3)
    ([['a', 'c'], ['b', 'd']], None)
    """
    text = block.replace("\r\n", "\n").removesuffix("\n")
    if '"' in text or "\r" in text or "\n\n" in text or text[:1] in ("\n", "") or text[-1] == "\n":
        return None
    cells = text.replace("\n", ",\n,").split(",")
    ends = cells[width :: width + 1]
    if len(cells) % (width + 1) != width or len(ends) != text.count("\n") or ends.count("\n") != len(ends):
        return None
    return [cells[i :: width + 1] for i in range(width)]


def _quoted(text: Iterable[str], heads: list[str], line: int) -> Iterator[Piece]:
    """Rows behind so many lines of the file."""
    reader, begin = csv.reader(text, strict=True), line
    while rows := list(islice(reader, PIECE)):
        after = begin + reader.line_num
        lines: Sequence[int] = range(line + 1, after + 1)
        if len(lines) != len(rows):  # where each ends
            lines = list(accumulate((_height(row) for row in rows), initial=line))[1:]
        line = after
        if [] in rows:
            kept = [(at, row) for at, row in zip(lines, rows, strict=True) if row]
            lines, rows = [at for at, _ in kept], [row for _, row in kept]
        if set(map(len, rows)) - {len(heads)}:
            at, row = next(each for each in zip(lines, rows, strict=True) if len(each[1]) != len(heads))
            raise Unreadable(f"line {at}: {len(row)} cells, and the heading has {len(heads)}")
        if rows:
            yield Piece(lines, dict(zip(heads, map(list, zip(*rows, strict=True)), strict=True)))


def _height(row: list[str]) -> int:
    """Lines that a row takes up."""
    return 1 + sum(len(_BREAK.findall(text)) for text in row)


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
    names: dict[str, list[str]] = {}
    for name in dict.fromkeys(name for row in rows for name in row):
        names.setdefault(heading(name), []).append(name)
    columns = {head: _column(head, alike, lines, rows) for head, alike in names.items()}
    if any(map(_HALF.search, columns)):
        raise Unreadable(f"line {lines[0]} or below: half a character in a name is no text")
    for column in columns.values():
        whole = "".join(column)
        if _NUL in whole:
            at = next(line for line, text in zip(lines, column, strict=True) if _NUL in text)
            raise Unreadable(f"line {at}: a character 0 is no text")
        if not whole.isascii() and _HALF.search(whole):
            at = next(line for line, text in zip(lines, column, strict=True) if _HALF.search(text))
            raise Unreadable(f"line {at}: half a character is no text")
    return Piece(lines, columns)


def _column(head: str, names: Sequence[str], lines: Sequence[int], rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Cells of a column; `names` are those that mean it, of which a row has one."""
    if len(names) == 1:
        return [cell(row.get(names[0])) for row in rows]
    found = []
    for line, row in zip(lines, rows, strict=True):
        said = [name for name in names if name in row]
        if len(said) > 1:
            raise Unreadable(f"line {line}: {' and '.join(map(repr, said))} both mean {head}")
        found.append(cell(row[said[0]]) if said else "")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON whose names all differ."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise Doubled(next(name for name in names if names.count(name) > 1))
    return found


def _json(file: TextIO) -> Iterator[tuple[int, Any]]:
    """Elements of an array one by one, however long it is."""
    decode, text, line, opened = json.JSONDecoder(object_pairs_hook=_once).raw_decode, "", 1, False
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
                    within = text.count("\n", at, getattr(error, "pos", at))
                    raise Unreadable(f"line {line + within}: no JSON: {getattr(error, 'msg', error)}") from error
                break
            except Doubled as error:
                raise Unreadable(f"line {line}: {error.args[0]!r} stands twice in one object") from None
            yield line, row
            line += text.count("\n", at, end)
            at = end
        text = text[at:]


def _yaml(file: TextIO) -> Iterator[tuple[int, Any]]:
    """Rows of our own exports line by line; any other YAML as a whole."""
    for number, text in enumerate(file, 1):
        if text.startswith("- {"):
            try:
                row = json.loads(text[2:], object_pairs_hook=_once)
            except ValueError:
                break
            except Doubled as error:
                raise Unreadable(f"line {number}: {error.args[0]!r} stands twice in one object") from None
            yield number, row
        elif text.strip() and not text.startswith("#"):
            break
    else:
        return
    file.seek(0)
    yield from _whole(file, number)


def _whole(file: TextIO, begin: int) -> Iterable[tuple[int, Any]]:
    import yaml

    from easterly.model import yamls

    try:
        node, rows = yamls.compose(file.read())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = "" if mark is None else f"line {mark.line + 1}: "
        raise Unreadable(f"{at}the file is no YAML that is read here: {error.problem}") from error
    except yaml.YAMLError as error:
        raise Unreadable(f"the file is no YAML: {error}") from error
    if node is None or not isinstance(rows, list):
        raise Unreadable("line 1: write a list of rows")
    for key in _twice(node):
        raise Unreadable(f"line {key.start_mark.line + 1}: {key.value!r} stands twice in one object")
    lines = [each.start_mark.line + 1 for each in node.value]
    return [(line, row) for line, row in zip(lines, rows, strict=True) if line >= begin]


def _twice(node: Node) -> Iterator[Node]:
    """Keys of a YAML document that their mapping has already."""
    import yaml

    left, seen = [node], {id(node)}
    while left:
        one, parts = left.pop(), []
        if isinstance(one, yaml.SequenceNode):
            parts = list(one.value)
        elif isinstance(one, yaml.MappingNode):
            keys: set[tuple[str, str]] = set()
            for key, _ in one.value:
                if isinstance(key, yaml.ScalarNode):
                    if (key.tag, key.value) in keys:
                        yield key
                    keys.add((key.tag, key.value))
            parts = [value for _, value in one.value]
        fresh = [part for part in parts if id(part) not in seen]  # aliases are the same node again
        seen.update(map(id, fresh))
        left += fresh
