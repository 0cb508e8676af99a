"""Verdicts of intents that allocate: what an answer proves, and what only a bound does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import small
from easterly.base.columns import floats, texts
from easterly.model.engineering import Engineering, Trials
from easterly.model.outcome import Status, Verdict
from easterly.model.spec.intent import Intent
from easterly.verify.allocation import allocation
from easterly.verify.evidence import Evidence, Undecided

NETWORK = small.network()


def trials(**columns: Any) -> Trials:
    count = len(next(iter(columns.values())))
    names = ("value", "bound", "served", "served_bound", "utilisation", "utilisation_bound", "in_place")
    usual = zip(names, (0.0, 0.0, 1.0, 1.0, 0.5, 0.0, 0.9), strict=True)
    given = {name: [value] * count for name, value in usual} | columns
    down = ["nothing", *(f"f-spine-{i}" for i in range(count - 1))]
    return Trials(texts(down), texts(["feasible"] * count), **{k: floats(v) for k, v in given.items()})


def decide(made: Trials, limits: dict[str, Any], under: Any = lambda intent: ()) -> Verdict:
    dual = np.zeros(len(NETWORK.links))
    dual[17] = 2.0
    zero = floats(np.zeros(len(dual)))
    one = Engineering(
        "te", "max-throughput", "", "feasible", 0.0, 0.0, 0.0, "bit/s", 1, 1.0, zero, zero, floats(dual), made
    )
    intent = Intent.model_validate({"allocate": limits})
    intent.named("te", "intents/te")
    evidence = Evidence(None, NETWORK, None, None, None, (), under, (one,))  # type: ignore[arg-type]
    return allocation(evidence, intent)


def test_what_was_found_passes() -> None:
    made = decide(trials(served=[0.97]), {"served": "95%"})
    assert made.status is Status.PASS
    assert made.margin == pytest.approx(0.02 / 0.95)
    assert made.binds is not None and made.binds.id == str(NETWORK.link_ids[17])


def test_only_a_bound_fails() -> None:
    assert decide(trials(served=[0.90], served_bound=[0.94]), {"served": "95%"}).status is Status.FAIL
    assert decide(trials(served=[0.90], served_bound=[0.96]), {"served": "95%"}).status is Status.UNPROVEN


def test_everything_is_to_be_carried_where_nothing_is_said() -> None:
    assert decide(trials(served=[1.0]), {}).status is Status.PASS
    assert decide(trials(served=[0.999], served_bound=[0.9995]), {}).status is Status.FAIL


def test_utilisation_has_bounds_from_below() -> None:
    limits = {"objective": "min-max-utilisation", "utilisation": "80%"}
    assert decide(trials(utilisation=[0.8]), limits).status is Status.PASS
    assert decide(trials(utilisation=[0.85], utilisation_bound=[0.79]), limits).status is Status.UNPROVEN
    failed = decide(trials(utilisation=[0.85], utilisation_bound=[0.81], in_place=[1.2]), limits)
    assert failed.status is Status.FAIL
    assert failed.because == "busiest link 85%, limit 80%; 120% on the paths in place"


def test_the_worst_limit_and_the_worst_case_decide() -> None:
    both = {"served": "95%", "utilisation": "80%"}
    made = decide(trials(served=[1.0, 0.5, 0.9], served_bound=[1.0, 0.6, 0.95]), both)
    assert made.status is Status.FAIL
    assert made.binds is not None and made.binds.id == "f-spine-0"
    assert "worst with f-spine-0 down" in (made.because or "")


def test_cases_that_were_not_tried_leave_it_undecided() -> None:
    def too_many(intent: Intent) -> Any:
        raise Undecided("more than 256 distinct failure cases: not all were tried")

    with pytest.raises(Undecided, match="256"):
        decide(trials(served=[1.0]), {}, too_many)
