"""Hash functions that are affine over GF(2), as tables of what each byte of a message contributes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from easterly.base.schema import Doc, Unit

Table = NDArray[np.uint32]
Widths = tuple[int, ...]

BYTE = np.arange(256, dtype=np.uint64)
MICROSOFT_KEY = bytes.fromhex("6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa")
"""The key of Microsoft's verification suite for receive-side scaling."""
SYMMETRIC_KEY = bytes.fromhex("6d5a" * 20)
"""16 bits again and again: both directions of a connection hash alike (Woo & Park 2012)."""


@dataclass(frozen=True, slots=True)
class Crc:
    """A cyclic redundancy check in the parameters of Williams 1993, as the catalogue of CRCs names them."""

    width: Annotated[int, Unit("1"), Doc("Bits.")]
    polynomial: Annotated[int, Doc("Without the highest term, most significant bit first.")]
    initial: Annotated[int, Doc("Register before the first byte.")]
    reflected: Annotated[bool, Doc("Bytes and register run from the least significant bit.")]
    final: Annotated[int, Doc("Added to the register at the end.")]


CRCS = {
    "crc16-ccitt-false": Crc(16, 0x1021, 0xFFFF, False, 0),
    "crc16-xmodem": Crc(16, 0x1021, 0, False, 0),
    "crc16-kermit": Crc(16, 0x1021, 0, True, 0),
    "crc16-x25": Crc(16, 0x1021, 0xFFFF, True, 0xFFFF),
    "crc16-arc": Crc(16, 0x8005, 0, True, 0),
    "crc16-modbus": Crc(16, 0x8005, 0xFFFF, True, 0),
    "crc32": Crc(32, 0x04C11DB7, 0xFFFFFFFF, True, 0xFFFFFFFF),
    "crc32c": Crc(32, 0x1EDC6F41, 0xFFFFFFFF, True, 0xFFFFFFFF),
}
"""By name. ``crc16-arc`` is what is also called CRC-16/IBM, ``crc32`` that of IEEE 802.3, ``crc32c`` Castagnoli's."""


@lru_cache(maxsize=256)
def crc(name: str, length: int, seed: int = 0) -> tuple[Table, int]:
    """Table and constant of a CRC over messages of one length.

    A CRC is affine: what a byte adds does not depend on the others. The seed is added to the register before the
    first byte (as the second argument of `zlib.crc32` is), and so adds one and the same constant to every hash.

    Parameters
    ----------
    name : str
        A key of `CRCS`.
    length : int [B]
    seed : int
        Cut to the width of the register.

    Returns
    -------
    (length, 256) uint32, int
    """
    given = CRCS[name]
    mask = (1 << given.width) - 1
    table = np.empty((length, 256), dtype=np.uint64)
    last = _step(np.zeros(256, dtype=np.uint64), BYTE, given)
    for place in reversed(range(length)):
        table[place] = last
        last = _step(last, np.zeros(256, dtype=np.uint64), given)
    start = _mirrored(given.initial, given.width) if given.reflected else given.initial
    register = np.array([(start ^ seed) & mask], dtype=np.uint64)
    for _ in range(length):
        register = _step(register, np.zeros(1, dtype=np.uint64), given)
    return _frozen(table), int(register[0]) ^ given.final


def _step(register: NDArray[np.uint64], byte: NDArray[np.uint64], given: Crc) -> NDArray[np.uint64]:
    """The registers after one more byte."""
    one, mask = np.uint64(1), np.uint64((1 << given.width) - 1)
    if given.reflected:
        polynomial, state = np.uint64(_mirrored(given.polynomial, given.width)), register ^ byte
        for _ in range(8):
            state = np.where(state & one, (state >> one) ^ polynomial, state >> one)
        return state
    polynomial, top = np.uint64(given.polynomial), np.uint64(given.width - 1)
    state = register ^ (byte << np.uint64(given.width - 8))
    for _ in range(8):
        state = np.where((state >> top) & one, (state << one) ^ polynomial, state << one) & mask
    return state


def _mirrored(value: int, width: int) -> int:
    return int(f"{value:0{width}b}"[::-1], 2)


@lru_cache(maxsize=64)
def toeplitz(key: bytes, length: int) -> Table:
    """Table of the Toeplitz hash of receive-side scaling (Microsoft, RSS Hashing Types; Krawczyk 1994).

    Every bit of the message that is set, from the most significant of the first byte on, adds the 32 bits of the key
    that begin at its place.

    Parameters
    ----------
    key : bytes
        At least four bytes longer than the message.
    length : int [B]

    Returns
    -------
    (length, 256) uint32

    Raises
    ------
    ValueError
        A key that is too short.
    """
    if len(key) < length + 4:
        raise ValueError(f"a key of {len(key)} bytes hashes messages of up to {max(len(key) - 4, 0)}, not of {length}")
    whole, bits = int.from_bytes(key, "big"), 8 * len(key)
    table = np.zeros((length, 256), dtype=np.uint64)
    for place in range(8 * length):
        window = np.uint64((whole >> (bits - 32 - place)) & 0xFFFFFFFF)
        table[place // 8] ^= np.where(BYTE >> np.uint64(7 - place % 8) & np.uint64(1), window, np.uint64(0))
    return _frozen(table)


@lru_cache(maxsize=64)
def xor_fold(widths: Widths, bits: int) -> Table:
    """Table that adds all fields up, cut into pieces of 8, 16 or 32 bits from their least significant end on.

    Parameters
    ----------
    widths : tuple of int [B]
        Of the fields.
    bits : int

    Returns
    -------
    (sum of widths, 256) uint32
    """
    places = [8 * ((width - 1 - b) % (bits // 8)) for width in widths for b in range(width)]
    return _frozen(BYTE[None, :] << np.array(places, dtype=np.uint64).reshape(-1, 1))


def _frozen(table: NDArray[np.uint64]) -> Table:
    made = table.astype(np.uint32)
    made.flags.writeable = False
    return made
