"""Pairs of two pools: every interface has its part, however many there are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly.demand import pairs as made
from easterly.demand.pairs import edges, exchange, pairs, staircase

SIZES = st.integers(1, 60)


@given(SIZES, SIZES)
def test_a_staircase_has_the_fewest_pairs_and_even_sides(senders, receivers):
    a, b, share = staircase(senders, receivers)
    assert np.bincount(a, share) == pytest.approx(np.full(senders, 1 / senders))
    assert np.bincount(b, share) == pytest.approx(np.full(receivers, 1 / receivers))
    assert len(a) == senders + receivers - np.gcd(senders, receivers) and (share > 0).all()


@given(SIZES, SIZES, st.integers(1, 4000))
def test_pairs_are_even_and_no_more_than_asked_for(senders, receivers, most):
    a, b, share = pairs(senders, receivers, most)
    assert np.bincount(a, share, senders) == pytest.approx(np.full(senders, 1 / senders))
    assert np.bincount(b, share, receivers) == pytest.approx(np.full(receivers, 1 / receivers))
    assert len(a) <= max(most, senders + receivers)
    if most >= senders * receivers:
        assert len(np.unique(a * receivers + b)) == senders * receivers


def test_many_pairs_reach_all_over_the_pool():
    a, b, _ = pairs(100, 100, 1000)
    partners = np.sort(b[a == 0])
    assert len(partners) == 10 and np.diff(partners).tolist() == [10] * 9


WIDTHS = st.sampled_from([1, 2, 3, 4, 8, 16, 24])


@given(st.integers(1, 6), st.integers(1, 6), WIDTHS, WIDTHS, st.sampled_from([4, 8]))
def test_caches_are_cut_evenly_on_both_sides(prefill, decode, wide, narrow, gpus):
    senders = np.arange(prefill * wide).reshape(prefill, wide)
    receivers = 1000 + np.arange(decode * narrow).reshape(decode, narrow)
    src, dst, part = edges(senders, receivers, 7.0, gpus)
    assert part.sum() == pytest.approx(7.0)
    assert np.bincount(src, part) == pytest.approx(np.full(senders.size, 7 / senders.size))
    assert np.bincount(dst - 1000, part) == pytest.approx(np.full(receivers.size, 7 / receivers.size))


def test_equal_replicas_send_rank_to_equal_rank():
    src, dst, _ = edges(np.arange(8)[None], 8 + np.arange(8)[None], 1.0, 8)
    assert (dst - src == 8).all() and len(src) == 8


@given(st.integers(1, 5), st.integers(1, 30), st.sampled_from([1, 4, 8]), st.integers(1, 500))
def test_an_exchange_is_even_among_equal_places_of_other_groups(replicas, groups, size, most):
    members = np.arange(replicas * groups * size).reshape(replicas, -1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made, "MOST_FLOWS", most)
        src, dst, part = exchange(members, size, 5.0)
    if groups == 1:
        assert not len(src)
        return
    assert part.sum() == pytest.approx(5.0) and (src % size == dst % size).all()
    assert (src // size != dst // size).all() and (src // (groups * size) == dst // (groups * size)).all()
    for ends in (src, dst):
        assert np.bincount(ends, part) == pytest.approx(np.full(members.size, 5 / members.size))
