"""Health checks of services on switches: what NX-OS tracks, what SONiC is told, what is said of the rest."""

from __future__ import annotations

import json
import re
from functools import cache

import pytest
from tests.config.underlays import CHECK, SERVICE, grand

from easterly.base.findings import Severity
from easterly.config import anycast
from easterly.config.anycast import watch
from easterly.study.nouns import Nouns
from easterly.study.rendering import doubts, rendered

TCP = {"kind": "tcp", "port": 5353, "interval": "2s", "timeout": "1s", "fall": 3, "rise": 2}
BESIDE = ["train-host-0", "train-host-15"]


@cache
def nouns(kind: str, variant: str = "bgp") -> Nouns:
    check = {"tcp": TCP, "http": CHECK}[kind]
    return Nouns(grand(variant, anycast={"dns": {**SERVICE, "at": BESIDE, "check": check}}))


def files(kind: str, target: str, variant: str = "bgp"):
    return {file.path: file for file in rendered(nouns(kind, variant), [target])[target]}


def test_a_route_of_nxos_follows_a_connection_to_the_service():
    told = 0
    for file in files("tcp", "nxos").values():
        for prefix, hop, track in re.findall(r"^ip route (\S+) (\S+) track (\d+)$", file.text, re.M):
            assert prefix.startswith("10.66.0.") and "\nfeature sla sender\n" in file.text
            [probe] = re.findall(rf"^ip sla {track}\n((?:  .*\n)+)", file.text, re.M)
            assert probe.split("\n")[0] == f"  tcp-connect {hop} 5353 control disable"
            numbers = dict(re.findall(r"    (\w+) (\d+)", probe))
            assert numbers == {"threshold": "1000", "timeout": "1000", "frequency": "2"}
            assert f"\nip sla schedule {track} life forever start-time now\n" in file.text
            assert f"\ntrack {track} ip sla {track} reachability\n  delay up 2 down 4\n" in file.text
            told += 1
    assert told == 2
    assert not any("ip sla" in file.text for file in files("http", "nxos").values())


@pytest.mark.parametrize(("target", "kind", "why"), [
    ("eos", "tcp", "EOS ties no route"), ("eos", "http", "EOS ties no route"), ("junos", "tcp", "on SRX alone"),
    ("nxos", "tcp", "IPv4 alone"), ("nxos", "http", "no page but the first"), ("bird", "tcp", "by a static route"),
    ("sonic", "tcp", ""), ("frr", "tcp", ""),
])  # fmt: skip
def test_a_check_that_no_text_heeds_is_told(target, kind, why):
    given = nouns(kind)
    found = [f for f in doubts(given, rendered(given, [target])) if f.code == "E934"]
    assert bool(found) == bool(why)
    assert all(f.severity is Severity.WARNING and f.at == "anycast/dns/check" for f in found)
    assert not why or any(why in f.message and "dns is announced by" in f.message for f in found)


def test_an_address_of_a_switch_itself_is_told_too():
    given = Nouns(grand("bgp", anycast={"dns": {**SERVICE, "at": ["train-spine-1"], "check": TCP}}))
    [found] = [f for f in doubts(given, rendered(given, ["nxos"])) if f.code == "E934"]
    assert found.message.startswith("dns is announced by train-spine-1 whether it is well or not: an address of the")


def test_a_check_that_is_not_stated_is_not_missed():
    given = Nouns(grand("bgp", anycast={"dns": {**SERVICE, "check": None}}))
    found = rendered(given, ["eos", "nxos", "junos", "sonic"])
    assert [f for f in doubts(given, found) if f.code == "E934"] == []
    rows = [json.loads(f.text).get("STATIC_ROUTE", {}) for f in found["sonic"] if f.dialect == "sonic"]
    assert {key for row in rows for key in row} and all(key.startswith("default|") for row in rows for key in row)


@pytest.mark.parametrize("variant", ["bgp", "ospf"])
def test_sonic_leaves_checked_services_to_the_program(variant):
    made = files("http", "sonic", variant)
    checks = {path: file for path, file in made.items() if path.endswith(".anycast.json")}
    assert len(checks) == 2 and {"anycast/watch.py", "anycast/anycast.service"} <= set(made)
    for file in checks.values():
        assert json.loads(file.text)["table"] == "config_db" and anycast.parse(file.text)
        tables = json.loads(made[f"sonic/{file.device}.json"].text)
        assert "STATIC_ROUTE" not in tables
        beside = made.get(f"sonic/{file.device}.frr.conf")
        assert beside is None or "redistribute kernel" not in beside.text
        assert variant == "bgp" or "redistribute static route-map CHECKS" in beside.text


def test_the_program_speaks_to_the_tables_of_sonic(monkeypatch):
    told: list[str] = []
    monkeypatch.setattr(watch, "run", lambda words: told.append(" ".join(words)))
    table = watch.Table("config_db")
    for hop, well in (("10.0.0.3", True), ("10.0.0.2", True), ("10.0.0.3", False), ("10.0.0.2", False)):
        table.set("10.66.0.5/32", hop, well)
    table.set("fd00::5/128", "", True)
    table.clear()
    row, own = "STATIC_ROUTE|default|10.66.0.5/32", "LOOPBACK_INTERFACE|Loopback0|fd00::5/128"
    assert told == [
        f"sonic-db-cli CONFIG_DB HSET {row} nexthop 10.0.0.3",
        f"sonic-db-cli CONFIG_DB HSET {row} nexthop 10.0.0.2,10.0.0.3",
        f"sonic-db-cli CONFIG_DB HSET {row} nexthop 10.0.0.2", f"sonic-db-cli CONFIG_DB DEL {row}",
        f"sonic-db-cli CONFIG_DB HSET {own} NULL NULL", f"sonic-db-cli CONFIG_DB DEL {own}",
    ]  # fmt: skip
