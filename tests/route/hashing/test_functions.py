"""Hashes of five-tuples: against Microsoft's vectors, and against the same written out in Python."""

from __future__ import annotations

import ipaddress
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly.route.hashing import BITS, FUNCTIONS, hash_of, queue_pairs, tuples_of
from easterly.route.hashing.linear import MICROSOFT_KEY, SYMMETRIC_KEY
from easterly.route.hashing.linux import by_threshold, l3_hash, l4_hash, upper_bounds, wanted_buckets

# Destination, its port, source, its port, hash of the addresses, hash with the ports: Microsoft, "Verifying the RSS
# Hash Calculation".
RSS4 = [
    ("161.142.100.80", 1766, "66.9.149.187", 2794, 0x323E8FC2, 0x51CCC178),
    ("65.69.140.83", 4739, "199.92.111.2", 14230, 0xD718262A, 0xC626B0EA),
    ("12.22.207.184", 38024, "24.19.198.95", 12898, 0xD2D0A5DE, 0x5C2B394A),
    ("209.142.163.6", 2217, "38.27.205.30", 48228, 0x82989176, 0xAFC7327F),
    ("202.188.127.2", 1303, "153.39.163.191", 44251, 0x5D1809C5, 0x10E828A2),
]
RSS6 = [
    ("3ffe:2501:200:3::1", 1766, "3ffe:2501:200:1fff::7", 2794, 0x2CC18CD5, 0x40207D3D),
    ("ff02::1", 4739, "3ffe:501:8::260:97ff:fe40:efab", 14230, 0x0F0C461C, 0xDDE51BBF),
    ("fe80::200:f8ff:fe21:67cf", 38024, "3ffe:1900:4545:3:200:f8ff:fe21:67cf", 44251, 0x4B61E985, 0x02D1FEEF),
]


@pytest.mark.parametrize("vectors", [RSS4, RSS6])
def test_toeplitz_gives_the_published_hashes(vectors):
    dst, dst_port, src, src_port, addresses, ports = zip(*vectors, strict=True)
    rows = tuples_of(src, dst, src_port, dst_port)
    assert hash_of(rows, "toeplitz", fields=["dst-ip", "src-ip"]).tolist() == list(addresses)
    assert hash_of(rows, "toeplitz", key=MICROSOFT_KEY).tolist() == list(ports)


ADDRESS4, ADDRESS6 = st.binary(min_size=4, max_size=4), st.binary(min_size=16, max_size=16)
PORT, PROTOCOL, LABEL = st.integers(0, 65535), st.sampled_from([6, 17, 1, 255]), st.integers(0, 2**20 - 1)
ROWS = st.one_of(*(
    st.lists(st.tuples(a, a, PORT, PORT, PROTOCOL, LABEL), min_size=1, max_size=6) for a in (ADDRESS4, ADDRESS6)
))  # fmt: skip


def made(rows):
    src, dst, *rest = zip(*rows, strict=True)
    src, dst = (np.array([list(a) for a in addresses], dtype=np.uint8) for addresses in (src, dst))
    return tuples_of(src, dst, *rest)


@given(ROWS)
def test_fields_are_hashed_in_network_order(rows):
    wanted = [s + d + p.to_bytes(2, "big") + q.to_bytes(2, "big") + bytes([o]) for s, d, p, q, o, _ in rows]
    assert hash_of(made(rows), "crc32").tolist() == [zlib.crc32(m) for m in wanted]
    wanted = [d + q.to_bytes(2, "big") + f.to_bytes(4, "big") for s, d, p, q, o, f in rows]
    got = hash_of(made(rows), "crc32", fields=["flow-label", "dst-port", "dst-ip"])
    assert got.tolist() == [zlib.crc32(m) for m in wanted]


@given(ROWS, st.integers(0, 2**16 - 1))
def test_xor_adds_up_all_words(rows, seed):
    for (s, d, p, q, o, _), got in zip(rows, hash_of(made(rows), "xor16", seed=seed).tolist(), strict=True):
        words = [int.from_bytes((s + d)[i : i + 2], "big") for i in range(0, len(s + d), 2)]
        total = seed
        for word in (*words, p, q, o):
            total ^= word
        assert got == total


