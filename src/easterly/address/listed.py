"""Lists of prefixes as text, one a line, a million at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easterly._kernel import prefix as kernel
from easterly.address.prefixes import Prefixes
from easterly.address.text import AddressError, read, read_host
from easterly.base.columns import IndexColumn, frozen


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that is no prefix.

    Attributes
    ----------
    line, column : int
        From 1; the column counts bytes.
    code : str
        E510, E511 or E512.
    message, hint : str
    """

    line: int
    column: int
    code: str
    message: str
    hint: str


class FaultyList(ValueError):
    """A list of which some lines are no prefixes.

    Attributes
    ----------
    faults : tuple of Fault
        The first thousand.
    count : int
        Of all.
    """

    def __init__(self, faults: tuple[Fault, ...], count: int) -> None:
        first = faults[0]
        more = f", and {count - 1:,} more" if count > 1 else ""
        super().__init__(f"line {first.line}: {first.message}; {first.hint}{more}")
        self.faults, self.count = faults, count


@dataclass(frozen=True, slots=True)
class Listed:
    """A list that was read.

    Attributes
    ----------
    prefixes : Prefixes
    line : (N,) int
        Where each stands, from 1.
    """

    prefixes: Prefixes
    line: IndexColumn


SHOWN = 1000


def read_list(text: str | bytes, *, bare: bool = False) -> Listed:
    r"""Read prefixes, one a line; a ``#`` begins a remark, and empty lines say nothing.

    Parameters
    ----------
    text : str or bytes
        Bytes are taken as they are: what is not ASCII is no prefix.
    bare : bool
        Whether an address without a length stands for itself alone, as a /32 or /128.

    Returns
    -------
    Listed

    Raises
    ------
    FaultyList
        With line, column and reason of each line that is no prefix (RFC 4291 section 2.2, strictly).

    Examples
    --------
    >>> read_list("10.0.0.0/8  # private\n\nfd00::/8").prefixes.text()
    ['10.0.0.0/8', 'fd00::/8']
    >>> read_list("10.0.0.1/8")
    Traceback (most recent call last):
    ...
    easterly.address.listed.FaultyList: line 1: '10.0.0.1/8' has bits set beyond its length; did you mean 10.0.0.0/8?
    """
    data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    family, hi, lo, length, line, fault_line, fault_column = kernel.parse(data, bare)
    if len(fault_line):
        raise FaultyList(_faults(data, bare, fault_line[:SHOWN], fault_column[:SHOWN]), len(fault_line))
    return Listed(Prefixes(frozen(family), frozen(hi), frozen(lo), frozen(length)), frozen(line))


def _faults(data: bytes, bare: bool, lines: IndexColumn, columns: np.ndarray[tuple[int], np.dtype[np.int32]]
            ) -> tuple[Fault, ...]:  # fmt: skip
    """Reasons, by the reader of single prefixes."""
    rows = data.split(b"\n", int(lines[-1]))
    found = []
    for line, column in zip(lines.tolist(), columns.tolist(), strict=True):
        said = rows[line - 1].partition(b"#")[0].strip(b" \t\r").decode("utf-8", "replace")
        found.append(Fault(line, column, *_reason(said[:200], bare)))
    return tuple(found)


def _reason(text: str, bare: bool) -> tuple[str, str, str]:
    try:
        read_host(text) if bare and "/" not in text else read(text)
    except AddressError as error:
        return error.code, str(error), error.hint
    return "E510", f"{text!r} is not a prefix", "write one prefix a line"  # only text that was cut short gets here
