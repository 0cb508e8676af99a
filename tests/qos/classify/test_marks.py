"""Code points, priorities, maps and trust, against the tables of the RFCs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly.qos.classify import (
    CODE_POINTS,
    Boundary,
    MarkMap,
    class_selectors,
    dscp_name,
    dscp_of,
    wifi_priorities,
)

RFC_4594 = {
    "cs6": 48, "ef": 46, "va": 44, "cs5": 40, "af41": 34, "af42": 36, "af43": 38, "cs4": 32, "af31": 26, "af32": 28,
    "af33": 30, "cs3": 24, "af21": 18, "af22": 20, "af23": 22, "cs2": 16, "af11": 10, "af12": 12, "af13": 14, "df": 0,
    "le": 1, "cs1": 8, "cs7": 56, "cs0": 0,
}  # fmt: skip
RFC_8325 = {6: "ef va", 5: "cs5", 4: "af41 af42 af43 cs4 af31 af32 af33 cs3", 3: "af21 af22 af23", 1: "cs1 le",
            0: "cs2 af11 af12 af13 df"}  # fmt: skip


def test_code_points():
    assert dict(CODE_POINTS) == RFC_4594
    assert all(dscp_of(dscp_name(point)) == point for point in RFC_4594.values())
    with pytest.raises(ValueError, match="no code point"):
        dscp_of("af44")


def test_user_priorities_of_wifi():
    up = wifi_priorities().table
    assert {name: up[dscp_of(name)] for names in RFC_8325.values() for name in names.split()} == {
        name: priority for priority, names in RFC_8325.items() for name in names.split()
    }
    named = set(RFC_4594.values())
    assert {up[point] for point in range(64) if point not in named} == {0}
    assert (up[48], up[56]) == (0, 0)
    assert [wifi_priorities(trusted=True).table[point] for point in (48, 56, 46)] == [7, 7, 6]


maps = st.lists(st.none() | st.integers(0, 7), min_size=8, max_size=8)


@given(maps, maps, maps)
def test_maps_compose_and_invert(first, second, third):
    a = MarkMap("pcp", "tc", (*first,))
    b = MarkMap.of("tc", "queue", {t: q for t, q in enumerate(second) if q is not None})
    c = MarkMap.of("queue", "pcp", {q: p for q, p in enumerate(third) if p is not None})
    assert a.then(b).table == tuple(None if t is None else second[t] for t in first)
    assert a.then(b).then(c) == a.then(b.then(c))
    assert a.inverse() == {t: tuple(i for i in range(8) if first[i] == t) for t in set(first) - {None}}
    assert all(a.then(a.back()).table[s] == min(sources) for sources in a.inverse().values() for s in sources)
    assert a.apply(range(8), default=9).tolist() == [9 if t is None else t for t in first]


def test_trust():
    boundary = {trust: Boundary(trust, MarkMap.of("dscp", "tc", {46: 5, 34: 4}, 0), class_selectors_of_pcp(), default=1)
                for trust in ("dscp", "pcp", "none")}  # fmt: skip
    dscp, pcp = [46, 34, 10, 46], [0, 7, 3, 2]
    assert boundary["dscp"].classes(dscp, pcp).tolist() == [5, 4, 0, 5]
    assert boundary["dscp"].classes(dscp, pcp, ip=[True, False, True, True]).tolist() == [5, 1, 0, 5]
    assert boundary["pcp"].classes(dscp, pcp).tolist() == [0, 7, 3, 2]
    assert boundary["pcp"].classes(dscp, pcp, tagged=False).tolist() == [1] * 4
    assert boundary["none"].classes(dscp, pcp).tolist() == [1] * 4
    with pytest.raises(ValueError, match="pcp must be within 0-7"):
        boundary["none"].classes(dscp, [8] * 4)
    with pytest.raises(ValueError, match="dscp has 4 entries, and pcp 1"):
        boundary["dscp"].classes(dscp, [1])


def class_selectors_of_pcp() -> MarkMap:
    return MarkMap.of("pcp", "tc", {p: p for p in range(8)})


@pytest.mark.parametrize("make, message", [
    (lambda: MarkMap("dscp", "tc", (0,) * 8), "64 values, and the table 8"),
    (lambda: MarkMap("exp", "tc", (0,) * 8), "no kind of mark"),
    (lambda: MarkMap("pcp", "up", (8,) * 8), "up 8 is not within 0-7"),
    (lambda: MarkMap.of("pcp", "up", {8: 1}), "pcp 8 is not within 0-7"),
    (lambda: class_selectors().then(wifi_priorities()), "to pcp cannot be followed by one from dscp"),
    (lambda: class_selectors().back({0: 9}), "dscp 9 does not become pcp 0"),
    (lambda: Boundary("all", class_selectors(), class_selectors()), "none of dscp, pcp, none"),
    (lambda: Boundary("dscp", class_selectors(), class_selectors()), "not from dscp to tc"),
])  # fmt: skip
def test_contradictions_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
