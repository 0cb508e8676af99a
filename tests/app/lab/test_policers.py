"""Policers of Linux let through what the model of their bucket says."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest
from tests.lab import require_root

from easterly.app.lab import Offer, bottleneck, send, try_policer
from easterly.config.linux.qos import check, render_tc
from easterly.model.shaping import LinuxQos, Policer

pytestmark = pytest.mark.lab
M = 10**6
TOLERANCE = 0.05
SECONDS = 3.0


@pytest.fixture(autouse=True)
def _parts() -> None:
    require_root("ip", "nft")


@pytest.mark.parametrize(
    "policer",
    [
        Policer("one class", "x", 20 * M, 10_000, (46,)),
        Policer("two classes, one bucket", "x", 30 * M, 100_000, (10, 46)),
        Policer("everything", "x", 8 * M, 1_500),
    ],
    ids=lambda policer: policer.name,
)
def test_nftables_passes_its_bucket_and_its_rate(policer: Policer) -> None:
    found = try_policer(policer, 60 * M, seconds=SECONDS)
    assert abs(found.deviation) < TOLERANCE, found
    # By rate and burst as they are written it would be far less: a second of rate is missing.
    written = policer.rate_bps + policer.burst_B * 8 / SECONDS
    assert found.measured_bps > written * (1 + 3 * TOLERANCE)


def test_a_policer_of_another_rate_is_noticed() -> None:
    wanted = Policer("p", "x", 20 * M, 10_000)
    other = try_policer(replace(wanted, rate_bps=25 * M), 60 * M, seconds=SECONDS)
    assert abs(other.measured_bps / try_policer(wanted, 60 * M, seconds=SECONDS).predicted_bps - 1) > 3 * TOLERANCE


def test_what_has_another_code_point_passes() -> None:
    with bottleneck() as between:
        between.police(Policer("ef", "in", M, 1_500, (46,)))
        got = send(between, {"ef": Offer(46, 30 * M), "be": Offer(0, 30 * M)}, 2.0, warm_s=0.0)
    assert got["be"].got_B == got["be"].sent_B
    assert got["ef"].got_B < 0.1 * got["ef"].sent_B


def test_what_is_above_a_limit_is_remarked() -> None:
    """A bucket of 1,001 B holds two packets of 500 B of IP, and hardly anything comes in while the others follow."""
    with bottleneck() as between:
        between.police(Policer("af", "in", 8_000, 1, (10, 26), remark=28))
        out = between.sender.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sink = between.receiver.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with out, sink:
            sink.bind(("192.0.2.2", 7000))
            sink.settimeout(2)
            sink.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
            seen = []
            for dscp, ecn in ((26, 1), (10, 0), (26, 1), (10, 2), (18, 0)):
                out.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, dscp << 2 | ecn)
                out.sendto(bytes(472), ("192.0.2.2", 7000))
                _, [(_, _, octet)], _, _ = sink.recvmsg(1, 64)
                seen.append((octet[0] >> 2, octet[0] & 3))
    assert seen == [(26, 1), (10, 0), (28, 1), (28, 2), (18, 0)]


def test_tc_passes_its_burst_and_its_rate() -> None:
    """A bucket as it is written, without a second of rate on top; where the kernel has the action."""
    if check.lacks("police"):
        pytest.skip("this kernel has no police action of tc (CONFIG_NET_ACT_POLICE)")
    policer = Policer("p", "in", 20 * M, 100_000, (46,), "tc")
    with bottleneck() as between:
        between.receiver.run("tc", "-batch", "-", text=render_tc(LinuxQos("lab", (), (policer,))))
        got = send(between, {"ef": Offer(46, 60 * M)}, SECONDS, warm_s=0.0)
    assert got["ef"].got_B == pytest.approx(policer.rate_bps / 8 * SECONDS + policer.burst_B, rel=TOLERANCE)
