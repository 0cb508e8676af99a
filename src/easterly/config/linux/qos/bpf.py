"""One classic BPF program that tells the class of a packet by its code point.

Classic programs are numbers in the text of `tc`: they need no compiler and no loader. Offsets below zero are the
kernel's own (linux/filter.h): `PROTOCOL` is the EtherType that the packet has for the kernel, `NETWORK` the first byte
of its IP header. The program returns a classid, or 0 for no match.
"""

from __future__ import annotations

from collections.abc import Mapping

PROTOCOL, NETWORK = 0xFFFFF000, 0xFFF00000
LOAD_HALF, LOAD_BYTE, JUMP, JUMP_IF, SHIFT_RIGHT, AND, RETURN = 0x28, 0x30, 0x05, 0x15, 0x74, 0x54, 0x06
IPV4, IPV6 = 0x0800, 0x86DD
WITHOUT_ECN = 0xFC
Instruction = tuple[int, int, int, int]
"""Code, jump if true, jump if false, operand."""
HEAD = 8
"""Instructions before the code points are told apart."""


def program(classid: Mapping[int, int]) -> list[Instruction]:
    """Instructions that return the classid of a packet's code point, IPv4 and IPv6 alike.

    >>> program({46: 0x10010})[HEAD:]
    [(21, 0, 1, 184), (6, 0, 0, 65552), (6, 0, 0, 0)]
    """
    end = HEAD + 2 * len(classid)
    head = [
        (LOAD_HALF, 0, 0, PROTOCOL),
        (JUMP_IF, 0, 2, IPV4),
        (LOAD_BYTE, 0, 0, NETWORK + 1),
        (JUMP, 0, 0, 3),
        (JUMP_IF, 0, end - 5, IPV6),
        # Four bits of version, eight of traffic class, four of the flow label.
        (LOAD_HALF, 0, 0, NETWORK),
        (SHIFT_RIGHT, 0, 0, 4),
        (AND, 0, 0, WITHOUT_ECN),
    ]
    tests = [
        each for point, target in sorted(classid.items())
        for each in ((JUMP_IF, 0, 1, point << 2), (RETURN, 0, 0, target))
    ]  # fmt: skip
    return [*head, *tests, (RETURN, 0, 0, 0)]


def text(instructions: list[Instruction]) -> str:
    """A program as ``tc filter ... bpf bytecode`` takes it: the count, then the instructions."""
    return ",".join([str(len(instructions)), *(" ".join(map(str, each)) for each in instructions)])


def classids(written: str) -> dict[int, int]:
    """Classid by code point of a program that was written by `program`.

    Raises
    ------
    ValueError
        Any other program.

    >>> classids(text(program({46: 0x10010, 10: 0x10020})))
    {10: 65568, 46: 65552}
    """
    _, *rows = written.split(",")
    found = [(code, true, false, k) for code, true, false, k in (map(int, row.split()) for row in rows)]
    pairs = zip(found[HEAD:-1:2], found[HEAD + 1 : -1 : 2], strict=False)
    made = {test[3] >> 2: answer[3] for test, answer in pairs}
    if found != program(made):
        raise ValueError("the BPF program is not one that tells classes by code point")
    return made
