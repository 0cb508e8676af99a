"""Counts in words: one thing, two things."""

from __future__ import annotations


def counted(count: int, thing: str, things: str = "") -> str:
    """A number of things; `things` where it is not `thing` with an s.

    Examples
    --------
    >>> counted(1, "packet"), counted(1200, "packet"), counted(2, "class", "classes")
    ('1 packet', '1,200 packets', '2 classes')
    """
    return f"{count:,} {thing if count == 1 else things or thing + 's'}"
