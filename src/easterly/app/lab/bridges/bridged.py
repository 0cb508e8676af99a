"""Labs whose switches are bridges of Open vSwitch: rendered for this machine, held against their files, measured."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from easterly.app.lab.bridges import interrupted, switch, trial, ways
from easterly.app.lab.bridges.trial import Case
from easterly.app.lab.measure import stages as ring
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
STAGES = ("ways", "all_reduce", "failover")
"""Of those of routers."""
ALONE = "no switch with hosts has several ways to other hosts"
UNKNOWN = "this Open vSwitch hashes otherwise than by MurmurHash3, so that nobody can say which ports a flow uses"


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
    """Files that are loaded, and sessions of BFD, which are all that bridges have to say to each other."""
    begin, bridges = time.monotonic(), _bridges(nouns)
    made = trial.loaded(lab, bridges) + trial.watched(lab, bridges, wait_s)
    lab.seconds["flows"] = time.monotonic() - begin
    return made


def measured(lab: Running, nouns: Nouns, stages: Sequence[str], said: Callable[[str], None]) -> Measured:
    """Groups that share, and go without a port that is down; an all-reduce; interruptions."""
    bridges = _bridges(nouns)
    found = trial.cases(lab, bridges)
    known = [ways.computable(lab, case.bridge, case.group.number, case.flows[0]) for case in found[:1]]
    own = _Trial(lab, bridges, found, any(known))
    for stage in (stage for stage in STAGES if stage in stages):
        said(stage)
        begin = time.monotonic()
        try:
            getattr(own, stage)()
        except (LabError, ValueError, OSError) as error:
            own.unmeasured.append(Unmeasured(stage, str(error)))
        lab.seconds[stage] = time.monotonic() - begin
    return Measured(tuple(own.compared), tuple(own.unmeasured))


@dataclass(slots=True)
class _Trial:
    """A lab of bridges, groups to try, and what has been found."""

    lab: Running
    bridges: Sequence[Bridge]
    cases: Sequence[Case]
    known: bool
    """Whether buckets can be computed."""
    compared: list[Within] = field(default_factory=list)
    unmeasured: list[Unmeasured] = field(default_factory=list)

    def ways(self) -> None:
        """Flows by bucket, and around ports that are down."""
        if not self.cases:
            raise LabError(ALONE)
        for case in self.cases:
            self.compared += trial.shared(self.lab, self.bridges, case, self.known)
        around = trial.detours(self.lab, self.bridges, self.cases)
        for each in around:
            self.compared += trial.detoured(self.lab, self.bridges, each)
        if not around:
            self.unmeasured.append(Unmeasured("detours", "no switch on these ways has one around a port"))

    def all_reduce(self) -> None:
        """A ring over some hosts."""
        own = ring.ring_ports(self.lab)
        if any(bridge.groups for bridge in self.bridges) and not self.known:
            raise LabError(UNKNOWN)
        made = ways.fabric(self.lab, self.bridges, ring.ring_flows(own))
        self.compared += ring.all_reduce(self.lab, made, own)

    def failover(self) -> None:
        """Flows while a port is down, and while a cable is silent."""
        if not self.cases:
            raise LabError(ALONE)
        if not self.known:
            raise LabError(UNKNOWN)
        self.compared += interrupted.interruptions(self.lab, self.bridges, self.cases[0])


def _bridges(nouns: Nouns) -> list[Bridge]:
    given = sources(nouns, [OVS])
    if given.forwarding is None:
        raise LabError("the site has no forwarding for bridges")
    return list(ovs.bridges(given.site, given.network, given.sheet, given.qos, given.forwarding))
