"""Intents that allocate traffic: what is carried, and how full links get, against limits that bounds can disprove."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from easterly.base.units import SHARE, format_short
from easterly.model.engineering import Engineering, Trials
from easterly.model.outcome import Method, Ref, Status, Verdict
from easterly.model.spec.intent import Allocate, Intent
from easterly.verify.evidence import Evidence, Undecided
from easterly.verify.limits import SLACK, margin

Answer = tuple[Status, int, float | None, str]
"""Verdict on one limit: its status, the worst trial, the margin and the reason."""
ORDER = (Status.FAIL, Status.UNPROVEN, Status.PASS)


def allocation(evidence: Evidence, intent: Intent) -> Verdict:
    """Share of the traffic that is carried, and load of the busiest link, in the worst case of the conditions.

    PASS where the allocation found meets the limits; FAIL where its bound says that none can; UNPROVEN between.
    """
    wanted = intent.allocate
    made = next((e for e in evidence.engineering if e.intent == intent.name), None)
    if wanted is None or made is None:
        raise Undecided("nothing was allocated")
    evidence.under(intent)  # raises where not all cases were tried
    answers = [decide(made.trials, wanted) for decide in _limits(wanted)]
    status, row, margin_, because = min(answers, key=lambda answer: ORDER.index(answer[0]))
    return Verdict(intent.name, status, margin_, _binds(evidence, made, row), Method.BOUND, because)


def _limits(wanted: Allocate) -> list[Callable[[Trials, Allocate], Answer]]:
    """The limits that are set; all of the traffic is to be carried where none is."""
    both = ((wanted.served, _served), (wanted.utilisation, _utilisation))
    return [decide for limit, decide in both if limit is not None] or [_served]


def _served(trials: Trials, wanted: Allocate) -> Answer:
    limit = 1.0 if wanted.served is None else wanted.served
    if (trials.served_bound * SLACK < limit).any():
        row, status = int(trials.served_bound.argmin()), Status.FAIL
    else:
        row = int(trials.served.argmin())
        status = Status.PASS if trials.served[row] * SLACK >= limit else Status.UNPROVEN
    got, most = float(trials.served[row]), float(trials.served_bound[row])
    because = f"{_share(got)} is carried, of {_share(limit)}; no allocation carries more than {_share(most)}"
    return status, row, (got - limit) / limit if limit > 0 else None, because + _when(trials, row)


def _utilisation(trials: Trials, wanted: Allocate) -> Answer:
    limit = wanted.utilisation or 0.0
    if (trials.utilisation_bound > limit * SLACK).any():
        row, status = int(trials.utilisation_bound.argmax()), Status.FAIL
    else:
        row = int(trials.utilisation.argmax())
        status = Status.PASS if trials.utilisation[row] <= limit * SLACK else Status.UNPROVEN
    use, before = float(trials.utilisation[row]), float(trials.in_place[row])
    because = f"busiest link {_share(use)}, limit {_share(limit)}; {_share(before)} on the paths in place"
    return status, row, margin(use, limit), because + _when(trials, row)


def _share(value: float) -> str:
    return format_short(value, SHARE)


def _when(trials: Trials, row: int) -> str:
    return "" if row == 0 else f", worst with {trials.name[row]} down"


def _binds(evidence: Evidence, made: Engineering, row: int) -> Ref | None:
    """The failure, or the link whose capacity is worth most; else the fullest."""
    if row > 0:
        return Ref("failure", str(made.trials.name[row]))
    if not len(made.dual):
        return None
    link = int(made.dual.argmax()) if made.dual.max() > 0 else int(_fill(evidence, made).argmax())
    return Ref("link", str(evidence.network.link_ids[link]))


def _fill(evidence: Evidence, made: Engineering) -> np.ndarray:
    return np.asarray(made.load_bps / np.maximum(evidence.network.links.capacity_bps, 1.0))
