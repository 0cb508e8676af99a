"""Links out of network interfaces, port by port."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from easterly.model.network import Network


def uplinks(network: Network) -> NDArray[np.int64]:
    """(N, ports) rows of the links out of each interface, in the order of the table; -1 where there is none.

    Nodes that are no interfaces have none.
    """
    src = network.links.src
    row = np.flatnonzero(~network.transit[src])
    row = row[np.argsort(src[row], kind="stable")]
    first = np.flatnonzero(np.diff(src[row], prepend=-1))
    port = np.arange(len(row)) - np.repeat(first, np.diff(np.append(first, len(row))))
    table = np.full((len(network.nodes), int(port.max(initial=0)) + 1), -1, dtype=np.int64)
    table[src[row], port] = row
    return table


def switches(network: Network) -> NDArray[np.int64]:
    """(N, ports) node at the far end of each of them; -1 where there is none."""
    table = uplinks(network)
    if not len(network.links):
        return table
    return np.where(table >= 0, network.links.dst[table], -1)
