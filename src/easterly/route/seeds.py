"""Hash seeds of nodes, and what their hashes tell apart: one per name, so that a new node changes no other's."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import random
from easterly.base.columns import IntColumn, TextColumn, ints
from easterly.model.network import Network
from easterly.model.spec.fabric import Hash

_MASK = (1 << 64) - 1
DISTINCT = {"src-port", "dest-qp", "flow-label"}
"""Fields that differ between connections of one pair of interfaces; RoCE has one destination port for all."""
ALL = 7
"""Source, destination and number: all that names a connection."""


def seeds_of(network: Network, seed: int, hashes: Mapping[str, Hash] | None = None) -> IntColumn:
    """Hash seed of each node: its own, its tier's or its fabric's.

    Nodes that share a seed are named alike for it: ``fabric/tier 2`` or ``fabric``. Names of nodes have no slash, so
    that none is met by chance.

    Parameters
    ----------
    network : Network
    seed : int
        Seed of the site.
    hashes : mapping of str to Hash, optional
        By fabric; every node of another has a seed of its own.

    Returns
    -------
    (N,) int32
    """
    names, nodes = network.nodes.name, network.nodes
    for fabric, given in sorted((hashes or {}).items()):
        own = nodes.fabric == fabric
        if given.seed == "same":
            names = np.where(own, f"{fabric}/", names)
        elif given.seed == "per-tier":
            tiers = np.char.add(f"{fabric}/tier ", nodes.tier.astype(np.str_))
            names = np.where(own, tiers, names)
    return node_seeds(names, seed)


def told_apart(network: Network, hashes: Mapping[str, Hash]) -> IntColumn | None:
    """What the fields hashed tell apart of the connections that start at a node: `Policy.told`.

    A port, queue pair or flow label differs from connection to connection, whatever else is hashed. Without them the
    connections of a pair of interfaces are one to the hash; with one address alone, all of a sender or of a receiver.

    Parameters
    ----------
    network : Network
    hashes : mapping of str to Hash
        By fabric.

    Returns
    -------
    (N,) int32, or None where everything is told apart
    """
    told = np.full(len(network.nodes), ALL, dtype=np.int32)
    for fabric, given in sorted(hashes.items()):
        told[network.nodes.fabric == fabric] = _told(given)
    return None if (told == ALL).all() else ints(told)


def _told(given: Hash) -> int:
    fields = {*given.fields}
    return ALL if DISTINCT & fields else ("src-ip" in fields) + 2 * ("dst-ip" in fields)


def node_seeds(names: TextColumn, seed: int) -> IntColumn:
    """Seed of each node: the upper 31 bits of `easterly.base.seeds.stream` of its name.

    Parameters
    ----------
    names : (N,) text
    seed : int
        Seed of the site.

    Returns
    -------
    (N,) int32, from 0 on

    Examples
    --------
    >>> from easterly.base.seeds import stream
    >>> node_seeds(np.array(["leaf-1"]), 7)[0] == stream(7, "leaf-1") >> 33
    np.True_
    """
    lengths, words = _words(names)
    seeds = np.zeros(len(names), dtype=np.uint64)
    for length in np.unique(lengths):
        rows = lengths == length
        count = -(-int(length) // 8)
        entity = np.empty((int(rows.sum()), 2 + count), dtype=np.uint64)
        entity[:, 0] = seed & _MASK
        entity[:, 1] = length
        entity[:, 2:] = words[rows, :count]
        seeds[rows] = random.mix64(entity)
    return ints((seeds >> np.uint64(33)).astype(np.int32))


def _words(names: TextColumn) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Length in bytes of each name in UTF-8, and the bytes as little-endian words, padded with zeros."""
    encoded = np.char.encode(names, "utf-8")
    width = max(-(-encoded.dtype.itemsize // 8) * 8, 8)
    padded = np.ascontiguousarray(encoded.astype(f"S{width}"))
    words = padded.view("<u8").reshape(len(names), width // 8).astype(np.uint64)
    return np.char.str_len(encoded).astype(np.int64), words
