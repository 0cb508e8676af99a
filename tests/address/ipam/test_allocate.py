"""Allocations of every kind, on both stores."""

from __future__ import annotations

import ipaddress

import pytest

from easterly.address import ipam
from easterly.address.ipam.fsck import fsck
from easterly.address.ipam.pages import allocations, holders, pool, tree


def pool_of(store: ipam.Store, prefix: str, name: str = "p", **more: object) -> int:
    outcome = store.one(ipam.AddPool(name, prefix, **more))
    assert outcome.ok and outcome.id is not None, outcome.refusal
    return outcome.id


def texts(outcome: ipam.Outcome) -> list[str]:
    assert outcome.ok, outcome.refusal
    return [a.text for a in outcome.allocations]


def code(outcome: ipam.Outcome) -> str | None:
    return outcome.refusal and outcome.refusal.code


@pytest.mark.parametrize(
    "prefix", ["10.0.0.0/29", "10.0.0.0/30", "10.0.0.0/31", "10.0.0.0/32", "fd00::/126", "fd00::/127", "fd00::/128"]
)
def test_hosts_of_a_prefix_are_those_of_the_standard_library(store: ipam.Store, prefix: str) -> None:
    pool_of(store, prefix)
    expected = [str(host) for host in ipaddress.ip_network(prefix).hosts()]
    assert texts(store.one(ipam.Allocate("p", count=len(expected)))) == expected
    assert code(store.one(ipam.Allocate("p"))) == "exhausted"
    assert fsck(store) == []


def test_edges_of_a_pool_that_says_so_and_of_a_range_are_hosts(store: ipam.Store) -> None:
    pool_of(store, "10.0.0.0/30", edges=True)
    pool_of(store, "10.0.1.5-10.0.1.7", "r")
    assert texts(store.one(ipam.Allocate("p", count=4)))[::3] == ["10.0.0.0", "10.0.0.3"]
    assert texts(store.one(ipam.Allocate("r", count=3))) == ["10.0.1.5", "10.0.1.6", "10.0.1.7"]


def test_sparse_blocks_come_in_the_order_of_rfc_3531(store: ipam.Store) -> None:
    """Section 3.1: leftmost bits first."""
    pool_of(store, "2001:db8::/32")
    got = texts(store.one(ipam.Allocate("p", count=4, prefix_length=35, sparse=True)))
    got += [texts(store.one(ipam.Allocate("p", prefix_length=35, sparse=True)))[0] for _ in range(4)]
    assert [int(text.split(":")[2] or "0", 16) >> 13 for text in got] == [0, 4, 2, 6, 1, 5, 3, 7]
    assert code(store.one(ipam.Allocate("p", prefix_length=35, sparse=True))) == "exhausted"


def test_blocks_fill_the_tightest_hole_and_hosts_the_lowest(store: ipam.Store) -> None:
    pool_of(store, "10.0.0.0/24")
    store.one(ipam.Allocate("p", address="10.0.0.128/26"))
    assert texts(store.one(ipam.Allocate("p", prefix_length=26))) == ["10.0.0.192/26"]
    assert texts(store.one(ipam.Allocate("p"))) == ["10.0.0.1"]
    assert texts(store.one(ipam.Allocate("p", prefix_length=31))) == ["10.0.0.2/31"]
    assert texts(store.one(ipam.Allocate("p", first="10.0.0.9", last="10.0.0.20"))) == ["10.0.0.9-10.0.0.20"]
    assert fsck(store) == []


