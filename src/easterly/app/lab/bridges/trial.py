"""What bridges do, held against their rendered files: flows that are there, groups that share, ports that fail."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from ipaddress import ip_address, ip_interface, ip_network
from typing import Annotated

from easterly.app.lab.bridges import switch, ways
from easterly.app.lab.bridges.chances import chances
from easterly.app.lab.measure import choice
from easterly.app.lab.measure.choice import End
from easterly.app.lab.measure.counters import interfaces
from easterly.app.lab.measure.flows import Flow, receivers, senders, several
from easterly.app.lab.measure.split import binomial_interval
from easterly.app.lab.measure.within import Within
from easterly.app.lab.running import Running
from easterly.app.lab.spaces import LabError
from easterly.base.schema import Doc
from easterly.config.ovs.bridge import Bridge, Group, Station

FLOWS = 400
CASES = 4
"""Groups that are tried: those of other switches are rendered by the same lines."""
AT_ONCE, BREATH_S, LAST_S = 32, 0.004, 0.3
LOADED = "each line of the rendered file is one, and nothing else makes any"
ALL = "what one bucket does not take another one does, and no queue is long"
AROUND = "all that its neighbour has sent there, and nothing else has a way over it"
WATCHED = "each port towards another bridge has one, and the cables are whole"
EVERY_S = 0.05
COMPUTED = (
    "the hash of each flow is computed from the seed that its switch was given, and the switch tells the same scores "
    "of one, so that no other way is possible"
)
DOWN = "a bucket leaves with the port that it watches"


@dataclass(frozen=True, slots=True)
class Case:
    """A group, and two hosts whose packets it shares out."""

    bridge: Annotated[str, Doc("Switch.")]
    group: Annotated[Group, Doc("Group.")]
    flows: Annotated[tuple[Flow, ...], Doc("From a host of the switch to one elsewhere.")]

    @property
    def ports(self) -> list[str]:
        """Interfaces of its buckets."""
        return [f"swp{port}" for port, _ in self.group.buckets]


@dataclass(frozen=True, slots=True)
class Detour:
    """A switch that sends packets of a case around one of its ports when that is down."""

    case: Annotated[Case, Doc("Whose packets.")]
    into: Annotated[str, Doc("Interface of the case's switch that leads to it.")]
    bridge: Annotated[str, Doc("Switch.")]
    dead: Annotated[str, Doc("Its interface that goes down.")]
    around: Annotated[str, Doc("Its interface that they leave by then.")]


def loaded(lab: Running, bridges: Sequence[Bridge]) -> list[Within]:
    """Flows and groups that switches have, beside those of their files."""
    made = []
    for bridge in bridges:
        space, folder = lab.spaces[bridge.name], lab.record.folder / bridge.name
        for what, count in (("flows", switch.flows), ("groups", switch.groups)):
            planned = switch.lines(lab.text(f"ovs/{bridge.name}.{what}"))
            if planned:
                made.append(Within.exactly(f"{what} of {bridge.name}", planned, count(space, folder), LOADED))
    return made


def watched(lab: Running, bridges: Sequence[Bridge], wait_s: float) -> list[Within]:
    """Sessions of BFD that are up after a while, where there are to be any."""
    planned = {bridge.name: sum(line.bfd[0] > 0 for line in bridge.lines) for bridge in bridges}
    if not any(planned.values()):
        return []
    end = time.monotonic() + wait_s
    while True:
        found = {name: switch.up(lab.spaces[name], lab.record.folder / name) for name in planned}
        if found == planned or time.monotonic() > end:
            break
        time.sleep(EVERY_S)
    return [Within.exactly("sessions of BFD that are up", sum(planned.values()), sum(found.values()), WATCHED)]


def cases(lab: Running, bridges: Sequence[Bridge]) -> list[Case]:
    """One group of each of the first switches that share packets of their own hosts out."""
    made = [case for bridge in bridges if (case := next(_cases(lab, bridge, bridges), None)) is not None]
    return made[:CASES]


def _cases(lab: Running, bridge: Bridge, bridges: Sequence[Bridge]) -> Iterator[Case]:
    rows, hosts = lab.address.interfaces, {}
    for device, text, role in zip(rows.device.tolist(), rows.address.tolist(), rows.role.tolist(), strict=True):
        if role == "host":
            hosts[str(ip_interface(text).ip)] = device
    groups = {group.number: group for group in bridge.groups if group.kind == "select"}
    far = [station for other in bridges if other.name != bridge.name for station in other.stations]
    for way in bridge.ways:
        for target in (
            each for each in far if way.group in groups and ip_address(each.address) in ip_network(way.prefix)
        ):
            for station in bridge.stations:
                ends = hosts[station.address], hosts[target.address]
                if ends[0] != ends[1] and _may(bridge, station, target):
                    flows = several(FLOWS, *ends, station.address, target.address)
                    yield Case(bridge.name, groups[way.group], tuple(flows))


def _may(bridge: Bridge, station: Station, target: Station) -> bool:
    """Whether a host of a switch may send to another one: of one family, and its table is let there."""
    table = next(line.table for line in bridge.lines if line.port == station.port)
    end = ip_address(target.address)
    return (":" in station.address) == (":" in target.address) and any(
        each.table == table and end in ip_network(each.prefix)
        for each in bridge.admissions if (":" in each.prefix) == (":" in target.address)
    )  # fmt: skip


def detours(lab: Running, bridges: Sequence[Bridge], found: Sequence[Case]) -> list[Detour]:
    """For each case the first group of a next switch that goes around a port when that is down."""
    beyond = lab.far
    by_name = {bridge.name: bridge for bridge in bridges}
    made = []
    for case in found:
        for port in case.ports:
            node = beyond[case.bridge, port][0]
            group = _around(by_name[node], case.flows[0].dst_address) if node in by_name else None
            if group is not None:
                dead, other = (f"swp{number}" for number, _ in group.buckets[:2])
                made.append(Detour(case, port, node, dead, other))
                break
    return made


def _around(bridge: Bridge, address: str) -> Group | None:
    """The group that fails over, if that is what a bridge has for an address."""
    fits = [way for way in bridge.ways if ip_address(address) in ip_network(way.prefix)]
    best = max(fits, key=lambda way: ip_network(way.prefix).prefixlen, default=None)
    own = {group.number: group for group in bridge.groups if group.kind == "ff" and len(group.buckets) > 1}
    return own.get(best.group) if best is not None else None


def shared(lab: Running, bridges: Sequence[Bridge], case: Case, known: bool) -> list[Within]:
    """Flows by bucket, with all ports up, and with the first of them down.

    Parameters
    ----------
    lab : Running
    bridges : sequence of Bridge
        Of the plan.
    case : Case
    known : bool
        Buckets are computed; else it is a matter of chance how many flows each has.

    Raises
    ------
    LabError
        The switch does not notice that a port is down, or up again.
    """
    ends = [(case.bridge, port) for port in case.ports]

    def wanted(*dead: End) -> Counter[End] | None:
        computed = choice.ways(ways.fabric(lab, bridges, case.flows, dead), case.flows) if known else ()
        return Counter(end for way in computed for end in way) if known else None

    made = _held(case, *_sent(lab, case, ends), "", wanted())
    with _down(lab, bridges, *ends[0]):
        return made + _held(case, *_sent(lab, case, ends), case.ports[0], wanted(ends[0]))


def detoured(lab: Running, bridges: Sequence[Bridge], made: Detour) -> list[Within]:
    """Flows that a next switch sends around a port that is down: all that reach it.

    Raises
    ------
    LabError
        The switch does not notice that a port is down, or up again.
    """
    case, ends = made.case, [(made.case.bridge, made.into), (made.bridge, made.dead), (made.bridge, made.around)]
    with _down(lab, bridges, made.bridge, made.dead):
        taken, arrived = _sent(lab, case, ends)
    when = f" while {made.bridge} {made.dead} is down"
    into, dead, around = (taken[end] for end in ends)
    return [
        Within.exactly(f"flows over {made.bridge} {made.dead}{when}", 0, dead, DOWN),
        Within.exactly(f"flows over {made.bridge} {made.around}{when}", into, around, AROUND),
        Within.exactly(f"flows of {case.flows[0].src} to {case.flows[0].dst} that arrive{when}", FLOWS, arrived, ALL),
    ]


@contextmanager
def _down(lab: Running, bridges: Sequence[Bridge], node: str, port: str) -> Iterator[None]:
    """A port that is down for a while, and its switch knows."""
    space, folder = lab.spaces[node], lab.record.folder / node
    space.batch("ip", f"link set {port} down\n")
    try:
        switch.noticed(space, folder, port, "down")
        yield
    finally:
        space.batch("ip", f"link set {port} up\n")
    switch.noticed(space, folder, port, "up")
    settled(lab, bridges)


def settled(lab: Running, bridges: Sequence[Bridge]) -> None:
    """Wait until bridges take all ports for alive again.

    Raises
    ------
    LabError
        They do not.
    """
    if any(not each.ok for each in watched(lab, bridges, switch.PATIENCE_S)):
        raise LabError("sessions of BFD do not come up again")


def _held(
    case: Case, taken: Mapping[End, int], arrived: int, dead: str, wanted: Counter[End] | None
) -> list[Within]:  # fmt: skip
    """Predictions from the hash, or from the weights of the buckets that are alive."""
    alive = [(port, weight) for port, (_, weight) in zip(case.ports, case.group.buckets, strict=True) if port != dead]
    when, count = f" while {dead} is down" if dead else "", len(case.flows)
    weights = [weight for _, weight in alive]
    made = []
    for (port, _), chance in zip(alive, chances(weights), strict=True):
        what, end = f"flows over {case.bridge} {port}{when}", (case.bridge, port)
        made.append(
            _binomial(what, count, chance, taken[end], weights) if wanted is None
            else Within.exactly(what, wanted[end], taken[end], COMPUTED)
        )  # fmt: skip
    if dead:
        made.append(Within.exactly(f"flows over {case.bridge} {dead}{when}", 0, taken[case.bridge, dead], DOWN))
    ends = f"{case.flows[0].src} to {case.flows[0].dst}"
    return [*made, Within.exactly(f"flows of {ends} that arrive{when}", count, arrived, ALL)]


def _binomial(what: str, count: int, chance: Fraction, found: int, weights: Sequence[int]) -> Within:
    least, most = binomial_interval(count, chance)
    why = (
        f"a flow takes it with chance {chance}, from weights {', '.join(map(str, weights))}; one run in a million is "
        "outside"
    )
    return Within(what, float(count * chance), least, most, found, "1", why)


def _sent(lab: Running, case: Case, ends: Sequence[End]) -> tuple[dict[End, int], int]:
    """Packets that left interfaces, and flows that arrived, of which each is one packet."""
    own = {node: lab.spaces[node] for node, _ in ends}
    before = interfaces(own)
    arrived: set[bytes] = set()
    with receivers(lab.spaces, case.flows) as sinks, senders(lab.spaces, case.flows) as sources:
        (sink,) = sinks.values()

        def drained() -> None:
            try:
                while True:
                    arrived.add(sink.recv(64))
            except BlockingIOError:
                return

        for i, (flow, source) in enumerate(zip(case.flows, sources, strict=True)):
            source.sendto(f"{flow.src_port}".encode(), (flow.dst_address, flow.dst_port))
            if i % AT_ONCE == 0:
                time.sleep(BREATH_S)
                drained()
        end = time.monotonic() + LAST_S
        while len(arrived) < len(case.flows) and time.monotonic() < end:
            time.sleep(BREATH_S)
            drained()
    after = interfaces(own)
    return {end: after[end].since(before[end]).out_packets for end in ends}, len(arrived)
