"""What a lab does otherwise than the plan, each with what does its work: said with every result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from easterly.app.lab import hellos
from easterly.app.lab.running import Running
from easterly.base.schema import Doc
from easterly.base.units import TIME, format_short


@dataclass(frozen=True, slots=True)
class Substitution:
    """Something that the plan wants and the lab has not, and what does its work there."""

    lacking: Annotated[str, Doc("What there is none of.")]
    instead: Annotated[str, Doc("What there is in its place.")]


SHORT_S = 100e-6
"""Delays below are lost among those of this machine."""


def substituted(lab: Running) -> tuple[Substitution, ...]:
    """Everything that a lab has in the place of something else.

    Parameters
    ----------
    lab : Running

    Returns
    -------
    tuple of Substitution
    """
    return tuple(_substituted(lab))


def _substituted(lab: Running) -> Iterator[Substitution]:
    whose = " of hosts" if lab.bridged else ""
    yield Substitution("networkd in a namespace", f"the rendered netplan text{whose}, carried out by ip")
    yield Substitution("search for duplicate addresses", "trust in the plan: accept_dad=0 on every interface")
    yield from _bridged() if lab.bridged else _routed(lab)
    longest_s = float(lab.network.links.delay_s.max(initial=0.0))
    if longest_s > SHORT_S:
        yield Substitution(f"delays of links (up to {format_short(longest_s, TIME)})", "none but this machine's")


def _routed(lab: Running) -> Iterator[Substitution]:
    yield Substitution(
        "the planned queues of ports", "two for each: routing protocols (CS6) first, then everything else"
    )
    if lab.homes:
        yield Substitution(
            "VRF devices", "a namespace for each tenant and switch, which FRR takes for its VRF (zebra -n)"
        )
    if any(file.path.startswith("anycast/") for file in lab.configs.artifacts):
        yield Substitution("watchers of anycast services", "nobody: their addresses are not announced, nor asked for")
    if any(hellos.quick(lab.text(f"frr/{node}.conf")) for node in lab.routers):
        yield Substitution(
            "OSPF's usual hellos, every 10 s",
            "hellos every second, so that routers soon know each other; dead after 40 s",
        )


def _bridged() -> Iterator[Substitution]:
    yield Substitution("Open vSwitch's datapath in the kernel", "the one in user space, which ignores queues of flows")
    yield Substitution("checksums by the network card", "checksums by the kernel of each host")
