"""Tenants behind tunnels: each flow goes where its outer header is hashed to, and nobody gets what is for others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from struct import pack

import pytest
from tests.app.lab.sites import TENANTS, written
from tests.app.lab.test_running import PROGRAMS, traces
from tests.lab import require, require_root

import easterly
from easterly.app.lab.measure import apart, tenants
from easterly.app.lab.measure.flows import Flow, several
from easterly.app.lab.measure.of_site import Port
from easterly.app.lab.measure.wire import Frame, headers
from easterly.app.lab.measure.within import Within

FLOW = Flow("a", "b", "10.0.0.2", "10.0.0.9", 20_000)
ENDS = {("leaf-0", "swp3")}


def packet(src: str, dst: str, src_port: int, dst_port: int, data: bytes, *, tos: int = 0) -> bytes:
    """An Ethernet frame with UDP over IPv4, checksums left out (RFC 791, RFC 768)."""
    udp = pack("!HHHH", src_port, dst_port, 8 + len(data), 0) + data
    ends = bytes(int(part) for address in (src, dst) for part in address.split("."))
    return bytes(12) + pack("!HBBHIBBH", 0x0800, 0x45, tos, 20 + len(udp), 0, 64, 17, 0) + ends + udp


def tunnelled(vni: int, inner: bytes, *, src_port: int = 50_000) -> bytes:
    """A frame in a tunnel (RFC 7348 section 5)."""
    return packet("10.65.0.0", "10.65.0.1", src_port, 4789, pack("!II", 8 << 24, vni << 8) + inner)


def test_frames_are_read_down_to_what_tunnels_carry() -> None:
    inner = packet("10.0.0.2", "10.0.0.9", 20_000, 4791, b"x" * 100, tos=106)
    frame = Frame("leaf-0", "swp3", True, tunnelled(4659277, inner))
    assert frame.headers is not None
    assert (frame.headers.src, frame.headers.src_port, frame.headers.tos) == ("10.65.0.0", 50_000, 0)
    assert frame.tunnelled == (4659277, inner)
    found = headers(inner)
    assert found is not None
    assert (found.src, found.dst, found.src_port, found.dst_port, found.tos) == (
        "10.0.0.2", "10.0.0.9", 20_000, 4791, 106
    )  # fmt: skip
    assert Frame("leaf-0", "swp3", True, inner).tunnelled is None
    six = bytes(12) + b"\x86\xdd" + pack("!IHBB", 0x66A00000, 8, 17, 64) + bytes(15) + b"\x01" + bytes(15) + b"\x02"
    made = headers(six + pack("!HHHH", 7, 9, 8, 0))
    assert made is not None
    assert (made.src, made.dst, made.src_port, made.dst_port, made.tos) == ("::1", "::2", 7, 9, 106)
    assert headers(bytes(12) + b"\x08\x06" + bytes(28)) is None


def test_only_what_is_sent_into_cables_counts() -> None:
    data = tunnelled(5, packet("10.0.0.2", "10.0.0.9", 20_000, 4791, b""))
    frames = [Frame("leaf-0", "swp3", sent, data) for sent in (True, False)] + [Frame("leaf-0", "vx5", True, data)]
    assert [each.end for each in tenants.carried([FLOW], frames, ENDS)] == [("leaf-0", "swp3")]
    assert tenants.carried([replace(FLOW, src_port=20_001)], frames, ENDS) == []


def test_a_packet_that_reaches_a_stranger_is_noticed_and_so_is_one_that_is_lost() -> None:
    own = {name: [Port(f"{name}-{i}", "nic0", f"10.0.{k}.{i}") for i in (1, 2)] for k, name in enumerate("ab")}
    tried = apart.trials(own, set())
    assert [(each.src_table, each.dst_table) for each in tried] == [("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")]
    assert [(each.src_table, each.dst_table) for each in apart.trials(own, {("a", "b")})][1] == ("b", "a")
    within = [each.flow.src_port for each in tried if each.src_table == each.dst_table]
    assert all(each.ok for each in apart.compared(tried, dict.fromkeys(within, apart.PACKETS)))
    leaked = apart.compared(tried, {each.flow.src_port: apart.PACKETS for each in tried})
    assert [each.ok for each in leaked] == [True, False, False, True]
    assert not apart.compared(tried, dict.fromkeys(within, apart.PACKETS - 1))[0].ok
    flow = several(1, "a", "b", "10.0.0.2", "10.0.0.9")[0]
    data = packet("10.0.0.2", "10.0.0.9", 20_000, 4791, b"")
    assert apart.received([flow], [Frame("h", "nic0", sent, data) for sent in (True, False)]) == {20_000: 1}


def controls(tenant: tenants.Tenant, seen: Sequence[tenants.Carried], packets: int) -> dict[str, list[Within]]:
    """The same packets beside predictions that are wrong in one way each."""
    seeds = {node: seed + 1 for node, seed in tenant.fabric.seeds.items()}
    other = [replace(each, outer=replace(each.outer, src_port=each.outer.src_port ^ 1)) for each in seen]
    wrong = {
        "seed": (replace(tenant, fabric=replace(tenant.fabric, seeds=seeds)), seen),
        "port": (tenant, other),
        "identifier": (replace(tenant, vni=tenant.vni + 1), seen),
        "class": (replace(tenant, flows=tuple(replace(flow, tos=2) for flow in tenant.flows)),
                  [replace(each, flow=replace(each.flow, tos=2)) for each in seen]),
        "lost": (tenant, seen[1:]),
    }  # fmt: skip
    return {name: tenants.compared(*given, packets, seeded=True) for name, given in wrong.items()}


@pytest.mark.lab
def test_tenants_have_tables_and_ways_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the kernel has no VRF devices, FRR is told of namespaces; tunnels and EVPN are real either way."""
    require_root()
    for program in PROGRAMS:
        require(program)
    compare, made = tenants.compared, dict[str, list[Within]]()

    def also(tenant: tenants.Tenant, seen: Sequence[tenants.Carried], packets: int, *, seeded: bool) -> list[Within]:
        with monkeypatch.context() as plain:
            plain.setattr(tenants, "compared", compare)
            made.update(controls(tenant, seen, packets))
        return compare(tenant, seen, packets, seeded=seeded)

    monkeypatch.setattr(tenants, "compared", also)
    site = easterly.load(written(tmp_path, TENANTS)).site
    found = easterly.run_lab(site, stages=("tunnels", "isolation"))
    assert found.ok, [each for each in found.comparisons if not each.ok]
    assert found.unmeasured == ()
    told = {each.what: (each.predicted, each.measured) for each in found.comparisons}
    assert told["routes of t-leaf-0/acme"] == told["routes of t-leaf-1/beta"] == (2, 2)
    # In each family: 3 hosts of one tenant and 2 of the other; 5 x 4 pairs in all.
    assert told["pairs of hosts that reach each other"] == (16, 16)
    assert told["pairs of tenants kept apart"] == (24, 24)
    assert told["pairs of hosts that reach each other with packets of 9,000 B"] == (16, 16)
    assert told["flows of acme that took the computed ways"] == (400, 400)
    # 100 B of data: 128 and 148 B over IP, and 64 B around them.
    assert told["bytes of 800 packets of acme on the wire"] == (161_600, 400 * 192 + 400 * 212)
    assert told["40 packets of acme to beta, received"] == (0, 0)
    assert not traces(found.lab)
    held_to_wrong_predictions(made)


def held_to_wrong_predictions(made: dict[str, list[Within]]) -> None:
    """Each of them is noticed, by what it is about."""
    for name in ("seed", "port"):
        [ways] = [each for each in made[name] if "took the computed ways" in each.what]
        assert 0.3 < ways.measured / ways.predicted < 0.7, (name, ways.measured)
    bad = {name: [each.what for each in found if not each.ok] for name, found in made.items()}
    assert bad["identifier"] == ["packets of beta with its identifier"]
    assert bad["class"] == ["packets of beta whose class is on the outside"]
    assert len(bad["lost"]) == 5
