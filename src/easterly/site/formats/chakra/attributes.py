"""Attributes of nodes: names with values of any of fifteen types (``et_def.proto``, AttributeProto)."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import lru_cache

from easterly.site.formats.chakra import wire

Attribute = bool | int | float | str | list[int] | None
"""A value; none for types that no node of ours has use for."""

DOUBLE, INT32, INT64, UINT64, BOOL, BOOLS, STRING = 3, 7, 9, 13, 27, 28, 29


def _signed(bits: int) -> Callable[[int], int]:
    return lambda value: value - (1 << bits) if value >> (bits - 1) else value


def _zigzag(value: int) -> int:
    return value >> 1 ^ -(value & 1)


def _plain(value: int) -> int:
    return value


def _double(value: int) -> float:
    return float(struct.unpack("<d", struct.pack("<Q", value))[0])


def _float(value: int) -> float:
    return float(struct.unpack("<f", struct.pack("<I", value))[0])


_NUMBERS: dict[int, tuple[int, Callable[[int], bool | int | float]]] = {
    3: (wire.FIXED64, _double), 5: (wire.FIXED32, _float), 7: (wire.VARINT, _signed(64)),
    9: (wire.VARINT, _signed(64)), 11: (wire.VARINT, _plain), 13: (wire.VARINT, _plain), 15: (wire.VARINT, _zigzag),
    17: (wire.VARINT, _zigzag), 19: (wire.FIXED32, _plain), 21: (wire.FIXED64, _plain),
    23: (wire.FIXED32, _signed(32)), 25: (wire.FIXED64, _signed(64)), 27: (wire.VARINT, bool),
}  # fmt: skip
"""Field of a single number: its wire type, and what its bits mean. The list of the same numbers is one field on."""

_LISTS = (8, 10, 12, 14, 28)


def attribute(data: bytes) -> tuple[str, Attribute]:
    """Name and value of an attribute; most of a trace's repeat, so that short ones are remembered.

    Raises
    ------
    WireError
        If the bytes are none. Offsets count from the start of the attribute.
    """
    return _remembered(data) if len(data) <= 64 else _attribute(data)


def _attribute(data: bytes) -> tuple[str, Attribute]:
    name = ""
    value: Attribute = None
    for number, kind, raw in wire.fields(data):
        if number == 1:
            name = text(number, kind, raw)
        elif number in _NUMBERS:
            expected, meaning = _NUMBERS[number]
            value = meaning(_number(number, kind, raw, expected))
        elif number == STRING:
            value = text(number, kind, raw)
        elif number in _LISTS:
            value = _listed(number, kind, raw)
    return name, value


_remembered = lru_cache(maxsize=1 << 15)(_attribute)


def text(number: int, kind: int, raw: wire.Value) -> str:
    """A field of text; bytes that are not UTF-8 are replaced."""
    if kind != wire.BYTES or not isinstance(raw, bytes):
        raise wire.WireError(f"field {number} has the wire type {kind}, not that of text", 0)
    return raw.decode("utf-8", errors="replace")


def _number(number: int, kind: int, raw: wire.Value, expected: int) -> int:
    if kind != expected or not isinstance(raw, int):
        raise wire.WireError(f"field {number} of an attribute has the wire type {kind}, not {expected}", 0)
    return raw


def _listed(number: int, kind: int, raw: wire.Value) -> list[int]:
    """Whole numbers of a list, packed or not."""
    if kind != wire.BYTES or not isinstance(raw, bytes):
        raise wire.WireError(f"field {number} of an attribute has the wire type {kind}, not that of a list", 0)
    values: list[int] = []
    for _, _, one in wire.fields(raw):
        values += wire.packed(one) if isinstance(one, bytes) else [one]
    return values


def put_attribute(name: str, number: int, value: int | float | str | list[bool]) -> bytes:
    """An attribute as bytes, its value in the field of that number."""
    if isinstance(value, list):
        return wire.put(1, name.encode()) + wire.put(number, wire.put(1, bytes(value)))
    given = value.encode() if isinstance(value, str) else float(value) if number == DOUBLE else int(value)
    return wire.put(1, name.encode()) + wire.put(number, given)
