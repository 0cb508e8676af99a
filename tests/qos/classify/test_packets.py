"""Packets from text and from bytes, and what is refused of them."""

from __future__ import annotations

from ipaddress import ip_address

import numpy as np
import pytest

from easterly.qos.classify import Classifier, packets_of, parse_rules

ADDRESSES = {4: ["10.0.0.1", "10.200.3.4", "255.255.255.255"], 6: ["2001:db8::1", "::", "fe80::ffff"]}


@pytest.mark.parametrize("version", [4, 6])
def test_bytes_are_the_same_packets_as_text(version: int) -> None:
    text = ADDRESSES[version]
    raw = np.array([list(ip_address(each).packed) for each in text], dtype=np.uint8)
    one, other = packets_of(text, text[::-1], 1, 2, 17), packets_of(raw, raw[::-1], 1, 2, 17)
    assert all(np.array_equal(a, b) for a, b in zip(one.columns, other.columns, strict=True))
    assert set(one.column("version").tolist()) == {int(version == 6)}
    whole = [(int(a) << 64 | int(b)) >> (96 if version == 4 else 0) for a, b in
             zip(one.column("src_high"), one.column("src_low"), strict=True)]  # fmt: skip
    assert whole == [int(ip_address(each)) for each in text]


def test_one_packet_is_a_row_of_its_fields() -> None:
    packets = packets_of(["10.0.0.1", "10.0.0.2"], ["10.1.0.1"] * 2, [5, 6], 443, dscp=46, flags=0b10010)
    row = packets.packet(1)
    assert row.tolist() == [int(column[1]) for column in packets.columns] and len(packets) == 2
    rules = Classifier(parse_rules("class a proto tcp sport 6 dscp ef flags syn,ack,!fin"))
    assert [rules.first(packets.packet(i)) for i in range(2)] == [-1, 0]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: packets_of(["10.0.0.1"], []), "1 source and 0 destination"),
        (lambda: packets_of(["10.0.0.1"], ["::1"]), "packet 0 has ends of two versions"),
        (lambda: packets_of(np.zeros((2, 5), np.uint8), np.zeros((2, 5), np.uint8)), "rows of 4 or 16 bytes"),
        (lambda: packets_of(["10.0.0.1"], ["10.0.0.2"], 1.5), "src_port must be whole numbers"),
        (lambda: packets_of(["10.0.0.1"], ["10.0.0.2"], [1, 2]), "not one number per packet"),
        (lambda: packets_of(["10.0.0.1"], ["10.0.0.2"], 65_536), "src_port must fit into 16 bits"),
        (lambda: packets_of(["10.0.0.1"], ["10.0.0.2"], dscp=-1), "dscp must fit into 6 bits"),
    ],
)
def test_what_no_packet_can_have_is_refused(wrong, says) -> None:
    with pytest.raises(ValueError, match=says):
        wrong()
