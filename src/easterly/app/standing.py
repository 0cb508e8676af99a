"""What the worst failures cost, and where jobs would be best, of a plan, as JSON."""

from __future__ import annotations

from typing import Any

from easterly.app.failing.answer import rows
from easterly.app.values import number, numbers
from easterly.model.plan import Plan
from easterly.model.standing import Placements


def standing(plan: Plan) -> dict[str, Any]:
    """Failures, the dearest first, and placements by job; beside them how much was tried, and why not all.

    Parameters
    ----------
    plan : Plan
    """
    damage, placement = plan.damage, plan.placement
    found = None if damage is None else damage.found
    made = None if placement is None else placement.found
    return {
        "failures": [] if found is None else rows(found),
        "failures_tried": None if damage is None else {
            "cases": 0 if found is None else int(found.parts[1]), "of": damage.cases or None,
            "because": damage.because or None,
        },
        "placement": [] if made is None else _jobs(made),
        "placement_value": None if placement is None else {**_value(made), "because": placement.because or None},
    }  # fmt: skip


def _jobs(made: Placements) -> list[dict[str, Any]]:
    columns = (
        made.job.tolist(), numbers(made.current_s.tolist()), numbers(made.best_s.tolist()),
        numbers(made.least_s.tolist()), made.current_on.tolist(), made.best_on.tolist(),
    )  # fmt: skip
    keys = ("job", "current_s", "best_s", "least_s", "current_on", "best_on")
    return [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)]


def _value(made: Placements | None) -> dict[str, Any]:
    """The objective, and how far the best may be above the least that could be."""
    if made is None:
        return dict.fromkeys(("objective", "current", "best", "bound", "moved"))
    return {
        "objective": made.objective, "current": number(made.current), "best": number(made.best),
        "bound": number(made.bound), "moved": list(made.moved),
    }  # fmt: skip
