"""Bytes over a pipe, whole or not at all: the length in eight bytes, then as many."""

from __future__ import annotations

import struct
from typing import BinaryIO

_LENGTH = struct.Struct("<Q")


def write(pipe: BinaryIO, data: bytes) -> None:
    """Write one frame.

    Raises
    ------
    OSError
        Nobody reads any more.
    """
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()


def read(pipe: BinaryIO) -> bytes | None:
    """Read one frame; None where the other side has gone, be it in the middle of one."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    data = pipe.read(length)
    return data if len(data) == length else None
