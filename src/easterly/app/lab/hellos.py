"""OSPF's hellos where the plan leaves them to FRR: every second instead of every ten.

A router that begins hears nothing of a neighbour for up to one interval, is known to it after another one, and sends
again after five seconds what was lost or came too early: four routers need 25 s for what takes them 4 s with timers of
a second. The dead time stays the 40 s that FRR has, so that neighbours are given up no earlier than the plan says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

TIMERS_S = {"hello-interval": 1, "dead-interval": 40, "retransmit-interval": 1}
LINK = re.compile(r"^ (ip ospf|ipv6 ospf6) network point-to-point$", re.MULTILINE)


def left_to_frr(text: str) -> Iterator[tuple[str, str]]:
    r"""Interfaces of a router's text, and the words of OSPF for them, whose hellos it says nothing of.

    Examples
    --------
    >>> list(left_to_frr("interface swp1\n ip ospf area 0\n ip ospf network point-to-point\nexit\n"))
    [('swp1', 'ip ospf')]
    """
    for block in re.split(r"^interface ", text, flags=re.MULTILINE)[1:]:
        lines = block.partition("\nexit")[0]
        for word in LINK.findall(lines):
            if f" {word} hello-interval " not in lines:
                yield lines.split(maxsplit=1)[0], word


def quick(text: str) -> str:
    """What is loaded before a router's text, since FRR makes an interface anew when these timers change.

    Parameters
    ----------
    text : str
        The whole of its ``frr.conf``.

    Returns
    -------
    str
        Empty where the text leaves no hellos to FRR.
    """
    lines = [
        line for name, word in left_to_frr(text)
        for line in (f"interface {name}", *(f" {word} {timer} {value}" for timer, value in TIMERS_S.items()), "exit")
    ]  # fmt: skip
    return "".join(f"{line}\n" for line in lines)
