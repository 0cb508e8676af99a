"""The tree of prefixes: who holds whom, how much is used and where, against the standard library's arithmetic."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network

from hypothesis import given, settings
from hypothesis import strategies as st

from easterly.app.report import prefixes
from easterly.app.report.prefixes import FEW, STEPS, share_text

BLOCK = {"block": "b", "hosts": -1, "vrf": "default"}


def document(networks, hosts):
    """An address document: the first network is a pool, the others are prefixes of leaves."""
    (pool, *leaves) = networks
    rows = [
        {"prefix": str(each), "owner": f"leaf-{i}", "vrf": "default", "role": "hosts"} for i, each in enumerate(leaves)
    ]
    given_ = [{f"ipv{each.version}": f"{each}/{each.max_prefixlen}"} for each in hosts]
    return {"pools": [{"name": "top", "prefix": str(pool)}], "blocks": [], "prefixes": rows, "hosts": given_}


def filled(path):
    """Places of a strip that are drawn."""
    return {at + step for at, wide in re.findall(r"M(\d+) 0h(\d+)v10h-\d+z", path)
            for at, wide in [(int(at), int(wide))] for step in range(wide)}  # fmt: skip


def drawn_by_hand(outer, parts):
    found = set()
    for part in parts:
        at = (int(part.network_address) - int(outer.network_address)) * STEPS / outer.num_addresses
        end = at + part.num_addresses * STEPS / outer.num_addresses
        found.update(range(int(at), max(int(at) + 1, -int(-end // 1))))
    return found


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.sets(st.tuples(st.integers(17, 30), st.integers(0, 2**16 - 1)), max_size=20),
    st.sets(st.integers(0, 2**16 - 1), max_size=30),
    st.sampled_from([("10.0.0.0/16", 32), ("fd00:0:0:1:ffff:ffff:ffff:0/112", 128)]),
)
def test_the_tree_is_that_of_the_addresses(chosen, addresses, top):
    pool, bits = ip_network(top[0]), top[1]
    longer = bits - 32
    networks = {ip_network((int(pool.network_address) + at, length + longer), strict=False) for length, at in chosen}
    networks = [pool, *sorted(networks - {pool})]
    hosts = [ip_address(int(pool.network_address) + at) for at in sorted(addresses)]
    tree = prefixes.planned(document(networks, hosts))
    rows = [ip_network(text) for text in tree.prefix]
    assert sorted(rows) == sorted(networks)
    around = [
        max((o for o in networks if o != n and n.subnet_of(o)), key=lambda o: o.prefixlen, default=None) for n in rows
    ]
    assert [None if up < 0 else rows[up] for up in tree.up] == around
    for at, row in enumerate(rows):
        inner = [other for other, holder in zip(rows, around, strict=True) if holder == row]
        single = [h for h in hosts if h in row and not any(h in other for other in inner)]
        share = (len(single) + sum(other.num_addresses for other in inner)) / row.num_addresses
        assert tree.used[at] == share_text(share)
        places = drawn_by_hand(row, [*inner, *map(ip_network, single)])
        assert filled(tree.strip[at]) == places


def test_parts_of_a_pool_are_seen_through():
    """A half of a pool that holds the subnets of leaves takes no more of it than they do."""
    found = document([ip_network("10.0.0.0/16"), ip_network("10.0.0.0/20")], [])
    found["prefixes"].append({"prefix": "10.0.0.0/17", "owner": "hosts", "vrf": "default", "role": "pool"})
    tree = prefixes.planned(found)
    assert (tree.name, tree.up) == (["top", "hosts", "leaf-0"], [-1, 0, 1])
    assert [tree.used[0], tree.used[1]] == [share_text(1 / 16), share_text(1 / 8)]
    assert filled(tree.strip[0]) == set(range(32)) and filled(tree.strip[1]) == set(range(63))


def test_blocks_say_what_they_are_meant_for_until_something_lies_in_them():
    found = document([ip_network("10.0.0.0/16")], [])
    found["blocks"] = [{**BLOCK, "prefix": "10.0.0.0/24", "place": "", "hosts": 64},
                       {**BLOCK, "prefix": "10.0.1.0/24", "place": "leaf-0"},
                       {**BLOCK, "prefix": "10.0.2.0/25", "place": "leaf-1", "hosts": 32},
                       {**BLOCK, "prefix": "10.0.3.0/32", "place": "leaf-2", "role": "vtep"}]  # fmt: skip
    tree = prefixes.planned(found)
    assert tree.name[1:] == ["b", "leaf-0", "leaf-1", "leaf-2"]
    assert tree.used[1:] == [share_text(0.25), share_text(0), share_text(0.25), share_text(1)]
    assert filled(tree.strip[1]) == set(range(125)) and tree.strip[2] == ""
    assert prefixes.planned({"pools": []}) is None


def test_large_branches_are_left_to_the_page():
    leaves = [ip_network((10 << 24 | 1 << 16 | i << 4, 28)) for i in range(FEW + 1)]
    made = prefixes.section(prefixes.planned(document([ip_network("10.1.0.0/16"), *leaves], [])))
    assert made["data"] and made["shown"] == {-1: [0], 0: []} and made["count"] == FEW + 2
    small = prefixes.section(prefixes.planned(document([ip_network("10.1.0.0/16"), *leaves[1:]], [])))
    assert small["data"] is None and len(small["shown"][0]) == FEW
    text = prefixes.drawn(prefixes.planned(document([ip_network("10.1.0.0/16"), *leaves], [])), 4)
    assert text.count("leaf-") == 3 and f"{FEW - 2} more are not shown" in text


def test_pools_of_a_store_are_nested_by_their_levels():
    rows = [{"level": level, "name": name, "at": "x", "share": 0.5, "used": 1}
            for level, name in ((1, "a"), (2, "b"), (3, "c"), (2, "d"), (1, "e"))]  # fmt: skip
    tree = prefixes.stored(rows)
    assert tree.up == [-1, 0, 1, 0, -1] and filled(tree.strip[0]) == set(range(STEPS // 2))
