"""Beginnings of steps: counted before they are made, each longer by the same, and the whole found again from them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.demand.schedule.steps import BACKWARD_S, FORWARD_S, assert_sound, step_of
from tests.demand.schedule.test_step import alone, pipeline

from easterly.demand.schedule import Detail, Extent, critical_path, extents_within, of_step, size_of, whole
from easterly.demand.schedule.extent import units
from easterly.model.schedule import EventKind

BUSY_S = FORWARD_S + BACKWARD_S


@given(
    st.integers(1, 4),
    st.integers(1, 9),
    st.integers(1, 4),
    st.booleans(),
    st.sampled_from([Detail(), Detail(buckets=2)]),
)
@settings(max_examples=30, deadline=None)
def test_every_beginning_is_counted_before_it_is_made(stages, micro_batches, chunks, sharded, detail):
    chunks = chunks if stages > 1 else 1
    more = {"zero": 3, "overlap": {"dp": "100%"}} if sharded else {}
    step = step_of({"dp": 2, "pp": stages, "interleave": chunks}, 2 * micro_batches, **more)
    ladder = units(step)
    assert ladder[-1] == whole(step) and [e.passes for e in ladder] == sorted({e.passes for e in ladder})
    for extent in ladder:
        made = of_step(step, detail=detail, extent=extent)
        assert_sound(made)
        assert len(made) == size_of(step, detail=detail, extent=extent)
        assert ((made.kind == EventKind.COMPUTE) & (made.micro_batch >= extent.micro_batches)).sum() == 0


@pytest.mark.parametrize(
    ("stages", "micro_batches", "chunks"), [(4, 16, 1), (4, 3, 1), (2, 8, 3), (4, 4, 8), (4, 30, 2)]
)
def test_a_step_grows_by_the_same_for_each_unit(stages, micro_batches, chunks):
    """(v m + p - 1) passes: Narayanan et al. 2021, section 2.2."""
    step = step_of({"pp": stages, "interleave": chunks}, micro_batches, gpus=1, nics=1)
    took = np.array([alone(of_step(step, extent=extent)).makespan_s for extent in units(step)])
    passes = np.array([extent.passes for extent in units(step)])
    per_pass_s = BUSY_S / (micro_batches * chunks)
    assert took == pytest.approx((passes + stages - 1) * per_pass_s)


def test_passes_of_a_beginning_are_those_of_the_step():
    step = step_of({"dp": 2, "pp": 2, "interleave": 4}, 8)
    all_of_it, half = of_step(step), of_step(step, extent=Extent(4, 2))
    sent = [made.size_B[(made.kind == EventKind.SEND) & (made.micro_batch >= 0)] for made in (all_of_it, half)]
    assert np.unique(sent[0]).tolist() == np.unique(sent[1]).tolist()
    gradients = [
        made.size_B[(made.kind == EventKind.SEND) & (made.micro_batch < 0)].sum() for made in (all_of_it, half)
    ]
    assert gradients[1] == pytest.approx(gradients[0] / 2)


@pytest.mark.parametrize(("stages", "micro_batches", "chunks"), [(4, 32, 1), (2, 12, 3), (4, 4, 8)])
@pytest.mark.parametrize("rate_bps", [1e30, 400e9, 10e9])
def test_the_whole_is_found_again_on_a_line(stages, micro_batches, chunks, rate_bps):
    """Of longest ways through the graph, with the time of messages: what is laid out whole is the reference."""
    step = step_of({"dp": 2, "pp": stages, "interleave": chunks}, 2 * micro_batches)
    extents = extents_within(step, size_of(step) * 2 // 3)
    assert len(extents) == 3 and size_of(step, extent=extents[0]) <= size_of(step) * 2 // 3
    long_s, short_s = (critical_path(of_step(step, extent=extent), rate_bps).makespan_s for extent in extents[:2])
    along = (long_s - short_s) / (extents[0].passes - extents[1].passes)
    found = long_s + along * (whole(step).passes - extents[0].passes)
    assert found == pytest.approx(critical_path(of_step(step), rate_bps).makespan_s, rel=0.01)


def test_what_fits_or_cannot_be_fewer_is_whole():
    step = step_of({"dp": 2, "pp": 2}, 16)
    assert extents_within(step, size_of(step)) == [whole(step)]
    assert extents_within(step, 10) == [whole(step)]
    assert [extent.micro_batches for extent in extents_within(step, size_of(step) - 1)] == [7, 4, 2]


def test_a_pipeline_of_one_pass_has_one_unit():
    assert len(pipeline(1, 1)) > 0
    assert units(step_of({"pp": 1}, 1, gpus=1, nics=1)) == [Extent(1, 1)]
