"""Requirements into pools: disjoint, inside, as small as can be, and possible whenever the sizes add up."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly.address import Group, Need, Prefixes, addresses_in, parents, read, subtract, summarise, usable, vlsm
from easterly.address.needs import read_need, read_needs


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


def packs(things, blocks):
    """Whether aligned blocks for all things can be had in some blocks (first, size): every way is tried."""
    if not things:
        return True
    (first, *rest) = things
    for size in [first] if isinstance(first, int) else [1, 2, 4, 8, 16]:
        for at, whole in blocks:
            for low in range(at, at + whole, size):
                if low % size or low + size > at + whole:
                    continue
                if not isinstance(first, int) and not packs(first, [(low, size)]):
                    continue
                around = [part for part in ((at, low - at), (low + size, at + whole - low - size)) if part[1]]
                if packs(rest, [block for block in blocks if block != (at, whole)] + around):
                    return True
    return False


SIZES = st.sampled_from([1, 1, 2, 2, 4])
INNER = st.lists(SIZES, min_size=1, max_size=3)
GROUP = st.lists(SIZES | INNER, min_size=1, max_size=3)
POOLS = st.sampled_from([[(0, 16)], [(0, 8), (16, 4)], [(4, 4), (8, 8)]])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(SIZES | GROUP, min_size=1, max_size=3), POOLS)
def test_groups_have_room_whenever_any_way_of_placing_them_has(things, blocks):
    needs, members = [], {}

    def spell(things, path):
        for i, thing in enumerate(things):
            if isinstance(thing, int):
                needs.append(Need(f"{path}n{i}", length=33 - thing.bit_length()))
            else:
                members[f"{path}g{i}"] = thing
                spell(thing, f"{path}g{i}/")

    spell(things, "")
    pools = Prefixes.of(f"10.0.0.{at}/{33 - size.bit_length()}" for at, size in blocks)
    if not packs(things, blocks):
        with pytest.raises(ValueError, match="no room"):
            vlsm(pools, needs)
        return
    made = vlsm(pools, needs)
    routes = dict(zip([group.name for group in made.groups], made.routes, strict=True))
    assert routes.keys() == members.keys()
    for (name, route), idle in zip(routes.items(), made.idle, strict=True):
        assert route.size == min(size for size in (1, 2, 4, 8, 16) if packs(members[name], [(0, size)]))
        inside = [p for need, p in zip(needs, made.given, strict=True) if need.name.startswith(f"{name}/")]
        within = [p for p in made.given if len(subtract(Prefixes.of([p]), Prefixes.of([route]))) == 0]
        assert within == inside, "nobody else is in it"
        inner = [r for other, r in routes.items() if other.startswith(f"{name}/")]
        assert idle.text() == subtract(Prefixes.of([route]), Prefixes.of([*inside, *inner])).text()
    assert (parents(made.given) == -1).all() and len(subtract(made.given, pools)) == 0
    outside = [r for name, r in routes.items() if "/" not in name]
    assert made.left.text() == subtract(pools, Prefixes.of([*made.given, *outside])).text()


def test_groups_grow_and_waste_is_told():
    needs = [Need("pod/lan", hosts=100, growth_pct=20), Need("pod/link", length=31), Need("z", hosts=14)]
    made = vlsm(Prefixes.of(["10.0.0.0/16"]), needs, [Group("pod", growth_pct=100)])
    assert made.routes.text() == ["10.0.0.0/23"], "130 addresses, and as many again"
    assert made.waste == (128 - 120 + 16 - 14, 512 - 130)
    assert vlsm(Prefixes.of(["10.0.0.0/16"]), needs, [Group("pod", length=20)]).routes.text() == ["10.0.0.0/20"]


@pytest.mark.parametrize("needs, groups, says", [
    ([Need("a/x", length=24)], [Group("a", length=25)], "takes 256 addresses: that is a /24"),
    ([Need("a/x", length=24)], [Group("a", growth_pct=1, length=24)], "256 addresses and 1 % more: that is a /23"),
    ([Need("a/x", length=0)], [Group("a", growth_pct=1)], "more than IPv4 has"),
    ([Need("x", length=24)], [Group("a")], "nothing is in it"), ([Need("a//x", length=24)], [], "write up to 63"),
    ([Need("a/x", length=24), Need("a", length=24)], [], "a need, and a group"),
    ([Need("a/x", length=24)], [Group("a"), Group("a", 20)], "named twice"),
    ([Need("a/x", length=24), Need("a/y", length=32)], [], r"no room for a \(/23\)"),
    ([Need("/".join("a" * 65), length=24)], [], "write up to 63"),
])  # fmt: skip
def test_what_groups_cannot_be(needs, groups, says):
    with pytest.raises(ValueError, match=says):
        vlsm(Prefixes.of(["10.0.0.0/24"]), needs, groups)


def test_groups_as_text():
    found = read_needs("name,hosts,growth\npod/lan,100,20\npod/,+50%\nsite/pod/ 25%\nb/,/22\nb/=+10%\n")
    assert found[1:] == (Group("pod", growth_pct=50), Group("site/pod", growth_pct=25), Group("b", 22),
                         Group("b", growth_pct=10))  # fmt: skip
