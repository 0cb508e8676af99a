"""Sums over any grouping are the whole; peaks are those of a fine clock."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import small
from tests.demand.time.made import PHASES, STEP_S, job_and_service, times

from easterly.base.columns import floats, texts
from easterly.demand.time.aggregate import Paced, grouped, lasts_s, series, together
from easterly.demand.time.places import matrices, place_of
from easterly.demand.time.profile import WEEK_s
from easterly.demand.time.step import step_bars
from easterly.model.spec.time import Profile

DEMANDS = job_and_service()
STEP = step_bars(DEMANDS, "j", *times())
DAYTIME = Profile(day=(0.0, 0.5, 2.0, 1.5), week=(1, 1, 1, 1, 1, 0.5, 0.5), growth=1.5)
COUNT = len(DEMANDS.flows)
EVERY_S = np.array([p[4] or STEP_S for p in PHASES] + [1.0])


def paced(profile=DAYTIME):
    phase = DEMANDS.flows.phase
    rate = 8 * DEMANDS.flows.size_B * DEMANDS.phases.times[phase] / EVERY_S[phase] + DEMANDS.flows.rate_bps
    lasts = np.array(times()[0])
    lasts[5] = 30.0
    return Paced(DEMANDS, floats(rate), floats(lasts), {"j": STEP}, {"s": profile} if profile else {})


LABELS = st.lists(st.lists(st.sampled_from("abc"), min_size=COUNT, max_size=COUNT).map(texts), min_size=0, max_size=3)


@given(LABELS, st.sampled_from([WEEK_s, 86400.0, 3600.0, 50000.0]), st.floats(0, 5))
def test_groups_add_up_to_everything_in_every_interval(labels, interval, years):
    whole = series(paced(), {}, interval, years)
    parts = series(paced(), {str(k): column for k, column in enumerate(labels)}, interval, years)
    slots = len(whole)
    assert parts.mean_bps.reshape(-1, slots).sum(axis=0) == pytest.approx(whole.mean_bps)
    assert (parts.peak_bps.reshape(-1, slots).sum(axis=0) >= whole.peak_bps * (1 - 1e-12)).all()
    assert (parts.peak_bps >= parts.mean_bps * (1 - 1e-12)).all()
    assert parts.start_s.reshape(-1, slots)[0].tolist() == whole.start_s.tolist()


def test_a_week_is_the_mean_of_its_hours_and_what_its_owners_send():
    hours = series(paced(), {}, 3600.0, 2.0)
    (week,) = series(paced(), {}, None, 2.0).mean_bps
    assert (hours.mean_bps * hours.length_s).sum() / WEEK_s == pytest.approx(week)
    flows = zip(DEMANDS.flows.phase.tolist(), DEMANDS.flows.size_B.tolist(), strict=True)
    job = sum(8 * size * PHASES[p][3] / EVERY_S[p] for p, size in flows if p < 6)
    assert week == pytest.approx(job + 3e9 * 1.0 * (5 + 2 * 0.5) / 7 * 1.5**2)


def test_the_peak_of_a_job_is_the_highest_of_a_fine_clock():
    """Every hundredth of a millisecond of the step, with the checkpoint on top, and the service at its busiest."""
    moments = (np.arange(940_000) + 0.5) * STEP_S / 940_000
    rate = np.zeros(len(moments))
    for row in range(5):
        sent = 8 * DEMANDS.flows.size_B[DEMANDS.flows.phase == row].sum() * PHASES[row][3]
        own = STEP.phase == row
        for start, end in zip(STEP.start_s[own], STEP.end_s[own], strict=True):
            rate[(moments >= start) & (moments < end)] += sent / PHASES[row][5]
    (peak,) = series(paced(), {}).peak_bps
    assert peak == pytest.approx(rate.max() + 8 * 9e9 / 30 + 3e9 * 2.0)


def test_phases_of_one_axis_alone_peak_at_their_own_rate():
    axis = DEMANDS.phases.axis[DEMANDS.flows.phase]
    found = series(paced(None), {"axis": axis})
    peak = dict(zip(found.labels[0].tolist(), found.peak_bps.tolist(), strict=True))
    assert peak["kv"] == 3e9
    assert peak["checkpoint"] == pytest.approx(8 * 9e9 / 30)
    assert peak["pp"] == pytest.approx(8 * 8 * 8e6 / 0.4)
    assert peak["dp"] == pytest.approx(8 * 2e9 / 1.0)


def test_which_phases_run_at_once():
    found = together(STEP, np.arange(5))
    assert [0, 0, 0, 0, 0] in found.tolist()
    assert found.max() == 1
    assert [1, 0, 0, 0, 1] in found.tolist()  # the first burst beside the weights that are still gathered


def test_some_phases_last_as_long_as_they_do_among_all():
    assert lasts_s(STEP, np.array([1, 3])).tolist() == pytest.approx([0.4, 1.0])
    assert lasts_s(STEP, np.array([0, 4])).tolist() == pytest.approx([0.6, 0.5])


@given(LABELS)
def test_groups_are_the_distinct_labels_in_order(labels):
    code, names = grouped(labels, COUNT)
    wanted = list(zip(*(column.tolist() for column in labels), strict=True)) or [()] * COUNT
    assert names == sorted(set(wanted))
    assert [names[c] for c in code.tolist()] == wanted


NETWORK = small.network()


def sent_between(pairs):
    """A demand set with one flow of 1 Gb/s between each pair of node names."""
    flows = DEMANDS.flows
    src, dst = (np.array([NETWORK.index[p[k]] for p in pairs], dtype=np.int32) for k in (0, 1))
    one = np.zeros(len(pairs), dtype=np.int32)
    made = replace(flows, src=src, dst=dst, size_B=floats(one), rate_bps=floats(one + 1e9), connections=one, phase=one)
    return replace(DEMANDS, flows=made)


def test_matrices_between_hosts_leaves_and_fabrics():
    pairs = [("f-host-0:nic0", "f-host-1:nic0"), ("f-host-0:nic1", "f-host-2:nic1"), ("f-host-2:nic0", "f-host-0:nic0")]
    demands, rate = sent_between(pairs), floats([1e9, 2e9, 4e9])

    def cells(level):
        made = matrices(NETWORK, demands, rate, level)
        assert set(made.tm.tolist()) == {0} and made.demand.sum() == 7e9
        ends = [(made.places[a], made.places[b]) for a, b in zip(made.src.tolist(), made.dst.tolist(), strict=True)]
        assert ends == sorted(ends)
        return dict(zip(ends, made.demand.tolist(), strict=True))

    assert cells("nic") == dict(zip(sorted(pairs), [1e9, 2e9, 4e9], strict=True))
    assert cells("host") == {
        ("f-host-0", "f-host-1"): 1e9, ("f-host-0", "f-host-2"): 2e9, ("f-host-2", "f-host-0"): 4e9
    }  # fmt: skip
    assert cells("leaf") == {
        ("f-leaf-0", "f-leaf-0"): 1e9, ("f-leaf-0", "f-leaf-1"): 2e9, ("f-leaf-1", "f-leaf-0"): 4e9
    }  # fmt: skip
    assert cells("fabric") == {("f", "f"): 7e9}


def test_classes_have_a_matrix_each():
    made = matrices(NETWORK, replace(DEMANDS, flows=replace(DEMANDS.flows)), paced().rate_bps, "fabric")
    assert made.tm.tolist() == [0, 1]
    assert made.demand[1] == 3e9


def test_switches_stand_for_themselves():
    assert place_of(NETWORK, "host")[:5].tolist() == ["f-leaf-0", "f-leaf-1", "f-spine-0", "f-spine-1", "f-host-0"]
