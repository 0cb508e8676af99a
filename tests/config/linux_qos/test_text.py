"""Quality of service on Linux as text: what was written is read back, and says what was wanted."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.config.linux_qos.trees import MACHINES, M, policers, run_bpf, shaped, shapers

from easterly.config.linux.qos import (
    bpf,
    differences,
    parse_nft,
    parse_settings,
    parse_tc,
    render,
    render_nft,
    render_settings,
    render_tc,
)
from easterly.config.linux.qos.told import otherwise
from easterly.model.shaping import LinuxQos, Policer, Settings, Shaper


@settings(max_examples=20)
@given(MACHINES)
def test_what_was_rendered_is_read_back(machine: LinuxQos) -> None:
    shapers, by_tc = parse_tc(render_tc(machine))
    assert shapers == machine.shapers
    assert (*parse_nft(render_nft(machine)), *by_tc) == tuple(sorted(machine.policers, key=lambda p: p.engine))
    found = parse_settings(render_settings(machine))
    wanted = machine.settings
    assert (found.sysctl, found.queues, found.environment) == (wanted.sysctl, wanted.queues, wanted.environment)
    assert found.features == wanted.features
    assert not list(otherwise(wanted, found))


@given(shapers(), shapers())
def test_a_tree_differs_from_others_and_not_from_itself(one: Shaper, other: Shaper) -> None:
    assert not differences(one, one)
    assert not differences(one, one, shown=True)
    if {each.minor for each in one.classes} != {each.minor for each in other.classes}:
        assert differences(one, other)
    assert bool(differences(one, other)) == bool(differences(other, one))


TABLES = st.dictionaries(st.integers(0, 63), st.integers(1, 0xFFFF), max_size=64)


@given(TABLES, st.integers(0, 255), st.binary(min_size=38, max_size=38))
def test_the_program_tells_every_code_point_in_both_families(table: dict[int, int], octet: int, rest: bytes) -> None:
    made = bpf.program(table)
    wanted = table.get(octet >> 2, 0)
    assert run_bpf(made, 0x0800, bytes([0x45, octet]) + rest) == wanted
    flow = rest[0] & 15
    assert run_bpf(made, 0x86DD, bytes([0x60 | octet >> 4, (octet & 15) << 4 | flow]) + rest) == wanted
    assert run_bpf(made, 0x0806, bytes([0x45, octet]) + rest) == 0
    assert bpf.classids(bpf.text(made)) == table


@given(policers(engines=("nft",)))
def test_the_bucket_of_nft_holds_a_second_of_rate_more(policer: Policer) -> None:
    """Measured: 50 Mb/s for 8 s let 56.3 Mb/s through, which is 50 (8 + 1) / 8."""
    text = render_nft(LinuxQos("h0", (), (policer,)))
    rate, burst = map(int, re.search(r"over (\d+) bytes/second burst (\d+) bytes", text).groups())
    assert policer.bucket_B == rate + burst
    assert f"bucket of {rate + burst} B" in text


ROWS = (
    shaped("link", 1, None, 100 * M),
    shaped("gold", 16, "link", 60 * M, dscp=(46,)),
    shaped("rest", 32, "link", 40 * M),
)


def tree(**more) -> Shaper:
    return Shaper(**({"device": "eth0", "classes": ROWS, "default": "rest"} | more))


def test_every_quantum_and_bucket_is_written_out() -> None:
    lines = [line for line in render_tc(LinuxQos("h", (tree(),))).splitlines() if line.startswith("class")]
    assert len(lines) == 3
    assert all(re.search(r" burst \d+b cburst \d+b prio \d quantum \d+$", line) for line in lines)


def test_files_of_a_machine_that_has_nothing_are_none() -> None:
    assert render(LinuxQos("h")) == []
    told = Settings({"a.b": "1"}, {"e": {"gro": True}}, {}, {"X": "1"})
    files = render(LinuxQos("h", (tree(),), (Policer("p", "eth0", 8 * M, 1500),), told))
    endings = ("tc", "nft", "sysctl.conf", "ethtool.sh", "jobs.env")
    assert [file.path for file in files] == [f"linux/h.{ending}" for ending in endings]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"default": "link"}, "no leaf"),
        ({"device": "eth0; reboot"}, "15 letters"),
        ({"classes": (shaped("a", 1, "b", M),)}, "does not come before"),
        ({"classes": (shaped("a", 1, None, M), shaped("b", 1, None, M))}, "minor number 1 is used twice"),
        ({"classes": (shaped("a", 1, None, M, dscp=(3,)), shaped("b", 2, None, M, dscp=(3,)))}, "code point 3"),
        ({"classes": (shaped("a", 1, None, M, M - 8),)}, "rate_bps"),
        ({"classes": (shaped("a\nqdisc del", 1, None, M),)}, "printable"),
        ({"classes": (shaped("a", 1, None, M, quantum_B=0),)}, "quantum_B"),
        ({"classes": (shaped("a", 1, None, M, dscp=(64,)),)}, "0..63"),
        ({"classes": (shaped("a", 1, None, 8, burst_B=275),)}, "burst_B is 275, not within 1..274"),
    ],
)
def test_what_no_kernel_would_take_is_refused(more: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        tree(**more)


@pytest.mark.parametrize(
    "text", ["qdisc add dev x root sfq", "class add dev x parent 1: classid 1:1 hfsc ls rate 1bit", "\x00"]
)
def test_other_text_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(ValueError, match="line 2"):
        parse_tc(f"# of someone else\n{text}\n")
    with pytest.raises(ValueError, match="line 2"):
        parse_nft(f"# of someone else\n{text}\n")
    with pytest.raises(ValueError, match=r"sysctl\.conf"):
        parse_settings({"sysctl.conf": text})
