"""Arithmetic of a ring all-reduce, over sockets without a network; and what a site says of it."""

from __future__ import annotations

import io
import json
import os
import random
import socket
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from unittest.mock import Mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from easterly.app.lab.comparison import Comparison
from easterly.app.lab.ring import Framing, Setting, predict, rank, site_text
from easterly.app.lab.ring.rank import CHUNK_B, Ring, all_reduce, part_of, sum_of
from easterly.site import load_text
from easterly.study.check import check

M = 10**6


def in_any_order(ranks: int, count: int, seed: int) -> tuple[list[Ring], list[int]]:
    """Rings whose bytes arrive in pieces of any size, whoever's turn it is; and what each has sent."""
    rng = random.Random(seed)
    rings = [Ring(part_of(rank, count), rank, ranks) for rank in range(ranks)]
    wires, sent_B = [bytearray() for _ in rings], [0] * ranks
    while not all(ring.over for ring in rings):
        rank = rng.randrange(ranks)
        ring, wire = rings[rank], wires[rank - 1]
        out = ring.outgoing()[: rng.randint(1, CHUNK_B)]
        wires[rank] += out
        sent_B[rank] += len(out)
        ring.sent(len(out))
        if wire:
            into = ring.incoming()
            size_B = min(len(into), len(wire), rng.randint(1, CHUNK_B))
            into[:size_B] = wire[:size_B]
            del wire[:size_B]
            ring.got(size_B)
    assert not any(wires)
    return rings, sent_B


@given(st.integers(2, 7), st.integers(1, 300), st.integers(0, 2**32 - 1))
def test_everybody_has_the_sum_whatever_the_pieces(ranks: int, count: int, seed: int) -> None:
    rings, _ = in_any_order(ranks, count, seed)
    wanted = np.sum([part_of(rank, count).astype(object) for rank in range(ranks)], axis=0)
    for ring in rings:
        assert ring.array.tolist() == wanted.tolist()


