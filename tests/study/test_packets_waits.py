"""What a step waits for, against graphs of events whose times are summed up one by one."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly.base.columns import floats, indices, ints, texts
from easterly.model.schedule import EventKind, Purposes, Schedule, Streams
from easterly.study.packets.waits import _shares, waits

AXES = ("compute", "tp", "pp", "dp")
COMPUTE, MESSAGE = ("compute", "", "", False), ("pp", "forward", "send", False)
KINDS = (EventKind.COMPUTE, EventKind.LOCAL, EventKind.SEND, EventKind.SEND)


def graph(purpose, before, *, job=(0, 0, 0, 0), stream=None):
    """Events of these purposes, behind these others."""
    zero = [0] * len(purpose)
    of = Purposes(
        ints(job), texts(AXES), texts(["forward"] * 4), texts(["", "all-reduce", "send", "all-reduce"]),
        texts([""] * 4), ints([0] * 4), ints([1] * 4),
    )  # fmt: skip
    none = floats(zero)
    stream = [-1 if p else 0 for p in purpose] if stream is None else stream
    return Schedule(
        ints([KINDS[p] for p in purpose]), ints(zero), ints([int(KINDS[p] == EventKind.SEND) for p in purpose]), none,
        none, none, none, ints(stream), ints(purpose), *(ints(zero) for _ in range(5)),
        indices(np.cumsum([0, *map(len, before)])), ints([p for each in before for p in each]), of,
        Streams(indices([0]), ints([])),
    )  # fmt: skip


def ended(duration_s, before):
    """When each is done that begins as soon as it can."""
    done_s = []
    for took_s, own in zip(duration_s, before, strict=True):
        done_s.append(took_s + max((done_s[p] for p in own), default=0.0))
    return floats(done_s)


def test_a_step_of_compute_and_a_message_that_is_hidden_in_part():
    # 3 s of compute, 2 s of it beside a message of 5 s, a second of dp behind both: idle for 3 of the 5 s, and 1 s.
    purpose, before = [0, 0, 2, 3], [[], [0], [0], [1, 2]]
    found = waits(graph(purpose, before), ended([3.0, 2.0, 5.0, 1.0], before), 0)
    assert found == {COMPUTE: 5.0, ("pp", "forward", "send", False): 3.0, ("dp", "forward", "all-reduce", False): 1.0}
    hidden = waits(graph(purpose, before), ended([3.0, 6.0, 5.0, 1.0], before), 0)
    assert hidden == {COMPUTE: 9.0, ("dp", "forward", "all-reduce", False): 1.0}


def test_a_pipeline_of_two_stages_has_its_bubble():
    # Stage 0 computes 2 s and sends for 1 s, stage 1 computes 2 s: each is idle for the 2 s of the other, and 1 s.
    purpose, before = [0, 2, 0], [[], [0], [1]]
    found = waits(graph(purpose, before, stream=[0, -1, 1]), ended([2.0, 1.0, 2.0], before), 0)
    assert {key[0]: each_s for key, each_s in found.items()} == {"compute": 2.0, "bubble": 2.0, "pp": 1.0}


def test_what_stays_inside_hosts_says_so_and_nothing_has_to_compute():
    assert waits(graph([1], [[]]), floats([2.0]), 0) == {("tp", "forward", "all-reduce", True): 2.0}


def test_only_the_events_of_the_job_and_nothing_of_one_that_has_not_ended():
    made = graph([0, 2, 3], [[], [], []], job=(0, 0, 1, 1))
    done_s = floats([2.0, 7.0, 9.0])
    assert waits(made, done_s, 0) == {COMPUTE: 2.0}
    assert [key[0] for key in waits(made, done_s, 1)] == ["dp"]
    assert waits(made, floats([2.0, np.inf, 9.0]), 1) == {}
    assert waits(made, done_s, 2) == {}


def test_what_does_not_shrink_with_messages_is_counted_once():
    # Compute 8 s and a message of 2 s in all; 1 s of latency whatever the part.
    took = [{COMPUTE: 8 * part, MESSAGE: 2 * part + 1.0} for part in (0.1, 0.05)]
    shares = dict(_shares(took, [0.1, 0.05, 0.025]))
    assert shares == pytest.approx({COMPUTE: 8 / 11, MESSAGE: 3 / 11})
    assert dict(_shares(took[:1], [0.1])) == pytest.approx({COMPUTE: 0.8 / 2, MESSAGE: 1.2 / 2})


@st.composite
def graphs(draw):
    """Graphs whose compute has one of two streams, each event of which comes after the one before."""
    before, purpose, stream = [], [], []
    for event in range(draw(st.integers(1, 25))):
        own = draw(st.sets(st.integers(0, event - 1), max_size=3)) if event else set()
        purpose.append(draw(st.integers(0, 3)))
        stream.append(-1 if purpose[-1] else draw(st.integers(0, 1)))
        earlier = [e for e in range(event) if stream[e] == stream[-1] >= 0]
        before.append(sorted(own | set(earlier[-1:])))
    duration_s = draw(st.lists(st.integers(0, 12).map(float), min_size=len(before), max_size=len(before)))
    return purpose, before, stream, duration_s


def reason_at(at_s, of, purpose, before, stream, begun_s, done_s):
    """What a stream does at a moment: looks at every event."""
    mine = [e for e in range(len(purpose)) if stream[e] == of]
    if any(begun_s[e] <= at_s < done_s[e] for e in mine):
        return "compute"
    later = [e for e in mine if begun_s[e] > at_s]
    event = later[0] if later else int(np.argmax(done_s))
    while not (begun_s[event] <= at_s < done_s[event]):
        event = max(before[event], key=lambda e: done_s[e])
    return "bubble" if purpose[event] == 0 else AXES[purpose[event]]


@given(graphs())
def test_reasons_are_those_of_every_moment(drawn):
    purpose, before, stream, duration_s = drawn
    done_s = ended(duration_s, before)
    begun_s = done_s - np.array(duration_s)
    streams = sorted({s for s in stream if s >= 0})
    if done_s.max() == 0 or not streams or len(set(done_s)) < len(done_s):  # ties: either is a reason
        return
    count = Counter(
        reason_at(tick + 0.5, of, purpose, before, stream, begun_s, done_s)
        for of in streams
        for tick in range(int(done_s.max()))
    )
    found = Counter[str]()
    for key, each_s in waits(graph(purpose, before, stream=stream), done_s, 0).items():
        found[key[0]] += each_s * len(streams)
    assert dict(found) == pytest.approx(dict(count))
