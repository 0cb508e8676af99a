"""Hashes of five-tuples: what switches, interfaces and hosts compute to choose among equals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import hash as kernel
from easterly._kernel import random
from easterly.route.hashing import linear
from easterly.route.hashing.linux import l3_hash, l4_hash
from easterly.route.hashing.tuples import ByteRows, Tuples

Hashes = NDArray[np.uint32]

FIELDS = ("src-ip", "dst-ip", "src-port", "dst-port", "protocol")
"""What is hashed if nothing else is said, in this order."""
PORTS = ("src-ip", "dst-ip", "src-port", "dst-port")
"""What receive-side scaling hashes of TCP and UDP."""
WIDTHS = {"xor8": 8, "xor16": 16, "xor32": 32}
FUNCTIONS = (*linear.CRCS, *WIDTHS, "toeplitz", "jhash", "siphash", "linux-l3", "linux-l4")
"""Names that `hash_of` takes."""
BITS = dict.fromkeys(FUNCTIONS, 32) | {name: given.width for name, given in linear.CRCS.items()} | WIDTHS | {
    "linux-l3": 31, "linux-l4": 31,
}  # fmt: skip
"""Width of the hash: of `linux-*` the 31 bits that next hops are chosen by."""
_MASK = (1 << 64) - 1


def hash_of(
    tuples: Tuples,
    function: str = "crc32",
    *,
    fields: Sequence[str] | None = None,
    seed: int = 0,
    key: bytes | None = None,
    symmetric: bool = False,
) -> Hashes:
    """Hash of every connection.

    Parameters
    ----------
    tuples : Tuples
    function : str
        A name of `FUNCTIONS`. ``crc16-*``, ``crc32``, ``crc32c``, ``xor*`` and ``toeplitz`` are affine: the hash of a
        sum is the sum of the hashes, and a seed of a CRC or of ``xor*`` adds one constant to all of them.
    fields : sequence of str, optional
        Of ``src-ip``, ``dst-ip``, ``src-port``, ``dst-port``, ``protocol``, ``flow-label``; hashed in the order of
        `FIELDS`. All but the label if absent; ``toeplitz`` also leaves the protocol out, as receive-side scaling does.
        The functions of Linux name their own.
    seed : int
        CRC: added to the initial register. ``xor*``: added to the hash. ``jhash``: its initial value. ``siphash`` and
        ``linux-*``: the key, as the sysctl `fib_multipath_hash_seed` makes one. ``toeplitz``: 0 leaves the key, and
        any other draws a key of its own.
    key : bytes, optional
        Of ``toeplitz``, at least four bytes longer than the message; Microsoft's if absent.
    symmetric : bool
        Sort addresses, and ports, before hashing, so that both directions of a connection get one hash.

    Returns
    -------
    (N,) uint32

    Raises
    ------
    ValueError
        An unknown function or field, fields that the function does not choose by, a key that is too short.

    Examples
    --------
    The first vector of Microsoft's suite:

    >>> from easterly.route.hashing import hash_of, tuples_of
    >>> one = tuples_of(["66.9.149.187"], ["161.142.100.80"], [2794], [1766])
    >>> hex(hash_of(one, "toeplitz")[0]), hex(hash_of(one, "toeplitz", fields=["src-ip", "dst-ip"])[0])
    ('0x51ccc178', '0x323e8fc2')
    """
    if function not in FUNCTIONS:
        raise ValueError(f"no hash function is called {function!r}; there are {', '.join(FUNCTIONS)}")
    if function in ("linux-l3", "linux-l4"):
        if fields is not None:
            raise ValueError(f"{function} names its own fields")
        return (l3_hash if function == "linux-l3" else l4_hash)(tuples, seed=seed) >> np.uint32(1)
    chosen = _chosen(function, fields)
    message = [_field(name, _sorted(tuples) if symmetric else tuples) for name in chosen]
    return _hashed(function, message, seed, key)


def _hashed(function: str, message: list[ByteRows], seed: int, key: bytes | None) -> Hashes:
    widths = tuple(field.shape[1] for field in message)
    if function in linear.CRCS:
        return kernel.affine(message, *linear.crc(function, sum(widths), seed))
    if function in WIDTHS:
        bits = WIDTHS[function]
        return kernel.affine(message, linear.xor_fold(widths, bits), seed & ((1 << bits) - 1))
    if function == "toeplitz":
        return kernel.affine(message, linear.toeplitz(_key(key, seed), sum(widths)), 0)
    if function == "jhash":
        return kernel.jhash(message, seed & 0xFFFFFFFF)
    word = (seed & 0xFFFFFFFF) << 32 | seed & 0xFFFFFFFF
    return kernel.siphash(message, word, word).astype(np.uint32)


def _key(key: bytes | None, seed: int) -> bytes:
    """The key, or one that the seed names."""
    own = linear.MICROSOFT_KEY if key is None else bytes(key)
    if seed == 0:
        return own
    words = np.array([[seed & _MASK, i] for i in range(-(-len(own) // 8))], dtype=np.uint64)
    return random.mix64(words).astype("<u8").tobytes()[: len(own)]


def _chosen(function: str, fields: Sequence[str] | None) -> list[str]:
    known = (*FIELDS, "flow-label")
    if fields is None:
        return list(PORTS if function == "toeplitz" else FIELDS)
    unknown = [name for name in fields if name not in known]
    if unknown or not fields:
        raise ValueError(f"fields to hash are {', '.join(known)}, not {', '.join(unknown) or 'none'}")
    return [name for name in known if name in fields]


def _field(name: str, tuples: Tuples) -> ByteRows:
    """Bytes of a field, the most significant first."""
    if name == "src-ip":
        return tuples.src
    if name == "dst-ip":
        return tuples.dst
    if name == "protocol":
        return tuples.protocol.astype(np.uint8).reshape(-1, 1)
    if name == "flow-label":
        return tuples.flow_label.astype(">u4").view(np.uint8).reshape(-1, 4)
    port = tuples.src_port if name == "src-port" else tuples.dst_port
    return port.astype(">u2").view(np.uint8).reshape(-1, 2)


def _sorted(tuples: Tuples) -> Tuples:
    """The lower address first, and of the ports the lower."""
    swap = _greater(tuples.src, tuples.dst)[:, None]
    return Tuples(
        np.where(swap, tuples.dst, tuples.src), np.where(swap, tuples.src, tuples.dst),
        np.minimum(tuples.src_port, tuples.dst_port), np.maximum(tuples.src_port, tuples.dst_port),
        tuples.protocol, tuples.flow_label,
    )  # fmt: skip


def _greater(one: ByteRows, other: ByteRows) -> NDArray[np.bool_]:
    """Whether the first of two addresses is the higher, row by row."""
    words = [np.ascontiguousarray(rows).view(">u4").reshape(len(rows), one.shape[1] // 4) for rows in (one, other)]
    greater = np.zeros(len(one), dtype=np.bool_)
    for place in reversed(range(words[0].shape[1])):
        a, b = words[0][:, place], words[1][:, place]
        greater = (a > b) | ((a == b) & greater)
    return greater
