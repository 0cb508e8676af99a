"""What is other in the second of two site files, cut into steps; each a patch, and what takes it back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

Op = dict[str, Any]
DEEPER = {"hardware": 3, "wan": 3, "addressing": 3}
"""Sections whose objects stand one level further down."""
MEMBERS = ("links", "nodes", "hosts", "switches")
"""Maps of objects inside a fabric that is given as a graph."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one object, with all that changes in it.

    Attributes
    ----------
    name : str
        Path of the object, such as ``wan/links/ew``.
    patch, undo : tuple of dict
        Operations of a JSON patch (RFC 6902), and those that take it back.
    """

    name: str
    patch: tuple[Op, ...]
    undo: tuple[Op, ...]

    @property
    def says(self) -> str:
        """What changes, in a line: values of fields, or that the object comes or goes."""
        said = []
        for op, back in zip(self.patch, reversed(self.undo), strict=True):
            field = op["path"].removeprefix(_pointer(tuple(self.name.split("/")))).strip("/").replace("/", ".")
            if op["op"] == "replace":
                said.append(f"{field or 'value'} {_short(back['value'])} to {_short(op['value'])}")
            else:
                said.append(f"{'add' if op['op'] == 'add' else 'remove'} {field}".rstrip())
        return ", ".join(said)


def steps(before: dict[str, Any], after: dict[str, Any]) -> list[Step]:
    """Differences of two site files, by object, in the order of the sections of the first.

    Parameters
    ----------
    before, after : dict
        Plain values of the files.

    Returns
    -------
    list of Step
        Applied one after the other, in any order, they make `after` of `before`.
    """
    found: dict[str, list[tuple[Op, Op]]] = {}
    for path, op, back in _differences(before, after, ()):
        found.setdefault("/".join(path[: _depth(path, before, after)]), []).append((op, back))
    return [
        Step(name, tuple(op for op, _ in pairs), tuple(back for _, back in reversed(pairs)))
        for name, pairs in found.items()
    ]


def apply(data: dict[str, Any], ops: Sequence[Op]) -> dict[str, Any]:
    """A copy of plain values with a patch applied (RFC 6902: add, remove and replace).

    Raises
    ------
    ValueError
        The patch is of another text: what it removes or replaces is not there.
    """
    made = deepcopy(data)
    for op in ops:
        *way, last = (part.replace("~1", "/").replace("~0", "~") for part in op["path"].split("/")[1:])
        at = made
        for part in way:
            at = at[part] if isinstance(at, dict) and part in at else _missing(op)
        if op["op"] != "add" and last not in at:
            _missing(op)
        if op["op"] == "remove":
            del at[last]
        else:
            at[last] = deepcopy(op["value"])
    return made


def _missing(op: Op) -> Any:
    raise ValueError(f"{op['path']} is not there: the patch is of another site file")


def _differences(before: Any, after: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Op, Op]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            here = (*path, str(key))
            way = _pointer(here)
            if key not in after:
                yield here, {"op": "remove", "path": way}, {"op": "add", "path": way, "value": before[key]}
            elif key not in before:
                yield here, {"op": "add", "path": way, "value": after[key]}, {"op": "remove", "path": way}
            else:
                yield from _differences(before[key], after[key], here)
    elif before != after or type(before) is not type(after):
        way = _pointer(path)
        yield path, {"op": "replace", "path": way, "value": after}, {"op": "replace", "path": way, "value": before}


def _depth(path: tuple[str, ...], before: Any, after: Any) -> int:
    if len(path) > 3 and path[0] == "fabrics" and path[2] in MEMBERS and _is_map(before, after, path[:3]):
        return 4
    return DEEPER.get(path[0], 2)


def _is_map(before: Any, after: Any, path: tuple[str, ...]) -> bool:
    """Whether all that stands below is objects of their own."""
    for whole in (before, after):
        at = whole
        for part in path:
            at = at.get(part, {}) if isinstance(at, dict) else None
        if not isinstance(at, dict) or not all(isinstance(each, dict) for each in at.values()):
            return False
    return True


def _pointer(path: tuple[str, ...]) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 24 else f"{text[:23]}…"
