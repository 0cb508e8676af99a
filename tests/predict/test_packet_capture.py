"""Captures, read by a parser of their own and, where there is one, by a protocol analyser."""

from __future__ import annotations

import ipaddress
import shutil
import struct
import subprocess
from dataclasses import replace

import numpy as np
import pytest

from easterly.base.columns import floats, ints
from easterly.model.packet_records import EVENTS, Recording
from easterly.model.packets import PacketFlows
from easterly.predict.packet import incast, transport
from easterly.predict.packet.pcapng import capture

SENDERS, SIZE_B = 4, 100_000
TSHARK = shutil.which("tshark")


def traced(name, version=4, **given):
    how = transport(name)
    found = incast(SENDERS, SIZE_B, 40e9, how, mark_B=20_000, recording=Recording(trace_links=ints(range(10))), **given)
    ptr = np.zeros(SENDERS + 1, dtype=int)
    flows = PacketFlows(np.full(SENDERS, SIZE_B), floats(np.zeros(SENDERS)), ptr, ints([]), ptr, ints([]))
    return found, b"".join(capture(found.recorded.trace, flows, (how,), version=version))


def blocks(data):
    """Type and body of each block; both lengths agree, and nothing is left."""
    at = 0
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at)
        assert size % 4 == 0 and struct.unpack_from("<I", data, at + size - 4) == (size,)
        yield kind, data[at + 8 : at + size - 4]
        at += size
    assert at == len(data)


def options(body):
    found, at = {}, 0
    while at < len(body):
        code, size = struct.unpack_from("<HH", body, at)
        found[code] = body[at + 4 : at + 4 + size]
        at += 4 + -(-size // 4) * 4
    return found


def packets(data):
    """Interface, time in ns, bytes, length on the wire and options of each packet."""
    for kind, body in blocks(data):
        if kind == 6:
            interface, high, low, caught, length = struct.unpack_from("<IIIII", body)
            yield interface, high << 32 | low, body[20 : 20 + caught], length, options(body[20 + -(-caught // 4) * 4 :])


def checksum(head):
    total = sum(int.from_bytes(head[i : i + 2], "big") for i in range(0, len(head), 2))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


@pytest.mark.parametrize("version", [4, 6])
def test_packets_of_tcp(version):
    found, data = traced("dctcp", version, buffer_B=60_000)
    kinds = [kind for kind, _ in blocks(data)]
    assert kinds[0] == 0x0A0D0D0A and kinds[1:11] == [1] * 10 and set(kinds[11:]) == {6}
    trace, rows = found.recorded.trace, list(packets(data))
    shown = np.isin(trace.event, [EVENTS.index(name) for name in ("sent", "dropped", "lost")])
    assert [time for _, time, *_ in rows] == (trace.time_ps[shown] // 1000).tolist()
    carried, dropped = 0, 0
    for i, (interface, _, frame, length, said) in zip(np.flatnonzero(shown), rows, strict=True):
        flow, back = int(trace.flow[i]), bool(trace.flags[i] & 1)
        head = frame[14:34] if version == 4 else frame[14:54]
        inside = frame[14 + len(head) :]
        assert interface == trace.link[i] and len(frame) == 14 + len(head) + 20
        if version == 4:
            assert frame[12:14] == b"\x08\x00" and checksum(head) == 0xFFFF and head[9] == 6
            assert struct.unpack(">H", head[2:4])[0] + 14 == length
            ends, ecn = (head[12:16], head[16:20]), head[1] & 3
        else:
            assert frame[12:14] == b"\x86\xdd" and head[0] >> 4 == 6 and head[6] == 6
            assert struct.unpack(">H", head[4:6])[0] + 54 == length
            ends, ecn = (head[8:24], head[24:40]), (struct.unpack(">I", head[:4])[0] >> 20) & 3
        assert all(ipaddress.ip_address(end).is_private for end in ends) and ends[0] != ends[1]
        source, target, seq, ack = struct.unpack(">HHII", inside[:12])
        assert (target if back else source) == 49152 + flow and (source if back else target) == 5001
        assert (ack if back else seq) == int(trace.seq[i]) * 1448 + 1
        assert ecn == (0 if back else 3 if trace.flags[i] & 4 else 2)
        assert bool(inside[13] & 0x40) == bool(trace.flags[i] & 8)
        payload = length - len(frame)
        assert payload == (0 if back else trace.size_B[i] - 52)
        dropped += said.get(1) == b"dropped: no room"
        carried += payload * (interface == 9 and 1 not in said)
    assert dropped == found.drops.sum() > 0
    assert carried == SENDERS * SIZE_B  # through the port of the receiver, each byte once


def test_packets_of_rdma():
    found, data = traced("dcqcn-paper", buffer_B=400_000)
    trace, seen = found.recorded.trace, {}
    sent = trace.event == EVENTS.index("sent")
    for i, (_, _, frame, length, _) in zip(np.flatnonzero(sent), packets(data), strict=True):
        assert len(frame) == length and frame[23] == 17
        assert struct.unpack(">HH", frame[36:40]) == (4791, length - 34)
        opcode, pair, psn = frame[42], int.from_bytes(frame[47:50], "big"), int.from_bytes(frame[51:54], "big")
        assert pair == 16 + trace.flow[i] and psn == trace.seq[i]
        seen[opcode] = seen.get(opcode, 0) + 1
        if opcode == 7:
            assert length == trace.size_B[i]  # 58 octets are headers, and so has the transport
    assert seen[0x07] == 2 * found.sent.sum() and seen[0x11] > 0 and seen[0x81] > 0


@pytest.mark.skipif(TSHARK is None, reason="no tshark here")
@pytest.mark.parametrize(("name", "version"), [("dctcp", 4), ("dctcp", 6), ("dcqcn-paper", 4), ("dcqcn-paper", 6)])
def test_an_analyser_reads_them(name, version, tmp_path):
    found, data = traced(name, version, buffer_B=400_000)
    path = tmp_path / "x.pcapng"
    path.write_bytes(data)

    def count(wanted):
        command = [TSHARK, "-r", str(path), "-Y", wanted, "-T", "fields", "-e", "frame.number"]
        return len(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())

    assert count("frame") == sum(1 for _ in packets(data)) and count("_ws.malformed") == 0
    if name == "dctcp":
        assert count("tcp.len == 1448") > 0 and count("tcp.flags.ece == 1") > 0
    else:
        assert count("infiniband.bth.opcode == 7") == 2 * found.sent.sum()


def test_a_trace_of_nothing_is_a_capture_of_nothing():
    found, _ = traced("dctcp")
    empty = replace(found.recorded.trace, **{
        name: np.zeros(0, dtype=np.int64) for name in ("time_ps", "link", "flow", "seq", "size_B", "flags",
                                                       "traffic_class", "event")})  # fmt: skip
    assert [kind for kind, _ in blocks(b"".join(capture(empty, None, ())))] == [0x0A0D0D0A]
