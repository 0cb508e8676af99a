"""Answers that are known from the RFCs and from hand: what every calculator of addresses has to get right."""

from __future__ import annotations

import pytest

from easterly.address import (
    AddressError,
    Need,
    Prefix,
    Prefixes,
    addresses_in,
    classify,
    covering,
    facts,
    range_prefixes,
    read,
    read_host,
    reverse_name,
    reverse_zones,
    sparse,
    sparse_order,
    subtract,
    summarise,
    usable,
    vlsm,
    write,
)


def summary(*rows: str) -> list[str]:
    return summarise(Prefixes.of(rows)).text()


def test_totals_are_not_usable_counts():
    assert (facts(read("10.1.0.0/16")).total, facts(read("10.1.0.0/16")).usable) == (65536, 65534)
    assert read("10.0.0.0/8").size == 16777216 and read("172.16.0.0/12").size == 1048576
    assert [usable(4, n) for n in (31, 30, 32, 25, 26, 23, 22, 21)] == [2, 2, 1, 126, 62, 510, 1022, 2046]
    assert usable(6, 127) == 2


def test_unequal_subnets():
    needs = [*(Need(str(n), hosts=n) for n in (100, 50, 25, 10)), Need("a", length=31), Need("b", length=31)]
    made = vlsm(Prefixes.of(["192.168.1.0/24"]), needs)
    assert [text.removeprefix("192.168.1") for text in made.given.text()] == [
        ".0/25", ".128/26", ".192/27", ".224/28", ".240/31", ".242/31",
    ]  # fmt: skip
    assert made.left.text() == ["192.168.1.244/30", "192.168.1.248/29"]
    made = vlsm(Prefixes.of(["10.20.0.0/20"]), [Need(str(n), hosts=n) for n in (2046, 1022, 510, 254, 126, 62)])
    assert [text.removeprefix("10.20.") for text in made.given.text()] == [
        "0.0/21", "8.0/22", "12.0/23", "14.0/24", "15.0/25", "15.128/26",
    ]  # fmt: skip
    assert made.left.text() == ["10.20.15.192/26"]
    assert made.spare == (0, 0, 0, 0, 0, 0)


def test_a_summary_holds_nothing_more():
    assert summary(*(f"10.0.{i}.0/24" for i in range(4))) == ["10.0.0.0/22"]
    assert summary("192.168.1.0/24", "192.168.2.0/24") == ["192.168.1.0/24", "192.168.2.0/24"]
    assert summary(*(f"10.0.{i}.0/24" for i in range(1, 15))) == [
        "10.0.1.0/24", "10.0.2.0/23", "10.0.4.0/22", "10.0.8.0/22", "10.0.12.0/23", "10.0.14.0/24",
    ]  # fmt: skip


def test_ranges():
    assert [text.removeprefix("192.168.1") for text in range_prefixes("192.168.1.10", "192.168.1.200").text()] == [
        ".10/31", ".12/30", ".16/28", ".32/27", ".64/26", ".128/26", ".192/29", ".200/32",
    ]  # fmt: skip
    assert len(range_prefixes("10.0.0.1", "10.0.0.254")) == 14
    assert range_prefixes("0.0.0.0", "255.255.255.255").text() == ["0.0.0.0/0"]
    assert range_prefixes("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff").text() == ["::/0"]


def test_what_is_left_of_ten_slash_eight():
    left = subtract(Prefixes.of(["10.0.0.0/8"]), Prefixes.of(["10.64.0.0/16"])).text()
    assert [text.removeprefix("10.").replace(".0.0/", ".0/") for text in left] == [
        "0.0/10", "65.0/16", "66.0/15", "68.0/14", "72.0/13", "80.0/12", "96.0/11", "128.0/9",
    ]  # fmt: skip


@pytest.mark.parametrize("address, kind, reachable", [
    ("172.31.255.255", "private", False), ("172.32.0.0", "global", True), ("100.64.0.0", "shared", False),
    ("100.127.255.255", "shared", False), ("100.128.0.0", "global", True), ("192.0.2.1", "documentation", False),
    ("198.51.100.1", "documentation", False), ("203.0.113.255", "documentation", False),
    ("2001:db8::1", "documentation", False), ("3fff::1", "documentation", False),
    ("3fff:0fff:ffff::", "documentation", False), ("3fff:1000::", "global", True), ("fc00::1", "unique-local", False),
    ("fd00::1", "unique-local", False), ("2600::1", "global", True), ("4000::1", "reserved", None),
    ("64:ff9b::1", "nat64", True), ("64:ff9b:1::1", "nat64", False), ("2002::1", "6to4", None),
    ("5f00::1", "srv6", False), ("ff02::1", "multicast", False), ("224.0.0.5", "multicast", False),
    ("240.0.0.1", "reserved", False), ("255.255.255.255", "broadcast", False), ("8.8.8.8", "global", True),
])  # fmt: skip
def test_what_an_address_is_for(address, kind, reachable):
    found = classify(read_host(address)).purpose
    assert (found.kind, found.globally_reachable) == (kind, reachable)
    assert found.source.startswith("RFC ")


def test_only_half_of_unique_local_space_can_be_assigned():
    assert "use fd00::/8" in classify(read("fc00::/48")).purpose.note
    assert [str(row.prefix) for row in classify(read("fc00::/7")).holds] == ["fc00::/8", "fd00::/8"]


