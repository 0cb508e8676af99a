"""Hash functions, packets and tables of the kernel: against published vectors, zlib and the obvious in Python."""

from __future__ import annotations

import binascii
import itertools
import math
import zlib
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.draws import mix as step
from tests.kernel.graphs import f64, i32

from easterly._kernel import hash as kernel
from easterly.base.seeds import mix
from easterly.route.hashing.linear import CRCS, crc

CHECK = b"123456789"
CHECKS = {
    "crc16-ccitt-false": 0x29B1, "crc16-xmodem": 0x31C3, "crc16-kermit": 0x2189, "crc16-x25": 0x906E,
    "crc16-arc": 0xBB3D, "crc16-modbus": 0x4B37, "crc32": 0xCBF43926, "crc32c": 0xE3069283,
}  # fmt: skip
"""CRCs of ``123456789``, from the catalogue of parametrised CRC algorithms (Cook)."""


def row(message: bytes) -> np.ndarray:
    return np.frombuffer(message, dtype=np.uint8).reshape(1, -1)


def crc_of(name: str, message: bytes, seed: int = 0) -> int:
    return int(kernel.affine([row(message)], *crc(name, len(message), seed))[0])


@pytest.mark.parametrize("name", CRCS)
def test_crcs_of_the_catalogue(name: str) -> None:
    assert crc_of(name, CHECK) == CHECKS[name]


@given(st.lists(st.binary(min_size=11, max_size=11), max_size=40), st.integers(0, 2**32 - 1))
def test_crcs_are_those_of_the_standard_library(messages: list[bytes], seed: int) -> None:
    """zlib starts from the complement of its argument, `crc_hqx` from its argument."""
    rows = np.frombuffer(b"".join(messages), dtype=np.uint8).reshape(-1, 11)
    fields = [np.ascontiguousarray(rows[:, a:b]) for a, b in ((0, 1), (1, 1), (1, 5), (5, 7), (7, 10), (10, 11))]
    made = kernel.affine(fields, *crc("crc32", 11, seed))
    assert made.tolist() == [zlib.crc32(message, seed) for message in messages]
    made = kernel.affine(fields, *crc("crc16-xmodem", 11, seed & 0xFFFF))
    assert made.tolist() == [binascii.crc_hqx(message, seed & 0xFFFF) for message in messages]


@given(st.binary(min_size=3, max_size=3), st.binary(min_size=3, max_size=3), st.sampled_from(sorted(CRCS)))
def test_a_seed_adds_the_same_to_every_hash(one: bytes, other: bytes, name: str) -> None:
    assert crc_of(name, one) ^ crc_of(name, one, 0x1234) == crc_of(name, other) ^ crc_of(name, other, 0x1234)


SIPHASH = {0: 0x726FDB47DD0E0E31, 1: 0x74F839C593DC67FD, 7: 0xAB0200F58B01D137, 8: 0x93F5F5799A932462,
           15: 0xA129CA6149BE45E5}  # fmt: skip
"""Of the bytes 0, 1, ... under the key 0, 1, ..., 15 (Aumasson & Bernstein 2012, appendix A, and their code)."""


@pytest.mark.parametrize("length", SIPHASH)
def test_siphash_vectors(length: int) -> None:
    key = bytes(range(16))
    keys = [int.from_bytes(key[:8], "little"), int.from_bytes(key[8:], "little")]
    message = bytes(range(length))
    assert int(kernel.siphash([row(message)], *keys)[0]) == SIPHASH[length]
    split = [row(message[:3]), row(message[3:])]
    assert int(kernel.siphash(split, *keys)[0]) == SIPHASH[length]


def test_jhash_vectors() -> None:
    """From Jenkins's lookup3.c."""
    text = b"Four score and seven years ago"
    assert [int(kernel.jhash([row(text)], seed)[0]) for seed in (0, 1)] == [0x17770551, 0xCD628161]
    assert [int(kernel.jhash([row(b"")], seed)[0]) for seed in (0, 0xDEADBEEF)] == [0xDEADBEEF, 0xBD5B7DDE]


