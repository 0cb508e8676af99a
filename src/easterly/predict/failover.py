"""How long traffic is lost when something fails: from the timers that notice it, or at once where a carrier goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.schema import Doc, Unit
from easterly.model.spec.anycast import HealthCheck
from easterly.model.spec.underlay import Detection, Underlay
from easterly.model.underlays import FRR_BFD, HELLO_S, SILENCES, timers
from easterly.predict.turns import ONE, Turns

PROGRAMMING_S = {"bgp": (0.0, 0.1), "ospf": (0.0, 0.1), "isis": (0.0, 1.1)}
"""From detection to new next hops in the kernel, for up to a thousand routes. Stated, not derived: three processes are
woken once each, and FRR's isisd may hold a second calculation back for a second (``spf-interval 1``)."""
GATHERED_S = {"bgp": 0.0, "ospf": 0.0, "isis": 0.1}
"""How much longer routers wait for more news if it is not from BFD: FRR's isisd tells of nothing before it has been
calm for 100 ms (the instability timer of its ``lsp_regenerate_schedule``)."""
TURN_S = (0.05, 0.06)
"""What each further router of BGP takes that has to be told: FRR's bgpd collects news for 50 ms before it decides (the
hold of its ``process_main_queue``), and telling the next one has taken less than 5 ms among thirty routers."""
BEYOND_S = {"bgp": 0.0, "ospf": 1.0, "isis": 0.0}
"""How much longer routes take that another protocol has handed over: FRR's ospfd looks at them a second after it has
found the ways inside of its areas (``OSPF_ASE_CALC_INTERVAL``); they are a part of the same calculation elsewhere."""
TOLD_S = {"bgp": 0.0, "ospf": 1.0, "isis": 1.0}
"""How much longer it takes until all routers send nothing to an address that a health check has withdrawn: ospfd works
out such routes a second later (see `BEYOND_S`), and isisd tells of them a second later (``lsp-gen-interval 1``)."""
BFD, CARRIER = "bfd", "carrier"
"""What notices a link that is silent, if hellos do not, and one that is pulled."""


@dataclass(frozen=True, slots=True)
class Failover:
    """Time from a failure to other next hops, as an interval."""

    how: Annotated[str, Doc("What notices it: bfd, hellos of the protocol, or the carrier that has gone.")]
    detection_low_s: Annotated[float, Unit("s"), Doc("The neighbour is declared gone, at the earliest.")]
    detection_high_s: Annotated[float, Unit("s"), Doc("The same, at the latest.")]
    low_s: Annotated[float, Unit("s"), Doc("Other next hops are in use, at the earliest.")]
    high_s: Annotated[float, Unit("s"), Doc("The same, at the latest.")]
    turns: Annotated[Turns, Doc("Routers that have to decide anew, one after the other.")] = ONE


def failover(underlay: Underlay, *, turns: Turns = ONE, beyond: bool = False, carrier: bool = False) -> Failover:
    """How long a link that fails goes unnoticed, and until traffic goes elsewhere.

    A timer of ``multiplier`` x the agreed interval starts anew with every packet that comes in (RFC 5880 section
    6.8.4; the dead time of OSPF, RFC 2328 section 9.5; the hold time of BGP, RFC 4271 section 6.5). A silent failure
    falls between two packets: right after one at the latest, and right before the next, one whole interval later, at
    the earliest. So with multiplier m and interval T, it takes (m - 1) T to m T. Jitter, 75 to 100 % of the interval
    (RFC 5880 section 6.8.7), only moves packets closer together and keeps both ends.

    A carrier that goes takes none of this: the kernel tells at once, and what zebra and the routing protocol do then is
    what they do when a session ends, and a part of `PROGRAMMING_S`. That is so for a cable by itself; of carriers that
    go within the same second, Linux tells once a second (its link_watch.c).

    Routers of OSPF and IS-IS all know the topology. Those of BGP know what their neighbours told them, and where the
    one before the fault was told of no other way, it has to wait until others have heard in turn.

    Parameters
    ----------
    underlay : Underlay
        Timers that it does not state are those of FRR.
    turns : Turns
        Of BGP: routers that decide in turn, as `turns` counts them; the one before the fault if absent.
    beyond : bool
        Traffic leads to what another protocol has told of: beyond a border, or an address behind a health check.
    carrier : bool
        The carrier goes, as when a cable is pulled; otherwise the link falls silent.

    Returns
    -------
    Failover

    Examples
    --------
    >>> fast = Underlay.model_validate({"bfd": {"interval": "50ms", "multiplier": 3}})
    >>> found = failover(fast)
    >>> round(found.detection_low_s, 6), round(found.detection_high_s, 6), round(found.high_s, 6)
    (0.1, 0.15, 0.25)
    >>> found = failover(fast, carrier=True)
    >>> found.low_s, found.high_s
    (0.0, 0.1)
    """
    how, low_s, high_s = (CARRIER, 0.0, 0.0) if carrier else _noticed(underlay)
    least_s, most_s = PROGRAMMING_S[underlay.protocol]
    if how != BFD:
        most_s += GATHERED_S[underlay.protocol]
    if beyond:
        most_s += BEYOND_S[underlay.protocol]
    if underlay.protocol == "bgp":
        least_s += (turns.least - 1) * TURN_S[0]
        most_s += (turns.most - 1) * TURN_S[1]
    return Failover(how, low_s, high_s, low_s + least_s, high_s + most_s, turns)


def _noticed(underlay: Underlay) -> tuple[str, float, float]:
    """What notices a silent neighbour, at the earliest and at the latest."""
    if underlay.bfd is False:
        given = timers(underlay)
        hello_s = HELLO_S[underlay.protocol] if given is None else given.hello_s
        dead_s = SILENCES[underlay.protocol] * hello_s if given is None else given.dead_s
        return "hellos", float(dead_s - hello_s), float(dead_s)
    bfd = underlay.bfd if isinstance(underlay.bfd, Detection) else FRR_BFD
    return BFD, (bfd.multiplier - 1) * bfd.interval, bfd.multiplier * bfd.interval


def withdrawal(check: HealthCheck, protocol: str = "bgp") -> Failover:
    """How long a service that is ill is still announced beside it.

    The first question that fails comes 0 to one interval after the failure, the last of ``fall`` so many intervals
    later; each is answered at once with a refusal, or not before the timeout.

    Parameters
    ----------
    check : HealthCheck
    protocol : str
        That tells the routers beside it.

    Returns
    -------
    Failover

    Examples
    --------
    >>> found = withdrawal(HealthCheck.model_validate({"port": 53, "interval": "1s", "fall": 3}))
    >>> found.detection_low_s, found.detection_high_s
    (2.0, 3.5)
    """
    timeout_s = check.interval / 2 if check.timeout is None else check.timeout
    low_s, high_s = (check.fall - 1) * check.interval, check.fall * max(check.interval, timeout_s) + timeout_s
    least_s, most_s = PROGRAMMING_S[protocol]
    return Failover("health check", low_s, high_s, low_s + least_s, high_s + most_s + TOLD_S[protocol])
