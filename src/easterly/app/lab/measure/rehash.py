"""Packets that routers of a lab receive are made to look as if they came off a wire: without a hash.

A connected socket gives its packets a hash that it has drawn, and every IPv6 packet gets one with its flow label
(`net.ipv6.auto_flowlabels`). Virtual cables pass it on, and Linux chooses among next hops by the hash that a packet
carries, not by its addresses and ports: nobody could say which way a TCP connection goes, and all routers on its way
would choose alike. A program of three instructions at each interface takes the hash away; it is held by this process
and goes with it.
"""

from __future__ import annotations

import ctypes
import os
import platform
import socket
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

from easterly.app.lab.spaces import LabError, Space

CALLS = {"x86_64": 321, "aarch64": 280, "riscv64": 280}
"""Number of the system call bpf(2), by machine."""
PROG_LOAD, LINK_CREATE = 5, 28
SCHED_CLS, TCX_INGRESS = 3, 46
SET_HASH_INVALID = 41
"""Numbers of linux/bpf.h: commands, a type of program, where it is attached, and a function of the kernel."""
CALL, MOVE, EXIT = 0x85, 0xB7, 0x95
NEXT = -1
"""TC_ACT_UNSPEC: the packet goes on as if there were no program."""
ATTRIBUTES_B = 64


def program() -> bytes:
    """Instructions: forget the hash of the packet, and let it pass.

    >>> len(program()) // 8
    3
    """
    lines = ((CALL, SET_HASH_INVALID), (MOVE, NEXT), (EXIT, 0))
    return b"".join(struct.pack("=BBhi", code, 0, 0, operand) for code, operand in lines)


@contextmanager
def rehashed(spaces: Mapping[str, Space], interfaces: Mapping[str, Sequence[str]]) -> Iterator[None]:
    """Have nodes forget the hash of every packet that comes in, as long as this lasts.

    Parameters
    ----------
    spaces : mapping of str to Space
        By node.
    interfaces : mapping of str to sequence of str
        By node, where packets come in.

    Raises
    ------
    LabError
        The kernel does not do that (Linux 6.6), or not for this user.
    """
    with ExitStack() as held:
        loaded = _load()
        held.callback(os.close, loaded)
        for node, names in interfaces.items():
            for name in names:
                held.callback(os.close, spaces[node].call(partial(_attach, loaded, name)))
        yield


def _load() -> int:
    code, licence = ctypes.create_string_buffer(program()), ctypes.create_string_buffer(b"GPL")
    where = ctypes.addressof(code), ctypes.addressof(licence)
    return _bpf(PROG_LOAD, struct.pack("=IIQQ", SCHED_CLS, len(program()) // 8, *where))


def _attach(loaded: int, interface: str) -> int:
    return _bpf(LINK_CREATE, struct.pack("=IIII", loaded, socket.if_nametoindex(interface), TCX_INGRESS, 0))


def _bpf(command: int, attributes: bytes) -> int:
    number = CALLS.get(platform.machine())
    if number is None:
        raise LabError(f"cannot make routers forget hashes on {platform.machine()}")
    given = ctypes.create_string_buffer(attributes.ljust(ATTRIBUTES_B, b"\0"), ATTRIBUTES_B)
    made: int = ctypes.CDLL(None, use_errno=True).syscall(number, command, given, ATTRIBUTES_B)
    if made < 0:
        raise LabError(f"cannot make routers forget hashes: {os.strerror(ctypes.get_errno())}")
    return made
