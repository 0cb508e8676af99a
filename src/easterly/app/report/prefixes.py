"""Prefixes as a tree of strips: what lies inside of each, where in it, and how much of it is used.

One drawing for the report of a plan, the page of an address plan and the page of an address store. Branches with many
members are drawn by the page itself when somebody opens them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from easterly.address import Prefixes, covering, parents, read_list
from easterly.app.report.engineering import percent
from easterly.app.report.page import environment, pack

Row = Mapping[str, Any]
STEPS = 500
"""Places in a strip: what is smaller than one is drawn as one."""
ALONE = ("anycast", "loopback", "vtep")
"""Purposes of blocks that are one address each where no hosts are stated."""
FEW = 16
"""Members that a branch shows at once; of one with more, a report draws them when it is opened."""


@dataclass(slots=True)
class Tree:
    """Prefixes and what they hold, in columns.

    Attributes
    ----------
    name, prefix : list of str
    up : list of int
        Row of the prefix around each; -1 for those at the top.
    used : list of str
        Share that is used, in words.
    strip : list of str
        Where in each something lies, as the path of a drawing `STEPS` wide and 10 high.
    """

    name: list[str]
    prefix: list[str]
    up: list[int]
    used: list[str]
    strip: list[str]
    inner: dict[int, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        found = defaultdict[int, list[int]](list)
        for row, around in enumerate(self.up):
            found[around].append(row)
        self.inner = dict(found)

    def members(self, row: int) -> list[int]:
        """Rows directly inside of one; of -1, those at the top."""
        return self.inner.get(row, [])


def planned(address: Row) -> Tree | None:
    """The tree of an address plan: pools, blocks, prefixes of leaves and of places; addresses lie where they are.

    Parameters
    ----------
    address : dict
        ``address`` of a ``plan.json``, or the document of ``easterly address``.
    """
    names = _names(address)
    if not names:
        return None
    found = read_list("\n".join(names)).prefixes
    order = np.lexsort((found.length, found.lo, found.hi, found.family))
    listed = list(names.items())
    rows, found = [listed[row] for row in order.tolist()], found.take(order)
    held = read_list("\n".join(_addresses(address)), bare=True).prefixes
    up, home = parents(found), covering(found, held)
    held, home = held.take(home >= 0), home[home >= 0]
    part = np.array([each.part for _, each in rows])
    used = _used(found, up, np.bincount(home, minlength=len(found)), [each for _, each in rows])
    inner = np.flatnonzero((up >= 0) & ~part)
    keys = [*_stretches(found, up, part, up[inner], found.take(inner)), *_stretches(found, up, part, home, held)]
    return Tree(
        [each.name for _, each in rows], [text for text, _ in rows], up.tolist(),
        [share_text(share) for share in used], _paths(keys, len(found), used),
    )  # fmt: skip


class _Named(NamedTuple):
    """What a prefix is called, for how many hosts it is meant, and whether it is but a part of the pool around it."""

    name: str
    hosts: int = 0
    part: bool = False


def _used(found: Prefixes, up: Any, own: Any, rows: Sequence[_Named]) -> list[float]:
    """Shares that are used: by what lies inside, of a part of a pool by what lies in it, else by addresses."""
    sizes = [2 ** (bits - length) for bits, length in zip(found.bits.tolist(), found.length.tolist(), strict=True)]
    used = [given or row.hosts for given, row in zip(own.tolist(), rows, strict=True)]
    filled = [False] * len(sizes)
    for at, around in reversed(list(enumerate(up.tolist()))):  # what lies inside comes behind
        if around >= 0:
            if not filled[around]:
                used[around], filled[around] = int(own[around]), True
            used[around] += used[at] if rows[at].part else sizes[at]
    return [min(number / size, 1.0) for number, size in zip(used, sizes, strict=True)]


def _names(address: Row) -> dict[str, _Named]:
    """Prefixes by their text; equal ones are one, with the names of all."""
    found: dict[str, list[str]] = defaultdict(list)
    hosts, whole = dict[str, int](), set[str]()
    for row in address.get("pools") or ():
        found[row["prefix"]].append(row["name"])
        whole.add(row["prefix"])
    for row in address.get("blocks") or ():
        found[row["prefix"]].append(row["place"] or row["block"])
        hosts.setdefault(row["prefix"], max(row["hosts"], int(row.get("role") in ALONE)))
        whole.add(row["prefix"])
    for row in address.get("prefixes") or ():
        if row["role"] != "pool" or row["prefix"] not in found:
            found[row["prefix"]].append(row["owner"] if row["vrf"] == "default" else f"{row['owner']} ({row['vrf']})")
        if row["role"] != "pool":
            whole.add(row["prefix"])
    return {
        text: _Named(", ".join(dict.fromkeys(each)), hosts.get(text, 0), text not in whole)
        for text, each in found.items()
    }


def _addresses(address: Row) -> list[str]:
    """Every address that is given, without its length."""
    rows: list[Row] = [*(address.get("hosts") or ()), *(address.get("loopbacks") or ())]
    rows += [row[end] for row in address.get("links") or () for end in ("a", "b")]
    found = (row.get(family) for row in rows for family in ("ipv4", "ipv6"))
    return [text.partition("/")[0] for text in found if text]


def share_text(share: float) -> str:
    r"""A share in words; what is little is not said to be nothing.

    >>> print(ascii([share_text(0.125), share_text(0.00001), share_text(0.0)]))
    ['12.5\xa0%', '< 0.1\xa0%', '0.0\xa0%']
    """
    return f"< {percent(0.001)}" if 0 < share < 0.0005 else percent(share)


def _stretches(
    found: Prefixes, up: NDArray[np.int64], part: NDArray[np.bool_], home: NDArray[np.int64], inner: Prefixes
) -> Iterator[NDArray[np.int64]]:
    """Places that something takes in the strip of what is around it: the row of the strip times `STEPS`, and the place.

    What lies in a part of a pool lies in the pool too.
    """
    while len(home):
        yield _places(found.take(home), home, inner)
        on = part[home] & (up[home] >= 0)
        home, inner = up[home[on]], inner.take(on)


def _places(outer: Prefixes, home: NDArray[np.int64], inner: Prefixes) -> NDArray[np.int64]:
    size = np.exp2((outer.bits - outer.length).astype(np.float64))
    low = inner.lo - outer.lo
    high = inner.hi - outer.hi - (inner.lo < outer.lo)
    at = (high.astype(np.float64) * 2.0**64 + low.astype(np.float64)) / size
    wide = np.exp2((inner.bits - inner.length).astype(np.float64)) / size
    first = np.minimum((at * STEPS).astype(np.int64), STEPS - 1)
    count = np.maximum(np.ceil((at + wide) * STEPS - 1e-9).astype(np.int64), first + 1) - first
    starts = np.repeat(home * STEPS + first - (np.cumsum(count) - count), count)
    made: NDArray[np.int64] = starts + np.arange(len(starts))
    return made


def _paths(parts: Sequence[NDArray[np.int64]], count: int, shares: Sequence[float]) -> list[str]:
    """Paths of strips; one in which nothing lies shows its share."""
    taken = np.zeros(count * STEPS, bool)
    for part in parts:
        taken[part] = True
    keys = np.flatnonzero(taken)
    begins = np.flatnonzero(np.diff(keys, prepend=-2) != 1) if len(keys) else np.zeros(0, np.int64)
    # A run that crosses into the next strip is cut there.
    begins = np.union1d(begins, np.flatnonzero(keys % STEPS == 0)).astype(np.int64)
    ends = np.append(begins[1:], len(keys))
    made = [""] * count
    for key, wide in zip(keys[begins].tolist(), (ends - begins).tolist(), strict=True):
        made[key // STEPS] += piece(key % STEPS, wide)
    return [path or (piece(0, max(1, round(share * STEPS))) if share > 0 else "") for path, share in
            zip(made, shares, strict=True)]  # fmt: skip


def piece(first: int, wide: int) -> str:
    """A stretch of a strip.

    >>> piece(2, 5)
    'M2 0h5v10h-5z'
    """
    return f"M{first} 0h{wide}v10h-{wide}z"


def stored(rows: Iterable[Row]) -> Tree:
    """The tree of pools of an address store, as ``easterly ipam tree`` tells them: each before its children."""
    listed, way, up = list(rows), list[int](), list[int]()
    base = listed[0]["level"] if listed else 0
    for number, row in enumerate(listed):
        del way[row["level"] - base :]
        up.append(way[-1] if way else -1)
        way.append(number)
    strips = [piece(0, max(1, round(row["share"] * STEPS))) if row["used"] else "" for row in listed]
    return Tree(
        [row["name"] for row in listed], [row["at"] for row in listed], up,
        [share_text(row["share"]) for row in listed], strips,
    )  # fmt: skip


def drawn(tree: Tree, most: int) -> Markup:
    """The tree as it is shown without scripts: opened, and cut off after so many rows, and so many of a branch."""
    left = most

    def within(row: int) -> list[int]:
        nonlocal left
        found = tree.members(row)[: max(left, 0) if row < 0 else min(max(left, 0), FEW)]
        left -= len(found)
        return found

    shown = _breadth_first(tree, within)
    return Markup(environment().get_template("prefixes.html").module.tree(tree, shown, True, steps=STEPS))  # type: ignore[attr-defined]


def _breadth_first(tree: Tree, within: Any) -> dict[int, list[int]]:
    """Members of each row that are shown."""
    shown, line = {-1: within(-1)}, list[int]()
    line += shown[-1]
    for row in line:
        if tree.members(row):
            shown[row] = within(row)
            line += shown[row]
    return shown


def section(tree: Tree | None) -> dict[str, Any] | None:
    """The tree of a report: branches with few members are in the page, data for the others beside it."""
    if tree is None:
        return None
    shown = _breadth_first(tree, lambda row: found if len(found := tree.members(row)) <= FEW or row < 0 else [])
    whole = all(len(shown.get(row, ())) == len(members) for row, members in tree.inner.items())
    data = None if whole else pack({
        "name": tree.name, "prefix": tree.prefix, "up": tree.up, "used": tree.used, "strip": tree.strip,
    })  # fmt: skip
    return {"tree": tree, "shown": shown, "data": data, "count": len(tree.name), "steps": STEPS}
