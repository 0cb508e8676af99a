"""CBQ: who is regulated, who borrows, and what comes out in the long run."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from pytest import approx
from tests.qos.scheduling.loads import rates_bps
from tests.qos.scheduling.packets import Packets, check_link, packets, stepped

from easterly.qos.scheduling import CbqClass, cbq

M = 10**6
LINK = 100 * M
GUIDE = [
    CbqClass("link", LINK, borrows=False),
    CbqClass("A", 40 * M, "link"),
    CbqClass("www", 30 * M, "A", quantum_B=4500),
    CbqClass("other", 10 * M, "A", quantum_B=1500),
    CbqClass("B", 60 * M, "link", quantum_B=9000),
]


@pytest.mark.parametrize(
    "wanted", [{2: 30, 3: 10, 4: 60}, {3: 40, 4: 60}, {2: 40, 4: 60}, {2: 75, 3: 25}, {4: 95}], ids=str
)
def test_formal_link_sharing_keeps_what_is_allocated(wanted: dict[int, int]) -> None:
    """What a class leaves goes to its siblings before it goes to others; the rest by quantum."""
    sent = rates_bps(cbq(GUIDE, link_bps=LINK), dict.fromkeys(wanted, 95.0 * M), LINK, size_B=1000)
    for queue, rate in wanted.items():
        assert sent[queue] == approx(rate * M, rel=0.03)


def test_without_loans_a_class_is_regulated() -> None:
    """Also where the link is otherwise idle. The estimator errs by a few per cent."""
    classes = [replace(c, borrows=False) for c in GUIDE]
    sent = rates_bps(cbq(classes, link_bps=LINK), {2: 95.0 * M, 4: 95.0 * M}, LINK, size_B=1000)
    assert [sent[2], sent[4]] == [approx(30 * M, rel=0.05), approx(60 * M, rel=0.05)]


def test_whoever_has_an_ancestor_below_its_limit_may_send() -> None:
    """Ancestor-only sharing looks at nobody else: a link that is never overlimit lends to all alike."""
    classes = [replace(c, quantum_B=1000) for c in GUIDE]
    sent = rates_bps(cbq(classes, link_bps=LINK, formal=False), {3: 95.0 * M, 4: 95.0 * M}, LINK, size_B=1000)
    assert sent[3] == approx(sent[4], rel=0.03)


def test_the_estimator_by_hand() -> None:
    """8 Mb/s on a link of 80: a packet of 1,000 B takes 0.1 ms, and 1 ms of the class."""
    leaf = CbqClass("leaf", 8 * M, max_idle_ns=0)
    link = cbq([leaf], link_bps=80 * M)
    link.arrive(0, 1000, 900_000)
    link.arrive(0, 1000, 900_000)
    link.send(900_000)
    assert link.state["avgidle_ns"] == [0]
    link.send(1_000_000)
    assert link.state["avgidle_ns"] == [-900_000 / 16]
    link.arrive(0, 1000, 1_100_000)
    due = 1_100_000 + 900_000 + 900_000 * 15 // 16
    assert link.next(1_100_000) == (None, due)
    link.send(due)
    assert link.state["avgidle_ns"][0] == approx(0, abs=2)


@given(sent=packets(3, 60, 50_000))
def test_steps_and_columns_agree(sent: Packets) -> None:
    classes = [GUIDE[0], GUIDE[1], *(replace(c, priority=i % 2) for i, c in enumerate(GUIDE[2:]))]
    shifted = Packets(sent.time_ns, [q + 2 for q in sent.queue], sent.size_B)
    one, other = shifted.sent(cbq(classes, link_bps=LINK)), stepped(cbq(classes, link_bps=LINK), shifted, LINK)
    check_link(shifted, one, LINK, conserving=False)
    assert one.departure_ns.tolist() == other.departure_ns


@pytest.mark.parametrize(
    ("classes", "says"),
    [
        ([], "empty"),
        ([CbqClass("a", 0)], "rate_bps is 0"),
        ([CbqClass("a", M, quantum_B=0)], "quantum_B is 0"),
        ([CbqClass("a", M, "b")], "does not come before"),
        ([CbqClass("a", M, max_idle_ns=-1)], "max_idle_ns is -1"),
    ],
)
def test_impossible_classes_are_refused(classes: list[CbqClass], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        cbq(classes, link_bps=LINK)
