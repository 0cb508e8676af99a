"""Which nodes of a graph can reach each other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Nodes = NDArray[np.integer[Any]]


def joined(count: int, a: Nodes, b: Nodes) -> NDArray[np.int64]:
    """Smallest node that each node is joined to, itself included.

    Roots hook onto smaller roots and paths are halved until nothing moves (Shiloach & Vishkin 1982, J. Algorithms 3:1):
    a few passes over the edges, whatever the diameter.

    Parameters
    ----------
    count : int
        Number of nodes.
    a, b : (E,) int
        Ends of the edges, in any direction.

    Returns
    -------
    (N,) int64

    Examples
    --------
    >>> joined(5, np.array([3, 1]), np.array([4, 3])).tolist()
    [0, 1, 2, 1, 1]
    """
    label = np.arange(count)
    while True:
        one, other = label[a], label[b]
        if (one == other).all():
            return label
        np.minimum.at(label, np.maximum(one, other), np.minimum(one, other))
        while (label[label] != label).any():
            label = label[label]
