"""Import and export of whole stores: what goes out comes in again; every row that is refused is told."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly.address import ipam
from easterly.address.ipam import incoming, pages
from easterly.address.ipam.export import export, text
from easterly.address.ipam.fsck import fsck
from easterly.address.ipam.incoming import FORMS, Piece, Unreadable, pieces
from easterly.address.ipam.load import Loaded, load


def filled(store: ipam.Store) -> None:
    """VRFs, nested pools of both families, hosts, blocks and ranges, holders of every kind, a quarantine."""
    asked = [
        ipam.AddVrf("red", "65000:1", "acme"),
        ipam.AddPool("top", "10.0.0.0/8", role="site", tags=("x", "a;b"), fields={"k": "v"}),
        ipam.AddPool("rack", parent="top", prefix_length=24, lease_s=60.0, quarantine_s=5.0),
        ipam.AddPool("six", "2001:db8::/40", vrf="red", edges=True),
        ipam.Allocate(
            "rack", 3, device="n,1", interface='"e0"', lease_s=9.0, tags=("b", "a"), fields={"ü": "1\n2\x86\x85\u2028"}
        ),
        ipam.Allocate("rack", address="10.0.0.200", reserve=True, mac="02:00:00:00:00:01", dns_name="a.example"),
        ipam.Allocate("top", first="10.9.0.5", last="10.9.0.9", owner="ann"),
        ipam.Allocate("top", 2, prefix_length=26, tenant="acme"),
        ipam.Allocate("six", 2, prefix_length=64, sparse=True),
        ipam.Allocate("six", prefix_length=128),
        ipam.Allocate("six", 2),
    ]
    outcomes = [store.one(each) for each in asked]
    assert all(outcome.ok for outcome in outcomes)
    assert store.one(ipam.Release(outcomes[4].allocations[1].id)).ok


def state(store: ipam.Store) -> list[object]:
    """All but ids, keys and audits."""
    pools = {pool.id: pool for pool in pages.pools(store)}
    found: list[object] = [(v.name, v.rd, v.tenant) for v in pages.vrfs(store)]
    for p in pools.values():
        parent = None if p.parent is None else pools[p.parent].name
        found.append((p.name, p.text, parent, p.role, p.tenant, p.edges, p.lease_s, p.quarantine_s, p.about, p.used))
        found += [
            (p.name, a.text, a.state, a.until_ms, a.owner, a.since_ms, a.about)
            for a in pages.allocations(store, p.id)
            if a.kind != "pool"
        ]
    return found


def put(store: ipam.Store, path: Path, form: str = "csv", **how: object) -> Loaded:
    return load(store, lambda: pieces(path, form), **how)  # type: ignore[arg-type]


@pytest.mark.parametrize("form", FORMS)
def test_what_goes_out_comes_in_again(store: ipam.Store, places: Callable[[], str], tmp_path: Path, form: str) -> None:
    filled(store)
    path = tmp_path / "all"
    with path.open("w", encoding="utf-8", newline="") as file:
        export(store, file, form)
    with ipam.init(places(), clock=lambda: 7.0) as other:
        first = put(other, path, form)
        assert first.faults == [] and (first.added, first.pools) == (12, 4)
        assert state(other) == state(store)
        assert text(other, form) == path.read_text("utf-8")
        assert fsck(other) == [], "free space, counters and the audit's replay agree"
        again = put(other, path, form)
        assert (again.added, again.same, again.pools, again.faults) == (0, 12, 0, [])
        assert other.one(ipam.Allocate("rack")).ok and fsck(other) == []


def test_other_readers_read_it(store: ipam.Store) -> None:
    import yaml

    filled(store)
    rows = json.loads(text(store, "json"))
    assert rows == yaml.safe_load(text(store, "yaml"))
    table = list(csv.DictReader(text(store, "csv").splitlines(keepends=True)))
    assert [row["address"] for row in table] == [row.get("address", "") for row in rows]
    assert {row["device"]: json.loads(row["fields"]) for row in table if row["device"]} == {
        "n,1": {"ü": "1\n2\x86\x85\u2028"}
    }


BAD = """address,pool,state,until_ms,kind,fields
10.0.0.1,hosts,,,,
10.0.0.300,hosts,,,,
10.0.0.2,hsts,,,,
10.0.1.5,hosts,,,,
10.0.0.0,hosts,,,,
10.0.0.8/30,hosts,,,,
10.0.0.9,hosts,,,,
10.0.0.3,hosts,lost,,,
10.0.0.4,hosts,,soon,,
10.0.0.5,hosts,,,range,
10.0.0.6,hosts,,,,[1]
2001:db8::1,hosts,,,,
10.0.0.20-10.0.0.30,hosts,,,,
10.0.0.7,,,,,
"""


def test_every_bad_row_is_told_and_nothing_is_changed(store: ipam.Store, tmp_path: Path) -> None:
    store.one(ipam.AddPool("hosts", "10.0.0.0/24"))
    store.one(ipam.Allocate("hosts", address="10.0.0.25", device="n1"))
    path, before = tmp_path / "bad.csv", state(store)
    path.write_text(BAD, "utf-8")
    made = put(store, path)
    lines = [(fault.line, fault.column) for fault in made.faults]
    assert lines == [
        (3, "address"), (4, "pool"), (5, "address"), (6, "address"), (8, "address"), (9, "state"), (10, "until_ms"),
        (11, "kind"), (12, "fields"), (13, "address"), (14, "address"), (15, "pool"),
    ]  # fmt: skip
    said = {fault.line: fault.why for fault in made.faults}
    assert "at most 255" in said[3] and "overlaps line 7" in said[8] and "overlaps allocation" in said[14]
    assert made.added == 0 and state(store) == before
    kept = put(store, path, keep_going=True)
    assert kept.added == 2 and len(kept.faults) == 12 and fsck(store) == []
    assert [a.text for a in pages.allocations(store, 2)] == ["10.0.0.1", "10.0.0.8/30", "10.0.0.25"]


def test_who_holds_an_address_is_not_overwritten(store: ipam.Store, tmp_path: Path) -> None:
    store.one(ipam.AddPool("hosts", "10.0.0.0/24"))
    store.one(ipam.Allocate("hosts", device="n1"))
    path = tmp_path / "x.csv"
    path.write_text("IP Address,Hostname,Device,Rack\n10.0.0.1,,n2,\n10.0.0.2,b.example,,R7\n", "utf-8")
    made = put(store, path, pool="hosts", keep_going=True)
    assert [(f.line, f.column) for f in made.faults] == [(2, "device")] and made.added == 1
    [found] = pages.holders(store, "10.0.0.2")
    assert found.about.dns_name == "b.example" and found.about.fields == (("rack", "R7"),)


@pytest.mark.parametrize(
    ("form", "said", "why"),
    [
        ("csv", "name,colour\na,b\n", "no column `address`"),
        ("csv", "address\n1.2.3.4,x\n", "line 2: 2 cells"),
        ("csv", "address,IP\n", "two columns mean address"),
        ("csv", "address,device\n1.2.3.4,a\n1.2.3.5,\0\n", "line 3: a character 0"),
        ("json", '[{"address": "1.2.3.4"},\n{"device": "\\u0000"}]', "line 2: a character 0"),
        ("json", '[{"address": "1.2.3.4"},\n{"device": "\\ud800"}]', "line 2: half a character"),
        ("json", '[{"\\ud800": "a"}]', "line 1 or below: half a character"),
        pytest.param("json", "[" * 20_000, "too deep", id="arrays in arrays"),
        pytest.param("json", '[{"a": ' + "[" * 3000 + "]" * 3000 + "}]", "too deep", id="arrays in a cell"),
        ("json", "{}", "an array"),
        ("json", '[{"address": "1.2.3.4"},\n{"address"', "line 2"),
        ("json", "[1]", "an object"),
        (
            "json",
            '[{"address": "1.2.3.4"},\n{"address": "1.2.3.5", "address": "1.2.3.6"}]',
            "line 2: 'address' stands twice",
        ),
        ("json", '[{"fields": {"a": 1, "a": 2}}]', "line 1: 'a' stands twice"),
        ("json", '[{"ip": "1.2.3.4"},\n{"IP": "1.2.3.5", "address": "1.2.3.6"}]', "line 2: .* both mean address"),
        (
            "yaml",
            '- {"address": "1.2.3.4"}\n- {"address": "1.2.3.5", "address": "1.2.3.6"}',
            "line 2: 'address' stands",
        ),
        ("yaml", "- address: 1.2.3.4\n  fields:\n    a: 1\n    a: 2\n", "line 4: 'a' stands twice"),
        ("yaml", "a: [", "no YAML"),
        ("yaml", "a: 1", "a list"),
    ],
)
def test_a_file_that_is_no_table(tmp_path: Path, form: str, said: str, why: str) -> None:
    path = tmp_path / "x"
    path.write_text(said, "utf-8")
    with pytest.raises(Unreadable, match=why):
        list(pieces(path, form))


def test_lines_of_rows(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('[\n\n{"ip": "1.2.3.4",\n "tags": ["a"]}, {"ip": "1.2.3.5"}\n, {"ip": null}]', "utf-8")
    want = {"address": ["1.2.3.4", "1.2.3.5", ""], "tags": ['["a"]', "", ""]}
    assert list(pieces(path, "json")) == [Piece([3, 4, 5], want)]
    path.write_text('[{"ip": "1.2.3.4"}, {"address": "1.2.3.5"}]', "utf-8")  # each row in words of its own
    assert list(pieces(path, "json")) == [Piece([1, 1], {"address": ["1.2.3.4", "1.2.3.5"]})]
    path.write_text("# a remark\n- ip: 1.2.3.4\n  tags: [a]\n- {ip: 1.2.3.5}\n", "utf-8")
    want = {"address": ["1.2.3.4", "1.2.3.5"], "tags": ['["a"]', ""]}
    assert list(pieces(path, "yaml")) == [Piece([2, 4], want)]


@given(
    st.lists(st.lists(st.text("ab,\"\n\r é'", max_size=3), min_size=2, max_size=2), max_size=8),
    st.sampled_from(["\n", "\r\n"]), st.integers(1, 40),
)  # fmt: skip
def test_rows_and_lines_are_those_of_the_standard_library(rows: list[list[str]], end: str, block: int) -> None:
    said = io.StringIO(newline="")
    csv.writer(said, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([["address", "device"], *rows])
    text = said.getvalue()
    bare = text.replace('"', "")  # as it may be, or broken
    for given_text in (text, bare):
        reader, want, why = csv.reader(io.StringIO(given_text, newline=""), strict=True), [], ""
        try:
            want = [(reader.line_num, row) for row in reader][1:]
            want = [(line, row) for line, row in want if row]
        except csv.Error as error:
            why = str(error)
        if any(len(row) != 2 for _, row in want):
            why = "cells"
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(incoming, "BLOCK", block):
            path = Path(folder) / "x.csv"
            path.write_bytes(given_text.encode())
            if why:
                with pytest.raises(Unreadable):
                    list(pieces(path, "csv"))
                continue
            found = list(pieces(path, "csv"))
        read = [each for p in found for each in zip(p.lines, *(p.columns.values()), strict=True)]
        assert read == [(line, *row) for line, row in want]


def test_many_rows_of_every_kind(store: ipam.Store, places: Callable[[], str], tmp_path: Path) -> None:
    """More than one statement holds, columns of one value, of several, and of none."""
    path = tmp_path / "many.csv"
    rows = ["address,device,tenant,state,until_ms,tags,mac\n"]
    for n in range(700):
        at = f"10.0.{n >> 8}.{n & 255}"
        if n % 50 == 0:
            at = f"10.1.{n // 50}.0/28" if n % 100 else f"10.2.{n // 100}.0-10.2.{n // 100}.5"
        rows.append(f"{at},n{n % 90},acme,{'reserved' if n % 3 else ''},{n or ''},{'a;b' if n == 650 else ''},\n")
    path.write_text("".join(rows), "utf-8")
    store.one(ipam.AddPool("hosts", "10.0.0.0/8"))
    assert (made := put(store, path, pool="hosts")).faults == [] and made.added == 700
    assert fsck(store) == []
    found = pages.allocations(store, 2)
    assert len(found) == 700 and {a.about.tenant for a in found} == {"acme"}
    assert {(a.about.device, a.state, a.until_ms) for a in found} == {
        (f"n{n % 90}", "reserved" if n % 3 else "held", n or None) for n in range(700)
    }
    out = text(store, "csv")
    path.write_text(out, "utf-8")
    with ipam.init(places()) as other:
        assert put(other, path).faults == [] and state(other) == state(store) and text(other, "csv") == out


def test_cells_that_need_quotes_go_out_and_come_in_again(store: ipam.Store, tmp_path: Path) -> None:
    store.one(ipam.AddPool("hosts", "10.0.0.0/24"))
    names = ["a,b", 'a"b', "a\nb", "a\rb", "a\r\nb", " a ", "é", "%s"]
    for name in names:
        store.one(ipam.Allocate("hosts", device=name))
        rows = list(csv.DictReader(io.StringIO(text(store, "csv"), newline=""), strict=True))
        assert [row["device"] for row in rows[1:]] == names[: len(rows) - 1]
    path = tmp_path / "x.csv"
    path.write_text(text(store, "csv"), "utf-8", newline="")
    assert (again := put(store, path)).faults == [] and again.same == len(names)
