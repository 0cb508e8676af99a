"""What fabrics without tiers share: hosts on every switch, ports after those of the hosts, the border."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from easterly.base.findings import Finding
from easterly.model.network import LinkKind
from easterly.model.spec.fabric import Direct
from easterly.model.spec.hardware import HostType, SwitchType
from easterly.site.blueprints.faults import full, refuse, too_many_ports
from easterly.site.blueprints.parts import (
    MOST,
    Cables,
    Ints,
    Parts,
    Scheme,
    TooLarge,
    count_up,
    host_rows,
    switch_block,
)
from easterly.site.blueprints.stock import Stock
from easterly.site.blueprints.two_tier import hosts_per_leaf, too_fast
from easterly.site.blueprints.wiring import host_cables

GATES = 2
"""Switches that border routers are joined to: neighbours, so that no way between others leads through a border."""


@dataclass(frozen=True, slots=True)
class Plant:
    """Switches that all hold hosts, before they are joined.

    Attributes
    ----------
    spec : Direct
    host : HostType
    model : SwitchType
    switches : int
    per_switch : int
        Hosts on one switch.
    scaleup_bps : float [bit/s]
    """

    spec: Direct
    host: HostType
    model: SwitchType
    switches: int
    per_switch: int
    scaleup_bps: float

    def between(self, lower: Ints, upper: Ints, lower_port: Ints, upper_port: Ints, length_m: float) -> Cables:
        """Cables between switches; ports are counted from 0 behind those of the hosts."""
        if len(lower) > MOST:
            raise TooLarge(len(lower), "cables")
        first = self.spec.down + 1
        rate_bps = self.model.rate if self.spec.rate is None else self.spec.rate
        return Cables(LinkKind.FABRIC, lower, upper, first + lower_port, first + upper_port, rate_bps, length_m)

    def parts(self, names: Sequence[str], cables: Sequence[Cables], scheme: Scheme, pod_size: int = 0) -> Parts:
        """The fabric; `pod_size` switches make a pod, if there are pods."""
        spec, host = self.spec, self.host
        switch, rank = count_up(self.switches, "switches"), count_up(spec.hosts.count, "hosts")
        pods = switch // pod_size if pod_size else -1
        block = switch_block(names, "leaf", 1, self.model, su=switch, pod=pods)
        at = rank // self.per_switch
        hosts = host_rows(
            spec.name, spec.hosts.count, host, self.scaleup_bps, su=at, pod=at // pod_size if pod_size else -1
        )
        each, nic = self.per_switch * host.nics, count_up(spec.hosts.count * host.nics, "interfaces")
        rate_bps = min(host.nic_rate, self.model.rate)
        down = host_cables(nic // each, nic % each + 1, nic % host.nics, rate_bps, spec.cables.host)
        top = np.arange(min(GATES, self.switches), dtype=np.int64)
        return Parts((block,), hosts, (down, *cables), top=top, scheme=scheme)


def plant(spec: Direct, stock: Stock, switches: int, degree: int, words: str) -> Plant:
    """Switches with their hosts, checked against ports and rates.

    Parameters
    ----------
    spec : Direct
    stock : Stock
    switches : int
    degree : int
        Ports of every switch towards other switches.
    words : str
        What they are for, for the message.

    Raises
    ------
    FindingsError
        E211 unknown model, E401 too few ports, E403 too many hosts, E404 a host larger than a switch, E410 no port
        for the border, E416 links faster than ports.
    """
    at, host = spec.origin, stock.host(spec.hosts, spec.origin)
    model = stock.switch(spec.switch, f"{at}/switch")
    if spec.rate is not None and spec.rate > model.rate:
        refuse(too_fast(f"{at}/rate", "links", spec.rate, "switch", model))
    per_switch = hosts_per_leaf(f"{at}/down", spec.down, host.nics, host, what="down")
    _check_ports(spec, model, stock.borders, degree, words)
    if spec.hosts.count > switches * per_switch:
        text = f"{switches} switches x {per_switch} hosts hold {switches * per_switch}; there are {spec.hosts.count}"
        more = -(-spec.hosts.count // switches) * host.nics
        refuse(full(f"{at}/hosts/count", text, f"raise down to {more} ports, or build more switches"))
    return Plant(spec, host, model, switches, per_switch, stock.scaleup_bps(host))


def _check_ports(spec: Direct, model: SwitchType, borders: int, degree: int, words: str) -> None:
    used, uses = spec.down + degree, f"{spec.down} down + {degree} {words}"
    if used > model.ports:
        rest = model.ports - degree
        hint = f"lower down to {rest}, or use a switch with {used} ports" if rest > 0 else "use a larger switch"
        refuse(too_many_ports(spec.origin, "switch", uses, used, model.ports, hint))
    if used + borders > model.ports:
        text = f"a switch uses {uses} ports and {borders} for border routers, and has {model.ports}"
        hint = f"use a switch with {used + borders} ports, or lower down to {max(model.ports - degree - borders, 1)}"
        refuse(Finding("E410", spec.origin, text, hint, on_key=True))
