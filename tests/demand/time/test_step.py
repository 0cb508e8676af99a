"""One step of a job: every second, byte and exposed second of its phases is in the bars."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from tests.demand.time.made import BACKWARD_S, BUBBLE_S, FORWARD_S, PHASES, STEP_S, UPDATE_S, job_and_service, times

from easterly.base.columns import floats
from easterly.demand.time.step import pulses, step_bars

DEMANDS = job_and_service()
STEP = step_bars(DEMANDS, "j", *times())


def bars(phase):
    own = STEP.phase == phase
    return sorted(zip(STEP.start_s[own].tolist(), STEP.end_s[own].tolist(), strict=True))


def test_the_step_is_compute_and_what_is_exposed():
    assert STEP.step_s == pytest.approx(STEP_S)
    computing = STEP.axis == "compute"
    exposed_fwd, exposed_bwd = 0.7, 0.1
    lasts = (STEP.end_s - STEP.start_s)[computing]
    assert lasts.tolist() == pytest.approx([FORWARD_S + exposed_fwd, BACKWARD_S + exposed_bwd, UPDATE_S])
    assert math.fsum((STEP.end_s - STEP.start_s)[STEP.axis == "bubble"]) == pytest.approx(BUBBLE_S)
    assert STEP.start_s.min() == 0 and STEP.end_s.max() == pytest.approx(STEP.step_s)
    assert (np.diff(STEP.start_s) >= 0).all()


@pytest.mark.parametrize("row", range(5))
def test_every_phase_keeps_its_time_its_bytes_and_its_exposed_time(row):
    own = STEP.phase == row
    sent = sum(size for *_, size in DEMANDS_FLOWS(row)) * PHASES[row][3]
    assert math.fsum((STEP.end_s - STEP.start_s)[own]) == pytest.approx(PHASES[row][5])
    assert math.fsum(STEP.exposed_s[own]) == pytest.approx(PHASES[row][6])
    assert math.fsum(STEP.size_B[own]) == pytest.approx(sent)
    busiest = max((size for *_, size in DEMANDS_FLOWS(row)), default=0.0) * PHASES[row][3]
    assert STEP.rate_bps[own] == pytest.approx(8 * busiest / PHASES[row][5])


def DEMANDS_FLOWS(row):
    own = DEMANDS.flows.phase == row
    columns = (DEMANDS.flows.src, DEMANDS.flows.dst, DEMANDS.flows.size_B)
    return list(zip(*(c[own].tolist() for c in columns), strict=True))


def test_occurrences_are_drawn_as_a_power_of_two_of_bursts_that_do_not_meet():
    assert [len(bars(row)) for row in (0, 1, 2)] == [16, 8, 8]
    both = sorted([*bars(0), *bars(1)])
    assert all(a[1] <= b[0] + 1e-12 for a, b in itertools.pairwise(both))
    assert max(end for _, end in both) <= FORWARD_S + 0.7 + 1e-9


def test_gradients_start_beside_the_end_of_backward_and_weights_reach_into_the_next_step():
    backward_end = FORWARD_S + 0.7 + BUBBLE_S + BACKWARD_S + 0.1
    ((start, end),) = bars(3)
    assert (start, end) == pytest.approx((backward_end - 0.7, backward_end + 0.3))
    (early, late) = bars(4)
    assert early == pytest.approx((0.0, 0.3))
    assert late == pytest.approx((STEP_S - 0.2, STEP_S))


def test_what_runs_beside_the_steps_is_in_no_step():
    assert not (STEP.phase >= 5).any()


def test_without_parts_a_third_of_compute_is_forward():
    demands = job_and_service()
    nothing = floats(np.zeros(2))
    bare = replace(demands, work=replace(demands.work, forward_s=nothing, backward_s=nothing, optimizer_s=nothing))
    made = step_bars(bare, "j", *(floats(np.zeros(7)) for _ in range(2)))
    assert (made.end_s - made.start_s).tolist() == pytest.approx([8 / 3, 16 / 3])
    assert made.step_s == 8.0


def test_what_the_bubble_stretches_is_drawn_with_it():
    """A quarter of the compute is bubble: a second that every micro-batch waits for costs the step a third more."""
    demands = job_and_service()
    work = replace(demands.work, bubble=floats([0.25, 0]))
    lasts, waits = times()
    inside = np.isin(demands.phases.stage, ("forward", "backward"))
    made = step_bars(replace(demands, work=work), "j", lasts, floats(np.where(inside, waits / 0.75, waits)))
    assert made.step_s == pytest.approx(STEP_S + (0.6 + 0.1 + 0.1) / 3)
    assert math.fsum(made.exposed_s) == pytest.approx(1.3)
    assert math.fsum((made.end_s - made.start_s)[made.axis == "bubble"]) == pytest.approx(BUBBLE_S + 0.8 / 3)
    assert made.end_s.max() == pytest.approx(made.step_s)


def test_reading_that_takes_longer_than_the_step_ends_it():
    demands = job_and_service()
    stage = np.where(demands.phases.axis == "tp", "data", demands.phases.stage)
    data = replace(demands, phases=replace(demands.phases, stage=stage))
    made = step_bars(data, "j", *times())
    own = made.phase == 0
    assert made.step_s == pytest.approx(STEP_S)
    assert made.end_s[own].max() == pytest.approx(STEP_S)
    assert math.fsum(made.exposed_s[own]) == pytest.approx(0.6)


def test_a_step_that_never_ends_and_a_job_that_is_none_are_refused():
    lasts, exposed = times()
    with pytest.raises(ValueError, match="never ends"):
        step_bars(DEMANDS, "j", floats(np.where(lasts > 0, np.inf, 0)), exposed)
    with pytest.raises(ValueError, match="no job"):
        step_bars(DEMANDS, "s", lasts, exposed)


def test_pulses_carry_the_bytes_of_their_phases():
    rate = floats([8e6, 1e9])
    made = pulses(STEP, np.array([1, 3], dtype=np.int32), rate)
    assert made.period_s == STEP.step_s
    assert made.mean_bps * made.period_s == pytest.approx(0.4 * 8e6 + 1.0 * 1e9)
    assert made.peak_bps == 1e9
