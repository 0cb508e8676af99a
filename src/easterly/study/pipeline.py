"""The plan: every verb in order, each a content-addressed stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from easterly import address, config, demand, predict, qos, verify
from easterly.base.findings import Finding, FindingsError
from easterly.model import store
from easterly.model.address import AddressPlan
from easterly.model.demand import DemandSet
from easterly.model.network import Network
from easterly.model.outcome import Bill, DeviceConfigs, Plan, Prediction, QosPlan
from easterly.model.routing import LinkLoads, Routing
from easterly.model.spec.site import Site
from easterly.site import blueprints
from easterly.study import bill, traffic
from easterly.study.check import check, errors
from easterly.study.conditions import Conditions
from easterly.study.stages import Held, Stages


def plan(site: Site, *, stages: Stages | None = None, findings: Sequence[Finding] | None = None) -> Plan:
    """Plan a site: addresses, traffic, paths, queues, step times, configuration, verdicts.

    Parameters
    ----------
    site : Site
    stages : Stages, optional
        Remembers results between calls; without it everything is computed.
    findings : sequence of Finding, optional
        Findings already made (and located) by `easterly.study.check`; made here if absent.

    Returns
    -------
    Plan

    Raises
    ------
    FindingsError
        The site has error findings: no plan is made from a site that is wrong.
    """
    found = tuple(findings) if findings is not None else check(site)
    if errors(found):
        raise FindingsError(errors(found))
    return _Planning(site, stages or Stages()).plan(found)


class _Planning:
    """One run of the pipeline. Each method is a stage, and what it reads stands in its second argument."""

    def __init__(self, site: Site, stages: Stages) -> None:
        self.site = site
        self.stages = stages
        self.text = site.model_dump(mode="json", by_alias=True)

    def plan(self, findings: tuple[Finding, ...]) -> Plan:
        network = self.network()
        demands, routing = self.traffic(network)
        prediction = self.prediction(network, demands, routing)
        loads = self.loads(network, demands, routing, prediction)
        numbers, costs, queues = self.address(network, demands), self.bill(network), self.qos()
        made = Plan(
            site=self.site, network=network.value, bill=costs.value, address=numbers.value, demands=demands.value,
            routing=routing.value, loads=loads.value, qos=queues.value, prediction=prediction.value,
            configs=self.configs(network, numbers, queues, demands, costs), verdicts=(), findings=findings,
            provenance=provenance(self.text, self.site),
        )  # fmt: skip
        return self.judged(made)

    def part(self, *names: str) -> dict[str, Any]:
        """Parts of the site file, in plain values."""
        return {name: self.text[name] for name in names}

    def network(self) -> Held[Network]:
        reads = self.part("site", "hardware", "fabrics", "wan")
        return self.stages.run("network", (reads,), lambda: blueprints.build(self.site))

    def traffic(self, network: Held[Network]) -> tuple[Held[DemandSet], Held[Routing]]:
        """Demand and routing, job by job, so that a changed job leaves the others alone."""
        placed = demand.place(self.site, network.value)
        demands, routings = [], []
        for name in sorted(placed.hosts):
            wanted = self._demand(network, name, placed.hosts[name])
            demands.append(wanted.value)
            routings.append(self._routing(network, name, wanted).value)
        if not demands:
            demands = [demand.build(self.site, network.value, placed)]
            routings = [traffic.route_one(network.value, demands[0], self.site.seed)]
        joined = demand.join(demands)
        return Held.of(joined), Held.of(traffic.join(routings, demands))

    def _demand(self, network: Held[Network], name: str, hosts: Any) -> Held[DemandSet]:
        spec = self.text["jobs"].get(name, self.text["services"].get(name))
        reads = (network, name, spec, sorted(self.text["classes"]), self.part("hardware", "fabrics"), hosts)
        return self.stages.run(
            f"demand:{name}", reads, lambda: demand.of_work(self.site, network.value, name, hosts)
        )  # fmt: skip

    def _routing(self, network: Held[Network], name: str, wanted: Held[DemandSet]) -> Held[Routing]:
        return self.stages.run(
            f"route:{name}",
            (network, wanted, self.site.seed),
            lambda: traffic.route_one(network.value, wanted.value, self.site.seed),
        )

    def prediction(self, network: Held[Network], demands: Held[DemandSet], routing: Held[Routing]) -> Held[Prediction]:
        return self.stages.run(
            "predict",
            (network, demands, routing),
            lambda: predict.predict(network.value, demands.value, routing.value),
        )

    def loads(
        self, network: Held[Network], demands: Held[DemandSet], routing: Held[Routing], predicted: Held[Prediction]
    ) -> Held[LinkLoads]:
        return self.stages.run(
            "loads",
            (network, demands, routing, predicted),
            lambda: predict.link_loads(network.value, demands.value, routing.value, predicted.value),
        )

    def address(self, network: Held[Network], demands: Held[DemandSet]) -> Held[AddressPlan]:
        work = traffic.placement_only(demands.value.work)
        reads = (network, self.part("addressing", "tenants", "fabrics"), work)
        return self.stages.run("address", reads, lambda: address.plan(self.site, network.value, work))

    def bill(self, network: Held[Network]) -> Held[Bill]:
        return self.stages.run("bill", (network,), lambda: bill.tally(self.site, network.value))

    def qos(self) -> Held[QosPlan]:
        return self.stages.run("qos", (self.part("classes", "hardware"),), lambda: qos.plan(self.site))

    def configs(
        self,
        network: Held[Network],
        numbers: Held[AddressPlan],
        queues: Held[QosPlan],
        demands: Held[DemandSet],
        costs: Held[Bill],
    ) -> DeviceConfigs:
        work = traffic.placement_only(demands.value.work)
        classes = {name: self.text[kind][name]["class"] for kind in ("jobs", "services") for name in self.text[kind]}
        reads = (network, numbers, queues, work, costs, classes, self.part("hardware", "tenants", "site"))
        return self.stages.run(
            "config",
            reads,
            lambda: config.render(self.site, network.value, numbers.value, queues.value, work, costs.value),
        ).value

    def judged(self, made: Plan) -> Plan:
        """The plan with its verdicts."""
        conditions = Conditions(made, self.stages)
        evidence = verify.Evidence(
            site=made.site, network=made.network, bill=made.bill, address=made.address, work=made.demands.work,
            classes=made.demands.classes, under=conditions.of,
        )  # fmt: skip
        self.stages.notify("verify")
        return replace(made, verdicts=verify.decide(evidence))


def provenance(text: dict[str, Any], site: Site) -> dict[str, Any]:
    """What the plan was made from: the digest of the site's content, the seed, the version."""
    return {"easterly": version("easterly"), "seed": site.seed, "site_sha256": store.digest(text)}
