"""Tables read back."""

from __future__ import annotations

import csv
import io


def parse(text: str) -> list[dict[str, str]]:
    r"""Rows of a table by the names of its columns.

    >>> parse("cable,rate\n1,400Gb/s\n")
    [{'cable': '1', 'rate': '400Gb/s'}]
    """
    return list(csv.DictReader(io.StringIO(text)))
