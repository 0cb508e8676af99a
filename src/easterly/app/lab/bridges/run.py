"""A plan on bridges from beginning to end: rendered, built, held against its files, taken down."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from easterly.app.lab import outcome, reach
from easterly.app.lab.bridges import switch, trial
from easterly.app.lab.build import running
from easterly.app.lab.measure.trial import Unmeasured
from easterly.app.lab.measure.within import Within
from easterly.app.lab.run import Run, scaled, told
from easterly.app.lab.running import Running
from easterly.app.lab.spaces import LabError, missing
from easterly.config import ovs
from easterly.config.ovs.bridge import Bridge
from easterly.model.outcome import DeviceConfigs
from easterly.model.spec.site import Site
from easterly.study.nouns import Nouns
from easterly.study.rendering import rendered, sources

OVS = "ovs"


def run(
    site: Site, *, nouns: Nouns | None = None, scale: float | None = None, measure: bool = True, keep: bool = False,
    source: str = "", said: Callable[[str], None] = lambda stage: None,
) -> Run:  # fmt: skip
    """Run the plan of a site on this machine, with a bridge of Open vSwitch for each switch.

    Flows and groups are those of ``easterly render --target ovs``, unchanged. Switches whose datapath is the kernel's
    are rendered for the one in user space, which any machine has.

    Parameters
    ----------
    site : Site
    nouns : Nouns, optional
        What was already made of this site.
    scale : float, optional
        What all rates are divided by; what gives the fastest link 100 Mb/s if absent.
    measure : bool
        Also send flows, let a port fail, and hold groups to their buckets.
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
    reason = missing("tc") or switch.impossible()
    if reason:
        raise LabError(reason)
    own = nouns if nouns.site == in_user_space(site) else Nouns(in_user_space(site))
    given = sources(own, [OVS])
    if given.forwarding is None:
        raise LabError("the site has no forwarding for bridges")
    bridges = list(ovs.bridges(given.site, given.network, given.sheet, given.qos, given.forwarding))
    files = DeviceConfigs((*own.configs.value.artifacts, *rendered(own, [OVS])[OVS]))
    with running(
        given.network, given.address, replace(own.configs.value, artifacts=files.artifacts), scale=factor,
        site=source, keep=keep, said=said,
    ) as lab:  # fmt: skip
        agreed = _agreed(lab, bridges, site.seed, said)
        found, left = _measured(lab, bridges, said) if measure else ([], [])
    return told(lab, [*agreed, *found], left, keep)


def in_user_space(site: Site) -> Site:
    """The site with every bridge's datapath in user space."""
    models = {
        name: model.model_copy(update={"datapath": "userspace"}) for name, model in site.hardware.switches.items()
    }
    return site.model_copy(update={"hardware": site.hardware.model_copy(update={"switches": models})})


def _agreed(lab: Running, bridges: list[Bridge], seed: int, said: Callable[[str], None]) -> list[Within]:
    """Files that are loaded, and hosts that reach each other."""
    begin = time.monotonic()
    made = trial.loaded(lab, bridges)
    lab.seconds["flows"], begin = time.monotonic() - begin, time.monotonic()
    said("hosts to hosts")
    for size_B in (0, lab.host_mtu_B):
        made += outcome.of_reach(reach.reached(lab, seed=seed, size_B=size_B), size_B)
    lab.seconds["reach"] = time.monotonic() - begin
    return made


def _measured(
    lab: Running, bridges: list[Bridge], said: Callable[[str], None]
) -> tuple[list[Within], list[Unmeasured]]:
    """Groups that share, and go without a port that is down."""
    said("groups")
    begin = time.monotonic()
    found = trial.cases(lab, bridges)
    made = [row for case in found for row in trial.shared(lab, case)]
    around = trial.detours(lab, bridges, found)
    made += [row for each in around for row in trial.detoured(lab, each)]
    lab.seconds["groups"] = time.monotonic() - begin
    left = [] if found else [Unmeasured("groups", "no switch with hosts has several ways to other hosts")]
    left += [] if around else [Unmeasured("detours", "no switch on these ways has one around a port")]
    return made, left
