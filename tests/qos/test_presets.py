"""Presets against the tables of the RFCs, written out here from their text."""

from __future__ import annotations

import pytest
from tests.qos.test_plan import a_site

from easterly import qos
from easterly.model.catalog import presets

# RFC 4594, figure 3: service class, code points. The binary values are those of its table.
FIGURE_3 = {
    "Network Control": ["110000"], "Telephony": ["101110"], "Signaling": ["101000"],
    "Multimedia Conferencing": ["100010", "100100", "100110"], "Real-Time Interactive": ["100000"],
    "Multimedia Streaming": ["011010", "011100", "011110"], "Broadcast Video": ["011000"],
    "Low-Latency Data": ["010010", "010100", "010110"], "OAM": ["010000"],
    "High-Throughput Data": ["001010", "001100", "001110"], "Standard": ["000000"], "Low-Priority Data": ["001000"],
}  # fmt: skip
# Which of the twelve share one of eight queues here: a choice, that of the preset.
TOGETHER = {
    "network-control": ["Network Control"], "telephony": ["Telephony", "Signaling"],
    "conferencing": ["Multimedia Conferencing", "Real-Time Interactive"],
    "streaming": ["Multimedia Streaming", "Broadcast Video"], "low-latency-data": ["Low-Latency Data", "OAM"],
    "high-throughput-data": ["High-Throughput Data"], "standard": ["Standard"],
    "low-priority-data": ["Low-Priority Data"],
}  # fmt: skip
# RFC 8325, figure 1: code point, user priority, access category. CS6 and CS7 are 7 or 0, see its section 8.
FIGURE_1 = [
    ("CS7", 56, 7, "AC_VO"), ("CS6", 48, 7, "AC_VO"), ("EF", 46, 6, "AC_VO"), ("VA", 44, 6, "AC_VO"),
    ("CS5", 40, 5, "AC_VI"), ("AF41", 34, 4, "AC_VI"), ("AF42", 36, 4, "AC_VI"), ("AF43", 38, 4, "AC_VI"),
    ("CS4", 32, 4, "AC_VI"), ("AF31", 26, 4, "AC_VI"), ("AF32", 28, 4, "AC_VI"), ("AF33", 30, 4, "AC_VI"),
    ("CS3", 24, 4, "AC_VI"), ("AF21", 18, 3, "AC_BE"), ("AF22", 20, 3, "AC_BE"), ("AF23", 22, 3, "AC_BE"),
    ("CS2", 16, 0, "AC_BE"), ("AF11", 10, 0, "AC_BE"), ("AF12", 12, 0, "AC_BE"), ("AF13", 14, 0, "AC_BE"),
    ("DF", 0, 0, "AC_BE"), ("CS1", 8, 1, "AC_BK"),
]  # fmt: skip
# IEEE 802.11: access category of each user priority (RFC 8325, figure 2).
CATEGORY = {1: "AC_BK", 2: "AC_BK", 0: "AC_BE", 3: "AC_BE", 4: "AC_VI", 5: "AC_VI", 6: "AC_VO", 7: "AC_VO"}
LOWER_EFFORT = 0b000001  # RFC 8622, section 4


def planned(name: str):
    plan = qos.plan(a_site({}, qos={"preset": name}))
    return plan, [str(plan.traffic_class[row]) for row in plan.dscp_class.tolist()]


@pytest.mark.parametrize("name", sorted(presets.SOURCE))
def test_every_preset_says_where_it_is_from(name):
    assert presets.classes(name)
    assert "shares: a choice" in presets.SOURCE[name]
    assert presets.classes("rfc0000") == {}


def test_rfc_4594_as_it_was_published():
    _, owner = planned("rfc4594-2006")
    for ours, theirs in TOGETHER.items():
        for service in theirs:
            assert {owner[int(point, 2)] for point in FIGURE_3[service]} == {ours}
    assert sorted(name for names in TOGETHER.values() for name in names) == sorted(FIGURE_3)
    # RFC 2474, section 3: an unknown code point is served as the default one. LE and VOICE-ADMIT came later.
    known = {int(point, 2) for points in FIGURE_3.values() for point in points} | {56}
    assert {owner[point] for point in range(64) if point not in known} == {"standard"}


def test_rfc_4594_with_what_followed_differs_in_two_code_points():
    """RFC 8622, section 9: LE replaces CS1 for low-priority data. RFC 5865: 101100 is VOICE-ADMIT."""
    before, now = planned("rfc4594-2006")[1], planned("rfc4594")[1]
    assert {p: (a, b) for p, (a, b) in enumerate(zip(before, now, strict=True)) if a != b} == {
        LOWER_EFFORT: ("standard", "low-priority-data"), 0b101100: ("standard", "telephony"),
    }  # fmt: skip
    plan, _ = planned("rfc4594")
    assert plan.dscp[plan.index("low-priority-data")] == LOWER_EFFORT


def test_rfc_8622_is_the_default_and_what_gives_way_to_it():
    plan, owner = planned("rfc8622")
    assert [point for point in range(64) if owner[point] == "lower-effort"] == [LOWER_EFFORT]
    assert {owner[point] for point in range(64) if point != LOWER_EFFORT} == {"standard"}
    low, default = plan.index("lower-effort"), plan.index("standard")
    assert plan.share[low] <= 0.01 < plan.share[default]
    assert not plan.strict.any()
    assert plan.queue[low] < plan.queue[default]


def test_rfc_8325_gives_every_code_point_its_user_priority():
    plan, owner = planned("rfc8325")
    for name, point, priority, category in [*FIGURE_1, ("LE", LOWER_EFFORT, 1, "AC_BK")]:
        assert plan.pcp[plan.index(owner[point])] == priority, name
        assert CATEGORY[int(plan.pcp[plan.index(owner[point])])] == category, name
    known = {point for _, point, _, _ in FIGURE_1} | {LOWER_EFFORT}
    assert {int(plan.pcp[plan.index(owner[p])]) for p in range(64) if p not in known} == {0}
    assert len(set(plan.pcp.tolist())) == len(plan.pcp)


def test_priorities_that_are_written_out_replace_those_of_the_preset():
    plan = qos.plan(a_site({}, qos={"preset": "rfc8325", "priorities": "class-selector"}))
    assert plan.pcp[plan.index("voice")] == 46 >> 3
    assert planned("rfc8325")[0].pcp[plan.index("voice")] == 6


def test_training_of_an_ai_cluster_is_paused_and_marked_apart_from_its_notifications():
    plan, owner = planned("ai-cluster")
    assert (owner[26], owner[48], owner[LOWER_EFFORT], owner[8]) == (
        "training", "notifications", "scavenger", "scavenger",
    )  # fmt: skip
    assert [str(plan.traffic_class[row]) for row in plan.lossless.nonzero()[0]] == ["training"]
    assert bool(plan.ecn[plan.index("training")])
    assert [str(plan.traffic_class[row]) for row in plan.strict.nonzero()[0]] == ["notifications"]
