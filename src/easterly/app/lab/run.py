"""A plan in a lab from beginning to end: built, watched until it agrees, measured, taken down."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from easterly.app.lab import converge, outcome, preflight, reach, routes, tunnels
from easterly.app.lab.build import running
from easterly.app.lab.cables import cables, crowded, misfits, usual_scale
from easterly.app.lab.measure.trial import STAGES, Unmeasured, tried
from easterly.app.lab.measure.within import Within
from easterly.app.lab.routes import Table
from easterly.app.lab.running import Running
from easterly.app.lab.spaces import LabError
from easterly.app.lab.substituted import Substitution, substituted
from easterly.base.schema import Doc, Unit
from easterly.model.network import Network
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


def run(
    site: Site, *, nouns: Nouns | None = None, scale: float | None = None, wait_s: float = 60.0,
    stages: Sequence[str] = STAGES, keep: bool = False, source: str = "",
    said: Callable[[str], None] = lambda stage: None,
) -> Run:  # fmt: skip
    """Run the plan of a site on this machine: FRR, the Linux kernel, a network namespace for each node.

    Parameters
    ----------
    site : Site
    nouns : Nouns, optional
        What was already made of this site.
    scale : float, optional
        What all rates are divided by; what gives the fastest link 100 Mb/s if absent.
    wait_s : float [s]
        Within which routers have to agree.
    stages : sequence of str
        What is measured when routers agree, of `STAGES`; none if empty.
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
        The lab cannot have so many nodes, or such rates.
    LabError
        This machine cannot run it, and the message says why.
    """
    nouns = nouns or Nouns(site)
    factor = scaled(nouns.network.value, scale)
    reason = preflight.impossible()
    if reason:
        raise LabError(reason)
    own = nouns.network.value, nouns.address.value, nouns.configs.value
    with running(*own, scale=factor, site=source, keep=keep, said=said) as lab:
        wanted = routes.planned(lab.network, lab.address, nouns.policy.value)
        agreed = _agreed(lab, wanted, nouns, wait_s, said)
        policy, qos = nouns.policy.value, nouns.qos.value
        found = tried(lab, wanted, policy, qos, nouns.site, stages=stages, said=said)
    return told(lab, [*agreed, *found.compared], found.unmeasured, keep)


def scaled(network: Network, given: float | None) -> float:
    """What all rates are divided by.

    Raises
    ------
    ValueError
        There are too many nodes, or a rate that no queue of this machine can have.
    """
    try:
        factor = usual_scale(network) if given is None else given
        wrong = crowded(network) or misfits(cables(network, factor))
    except LabError as error:
        wrong = str(error)
    if wrong:
        raise ValueError(wrong)
    return factor


def _agreed(
    lab: Running, wanted: Mapping[str, Table], nouns: Nouns, wait_s: float, said: Callable[[str], None]
) -> list[Within]:
    """What routers and hosts show by themselves, one stage after the other."""
    begin = time.monotonic()
    left = converge.routed(lab, wanted, seconds=wait_s, said=said)
    anew = tunnels.waited(lab, seconds=wait_s, said=said)
    if anew:
        lab.repairs.append(f"BGP was begun anew on {', '.join(anew)}: FRR had lost neighbours behind tunnels")
        left = converge.routed(lab, wanted, seconds=wait_s, said=said)
    made = [*outcome.of_routes(wanted, left), outcome.of_strangers(routes.strangers(lab, wanted))]
    lab.seconds["routes"], begin = time.monotonic() - begin, time.monotonic()
    made += outcome.of_tunnels(tunnels.seen(lab))
    made += outcome.of_sessions(converge.watched(lab, seconds=wait_s))
    lab.seconds["sessions"], begin = time.monotonic() - begin, time.monotonic()
    said("hosts to hosts")
    for size_B in (0, lab.host_mtu_B):
        made += outcome.of_reach(reach.reached(lab, seed=nouns.site.seed, size_B=size_B), size_B)
    lab.seconds["reach"] = time.monotonic() - begin
    return made


def told(lab: Running, compared: Sequence[Within], left: Sequence[Unmeasured], kept: bool) -> Run:
    """What a lab that is gone, or goes on, was found to do."""
    return Run(
        lab.name, kept, lab.scale, lab.routers, lab.hosts, {each.name: each.rate_bps for each in lab.cables},
        substituted(lab), tuple(lab.repairs), tuple(compared), tuple(left), dict(lab.seconds),
    )  # fmt: skip
