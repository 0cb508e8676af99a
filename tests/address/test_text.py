"""Reading and writing addresses, against the standard library where it is right."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly.address.text import MIXED, AddressError, Prefix, read, write, write_many


@given(st.integers(0, 2**32 - 1))
def test_ipv4_is_written_as_the_standard_library_writes_it(number):
    assert write(4, number) == str(ipaddress.IPv4Address(number))


@given(st.lists(st.one_of(st.just(0), st.integers(0, 2**16 - 1)), min_size=8, max_size=8))
def test_ipv6_is_written_as_the_standard_library_writes_it(groups):
    number = int("".join(f"{group:04x}" for group in groups), 16)
    if number >> 32 not in MIXED:
        assert write_many(6, [number]) == [str(ipaddress.IPv6Address(number))]


@pytest.mark.parametrize("text, short", [
    ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:DB8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
    ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:0db8::0001", "2001:db8::1"),
])  # fmt: skip
def test_rfc_5952_section_4(text, short):
    assert str(read(f"{text}/128")) == f"{short}/128"


@given(st.sampled_from([4, 6]), st.integers(0, 2**128 - 1), st.integers(0, 128))
def test_what_is_written_is_read_back(family, number, length):
    bits = 32 if family == 4 else 128
    length = min(length, bits)
    number = number % 2**bits >> (bits - length) << (bits - length)
    prefix = Prefix(family, number, length)
    assert read(str(prefix)) == prefix
    network = ipaddress.ip_network(str(prefix))
    assert (int(network.network_address), int(network.broadcast_address)) == (prefix.first, prefix.last)


@pytest.mark.parametrize("text, code", [
    ("10.0.0.0", "E510"), ("10.1/16", "E510"), ("10.0.0.0/33", "E510"), ("10.0.0.0/255.0.0.0", "E510"),
    ("1.2.3.0/0.0.0.255", "E510"), ("10.0.0.0/08", "E510"),
    ("10.0.0.0/-1", "E510"), ("10.0.0.0/", "E510"),
    ("", "E510"), ("/8", "E510"), ("10.0.0.256/32", "E510"), ("10.0.0.0.0/8", "E510"), ("10..0.0/8", "E510"),
    ("\u0661\u0660.0.0.0/8", "E510"), ("10.0.0.0/\u0668", "E510"), ("a.b.c.d/8", "E510"), (" 10.0.0.0/8", "E510"),
    ("10.1.1.1/24", "E511"), ("fd00::1/64", "E511"), ("010.0.0.1/32", "E512"), ("10.0.00.0/8", "E512"),
    ("fd00:::/40", "E510"), ("fd00::1::/64", "E510"), ("fe80::1%eth0/64", "E510"), ("fd00:12345::/40", "E510"),
    ("1:2:3:4:5:6:7/64", "E510"), ("1:2:3:4:5:6:7:8:9/64", "E510"), ("::/129", "E510"),
    ("1:2:3:4:5:6:7::8/128", "E510"),
    ("::ffff:10.0.0.0.0/104", "E510"), ("::ffff:010.0.0.0/104", "E512"), ("1:2:3:4:5:6:7:1.2.3.4/128", "E510"),
    ("::1.2.3.4:5/128", "E510"), ("1.2.3.4::/128", "E510"),
])  # fmt: skip
def test_what_is_no_prefix_is_refused(text, code):
    with pytest.raises(AddressError) as caught:
        read(text)
    assert caught.value.code == code
    assert caught.value.hint


@pytest.mark.parametrize("text, mended", [
    ("10.1.1.1/24", "10.1.1.0/24"), ("010.0.0.0/8", "10.0.0.0/8"), ("10.0.0.0/255.255.0.0", "10.0.0.0/16"),
])  # fmt: skip
def test_hints_can_be_pasted(text, mended):
    with pytest.raises(AddressError) as caught:
        read(text)
    assert mended in caught.value.hint
    assert str(read(mended)) == mended


@given(st.integers(0, 2**8 - 1), st.integers(0, 8), st.integers(0, 2**8 - 1), st.integers(0, 8))
def test_overlap_is_a_common_address(a, la, b, lb):
    one, two = (Prefix(4, n >> (8 - x) << (8 - x), 24 + x) for n, x in ((a, la), (b, lb)))
    common = set(range(one.first, one.last + 1)) & set(range(two.first, two.last + 1))
    assert one.overlaps(two) == bool(common)
    assert not one.overlaps(Prefix(6, one.first, 120))


@pytest.mark.parametrize(("text", "hint"), [
    ("10.0.0.0/08", "leave leading zeros out: /8"), (" 10.0.0.0/8", "leave spaces out"),
    ("10.0.0.1:80/32", "leave the port out: 10.0.0.1"), ("[::1]/128", "leave the brackets out: they belong to URLs"),
    ("::1::/64", "`::` may stand once, and no other group is empty"),
    ("12345::/16", "a group is one to four hexadecimal digits, and '12345' is not; write it like fd00:64::1"),
    ("1:2:3:4:5:6:7:8:9/64", "there are 9 groups: write eight, or `::` once in place of those that are zero"),
    ("1:2:3:4:5:6:7:8::/64", "there are 8 groups beside `::`: write seven at most"),
    ("10.0.0.0-10.0.0.9/32", "write one address: a range has two, each on its own"),
])  # fmt: skip
def test_what_is_wrong_with_an_address_is_said(text: str, hint: str) -> None:
    with pytest.raises(AddressError) as refused:
        read(text)
    assert refused.value.hint == hint
