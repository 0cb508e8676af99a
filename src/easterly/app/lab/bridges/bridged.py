"""Labs whose switches are bridges of Open vSwitch: rendered for this machine, held against their files, measured."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from easterly.app.lab.bridges import switch, trial
from easterly.app.lab.measure.trial import Measured, Unmeasured
from easterly.app.lab.measure.within import Within
from easterly.app.lab.running import Running
from easterly.app.lab.spaces import LabError, missing
from easterly.config import ovs
from easterly.config.ovs.bridge import Bridge
from easterly.model.outcome import DeviceConfigs
from easterly.model.spec.site import Site
from easterly.study.nouns import Nouns
from easterly.study.rendering import rendered, sources

OVS = "ovs"


def impossible() -> str:
    """Why there can be no such lab here; empty if there can."""
    return missing("tc") or switch.impossible()


def fitted(nouns: Nouns) -> Nouns:
    """The site with every datapath in user space, which any machine has."""
    own = in_user_space(nouns.site)
    return nouns if nouns.site == own else Nouns(own)


def in_user_space(site: Site) -> Site:
    """The site with every bridge's datapath in user space."""
    models = {
        name: model.model_copy(update={"datapath": "userspace"}) for name, model in site.hardware.switches.items()
    }
    return site.model_copy(update={"hardware": site.hardware.model_copy(update={"switches": models})})


def files(nouns: Nouns) -> DeviceConfigs:
    """What the nodes are given: flows and groups are those of ``easterly render --target ovs``, unchanged."""
    return DeviceConfigs((*nouns.configs.value.artifacts, *rendered(nouns, [OVS])[OVS]))


def agreed(lab: Running, nouns: Nouns, wait_s: float, said: Callable[[str], None]) -> list[Within]:
    """Files that are loaded: nobody has to wait until bridges agree."""
    begin = time.monotonic()
    made = trial.loaded(lab, _bridges(nouns))
    lab.seconds["flows"] = time.monotonic() - begin
    return made


def measured(lab: Running, nouns: Nouns, stages: Sequence[str], said: Callable[[str], None]) -> Measured:
    """Groups that share, and go without a port that is down."""
    said("groups")
    begin, bridges = time.monotonic(), _bridges(nouns)
    found = trial.cases(lab, bridges)
    made = [row for case in found for row in trial.shared(lab, case)]
    around = trial.detours(lab, bridges, found)
    made += [row for each in around for row in trial.detoured(lab, each)]
    lab.seconds["groups"] = time.monotonic() - begin
    left = [] if found else [Unmeasured("groups", "no switch with hosts has several ways to other hosts")]
    left += [] if around else [Unmeasured("detours", "no switch on these ways has one around a port")]
    return Measured(tuple(made), tuple(left))


def _bridges(nouns: Nouns) -> list[Bridge]:
    given = sources(nouns, [OVS])
    if given.forwarding is None:
        raise LabError("the site has no forwarding for bridges")
    return list(ovs.bridges(given.site, given.network, given.sheet, given.qos, given.forwarding))
