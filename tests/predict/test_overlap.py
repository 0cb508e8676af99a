"""Exposed communication: what is hidden, by hand."""

from __future__ import annotations

import pytest
from tests import small
from tests.predict.made import Made, demands, phase

from easterly import predict, route
from easterly.model.outcome import Prediction

NET = small.network()
NIC = NET.hosts.nic_node
GB = 1e9
LINE = GB * 8 / 400e9


def predicted(phases: list[Made], compute_s: dict[str, float], bubble: float = 0.0) -> Prediction:
    wanted = demands(phases, compute_s, bubble)
    return predict.predict(NET, wanted, route.solve(NET, wanted, seed=1))


def one(size_B: float = GB, **more: object) -> Made:
    """Between two interfaces of one leaf, so that no hashing is involved."""
    return phase("j", [(NIC[0], NIC[2], size_B)], **more)


@pytest.mark.parametrize(
    "hidden, window, waits",
    [(0.0, 1.0, 1.0), (1.0, 1.0, 0.0), (0.25, 1.0, 0.75), (1.0, 0.005 / LINE, 1 - 0.005 / LINE), (0.5, 0.0, 1.0)],
)
def test_a_phase_is_hidden_as_far_as_it_may_be_and_as_compute_lasts(hidden, window, waits) -> None:
    found = predicted([one(hidden=hidden, window_s=window * LINE)], {"j": 1.0})
    assert found.phase_exposed_s[0] == pytest.approx(waits * LINE)
    assert found.step_expected_s[0] == pytest.approx(1.0 + waits * LINE)
    assert found.step_low_s[0] <= found.step_expected_s[0] <= found.step_high_s[0]


def test_what_every_micro_batch_waits_for_is_stretched_by_the_bubble() -> None:
    """A third of the time idle: half as much again; what happens once per step is not stretched."""
    found = predicted([one(), one(stage="optimiser")], {"j": 1.0}, bubble=1 / 3)
    assert found.phase_exposed_s.tolist() == pytest.approx([1.5 * LINE, LINE])


def test_what_runs_beside_the_steps_is_in_none() -> None:
    beside = [one(stage="checkpoint", every_s=60.0), one(stage="evaluate", times=0.1)]
    found = predicted(beside, {"j": 1.0})
    assert found.phase_exposed_s.tolist() == found.phase_low_s.tolist() == [0, 0]
    assert found.step_low_s[0] == found.step_high_s[0] == 1.0


def test_what_runs_beside_the_steps_is_on_the_links() -> None:
    """2 GB a minute, and a tenth of 1 GB in every step of a second."""
    wanted = demands([one(2 * GB, stage="checkpoint", every_s=60.0), one(stage="evaluate", times=0.1)], {"j": 1.0})
    routing = route.solve(NET, wanted, seed=1)
    loads = predict.link_loads(NET, wanted, routing, predict.predict(NET, wanted, routing))
    out = NET.link_ids.tolist().index("f-host-0:nic0>f-leaf-0:swp1")
    assert loads.load_bps[:, out].sum() == pytest.approx(2 * GB * 8 / 60 + 0.1 * GB * 8)


def test_communication_that_dominates_is_never_below_low() -> None:
    """Windows of two phases may name the same compute; the step is not shorter than all communication."""
    found = predicted([one(hidden=1.0, window_s=1e9), one(hidden=1.0, window_s=1e9)], {"j": LINE})
    assert found.step_expected_s[0] == found.step_low_s[0] == pytest.approx(2 * LINE)


def test_what_small_transfers_lose_to_the_line_rate_is_in_expected_and_high() -> None:
    found = predicted([one(reach=0.5)], {"j": 1.0})
    assert found.phase_low_s[0] == pytest.approx(LINE)
    assert found.phase_expected_s[0] == pytest.approx(2 * LINE)
    assert found.phase_high_s[0] == pytest.approx(2 * LINE)
