"""Text in which indentation makes blocks, as several network operating systems print it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Block:
    """A line, and the lines that are indented below it."""

    line: str
    inner: list[Block] = field(default_factory=list)
    read: bool = False


def blocks(text: str) -> list[Block]:
    r"""Lines of a text as blocks; what starts with ``!`` is a comment.

    >>> [(b.line, [i.line for i in b.inner]) for b in blocks("a\n  b\n  c\n!\nd")]
    [('a', ['b', 'c']), ('d', [])]

    Raises
    ------
    ValueError
        The first line is indented.
    """
    top = Block("")
    open_blocks = [(-1, top)]
    for line in text.splitlines():
        words = line.strip()
        if not words or words.startswith("!"):
            continue
        depth = len(line) - len(line.lstrip())
        while open_blocks[-1][0] >= depth:
            open_blocks.pop()
        if not top.inner and depth:
            raise ValueError(f"{words!r} is indented, and nothing is above it")
        made = Block(words)
        open_blocks[-1][1].inner.append(made)
        open_blocks.append((depth, made))
    return top.inner


def said(block: Block, *patterns: str) -> tuple[int, tuple[str, ...]]:
    r"""Which of some patterns a line is, and its groups; groups that are absent are empty.

    >>> said(Block("tx-queue 3"), "tx-queue", r"tx-queue (\d+)")
    (1, ('3',))

    Raises
    ------
    ValueError
        It is none of them: whatever is not understood is a contradiction, not a comment.
    """
    for number, pattern in enumerate(patterns):
        found = re.fullmatch(pattern, block.line)
        if found:
            block.read = True
            return number, tuple(group or "" for group in found.groups())
    raise ValueError(f"{block.line!r} is not understood")


def finish(found: Iterable[Block]) -> None:
    """Make sure that every line was read: also those below a line that has none, or to which nothing refers.

    Raises
    ------
    ValueError
        One was not.
    """
    for block in found:
        if not block.read:
            raise ValueError(f"{block.line!r} has no effect where it stands")
        finish(block.inner)


def numbers(words: Iterable[str]) -> Iterator[int]:
    """Numbers and ranges of numbers.

    >>> list(numbers(["1-3", "5"]))
    [1, 2, 3, 5]
    """
    for word in words:
        low, _, high = word.partition("-")
        yield from range(int(low), int(high or low) + 1)


def ranges(values: Iterable[int]) -> list[str]:
    """Numbers as ranges.

    >>> ranges([5, 1, 2, 3])
    ['1-3', '5']
    """
    found: list[list[int]] = []
    for value in sorted(values):
        if found and found[-1][1] == value - 1:
            found[-1][1] = value
        else:
            found.append([value, value])
    return [f"{low}" if low == high else f"{low}-{high}" for low, high in found]
