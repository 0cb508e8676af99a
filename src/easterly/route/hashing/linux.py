"""How Linux hashes flows for multipath routes, and how it finds the next hop.

The kernel hashes the part of its `struct flow_keys` that describes the flow with SipHash-2-4 (48 bytes for IPv4, 72 for
IPv6, with the padding that aligns the structure to 8), after it has put the lower address first, and likewise the lower
port: both directions of a connection therefore have one hash on one machine. The key is drawn at boot, so that machines
choose differently, and after a restart not as before; since Linux 6.11 the sysctl `net.ipv4.fib_multipath_hash_seed`
fixes it, by repeating its 32 bits four times. That is the seed here.

Layout and sorting are those of Linux 5.17 and later on little-endian machines of 64 bits
(`include/net/flow_dissector.h`, `net/core/flow_dissector.c`); the choice is that of `fib_multipath_hash` in
`net/ipv4/route.c` and of `rt6_multipath_hash` in `net/ipv6/route.c`. A test asks a running kernel.

A packet that carries a hash already is not hashed anew: through virtual cables on one machine the packets of connected
sockets carry one that is drawn, and so do all of IPv6 with an automatic flow label. Packets off a wire carry none.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import hash as kernel
from easterly.base.columns import IndexColumn, IntColumn, indices, ints
from easterly.route.hashing.tuples import ByteRows, Tuples

PROTOCOL, LABEL, PORTS, ADDRESSES = 2, 4, 28, 36
"""Offsets into the hashed part: basic (4 bytes), tags (4), vlan (8), cvlan (8), keyid (4), ports (4), icmp (4)."""
PADDING = 4
"""Bytes of zeroes at the end: the structure begins at a multiple of 8 and is as long as one."""
RANGE = 1 << 31


def l3_hash(tuples: Tuples, *, seed: int = 0) -> NDArray[np.uint32]:
    """Hash of policy 0 (`fib_multipath_hash_policy`): addresses; for IPv6 also the flow label and the protocol.

    Parameters
    ----------
    tuples : Tuples
    seed : int
        As the sysctl `fib_multipath_hash_seed` takes it.

    Returns
    -------
    (N,) uint32
        Before it is halved for the choice of a next hop; never 0.
    """
    keys = _keys(tuples)
    if tuples.version == 6:
        keys[:, PROTOCOL] = tuples.protocol
        keys[:, LABEL : LABEL + 4] = tuples.flow_label.astype(">u4").view(np.uint8).reshape(-1, 4)
    return _hash(keys, seed)


def l4_hash(tuples: Tuples, *, seed: int = 0) -> NDArray[np.uint32]:
    """Hash of policy 1: addresses, ports and the protocol.

    Parameters
    ----------
    tuples : Tuples
    seed : int

    Returns
    -------
    (N,) uint32
        Before it is halved for the choice of a next hop; never 0.
    """
    keys = _keys(tuples)
    keys[:, PROTOCOL] = tuples.protocol
    ports = [port.astype(">u2").view("<u2") for port in (tuples.src_port, tuples.dst_port)]
    for i, port in enumerate((np.minimum(*ports), np.maximum(*ports))):  # compared as they lie in memory
        keys[:, PORTS + 2 * i : PORTS + 2 * i + 2] = port.astype("<u2").view(np.uint8).reshape(-1, 2)
    return _hash(keys, seed)


def _keys(tuples: Tuples) -> ByteRows:
    """The hashed part of the flow keys, with the addresses in it."""
    width = tuples.src.shape[1]
    swap = _swapped(tuples)[:, None]
    keys = np.zeros((len(tuples), ADDRESSES + 2 * width + PADDING), dtype=np.uint8)
    keys[:, ADDRESSES : ADDRESSES + width] = np.where(swap, tuples.dst, tuples.src)
    keys[:, ADDRESSES + width : ADDRESSES + 2 * width] = np.where(swap, tuples.src, tuples.dst)
    return keys


def _swapped(tuples: Tuples) -> NDArray[np.bool_]:
    """Where the destination comes first: IPv4 compared as little-endian words, IPv6 byte by byte."""
    if tuples.version == 4:
        src, dst = (rows.view("<u4").reshape(-1) for rows in (tuples.src, tuples.dst))
        return np.asarray(dst < src)
    one, other = (rows.view(">u8").reshape(-1, 2) for rows in (tuples.src, tuples.dst))
    return np.asarray((other[:, 0] < one[:, 0]) | ((other[:, 0] == one[:, 0]) & (other[:, 1] < one[:, 1])))


def _hash(keys: ByteRows, seed: int) -> NDArray[np.uint32]:
    word = (seed & 0xFFFFFFFF) << 32 | seed & 0xFFFFFFFF
    made = kernel.siphash([keys], word, word).astype(np.uint32)
    return np.where(made == 0, np.uint32(1), made)


def upper_bounds(weights: ArrayLike) -> IndexColumn:
    """Where the range of each next hop ends: ``round(2^31 * (w_1 + ... + w_i) / sum) - 1`` (`fib_rebalance`).

    Parameters
    ----------
    weights : (M,) int
        1 to 256 in Linux; 0 for a next hop that is down.

    Returns
    -------
    (M,) int64
        -1 for what comes before the first that is up.

    Raises
    ------
    ValueError
        Weights that are negative, too large or all 0.

    Examples
    --------
    >>> upper_bounds([1, 1]).tolist()
    [1073741823, 2147483647]
    """
    given = np.asarray(weights, dtype=np.int64)
    total = int(given.sum())
    if given.ndim != 1 or len(given) == 0 or given.min() < 0 or total == 0 or total >= 1 << 31:
        raise ValueError("weights must be whole numbers from 0 on, not all of them 0, and below 2^31 in all")
    upto = np.array([(int(w) * RANGE + total // 2) // total - 1 for w in np.cumsum(given)], dtype=np.int64)
    return indices(upto)


def by_threshold(hash31: ArrayLike, weights: ArrayLike) -> IntColumn:
    """Next hop of each hash: the first whose upper bound is not below it (`fib_select_multipath`).

    Parameters
    ----------
    hash31 : (N,) int
        Hashes of 31 bits, as `easterly.route.hashing.hash_of` gives for ``linux-l3`` and ``linux-l4``.
    weights : (M,) int

    Returns
    -------
    (N,) int32
    """
    bounds = upper_bounds(weights)
    return ints(np.searchsorted(bounds, np.asarray(hash31, dtype=np.int64), side="left"))


def wanted_buckets(weights: ArrayLike, buckets: int) -> IndexColumn:
    """Buckets of a resilient group that each next hop is due: rounded sums of weights (`nh_res_group_rebalance`).

    Examples
    --------
    >>> wanted_buckets([1, 1, 1], 32).tolist()
    [11, 10, 11]
    """
    given = np.asarray(weights, dtype=np.int64)
    total = int(given.sum())
    if given.ndim != 1 or len(given) == 0 or given.min() < 0 or total == 0:
        raise ValueError("weights must be whole numbers from 0 on, not all of them 0")
    if not 1 <= buckets < 1 << 16:
        raise ValueError("a resilient group has from 1 to 65,535 buckets")
    upto = [(buckets * int(w) + total // 2) // total for w in np.cumsum(given)]
    return indices(np.diff(upto, prepend=0))
