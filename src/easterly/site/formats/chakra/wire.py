"""The wire format of Protocol Buffers: numbered fields, told apart by how their bytes end (protobuf.dev, encoding).

Only what messages without groups need. Damaged bytes raise `WireError` and never more than is there is read.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_LARGEST = (1 << 64) - 1
_FIXED = {FIXED64: struct.Struct("<Q"), FIXED32: struct.Struct("<I")}

Value = int | bytes


class WireError(ValueError):
    """Bytes that no message is made of.

    Attributes
    ----------
    at : int
        Offset of the byte, from the start of what was read.
    """

    def __init__(self, text: str, at: int) -> None:
        super().__init__(text)
        self.at = at


def varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    """A number in groups of 7 bits, lowest first, and where it ends.

    >>> varint(bytes([0x96, 0x01]), 0, 2)
    (150, 2)
    """
    value = shift = 0
    for place in range(at, min(end, at + 10)):
        byte = data[place]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if value > _LARGEST:
                break
            return value, place + 1
        shift += 7
    raise WireError("a number has no end" if at + 10 <= end else "the data ends within a number", at)


def fields(data: bytes, at: int = 0, end: int | None = None) -> Iterator[tuple[int, int, Value]]:
    """Number, wire type and value of each field of a message.

    Values are unsigned numbers, or the bytes of strings, messages and packed lists.

    >>> list(fields(bytes([0x08, 0x96, 0x01, 0x12, 0x02]) + b"hi"))
    [(1, 0, 150), (2, 2, b'hi')]
    """
    end = len(data) if end is None else end
    while at < end:
        begin = at
        key, at = varint(data, at, end)
        number, kind = key >> 3, key & 7
        if number == 0:
            raise WireError("a field has the number 0", begin)
        value: Value
        if kind == VARINT:
            value, at = varint(data, at, end)
        elif kind == BYTES:
            length, at = varint(data, at, end)
            if length > end - at:
                raise WireError(f"a field of {length:,} bytes goes beyond the end", begin)
            value, at = data[at : at + length], at + length
        elif kind in _FIXED:
            if _FIXED[kind].size > end - at:
                raise WireError("the data ends within a number", begin)
            value, at = _FIXED[kind].unpack_from(data, at)[0], at + _FIXED[kind].size
        else:
            raise WireError(f"a field has the wire type {kind}", begin)
        yield number, kind, value


def messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Offset and bytes of messages that each have their length before them."""
    at = 0
    while at < len(data):
        begin = at
        length, at = varint(data, at, len(data))
        if length > len(data) - at:
            raise WireError(f"a message of {length:,} bytes goes beyond the end", begin)
        yield at, data[at : at + length]
        at += length


def packed(data: bytes) -> list[int]:
    """Numbers of a packed list."""
    at, values = 0, []
    while at < len(data):
        value, at = varint(data, at, len(data))
        values.append(value)
    return values


def put_varint(value: int) -> bytes:
    """A number from 0 up to 2^64 - 1; the counterpart of `varint`."""
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def put(number: int, value: Value | float) -> bytes:
    """One field: whole numbers as varints (negative ones in 64 bits), others as doubles, bytes with their length.

    >>> put(1, 150).hex(), put(2, b"hi").hex()
    ('089601', '12026869')
    """
    if isinstance(value, bytes):
        return put_varint(number << 3 | BYTES) + put_varint(len(value)) + value
    if isinstance(value, float):
        return put_varint(number << 3 | FIXED64) + struct.pack("<d", value)
    return put_varint(number << 3 | VARINT) + put_varint(value & _LARGEST)


def put_message(data: bytes) -> bytes:
    """A message with its length before it."""
    return put_varint(len(data)) + data