@given(
    st.lists(st.integers(0, 2**64 - 1), max_size=20), st.lists(st.sampled_from([0.0, 1.0, 2.5, 1e-6, 1e9]), max_size=6)
)
def test_rendezvous_takes_the_highest_score(hashes: list[int], weights: list[float]) -> None:
    names = [7 * i + 3 for i in range(len(weights))]
    made = kernel.rendezvous(np.array(hashes, dtype=np.uint64), np.array(names, dtype=np.uint64), f64(weights))
    for hash_, member in zip(hashes, made.tolist(), strict=True):
        own = mix(hash_)
        scores = [
            -w / math.log(((step(own, name) >> 12) + 0.5) / 2**52) for w, name in zip(weights, names, strict=True)
        ]
        assert member == (int(np.argmax(scores)) if any(weights) else -1)


def test_rendezvous_is_as_fair_as_the_weights() -> None:
    hashes = np.arange(40_000, dtype=np.uint64)
    for weights in ([1.0, 1.0, 1.0], [1.0, 2.0, 5.0]):
        made = np.bincount(kernel.rendezvous(hashes, np.arange(3, dtype=np.uint64), f64(weights)), minlength=3)
        share = np.array(weights) / sum(weights)
        assert np.abs(made / 40_000 - share).max() < 4 * math.sqrt(0.25 / 40_000)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5), st.floats(0, 2000)), max_size=60), st.integers(0, 5),
       st.integers(1, 4))  # fmt: skip
def test_packets_wait_for_those_before_them(sent: list[tuple[int, int, float]], choice: int, members: int) -> None:
    flow, gaps, size = ([p[i] for p in sent] for i in range(3))
    time = np.cumsum(f64(gaps)) * 1e-6
    rate, delay = f64(np.arange(members) + 1) * 1e9, f64(np.arange(members)) * 1e-6
    member, arrival = kernel.spray(i32(flow), time, f64(size), rate, delay, choice, 3e-6, 16, 1)
    free = [-math.inf] * members
    for i, m in enumerate(member.tolist()):
        waits = [max(free[j], time[i]) for j in range(members)]
        if choice == 3:
            assert m == i % members
        if choice == 5:
            assert m == int(np.argmin(waits))
        if choice == 0:
            assert m == member[flow.index(flow[i])]
        if choice == 4 and members == 2:
            assert waits[m] == min(waits)
        free[m] = waits[m] + size[i] / rate[m]
        assert arrival[i] == pytest.approx(free[m] + delay[m], rel=1e-12)
    late = kernel.overtaken(i32(flow), arrival, 4)
    for i in range(len(flow)):
        later = [arrival[j] for j in range(i + 1, len(flow)) if flow[j] == flow[i]]
        assert late[i] == max(arrival[i] - min(later, default=math.inf), 0)


def test_flowlets_keep_their_member_within_the_gap() -> None:
    rng = np.random.default_rng(1)
    time = np.cumsum(rng.exponential(1e-6, 5000))
    flow = i32(rng.integers(0, 8, 5000))
    one, zero = np.full(4, 1e12), np.zeros(4)
    member, _ = kernel.spray(flow, time, np.ones(5000), one, zero, 1, 2e-5, 1 << 16, 1)
    changes = 0
    for f in range(8):
        rows = np.flatnonzero(flow == f)
        moved = np.flatnonzero(np.diff(member[rows]))
        assert (np.diff(time[rows])[moved] > 2e-5).all()
        changes += len(moved)
    assert changes > 20
    shared, _ = kernel.spray(flow, time, np.ones(5000), one, zero, 1, 2e-5, 1, 1)
    assert len(set(shared.tolist())) == 1, "one slot for all flows is never idle for that long"


