"""Requirements into pools: disjoint, inside, as small as can be, and possible whenever the sizes add up."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly.address import Need, Prefixes, addresses_in, parents, read, subtract, summarise, usable, vlsm
from easterly.address.vlsm import read_need, read_needs


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.integers(1, 300), min_size=1, max_size=12),
    st.sampled_from([["10.0.0.0/22"], ["10.0.0.0/23", "10.0.4.0/23"]]),
)
def test_room_is_found_whenever_the_sizes_add_up(hosts, pools):
    pools = Prefixes.of(pools)
    needs = [Need(f"n{i}", hosts=count) for i, count in enumerate(hosts)]
    sizes = [2 ** (32 - need.length_in(4)) for need in needs]
    assert all(count <= usable(4, need.length_in(4)) for count, need in zip(hosts, needs, strict=True))
    assert all(
        need.length_in(4) == 32 or count > usable(4, need.length_in(4) + 1)
        for count, need in zip(hosts, needs, strict=True)
    )
    if sum(sizes) > addresses_in(pools):
        with pytest.raises(ValueError, match="no room"):
            vlsm(pools, needs)
        return
    made = vlsm(pools, needs)
    assert [prefix.size for prefix in made.given] == sizes
    assert (parents(made.given) == -1).all() and len(subtract(made.given, pools)) == 0
    assert made.left.text() == subtract(pools, made.given).text()


def test_the_smallest_free_block_is_taken_and_large_ones_stay_whole():
    made = vlsm(Prefixes.of(["10.1.0.0/24", "10.0.0.0/16", "10.2.0.0/30"]), [Need("a", hosts=60), Need("b", length=31)])
    assert made.given.text() == ["10.1.0.0/26", "10.2.0.0/31"]
    assert "10.0.0.0/16" in made.left.text()


def test_growth_and_families():
    assert Need("lan", hosts=100, growth_pct=27).grown == 127
    assert Need("lan", hosts=100, growth_pct=27).length_in(4) == 24
    made = vlsm(Prefixes.of(["2001:db8::/48"]), [Need("lan", hosts=5000), Need("link", length=127)])
    assert made.given.text() == ["2001:db8::/64", "2001:db8:0:1::/127"]
    assert made.spare == (2**64 - 1 - 5000, None)


@pytest.mark.parametrize("pools, needs, says", [
    ([], [Need("a", hosts=1)], "no pool"), (["10.0.0.0/8", "fd00::/8"], [], "each family by itself"),
    (["10.0.0.0/8", "10.1.0.0/16"], [], "10.1.0.0/16 overlaps pool 10.0.0.0/8"),
    (["10.0.0.0/24"], [Need("a", hosts=254), Need("b", hosts=2)], "take 258 addresses, and the pools have 256"),
    (["10.0.0.0/25", "10.0.1.0/25"], [Need("a", hosts=200)], "no free block is as large"),
    (["10.0.0.0/24"], [Need("a", length=64)], "not within /0 to /32"),
    (["10.0.0.0/24"], [Need("a", hosts=2**33)], "no subnet"),
])  # fmt: skip
def test_what_cannot_be_is_said(pools, needs, says):
    with pytest.raises(ValueError, match=says):
        vlsm(Prefixes.of(pools), needs)


@pytest.mark.parametrize("text, hosts, length, growth", [
    ("lan=100", 100, None, 0), ("lan,100,20%", 100, None, 20), ("lan 100 +20%", 100, None, 20),
    ("lan = 100 + 2.5 %", 100, None, 2.5),
    ("link=/31", None, 31, 0), ("link,/127", None, 127, 0),
])  # fmt: skip
def test_needs_as_text(text, hosts, length, growth):
    assert read_need(text) == Need(text[:4].strip(" =,"), hosts, length, growth)


@pytest.mark.parametrize(
    "text",
    ["lan", "lan=", "=100", "lan=-1", "lan=0", "lan=1e3", "lan=100+-5%", "lan=1+1.2.3%", "a b c", "lan=1+99999%"],
)
def test_what_is_no_need(text):
    with pytest.raises(ValueError, match=r"lan|a b c|=100"):
        read_need(text)


def test_tables_of_needs():
    text = "name,hosts,growth\n# first floor\nlan,100,20\nlink,/31,\n\nvoice 50\n"
    assert [need.name for need in read_needs(text)] == ["lan", "link", "voice"]
    with pytest.raises(ValueError, match="line 3: 'x' is not a need"):
        read_needs("name,hosts\nlan,100\nx\n")


def test_the_order_of_the_needs_is_kept():
    needs = [Need("small", hosts=10), Need("large", hosts=1000), Need("link", length=31)]
    made = vlsm(Prefixes.of(["10.0.0.0/21"]), needs)
    assert made.given.text() == ["10.0.4.0/28", "10.0.0.0/22", "10.0.4.16/31"]
    assert summarise(made.left).text() == made.left.text() and made.given[0] == read("10.0.4.0/28")
