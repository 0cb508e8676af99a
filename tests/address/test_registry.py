"""What addresses are for: the table agrees with itself, and with the standard library where that is right."""

from __future__ import annotations

import ipaddress

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly.address import Prefix, Prefixes, classify, classify_many
from easterly.address.registry import mixed, registry

ROWS = registry()
BITS = {4: 32, 6: 128}


def near(row) -> list[Prefix]:
    """Both ends of a row and what lies beyond them, as addresses."""
    family = row.prefix.family
    ends = [row.prefix.first - 1, row.prefix.first, row.prefix.last, row.prefix.last + 1]
    return [Prefix(family, n, BITS[family]) for n in ends if 0 <= n < 1 << BITS[family]]


HOSTS = [host for row in ROWS for host in near(row)]


def test_rows_are_distinct_and_find_themselves():
    assert len({row.prefix for row in ROWS}) == len(ROWS) > 70
    assert [classify(row.prefix).purpose for row in ROWS] == list(ROWS)
    assert classify_many(Prefixes.of(row.prefix for row in ROWS)).tolist() == list(range(len(ROWS)))
    for row in ROWS:
        special = [row.as_source, row.as_destination, row.forwardable, row.globally_reachable, row.reserved_by_protocol]
        assert all(flag is None for flag in special) or special.count(None) <= 1
        # What is reachable from everywhere has to be forwarded, and what is forwarded has to arrive (RFC 8190).
        assert not row.globally_reachable or row.forwardable
        assert not row.forwardable or row.as_destination


def test_many_are_classified_as_each_alone():
    assert [ROWS[row] for row in classify_many(Prefixes.of(HOSTS)).tolist()] == [classify(h).purpose for h in HOSTS]


def test_the_standard_library_agrees_on_what_it_knows():
    for host in HOSTS:
        address = ipaddress.ip_address(host.first) if host.family == 4 else ipaddress.IPv6Address(host.first)
        kinds = {row.kind for row in classify(host).within}
        assert address.is_multicast == any(
            str(row.prefix) in ("224.0.0.0/4", "ff00::/8") for row in classify(host).within
        )
        assert address.is_link_local == ("link-local" in kinds)
        assert address.is_loopback == ("loopback" in kinds)
        if host.family == 4 and kinds & {"private", "benchmarking"}:
            assert address.is_private


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ROWS), st.integers(0, 12))
def test_a_prefix_is_mixed_where_rows_lie_inside(row, shorter):
    family, length = row.prefix.family, max(0, row.prefix.length - shorter)
    free = BITS[family] - length
    prefix = Prefix(family, row.prefix.first >> free << free, length)
    assert mixed(Prefixes.of([prefix])).tolist() == [bool(classify(prefix).holds)]
    inside = [r for r in ROWS if r.prefix != prefix and prefix.overlaps(r.prefix) and r.prefix.length > length]
    assert classify(prefix).holds == tuple(inside)


def test_columns_are_read_only():
    rows = Prefixes.of(["10.0.0.0/8"])
    assert not any(each.flags.writeable for each in (rows.family, rows.hi, rows.lo, rows.length))
    assert np.array_equal(rows.take([0]).lo, rows.lo)
