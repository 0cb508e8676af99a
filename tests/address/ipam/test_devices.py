"""Devices and interfaces: their addresses say what they say, whatever is asked and in whatever order."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from easterly.address import ipam
from easterly.address.ipam import pages
from easterly.address.ipam.administer import administer
from easterly.address.ipam.anomalies import duplicate_macs
from easterly.address.ipam.batch import answer
from easterly.address.ipam.connect import writing
from easterly.address.ipam.copy import backup, restore
from easterly.address.ipam.devices import addresses, device, devices, interface, interfaces
from easterly.address.ipam.export import export, text
from easterly.address.ipam.fsck import fsck
from easterly.address.ipam.incoming import FORMS, Unreadable, pieces
from easterly.address.ipam.load import load
from easterly.address.ipam.replay import replay_office

MACS = ("02:00:00:00:00:01", "02:00:00:00:00:02")


def code(outcome: ipam.Outcome) -> str:
    return outcome.refusal.code if outcome.refusal else "ok"


@pytest.fixture
def site(store: ipam.Store) -> ipam.Store:
    """A pool, and a device with two interfaces, one of them with a MAC address."""
    store.one(ipam.AddPool("p", "10.0.0.0/24"))
    store.one(ipam.AddDevice("leaf-1", "acme", ("rack",), {"row": "7"}, actor="ann"))
    store.one(ipam.AddInterface("leaf-1", "eth0", "02-00-00-00-00-01"))
    store.one(ipam.AddInterface("leaf-1", "eth1"))
    return store


def test_addresses_say_what_their_device_says(site: ipam.Store) -> None:
    asked = ipam.Allocate("p", 2, device="leaf-1", interface="eth0", key="k")
    held = site.one(asked).allocations
    assert {(a.about.tenant, a.about.mac) for a in held} == {("acme", MACS[0])}
    assert site.one(asked).repeated, "what is filled in is not part of what was asked"
    for wrong, why in (
        ({"interface": "eth9"}, "unknown"), ({"tenant": "beta"}, "not-owner"),
        ({"interface": "eth0", "mac": MACS[1]}, "conflict"),
    ):  # fmt: skip
        assert code(site.one(ipam.Allocate("p", device="leaf-1", **wrong))) == why
        about = held[0].about._replace(**wrong)
        assert code(site.one(ipam.Edit(held[0].id, about))) == why
    assert pages.pool(site, "p").used == 2, "what is refused takes nothing"
    free = site.one(ipam.Allocate("p", device="leaf-1", interface="eth1", mac="x")).allocations[0]
    assert free.about.mac == "x", "an interface without a MAC address leaves it to the address"
    assert site.one(ipam.Allocate("p", device="other", interface="eth9")).ok, "a name of no device is a word"
    assert fsck(site) == []


def test_addresses_follow_their_device(site: ipam.Store) -> None:
    held = site.one(ipam.Allocate("p", device="leaf-1", interface="eth0")).allocations[0]
    port = interfaces(site, [3])[3][0]
    assert site.one(ipam.EditDevice("leaf-1", {"name": "leaf-2", "tenant": "beta"}, "bob")).ok
    assert site.one(ipam.EditInterface(port.id, {"name": "lan", "mac": MACS[1], "tags": ("a",)})).ok
    about = pages.allocation(site, held.id).about
    assert about[:4] == ("beta", "leaf-2", "lan", MACS[1])
    assert site.one(ipam.EditInterface(port.id, {"mac": None})).ok
    assert pages.allocation(site, held.id).about.mac is None
    free = site.one(ipam.Allocate("p", device="leaf-2", interface="lan", mac=MACS[0]))
    assert code(site.one(ipam.EditInterface(port.id, {"mac": MACS[1]}))) == "conflict", "one of them has another"
    assert interface(site, port.id).mac is None and pages.allocation(site, held.id).about.mac is None
    assert site.one(ipam.Release(free.allocations[0].id)).ok and fsck(site) == []
    assert [each["do"] for each in (e.change for e in pages.audit(site, 2))][-3:] == ["edit", "allocate", "free"]


def test_what_has_addresses_does_not_go_unless_they_do(site: ipam.Store) -> None:
    site.one(ipam.AddPool("slow", "10.1.0.0/24", quarantine_s=60))
    for pool in ("p", "slow"):
        site.one(ipam.Allocate(pool, device="leaf-1", interface="eth0"))
    other = site.one(ipam.Allocate("p", device="leaf-1")).allocations[0]
    port = next(each for each in interfaces(site, [3])[3] if each.name == "eth0")
    no = site.one(ipam.RemoveInterface(port.id)).refusal
    assert no is not None and (no.code, no.message) == (
        "in-use", "interface eth0 of leaf-1 has the address 10.0.0.1 and 1 more",
    )  # fmt: skip
    freed = site.one(ipam.RemoveInterface(port.id, release=True, actor="ann"))
    assert [(a.text, a.state) for a in freed.allocations] == [("10.0.0.1", "held"), ("10.1.0.1", "quarantined")]
    assert addresses(site, "leaf-1") == [other] and interface(site, port.id) is None
    assert code(site.one(ipam.RemoveDevice("leaf-1"))) == "in-use"
    assert site.one(ipam.RemoveDevice("leaf-1", release=True)).ok
    assert devices(site) == [] and interfaces(site, [3]) == {3: []} and fsck(site) == []


def test_a_new_device_takes_over_what_its_addresses_say(store: ipam.Store) -> None:
    store.one(ipam.AddPool("p", "10.0.0.0/24"))
    for name, mac in (("b", MACS[0]), ("a", None), ("b", None), ("b", "0200.0000.0001")):
        assert store.one(ipam.Allocate("p", device="n", interface=name, mac=mac)).ok
    store.one(ipam.Allocate("p", device="n", interface="c", mac=MACS[0], tenant="acme"))
    store.one(ipam.Allocate("p", device="n", interface="c", mac=MACS[1]))
    assert code(store.one(ipam.AddDevice("n"))) == "conflict", "interface c has two MAC addresses"
    assert store.one(ipam.Release((2 << 32) + 5)).ok
    assert code(store.one(ipam.AddDevice("n", "beta"))) == "not-owner" and devices(store) == []
    made = store.one(ipam.AddDevice("n", "acme"))
    found = interfaces(store, [made.id or 0])[made.id or 0]
    assert [(each.name, each.mac) for each in found] == [("a", None), ("b", MACS[0]), ("c", MACS[0])]
    assert {(a.about.tenant, a.about.interface, a.about.mac) for a in addresses(store, "n")} == {
        ("acme", "a", None), ("acme", "b", MACS[0]), ("acme", "c", MACS[0]),
    }  # fmt: skip
    assert fsck(store) == []


def test_nonsense_is_refused(site: ipam.Store) -> None:
    asked: list[tuple[ipam.Request, str]] = [
        (ipam.AddDevice("leaf-1"), "conflict"), (ipam.AddDevice(""), "invalid"), (ipam.AddDevice("a/b"), "invalid"),
        (ipam.AddDevice("a\nb"), "invalid"), (ipam.AddInterface("leaf-1", "eth0"), "conflict"),
        (ipam.AddInterface("leaf-9", "eth0"), "unknown"), (ipam.AddInterface("leaf-1", "e", "02:00"), "invalid"),
        (ipam.EditDevice("leaf-1", {"id": 9}), "invalid"), (ipam.EditDevice("leaf-9", {}), "unknown"),
        (ipam.EditInterface(4, {"name": "eth1"}), "conflict"), (ipam.EditInterface(4, {"mac": "x"}), "invalid"),
        (ipam.EditInterface(99, {}), "unknown"), (ipam.RemoveInterface(99), "unknown"),
        (ipam.RemoveDevice(99), "unknown"),
    ]  # fmt: skip
    before = (devices(site), interfaces(site, [3]), pages.audit(site, 0))
    assert [code(site.one(request)) for request, _ in asked] == [why for _, why in asked]
    assert (devices(site), interfaces(site, [3]), pages.audit(site, 0)) == before


def test_vrfs_are_removed_once_they_are_empty(store: ipam.Store) -> None:
    store.one(ipam.AddVrf("red", "65000:1"))
    store.one(ipam.AddPool("r", "10.0.0.0/24", vrf="red"))
    no = store.one(ipam.RemoveVrf("red")).refusal
    assert no is not None and (no.code, no.message) == ("in-use", "VRF red has pool r")
    assert code(store.one(ipam.RemoveVrf("default"))) == "in-use"
    assert code(store.one(ipam.RemoveVrf("blue"))) == "unknown"
    assert store.one(ipam.RemovePool("r")).ok and store.one(ipam.RemoveVrf("red", "ann")).ok
    assert [each.name for each in pages.vrfs(store)] == ["default"] and fsck(store) == []
    assert store.one(ipam.AddVrf("red")).ok and fsck(store) == []


def test_any_history_is_sound_and_replayed(store: ipam.Store) -> None:
    """Random requests: whatever is granted or refused, addresses agree with their devices, and the audit with both."""
    draw = random.Random(7)
    store.one(ipam.AddPool("p", "10.0.0.0/26", quarantine_s=5))
    names, ports, macs = ["a", "b", "c"], ["x", "y"], [None, *MACS]
    seen = set()
    for _ in range(150):
        name, port, mac = draw.choice(names), draw.choice(ports), draw.choice(macs)
        tenant, number = (
            draw.choice([None, "t", "u"]),
            draw.choice([(2 << 32) + draw.randrange(40), draw.randrange(3, 60)]),
        )
        request = draw.choice([
            ipam.Allocate("p", device=name, interface=draw.choice([port, None]), mac=mac, tenant=tenant),
            ipam.Edit(number, ipam.About(tenant, name, port, mac)), ipam.Release(number), ipam.AddDevice(name, tenant),
            ipam.EditDevice(name, {"name": draw.choice(names), "tenant": tenant}), ipam.AddInterface(name, port, mac),
            ipam.EditInterface(number, {"name": port, "mac": mac}), ipam.RemoveInterface(number, draw.random() < 0.5),
            ipam.RemoveDevice(name, draw.random() < 0.3),
        ])  # fmt: skip
        seen.add((type(request).__name__, code(store.one(request))))
    assert fsck(store) == [] and len(seen) > 15
    said = replay_office(pages.all_entries(store, 0))
    assert said.devices == {each.id: each for each in devices(store)}
    parts = interfaces(store, list(said.devices))
    assert said.interfaces == {each.id: each for rows in parts.values() for each in rows}


@pytest.mark.parametrize("form", FORMS)
def test_devices_go_out_and_come_in_again(
    site: ipam.Store, places: Callable[[], str], tmp_path: Path, form: str
) -> None:
    site.one(ipam.Allocate("p", device="leaf-1", interface="eth0"))
    site.one(ipam.EditInterface(5, {"tags": ("up",), "fields": {"speed": "400G"}}))
    path = tmp_path / "all"
    with path.open("w", encoding="utf-8", newline="") as file:
        export(site, file, form)
    with ipam.init(places()) as other:
        other.one(ipam.AddPool("q", "10.9.0.0/24"))
        old = other.one(ipam.Allocate("q", device="leaf-1", interface="eth7")).allocations[0]
        made = load(other, lambda: pieces(path, form), actor="ann")
        assert (made.faults, made.devices) == ([], 4), "eth7 too, which an address has"
        assert [each.name for each in interfaces(other, [device(other, "leaf-1").id]).popitem()[1]] == [
            "eth0", "eth1", "eth7",
        ]  # fmt: skip
        assert pages.allocation(other, old.id).about.tenant == "acme" and fsck(other) == []
        again = load(other, lambda: pieces(path, form))
        assert (again.faults, again.devices, again.added, again.same) == ([], 0, 0, 1)
        assert text(other, form).count("leaf-1") == text(site, form).count("leaf-1") + 2


BAD = """kind,pool,address,device,interface,mac,tenant
device,,,leaf-1,,,beta
device,,,new,,,
interface,,,new,eth0,02:00,
interface,,,new,eth1,02:00:00:00:00:07,
interface,,,nobody,eth0,,
interface,,,leaf-1,eth0,02:00:00:00:00:09,
,p,10.0.0.1,leaf-1,eth9,,
,p,10.0.0.2,leaf-1,eth0,02:00:00:00:00:09,
,p,10.0.0.3,leaf-1,eth0,,beta
,p,10.0.0.4,new,eth1,,
,p,10.0.0.5,leaf-1,eth0,,
"""


def test_every_bad_row_of_devices_is_told(site: ipam.Store, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(BAD, "utf-8")
    made = load(site, lambda: pieces(path, "csv"))
    assert [(fault.line, fault.column) for fault in made.faults] == [
        (2, "tenant"), (4, "mac"), (6, "device"), (7, "mac"), (8, "interface"), (9, "mac"), (10, "tenant"),
    ]  # fmt: skip
    assert (len(devices(site)), pages.pool(site, "p").used) == (1, 0), "nothing is changed"
    kept = load(site, lambda: pieces(path, "csv"), keep_going=True)
    assert (kept.added, kept.devices, fsck(site)) == (2, 2, [])
    assert [(a.about.tenant, a.about.mac) for a in pages.allocations(site, 2)] == [
        (None, "02:00:00:00:00:07"), ("acme", MACS[0]),
    ]  # fmt: skip


def test_a_backup_has_them(site: ipam.Store, places: Callable[[], str], tmp_path: Path) -> None:
    backup(site, tmp_path / "saved.db")
    url = places()
    restore(tmp_path / "saved.db", url)
    with ipam.open(url) as other:
        assert (devices(other), interfaces(other, [3])) == (devices(site), interfaces(site, [3]))
        assert fsck(other) == [] and other.one(ipam.AddDevice("n")).id == site.one(ipam.AddDevice("n")).id


def test_filters(site: ipam.Store) -> None:
    site.one(ipam.AddDevice("leaf-2", tags=("rack", "50%_")))
    assert [each.name for each in devices(site, tenant="acme")] == ["leaf-1"]
    assert [each.name for each in devices(site, tag="rack")] == ["leaf-1", "leaf-2"]
    assert [each.name for each in devices(site, tag="50%_")] == ["leaf-2"] and devices(site, tag="50") == []
    assert [each.name for each in devices(site, mac="0200.0000.0001")] == ["leaf-1"]
    assert [each.name for each in devices(site, after=3, limit=1)] == ["leaf-2"]


def test_a_mac_address_of_two_devices_is_an_anomaly(site: ipam.Store) -> None:
    site.one(ipam.AddInterface("leaf-1", "bond0", MACS[0]))
    owned = {"leaf-1": interfaces(site, [3])[3]}
    assert list(duplicate_macs([], owned)) == [], "interfaces of one device may share it"
    held = site.one(ipam.Allocate("p", device="thief", mac="02-00-00-00-00-01")).allocations[0]
    [found] = duplicate_macs([held], owned)
    assert (found.message, found.ids) == (f"{MACS[0]} is claimed by leaf-1, thief", (held.id,))
    number = site.one(ipam.AddDevice("leaf-2")).id or 0
    site.one(ipam.AddInterface(number, "eth0", MACS[0]))
    [alone] = duplicate_macs([], {**owned, "leaf-2": interfaces(site, [number])[number]})
    assert alone.message == f"{MACS[0]} is claimed by leaf-1, leaf-2"


@pytest.mark.parametrize("rows", [1, 9])
def test_text_that_a_database_does_not_take_is_told(site: ipam.Store, tmp_path: Path, rows: int) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps([{"address": f"10.0.0.{n}", "device": f"a\0{n}"} for n in range(1, 1 + rows)]), "utf-8")
    with pytest.raises(Unreadable, match="line 1: a character 0"):
        load(site, lambda: pieces(path, "json"), pool="p")
    assert fsck(site) == []


DAMAGE = {
    "UPDATE device SET tenant = 'beta' WHERE id = 3": "device 3 is not what the audit says",
    "UPDATE interface SET mac = NULL WHERE id = 4": "interface 4 is not what the audit says",
    "UPDATE allocation SET mac = NULL WHERE pool = 2": "has another tenant or MAC address than its device leaf-1",
    "UPDATE allocation SET tenant = NULL WHERE pool = 2": "has another tenant or MAC address than its device leaf-1",
    "UPDATE allocation SET interface = 'e9' WHERE pool = 2": "is bound to interface e9 of leaf-1, which there is not",
    "DELETE FROM interface WHERE id = 4": "is bound to interface eth0 of leaf-1, which there is not",
    "UPDATE vrf SET rd = '1:2' WHERE id = 6": "VRF 6 is not what the audit says",
}  # fmt: skip


def test_damage_to_devices_is_found(site: ipam.Store) -> None:
    site.one(ipam.AddVrf("red"))
    site.one(ipam.Allocate("p", device="leaf-1", interface="eth0"))
    assert fsck(site) == []
    for statement, said in DAMAGE.items():
        with pytest.raises(ZeroDivisionError), writing(site.engine) as connection:
            connection.exec_driver_sql(statement)
            from easterly.address.ipam.fsck import _administration, _devices

            found = [*_administration(connection), *_devices(connection)]
            assert any(said in line for line in found), (statement, found)
            raise ZeroDivisionError  # undone
    assert fsck(site) == []


def test_an_address_and_its_device_are_not_changed_at_once(site: ipam.Store) -> None:
    """Whoever comes second waits, and sees what the first has done."""
    take = ipam.Allocate("p", device="leaf-1", interface="eth1")
    with ThreadPoolExecutor(1) as other:
        with writing(site.engine) as connection:
            [held] = answer(connection, [take], site.now_ms())
            second = other.submit(site.one, ipam.RemoveInterface(5))
            time.sleep(0.2)
            assert held.ok and not second.done()
        assert code(second.result(60)) == "in-use"
        with writing(site.engine) as connection:
            assert administer(connection, ipam.RemoveInterface(5, release=True), site.now_ms()).ok
            second = other.submit(site.one, take)
            time.sleep(0.2)
            assert not second.done()
        assert code(second.result(60)) == "unknown"
    assert fsck(site) == []


def test_whoever_changes_devices_meets_those_who_take_addresses(store: ipam.Store) -> None:
    """Threads of both kinds: nobody waits for ever, and addresses agree with their devices in the end."""
    store.apply([ipam.AddPool("p", "10.0.0.0/24"), ipam.AddPool("q", "10.1.0.0/24")])
    refused: list[str] = []

    def take(seed: int) -> None:
        draw = random.Random(seed)
        for _ in range(15):
            ports = [(f"d{draw.randrange(2)}", draw.choice(["x", "y", None])) for _ in range(3)]
            asked = [ipam.Allocate(draw.choice("pq"), device=name, interface=port) for name, port in ports]
            refused.extend(map(code, store.apply(asked)))

    def change(seed: int) -> None:
        draw = random.Random(seed)
        for _ in range(15):
            name = f"d{draw.randrange(2)}"
            request = draw.choice([
                ipam.AddDevice(name, draw.choice([None, "acme"])), ipam.RemoveDevice(name, release=True),
                ipam.EditDevice(name, {"tenant": draw.choice([None, "beta"])}),
                ipam.AddInterface(name, "x", draw.choice([None, *MACS])),
                ipam.AddPool(f"n{draw.random()}", f"192.168.{draw.randrange(256)}.0/24"),
            ])  # fmt: skip
            refused.append(code(store.one(request)))

    with ThreadPoolExecutor(4) as threads:
        work = [threads.submit(do, seed) for seed, do in enumerate((take, take, change, change))]
        for each in work:
            each.result(60)
    assert {"ok", "unknown"} <= set(refused) <= {"ok", "unknown", "conflict", "not-owner", "exhausted"}
    assert fsck(store) == []


def test_a_store_without_devices_gets_their_tables(place: str) -> None:
    with ipam.init(place) as old, writing(old.engine) as connection:
        for statement in (
            "DROP TABLE interface",
            "DROP TABLE device",
            "UPDATE alembic_version SET version_num = '0002'",
        ):
            connection.exec_driver_sql(statement)
    with pytest.raises(ipam.StoreError, match="run `init` once"):
        ipam.open(place)
    with ipam.init(place) as store:
        store.one(ipam.AddPool("p", "10.0.0.0/24"))
        assert store.one(ipam.AddDevice("n")).ok and fsck(store) == []
