"""Trees of classes by name: what both kinds, token buckets and weights, have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Named(Protocol):
    """What a class of any tree has."""

    @property
    def name(self) -> str:
        """Its own name."""

    @property
    def parent(self) -> str | None:
        """Name of the class above; None at the top."""


def parents(nodes: Sequence[Named]) -> list[int]:
    """Index of each node's parent, -1 for none; refuses what is no tree with parents before their children.

    Raises
    ------
    ValueError
        No node, two of one name, a parent that does not come before.
    """
    if not nodes:
        raise ValueError("the tree is empty: give at least one class")
    place: dict[str, int] = {}
    found = []
    for i, node in enumerate(nodes):
        if node.name in place:
            raise ValueError(f"two classes are called {node.name!r}")
        if node.parent is not None and node.parent not in place:
            raise ValueError(f"class {node.name!r}: its parent {node.parent!r} does not come before it")
        found.append(-1 if node.parent is None else place[node.parent])
        place[node.name] = i
    return found


def leaves(parent: Sequence[int]) -> list[int]:
    """Nodes without children."""
    inner = set(parent)
    return [i for i in range(len(parent)) if i not in inner]


def ancestors(parent: Sequence[int], node: int) -> list[int]:
    """From the parent of a node up to the top."""
    found = []
    while (node := parent[node]) >= 0:
        found.append(node)
    return found
