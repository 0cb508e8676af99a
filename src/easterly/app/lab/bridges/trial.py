"""What bridges do, held against their rendered files: flows that are there, groups that share, ports that fail."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from ipaddress import ip_address, ip_interface, ip_network
from typing import Annotated

from easterly.app.lab.bridges import switch
from easterly.app.lab.bridges.chances import chances
from easterly.app.lab.measure.counters import interfaces
from easterly.app.lab.measure.flows import Flow, receivers, senders, several
from easterly.app.lab.measure.split import binomial_interval
from easterly.app.lab.measure.within import Within
from easterly.app.lab.running import Running
from easterly.base.schema import Doc
from easterly.config.ovs.bridge import Bridge, Group, Station

FLOWS = 400
CASES = 4
"""Groups that are tried: those of other switches are rendered by the same lines."""
AT_ONCE, BREATH_S, LAST_S = 32, 0.004, 0.3
LOADED = "each line of the rendered file is one, and nothing else makes any"
ALL = "what one bucket does not take another one does, and no queue is long"
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
        if way.group in groups and (target := _in(way.prefix, far)) is not None:
            for station in bridge.stations:
                if _may(bridge, station, target):
                    ends = hosts[station.address], hosts[target.address], station.address, target.address
                    yield Case(bridge.name, groups[way.group], tuple(several(FLOWS, *ends)))


def _in(prefix: str, stations: Sequence[Station]) -> Station | None:
    net = ip_network(prefix)
    return next((each for each in stations if ip_address(each.address) in net), None)


def _may(bridge: Bridge, station: Station, target: Station) -> bool:
    """Whether a host of a switch may send to another one: of one family, and its table is let there."""
    table = next(line.table for line in bridge.lines if line.port == station.port)
    end = ip_address(target.address)
    return (":" in station.address) == (":" in target.address) and any(
        each.table == table and end in ip_network(each.prefix)
        for each in bridge.admissions if (":" in each.prefix) == (":" in target.address)
    )  # fmt: skip


def shared(lab: Running, case: Case) -> list[Within]:
    """Flows by bucket, with all ports up, and with the first of them down.

    Raises
    ------
    LabError
        The switch does not notice that a port is down, or up again.
    """
    space, folder = lab.spaces[case.bridge], lab.record.folder / case.bridge
    made = _held(case, *_sent(lab, case), "")
    dead = case.ports[0]
    space.batch("ip", f"link set {dead} down\n")
    try:
        switch.noticed(space, folder, dead, "down")
        made += _held(case, *_sent(lab, case), dead)
    finally:
        space.batch("ip", f"link set {dead} up\n")
    switch.noticed(space, folder, dead, "up")
    return made


def _held(case: Case, taken: Mapping[str, int], arrived: int, dead: str) -> list[Within]:
    """Predictions from the weights of the buckets that are alive."""
    alive = [(port, weight) for port, (_, weight) in zip(case.ports, case.group.buckets, strict=True) if port != dead]
    when, count = f" while {dead} is down" if dead else "", len(case.flows)
    weights = [weight for _, weight in alive]
    made = [
        _binomial(f"flows over {case.bridge} {port}{when}", count, chance, taken[port], weights)
        for (port, _), chance in zip(alive, chances(weights), strict=True)
    ]
    if dead:
        made.append(Within.exactly(f"flows over {case.bridge} {dead}{when}", 0, taken[dead], DOWN))
    ends = f"{case.flows[0].src} to {case.flows[0].dst}"
    return [*made, Within.exactly(f"flows of {ends} that arrive{when}", count, arrived, ALL)]


def _binomial(what: str, count: int, chance: Fraction, found: int, weights: Sequence[int]) -> Within:
    least, most = binomial_interval(count, chance)
    why = (
        f"a flow takes it with chance {chance}, from weights {', '.join(map(str, weights))}; one run in a million is "
        "outside"
    )
    return Within(what, float(count * chance), least, most, found, "1", why)


def _sent(lab: Running, case: Case) -> tuple[dict[str, int], int]:
    """Packets by port of the group, and flows that arrived, of which each is one packet."""
    own = {case.bridge: lab.spaces[case.bridge]}
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
    ends = [(case.bridge, port) for port in case.ports]
    return {port: after[node, port].since(before[node, port]).out_packets for node, port in ends}, len(arrived)
