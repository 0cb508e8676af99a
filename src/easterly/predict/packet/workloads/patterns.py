"""Patterns: everybody at once to one, to another, to all; copies of state to few stores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from easterly.model.workload import Workload
from easterly.predict.packet.workloads.draws import shuffled, uniform
from easterly.predict.packet.workloads.rows import listed

Kind = Literal["random", "shift", "bit-reversal", "bit-complement", "transpose", "shuffle"]


def incast_rounds(
    senders: Sequence[int], receiver: int, size_B: int, *, rounds: int = 1, every_s: float = 0.0,
    jitter_s: float = 0.0, seed: int = 1, name: str = "incast", traffic_class: int = 0,
) -> Workload:  # fmt: skip
    """All senders to one receiver, again and again.

    Parameters
    ----------
    senders : sequence of int
    receiver : int
        Left out if it is among the senders.
    size_B : int [B]
        Of each flow.
    rounds : int
    every_s : float [s]
        Between the beginnings of rounds.
    jitter_s : float [s]
        Each flow begins up to so much later.
    seed : int
    name : str
        Of the group, and of all draws.
    traffic_class : int

    Returns
    -------
    Workload
    """
    many = np.asarray([host for host in senders if host != receiver])
    src = np.tile(many, rounds)
    start_s = np.repeat(every_s * np.arange(rounds), len(many)) + jitter_s * uniform(seed, f"{name}/jitter", len(src))
    return listed(src, np.full(len(src), receiver), size_B, start_s, name=name, traffic_class=traffic_class)


def permutation(
    hosts: int, size_B: int, kind: Kind = "random", *, shift: int = 1, seed: int = 1, name: str = "permutation",
    traffic_class: int = 0,
) -> Workload:  # fmt: skip
    """Every host sends to another one, and each receives from one; hosts that would send to themselves do not.

    Parameters
    ----------
    hosts : int
    size_B : int [B]
        Of each flow.
    kind : str
        ``random``: any without a fixed point is equally likely; ``shift``: so many hosts on; ``bit-reversal``,
        ``bit-complement``, ``shuffle`` (bits rotated by one) and ``transpose`` (halves exchanged) of the number of the
        host, as in Dally & Towles 2004, table 3.1.
    shift : int
    seed : int
    name : str
        Of the group, and of all draws.
    traffic_class : int

    Returns
    -------
    Workload

    Raises
    ------
    ValueError
        Too few hosts, or no power of two where bits of numbers are meant.

    Examples
    --------
    >>> permutation(8, 1000, "bit-reversal").dst.tolist()
    [4, 6, 1, 3]
    """
    if hosts < 2:
        raise ValueError(f"hosts is {hosts}: it takes two")
    src = np.arange(hosts)
    dst = _derangement(hosts, seed, name) if kind == "random" else _target(kind, src, hosts, shift)
    moves = src != dst
    return listed(src[moves], dst[moves], size_B, name=name, traffic_class=traffic_class)


def _derangement(hosts: int, seed: int, name: str) -> NDArray[np.int64]:
    """Of all without a fixed point each is equally likely: those with one are drawn again, e times on average."""
    attempt = 0
    while True:
        to = shuffled(seed, f"{name}/order/{attempt}", hosts)
        if (to != np.arange(hosts)).all():
            return to
        attempt += 1


def _target(kind: str, host: NDArray[np.int64], hosts: int, shift: int) -> NDArray[np.int64]:
    if kind == "shift":
        return (host + shift) % hosts
    if kind not in _BITS:
        raise ValueError(f"no permutation {kind!r}: random, shift, {', '.join(_BITS)}")
    bits = hosts.bit_length() - 1
    if hosts != 1 << bits or (kind == "transpose" and bits % 2):
        what = "an even power of two" if kind == "transpose" else "a power of two"
        raise ValueError(f"hosts is {hosts}: {kind} takes {what}")
    return _BITS[kind](host, bits)


def _reversed(host: NDArray[np.int64], bits: int) -> NDArray[np.int64]:
    made = np.zeros_like(host)
    for bit in range(bits):
        made |= (host >> bit & 1) << (bits - 1 - bit)
    return made


_BITS: dict[str, Callable[[NDArray[np.int64], int], NDArray[np.int64]]] = {
    "bit-reversal": _reversed,
    "bit-complement": lambda host, bits: host ^ ((1 << bits) - 1),
    "transpose": lambda host, bits: host >> bits // 2 | (host & (1 << bits // 2) - 1) << bits // 2,
    "shuffle": lambda host, bits: (host << 1 | host >> bits - 1) & (1 << bits) - 1,
}


def all_to_all(hosts: int, size_B: int, *, name: str = "all-to-all", traffic_class: int = 0) -> Workload:
    """Every host to every other one at once, in the order of rounds in which host i sends to i + r.

    >>> all_to_all(3, 10).dst.tolist()
    [1, 2, 0, 2, 0, 1]
    """
    src = np.tile(np.arange(hosts), hosts - 1)
    step = np.repeat(np.arange(1, hosts), hosts)
    return listed(src, (src + step) % hosts, size_B, name=name, traffic_class=traffic_class)


def checkpoint(
    writers: Sequence[int], stores: Sequence[int], size_B: int, *, stripes: int = 1, every_s: float = 0.0,
    rounds: int = 1, name: str = "checkpoint", traffic_class: int = 0,
) -> Workload:  # fmt: skip
    """Many write their state to few: each cuts it into stripes, which go to the stores in turn.

    Parameters
    ----------
    writers, stores : sequence of int
        Hosts; none is both.
    size_B : int [B]
        Of each writer, each time.
    stripes : int
        Parts, as equal as bytes allow.
    every_s : float [s]
        Between checkpoints.
    rounds : int
    name : str
    traffic_class : int

    Returns
    -------
    Workload

    Raises
    ------
    ValueError
        More stripes than bytes.
    """
    if not 1 <= stripes <= size_B:
        raise ValueError(f"stripes is {stripes}: from 1 to the bytes of a checkpoint")
    part = size_B // stripes + (np.arange(stripes) < size_B % stripes)
    each = len(writers) * stripes
    src = np.tile(np.repeat(writers, stripes), rounds)
    dst = np.asarray(stores)[np.arange(each) % len(stores)]
    start_s = np.repeat(every_s * np.arange(rounds), each)
    return listed(
        src, np.tile(dst, rounds), np.tile(part, len(writers) * rounds), start_s, name=name, traffic_class=traffic_class
    )
