"""Readers: pages that neither miss nor repeat, filters, and look-ups that use an index whatever the size."""

from __future__ import annotations

import json

import pytest

from easterly.address import ipam
from easterly.address.ipam.fsck import fsck
from easterly.address.ipam.pages import (
    allocation,
    allocations,
    audit,
    columns,
    holders,
    json_page,
    pools,
    search,
    tree,
    vrfs,
)
from easterly.address.ipam.schema import metadata


def test_pages_neither_miss_nor_repeat(store: ipam.Store) -> None:
    numbers = [store.one(ipam.AddPool(f"p{n}", f"10.{n}.0.0/24")).id or 0 for n in range(5)]
    store.one(ipam.AddPool("six", "fd00::/64"))
    store.one(ipam.Allocate("p0", count=25))
    found, after = [], -1
    while page := allocations(store, numbers[0], after=after, limit=10):
        found += page
        after = page[-1].lo
    assert [a.text for a in found] == [f"10.0.0.{n}" for n in range(1, 26)]
    shown = columns(store, numbers[0], after=found[4].lo)
    assert [(n, int.from_bytes(lo)) for n, lo in zip(shown["id"], shown["lo"], strict=True)] == [
        (a.id, a.lo) for a in found[5:]
    ]
    assert columns(store, 99)["id"] == []
    first = pools(store, limit=2)
    assert [p.id for p in first + pools(store, after=first[-1].id)] == sorted(p.id for p in pools(store))
    top = tree(store, limit=2)
    rest = tree(store, after=(top[-1].pool.family, top[-1].pool.lo))
    assert [b.pool.name for b in top + rest] == ["p0", "p1", "p2", "p3", "p4", "six"]
    entries = audit(store, numbers[0], limit=1)
    assert [e.seq for e in entries + audit(store, numbers[0], after=1)] == [1, 2]
    assert [v.name for v in vrfs(store)] == ["default"]


def test_filters_find_what_they_name(store: ipam.Store) -> None:
    number = store.one(ipam.AddPool("p", "10.0.0.0/24")).id or 0
    store.apply(
        [
            ipam.Allocate("p", device="a", tags=("x", "50%"), fields={"tag": "y"}),
            ipam.Allocate("p", device="a", tags=("xy",), mac="02:00:00:00:00:01"),
            ipam.Allocate("p", device="b", tags=("500",), reserve=True),
        ]
    )

    def found(**filters: str) -> list[str]:
        return [a.text[-1] for a in allocations(store, number, **filters)]

    assert (found(device="a"), found(tag="x"), found(tag="y"), found(tag="50%")) == (["1", "2"], ["1"], [], ["1"])
    assert (found(state="reserved"), found(within="10.0.0.2/31"), found(mac="02:00:00:00:00:01")) == (
        ["3"],
        ["2", "3"],
        ["2"],
    )
    assert [a.text for a in search(store, device="b")] == ["10.0.0.3"]
    row = search(store, device="b")[0]
    assert allocation(store, row.id) == row and allocation(store, 5) is None
    assert holders(store, "10.0.0.9") == [] and holders(store, "11.0.0.0") == []
    with pytest.raises(ValueError, match="no filter 'colour'"):
        found(colour="red")


def test_a_page_as_text_is_its_allocations(store: ipam.Store) -> None:
    odd = ',"tenant":null, "device" : null\\\t\u2028é'
    for name, prefix in (("four", "10.0.0.0/24"), ("six", "2001:db8::/56")):
        number = store.one(ipam.AddPool(name, prefix)).id or 0
        assert json.loads(json_page(store, number)) == {"items": [], "next": None}
        start, length = prefix.partition("/")[0].removesuffix("0"), 28 if name == "four" else 64
        requests = [
            ipam.Allocate(name, first=f"{start}77", last=f"{start}88", mac="02:00:00:00:00:01", tags=(odd,)),
            ipam.AddPool(f"{name} kid", parent=name, prefix_length=length),
            ipam.Allocate(
                name, count=3, key='k"', lease_s=60, actor=odd, device="a", tags=("x", "y"), fields={"b": odd}
            ),
            ipam.Allocate(name, prefix_length=length, device="", tenant=odd, fields={"only": "fields"}),
            ipam.Allocate(name, reserve=True, dns_name=odd, interface="eth0", device="a"),
        ]
        assert all(outcome.ok for outcome in store.apply(requests))
        rows = allocations(store, number)
        found, after = [], "-1"
        while after is not None:
            page = json.loads(json_page(store, number, int(after), 2))
            found, after = found + page["items"], page["next"]
        assert found == [a.document() for a in rows] and len(rows) == 7
        for filters in ({"device": "a"}, {"tag": "x"}, {"within": f"{start}77-{start}80"}, {"kind": "pool"}):
            asked = allocations(store, number, **filters)
            assert json.loads(json_page(store, number, filters=filters))["items"] == [a.document() for a in asked] != []
    assert json.loads(json_page(store, 99)) == {"items": [], "next": None}
    with pytest.raises(ValueError, match="no filter 'colour'"):
        json_page(store, number, filters={"colour": "red"})


def test_no_statement_of_an_allocation_looks_at_the_whole_of_a_table(store: ipam.Store) -> None:
    """By the plan that SQLite itself gives; PostgreSQL plans by statistics, which small tables do not have."""
    if store.engine.dialect.name != "sqlite":
        return
    store.one(ipam.AddPool("p", "10.0.0.0/16"))
    seen: list[str] = []
    with store.engine.connect() as connection:  # the only one of the store
        connection.connection.driver_connection.set_trace_callback(seen.append)
    got = store.apply([ipam.Allocate("p", key=f"k{n}") for n in range(3)])[0].allocations[0]
    store.apply([ipam.Allocate("p", prefix_length=28), ipam.Allocate("p", prefix_length=28, sparse=True)])
    store.apply([ipam.Allocate("p", address="10.0.9.9"), ipam.Renew(got.id, 5), ipam.Edit(got.id, ipam.About("t"))])
    store.apply([ipam.Release(got.id)])
    store.reclaim()
    holders(store, "10.0.9.9")
    with store.engine.connect() as connection:
        for said in list(seen):
            if said.startswith(("SELECT", "DELETE", "UPDATE")):
                steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}")]
                scans = tuple(f"SCAN {table}" for table in metadata.tables)
                assert not any(step.startswith(scans) for step in steps), (said, steps)
                assert "FROM free" not in said or not any("TEMP B-TREE" in step for step in steps), (said, steps)
    assert len(seen) > 30 and fsck(store) == []
