"""A plan in a lab from beginning to end: built, watched until it agrees, measured, taken down."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, Protocol

from easterly.app.lab import outcome, reach, routed
from easterly.app.lab.bridges import bridged
from easterly.app.lab.build import running
from easterly.app.lab.cables import cables, crowded, misfits, usual_scale
from easterly.app.lab.measure.trial import STAGES, Measured, Unmeasured
from easterly.app.lab.measure.within import Within
from easterly.app.lab.running import Running
from easterly.app.lab.spaces import LabError
from easterly.app.lab.substituted import Substitution, substituted
from easterly.base.schema import Doc, Unit
from easterly.model.network import Network
from easterly.model.outcome import DeviceConfigs
from easterly.model.spec.site import Site
from easterly.study.nouns import Nouns


@dataclass(frozen=True, slots=True)
class Run:
    """What a lab was expected to do, and what it did."""

    lab: Annotated[str, Doc("Its name, which all its namespaces begin with.")]
    kept: Annotated[bool, Doc("Whether it still runs.")]
    scale: Annotated[float, Unit("1"), Doc("What rates of the plan were divided by.")]
    routers: Annotated[tuple[str, ...], Doc("Switches and WAN routers.")]
    hosts: Annotated[tuple[str, ...], Doc("Hosts.")]
    rates_bps: Annotated[Mapping[str, int], Unit("bit/s"), Doc("Of each cable.")]
    substitutions: Annotated[tuple[Substitution, ...], Doc("What this machine lacks, and what did its work.")]
    repairs: Annotated[tuple[str, ...], Doc("What had to be done that no plan has.")]
    comparisons: Annotated[tuple[Within, ...], Doc("Each prediction with its interval, and what was measured.")]
    unmeasured: Annotated[tuple[Unmeasured, ...], Doc("What the site has nothing for, or this machine.")]
    seconds: Annotated[Mapping[str, float], Unit("s"), Doc("How long each stage took.")]

    @property
    def ok(self) -> bool:
        """Whether everything was as predicted."""
        return all(each.ok for each in self.comparisons)


class Switches(Protocol):
    """What a lab is asked for by what its switches are; `routed` and `bridges.bridged` are such."""

    def impossible(self) -> str:
        """Why there can be no such lab here; empty if there can."""

    def fitted(self, nouns: Nouns, /) -> Nouns:
        """The site as this machine can run it."""

    def files(self, nouns: Nouns, /) -> DeviceConfigs:
        """What the nodes are given."""

    def agreed(self, lab: Running, nouns: Nouns, wait_s: float, said: Callable[[str], None], /) -> list[Within]:
        """What switches show by themselves."""

    def measured(self, lab: Running, nouns: Nouns, stages: Sequence[str], said: Callable[[str], None], /) -> Measured:
        """What packets show."""


SWITCHES: Mapping[str, Switches] = {"frr": routed, "ovs": bridged}


def run(
    site: Site, *, switches: Literal["frr", "ovs"] = "frr", nouns: Nouns | None = None, scale: float | None = None,
    wait_s: float = 60.0, stages: Sequence[str] = STAGES, keep: bool = False, source: str = "",
    said: Callable[[str], None] = lambda stage: None,
) -> Run:  # fmt: skip
    """Run the plan of a site on this machine: the Linux kernel, a network namespace for each node.

    Parameters
    ----------
    site : Site
    switches : str
        What switches are: ``frr`` for routers with FRR, ``ovs`` for bridges of Open vSwitch, whose flows and groups
        are those of ``easterly render --target ovs``, with the datapath in user space.
    nouns : Nouns, optional
        What was already made of this site.
    scale : float, optional
        What all rates are divided by; what gives the fastest link 100 Mb/s if absent.
    wait_s : float [s]
        Within which routers have to agree; bridges are not waited for.
    stages : sequence of str
        What is measured when routers agree, of `STAGES`; none if empty. Bridges have stages of their own, which all
        follow if there is any.
    keep : bool
        Leave the lab running.
    source : str
        Site file, for lists of labs.
    said : callable, optional
        Told what is being done.

    Returns
    -------
    Run

    Raises
    ------
    ValueError
        The lab cannot have so many nodes, or such rates; there are no such switches or stages.
    LabError
        This machine cannot run it, and the message says why.
    """
    kind = _known(switches, stages, wait_s)
    nouns = nouns or Nouns(site)
    factor = scaled(nouns.network.value, scale)
    reason = kind.impossible()
    if reason:
        raise LabError(reason)
    nouns = kind.fitted(nouns)
    own = nouns.network.value, nouns.address.value, kind.files(nouns)
    with running(*own, scale=factor, site=source, keep=keep, said=said) as lab:
        compared = [*kind.agreed(lab, nouns, wait_s, said), *_reached(lab, nouns.site.seed, said)]
        found = kind.measured(lab, nouns, stages, said) if stages else Measured((), ())
    return _told(lab, [*compared, *found.compared], found.unmeasured, keep)


def _known(switches: str, stages: Sequence[str], wait_s: float) -> Switches:
    """What a lab of such switches asks for."""
    if not 0 < wait_s < math.inf:
        raise ValueError(f"routers cannot be waited for {wait_s:g} s: give a number of seconds above 0, such as 60")
    if switches not in SWITCHES:
        raise ValueError(f"there are no switches {switches!r}; there are {' and '.join(SWITCHES)}")
    for stage in [stages] if isinstance(stages, str) else stages:
        if stage not in STAGES or isinstance(stages, str):
            raise ValueError(f"stages are a sequence of some of {', '.join(STAGES)}, so there is no {stage!r}")
    return SWITCHES[switches]


def scaled(network: Network, given: float | None) -> float:
    """What all rates are divided by.

    Raises
    ------
    ValueError
        There are too many nodes, or a rate that no queue of this machine can have.
    """
    if given is not None and not 0 < given < math.inf:
        raise ValueError(f"rates cannot be divided by {given:g}: give a number above 0, or none")
    try:
        factor = usual_scale(network) if given is None else given
        wrong = crowded(network) or misfits(cables(network, factor))
    except LabError as error:
        wrong = str(error)
    if wrong:
        raise ValueError(wrong)
    return factor


def _reached(lab: Running, seed: int, said: Callable[[str], None]) -> list[Within]:
    """Hosts that reach each other, with the smallest packets and the largest."""
    said("hosts to hosts")
    begin = time.monotonic()
    made = [
        each for size_B in (0, lab.host_mtu_B)
        for each in outcome.of_reach(reach.reached(lab, seed=seed, size_B=size_B), size_B)
    ]  # fmt: skip
    lab.seconds["reach"] = time.monotonic() - begin
    return made


def _told(lab: Running, compared: Sequence[Within], left: Sequence[Unmeasured], kept: bool) -> Run:
    """What a lab that is gone, or goes on, was found to do."""
    return Run(
        lab.name, kept, lab.scale, lab.routers, lab.hosts, {each.name: each.rate_bps for each in lab.cables},
        substituted(lab), tuple(lab.repairs), tuple(compared), tuple(left), dict(lab.seconds),
    )  # fmt: skip
