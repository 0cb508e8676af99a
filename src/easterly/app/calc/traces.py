"""Measured packets from a file: times and sizes as columns of whole numbers, read without rounding.

A capture (pcap, pcapng) is known by its first bytes; any other file is comma-separated values.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LATEST_ns, LARGEST_B = 1 << 61, 1 << 40
NAMES = {"time_s": 10**9, "time_us": 1000, "time_ns": 1}


def read(path: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Times in nanoseconds from the first packet on, and sizes in bytes, of a capture or of comma-separated values.

    The first line of the latter names the columns: ``time_s``, ``time_us`` or ``time_ns``, and ``size_B``; others are
    passed over. Sizes of a capture are those on its link, with headers and without preamble, checksum and gap.

    Parameters
    ----------
    path : str

    Returns
    -------
    at_ns, size_B : (N,) int64

    Raises
    ------
    ValueError
        A file that cannot be read, a column that is missing, a line or a byte where there is no packet.
    """
    try:
        if _capture(path):
            return _captured(path)
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    rows = list(_rows(path, text))
    if not rows:
        raise ValueError(f"{path} has no packets: write a line with a time and a size for each below the heads")
    first = min(at for at, _ in rows)
    rows.sort(key=lambda row: row[0])
    return np.array([at - first for at, _ in rows], np.int64), np.array([size for _, size in rows], np.int64)


def _capture(path: str) -> bool:
    from easterly.site.formats.flows import is_capture

    with Path(path).open("rb") as file:
        return is_capture(file.read(4)) or path.lower().endswith((".pcap", ".pcapng"))


def _captured(path: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    from easterly.site.formats.flows import read_packets

    made, findings = read_packets(path)
    if made is None:
        first = findings[0]
        raise ValueError(f"{path}: {first.message}" + (f"; {first.hint}" if first.hint else ""))
    return made


def _rows(path: str, text: str) -> Iterator[tuple[int, int]]:
    reader = csv.reader(text.splitlines())
    heads = [head.strip() for head in next(reader, [])]
    time = next((i for i, head in enumerate(heads) if head in NAMES), None)
    if time is None or "size_B" not in heads:
        raise ValueError(f"{path} has the columns {', '.join(heads) or 'of nothing'}: name one time_s and one size_B")
    size, scale = heads.index("size_B"), NAMES[heads[time]]
    for number, row in enumerate(reader, 2):
        if not any(cell.strip() for cell in row):
            continue
        try:
            at_ns, size_B = Decimal(row[time].strip()) * scale, int(row[size])
            at = int(at_ns)
            fine = at == at_ns and abs(at) < LATEST_ns and 0 <= size_B < LARGEST_B
        except (InvalidOperation, ValueError, IndexError, OverflowError):
            fine = False
        if not fine:
            raise ValueError(
                f"{path}, line {number} is no packet: {','.join(row)[:60]!r}; times are whole nanoseconds, and sizes "
                "whole bytes"
            )
        yield at, size_B
