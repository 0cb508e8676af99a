"""Runs of names that count up: ``host-0..host-15``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

LONGEST = 1_000_000


def runs(names: Sequence[str]) -> list[str]:
    """Names in their order, those that count up written ``first..last``.

    >>> runs(["a-1", "a-2", "a-3", "b-7", "a-9"])
    ['a-1..a-3', 'b-7', 'a-9']
    """
    made: list[tuple[str, str]] = []
    for name in names:
        if made and _next(made[-1][1]) == name:
            made[-1] = (made[-1][0], name)
        else:
            made.append((name, name))
    return [first if first == last else f"{first}..{last}" for first, last in made]


def names(texts: Iterable[str]) -> list[str]:
    """Names of some runs, in their order.

    Raises
    ------
    ValueError
        Two names that differ in more than the number at their ends, or count down.

    Examples
    --------
    >>> names(["a-1..a-3", "b-7"])
    ['a-1', 'a-2', 'a-3', 'b-7']
    """
    return [name for text in texts for name in _names(text)]


def _names(text: str) -> list[str]:
    first, dots, last = text.partition("..")
    if not dots:
        return [text]
    head, start = _parted(first)
    other, end = _parted(last)
    count = int(end) - int(start) + 1 if start and end else 0
    if head != other or not 1 <= count <= LONGEST:
        raise ValueError(f"{text!r} is no run of names: write it like host-0..host-15")
    made = [first]
    while len(made) < count:
        made.append(_next(made[-1]))
    if made[-1] != last:
        raise ValueError(f"{text!r} is no run of names: the numbers are of different widths")
    return made


def _parted(name: str) -> tuple[str, str]:
    head = name.rstrip("0123456789")
    return head, name[len(head) :]


def _next(name: str) -> str:
    """The name with its number one higher; empty without a number.

    >>> _next("h-09"), _next("h-9"), _next("h")
    ('h-10', 'h-10', '')
    """
    head, digits = _parted(name)
    return f"{head}{int(digits) + 1:0{len(digits)}d}" if digits else ""
