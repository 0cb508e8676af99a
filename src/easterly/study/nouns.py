"""The nouns of one site, each made when first asked for, each a content-addressed stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from easterly import address, config, demand, predict, qos, route
from easterly.base.columns import BoolColumn, IntColumn
from easterly.base.findings import Finding, FindingsError
from easterly.demand.checks import time as time_checks
from easterly.demand.time.profile import profiles
from easterly.model.address import AddressPlan
from easterly.model.as_hops import AsHops
from easterly.model.demand import DemandSet, Figures, Placement
from easterly.model.isolation import Isolation
from easterly.model.network import Network
from easterly.model.outcome import Bill, DeviceConfigs, Prediction
from easterly.model.qos import QosPlan
from easterly.model.routing import LinkLoads, Paths, Policy, Routing, Spread
from easterly.model.series import Outlook
from easterly.model.serving import Services
from easterly.model.spec.site import Site, refuse_others
from easterly.predict.transfers import Transfers
from easterly.site import blueprints
from easterly.study import bill, outlook, tenancy, traffic
from easterly.study.stages import Held, Stages

WORKS = ("jobs", "services", "traffic")
"""Maps of the site file whose objects send something."""


class Nouns:
    """Everything that can be computed from a site; what a stage reads stands in its second argument.

    Rules and the plan share one object, so that nothing is made twice.

    Parameters
    ----------
    site : Site
    stages : Stages, optional
        Remembers results between runs; keeps nothing if absent.
    previous : AddressPlan, optional
        An earlier plan, whose numbers stay.

    Raises
    ------
    TypeError
        What is given is no site.
    """

    def __init__(self, site: Site, stages: Stages | None = None, previous: AddressPlan | None = None) -> None:
        refuse_others(site)
        self.site = site
        self.stages = stages or Stages()
        self.text: dict[str, Any] = site.model_dump(mode="json", by_alias=True)
        self.previous = previous

    def part(self, *names: str) -> dict[str, Any]:
        """Parts of the site file, in plain values."""
        return {name: self.text[name] for name in names}

    @cached_property
    def network(self) -> Held[Network]:
        """All fabrics and the WAN."""
        reads = self.part("site", "hardware", "fabrics", "wan")
        return self.stages.run("network", (reads,), lambda: blueprints.build(self.site))

    def on(self, placement: Placement) -> Nouns:
        """The same site and network with works on other hosts."""
        other = Nouns(self.site, self.stages)
        other.__dict__.update(network=self.network, placement=Held.of(placement))
        return other

    @cached_property
    def placement(self) -> Held[Placement]:
        """Hosts of each job and service."""
        return Held.of(demand.place(self.site, self.network.value))

    @cached_property
    def _parts(self) -> dict[str, Held[DemandSet]]:
        """Demand of each job and service alone, so that a changed one leaves the others as they are."""
        hosts = self.placement.value.hosts
        return {name: self._demand(name, hosts) for name in demand.names(self.site, hosts)}

    def _demand(self, name: str, placed: Mapping[str, IntColumn]) -> Held[DemandSet]:
        """Demand of one work; it reads itself and the works that it sends to, and the hosts of all of them."""
        ends = (name, *demand.partners(self.site, name))
        hosts = {end: placed[end] for end in ends if end in placed}
        reads = (
            self.network, [self._text_of(end) for end in ends], sorted(self.text["classes"]),
            self.part("hardware", "fabrics"), sorted(hosts), *(hosts[end] for end in sorted(hosts)),
        )  # fmt: skip
        return self.stages.run(
            f"demand:{name}", reads, lambda: demand.of_work(self.site, self.network.value, name, hosts)
        )

    def _text_of(self, name: str) -> Any:
        """What the file says of a work; nothing for the name of a place."""
        return next((self.text[kind][name] for kind in WORKS if name in self.text[kind]), None)

    @cached_property
    def demands(self) -> Held[DemandSet]:
        """Everything that the network is asked to carry."""
        if not self._parts:
            return Held.of(demand.build(self.site, self.network.value, self.placement.value))
        return Held.of(demand.join([part.value for part in self._parts.values()]))

    def after(self, alive: BoolColumn) -> DemandSet:
        """What the network is asked to carry when some links are down, jobs formed anew around them."""
        parts = {name: part.value for name, part in self._parts.items()}
        if not parts:
            return self.demands.value
        return demand.again(self.site, self.network.value, self.placement.value.hosts, parts, alive)

    @cached_property
    def policy(self) -> Held[Policy]:
        """How paths are chosen."""
        hashes = {name: fabric.hash for name, fabric in sorted(self.site.fabrics.items()) if fabric.hash}
        reads = (self.network, self.site.seed, {name: given.model_dump(mode="json") for name, given in hashes.items()})
        return self.stages.derive(
            "policy", reads, lambda: route.policy_of(self.network.value, seed=self.site.seed, hashes=hashes)
        )

    @cached_property
    def paths(self) -> Held[Paths]:
        """Shares of every flow on every link: of a large site hundreds of megabytes, found as fast as read."""
        flows = self.demands.value.flows
        reads = (self.network, self.policy, flows.src, flows.dst)
        return self.stages.derive("paths", reads, lambda: route.paths_of(self.network.value, flows, self.policy.value))

    @cached_property
    def routing(self) -> Held[Routing]:
        """Where everything goes: paths of all flows, and the spread of hashing owner by owner."""
        wanted = self._parts or {"": self.demands}
        spreads = [self._spreads(name, part) for name, part in wanted.items()]
        return self.stages.derive("route", (self.policy, self.paths, *spreads), lambda: self._routed(spreads))

    def _spreads(self, name: str, wanted: Held[DemandSet]) -> Held[tuple[Spread, Spread]]:
        return self.stages.run(
            f"route:{name}",
            (self.network, self.policy, wanted, self.site.seed),
            lambda: route.spreads_of(self.network.value, wanted.value, self.policy.value, seed=self.site.seed),
        )

    def _routed(self, spreads: Sequence[Held[tuple[Spread, Spread]]]) -> Routing:
        spread, uplinks = traffic.join([part.value for part in spreads])
        paths = self.paths.value
        return Routing(self.policy.value, paths, spread, route.unserved(self.demands.value.flows, paths), uplinks)

    @cached_property
    def _alone(self) -> Transfers:
        """Transfer times of every phase alone; nobody asks if both that read it are kept from another run."""
        return predict.transfers(self.demands.value, self.routing.value.paths, self.network.value.links.capacity_bps)

    @cached_property
    def prediction(self) -> Held[Prediction]:
        """Step time of every job."""
        return self.stages.run(
            "predict",
            (self.network, self.demands, self.routing),
            lambda: predict.predict(self.network.value, self.demands.value, self.routing.value, self._alone),
        )

    @cached_property
    def loads(self) -> Held[LinkLoads]:
        """Mean load of every link, by class."""
        return self.stages.run(
            "loads",
            (self.network, self.demands, self.routing, self.prediction),
            lambda: predict.link_loads(
                self.network.value, self.demands.value, self.routing.value, self.prediction.value, self._alone
            ),
        )

    @cached_property
    def outlook(self) -> Held[Outlook]:
        """Links that growing demand fills; routed and predicted only where something varies or grows."""
        faults, varying = time_checks.faults(self.site), profiles(self.site)
        if faults:
            raise FindingsError(faults)
        if not varying:
            return Held.of(outlook.NOTHING)
        reads = (self.demands, self.routing, self.loads, self.part("profiles"), {n: p.name for n, p in varying.items()})
        return self.stages.run(
            "outlook",
            reads,
            lambda: outlook.outlook(self.demands.value, self.routing.value, self.loads.value, varying),
        )

    @cached_property
    def services(self) -> Held[Services]:
        """Inference services as they run."""
        reads = (self.network, self.part("services", "hardware", "fabrics"))
        return self.stages.run("services", reads, lambda: demand.services(self.site, self.network.value))

    @cached_property
    def figures(self) -> Held[Figures]:
        """Numbers of other traffic besides its flows."""
        hosts = self.placement.value.hosts
        return Held.of(demand.figures(self.site, self.network.value, hosts))

    @cached_property
    def address(self) -> Held[AddressPlan]:
        """Every number handed out."""
        work = traffic.placement_only(self.demands.value.work)
        parts = self.part("addressing", "tenants", "fabrics", "isolation", "wan", "anycast")
        reads = (self.network, parts, work, self.previous)
        return self.stages.run(
            "address", reads, lambda: address.plan(self.site, self.network.value, work, self.previous)
        )

    @cached_property
    def bill(self) -> Held[Bill]:
        """What has to be bought."""
        reads = (self.network, self.part("hardware", "fabrics"))
        return self.stages.run("bill", reads, lambda: bill.tally(self.site, self.network.value))

    @cached_property
    def qos(self) -> Held[QosPlan]:
        """What every port, host and edge is set to."""
        hosts = self.placement.value.hosts
        reads = (
            self.network, self.demands, self.paths, sorted(hosts), *(hosts[name] for name in sorted(hosts)),
            self.part("classes", "qos", "hardware", "tenants", "traffic"),
        )  # fmt: skip
        return self.stages.run(
            "qos",
            reads,
            lambda: qos.plan(self.site, self.network.value, self.demands.value, self.paths.value, hosts),
        )

    @cached_property
    def isolation(self) -> Isolation:
        """What keeps tenants and zones apart."""
        work = traffic.placement_only(self.demands.value.work)
        return address.isolation(self.site, self.address.value, tenancy.shared(self.network.value, work))

    @cached_property
    def hops(self) -> Held[AsHops]:
        """What every link counts for in BGP."""
        reads = (self.network, self.part("fabrics", "wan", "anycast"))
        return self.stages.derive("hops", reads, lambda: route.as_hops(self.site, self.network.value))

    @cached_property
    def configs(self) -> Held[DeviceConfigs]:
        """Every rendered file."""
        work = traffic.placement_only(self.demands.value.work)
        reads = (
            self.network, self.address, self.qos, work, self.bill, self.work_classes, self.hops,
            self.part("site", "hardware", "fabrics", "wan", "addressing", "tenants", "isolation", "anycast"),
        )  # fmt: skip
        return self.stages.run(
            "config",
            reads,
            lambda: config.render(
                self.site,
                self.network.value,
                self.address.value,
                self.qos.value,
                work,
                self.bill.value,
                self.isolation if self.site.isolation else None,
                hops=self.hops.value,
            ),
        )

    @cached_property
    def work_classes(self) -> dict[str, str]:
        """Class of each job, service and traffic."""
        return {f"{kind}/{name}": self.text[kind][name]["class"] for kind in WORKS for name in self.text[kind]}

    @cached_property
    def contradictions(self) -> Held[tuple[Finding, ...]]:
        """What the rendered routers, read back, disagree about; nothing, unless a renderer is wrong."""
        reads = (
            self.configs, self.network, self.address, self.qos, self.work_classes,
            self.part("hardware", "addressing", "tenants", "isolation"),
        )  # fmt: skip
        return self.stages.run(
            "contradictions",
            reads,
            lambda: (
                *config.contradictions(self.configs.value),
                *config.switches.contradictions(self.site, self.network.value, self.qos.value, self.configs.value),
                *config.told.contradictions(self.site, self.network.value, self.qos.value, self.configs.value),
                *config.access.contradictions(
                    self.site, self.network.value, self.address.value, self.isolation, self.configs.value
                ),
            ),
        )
