"""Health checks of services in NX-OS: an operation of IP SLA, an object that tracks it, a route that tracks the object.

After the Cisco Nexus 9000 Series NX-OS IP SLAs Configuration Guide and the Unicast Routing Configuration Guide (object
tracking), release 10.5(x). Operations start at most once a second. An object keeps its state as long as a delay lasts,
so that it changes after as many answers in a row as the check wants. ``control disable`` since no host has a responder.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from easterly.config.switches.health import unheeded
from easterly.config.switches.machine import Machine
from easterly.model.router import Anycast, Check


def tracks(machine: Machine) -> dict[Anycast, int]:
    """Numbers of the objects that routes to services track."""
    found = (each for each in machine.served_behind if each.check is not None and not unheeded("nxos", each))
    return {each: number for number, each in enumerate(found, 1)}


def lines(found: Mapping[Anycast, int]) -> Iterator[str]:
    r"""Operations and objects.

    Examples
    --------
    >>> dns = Anycast("dns", "10.6.0.5/32", "10.0.0.2", "h0", Check("tcp", 53, "", 0.5, 0.25, 3, 1))
    >>> print("\n".join(lines({dns: 1})))
    !
    ip sla 1
      tcp-connect 10.0.0.2 53 control disable
        threshold 250
        timeout 250
        frequency 1
    ip sla schedule 1 life forever start-time now
    !
    track 1 ip sla 1 reachability
      delay down 2
    """
    for each, number in found.items():
        if each.check is None:
            continue
        every_s = max(1, math.ceil(each.check.interval_s))
        wait_ms = min(round(1000 * each.check.timeout_s), 1000 * every_s)
        yield from ("!", f"ip sla {number}", f"  tcp-connect {each.next_hop} {each.check.port} control disable")
        yield from (f"    {word} {value}" for word, value in _timers(wait_ms, every_s))
        yield from (f"ip sla schedule {number} life forever start-time now", "!")
        yield from (f"track {number} ip sla {number} reachability", *_delay(each.check, every_s))


def _timers(wait_ms: int, every_s: int) -> tuple[tuple[str, int], ...]:
    return ("threshold", wait_ms), ("timeout", wait_ms), ("frequency", every_s)


def _delay(check: Check, every_s: int) -> Iterator[str]:
    waits = [f"{way} {(count - 1) * every_s}" for way, count in (("up", check.rise), ("down", check.fall)) if count > 1]
    if waits:
        yield f"  delay {' '.join(waits)}"
