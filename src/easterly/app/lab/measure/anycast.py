"""A service address that one of its places withdraws: who takes over its flows, and how long that takes."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated

from easterly.app.lab.measure.choice import End
from easterly.app.lab.measure.failover import waiting
from easterly.app.lab.measure.flows import Flow, several
from easterly.app.lab.measure.of_site import Port, ports
from easterly.app.lab.measure.probes import Probed, Track, probing, spacing_s
from easterly.app.lab.measure.segments import shortest
from easterly.app.lab.measure.within import Within
from easterly.app.lab.running import Running
from easterly.app.lab.spaces import LabError
from easterly.base.schema import Doc
from easterly.config.anycast.watch import words
from easterly.predict.failover import PROGRAMMING_S, TOLD_S

FLOWS = 8
STEP_MOST_S = PROGRAMMING_S["bgp"][1]
"""What a router takes at most to tell the next one, and its kernel."""
INTERIOR = re.compile(r"^router (ospf|isis)\b", re.MULTILINE)
SETTLED_S = 1.5
"""Age of the announcement when it is withdrawn: what follows within a second is not listened to (MinLSArrival of RFC
2328, appendix B), and comes again a second later."""
CONVERGED_S, STEP_S, AFTER_S = 15.0, 0.3, 1.0
"""Time until all routers should know the address; how often it is tried; probes after the withdrawal."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a service address is announced."""

    router: Annotated[str, Doc("Router that announces it.")]
    prefix: Annotated[str, Doc("The address with its length.")]
    next_hop: Annotated[str, Doc("Address of the host that serves it; empty for the router itself.")]
    host: Annotated[str, Doc("Host that serves it.")]

    @property
    def address(self) -> str:
        """The address alone."""
        return self.prefix.partition("/")[0]


def places(lab: Running) -> list[Place]:
    """Places of the first IPv4 service address that two hosts on different routers serve; none if there is none."""
    found: dict[str, list[Place]] = {}
    for router in lab.routers:
        text = lab.text(f"anycast/{router}.json")
        for row in json.loads(text)["services"] if text else ():
            if row["next_hop"] and ":" not in row["prefix"] and not row["drained"]:
                found.setdefault(row["prefix"], []).append(Place(router, row["prefix"], row["next_hop"], row["host"]))
    return next((rows for _, rows in sorted(found.items()) if len({row.router for row in rows}) > 1), [])


def withdrawal(lab: Running, far: Mapping[End, str]) -> list[Within]:
    """Withdraw a service at the place that gets the most flows of a client, as the watcher beside its router does.

    Raises
    ------
    LabError
        The site has nothing for that, or the address is not announced in time.
    """
    own = places(lab)
    serving = {place.host for place in own}
    client = next((port for port in ports(lab) if port.family == 4 and port.host not in serving), None)
    if not own:
        raise LabError("no service address is served by hosts on two routers")
    spoken = {protocol(lab.text(f"frr/{place.router}.conf")) for place in own}
    if len(spoken) > 1:
        raise LabError(f"its places speak different protocols: {', '.join(sorted(spoken))}")
    if client is None:
        raise LabError("every host serves the address, so that there is no client")
    flows = several(FLOWS, client.host, own[0].host, client.address, own[0].address, first=41_000)
    doors = [replace(flows[0], dst=place.host) for place in own]
    with ExitStack() as held:
        _announce(lab, own, client, held)
        settled = time.monotonic() + SETTLED_S
        chosen = _converged(lab, flows, doors)
        gone = next(place for place in own if place.host == chosen)
        [told_by] = spoken
        held_s = PROGRAMMING_S[told_by][1] - STEP_MOST_S + TOLD_S[told_by]
        steps = _steps(lab, gone, own, far[client.host, client.device])
        most_s = steps * STEP_MOST_S + held_s
        waits = held.enter_context(waiting())
        told = held.enter_context(probing(lab.spaces, flows, doors, every_s=spacing_s(flows, lab.slowest_bps)))
        time.sleep(max(STEP_S, settled - time.monotonic()))
        lab.spaces[gone.router].run(*words(gone.prefix, []))
        time.sleep(max(AFTER_S, most_s + STEP_S))
        probed, waited = told(), waits()
    return judged(probed, gone.host, most_s, waited.of(steps))