REFUSED = [
    (ipam.Allocate("p", address="10.0.0.9"), "conflict"),
    (ipam.Allocate("p", address="10.0.0.0"), "excluded"),
    (ipam.Allocate("p", address="10.0.1.1"), "outside"),
    (ipam.Allocate("p", address="fd00::1"), "outside"),
    (ipam.Allocate("p", address="010.0.0.1"), "invalid"),
    (ipam.Allocate("p", first="10.0.0.5", last="10.0.0.1"), "invalid"),
    (ipam.Allocate("p", first="10.0.0.5"), "invalid"),
    (ipam.Allocate("p", first="10.0.0.5", last="10.0.0.9"), "conflict"),
    (ipam.Allocate("p", count=0), "invalid"),
    (ipam.Allocate("p", device="a\0b"), "invalid"),
    (ipam.Allocate("p", key="\0"), "invalid"),
    (ipam.Allocate("p", fields={"a": "\0"}), "invalid"),
    (ipam.Edit(2 << 32, ipam.About(tags=("\0",))), "invalid"),
    (ipam.Allocate("p", lease_s=-1), "invalid"),
    (ipam.Allocate("p", lease_s=float("nan")), "invalid"),
    (ipam.Allocate("p", prefix_length=33), "invalid"),
    (ipam.Allocate("p", prefix_length=23), "invalid"),
    (ipam.Allocate("p", count=255), "exhausted"),
    (ipam.Allocate("nowhere"), "unknown"),
    (ipam.Release(5), "gone"),
    (ipam.Renew((2 << 32) + 99), "gone"),
    (ipam.AddPool("p", "10.1.0.0/24"), "conflict"),
    (ipam.AddPool("q", "10.0.0.0/16"), "conflict"),
    (ipam.AddPool("q", "10.1.0.1/24"), "invalid"),
    (ipam.AddPool("q", "10.1.0.0/24", vrf="red"), "unknown"),
    (ipam.AddPool("q", "10.0.0.8/29", parent="p"), "conflict"),
    (ipam.AddPool("q", "10.0.0.0/24", parent="p"), "conflict"),
    (ipam.AddPool("q", prefix_length=24, parent="nowhere"), "unknown"),
    (ipam.RemovePool("p"), "in-use"),
    (ipam.RemovePool("nowhere"), "unknown"),
    (ipam.AddPool("q", "10.1.0.0/24", quarantine_s=-1), "invalid"),
    (ipam.AddPool("q", parent="p", prefix_length=28, lease_s=9, longest_s=5), "invalid"),
    (ipam.AddPool("q", parent="p"), "invalid"),
    (ipam.AddPool("q"), "invalid"),
    (ipam.EditPool("p", {"prefix": "10.0.0.0/8"}), "invalid"),
    (ipam.EditPool("p", {"lease_s": 0}), "invalid"),
    (ipam.EditPool("p", {"name": ""}), "invalid"),
    (ipam.EditPool("nowhere", {}), "unknown"),
    (ipam.AddVrf("default"), "conflict"),
]


def test_a_refusal_says_why_and_writes_nothing(store: ipam.Store) -> None:
    number = pool_of(store, "10.0.0.0/24")
    store.one(ipam.Allocate("p", address="10.0.0.9"))
    before = pool(store, number), allocations(store, number)
    for request, said in REFUSED:
        assert code(store.one(request)) == said, request
    assert (pool(store, number), allocations(store, number)) == before
    assert fsck(store) == []


def test_a_retry_gets_the_same_addresses_until_they_are_released(store: ipam.Store) -> None:
    pool_of(store, "10.0.0.0/24")
    asked = ipam.Allocate("p", count=3, key="job-1", device="h")
    first, again = store.apply([asked, asked])
    late = store.one(asked)
    assert first.allocations == again.allocations == late.allocations
    assert (first.repeated, again.repeated, late.repeated) == (False, True, True)
    assert code(store.one(ipam.Allocate("p", count=2, key="job-1", device="h"))) == "reused-key"
    store.apply([ipam.Release(a.id) for a in first.allocations])
    anew = store.one(asked)
    assert not anew.repeated and texts(anew) == texts(first)
    assert anew.allocations[0].id > first.allocations[2].id


def test_one_batch_sees_its_own_changes(store: ipam.Store) -> None:
    number = pool_of(store, "10.0.0.0/29")
    first = (number << 32) + 0
    outcomes = store.apply(
        [
            ipam.Allocate("p", count=6),
            ipam.Allocate(number),
            ipam.Release(first + 2),
            ipam.Release(first + 3),
            ipam.Allocate("p", prefix_length=31),
            ipam.Allocate("p", address="10.0.0.3"),
            ipam.Allocate("p"),
        ]
    )
    assert [code(o) for o in outcomes] == [None, "exhausted", None, None, "exhausted", None, None]
    assert fsck(store) == []


