"""Hellos of IS-IS, as long as the largest frame, and so few that a moment does not tell how many come."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from easterly.app.lab.measure.choice import End
from easterly.app.lab.running import Running
from easterly.base.schema import Doc, Unit
from easterly.config.linux.netplan import read
from easterly.model.underlays import HELLO_S

SPEAKS = "\n isis network point-to-point"
INTERVAL = re.compile(r"^ isis hello-interval (\d+)$", re.MULTILINE)
JITTER = 0.25
"""By which an interval may be shorter (ISO/IEC 10589, 10.1)."""
ETHERNET_B = 14


@dataclass(frozen=True, slots=True)
class Padded:
    """Hellos that leave by an interface, filled up to the largest frame (ISO/IEC 10589, 8.2.3)."""

    frame_B: Annotated[int, Unit("B"), Doc("Size of each.")]
    every_s: Annotated[float, Unit("s"), Doc("Shortest time from one to the next.")]

    def most_B(self, seconds: float) -> int:
        """Bytes that they come to within some time, at most.

        >>> Padded(9014, 0.75).most_B(1.6)
        27042
        """
        return (1 + int(seconds / self.every_s)) * self.frame_B


def padded(lab: Running) -> dict[End, Padded]:
    """By interface of routers, the hellos that IS-IS sends there; none where it does not run.

    Parameters
    ----------
    lab : Running
    """
    made: dict[End, Padded] = {}
    for node in lab.routers:
        sizes = {port.name: port.mtu_B or 1500 for port in read(lab.text(f"linux/{node}.yaml")).ports}
        for block in re.split(r"^interface ", lab.text(f"frr/{node}.conf"), flags=re.MULTILINE)[1:]:
            lines = block.partition("\nexit")[0]
            name, stated = lines.split(maxsplit=1)[0], INTERVAL.search(lines)
            hello_s = float(stated[1]) if stated else HELLO_S["isis"]
            if SPEAKS in lines and name in sizes:
                made[node, name] = Padded(sizes[name] + ETHERNET_B, (1 - JITTER) * hello_s)
    return made
