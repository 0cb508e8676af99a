"""The plan: every verb in order, then the verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from easterly import verify
from easterly.base.findings import Finding, FindingsError
from easterly.model import store
from easterly.model.engineering import Engineering
from easterly.model.isolation import Isolation
from easterly.model.outcome import Verdict
from easterly.model.plan import Plan
from easterly.model.spec.intent import Intent
from easterly.model.spec.site import Site
from easterly.study import standing, tenancy
from easterly.study.check import check, errors
from easterly.study.conditions import Conditions
from easterly.study.engineering import engineer
from easterly.study.nouns import Nouns
from easterly.study.packets import witness
from easterly.study.waiting import waiting


def plan(
    site: Site, *, nouns: Nouns | None = None, findings: Sequence[Finding] | None = None, packets: int = 0,
    connections: int = 0, effort: int = 0,
) -> Plan:  # fmt: skip
    """Plan a site: addresses, traffic, paths, queues, step times, configuration, verdicts.

    Parameters
    ----------
    site : Site
    nouns : Nouns, optional
        What was already made of this site, and where results are kept between runs.
    findings : sequence of Finding, optional
        Findings already made (and located) by `easterly.study.check`; made here if absent.
    packets : int
        Packet-hops that the largest run of a simulation may take, beside what rates say; 0 for none.
    connections : int
        Connections up to which means and worst cases of queues are made; 0 for none.
    effort : int
        What may be spent on failures and other placements (see `easterly.study.standing.effort`); 0 for none.

    Returns
    -------
    Plan

    Raises
    ------
    FindingsError
        The site has error findings: no plan is made from a site that is wrong.
    """
    nouns = nouns or Nouns(site)
    found = tuple(findings) if findings is not None else check(site, nouns)
    if errors(found):
        raise FindingsError(errors(found))
    found = (*found, *nouns.contradictions.value)
    made = Plan(
        site=site,
        network=nouns.network.value,
        bill=nouns.bill.value,
        address=nouns.address.value,
        demands=nouns.demands.value,
        routing=nouns.routing.value,
        loads=nouns.loads.value,
        qos=nouns.qos.value,
        services=nouns.services.value,
        figures=nouns.figures.value,
        prediction=nouns.prediction.value,
        configs=nouns.configs.value,
        verdicts=(),
        findings=found,
        provenance=provenance(nouns.text, site),
        packets=witness(nouns, packets),
        waiting=waiting(nouns, connections),
        damage=standing.damage(nouns, effort),
        placement=standing.placement(nouns, effort),
    )
    conditions = Conditions(made, nouns)
    made = replace(made, engineering=_engineering(made, nouns, conditions))
    return replace(made, verdicts=_verdicts(made, nouns, conditions))


def _engineering(made: Plan, nouns: Nouns, conditions: Conditions) -> tuple[Engineering, ...]:
    """One allocation per intent that asks for it; only what is there where its failures cannot all be tried."""
    return tuple(
        _engineered(made, nouns, conditions, intent)
        for _, intent in sorted(made.site.intents.items())
        if intent.allocate is not None
    )


def _engineered(made: Plan, nouns: Nouns, conditions: Conditions, intent: Intent) -> Engineering:
    reads = (
        nouns.network, nouns.demands, nouns.routing, nouns.prediction, nouns.text["intents"][intent.name],
        nouns.part("classes", "fabrics", "jobs"),
    )  # fmt: skip

    def run() -> Engineering:
        assert intent.allocate is not None
        try:
            situations = conditions.situations(intent)
        except verify.Undecided:
            situations = (conditions.healthy(),)
        return engineer(made.site, made.network, intent.name, intent.allocate, situations)

    return nouns.stages.run(f"allocate:{intent.name}", reads, run).value


def _verdicts(made: Plan, nouns: Nouns, conditions: Conditions) -> tuple[Verdict, ...]:
    nouns.stages.notify("verify")
    evidence = verify.Evidence(
        site=made.site,
        network=made.network,
        bill=made.bill,
        address=made.address,
        work=made.demands.work,
        classes=made.demands.classes,
        under=conditions.of,
        engineering=made.engineering,
        isolation=_as_written(nouns) if _isolates(made.site) else None,
    )
    return verify.decide(evidence)


def _as_written(nouns: Nouns) -> Isolation:
    """What the rendered files say; the plan where a switch has an operating system without access lists."""
    try:
        return tenancy.written(nouns)
    except ValueError:
        return nouns.isolation


def _isolates(site: Site) -> bool:
    return any(intent.isolate is not None for intent in site.intents.values())


def provenance(text: dict[str, Any], site: Site) -> dict[str, Any]:
    """What the plan was made from: the digest of the site's content, the seed, the version."""
    return {"easterly": version("easterly"), "seed": site.seed, "site_sha256": store.digest(text)}
