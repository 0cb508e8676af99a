"""Packets from a file of lines ``time_s size_B [colour]``: times as decimals, never as floats."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from easterly.app import terminal
from easterly.base.findings import Finding, FindingsError

LARGEST = 2**63 - 1
MOST_BYTES = 1 << 30
WORDS = {"g": 0, "green": 0, "y": 1, "yellow": 1, "r": 2, "red": 2}
SHAPE = "write time_s size_B, such as: 0.010 1500"
COLOURED = "write time_s size_B colour, such as: 0.010 1500 G"
_DECIMAL = re.compile(r"\+?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_EXACT = Context(prec=200, traps=[])  # more digits than a word may have
_NS = Decimal(10**9)
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Packets:
    """Columns of a file of packets."""

    time_ns: NDArray[np.int64]
    size_B: NDArray[np.int64]
    colour: NDArray[np.uint8] | None


def read(path: Path, form: str, *, coloured: bool) -> Packets:
    """Packets of a file, or of standard input for ``-``; leaves with located findings where a line is wrong."""
    try:
        data = sys.stdin.buffer.read(MOST_BYTES + 1) if str(path) == "-" else _bytes(path)
    except OSError as error:
        terminal.unreadable(path, error, form)
    try:
        return parse(_text(data, str(path)), str(path), coloured=coloured)
    except FindingsError as error:
        terminal.refused(error.findings, None, form)


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _text(data: bytes, file: str) -> str:
    if len(data) > MOST_BYTES:
        raise FindingsError([Finding("E132", "", "the file is larger than 1 GiB", "split it", file=file)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        wrong = Finding("E134", "", "the file is not UTF-8 text", "save it as UTF-8", line=line, file=file)
        raise FindingsError([wrong]) from None


def parse(text: str, file: str, *, coloured: bool) -> Packets:
    r"""Packets of a text.

    Empty lines, what follows a ``#``, and a first line that names the columns are skipped.

    Raises
    ------
    FindingsError
        The first line that is wrong, with its place; a file without packets.

    Examples
    --------
    >>> parse("0.1 1500\n1e-1 64  # later", "-", coloured=False).time_ns.tolist()
    [100000000, 100000000]
    """
    rows = _Rows(file, coloured)
    lines = text.split("\n")
    head = next((i for i, line in enumerate(lines) if line.split("#")[0].strip()), None)
    for number, line in enumerate(lines, 1):
        if number - 1 != head or not line.strip().lower().startswith("time_s"):
            rows.add(number, line)
    return rows.columns()


class _Rows:
    """Rows so far, and what was wrong with the one at hand."""

    def __init__(self, file: str, coloured: bool) -> None:
        self.file, self.coloured = file, coloured
        self.time: list[int] = []
        self.size: list[int] = []
        self.colour: list[int] = []

    def add(self, number: int, line: str) -> None:
        """Read one line."""
        words = list(_WORD.finditer(line.partition("#")[0]))
        if not words:
            return
        if len(words) not in ((3,) if self.coloured else (2, 3)):
            hint = COLOURED if self.coloured else SHAPE
            self.wrong(number, words[min(len(words), 4) - 1], f"the line has {_counted(len(words))}", hint)
        self.time.append(self._time(number, words[0]))
        self.size.append(self._size(number, words[1]))
        if len(words) == 3:
            self.colour.append(self._colour(number, words[2]))

    def _time(self, number: int, word: re.Match[str]) -> int:
        """Seconds as whole nanoseconds."""
        if _DECIMAL.fullmatch(word[0]) is None or len(word[0]) > 100:
            self.wrong(number, word, f"time {_quoted(word[0])} is not a number of seconds from 0 on", SHAPE)
        exact = _EXACT.multiply(Decimal(word[0]), _NS)
        if exact > LARGEST:
            self.wrong(number, word, f"time {_quoted(word[0])} is beyond 2^63-1 ns", "count from a later moment")
        if exact != exact.to_integral_value():
            self.wrong(number, word, f"time {_quoted(word[0])} is finer than a nanosecond", "round it to 9 decimals")
        now_ns = int(exact)
        if self.time and now_ns < self.time[-1]:
            self.wrong(number, word, f"time {_quoted(word[0])} is before that of the packet above", "sort the lines")
        return now_ns

    def _size(self, number: int, word: re.Match[str]) -> int:
        if re.fullmatch(r"[0-9]{1,19}", word[0]) is None or int(word[0]) > LARGEST:
            text = f"size {_quoted(word[0])} is not a whole number of bytes below 2^63"
            self.wrong(number, word, text, SHAPE)
        if not int(word[0]):
            self.wrong(number, word, "a packet of 0 bytes is none", SHAPE)
        return int(word[0])

    def _colour(self, number: int, word: re.Match[str]) -> int:
        if word[0].lower() not in WORDS:
            self.wrong(number, word, f"colour {_quoted(word[0])} is unknown", "write G, Y or R")
        return WORDS[word[0].lower()]

    def wrong(self, number: int, word: re.Match[str], message: str, hint: str) -> NoReturn:
        """Refuse the file because of one word."""
        column = word.start() + 1
        raise FindingsError([Finding("E122", "", message, hint, line=number, column=column, file=self.file)])

    def columns(self) -> Packets:
        """What was read."""
        if not self.time:
            raise FindingsError([Finding("E133", "", "the file has no packets", SHAPE, file=self.file)])
        colour = np.array(self.colour, dtype=np.uint8) if self.coloured else None
        return Packets(_whole(self.time), _whole(self.size), colour)


def _whole(values: Iterable[int]) -> NDArray[np.int64]:
    return np.array(list(values), dtype=np.int64)


def _counted(columns: int) -> str:
    return f"{columns} column" if columns == 1 else f"{columns} columns"


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")
