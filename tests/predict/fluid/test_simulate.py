"""Activities on links: against fractions on paper, and against what can be said in one line."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.predict.fluid.plain import INFINITE, Flow, course

from easterly.base.columns import floats, indices, ints
from easterly.model.fluid import Activities, Changes, FluidRun
from easterly.predict.fluid import activities, simulate

G = 8e9
"""Of a link that takes a second for 1e9 bytes."""
GB = 1e9
PARTS = st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(1, 4)])
Scene = tuple[list[Fraction], list[Flow], list[tuple[Fraction, int, Fraction]]]


def run(links: list[float], paths: list[list[int]], size_B: list[float], **more: object) -> FluidRun:
    return simulate(floats(links), activities(paths, size_B, **more))  # type: ignore[arg-type]


@st.composite
def scenes(draw: st.DrawFn, ranks: int = 1) -> Scene:
    """Small networks, with numbers that meet each other often."""
    small = st.integers(1, 6).map(Fraction)
    capacity = draw(st.lists(small, min_size=1, max_size=5))
    flows = []
    for i in range(draw(st.integers(1, 6))):
        path = draw(st.lists(st.integers(0, len(capacity) - 1), unique=True, min_size=1, max_size=4))
        cap = draw(st.one_of(st.just(INFINITE), small))
        flows.append(
            Flow(
                path, draw(small), draw(st.sampled_from([Fraction(1), Fraction(2), Fraction(1, 2)])), cap,
                draw(st.integers(0, ranks - 1)),
                draw(st.lists(PARTS, min_size=len(path), max_size=len(path))),
                draw(st.integers(0, 3).map(Fraction)), draw(st.integers(0, 1).map(Fraction)),
                draw(st.lists(st.integers(0, i - 1), unique=True, max_size=2)) if i else [],
            )
        )  # fmt: skip
    links = st.integers(0, len(capacity) - 1)
    changes = draw(
        st.lists(st.tuples(small, links, st.integers(0, 6).map(Fraction)), max_size=3, unique_by=lambda c: c[:2])
    )
    return capacity, flows, changes


def simulated(capacity: list[Fraction], flows: list[Flow], changes: list[tuple[Fraction, int, Fraction]]) -> FluidRun:
    given_ = activities(
        [flow.path for flow in flows], [float(flow.size_B) for flow in flows],
        after=[(j, i) for i, flow in enumerate(flows) for j in flow.after],
        share=[float(s) for flow in flows for s in flow.share], delay_s=[float(flow.delay_s) for flow in flows],
        begin_s=[float(flow.begin_s) for flow in flows], weight=[float(flow.weight) for flow in flows],
        rank=[flow.rank for flow in flows],
        cap_bps=[np.inf if flow.cap_bps == INFINITE else float(flow.cap_bps) for flow in flows],
    )  # fmt: skip
    changes = sorted(changes)
    then = Changes(
        floats([float(at) for at, _, _ in changes]), ints([link for _, link, _ in changes]),
        floats([float(bps) for _, _, bps in changes]),
    )  # fmt: skip
    return simulate(floats([float(c) for c in capacity]), given_, then)


@given(scenes())
@settings(max_examples=20)
def test_times_are_those_of_fractions_on_paper(
    scene: tuple[list[Fraction], list[Flow], list[tuple[Fraction, int, Fraction]]],
) -> None:
    expected = [np.inf if done is None else float(done) for done in course(*scene)]
    np.testing.assert_allclose(simulated(*scene).done_s, expected, rtol=1e-9)


@given(scenes(ranks=3))
@settings(max_examples=30)
def test_so_are_those_of_ranks(scene: Scene) -> None:
    expected = [np.inf if done is None else float(done) for done in course(*scene)]
    np.testing.assert_allclose(simulated(*scene).done_s, expected, rtol=1e-9)


@pytest.mark.parametrize("short", [1, 3, 10])
def test_parking_lot(short: int) -> None:
    """One flow over n links, one flow on each: all get a half (Bertsekas & Gallager 1992, 6.5.2)."""
    found = run([G] * short, [list(range(short)), *([link] for link in range(short))], [GB] * (short + 1))
    np.testing.assert_allclose(found.done_s, 2.0, rtol=1e-12)
    np.testing.assert_allclose(found.carried_B, 2 * GB, rtol=1e-12)
    np.testing.assert_allclose(found.busy_s, 2.0, rtol=1e-12)


def test_a_chain_waits_works_and_sends() -> None:
    found = run(
        [G], [[0], [0], []], [GB, GB, 0.0], after=[(0, 1), (1, 2)], delay_s=[0.5, 0.25, 1.0], begin_s=[1.0, 0.0, 9.0]
    )
    assert found.begin_s.tolist() == [1.0, 2.5, 9.0]
    assert found.sends_s.tolist() == [1.5, 2.75, 10.0]
    assert found.done_s.tolist() == [2.5, 3.75, 10.0]
    assert found.bottleneck_link.tolist() == [0, 0, -1]
    assert found.complete
    assert found.time_s.tolist() == [1.5, 1.25, 1.0]


def test_ranks_get_what_is_left() -> None:
    """The first rank sends 1 GB at 3/4 of the line, its cap; the second has a quarter, and then all."""
    found = run([G], [[0], [0]], [0.75 * GB, GB], rank=[0, 1], cap_bps=[0.75 * G, np.inf])
    assert found.done_s.tolist() == [1.0, 1.75]


def test_a_link_that_fails_stops_what_crosses_it_until_it_is_back() -> None:
    changes = Changes(floats([0.5, 2.0]), ints([0, 0]), floats([0.0, 2 * G]))
    found = simulate(floats([G]), activities([[0]], [GB]), changes)
    assert found.done_s.tolist() == [2.25]
    assert found.busy_s.tolist() == [0.75]


def test_what_waits_for_a_dead_link_is_named_and_the_run_ends() -> None:
    found = run([G, 0.0], [[0, 1], [0], []], [GB, GB, 0.0], after=[(0, 2)])
    assert found.done_s.tolist() == [np.inf, 1.0, np.inf]
    assert found.begin_s.tolist() == [0.0, 0.0, np.inf]
    assert found.status == "stuck"
    assert found.bottleneck_link.tolist() == [1, 0, -1]
    assert found.time_s.tolist() == [np.inf, 1.0, np.inf]


def test_a_new_path_leads_around_a_dead_link() -> None:
    changes = Changes(
        floats([1.0]), ints([0]), floats([0.0]), reroute_s=floats([3.0]), activity=ints([0]), path_ptr=indices([0, 1]),
        path_link=ints([1]),
    )  # fmt: skip
    found = simulate(floats([G, G / 2]), activities([[0]], [2 * GB]), changes)
    assert found.done_s.tolist() == [5.0]
    assert found.carried_B.tolist() == [GB, GB]


def test_a_flow_that_is_spread_loads_each_link_with_its_part() -> None:
    found = run([G, G, G], [[0, 1, 2], [1]], [GB, GB], share=[1.0, 0.5, 0.5, 1.0])
    assert found.carried_B.tolist() == [GB, 1.5 * GB, 0.5 * GB]
    np.testing.assert_allclose(found.done_s, [1.5, 1.5], rtol=1e-12)


def test_what_needs_no_link_ends_at_once_or_at_its_cap() -> None:
    assert run([], [[], []], [GB, GB], cap_bps=[np.inf, G / 2]).done_s.tolist() == [0.0, 2.0]
    assert run([np.inf], [[0]], [GB]).done_s.tolist() == [0.0]
    assert run([np.inf], [[0]], [GB], cap_bps=[G]).carried_B.tolist() == [GB]


def test_a_run_that_is_stopped_says_what_it_has() -> None:
    paths, size = [[0]] * 20_000, [GB] * 20_000
    begin = [2.0 * i for i in range(20_000)]
    whole = run([G], paths, size, begin_s=begin)
    part = simulate(
        floats([G]), activities(paths, size, begin_s=begin), progress=lambda now, left, events: events < 8_000
    )
    assert (whole.status, part.status) == ("complete", "stopped")
    ended = np.isfinite(part.done_s)
    assert 3_000 < ended.sum() < 9_000
    assert np.array_equal(part.done_s[ended], whole.done_s[ended])
    at = simulate(floats([G]), activities(paths, size, begin_s=begin), until_s=100.5)
    assert (np.isfinite(at.done_s).sum(), at.status, at.end_s) == (50, "stopped", 100.0)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"weight": [0.0]}, r"weight\[0\] is 0\.0*, not a number above 0"),
        ({"cap_bps": [0.0]}, r"cap_bps\[0\]"),
        ({"rank": [-1]}, r"rank\[0\] is -1, not within 0\.\.63"),
        ({"delay_s": [np.nan]}, r"delay_s\[0\]"),
        ({"after": [(0, 0)]}, "activity 0 waits for itself"),
        ({"share": [0.0]}, r"share\[0\]"),
    ],
)
def test_what_makes_no_sense_is_refused(more: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        run([G], [[0]], [GB], **more)


def test_columns_have_to_fit() -> None:
    with pytest.raises(ValueError, match="size_B"):
        run([G], [[0]], [np.inf])
    with pytest.raises(ValueError, match=r"link\[0\] is 1"):
        run([G], [[1]], [GB])
    with pytest.raises(ValueError, match="ptr"):
        simulate(floats([G]), Activities(floats([GB]), indices([0]), ints([])))
    with pytest.raises(ValueError, match="infinite capacity"):
        simulate(floats([np.inf]), activities([[0]], [GB]), Changes(floats([1.0]), ints([0]), floats([1.0])))
    with pytest.raises(ValueError, match="mode"):
        simulate(floats([G]), activities([[0]], [GB]), mode="fast")  # type: ignore[arg-type]
