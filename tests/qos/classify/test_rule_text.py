"""The text of rules and packets: what is written is read, and every fault has its place."""

from __future__ import annotations

import ipaddress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly.qos.classify import FaultyText, Packets, Rule, packet_text, parse_packets, parse_rules, rule_text
from easterly.qos.classify.text import KEYS, PROTOCOLS


def test_the_issue_line():
    [rule] = parse_rules("# first\n\nclass NAME src 10.0.0.0/8 dst any proto tcp dport 4791 dscp af41 # last\r\n")
    assert rule == Rule("NAME", "class", src=ipaddress.ip_network("10.0.0.0/8"), protocol=(6, 6),
                        dst_port=(4791, 4791), dscp=(34, 34), line=3)  # fmt: skip


FAULTS = [
    ("allow a", 1, "no action"),
    ("class", 1, "needs a name"),
    ("class 9a", 7, "needs a name"),
    ("class a colour red", 9, "no key"),
    ("class a src", 9, "has no value"),
    ("class a src 10.0.0.1/8", 13, "beyond its length; write 10.0.0.0/8"),
    ("class a src 10.0.0.256", 13, "no prefix"),
    ("class a src fe80::%eth0/64", 13, "no prefix"),
    ("class a src 10.0.0.0/8 src any", 24, "stands twice"),
    ("class a src 10.0.0.0/8 dst ::/0", 1, "two versions"),
    ("class a proto tcp dport 65536", 25, "within 0-65535"),
    ("class a proto tcp dport 90-80", 25, "write 80-90"),
    ("class a proto tcp dport -5", 25, "no dport"),
    ("class a dport 80", 1, "ports need a protocol"),
    ("class a proto 1-6 dport 80", 1, "ports need a protocol"),
    ("class a flags syn", 1, "add proto tcp"),
    ("class a proto tcp flags syn,!syn", 25, "no flags"),
    ("class a dscp af44", 14, "no dscp"),
    ("class a vlan 4096", 14, "within 0-4095"),
    ("class a pcp ²", 13, "no pcp"),
    ("class a proto " + "9" * 5000, 15, "no proto"),
]


@pytest.mark.parametrize("text, column, message", FAULTS)
def test_faults_have_their_place(text, column, message):
    with pytest.raises(FaultyText) as caught:
        parse_rules(f"permit fine\n{text}\ndeny fine")
    [fault] = caught.value.faults
    assert (fault.line, fault.column) == (2, column) and message in str(fault) and len(str(fault)) < 200


@pytest.mark.parametrize("text, column, message", [
    ("dst 10.0.0.1", 1, "without src"),
    ("src 10.0.0.1 dst ::1", 1, "two versions"),
    ("src 10.0.0.0/8 dst 10.0.0.1", 5, "no address"),
    ("src fe80::1%lo dst fe80::2", 5, "no address"),
    ("src 10.0.0.1 dst 10.0.0.2 sport 1-2", 33, "no sport"),
    ("src 10.0.0.1 dst 10.0.0.2 flags syn,!ack", 33, "leave out"),
])  # fmt: skip
def test_faults_of_packets(text, column, message):
    with pytest.raises(FaultyText) as caught:
        parse_packets(text)
    [fault] = caught.value.faults
    assert (fault.line, fault.column) == (1, column) and message in str(fault)


def test_all_faulty_lines_are_told_at_once():
    with pytest.raises(FaultyText, match=r"(?s)1:1: .*3:1: "):
        parse_rules("x\npermit a\ny")


def span(top: int) -> st.SearchStrategy:
    return st.none() | st.tuples(*[st.integers(0, top)] * 2).map(lambda ends: tuple(sorted(ends)))


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    network, bits = draw(st.sampled_from([(ipaddress.IPv4Network, 32), (ipaddress.IPv6Network, 128)]))
    ends = []
    for _ in range(2):
        length = draw(st.none() | st.integers(0, bits))
        number = draw(st.integers(0, 2**bits - 1))
        ends.append(None if length is None else network((number >> bits - length << bits - length, length)))
    protocol = draw(st.sampled_from([None, (6, 6), (17, 17), (1, 1), (2, 200)]))
    ported = protocol in ((6, 6), (17, 17))
    mask = draw(st.integers(1, 255)) if protocol == (6, 6) and draw(st.booleans()) else None
    return Rule(
        draw(st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,8}", fullmatch=True)), draw(st.sampled_from(["class", "deny"])),
        *ends, draw(span(65535)) if ported else None, draw(span(65535)) if ported else None, protocol,
        draw(span(63)), draw(span(4095)), draw(span(7)), draw(span(2**32 - 1)),
        None if mask is None else (mask, draw(st.integers(0, 255)) & mask), 1,
    )  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(rules())
def test_rules_are_read_as_they_are_written(rule):
    assert parse_rules(rule_text(rule)) == (rule,)


@settings(deadline=None)
@given(st.booleans(), st.lists(st.integers(0, 2**64 - 1), min_size=4, max_size=4), st.sampled_from([6, 17, 1]),
       st.tuples(*[st.integers(0, top) for top in (65535, 65535, 63, 4095, 7, 2**32 - 1, 255)]))  # fmt: skip
def test_packets_are_read_as_they_are_written(six, address, protocol, rest):
    sport, dport, dscp, vlan, pcp, interface, octet = rest
    if not six:
        address = [address[0] >> 32 << 32, 0, address[2] >> 32 << 32, 0]
    if protocol == 1:
        sport = dport = 0
    octet = octet if protocol == 6 else 0
    row = [int(six), *address, sport, dport, protocol, dscp, vlan, pcp, interface, *(octet >> i & 1 for i in range(8))]
    packet = Packets(tuple(np.array([x], dtype=np.uint64) for x in row))
    assert parse_packets(packet_text(packet.packet(0))).packet(0).tolist() == row


WORDS = st.sampled_from(["class", "permit", "deny", "any", "a", "10.0.0.0/8", "::/0", "1-2", "80", "af11", "syn,!ack",
                         "-", "!", "#", "\t", "\n", "/", "%", *KEYS, *PROTOCOLS])  # fmt: skip


@settings(deadline=None, max_examples=250)
@given(st.one_of(st.text(), st.lists(WORDS | st.text(max_size=6), max_size=30).map(" ".join),
                 st.binary().map(lambda b: b.decode("latin-1"))))  # fmt: skip
def test_any_text_is_read_or_refused(text):
    for parse in (parse_rules, parse_packets):
        try:
            parse(text)
        except FaultyText as error:
            assert all(1 <= f.line <= text.count("\n") + 1 and f.column >= 1 and f.message for f in error.faults)


@pytest.mark.parametrize("change, message", [
    ({"dscp": (3, 64)}, "dscp 3-64 is no range within 0-63"),
    ({"vlan": (5, 4)}, "no range"),
    ({"flags": (2, 2)}, "add proto tcp"),
    ({"protocol": (6, 6), "flags": (2, 3)}, "no mask and value"),
    ({"src_port": (1, 1)}, "ports need"),
])  # fmt: skip
def test_contradictory_rows_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        Rule("a", **change)