@pytest.mark.parametrize("ranks", [2, 3, 4, 8])
def test_a_rank_sends_what_no_algorithm_can_undercut(ranks: int) -> None:
    """2 (n-1) / n of the array (Patarasuk & Yuan 2009)."""
    count = 40_320
    _, sent_B = in_any_order(ranks, count, 1)
    assert sent_B == [2 * (ranks - 1) * 4 * count // ranks] * ranks


def test_nothing_is_sent_before_it_was_added() -> None:
    ring = Ring(part_of(0, 12), 0, 3)
    for _ in range(2):
        assert len(ring.outgoing()) == 16
    ring.sent(16)
    assert not ring.outgoing()
    ring.incoming()[:6] = bytes(6)
    ring.got(6)
    assert len(ring.outgoing()) == 4


def over_sockets(ranks: int, work: Callable[[int, socket.socket, socket.socket], None]) -> None:
    """Each rank in a thread, with a pair of sockets to the next."""
    with ExitStack() as stack:
        pairs = [socket.socketpair() for _ in range(ranks)]
        for each in (each for pair in pairs for each in pair):
            stack.enter_context(each).setblocking(False)
        with ThreadPoolExecutor(ranks) as pool:
            done = [pool.submit(work, rank, pairs[rank][0], pairs[rank - 1][1]) for rank in range(ranks)]
            for each in done:
                each.result()


@pytest.mark.parametrize(("ranks", "count"), [(2, 1), (3, 100_003), (5, 3)])
def test_sockets_carry_it(ranks: int, count: int) -> None:
    arrays = [part_of(rank, count) for rank in range(ranks)]
    over_sockets(ranks, lambda rank, out, into: all_reduce(Ring(arrays[rank], rank, ranks), out, into, 20.0))
    assert {array.tobytes() for array in arrays} == {sum_of(ranks, count).tobytes()}


def test_a_neighbour_that_says_nothing_or_is_gone_ends_it() -> None:
    (out, far), (near, into) = socket.socketpair(), socket.socketpair()
    with out, into:
        for each in (out, into):
            each.setblocking(False)
        with pytest.raises(TimeoutError, match=r"no sum after 0\.01 s"):
            all_reduce(Ring(part_of(0, 8), 0, 2), out, into, 0.01)
        near.close()
        with pytest.raises(ConnectionError, match="the rank before is gone"):
            all_reduce(Ring(part_of(0, 8), 0, 2), out, into, 9.0)
        far.close()


@pytest.mark.parametrize("off", [0.0, 1.0])
def test_a_rank_looks_at_every_bit(
    off: float, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def reduced(array: NDArray[np.float32]) -> None:
        array += part_of(1, 1000)
        array[-1] += off

    monkeypatch.setattr(rank, "KINDS", {"own": lambda *_: reduced})
    monkeypatch.setattr(sys, "stdin", io.StringIO("go\ngo\n"))
    for name, call in ((os, "setpriority"), (rank.ctypes, "CDLL")):
        monkeypatch.setattr(name, call, Mock())
    with pytest.raises(SystemExit):
        rank.main("own", 0, ["192.0.2.1", "192.0.2.2"], 4000, 1.0)
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [words["state"] for words in said] == ["ready", "done"] * 2 + ["ready"]
    assert [words["right"] for words in said[1::2]] == [off == 0] * 2


@pytest.mark.parametrize("ranks", [2, 16, 512])
def test_sums_are_exact(ranks: int) -> None:
    """Integers below 2^24 have their own float32, and so has every sum on the way."""
    most = max(float(np.abs(part_of(rank, 1000)).max()) for rank in range(ranks))
    assert ranks * most <= 2**24
    assert len(np.unique(part_of(1, 1000))) > 900


@pytest.mark.parametrize("hosts", [2, 4, 7])
def test_a_site_says_what_the_closed_form_says(hosts: int) -> None:
    """2 (n-1) / n S / B; the latency of NCCL's tables, some 10 us a step, is all that is added."""
    setting = Setting(hosts, 100 * M, 4 * M)
    wanted_s = 2 * (hosts - 1) / hosts * 4e6 * 8 / (1e8 * 1448 / 1514)
    for halved, factor in ((False, 1), (True, 2)):
        made = predict(setting.site(halved=halved))
        assert made.time_s == pytest.approx(factor * wanted_s, rel=1e-3)
        assert made.time_s > factor * wanted_s * (1 - 1e-6)
        assert made.sent_B == pytest.approx([2 * (hosts - 1) / hosts * 4e6] * hosts)


@pytest.mark.parametrize(("mtu_B", "data_B"), [(576, 524), (1500, 1448), (9000, 8948)])
def test_smaller_frames_take_longer(mtu_B: int, data_B: int) -> None:
    """RFC 879, section 3: the segment is the MTU less 40 B; RFC 7323, appendix A: and less 12 B of timestamps."""
    assert Framing(mtu_B).data_B == data_B
    made = predict(Setting(4, 100 * M, 4 * M, mtu_B=mtu_B).site())
    assert made.time_s == pytest.approx(0.48 * (mtu_B + 14) / data_B, rel=1e-3)


def test_the_site_is_one_that_nothing_is_wrong_with() -> None:
    site = load_text(site_text([100 * M, 50 * M, 100 * M], 4 * M)).site
    assert {str(finding.severity) for finding in check(site)} <= {"note", "Severity.NOTE"}
    assert {each.nic_rate for each in site.hardware.hosts.values()} == {round(r * 1448 / 1514) for r in (1e8, 5e7)}


@pytest.mark.parametrize(("measured", "ok"), [(0.99, False), (1.0, True), (1.25, True), (1.26, False)])
def test_a_comparison_is_good_within_its_bounds(measured: float, ok: bool) -> None:
    assert Comparison("x", 1.0, measured, "s", (1.0, 1.25)).ok is ok
