"""How hosts send, as the plan sets them to: numbers and frames."""

from __future__ import annotations

import pytest
from tests.study.test_buffers import nouns

from easterly.predict.packet import transport
from easterly.study.packets.transports import transports_of


@pytest.fixture(scope="module")
def plan():
    return nouns().qos.value


def ways(plan, **wanted):
    return dict(zip(plan.traffic_class.tolist(), transports_of(plan, wanted), strict=True))


def test_a_class_is_sent_as_it_is_treated(plan):
    assert {name: how.law for name, how in ways(plan).items()} == {
        "default": "cubic", "storage": "dctcp", "training": "dcqcn",
    }  # fmt: skip


def test_the_numbers_of_the_plan(plan):
    rules, paper = ways(plan)["training"].dcqcn, transport("dcqcn-paper").dcqcn
    assert rules.additive_bps == 100e6  # 40 Mb/s at 40 Gb/s
    assert (rules.hyper_bps, paper.additive_bps) == (10 * rules.additive_bps, 40e6)
    assert (rules.g, rules.gap_s, rules.alpha_timer_s) == (paper.g, paper.gap_s, paper.alpha_timer_s)
    assert "plan" in ways(plan)["training"].source and ways(plan)["storage"].g == 1 / 16


def test_frames_fill_the_mtu(plan):
    for how in ways(plan).values():
        frame_B = how.packet_B - 20  # without preamble and gap
        assert frame_B <= plan.mtu_B
        payload_B = how.packet_B - how.header_B
        if how.lossless:
            assert payload_B == 4096  # the largest of InfiniBand's sizes
        else:
            assert frame_B == plan.mtu_B and payload_B == plan.mtu_B - 18 - 20 - 32


def test_another_transport_where_it_is_asked_for(plan):
    asked = ways(plan, storage="newreno")
    assert asked["storage"].law == "newreno" and asked["training"].law == "dcqcn"
    with pytest.raises(ValueError, match="no class 'stor'"):
        ways(plan, stor="newreno")
    with pytest.raises(ValueError, match="no transport 'reno'"):
        ways(plan, storage="reno")
