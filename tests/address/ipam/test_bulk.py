"""Files in and out: all or nothing, the same again, and errors that name the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from easterly.address import ipam
from easterly.address.ipam.bulk import FileRefused, export_csv, import_csv
from easterly.address.ipam.fsck import fsck
from easterly.address.ipam.pages import allocations, pool

HEAD = "address,state,until_ms,owner,tenant,device,interface,mac,dns_name,tags,field:rack\n"
ROWS = [
    "10.0.0.4/30,held,,,,,,,,,",
    '10.0.0.9,held,1800000000000,alice,red,leaf-1,eth0,02:00:00:00:00:01,a.example,x;y,"R 1, left"',
    "10.0.0.11-10.0.0.13,reserved,,,,,,,,,",
    "10.0.0.255,held,,,,,,,,z,",
]


def test_what_goes_out_is_what_came_in(store: ipam.Store, tmp_path: Path) -> None:
    number = store.one(ipam.AddPool("p", "10.0.0.0/24")).id or 0
    store.one(ipam.AddPool("kid", "10.0.0.128/27", parent="p"))
    store.one(ipam.Allocate("p", address="10.0.0.10"))
    (tmp_path / "in.csv").write_text(HEAD + "\n".join(reversed(ROWS)) + "\n")
    assert import_csv(store, "p", tmp_path / "in.csv", actor="me") == 4
    assert fsck(store) == []
    store.one(ipam.Release(next(a.id for a in allocations(store, number) if a.text == "10.0.0.10")))
    assert export_csv(store, number, tmp_path / "out.csv") == 4
    assert (tmp_path / "out.csv").read_text() == HEAD + "\n".join(ROWS) + "\n"
    assert store.one(ipam.Allocate("p", count=4)).allocations[-1].text == "10.0.0.8"
    assert fsck(store) == []


def test_sixth_version_and_many_chunks(store: ipam.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("easterly.address.ipam.bulk.CHUNK", 7)
    number = store.one(ipam.AddPool("p", "2001:db8::/64")).id or 0
    texts = [f"2001:db8::{n:x}" for n in range(1, 60, 3)]
    (tmp_path / "in.csv").write_text("address\n" + "\n".join(texts) + "\n")
    import_csv(store, "p", tmp_path / "in.csv")
    assert [a.text for a in allocations(store, number)] == texts
    assert fsck(store) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no column `address`"),
        ("name\na\n", "no column `address`"),
        ("address,colour\n10.0.0.1,red\n", "write `field:colour`"),
        ("address,mac,mac\n10.0.0.1,,\n", "two columns have one name"),
        ("address\n10.0.0.1\n10.0.0.256\n", "csv:3: '10.0.0.256'"),
        ("address\n010.0.0.1\n", "octal"),
        ("address\n10.0.1.1\n", "outside of pool p"),
        ("address\nfd00::1\n", "another family"),
        ("address\n10.0.0.1\n10.0.0.1\n", "10.0.0.1 is there twice"),
        ("address\n10.0.0.0/29\n10.0.0.4\n", "10.0.0.4 is there twice"),
        ("address\n10.0.0.77\n", "taken already"),
        ("address\n10.0.0.70-10.0.0.77\n", "taken already"),
        ("address,mac\n10.0.0.1\n", "csv:2: 1 values for 2 columns"),
        ("mac,address\n10.0.0.1\n", "csv:2: too few values"),
        ("address,state\n10.0.0.1,held\n10.0.0.2,odd\n", "csv:3: state is 'odd'"),
        ("address,until_ms\n10.0.0.1,soon\n", "csv:2: invalid literal"),
    ],
)
def test_a_file_with_an_error_changes_nothing(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "in.csv").write_text(text)
    with ipam.init(tmp_path / "a.db") as store:
        number = store.one(ipam.AddPool("p", "10.0.0.0/24")).id or 0
        store.one(ipam.Allocate("p", address="10.0.0.77"))
        before = pool(store, number)
        if text:
            with pytest.raises(FileRefused, match=said):
                import_csv(store, number, tmp_path / "in.csv")
        with pytest.raises(FileRefused, match="no pool"):
            import_csv(store, "q", tmp_path / "in.csv")
        assert pool(store, number) == before and fsck(store) == []
        assert not store.one(ipam.Allocate("p", address="10.0.0.77")).ok
