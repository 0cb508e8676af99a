"""Many flows that are alike, and some that are not, while links and paths change: against fractions on paper."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.predict.fluid.plain import INFINITE, Flow, course

from easterly.base.columns import floats, indices, ints
from easterly.model.fluid import Changes
from easterly.predict.fluid import activities, simulate

HALVES = st.integers(1, 8).map(lambda n: Fraction(n, 2))
Ways = list[tuple[Fraction, int, list[int]]]
Scene = tuple[list[Fraction], list[Flow], list[tuple[Fraction, int, Fraction]], Ways]


@st.composite
def crowds(draw: st.DrawFn) -> Scene:
    """A few kinds of flows, several of each: sizes and beginnings differ, or not even those."""
    capacity = draw(st.lists(HALVES, min_size=2, max_size=5))
    paths = st.lists(st.integers(0, len(capacity) - 1), unique=True, min_size=1, max_size=3)
    flows: list[Flow] = []
    for _ in range(draw(st.integers(1, 3))):
        path, weight, rank = draw(paths), draw(st.sampled_from([Fraction(1), Fraction(3, 2)])), draw(st.integers(0, 1))
        cap = draw(st.one_of(st.just(INFINITE), st.integers(1, 4).map(lambda n: Fraction(n, 4))))
        sizes, begins = draw(st.sampled_from([(1, 0), (3, 0), (3, 2)]))
        for _ in range(draw(st.integers(1, 8))):
            size_B, begin_s = Fraction(draw(st.integers(1, sizes))), Fraction(draw(st.integers(0, begins)))
            flows.append(Flow(path, size_B, weight, cap, rank, begin_s=begin_s))
    links, times = st.integers(0, len(capacity) - 1), st.integers(1, 30).map(Fraction)
    changes = draw(
        st.lists(st.tuples(times, links, st.integers(0, 8).map(Fraction)), max_size=3, unique_by=lambda c: c[:2])
    )
    ways = draw(
        st.lists(st.tuples(times, st.integers(0, len(flows) - 1), paths), max_size=4, unique_by=lambda w: w[:2])
    )
    return capacity, flows, changes, ways


@given(crowds())
@settings(max_examples=20)
def test_times_of_crowds_are_those_of_fractions_on_paper(scene: Scene) -> None:
    capacity, flows, changes, ways = scene
    found = simulate(
        floats([float(c) for c in capacity]),
        activities(
            [flow.path for flow in flows], [float(flow.size_B) for flow in flows],
            begin_s=[float(flow.begin_s) for flow in flows], weight=[float(flow.weight) for flow in flows],
            rank=[flow.rank for flow in flows],
            cap_bps=[np.inf if flow.cap_bps == INFINITE else float(flow.cap_bps) for flow in flows],
        ),
        Changes(
            floats([float(at) for at, _, _ in changes]), ints([link for _, link, _ in changes]),
            floats([float(bps) for _, _, bps in changes]), reroute_s=floats([float(at) for at, _, _ in ways]),
            activity=ints([i for _, i, _ in ways]), path_link=ints([link for *_, path in ways for link in path]),
            path_ptr=indices(np.concatenate([[0], np.cumsum([len(path) for *_, path in ways])])),
        ),
    )  # fmt: skip
    expected = [np.inf if done is None else float(done) for done in course(*scene)]
    np.testing.assert_allclose(found.done_s, expected, rtol=1e-9)
