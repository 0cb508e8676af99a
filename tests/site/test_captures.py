"""Captures of packets: what they say, and what is said of those that are broken."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from easterly.site.formats.flows import blocks, captures, read_capture, read_packets
from easterly.site.formats.found import Found


def ethernet(src: int, dst: int, sport: int, dport: int, protocol: int = 6, vlan: bool = False) -> bytes:
    ip = struct.pack(">BBHHHBBHII", 0x45, 0, 40, 0, 0, 64, protocol, 0, 0x0A000000 + src, 0x0A000000 + dst)
    tag = bytes.fromhex("81000005") if vlan else b""
    return bytes(12) + tag + b"\x08\x00" + ip + struct.pack(">HHI", sport, dport, 0)


PACKETS = [
    (10.000001, 1500, ethernet(1, 2, 1000, 80)), (10.5, 64, ethernet(2, 1, 80, 1000, vlan=True)),
    (11.25, 9000, ethernet(1, 2, 1000, 80)), (12.0, 60, bytes(12) + b"\x08\x06" + bytes(28)),
    (12.5, 700, ethernet(3, 2, 5, 6, 17)),
]  # fmt: skip


def pcap(order: str, ns: bool) -> bytes:
    made = struct.pack(order + "IHHiIII", 0xA1B23C4D if ns else 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    for time_s, size_B, data in PACKETS:
        part = round((time_s % 1) * (1e9 if ns else 1e6))
        made += struct.pack(order + "4I", int(time_s), part, len(data), size_B) + data
    return made


def block(order: str, kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    return struct.pack(order + "2I", kind, len(body) + 12) + body + struct.pack(order + "I", len(body) + 12)


def pcapng(order: str, resolution: bytes, ticks: float) -> bytes:
    option = struct.pack(order + "2H", 9, 1) + resolution + bytes(3) if resolution else b""
    made = block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
    made += block(order, 1, struct.pack(order + "HHI", 1, 0, 0) + option) + block(order, 5, bytes(8))
    for time_s, size_B, data in PACKETS:
        at = round(time_s * ticks)
        made += block(order, 6, struct.pack(order + "5I", 0, at >> 32, at & 0xFFFFFFFF, len(data), size_B) + data)
    return made


CAPTURES = {
    "pcap-us": pcap("<", False), "pcap-ns": pcap(">", True), "pcapng-us": pcapng("<", b"", 1e6),
    "pcapng-ns": pcapng(">", b"\x09", 1e9), "pcapng-binary": pcapng("<", b"\x94", 2.0**20),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(CAPTURES))
def test_a_capture(tmp_path, name):
    path = tmp_path / "x.cap"
    path.write_bytes(CAPTURES[name])
    seen, findings = read_capture(path)
    assert findings == () and seen.other == 1 and len(seen) == 3
    assert seen.src.tolist() == ["10.0.0.1", "10.0.0.2", "10.0.0.3"] and seen.protocol.tolist() == [6, 6, 17]
    assert seen.src_port.tolist() == [1000, 80, 5] and seen.flow.tolist() == [0, 1, 0, 2]
    assert seen.size_B.tolist() == [1500, 64, 9000, 700]
    assert seen.time_s == pytest.approx([0, 0.499999, 1.249999, 2.499999], abs=1.1e-6)
    flows, hosts = seen.workload()
    assert hosts.tolist() == ["10.0.0.1", "10.0.0.2", "10.0.0.3"]
    assert flows.src.tolist() == [0, 1, 2] and flows.size_B.tolist() == [10500, 64, 700]


@pytest.mark.parametrize("name", sorted(CAPTURES))
def test_packets_of_a_capture_whatever_they_carry(tmp_path, name):
    path = tmp_path / "x.cap"
    path.write_bytes(CAPTURES[name])
    made, findings = read_packets(path)
    assert findings == () and made is not None
    at_ns, size_B = made
    assert size_B.tolist() == [1500, 64, 9000, 60, 700]
    assert at_ns.tolist() == pytest.approx([0, 499_999_000, 1_249_999_000, 1_999_999_000, 2_499_999_000], abs=1100)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (CAPTURES["pcap-us"][:24], "no packets"),
        (CAPTURES["pcap-us"][:-1], "does not fit"),
        (CAPTURES["pcapng-us"][:48] + block("<", 3, struct.pack("<I", 4) + bytes(4)), "have no time"),
        (CAPTURES["pcapng-us"][:28] + block("<", 1, struct.pack("<HHI", 1, 0, 0) + struct.pack("<2H", 9, 1) + bytes(4))
         + b"".join(block("<", 6, struct.pack("<5I", 0, 0, at, 0, 9)) for at in (0, 2**32 - 1)), "years apart"),
    ],
)  # fmt: skip
def test_captures_without_times(tmp_path, data, what):
    path = tmp_path / "x.pcap"
    path.write_bytes(data)
    made, findings = read_packets(path)
    assert made is None and what in findings[0].message


def test_captures_that_we_write_are_read(tmp_path):
    from easterly.base.columns import floats, ints
    from easterly.model.packet_records import Recording
    from easterly.model.packets import PacketFlows
    from easterly.predict.packet import incast, transport
    from easterly.predict.packet.pcapng import capture

    how, ptr = transport("dctcp"), np.zeros(4, dtype=int)
    ran = incast(3, 50_000, 40e9, how, recording=Recording(trace_links=ints([0, 2, 4])))
    flows = PacketFlows(np.full(3, 50_000), floats(np.zeros(3)), ptr, ints([]), ptr, ints([]))
    path = tmp_path / "a.pcapng"
    path.write_bytes(b"".join(capture(ran.recorded.trace, flows, (how,))))
    seen, findings = read_capture(path)
    assert findings == () and seen.other == 0
    sent = np.bincount(seen.flow)
    assert len(seen) == 3 and sent.sum() == len(seen.time_s) and (seen.size_B[seen.size_B > 200] >= 1448).any()
    assert seen.time_s.max() <= ran.end_s


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "empty"),
        (b"hello, world: no capture at all", "no capture"),
        (CAPTURES["pcap-us"][:-1], "does not fit"),
        (CAPTURES["pcap-us"][:30], "within its header"),
        (CAPTURES["pcap-us"][:24], "no packet of IP"),
        (CAPTURES["pcapng-us"][:-4], "does not fit"),
        (block("<", 0x0A0D0D0A, bytes(16)), "no byte order"),
        (CAPTURES["pcapng-us"][:28] + block("<", 6, bytes(20)), "interface 0, which is none"),
    ],
)
def test_a_broken_capture(tmp_path, data, what):
    path = tmp_path / "x.pcap"
    path.write_bytes(data)
    seen, findings = read_capture(path)
    assert seen is None and what in findings[0].message


FUZZ = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(st.data())
def test_no_bytes_break_a_reader_of_captures(data):
    start = data.draw(st.sampled_from([b"", *CAPTURES.values()]))
    bent = bytearray(start + data.draw(st.binary(max_size=40)))
    for at, byte in data.draw(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=8)):
        if at < len(bent):
            bent[at] = byte
    cut = data.draw(st.integers(0, len(bent)))
    found = Found("x")
    seen = captures._captured(blocks.packets(bytes(bent[:cut]), found), found)
    assert (seen is None) == found.failed
    again = Found("x")
    packets = captures._packets(blocks.packets(bytes(bent[:cut]), again), again)
    assert (packets is None) == again.failed
    assert packets is None or (len(packets[0]) >= 1 and packets[0][0] == 0 and (np.diff(packets[0]) >= 0).all())
