"""The plan again under an intent's failures: jobs formed, routed and predicted anew around what is down."""

from __future__ import annotations

import numpy as np

from easterly import predict
from easterly.base.columns import bools, floats
from easterly.model.demand import DemandSet
from easterly.model.plan import Plan
from easterly.model.spec.intent import Failures, Intent
from easterly.study import traffic
from easterly.study.cases import TooManyCases, UnknownElement, failure_cases
from easterly.study.engineering import Situation
from easterly.study.nouns import Nouns
from easterly.verify import Case, Undecided


class Conditions:
    """Evaluates the failure cases that intents ask for, each case once per plan."""

    def __init__(self, plan: Plan, nouns: Nouns) -> None:
        self._plan = plan
        self._nouns = nouns
        self._cases: dict[bytes, Case] = {}
        self._demands: dict[bytes, DemandSet] = {}

    def of(self, intent: Intent) -> tuple[Case, ...]:
        """Every distinct case of the intent's conditions, and the plan itself, where nothing fails.

        Raises
        ------
        Undecided
            There are too many cases to try all, none at all, or a named device does not exist.
        """
        failures = intent.under.failures
        if failures == Failures():
            return (self._healthy(),)
        try:
            found = failure_cases(self._plan.network, failures, self._fabric(intent))
        except TooManyCases as error:
            raise Undecided(f"{error}: not all were tried") from None
        except UnknownElement as error:
            raise Undecided(f"nothing is called {error}") from None
        if not len(found.name):
            raise Undecided(f"{_asked(failures)} cannot fail: there are not so many")
        rows = zip(found.name.tolist(), found.link_down, strict=True)
        return (*(self._case(name, ~down) for name, down in rows), self._healthy())

    def situations(self, intent: Intent) -> tuple[Situation, ...]:
        """The same cases with what is sent in each; first that of nothing down.

        Raises
        ------
        Undecided
            As `of`.
        """
        healthy, *cases = sorted(self.of(intent), key=lambda case: not case.alive.all())
        return tuple(self._situation(case) for case in (healthy, *cases))

    def healthy(self) -> Situation:
        """What is sent when nothing is down."""
        return self._situation(self._healthy())

    def _situation(self, case: Case) -> Situation:
        demands = self._demands.get(_key(case.alive), self._plan.demands)
        before = floats(np.add.reduce(case.loads.load_bps, axis=0))
        return Situation(case.name, case.alive, demands, case.prediction, before)

    def _fabric(self, intent: Intent) -> str | None:
        if intent.job is not None:
            return self._plan.site.jobs[intent.job].fabric
        return intent.fabric

    def _healthy(self) -> Case:
        plan = self._plan
        alive = bools(np.ones(len(plan.network.links), dtype=np.bool_))
        return Case(
            "nothing", plan.prediction, plan.loads, alive, traffic.stranded(plan.network, plan.demands, plan.routing)
        )

    def _case(self, name: str, alive: np.ndarray) -> Case:
        key = _key(alive)
        if key not in self._cases:
            self._cases[key] = self._evaluate(name, bools(alive))
        return self._cases[key]

    def _evaluate(self, name: str, alive: np.ndarray) -> Case:
        plan, network = self._plan, self._plan.network
        demands = self._demands[_key(alive)] = self._nouns.after(alive)
        routing = self._nouns.stages.run(
            f"failure:{name}",
            (network, demands, alive, plan.site.seed),
            lambda: traffic.route_one(network, demands, plan.site.seed, alive),
        ).value
        alone = predict.transfers(demands, routing.paths, network.links.capacity_bps)
        prediction = predict.predict(network, demands, routing, alone)
        loads = predict.link_loads(network, demands, routing, prediction, alone)
        return Case(name, prediction, loads, bools(alive), traffic.stranded(network, demands, routing))


def _key(alive: np.ndarray) -> bytes:
    return np.packbits(alive).tobytes()


def _asked(failures: Failures) -> str:
    """What is to fail together, in words: 3 spine and 1 link."""
    counts = {role: getattr(failures, role) for role in ("leaf", "spine", "super_spine", "link")}
    return " and ".join(f"{count} {role.replace('_', '-')}" for role, count in counts.items() if count)