def protocol(text: str) -> str:
    r"""What a router tells its routes by: BGP where it speaks nothing else.

    >>> protocol("router ospf\nrouter bgp 65001\n"), protocol("router bgp 65001\n")
    ('ospf', 'bgp')
    """
    found = INTERIOR.search(text)
    return found[1] if found else "bgp"


def _steps(lab: Running, gone: Place, own: Sequence[Place], near: str) -> int:
    """Routers that are told one after the other: news goes to the router of another place, and back to the client's.

    In between routers may not know of the other place at all, since BGP tells of the best way alone; with an interior
    protocol they do, and send packets back until they have heard.
    """
    cables = lab.far
    steps = [
        len(shortest(cables, gone.router, place.router)) + len(shortest(cables, place.router, near))
        for place in own if place.router != gone.router
    ]  # fmt: skip
    return max(steps) + 1


def _announce(lab: Running, own: Sequence[Place], client: Port, held: ExitStack) -> None:
    """Have all places serve and announce the address, and the client send to it by its gateway."""
    for place in own:
        lab.spaces[place.host].run("ip", "address", "replace", place.prefix, "dev", "lo")
        lab.spaces[place.router].run(*words(place.prefix, [place.next_hop]))
        held.callback(lab.spaces[place.router].run, *words(place.prefix, [place.next_hop]))
    shown = json.loads(lab.spaces[client.host].run("ip", "-j", "-4", "route", "show", "table", "all"))
    via = next((row["gateway"] for row in shown if row.get("dev") == client.device and "gateway" in row), None)
    lab.spaces[client.host].call(partial(_deaf, client.device))
    if via is None:
        raise LabError(f"{client.host} has no gateway, so that it reaches no service address")
    lab.spaces[client.host].run("ip", "route", "replace", own[0].prefix, "via", via, "dev", client.device)


def _deaf(device: str) -> None:
    """Take no advice about better gateways.

    A router sends hosts of its own network straight to the serving one, and they would stay there when it withdraws.
    """
    for name in ("all", device):
        Path(f"/proc/sys/net/ipv4/conf/{name}/accept_redirects").write_text("0", encoding="ascii")


def _converged(lab: Running, flows: Sequence[Flow], doors: Sequence[Flow]) -> str:
    """Wait until every flow reaches a place; the host that gets the most of them."""
    end = time.monotonic() + CONVERGED_S
    while time.monotonic() < end:
        with probing(lab.spaces, flows, doors, every_s=spacing_s(flows, lab.slowest_bps)) as told:
            time.sleep(STEP_S)
            found = [host for track in told().tracks for host in list(_hosts(track))[-1:]]
        if len(found) == len(flows):
            return Counter(found).most_common(1)[0][0]
    raise LabError(f"{flows[0].dst_address} is not announced within {CONVERGED_S:g} s")


def _hosts(track: Track) -> Iterator[str]:
    """Hosts that got the probes which arrived, in the order in which those were sent."""
    return (door[0] for door in track.door if door is not None)


def judged(probed: Probed, gone: str, most_s: float, late_s: float) -> list[Within]:
    """Flows that have left a place that withdrew, and how long each was interrupted.

    Parameters
    ----------
    probed : Probed
        From before the withdrawal to some time after.
    gone : str
        Host of the place that withdrew.
    most_s : float [s]
        Until all routers from there to the client have other next hops.
    late_s : float [s]
        By how much this machine kept programs waiting meanwhile.
    """
    own = [track for track in probed.tracks if next(_hosts(track), "") == gone]
    moved = [track for track in own if list(_hosts(track))[-1] != gone]
    made = [Within.exactly(
        f"flows that left {gone} when it withdrew", len(own), len(moved), "it is not announced there any more"
    )]  # fmt: skip
    for track in own:
        found = track.outage
        blur_s = found.blur_s
        made.append(Within(
            f"change of place of {track.flow}", most_s / 2, 0.0, most_s + late_s + blur_s, found.middle_s, "s",
            f"news takes up to {STEP_MOST_S:g} s from router to router, and with what the protocol holds back up to "
            f"{most_s:.1f} s; this machine kept programs waiting for {late_s:.3f} s; probes tell the ends to "
            f"{blur_s:.3f} s",
        ))  # fmt: skip
    return made