def brute(weights: list[float], most: int, least: int) -> dict[int, Fraction]:
    """Least error of every sum of entries: all of them tried."""
    exact = [Fraction(w) for w in weights]
    found: dict[int, Fraction] = {}
    choices = [range(least, most + 1) if w else range(1) for w in weights]
    for entries in itertools.product(*choices):
        total = sum(entries)
        if 0 < total <= most:
            error = max(n / w for n, w in zip(entries, exact, strict=True) if n) * sum(exact) / total
            found[total] = min(found.get(total, error), error)
    return found


@given(st.lists(st.sampled_from([0.0, 0.1, 1.0, 2.0, 3.0, 7.5, 100.0]), min_size=1, max_size=4), st.integers(1, 9),
       st.integers(0, 1))  # fmt: skip
def test_tables_are_as_good_as_any(weights: list[float], most: int, least: int) -> None:
    sizes, errors = kernel.reduction_curve(f64(weights), most, least)
    known = brute(weights, most, least)
    best, wanted = math.inf, []
    for total in sorted(known):
        if known[total] < best * (1 - 1e-9):
            best = float(known[total])
            wanted.append((total, best))
    assert sizes.tolist() == [total for total, _ in wanted]
    np.testing.assert_allclose(errors, [error for _, error in wanted], rtol=1e-12)
    for total, error in wanted:
        entries = kernel.apportion(f64(weights), total, least)
        assert entries.sum() == total
        got = max(Fraction(int(n)) / Fraction(w) for n, w in zip(entries, weights, strict=True) if n)
        assert float(got * sum(map(Fraction, weights)) / total) == pytest.approx(error, rel=1e-12)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: kernel.affine([], np.zeros((0, 256), np.uint32), 0), "fields is empty"),
        (lambda: kernel.affine([row(b"ab")], np.zeros((1, 256), np.uint32), 0), "table is 1 x 256, not 2 x 256"),
        (lambda: kernel.siphash([row(b"ab"), np.zeros((2, 1), np.uint8)], 0, 0), "fields have 1 and 2 rows"),
        (lambda: kernel.rendezvous(np.zeros(1, np.uint64), np.zeros(2, np.uint64), f64([1])), "weight has 1 entries"),
        (lambda: kernel.rendezvous(np.zeros(1, np.uint64), np.zeros(1, np.uint64), f64([np.nan])), r"weight\[0\]"),
        (lambda: kernel.spray(i32([0]), f64([0]), f64([1]), f64([]), f64([]), 0, 0, 1, 1), "there is no member"),
        (lambda: kernel.spray(i32([0, 0]), f64([1, 0]), f64([1, 1]), f64([1]), f64([0]), 0, 0, 1, 1), r"time\[1\]"),
        (lambda: kernel.spray(i32([-1]), f64([0]), f64([1]), f64([1]), f64([0]), 0, 0, 1, 1), r"flow\[0\] is -1"),
        (lambda: kernel.spray(i32([0]), f64([0]), f64([1]), f64([1]), f64([0]), 6, 0, 1, 1), "choice is 6"),
        (lambda: kernel.spray(i32([0]), f64([0]), f64([1]), f64([1]), f64([0]), 1, math.nan, 1, 1), "gap is nan"),
        (lambda: kernel.spray(i32([0]), f64([0]), f64([1]), f64([1]), f64([0]), 1, 0, 0, 1), "slots is 0"),
        (lambda: kernel.overtaken(i32([2]), f64([0]), 2), r"flow\[0\] is 2"),
        (lambda: kernel.reduction_curve(f64([-1]), 4, 1), r"weight\[0\] is -1"),
        (lambda: kernel.apportion(f64([1]), 1 << 25, 1), "total is 33554432"),
        (lambda: kernel.apportion(f64([1]), 1, 2), "least is 2"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_refused(call: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        call()  # type: ignore[operator]
