"""The trees find the rule that a linear scan finds, and every packet field is read as it is written."""

from __future__ import annotations

import ipaddress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly._kernel import classify as kernel
from easterly.qos.classify import (
    FIELDS,
    Classifier,
    Rule,
    boxes_of,
    edge_packets,
    linear_scan,
    packets_of,
    parse_rules,
    random_rules,
)

TOPS = [(1 << bits) - 1 for bits in FIELDS.values()]


@st.composite
def words(draw: st.DrawFn, most_rules: int = 30) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Boxes over some dimensions of any width: low, high, top."""
    top = draw(st.lists(st.sampled_from([0, 1, 2, 7, 255, 65535, 2**32 - 1, 2**64 - 1]), min_size=1, max_size=6))
    value = [st.one_of(st.sampled_from([0, t]), st.integers(0, min(t, 8)), st.integers(0, t)) for t in top]
    rows = draw(st.lists(st.tuples(*[st.tuples(v, v) for v in value]), max_size=most_rules))
    sides = np.array([[sorted(pair) for pair in row] for row in rows], dtype=np.uint64).reshape(-1, len(top), 2)
    return np.ascontiguousarray(sides[:, :, 0]), np.ascontiguousarray(sides[:, :, 1]), np.array(top, dtype=np.uint64)


def edges(low: np.ndarray, high: np.ndarray, top: np.ndarray, seed: int, count: int = 200) -> list[np.ndarray]:
    """Columns of packets whose every field is an end of some rule, or one beside it."""
    rng = np.random.default_rng(seed)
    columns = []
    for d, most in enumerate(top.tolist()):
        ends = {0, most, *low[:, d].tolist(), *high[:, d].tolist()}
        near = sorted({x + step for x in ends for step in (-1, 0, 1) if 0 <= x + step <= most})
        columns.append(np.array(near, dtype=np.uint64)[rng.integers(0, len(near), count)])
    return columns


def scan(low: np.ndarray, high: np.ndarray, packet: list[int]) -> int:
    for rule, (lows, highs) in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
        if all(a <= x <= b for a, x, b in zip(lows, packet, highs, strict=True)):
            return rule
    return -1


@settings(deadline=None, max_examples=75)
@given(words(), st.integers(1, 9), st.integers(1, 5), st.integers(0, 99))
def test_any_boxes(boxes, leaf, copies, seed):
    low, high, top = boxes
    made = kernel.Classifier(low, high, top, leaf, copies)
    columns = edges(low, high, top, seed)
    expected = [scan(low, high, packet) for packet in np.column_stack(columns).tolist()]
    assert made.classify(columns).tolist() == expected
    assert [made.first(packet) for packet in np.column_stack(columns)] == expected
    state = made.state
    assert state["references"] <= copies * len(low)
    assert state["memory_B"] <= state["bound_B"] <= 36 * copies * len(low) + 16 * len(top) * len(low) + 32


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("kind", ["acl", "fw", "ipc"])
def test_drawn_rule_sets(kind, version):
    boxes = boxes_of(random_rules(1000, kind, version=version))
    packets = edge_packets(boxes, 5000)
    found = Classifier(boxes).classify(packets)
    assert (found == linear_scan(boxes, packets)).all()
    assert len(np.unique(found)) > 500


def test_all_rules_alike_and_no_rules():
    """Nothing to split: one leaf holds all, and the first wins."""
    alike = parse_rules("\n".join(["class a src 10.0.0.0/8"] * 50))
    packets = packets_of(["10.1.1.1", "11.1.1.1"], ["10.0.0.1"] * 2)
    assert Classifier(alike).classify(packets).tolist() == [0, -1]
    assert Classifier([]).classify(packets).tolist() == [-1, -1]
    assert Classifier(alike).classify(packets_of([], [])).tolist() == []


@settings(deadline=None, max_examples=50)
@given(st.data())
def test_prefixes_hold_what_ipaddress_says(data):
    """IPv4 and IPv6 side by side, with packets at the ends of the prefixes."""
    rules, addresses = [], []
    for _ in range(data.draw(st.integers(1, 12))):
        bits, network, address = data.draw(st.sampled_from([
            (32, ipaddress.IPv4Network, ipaddress.IPv4Address), (128, ipaddress.IPv6Network, ipaddress.IPv6Address),
        ]))  # fmt: skip
        number, length = data.draw(st.integers(0, 2**bits - 1)), data.draw(st.integers(0, bits))
        net = network((number >> bits - length << bits - length, length))
        rules.append(Rule("a", **{data.draw(st.sampled_from(["src", "dst"])): net}))
        first, last = int(net.network_address), int(net.broadcast_address)
        addresses += [address(x) for x in (first, last, first - 1, last + 1, number) if 0 <= x < 2**bits]
    pairs = [(a, b) for a in addresses for b in addresses if a.version == b.version]
    found = Classifier(rules, leaf=1).classify(packets_of([str(a) for a, _ in pairs], [str(b) for _, b in pairs]))

    def matches(rule, src, dst):
        return all(
            net is None or (net.version == end.version and end in net)
            for net, end in ((rule.src, src), (rule.dst, dst))
        )

    expected = [next((i for i, r in enumerate(rules) if matches(r, *pair)), -1) for pair in pairs]
    assert found.tolist() == expected


def test_every_field_is_read():
    text = """
        class tcp_syn proto tcp flags syn,!ack
        class web     proto tcp dport 80-443
        class from    proto udp sport 53
        class voice   dscp ef
        class tagged  vlan 100-199
        class high    pcp 6-7
        class port    in 70000
        class gre     proto gre
        class six     dst 2001:db8::/32
    """
    ask = {
        "tcp_syn": {"flags": 0b10, "dst_port": 80}, "web": {"flags": 0b10010, "dst_port": 443},
        "from": {"protocol": 17, "src_port": 53}, "voice": {"dscp": 46}, "tagged": {"vlan": 199}, "high": {"pcp": 6},
        "port": {"interface": 70000}, "gre": {"protocol": 47},
    }  # fmt: skip
    rules = parse_rules(text)
    for name, fields in ask.items():
        [found] = Classifier(rules).classify(packets_of(["10.0.0.1"], ["10.0.0.2"], **fields))
        assert rules[found].name == name
    assert Classifier(rules).classify(packets_of(["2001:db8::1"], ["2001:db8::"])).tolist() == [8]
    assert Classifier(rules).classify(packets_of(["10.0.0.1"], ["10.0.0.2"], vlan=200, dst_port=444)).tolist() == [-1]


@pytest.mark.parametrize("change, message", [
    ({"low": np.array([[5]], dtype=np.uint64)}, "above its high"),
    ({"high": np.array([[300]], dtype=np.uint64)}, "above 255"),
    ({"high": np.zeros((2, 1), dtype=np.uint64)}, "2 x 1, not 1 x 1"),
    ({"top": np.zeros(33, dtype=np.uint64)}, "33 dimensions"),
    ({"leaf": 0}, "leaf is 0"),
    ({"copies": 65}, "copies is 65"),
])  # fmt: skip
def test_wrong_rules_are_refused(change, message):
    fine = {"low": np.zeros((1, 1), dtype=np.uint64), "high": np.array([[3]], dtype=np.uint64),
            "top": np.array([255], dtype=np.uint64), "leaf": 8, "copies": 4}  # fmt: skip
    assert kernel.Classifier(**fine).first(np.array([3], dtype=np.uint64)) == 0
    with pytest.raises(ValueError, match=message):
        kernel.Classifier(**fine | change)


def test_wrong_packets_are_refused():
    made = kernel.Classifier(*(np.array(x, dtype=np.uint64) for x in ([[0, 1]], [[3, 2]], [255, 7])), 8, 4)
    column = np.array([1, 8], dtype=np.uint64)
    with pytest.raises(ValueError, match=r"fields\[1\]\[1\] is 8, above 7"):
        made.classify([column, column])
    with pytest.raises(ValueError, match="one per dimension"):
        made.classify([column])
    with pytest.raises(ValueError, match="one per packet"):
        made.classify([column, column[:1].copy()])
    with pytest.raises(ValueError, match="above 7"):
        made.first(column)
    with pytest.raises(ValueError, match="two versions"):
        packets_of(["10.0.0.1"], ["::1"])
    with pytest.raises(ValueError, match="6 bits"):
        packets_of(["10.0.0.1"], ["10.0.0.2"], dscp=64)
