"""What happens between steps: checkpoints, training data and evaluation, against sizes over rates."""

from __future__ import annotations

import numpy as np
import pytest
from tests.study.test_fluid_course import RATE, STORES, gradients_bit, job, nouns, simulate

from easterly.base.findings import FindingsError
from easterly.demand.saving import SNAPSHOT_BPS
from easterly.demand.schedule import Aside, of_job, size_of, step_of
from easterly.study import fluid
from easterly.study.fluid.beside import sent

STORE = STORES.split("  t:")[0]


def hop_s(made, stage):
    """Latency of what is sent between steps."""
    phases = made.demands.value.phases
    return float(phases.latency_s[phases.stage == stage][0])


def saving(tmp_path, more, between=""):
    made = nouns(tmp_path, job("a", f", checkpoint: {{to: there, {more}}}{between}"), STORE)
    return made, simulate(nouns(tmp_path, job())).step_s[0, 0]


@pytest.mark.parametrize("every", [1, 2, 3])
def test_a_blocking_checkpoint_holds_the_next_step_up_for_its_size_over_its_rate(tmp_path, every):
    made, alone_s = saving(tmp_path, "size: 5GB, rate: 8Gb/s, every: 1h, asynchronous: false")
    found = simulate(made, steps=6, saves=every)
    longer = np.array([step > 0 and step % every == 0 for step in range(6)]) * (5.0 + hop_s(made, "checkpoint"))
    assert found.step_s[0] == pytest.approx(alone_s + longer, rel=1e-6)
    assert found.saves.step.tolist() == list(range(every - 1, 6, every))
    assert found.saves.took_s == pytest.approx(5.0, rel=1e-5)
    assert not found.saves.copy_s.any()
    if every > 1:
        assert found.saves.slower[0] == pytest.approx(1 + 5.0 / alone_s, rel=1e-5)
    waiting = found.waits.share[found.waits.axis == "checkpoint"].sum() * np.nansum(found.step_s)
    assert waiting == pytest.approx(longer.sum(), rel=1e-4)


def test_an_asynchronous_checkpoint_shares_the_link_with_the_step_behind_it(tmp_path):
    """All stand still for the copy; then the gradients have half of the interface, for as long as it is written."""
    made, alone_s = saving(tmp_path, "size: 200GB, every: 1h")
    found, size_bit = simulate(made, steps=3, saves=1), gradients_bit(made)
    copy_s = 200e9 / 2 * 8 / SNAPSHOT_BPS
    assert found.saves.copy_s == pytest.approx(copy_s)
    assert found.step_s[0, :2] == pytest.approx([alone_s, alone_s + copy_s + size_bit / RATE], rel=1e-6)
    # The gradients took as much as they sent from the first checkpoint; the second waits until that is written.
    first_s = copy_s + (200e9 * 8 + size_bit) / RATE
    assert found.saves.took_s[0] == pytest.approx(first_s, rel=1e-6)
    assert found.end_s[0, 2] > found.end_s[0, 0] + first_s + copy_s
    assert found.saves.planned_s == pytest.approx(16.0)


def test_a_checkpoint_is_due_when_its_interval_is_over(tmp_path):
    made, _ = saving(tmp_path, "size: 1GB, rate: 8Gb/s, every: 1h")
    expected_s = made.prediction.value.step_expected_s[0]
    assert simulate(made, steps=2).left_out.tolist() == ["a checkpoint, every 3600s"]
    often, _ = saving(tmp_path, f"size: 1GB, rate: 8Gb/s, every: {2.2 * expected_s:.6f}s")
    found = simulate(often, steps=4)
    assert found.saves.step.tolist() == [1, 3] and not len(found.left_out)
    assert "checkpoint" in found.phases.axis.tolist()
    assert not len(simulate(nouns(tmp_path, job()), steps=4, saves=1).saves)


def test_a_checkpoint_without_a_store_takes_its_time_and_no_link(tmp_path):
    made = nouns(tmp_path, job("a", ", checkpoint: {size: 5GB, rate: 8Gb/s, every: 1h, asynchronous: false}"))
    alone_s = simulate(nouns(tmp_path, job())).step_s[0, 0]
    found = simulate(made, steps=2, saves=1)
    assert found.step_s[0] == pytest.approx([alone_s, alone_s + 5.0], rel=1e-6)
    assert found.saves.took_s == pytest.approx([5.0, 5.0])
    assert "checkpoint" not in found.phases.axis.tolist()


