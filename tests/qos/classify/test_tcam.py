"""Entries of a ternary memory hold exactly the range, and no fewer prefixes would."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly._kernel import classify as kernel
from easterly.qos.classify import (
    boxes_of,
    edge_packets,
    linear_scan,
    parse_rules,
    random_rules,
    tcam,
    tcam_entries,
    worst_entries,
)


def words(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.uint64)


def prefixes(low: int, high: int, width: int) -> list[tuple[int, int]]:
    """First value and size."""
    _, value, length = kernel.prefixes(words(low), words(high), width)
    return [(int(v), 1 << width - int(n)) for v, n in zip(value, length, strict=True)]


@cache
def fewest(low: int, high: int, start: int, size: int) -> int:
    """Fewest blocks of the binary tree below (start, size) that part low .. high: by the definition."""
    low, high = max(low, start), min(high, start + size - 1)
    if low > high:
        return 0
    if (low, high) == (start, start + size - 1):
        return 1
    return sum(fewest(low, high, start + half, size // 2) for half in (0, size // 2))


def test_every_range_of_five_bits_is_covered_exactly_with_the_fewest_prefixes():
    for low in range(32):
        for high in range(low, 32):
            made = prefixes(low, high, 5)
            assert sorted(x for first, size in made for x in range(first, first + size)) == list(range(low, high + 1))
            assert len(made) == fewest(low, high, 0, 32) == kernel.entries(words(low), words(high), 5, 0)[0]


def test_every_range_of_eight_bits_is_covered_exactly():
    low, high = (np.array(side, dtype=np.uint64) for side in np.triu_indices(256))
    ptr, value, length = kernel.prefixes(low, high, 8)
    of = np.repeat(np.arange(len(low)), np.diff(ptr))
    difference = np.zeros((len(low), 257), dtype=np.int64)  # +1 where a block begins, -1 where it has ended
    np.add.at(difference, (of, value.astype(int)), 1)
    np.add.at(difference, (of, value.astype(int) + (1 << 8 - length.astype(int))), -1)
    held = np.cumsum(difference[:, :256], axis=1)
    x = np.arange(256, dtype=np.uint64)
    assert (held == (x >= low[:, None]) & (x <= high[:, None])).all()
    assert (kernel.entries(low, high, 8, 0) == np.diff(ptr)).all()


@given(st.data(), st.sampled_from([16, 32, 64]))
def test_blocks_of_wide_ranges_join_without_gap(data, width):
    low, high = sorted(data.draw(st.tuples(*[st.integers(0, 2**width - 1)] * 2)))
    at = low
    for first, size in prefixes(low, high, width):
        assert first == at and first % size == 0
        at += size
    assert at == high + 1
    assert len(prefixes(low, high, width)) <= 2 * width - 2


def fences(low: int, high: int, width: int, chunk: int) -> int:
    """Entries by walking the tree whose nodes have 2^chunk children, the top one what is left over."""
    if width <= chunk:
        return 1
    below = width - ((width - 1) % chunk + 1)
    size = 1 << below
    parts = [(max(low - c * size, 0), min(high - c * size, size - 1)) for c in range(low // size, high // size + 1)]
    whole = [part == (0, size - 1) for part in parts]
    return any(whole) + sum(fences(*part, below, chunk) for part, w in zip(parts, whole, strict=True) if not w)


def test_fences():
    for width, chunk in ((5, 2), (6, 3), (6, 1), (4, 4)):
        for low in range(1 << width):
            for high in range(low, 1 << width):
                got = kernel.entries(words(low), words(high), width, chunk)[0]
                assert got == fences(low, high, width, chunk), (low, high, width, chunk)
                assert got <= 2 * -(-width // chunk) - 1
    assert all(kernel.entries(words(low), words(high), 6, 1)[0] >= 1 for low in range(64) for high in range(low, 64))


def test_the_worst_case_is_met():
    cost = tcam(parse_rules("class a proto tcp sport 1-65534 dport 1-65534"))
    assert cost.total == worst_entries(16, 16) == 900
    assert tcam(parse_rules("class a proto tcp dport 1024-65535")).entries.tolist() == [6]
    assert tcam(parse_rules("class a src 10.0.0.0/8 dst 2001:db8::/65".replace("10.0.0.0/8", "::/1"))).total == 1


@pytest.mark.parametrize("version", [4, 6])
def test_entries_match_what_the_rules_match(version):
    boxes = boxes_of(random_rules(60, "fw", version=version, seed=5))
    packets = edge_packets(boxes, 2000)
    entries = tcam_entries(boxes)
    assert len(entries) == tcam(boxes).total
    found = np.full(len(packets), -1)
    columns = np.column_stack(packets.columns)
    for rule, value, mask in reversed(list(zip(entries.rule, entries.value, entries.mask, strict=True))):
        found[((columns & mask) == value).all(axis=1)] = rule
    assert (found == linear_scan(boxes, packets)).all()
    assert (np.diff(entries.rule) >= 0).all()


def test_what_cannot_be_written_out_is_refused():
    with pytest.raises(ValueError, match="900 entries, more than 10"):
        tcam_entries(parse_rules("class a proto tcp sport 1-65534 dport 1-65534"), most=10)
    with pytest.raises(ValueError, match="chunk is 0"):
        tcam([], chunk=0)
    with pytest.raises(ValueError, match="more than 8 bits"):
        kernel.prefixes(words(1), words(256), 8)
    with pytest.raises(ValueError, match="above its high"):
        kernel.entries(words(3), words(2), 8, 0)
