"""Two plan documents side by side: what was added, removed, changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

KEYS: dict[str, tuple[str, ...]] = {
    "verdicts": ("intent",),
    "jobs": ("name",),
    "services": ("name",),
    "classes": ("name",),
    "queues": ("group", "class"),
    "links": ("id",),
    "artifacts": ("path",),
    "address.prefixes": ("vrf", "prefix"),
    "address.loopbacks": ("device",),
    "address.links": ("id",),
    "address.hosts": ("device", "port", "vrf"),
    "address.asns": ("device",),
    "address.vrfs": ("name",),
    "address.pools": ("name",),
    "bill.lines": ("item", "what", "detail"),
    "hashing": ("owner", "axis", "stage", "collective"),
}
TRIED = ("failures", "failures_tried", "placement", "placement_value")
IGNORED = ("findings", "provenance", "hashing", "packets", "waiting", *TRIED)
DRAWN = ("simulated_B",)
"""What every small change changes a little, as draws do."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    Attributes
    ----------
    section : str
        Key of the document, such as ``jobs`` or ``address.links``.
    id : str
        Which row, and the path inside it.
    kind : str
        added, removed or changed.
    before, after : object
        Plain values; None where there was or is nothing.
    """

    section: str
    id: str
    kind: str
    before: Any
    after: Any


def compare(before: dict[str, Any], after: dict[str, Any]) -> tuple[Change, ...]:
    """Differences of two plan documents, rows matched by their ids.

    Findings and provenance are left out: they are about the text, not about the network. So is what draws decide: how
    hashing falls, what packets meet, and what waits where it falls; and what is tried only as far as there is time.

    Examples
    --------
    >>> a, b = {"bill": {"optics": 4}}, {"bill": {"optics": 6}}
    >>> compare(a, b)[0].id, compare(a, b)[0].after
    ('optics', 6)
    """
    sections = [key for key in dict.fromkeys([*before, *after]) if key not in IGNORED]
    return tuple(change for key in sections for change in _section(key, before.get(key), after.get(key)))


def _section(name: str, before: Any, after: Any) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        nested = [key for key in dict.fromkeys([*before, *after]) if f"{name}.{key}" in KEYS]
        for key in nested:
            yield from _rows(f"{name}.{key}", before.get(key, []), after.get(key, []))
        plain = ({k: v for k, v in side.items() if k not in nested} for side in (before, after))
        yield from _values(name, "", *plain)
    elif name in KEYS:
        yield from _rows(name, before or [], after or [])
    else:
        yield from _values(name, "", before, after)


def _rows(section: str, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterator[Change]:
    old, new = _by_id(section, before), _by_id(section, after)
    for key in dict.fromkeys([*old, *new]):
        if key not in new:
            yield Change(section, key, "removed", old[key], None)
        elif key not in old:
            yield Change(section, key, "added", None, new[key])
        elif old[key] != new[key]:
            yield from _values(section, key, old[key], new[key])


def _by_id(section: str, rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {" ".join(str(row[part]) for part in KEYS[section]): row for row in rows}


def _values(section: str, at: str, before: Any, after: Any) -> Iterator[Change]:
    """Leaves that differ below one value."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys(key for key in [*before, *after] if key not in DRAWN):
            yield from _values(section, f"{at} {key}".strip(), before.get(key), after.get(key))
    elif before != after:
        kind = "added" if before is None else "removed" if after is None else "changed"
        yield Change(section, at, kind, before, after)


def as_json(changes: tuple[Change, ...]) -> list[dict[str, Any]]:
    """Changes as plain objects."""
    return [asdict(change) for change in changes]