def test_steps_that_wait_for_their_data_take_as_long_as_it_does(tmp_path):
    """Asked for when the step before begins, it comes at the rate of the store's interface."""
    alone_s = simulate(nouns(tmp_path, job())).step_s[0, 0]
    for sample_MB in (1, 20_000):
        made = nouns(tmp_path, job("a", f", data: {{from: there, sample: {sample_MB}MB}}"), STORE)
        read_s = 8 * sample_MB * 1e6 * 8 / RATE
        found = simulate(made, steps=4)
        idle_s = max(read_s + hop_s(made, "data") - found.step_s[0, 0], 0.0)
        assert found.step_s[0, 1:] == pytest.approx(found.step_s[0, 0] + idle_s, rel=1e-6)
        assert found.step_s[0, 0] == pytest.approx(alone_s, rel=1e-6) or idle_s > 0
        waits = found.waits.share[found.waits.axis == "data"].sum()
        assert waits == pytest.approx(3 * idle_s / found.end_s[0, 3], rel=1e-3)


@pytest.mark.parametrize("batches", [1, 3])
def test_an_evaluation_is_a_forward_pass_of_every_batch(tmp_path, batches):
    made = nouns(tmp_path, job("a", f", evaluate: {{every: 2, batches: {batches}}}"))
    alone_s = simulate(nouns(tmp_path, job())).step_s[0, 0]
    found, work = simulate(made, steps=4), made.demands.value.work
    tried_s = work.forward_s[0] * batches
    assert found.step_s[0] == pytest.approx(alone_s + np.array([0, tried_s, 0, tried_s]), rel=1e-6)


def test_an_evaluation_goes_through_the_stages_of_a_pipeline(tmp_path):
    """``m + p - 1`` passes one after the other, and what stages hand on."""
    pipeline = job().replace("{dp: 2}", "{pp: 2}")
    alone = simulate(nouns(tmp_path, pipeline))
    tried = nouns(tmp_path, pipeline.replace("mfu", "evaluate: {every: 1}, mfu"))
    found, work = simulate(tried), tried.demands.value.work
    passes_s = work.forward_s[0] / 8 * (8 + 2 - 1)
    handed_s = _handed_s(alone)
    assert found.step_s[0, 0] - alone.step_s[0, 0] == pytest.approx(passes_s + handed_s, rel=2e-3)


def _handed_s(found):
    """Time of a message between stages."""
    row = int(np.flatnonzero((found.phases.axis == "pp") & (found.phases.stage == "forward"))[0])
    return float(found.phases.size_B[row] / found.phases.messages[row] * 8 / RATE)


def test_a_store_that_fails_for_good_stops_the_job_at_its_next_checkpoint(tmp_path):
    made, alone_s = saving(tmp_path, "size: 100GB, every: 1h")
    found = simulate(made, steps=5, saves=2, outages=(fluid.Outage("f-host-4:nic0", 2.5 * alone_s),))
    assert np.isfinite(found.step_s[0]).tolist() == [True] * 4 + [False] and "f-host-4:nic0" in found.stuck
    assert np.isinf(found.saves.took_s).all() and found.saves.begun_s[1] < np.inf
    back = simulate(made, steps=5, saves=2, outages=(fluid.Outage("f-host-4:nic0", 2.5 * alone_s, 5 * alone_s),))
    assert not back.stuck and np.isfinite(back.saves.took_s).all()


def test_what_is_between_steps_counts_to_their_events(tmp_path):
    made = nouns(tmp_path, job("a", ", data: {from: there}"), STORE)
    assert fluid.events_of(made) == fluid.events_of(nouns(tmp_path, job(), STORE)) + 2
    prepared = fluid.prepare(made, fluid.Wishes(steps=3))
    with pytest.raises(FindingsError, match="E665"):
        of_job(
            made.site, made.network.value, "a", made.placement.value.hosts, steps=3,
            limit=size_of(step_of(made.site, made.network.value, "a", made.placement.value.hosts), steps=3) + 5,
            aside=Aside(reads=sent(made.demands.value, "a", "data")),
        )  # fmt: skip
    assert (prepared.schedule.purposes.axis == "data").sum() == 1


def test_others_go_on_with_their_checkpoints_at_intervals(tmp_path):
    """Of jobs that are not simulated, checkpoints are due by the clock, as before."""
    two = job() + job("b", ", checkpoint: {to: there, size: 1GB, every: 0.2s}")
    made = nouns(tmp_path, two, STORE.replace("f-host-1", "f-host-2").replace("f-host-4", "f-host-5"))
    found = fluid.prepare(made, fluid.Wishes(jobs=("a",), saves=1))
    assert found.saves == [None]
    assert ((found.schedule.purposes.stage == "checkpoint") & (found.owner == "b")).any()