def test_the_same_prefix_lives_in_two_vrfs(store: ipam.Store) -> None:
    red = store.one(ipam.AddVrf("red", rd="65000:1"))
    pool_of(store, "10.0.0.0/24")
    pool_of(store, "10.0.0.0/24", "q", vrf="red")
    assert texts(store.one(ipam.Allocate("p"))) == texts(store.one(ipam.Allocate("q")))
    assert [branch.pool.name for branch in tree(store, vrf=red.id or 0)] == ["q"]
    assert fsck(store) == []


def test_children_are_allocations_and_return_when_removed(store: ipam.Store) -> None:
    top = pool_of(store, "2001:db8::/32")
    kids = [store.one(ipam.AddPool(f"k{n}", parent="p", prefix_length=48, sparse=True)).id for n in range(3)]
    assert [b.pool.text for b in tree(store, top)] == ["2001:db8::/48", "2001:db8:4000::/48", "2001:db8:8000::/48"]
    assert tree(store)[0].children == 3
    got = store.one(ipam.Allocate("k0", address="2001:db8::/48"))  # all of the child
    assert [a.kind for a in holders(store, "2001:db8::7")] == ["pool", "block"]
    assert code(store.one(ipam.Release(holders(store, "2001:db8::7")[0].id))) == "in-use"
    store.one(ipam.Release(got.allocations[0].id))
    assert all(store.one(ipam.RemovePool(kid or "")).ok for kid in kids)
    assert pool(store, "p").used == 0 and fsck(store) == []


def test_a_pool_and_its_first_addresses_cost_one_row_of_free_space(store: ipam.Store) -> None:
    from easterly.address.ipam.connect import reading

    pool_of(store, "10.0.0.0/8")
    pool_of(store, "2001:db8::/32", "q")
    with reading(store.engine) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM free").scalar() == 2


def test_the_guards_of_the_database_hold_without_us(store: ipam.Store) -> None:
    """A free table that lies gets an address given twice past the decision, and not past the database."""
    from easterly.address.ipam.connect import writing

    number = pool_of(store, "10.0.0.0/24")
    store.one(ipam.Allocate("p", address="10.0.0.0/30"))
    with writing(store.engine) as connection:
        zeros = (0x0A000000).to_bytes(16, "big")
        connection.exec_driver_sql(
            "UPDATE free SET lo = ?" if connection.dialect.name == "sqlite" else "UPDATE free SET lo = %s", (zeros,)
        )
    outcomes = store.apply([ipam.Allocate("p"), ipam.Allocate("p", address="10.0.0.77"), ipam.Allocate("p", count=9)])
    assert [code(outcome) for outcome in outcomes] == ["conflict", None, "conflict"]
    assert [a.text for a in allocations(store, number)] == ["10.0.0.0/30", "10.0.0.77"]


def test_an_edited_pool_is_as_it_was_edited_and_the_audit_knows(store: ipam.Store) -> None:
    number = pool_of(store, "10.0.0.0/24", role="old", tags=("x",))
    pool_of(store, "10.1.0.0/24", "q")
    assert code(store.one(ipam.EditPool("p", {"name": "q"}))) == "conflict"
    values = {"name": "n", "role": None, "edges": True, "lease_s": 5.0, "fields": {"a": "b"}}
    assert store.one(ipam.EditPool("p", values, actor="me")).ok
    now = pool(store, number)
    assert now is not None and (now.name, now.role, now.edges, now.lease_s) == ("n", None, True, 5.0)
    assert (now.about.tags, now.about.fields) == (("x",), (("a", "b"),))
    assert texts(store.one(ipam.Allocate("n"))) == ["10.0.0.0"]
    assert fsck(store) == []
