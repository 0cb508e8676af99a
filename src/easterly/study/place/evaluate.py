"""One placement, predicted: step times, and what each job waits for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easterly.base.columns import IntColumn
from easterly.demand.mapping import LINK_CLASSES, link_class
from easterly.model.demand import Placement
from easterly.study.nouns import Nouns


@dataclass(frozen=True, slots=True)
class Wait:
    """What a step waits for on one axis.

    Attributes
    ----------
    axis : str
    exposed_s : float [s]
        Time per step that is not hidden.
    crosses : str
        Highest class of link that its bytes pass (`demand.mapping.LINK_CLASSES`).
    """

    axis: str
    exposed_s: float
    crosses: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A placement and what it gives.

    Attributes
    ----------
    hosts : dict of str to (n,) int
        Hosts in rank order, by work.
    step_s : dict of str to float [s]
        Expected step time, by job.
    waits : dict of str to tuple of Wait
        By job, the longest first.
    """

    hosts: dict[str, IntColumn]
    step_s: dict[str, float]
    waits: dict[str, tuple[Wait, ...]]


def evaluate(nouns: Nouns, hosts: dict[str, IntColumn]) -> Outcome:
    """Predict a placement by steady rates: demand, paths, hashing and step times of the site with works there.

    Parameters
    ----------
    nouns : Nouns
    hosts : dict of str to (n,) int
        Hosts in rank order, by work.

    Raises
    ------
    FindingsError
        Of any of the verbs.
    """
    there = nouns.on(Placement(hosts))
    demands, prediction = there.demands.value, there.prediction.value
    classes = link_class(nouns.network.value, demands.flows)
    reach = np.zeros(len(demands.phases), dtype=np.int64)
    sent = demands.flows.size_B > 0
    np.maximum.at(reach, demands.flows.phase[sent], classes[sent])
    waits: dict[str, dict[str, tuple[float, int]]] = {str(job): {} for job in prediction.job}
    rows = zip(demands.phases.owner.tolist(), demands.phases.axis.tolist(), prediction.phase_exposed_s.tolist(),
               reach.tolist(), strict=True)  # fmt: skip
    for owner, axis, exposed_s, level in rows:
        if owner in waits:
            before, highest = waits[owner].get(axis, (0.0, 0))
            waits[owner][axis] = (before + exposed_s, max(highest, level))
    return Outcome(
        hosts,
        dict(zip(prediction.job.tolist(), prediction.step_expected_s.tolist(), strict=True)),
        {job: _sorted(found) for job, found in waits.items()},
    )


def _sorted(found: dict[str, tuple[float, int]]) -> tuple[Wait, ...]:
    made = [Wait(axis, spent, LINK_CLASSES[level]) for axis, (spent, level) in found.items()]
    return tuple(sorted(made, key=lambda wait: (-wait.exposed_s, wait.axis)))
