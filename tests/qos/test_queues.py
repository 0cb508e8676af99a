"""Queues and shares of classes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.demand.clusters import site

from easterly import qos
from easterly.qos.plan import shares


def planned(queues=8, **classes):
    switches = {"sw": {"ports": 64, "rate": "400Gb/s", "queues": queues}, "big": {"ports": 64, "rate": "1Tb/s"}}
    hosts = {"h": {"gpus": 8, "nics": 8, "nic_rate": "400Gb/s", "scaleup": "1Tb/s"}}
    return qos.plan(site(classes=classes, hardware={"switches": switches, "hosts": hosts}))


def test_usual_marks_get_their_usual_queues():
    """Class selector to queue: EF 46 to 5, CS6 48 to 6, AF31 26 to 3, AF21 18 to 2, default to 0."""
    plan = planned(
        voice={"dscp": 46, "share": "10%", "priority": "strict"}, cnp={"dscp": 48, "share": "2%"},
        training={"dscp": 26, "share": "50%", "lossless": True, "ecn": "auto"}, storage={"dscp": 18, "share": "25%"},
        default={"dscp": 0, "share": "rest"},
    )  # fmt: skip
    assert plan.traffic_class.tolist() == ["cnp", "default", "storage", "training", "voice"]
    assert plan.queue.tolist() == [6, 0, 2, 3, 5] and plan.dscp.tolist() == [48, 0, 18, 26, 46]
    assert plan.share.tolist() == pytest.approx([0.02, 0.13, 0.25, 0.5, 0.1])
    assert plan.strict.tolist() == [False] * 4 + [True] and plan.lossless.tolist() == [False] * 3 + [True, False]


def test_written_queues_are_kept():
    plan = planned(a={"dscp": 26, "share": "50%"}, b={"dscp": 0, "share": "rest", "queue": 3})
    assert plan.queue.tolist() == [2, 3]


def test_no_classes_no_queues():
    assert len(qos.plan(site(classes={})).queue) == 0


@given(st.lists(st.integers(0, 63), unique=True, min_size=1, max_size=6), st.integers(6, 8))
def test_every_class_has_a_queue_of_its_own(marks, queues):
    share = f"{100 / len(marks):.3f}%"
    classes = {f"c{d}": {"dscp": d, "share": share} for d in marks}
    first, second = planned(queues, **classes), planned(queues, **dict(reversed(classes.items())))
    assert len(set(first.queue.tolist())) == len(marks) and max(first.queue) < queues
    assert first.queue.tolist() == second.queue.tolist()


def test_more_classes_than_queues_share_the_last():
    assert planned(1, a={"dscp": 0, "share": "50%"}, b={"dscp": 26, "share": "50%"}).queue.tolist() == [0, 0]


@pytest.mark.parametrize("given, rest", [(["33.3%"] * 3, 0.001), (["100%"], 0.0), (["120%"], 0.0), ([], 1.0)])
def test_the_rest_is_what_is_left(given, rest):
    plan = site(classes={f"c{i}": {"dscp": i, "share": s} for i, s in enumerate([*given, "rest"])})
    assert shares(list(plan.classes.values()))[f"c{len(given)}"] == pytest.approx(rest, abs=1e-12)
