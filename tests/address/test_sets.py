"""Sets of prefixes, against the standard library and against plain sets of addresses."""

from __future__ import annotations

import ipaddress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly.address import (
    Prefixes,
    Table,
    addresses_in,
    covering,
    intersect,
    overlaps,
    parents,
    parts,
    range_prefixes,
    read,
    subtract,
    summarise,
    supernet,
    symmetric,
    write,
)

SETTINGS = settings(max_examples=60, deadline=None)


def network(family: int, number: int, length: int) -> str:
    bits = 32 if family == 4 else 128
    host = bits - min(length, bits)
    return f"{write(family, number % 2**bits >> host << host)}/{bits - host}"


def numbers(bits: int) -> st.SearchStrategy[int]:
    """Close to each other, at both ends of the family, or anywhere."""
    near = st.integers(0, 600)
    middle = near.map(lambda n: (1 << bits // 2) - 300 + n)
    return st.one_of(near, near.map(lambda n: 2**bits - 1 - n), middle, st.integers(0, 2**bits - 1))


FOURS = st.builds(network, st.just(4), numbers(32), st.one_of(st.integers(22, 32), st.integers(0, 32)))
SIXES = st.builds(network, st.just(6), numbers(128), st.one_of(st.integers(118, 128), st.integers(0, 128)))
LISTS = st.lists(st.one_of(FOURS, SIXES), max_size=25)


def collapsed(rows) -> list[str]:
    """By the standard library, whose text of IPv4 in IPv6 is not ours."""
    networks = [ipaddress.ip_network(row) for row in rows]
    return [
        str(read(str(each)))
        for version in (4, 6)
        for each in ipaddress.collapse_addresses(n for n in networks if n.version == version)
    ]


def without(rows, minus) -> list[str]:
    left = [ipaddress.ip_network(row) for row in collapsed(rows)]
    for cut in map(ipaddress.ip_network, collapsed(minus)):
        kept = []
        for each in left:
            if each.version != cut.version or not each.overlaps(cut):
                kept.append(each)
            elif each.prefixlen < cut.prefixlen:
                kept.extend(each.address_exclude(cut))
        left = kept
    return collapsed(map(str, left))


@SETTINGS
@given(LISTS)
def test_summaries_are_those_of_the_standard_library(rows):
    assert summarise(Prefixes.of(rows)).text() == collapsed(rows)


@SETTINGS
@given(LISTS, LISTS)
def test_differences_are_those_of_the_standard_library(rows, minus):
    a, b = Prefixes.of(rows), Prefixes.of(minus)
    assert subtract(a, b).text() == without(rows, minus)
    assert intersect(a, b).text() == without(rows, without(rows, minus))
    assert symmetric(a, b).text() == collapsed(without(rows, minus) + without(minus, rows))
    assert addresses_in(a) + addresses_in(b) == addresses_in(symmetric(a, b)) + 2 * addresses_in(intersect(a, b))


@SETTINGS
@given(st.sampled_from([32, 128]).flatmap(lambda bits: st.tuples(st.just(bits), numbers(bits), numbers(bits))))
def test_ranges_are_those_of_the_standard_library(given_range):
    bits, one, two = given_range
    kind = ipaddress.IPv4Address if bits == 32 else ipaddress.IPv6Address
    low, high = sorted((one, two))
    wanted = ipaddress.summarize_address_range(kind(low), kind(high))
    assert range_prefixes(str(kind(low)), str(kind(high))).text() == [str(read(str(each))) for each in wanted]


def holder(rows, asked, itself=None):
    """Row of the longest that holds it, the first of equals, by looking at all."""
    held = [(-p.length, i) for i, p in enumerate(rows)
            if p.family == asked.family and p.length <= asked.length and p.overlaps(asked)
            and (itself is None or (i != itself and (p.length < asked.length or i < itself)))]  # fmt: skip
    return min(held, default=(0, -1))


@SETTINGS
@given(LISTS, LISTS)
def test_the_longest_that_holds_is_found(rows, asked):
    table, wanted = Prefixes.of(rows), Prefixes.of(asked)
    found = covering(table, wanted).tolist()
    assert found == [holder([*table], each)[1] for each in wanted]
    hosts = Prefixes.of([p for p in wanted if p.length == (32 if p.family == 4 else 128)])
    assert Table(table).longest(hosts).tolist() == [holder([*table], each)[1] for each in hosts]


@SETTINGS
@given(LISTS)
def test_parents_are_the_nearest_that_hold(rows):
    nouns = [*Prefixes.of(rows)]
    for i, up in enumerate(parents(Prefixes.of(rows)).tolist()):
        length, _ = holder(nouns, nouns[i], itself=i)
        assert (up < 0) == (length == 0 and _ < 0)
        if up >= 0:
            assert nouns[up].overlaps(nouns[i]) and nouns[up].length == -length
            assert nouns[up].length < nouns[i].length or up < i


@SETTINGS
@given(LISTS, LISTS)
def test_lists_overlap_where_some_pair_does(rows, others):
    a, b = Prefixes.of(rows), Prefixes.of(others)
    first, second = overlaps(a, b)
    assert all(a[i].overlaps(b[j]) for i, j in zip(first.tolist(), second.tolist(), strict=True))
    some = {i for i, p in enumerate(a) if any(p.overlaps(q) for q in b)}
    assert {*first.tolist()} <= some and bool(len(first)) == bool(some)
    assert some <= {*first.tolist()} or all(any(a[i].overlaps(a[k]) for k in first.tolist()) for i in some)


def test_many_rows_match_a_table_of_steps():
    """100,000 prefixes of both families against searches in sorted steps; the same for rows in any order."""
    draw = np.random.default_rng(5)
    length = draw.choice([8, 12, 16, 20, 22, 24, 28, 32], size=100_000).astype(np.uint8)
    first = (draw.integers(0, 2**32, 100_000, dtype=np.uint64) >> (32 - length).astype(np.uint64)) << (
        32 - length
    ).astype(np.uint64)
    rows = Prefixes.of_family(4, np.zeros_like(first), first, length)
    asked = draw.integers(0, 2**32, 200_000, dtype=np.uint64)
    hosts = Prefixes.of_family(4, np.zeros_like(asked), asked, np.full(len(asked), 32))
    best = np.full(len(asked), -1)
    for n in sorted({*length.tolist()}):
        here = np.flatnonzero(length == n)[::-1]  # so that of equal rows the first is written last
        keys, at = first[here], asked >> np.uint64(32 - n) << np.uint64(32 - n)
        order = np.argsort(keys, kind="stable")
        place = np.searchsorted(keys[order], at, side="right") - 1
        hit = (place >= 0) & (keys[order][place] == at)
        best[hit] = here[order[place[hit]]]
    assert (Table(rows).longest(hosts) == best).all()
    assert (covering(rows, hosts) == best).all()
    six = Prefixes.of_family(6, first << np.uint64(32), np.zeros_like(first), length)
    sixes = Prefixes.of_family(6, asked << np.uint64(32), first[:1].repeat(len(asked)), np.full(len(asked), 128))
    assert (Table(six).longest(sixes) == best).all()
    mixed = draw.permutation(100_000)
    assert summarise(rows.take(mixed)).text() == summarise(rows).text()


def test_blocks_of_one_length():
    assert len(parts(read("10.0.0.0/8"), 24)) == 65536
    with pytest.raises(ValueError, match="blocks of /64"):
        parts(read("2001:db8::/32"), 64)
    with pytest.raises(ValueError, match="the length is between 24 and 32"):
        parts(read("10.0.0.0/24"), 23)


@SETTINGS
@given(st.one_of(st.lists(FOURS, min_size=1, max_size=5), st.lists(SIXES, min_size=1, max_size=5)))
def test_a_supernet_is_the_first_that_holds_all(rows):
    outer = ipaddress.ip_network(rows[0])
    while not all(ipaddress.ip_network(row).subnet_of(outer) for row in rows):
        outer = outer.supernet()
    assert supernet(Prefixes.of(rows)) == read(f"{outer.network_address}/{outer.prefixlen}")


def test_empty_lists_are_sets_too():
    with pytest.raises(ValueError, match="at least one row"):
        supernet(Prefixes.of([]))
    nothing, some = Prefixes.of([]), Prefixes.of(["10.0.0.0/8"])
    assert len(summarise(nothing)) == len(subtract(nothing, some)) == len(intersect(some, nothing)) == 0
    assert subtract(some, nothing).text() == some.text() and addresses_in(nothing) == 0
    assert Table(nothing).longest(some).tolist() == covering(nothing, some).tolist() == [-1]


@pytest.mark.parametrize("first, last", [("10.0.0.2", "10.0.0.1"), ("10.0.0.1", "::1"), ("10.0.0.0/8", "10.0.0.1")])
def test_no_range(first, last):
    with pytest.raises(ValueError, match=r"comes after|one family|not an address"):
        range_prefixes(first, last)