def toeplitz(key, message):
    """Microsoft's description: for every bit that is set, the 32 bits of the key at its place."""
    whole, total = int.from_bytes(key, "big"), 0
    for i in range(8 * len(message)):
        if message[i // 8] >> (7 - i % 8) & 1:
            total ^= whole >> (8 * len(key) - 32 - i) & 0xFFFFFFFF
    return total


@given(ROWS, st.binary(min_size=40, max_size=52))
def test_toeplitz_with_any_key(rows, key):
    wanted = [toeplitz(key, s + d + p.to_bytes(2, "big") + q.to_bytes(2, "big")) for s, d, p, q, _, _ in rows]
    assert hash_of(made(rows), "toeplitz", key=key).tolist() == wanted


@given(ROWS)
def test_both_directions_of_a_connection_hash_alike_where_that_is_asked_for(rows):
    one = made(rows)
    for function in FUNCTIONS:
        if not function.startswith("linux"):
            np.testing.assert_array_equal(*(hash_of(t, function, symmetric=True) for t in (one, one.reverse)))
    for function, options in (("toeplitz", {"key": SYMMETRIC_KEY}), ("linux-l3", {}), ("linux-l4", {}), ("xor16", {})):
        np.testing.assert_array_equal(*(hash_of(t, function, seed=0, **options) for t in (one, one.reverse)))


def sip(key, message):
    """SipHash-2-4 of the paper, written out."""
    mask = 2**64 - 1
    rot = lambda x, b: (x << b | x >> 64 - b) & mask  # noqa: E731
    v = [
        key[0] ^ 0x736F6D6570736575,
        key[1] ^ 0x646F72616E646F6D,
        key[0] ^ 0x6C7967656E657261,
        key[1] ^ 0x7465646279746573,
    ]

    def rounds(n):
        for _ in range(n):
            v[0] = v[0] + v[1] & mask
            v[1] = rot(v[1], 13) ^ v[0]
            v[0] = rot(v[0], 32)
            v[2] = v[2] + v[3] & mask
            v[3] = rot(v[3], 16) ^ v[2]
            v[0] = v[0] + v[3] & mask
            v[3] = rot(v[3], 21) ^ v[0]
            v[2] = v[2] + v[1] & mask
            v[1] = rot(v[1], 17) ^ v[2]
            v[2] = rot(v[2], 32)

    padded = message + bytes(7 - len(message) % 8) + bytes([len(message) & 255])
    for i in range(0, len(padded), 8):
        word = int.from_bytes(padded[i : i + 8], "little")
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 0xFF
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def linux(row, seed, policy):
    """`struct flow_keys` from its hashed part on: basic, tags, vlan, cvlan, keyid, ports, icmp, addresses, padding."""
    s, d, p, q, o, f = row
    v6 = len(s) == 16
    first = (lambda a: a) if v6 else (lambda a: a[::-1])  # IPv4 is compared as a little-endian number
    s, d = sorted((s, d), key=first)
    ports = sorted((x.to_bytes(2, "big") for x in (p, q)), key=lambda b: int.from_bytes(b, "little"))
    protocol = o if policy == 1 or v6 else 0
    label = f if policy == 0 and v6 else 0
    parts = [bytes([0, 0, protocol, 0]), label.to_bytes(4, "big"), bytes(8), bytes(8), bytes(4)]
    parts += [b"".join(ports) if policy == 1 else bytes(4), bytes(4), s, d, bytes(4)]
    message = b"".join(parts)
    assert len(message) == (72 if v6 else 48)
    key = seed << 32 | seed
    return (sip((key, key), message) & 0xFFFFFFFF) or 1


@given(ROWS, st.integers(0, 2**32 - 1))
def test_linux_hashes_its_flow_keys(rows, seed):
    tuples = made(rows)
    for policy, function, name in ((0, l3_hash, "linux-l3"), (1, l4_hash, "linux-l4")):
        wanted = [linux(row, seed, policy) for row in rows]
        assert function(tuples, seed=seed).tolist() == wanted
        assert hash_of(tuples, name, seed=seed).tolist() == [h >> 1 for h in wanted]


@given(st.lists(st.integers(0, 256), min_size=1, max_size=8).filter(any), st.lists(st.integers(0, 2**31 - 1)))
def test_linux_next_hops_follow_the_bounds(weights, hashes):
    bounds, total = upper_bounds(weights).tolist(), sum(weights)
    upto = 0
    for weight, bound in zip(weights, bounds, strict=True):
        upto += weight
        assert bound == (2 * (upto << 31) + total) // (2 * total) - 1  # DIV_ROUND_CLOSEST
    chosen = by_threshold([*hashes, 0, 2**31 - 1], weights).tolist()
    for hash_, hop in zip([*hashes, 0, 2**31 - 1], chosen, strict=True):
        assert hop == next(i for i, bound in enumerate(bounds) if weights[i] and hash_ <= bound)


@given(st.lists(st.integers(0, 256), min_size=1, max_size=8).filter(any), st.integers(1, 4096))
def test_resilient_groups_give_every_bucket_away(weights, buckets):
    due = wanted_buckets(weights, buckets)
    assert due.sum() == buckets
    assert (np.abs(due - np.array(weights) * buckets / sum(weights)) <= 1).all()
    assert (due[np.array(weights) == 0] == 0).all()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_hashes_fit_their_bits_and_seeds_change_them(function):
    pairs = queue_pairs(np.arange(256), np.arange(256)[::-1] + 1000)
    one, other = hash_of(pairs, function, seed=0), hash_of(pairs, function, seed=77)
    assert one.dtype == np.uint32
    assert max(one.max(), other.max()) < 1 << BITS[function]
    assert (one != other).any()
    if not function.startswith("xor"):
        assert len(np.unique(one)) > 250
    np.testing.assert_array_equal(one[::-1], hash_of(pairs.rows(np.arange(256)[::-1]), function))


def test_queue_pairs_are_named_by_their_pair_and_number():
    few, many = queue_pairs([0, 0, 5], [9, 9, 9]), queue_pairs([3, 0, 5, 0, 0], [9, 9, 9, 9, 9])
    assert [str(ipaddress.ip_address(a.tobytes())) for a in few.src] == ["10.0.0.0", "10.0.0.0", "10.0.0.5"]
    assert few.src_port.tolist() == [many.src_port[1], many.src_port[3], many.src_port[2]]
    assert set(few.dst_port.tolist()) == {4791}
    assert (few.src_port >= 49152).all()
    assert queue_pairs([70000], [1], base="2001:db8::").src[0].tolist()[-4:] == [0, 1, 17, 112]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda t: hash_of(t, "md5"), "no hash function is called 'md5'"),
        (lambda t: hash_of(t, fields=["tos"]), "fields to hash are .*, not tos"),
        (lambda t: hash_of(t, fields=[]), "not none"),
        (lambda t: hash_of(t, "linux-l3", fields=["src-ip"]), "names its own fields"),
        (lambda t: hash_of(t, "toeplitz", key=b"short"), "a key of 5 bytes hashes messages of up to 1, not of 12"),
        (lambda t: tuples_of(["10.0.0.1"], ["::1"]), "source addresses are IPv4 and destination addresses IPv6"),
        (lambda t: tuples_of(["10.0.0.1"] * 2, ["10.0.0.2"]), "there are 2 source and 1 destination addresses"),
        (lambda t: tuples_of(["10.0.0.1", "::1"], ["::1", "::1"]), "IPv4 and IPv6"),
        (lambda t: tuples_of(["10.0.0.1"], ["10.0.0.2"], [1, 2]), "src_port has 2 entries"),
        (lambda t: tuples_of(["10.0.0.1"], ["10.0.0.2"], 65536), "src_port must fit into 16 bits"),
        (lambda t: queue_pairs([1 << 24], [0]), "numbered from 0 to 2"),
        (lambda t: queue_pairs([1], [0], base="255.255.255.255"), "too high"),
        (lambda t: upper_bounds([0, 0]), "weights must be whole"),
        (lambda t: wanted_buckets([1], 0), "from 1 to 65,535"),
    ],
)
def test_misuse_is_said(call, says):
    with pytest.raises(ValueError, match=says):
        call(tuples_of(["10.0.0.1"], ["10.0.0.2"], 1, 2))


def test_no_connection_is_no_error():
    none = queue_pairs([], [])
    assert len(none) == 0
    assert all(len(hash_of(none, function)) == 0 for function in FUNCTIONS)
