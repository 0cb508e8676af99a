"""What one set of links that are down does: jobs formed, routed and predicted anew, intents decided, GPUs counted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np

from easterly import predict, route
from easterly.base.columns import BoolColumn, FloatColumn, IntColumn, bools, floats, ints, ratio
from easterly.model.damage import Effect
from easterly.model.demand import DemandSet
from easterly.model.outcome import Prediction, Status, Verdict
from easterly.model.routing import Routing
from easterly.model.spec.job import Checkpoint
from easterly.model.spec.site import Site
from easterly.study import traffic
from easterly.study.nouns import Nouns
from easterly.verify import Case, Evidence, decide

Hashing = Literal["mean", "even"]
DECIDED = ("step_time", "utilisation", "oversubscription")
"""Kinds of intents that depend on what is up, and are decided at once."""


class States:
    """Works out what is left of a site in any state, and compares it with the site when nothing is down.

    Parameters
    ----------
    nouns : Nouns
    """

    def __init__(self, nouns: Nouns) -> None:
        self.nouns = nouns
        self.network = nouns.network.value
        self.whole = nouns.demands.value
        self.jobs = tuple(self.whole.work.name[self.whole.work.kind == "job"].tolist())
        self._healthy: dict[Hashing, tuple[Prediction, dict[str, Status]]] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.nouns.site,)

    def effect(self, down: IntColumn, hashing: Hashing = "mean") -> Effect:
        """What some links do that are down.

        Parameters
        ----------
        down : (K,) int
            Links.
        hashing : {"mean", "even"}
            Connections on paths by hash, in the mean over seeds as in a plan, or split evenly.
        """
        case, demands, _ = self.case(down, hashing)
        before, held = self._before(hashing)
        pace = self._pace(case, demands, before)
        verdicts = [(v.intent, v.status) for v in self._verdicts(case)]
        cut = np.bincount(self.network.links.src, case.alive, len(self.network.nodes)) == 0
        anew = self._formed_anew(cut, case)
        gone = [name for name, status in verdicts if status is Status.FAIL and held[name] is not Status.FAIL]
        open_ = [name for name, status in verdicts if status is Status.UNPROVEN and held[name] is Status.PASS]
        stuck = np.isin(self.jobs, case.stranded)
        found = case.prediction
        low, step, high = (
            floats(np.where(stuck, np.inf, column))
            for column in (found.step_low_s, found.step_expected_s, found.step_high_s)
        )
        left = demands.work.gpus[demands.work.kind == "job"]
        return Effect(
            low, step, high, pace, anew, ints(left), tuple(f"{ref.kind} {ref.id}" for ref in found.bottleneck),
            self._lost_gpus(pace, cut, case.stranded), self._restart_gpu_s(anew), case.stranded, tuple(gone),
            tuple(open_),
        )  # fmt: skip

    def case(self, down: IntColumn, hashing: Hashing) -> tuple[Case, DemandSet, Routing]:
        """What is left when some links are down: the case, what is sent, and where it goes."""
        network, seed = self.network, self.nouns.site.seed
        up = np.ones(len(network.links), dtype=np.bool_)
        up[down] = False
        alive = bools(up)
        demands = self.nouns.after(alive) if len(down) else self.whole
        if hashing == "even":
            routing = _even(route.solve(network, demands, seed=seed, alive=alive, draws=1))
        else:
            routing = traffic.route_one(network, demands, seed, alive)
        alone = predict.transfers(demands, routing.paths, network.links.capacity_bps)
        prediction = predict.predict(network, demands, routing, alone)
        loads = predict.link_loads(network, demands, routing, prediction, alone)
        stranded = traffic.stranded(network, demands, routing)
        return Case("it", prediction, loads, alive, stranded), demands, routing

    def _before(self, hashing: Hashing) -> tuple[Prediction, dict[str, Status]]:
        """Step times and verdicts with nothing down."""
        if hashing not in self._healthy:
            whole = self.case(ints([]), hashing)[0]
            self._healthy[hashing] = whole.prediction, {v.intent: v.status for v in self._verdicts(whole)}
        return self._healthy[hashing]

    def _pace(self, case: Case, demands: DemandSet, before: Prediction) -> FloatColumn:
        """(J,) tokens per second over those of the healthy site."""
        whole, work = self.whole.work, demands.work
        was = whole.tokens[whole.kind == "job"] / before.step_expected_s
        now = work.tokens[work.kind == "job"] / case.prediction.step_expected_s
        return floats(np.where(np.isin(self.jobs, case.stranded), 0.0, ratio(floats(now), floats(was))))

    def _formed_anew(self, cut: BoolColumn, case: Case) -> BoolColumn:
        hosts, network = self.nouns.placement.value.hosts, self.network
        lost = np.unique(network.node_host[cut & (network.node_host >= 0)])
        hit = [bool(np.isin(hosts[name], lost).any()) and name not in case.stranded for name in self.jobs]
        return bools(np.array(hit, dtype=np.bool_))

    def _lost_gpus(self, pace: FloatColumn, cut: BoolColumn, stranded: tuple[str, ...]) -> float:
        """GPUs whose work is not done; of a service without a path, those behind the interfaces that are cut."""
        work, network = self.whole.work, self.network
        gpus = dict(zip(work.name.tolist(), work.gpus.tolist(), strict=True))
        slow = sum(gpus[name] * max(0.0, 1 - share) for name, share in zip(self.jobs, pace.tolist(), strict=True))
        for name in stranded:
            if name not in self.jobs and name in gpus:
                hosts = self.nouns.placement.value.hosts.get(name, ints([]))
                nics = [node for host in hosts.tolist() for node in network.hosts.nics(host).tolist()]
                behind = float(cut[nics].mean()) if nics else 0.0
                slow += gpus[name] * (behind or 1.0)
        return float(slow)

    def _restart_gpu_s(self, anew: BoolColumn) -> float:
        """What starting again costs: the restart, and half the time between checkpoints."""
        work, total = self.whole.work, 0.0
        for row in np.flatnonzero(np.isin(work.name, [n for n, new in zip(self.jobs, anew, strict=True) if new])):
            saved = self.nouns.site.jobs[str(work.name[row])].checkpoint or Checkpoint()
            total += float(work.gpus[row]) * (saved.restart + float(work.checkpoint_every_s[row]) / 2)
        return total

    def _verdicts(self, case: Case) -> tuple[Verdict, ...]:
        nouns = self.nouns
        asked = {name: intent for name, intent in nouns.site.intents.items() if intent.kind in DECIDED}
        evidence = Evidence(
            site=nouns.site.model_copy(update={"intents": asked}), network=self.network, bill=nouns.bill.value,
            address=nouns.address.value, work=self.whole.work, classes=self.whole.classes,
            under=lambda intent: (case,),
        )  # fmt: skip
        return decide(evidence)


def _again(site: Site) -> States:
    return States(Nouns(site))


def _even(routing: Routing) -> Routing:
    """A routing whose connections are split evenly: no luck, good or bad."""
    spread = routing.spread
    return replace(routing, spread=replace(spread, mean_s=spread.even_s, p95_s=spread.even_s), uplinks=None)
