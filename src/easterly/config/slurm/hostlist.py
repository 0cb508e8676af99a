"""Host lists as Slurm writes them: ``tux[0-3,12,18-20]``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

_NUMBER = re.compile(r"^(.*?)(\d+)$")
_PART = re.compile(r"([^\[\],]+)(?:\[([^\]]*)\])?")


def written(names: Sequence[str]) -> str:
    """Names as one host list; numbers at their ends that follow each other become ranges.

    The order is kept, so that ranks follow it. Numbers of different widths (``n8, n10``) share a range, numbers with
    leading zeros only with those of their width.

    >>> written(["tux0", "tux1", "tux2", "tux12", "login"])
    'tux[0-2,12],login'
    >>> written(["n08", "n09", "n10", "n8"])
    'n[08-10,8]'
    """
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    for name in names:
        match = _NUMBER.match(name)
        head, digits = (match[1], match[2]) if match else (name, "")
        if digits and groups and groups[-1][0] == head and groups[-1][1]:
            runs = groups[-1][1]
            if _follows(runs[-1][1], digits):
                runs[-1] = (runs[-1][0], digits)
            else:
                runs.append((digits, digits))
        else:
            groups.append((head, [(digits, digits)] if digits else []))
    return ",".join(_group(head, runs) for head, runs in groups)


def _follows(before: str, digits: str) -> bool:
    """Whether Slurm would count from one number to the other."""
    if int(digits) != int(before) + 1:
        return False
    padded = (before.startswith("0") and before != "0") or digits.startswith("0")
    return len(before) == len(digits) if padded else True


def _group(head: str, runs: list[tuple[str, str]]) -> str:
    if not runs:
        return head
    if len(runs) == 1 and runs[0][0] == runs[0][1]:
        return head + runs[0][0]
    return f"{head}[{','.join(a if a == b else f'{a}-{b}' for a, b in runs)}]"


def read(text: str) -> list[str]:
    """Names of a host list.

    Raises
    ------
    ValueError
        A bracket that is not closed, or a range that counts down.

    Examples
    --------
    >>> read("tux[0-2,12],login")
    ['tux0', 'tux1', 'tux2', 'tux12', 'login']
    """
    if text.count("[") != text.count("]"):
        raise ValueError(f"host list {text!r}: a bracket is not closed")
    return [name for match in _PART.finditer(text) for name in _expanded(match[1], match[2])]


def _expanded(head: str, ranges: str | None) -> Iterator[str]:
    if ranges is None:
        yield head
        return
    for part in ranges.split(","):
        first, _, last = part.partition("-")
        yield from (head + number for number in _counted(first, last or first))


def _counted(first: str, last: str) -> Iterable[str]:
    if int(last) < int(first):
        raise ValueError(f"host list: {first}-{last} counts down")
    width = len(first) if first.startswith("0") else 1
    return (f"{n:0{width}d}" for n in range(int(first), int(last) + 1))