@pytest.mark.parametrize("text, short", [
    ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
    ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("::ffff:c000:280", "::ffff:192.0.2.128"),
    ("::FFFF:192.0.2.128", "::ffff:192.0.2.128"), ("64:ff9b::c000:221", "64:ff9b::192.0.2.33"),
    ("::ffff:0:c000:221", "::ffff:0:192.0.2.33"), ("2001:db8::192.0.2.33", "2001:db8::c000:221"),
    ("64:ff9b:1::c000:221", "64:ff9b:1::c000:221"), ("::1.2.3.4", "::102:304"),
])  # fmt: skip
def test_text_of_rfc_5952(text, short):
    host = read_host(text)
    assert write(6, host.first) == short
    assert Prefixes.of([host]).text(bare=True) == [short]


def test_a_prefix_that_ends_before_the_ipv4_address_is_not_dotted():
    texts = ["::ffff:0:0/96", "64:ff9b::/96", "::ffff:10.0.0.0/104", "64:ff9b::10.0.0.0/104", "::ffff:0:0:0/96"]
    assert [str(read(text)) for text in texts] == Prefixes.of(texts).text() == texts


def test_sparse_orders():
    assert list(sparse_order(3)) == [0, 4, 2, 6, 1, 5, 3, 7]
    assert list(sparse_order(3, "rightmost")) == list(range(8))
    # RFC 3531 section 4 counts eight bits from the centre.
    assert list(sparse_order(8, "centermost", 13)) == [0, 8, 16, 24, 4, 12, 20, 28, 32, 40, 48, 56, 36]
    assert [text.removeprefix("2001:db8:") for text in sparse(read("2001:db8::/32"), 35, 4).text()] == [
        ":/35", "8000::/35", "4000::/35", "c000::/35",
    ]  # fmt: skip


def test_reverse_names_and_zones():
    assert reverse_name(4, read_host("10.99.0.51").first) == "51.0.99.10.in-addr.arpa"
    name = reverse_name(6, read_host("2001:db8::567:89ab").first)
    assert name == "b.a.9.8.7.6.5.0." + "0." * 16 + "8.b.d.0.1.0.0.2.ip6.arpa"
    assert [zone.name for zone in reverse_zones(read("2001:db8:1::/48"))] == ["1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"]
    assert len(reverse_zones(read("2001:db8::/45"))) == 8
    assert [zone.name for zone in reverse_zones(read("0.0.0.0/0"))] == ["in-addr.arpa"]


@pytest.mark.parametrize("prefix, zone, first, last", [
    ("192.0.2.0/25", "0/25", 1, 126), ("192.0.2.128/26", "128/26", 129, 190), ("192.0.2.192/26", "192/26", 193, 254),
])  # fmt: skip
def test_classless_delegation(prefix, zone, first, last):
    [found] = reverse_zones(read(prefix))
    assert (found.name, found.parent) == (f"{zone}.2.0.192.in-addr.arpa", "2.0.192.in-addr.arpa")
    aliases = found.aliases()
    assert aliases[0] == (f"{first}.2.0.192.in-addr.arpa", f"{first}.{zone}.2.0.192.in-addr.arpa")
    assert aliases[-1] == (f"{last}.2.0.192.in-addr.arpa", f"{last}.{zone}.2.0.192.in-addr.arpa")
    assert len(aliases) == last - first + 1


def test_containment_and_counts():
    assert covering(Prefixes.of(["10.0.0.0/13"]), Prefixes.of(["10.7.255.0/24", "10.8.0.0/32"])).tolist() == [0, -1]
    assert write(4, facts(read("10.0.0.0/13")).last) == "10.7.255.255"
    assert addresses_in(Prefixes.of(["2001:db8::/48"])) >> 64 == 65536
    assert addresses_in(Prefixes.of(["2001:db8::/32"])) >> 64 == 2**32


@pytest.mark.parametrize("text, code, says", [
    ("10.1.1.1/24", "E511", "did you mean 10.1.1.0/24?"), ("010.0.0.1/32", "E512", "did you mean 10.0.0.1/32?"),
    ("10.1/16", "E510", "four decimal numbers"), ("1.2.3.0/0.0.0.255", "E510", "wildcard mask"),
    ("1.2.3.0/255.255.255.0", "E510", "1.2.3.0/24"), ("1.2.3.0/255.0.255.0", "E510", "like 1.2.3.0/16"),
    ("fe80::1%eth0/64", "E510", "RFC 4007"), ("fe80::1%eth0", "E510", "RFC 4007"),
])  # fmt: skip
def test_what_could_mean_two_things_is_refused(text, code, says):
    with pytest.raises(AddressError) as caught:
        read(text)
    assert caught.value.code == code and says in caught.value.hint


@pytest.mark.parametrize(
    "text", ["10.1", "010.0.0.1", "fe80::1%eth0", "10.0.0.1/32", "", "1.2.3.4.5", "::1::", "12345::"]
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(AddressError) as caught:
        read_host(text)
    assert "is not an address" in str(caught.value) or caught.value.code == "E512"
    assert caught.value.hint


def test_a_prefix_is_a_noun():
    assert read("10.0.0.0/8") == Prefix(4, 10 << 24, 8)
