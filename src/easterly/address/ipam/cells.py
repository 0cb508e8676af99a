"""Cells of a table to columns of the store; every cell that is none is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from easterly.address.ipam.incoming import Piece, short
from easterly.address.ipam.sheet import COLUMNS, STATES, about_cell, read_tags

Rows = NDArray[np.intp]
Refuse = Callable[[int, str, str], None]
DIGITS = 15
"""Of a time in milliseconds: enough for thirty thousand years, and exact in any reader of JSON."""


class Cells:
    """Some rows of a piece of a file; columns of one value are short.

    Parameters
    ----------
    piece : Piece
    pick : (N,) intp
        Rows of it, at least one.
    refuse : callable
        Told the line, the heading, and why.
    """

    def __init__(self, piece: Piece, pick: Rows, refuse: Refuse) -> None:
        self._piece, self._refuse = piece, refuse
        self._pick = None if len(pick) == len(piece.lines) else pick.tolist()
        self.count = len(pick)

    def cells(self, name: str) -> list[str]:
        """A column as it was read."""
        column = self._piece.short(name)
        return column if self._pick is None or len(column) == 1 else [column[i] for i in self._pick]

    def _with_lines(self, column: list[str]) -> Iterator[tuple[int, str]]:
        lines = self._piece.lines
        at = range(len(lines)) if self._pick is None else self._pick
        return zip([lines[i] for i in at], column if len(column) > 1 else column * self.count, strict=True)

    def texts(self, name: str) -> list[str | None]:
        """A column in which empty cells are absent."""
        column = self.cells(name)
        return [word or None for word in column] if "" in column else list(column)

    def kinds(self, length: NDArray[np.int64], bits: int) -> list[str]:
        """Kinds of allocations, by their lengths where nothing else is said."""
        usual = short(np.where(length == bits, "address", np.where(length >= 0, "block", "range")).tolist())
        said = self.cells("kind")
        if said in ([""], usual):
            return usual
        whole = usual if len(usual) > 1 else usual * self.count
        return [
            self._kind(word, kind, line)
            for (line, word), kind in zip(self._with_lines(said), whole, strict=True)
        ]  # fmt: skip

    def _kind(self, word: str, usual: str, line: int) -> str:
        if word in ("", usual):
            return usual
        if (word, usual) == ("block", "address"):  # a block of one address
            return word
        self._refuse(line, "kind", f"{word!r} is no kind of this place: write {usual}, or leave it empty")
        return usual

    def states(self) -> list[str]:
        """States of allocations."""
        said = self.cells("state")
        found = [STATES.get(word) or STATES.get(word.strip().lower()) for word in said]
        if None in found:
            for line, word in self._with_lines(said):
                if word.strip().lower() not in STATES:
                    self._refuse(line, "state", f"{word!r} is no state: write held, reserved or quarantined")
        return [state or "held" for state in found]

    def times(self, name: str) -> list[int | None]:
        """A column of milliseconds."""
        said = self.cells(name)
        if any(word and not _is_time(word) for word in said):
            for line, word in self._with_lines(said):
                if word and not _is_time(word):
                    self._refuse(line, name, f"{word!r} is no time: write milliseconds since 1970")
        return [int(word) if word and _is_time(word) else None for word in said]

    def about(self) -> list[str | None]:
        """Tags and fields as they are stored."""
        more = {name: self.cells(name) for name in self._piece.columns if name not in COLUMNS}
        columns: list[list[str]] = [self.cells("tags"), self.cells("fields"), *more.values()]
        if not any(map(any, columns)):
            return [None]
        wide = max(map(len, columns))
        rows = zip(*(column if len(column) == wide else column * wide for column in columns), strict=True)
        made, wrong = list[str | None](), dict[int, tuple[str, str]]()
        for at, (tags, fields, *rest) in enumerate(rows):
            try:
                made.append(about_cell(tags, fields, dict(zip(more, rest, strict=True))))
            except ValueError as error:
                made.append(None)
                wrong[at] = ("tags" if _is_wrong(tags) else "fields", str(error))
        if wrong:
            for at, (line, _) in enumerate(self._with_lines([""])):
                if (why := wrong.get(at if wide > 1 else 0)) is not None:
                    self._refuse(line, *why)
        return made


def _is_wrong(tags: str) -> bool:
    try:
        read_tags(tags)
    except ValueError:
        return True
    return False


def _is_time(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= DIGITS
