"""What is asked of a simulation of flows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ROUTINGS = ("hash", "spray", "flowlet", "adaptive")
"""How switches choose among equal links: by the connection; by the packet; by the message; by the load."""

DETECT_S = 0.15
"""Until a failure is noticed: three times 50 ms without an answer, as is usual for BFD (RFC 5880, section 6.8.4)."""
REROUTE_S = 0.05
"""From then until forwarding tables have other ways: the 50 ms of carriers' protection switching (ITU-T G.841)."""


@dataclass(frozen=True, slots=True)
class Outage:
    """A device, an interface or a cable that is down for a while.

    Attributes
    ----------
    what : str
        Name of a device, of an interface (``host:nic0``), or of a link by its ports or its ends (``a>b``).
    from_s, until_s : float [s]
        Infinite where it is not repaired.
    """

    what: str
    from_s: float
    until_s: float = float("inf")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is simulated, and how.

    Attributes
    ----------
    jobs : tuple of str
        Jobs; all if empty.
    steps : int
        Steps of training in a row, at most: jobs may have fewer.
    jitter : float [1]
        Coefficient of variation of the time of each computation.
    stragglers : mapping of str to float [1]
        Hosts whose computations take so many times as long.
    outages : tuple of Outage
    degraded : mapping of str to float [1]
        Links by name, and the share of packets that they lose, in both directions.
    detect_s, reroute_s : float [s]
        From a failure (or a repair) until it is noticed, and from then until other ways are taken.
    routing : str
        One of `ROUTINGS`.
    allocation : str
        Intent whose allocation all goes by between switches; ways in place if empty.
    seed : int
        Of jitter and of hashing.
    others : bool
        Whether all else that the site sends goes on beside the jobs.
    tenants : tuple of str
        Whose other traffic that is; everybody's if empty.
    line_rate : bool
        Whether transfers reach the line rate; else what those of their size do.
    requests : bool
        Whether requests of services come one by one; else services send at their mean rates.
    saves : int, optional
        Steps between the checkpoints of a job that writes some; as many as its interval takes if absent.
    at_s : float [s], optional
        Moment of the week, from Monday, 0 h UTC, at which the run begins; when all that varies sends most, if absent.
    """

    jobs: tuple[str, ...] = ()
    steps: int = 1
    jitter: float = 0.0
    stragglers: Mapping[str, float] = field(default_factory=dict)
    outages: tuple[Outage, ...] = ()
    degraded: Mapping[str, float] = field(default_factory=dict)
    detect_s: float = DETECT_S
    reroute_s: float = REROUTE_S
    routing: str = "hash"
    allocation: str = ""
    seed: int = 1
    others: bool = True
    tenants: tuple[str, ...] = ()
    line_rate: bool = False
    requests: bool = False
    saves: int | None = None
    at_s: float | None = None
