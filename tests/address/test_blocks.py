"""Blocks: sizes, places, growth, proofs."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from address.sites import POOLS, fabric, made, planned
from address.sites import site as small
from easterly.address import changes, entries, headroom, prove, prove_exact, read_back, summaries
from easterly.address.free import Full, Space
from easterly.address.text import Prefix, read
from easterly.app.numbers import addresses
from easterly.base.findings import FindingsError
from easterly.model.address import AddressPlan
from easterly.model.spec.site import Site

CORP = {**POOLS, "corp": "10.128.0.0/12", "corp6": "fd00:100::/40"}
BLOCKS: dict[str, Any] = {
    "eu": {"inside": ["corp", "corp6"], "role": "region", "growth": "100%"},
    "east": {"inside": "eu", "role": "site", "zone": "inner"},
    "mgmt": {"inside": "east", "role": "management", "per": "leaf", "hosts": 64, "growth": "50%", "zone": "guarded"},
    "bmc": {"inside": "east", "role": "bmc", "per": "fabric", "hosts": 200},
    "storage": {"inside": "east", "role": "storage", "hosts": 500, "tenant": "acme"},
    "vtep": {"inside": "east", "role": "vtep", "per": "leaf"},
    "pods": {"inside": "eu", "role": "pods", "per": "host", "hosts": 100},
}


def site(blocks: dict[str, Any] | None = None, count: int = 24, **pools: str) -> Site:
    tenants = {"acme": {"vrf": True, "slot": 0}}
    wanted = BLOCKS if blocks is None else blocks
    return small({"train": fabric(count=count)}, {**CORP, **pools}, wanted, tenants=tenants)


def cut(plan: AddressPlan, place: str | None = "") -> dict[tuple[str, str], str]:
    """Prefixes by block and family; of one place."""
    rows = plan.blocks
    return {
        (name, "6" if ":" in text else "4"): text
        for text, name, where in zip(rows.prefix.tolist(), rows.block.tolist(), rows.place.tolist(), strict=True)
        if where == place
    }


@pytest.mark.parametrize(("blocks", "block", "family", "wanted"), [
    ({"lan": {"inside": "corp", "hosts": 230, "growth": "10%"}}, "lan", "4", 24),  # 253 hosts and three are 256
    ({"all": {"inside": "corp6"}, "lan": {"inside": "all", "hosts": 200},
      "links": {"inside": "all", "role": "links", "hosts": 2, "sparse": False}}, "all", "6", 63),  # a /64 and a little
])  # fmt: skip
def test_sizes_are_whole_numbers(blocks: dict[str, Any], block: str, family: str, wanted: int) -> None:
    """Neither 230 x 1.1 = 253.00000000000003 nor 2^64 + 2 = 2^64: each would be another prefix length."""
    assert read(cut(planned(site(blocks)))[block, family]).length == wanted


def test_a_pool_counts_each_address_once() -> None:
    """Prefixes of places lie inside the block that they are cut from, and are no addresses beside it."""
    spec = site({"vtep": {"inside": "corp", "role": "vtep", "per": "leaf", "length": 30}})
    network, _ = made(spec)
    plan = planned(spec)
    [room] = [row for row in headroom(spec, plan) if row.name == "corp"]
    [pool] = [row for row in addresses(spec, network, plan)["pools"] if row["name"] == "corp"]
    assert (pool["used"], pool["free"]) == (room.given, room.free) == (4 * 8, 2**20 - 4 * 8)


def taken(outer: str, sizes: list[int], **how: bool) -> list[str]:
    space = Space.of([read(outer)])
    return [str(space.take(bits, **how)) for bits in sizes]


def test_requirements_of_one_subnet() -> None:
    """100, 50, 25 and 10 hosts and two links in a /24, the largest first."""
    want = ["192.168.1.0/25", "192.168.1.128/26", "192.168.1.192/27", "192.168.1.224/28", "192.168.1.240/31",
            "192.168.1.242/31"]  # fmt: skip
    assert taken("192.168.1.0/24", [7, 6, 5, 4, 1, 1]) == want


def test_six_sizes_fill_a_twenty() -> None:
    space = Space.of([read("10.20.0.0/20")])
    given_out = [str(space.take(bits)) for bits in (11, 10, 9, 8, 7, 6)]
    assert given_out == ["10.20.0.0/21", "10.20.8.0/22", "10.20.12.0/23", "10.20.14.0/24", "10.20.15.0/25",
                         "10.20.15.128/26"]  # fmt: skip
    assert str(space.take(6)) == "10.20.15.192/26"
    with pytest.raises(Full):
        space.take(0)


def test_sparse_blocks_follow_the_rfc() -> None:
    """RFC 3531 section 3, leftmost: 0, 4, 2, 6, 1, 5, 3, 7."""
    made_of = taken("2001:db8::/32", [128 - 35] * 8, sparse=True)
    numbers = [int(ip_network(text).network_address) >> 93 & 7 for text in made_of]
    assert numbers == [0, 4, 2, 6, 1, 5, 3, 7]


@given(st.lists(st.integers(0, 7), min_size=1, max_size=40), st.booleans())
def test_largest_first_fits_whenever_the_sum_does(sizes: list[int], sparse: bool) -> None:
    bits = (sum(1 << size for size in sizes) - 1).bit_length()
    space = Space.of([Prefix(4, 1 << 20, 32 - bits)])
    found = [space.take(size, sparse=sparse) for size in sorted(sizes, reverse=True)]
    numbers = [n for prefix in found for n in range(prefix.first, prefix.last + 1)]
    assert len(numbers) == len(set(numbers)) == sum(1 << size for size in sizes)
    assert all(prefix.first % prefix.size == 0 for prefix in found)
    free = {at + i for size, firsts in space.free.items() for at in firsts for i in range(1 << size)}
    assert free | set(numbers) == set(range(1 << 20, (1 << 20) + (1 << bits)))
    assert not free & set(numbers)


def test_sizes_come_from_below() -> None:
    """Leaf subnets of 64 hosts and half as many again take a /25; six leaves and half as many, 16 of them."""
    got = cut(planned(site()))
    assert got["mgmt", "4"].endswith("/21")
    assert got["storage", "4"].endswith("/23")  # 503 addresses
    assert got["vtep", "4"].endswith("/29")
    assert got["east", "4"].endswith("/20")  # /21 + /23 + /24 + /29
    assert got["eu", "4"].endswith("/18")  # twice /20 + /20


def test_every_place_has_a_prefix_inside_its_block() -> None:
    plan = planned(site())
    blocks = cut(plan)
    rows = plan.blocks
    parts = [row for row in zip(rows.prefix.tolist(), rows.block.tolist(), rows.place.tolist(), strict=True) if row[2]]
    assert sum(name == "pods" for _, name, _ in parts) == 2 * 24
    for text, name, _ in parts:
        assert read(text).inside(read(blocks[name, "6" if ":" in text else "4"]))


def test_tables_and_zones_come_from_around() -> None:
    rows = planned(site()).blocks
    columns = (rows.block.tolist(), rows.vrf.tolist(), rows.zone.tolist())
    by_name = {name: (vrf, zone) for name, vrf, zone in zip(*columns, strict=True)}
    assert by_name["storage"] == ("acme", "inner")
    assert by_name["mgmt"] == ("default", "guarded")
    assert by_name["pods"] == ("default", "")


@pytest.mark.parametrize("count", [32, 48, 64])
def test_growth_moves_nothing(count: int) -> None:
    before = planned(site())
    spec = site({**BLOCKS, "archive": {"inside": "east", "role": "storage", "hosts": 900}}, count)
    after = planned(spec, before)
    told = changes(before, after)
    assert not [row for row in told.rows if row.before]
    assert len(told.rows) > 8
    assert all(fact.holds for fact in (*prove(after), *prove_exact(summaries(spec, made(spec)[0], after))))


def test_a_block_that_grows_in_size_is_moved_alone() -> None:
    before = planned(site())
    after = planned(site({**BLOCKS, "bmc": {**BLOCKS["bmc"], "hosts": 400}}), before)
    assert {row.whose.split()[0] for row in changes(before, after).moved} == {"bmc"}
    assert all(fact.holds for fact in prove(after))


def test_a_plan_is_read_back_from_its_document() -> None:
    spec = site()
    network, _ = made(spec)
    plan = planned(spec)
    again = planned(spec, read_back({"address": addresses(spec, network, plan)}))
    told = changes(plan, again)
    assert not told.rows
    assert told.kept > 100


@pytest.mark.parametrize("document", [{}, {"address": {"prefixes": 3}}, {"result": {"prefixes": [{}]}}])
def test_other_documents_are_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"plan\.json"):
        read_back(document)


def test_summaries_are_exact_and_a_wrong_one_is_found() -> None:
    spec = site()
    borders = summaries(spec, made(spec)[0], planned(spec))
    assert all(fact.holds for fact in prove_exact(borders))
    eight = next(row for row in borders if row.point == "block mgmt" and row.family == 4)
    assert [str(p) for p in eight.prefixes] == ["10.128.0.0/23", "10.128.2.0/24"]
    assert (str(eight.single), eight.beyond) == ("10.128.0.0/22", 0.25)
    for wrong in ((eight.single,), eight.prefixes[:1], eight.behind):
        facts = prove_exact([replace(eight, prefixes=wrong)])
        assert [fact.holds for fact in facts] == [False]


def test_routes_of_tiers() -> None:
    """Two tiers, one fabric: every device holds every prefix of leaves and every loopback."""
    spec = site()
    found = {(row.tier, row.family): row for row in entries(spec, made(spec)[0], planned(spec))}
    leaves, spines = 6, 2
    assert found["leaf", 4].plain == leaves * 3 + leaves + spines  # hosts, management, VTEP; loopbacks
    assert found["spine", 4].summarised == found["spine", 4].plain


def test_summaries_of_pods_save_routes() -> None:
    tiers = {"leaf": {"type": "sw", "down": 4, "up": 4}, "spine": {"type": "sw", "down": 4},
             "super_spine": {"type": "sw"}, "pod_leaves": 4}  # fmt: skip
    spec = small({"train": {"blueprint": "clos", "hosts": {"type": "gpu2", "count": 64}, **tiers}})
    network, _ = made(spec)
    plan = planned(spec)
    found = {(row.tier, row.family): row for row in entries(spec, network, plan)}
    assert found["leaf", 4].summarised < found["leaf", 4].plain
    pods = [row for row in summaries(spec, network, plan) if row.point.startswith("pod ") and row.family == 4]
    own, others = len(pods[0].behind), sum(len(row.prefixes) for row in pods[1:])
    rest = found["super-spine", 4].summarised - sum(len(row.prefixes) for row in pods)
    assert found["leaf", 4].summarised == own + others + rest


def test_room_is_what_is_not_given() -> None:
    spec = site()
    plan = planned(spec)
    rooms = {(row.name, row.prefix.family): row for row in headroom(spec, plan)}
    vtep = rooms["vtep", 4]
    assert (vtep.given, vtep.free, str(vtep.largest)) == (6, 2, str(Prefix(4, vtep.prefix.first + 6, 31)))
    for row in rooms.values():
        assert row.given + row.free == row.prefix.size
        if row.largest is not None:
            assert row.largest.inside(row.prefix)


@pytest.mark.parametrize(("blocks", "code"), [
    ({"a": {"inside": "nowhere", "hosts": 4}}, "E520"),
    ({"a": {"inside": "a", "hosts": 4}}, "E520"),
    ({"a": {"inside": "corp"}}, "E520"),
    ({"a": {"inside": "fabric", "hosts": 4}}, "E520"),
    ({"a": {"inside": "corp", "per": "leaf", "hosts": 4}, "b": {"inside": "a", "hosts": 4}}, "E520"),
    ({"a": {"inside": ["corp", "wide"], "hosts": 4}}, "E520"),
    ({"a": {"inside": "corp", "hosts": 48, "length": 27}}, "E520"),
    ({"a": {"inside": "corp6", "hosts": 3, "length6": 127}}, "E520"),
    ({"a": {"inside": "corp", "hosts": 2_000_000}}, "E521"),
    ({"a": {"inside": "corp", "length": 24}, "b": {"inside": "a", "hosts": 300}}, "E521"),
])  # fmt: skip
def test_blocks_that_cannot_be_cut(blocks: dict[str, Any], code: str) -> None:
    with pytest.raises(FindingsError) as refused:
        planned(site(blocks, wide="172.16.0.0/12"))
    assert {finding.code for finding in refused.value.findings} == {code}


def test_what_is_larger_than_a_family_is_told_without_a_length() -> None:
    """A region of 2^33 addresses has no prefix length in IPv4; what it owes its size to is named."""
    blocks = {"eu": {"inside": "corp"}, "mgmt": {"inside": "eu", "per": "leaf", "hosts": 10**9}}
    with pytest.raises(FindingsError) as refused:
        planned(site(blocks))
    [finding] = refused.value.findings
    assert finding.message == "block eu needs 2^33 addresses of IPv4, more than there are"
    assert finding.hint == "give mgmt less"
