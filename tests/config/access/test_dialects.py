"""Access lists in every dialect: read back as they were, as makers' own tools and models want them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from tests.config.access.worlds import devices, fenced, running, world
from tests.config.sonic.facts import complaints

from easterly.config import access
from easterly.config.access import DIALECTS, differences
from easterly.config.access.joined import as_read
from easterly.config.sheet import Sheet
from easterly.model.access import AccessList, AccessRule, DeviceAccess
from easterly.study.nouns import Nouns

PORTS = {"linux": ("br-hosts", "br10007", "br7", "swp1"), "sonic": ("Ethernet0", "Ethernet8", "Ethernet16"),
         "eos": ("Ethernet1/1", "Ethernet2/1"), "nxos": ("Ethernet1/1", "Ethernet1/2"),
         "junos": ("irb.7", "irb.126", "irb.3899")}  # fmt: skip


def same(wanted: DeviceAccess, found: DeviceAccess) -> bool:
    def bound(each: DeviceAccess) -> dict[str, Any]:
        return {port: rows.rules for rows in as_read(each.lists) for port in rows.ports if rows.rules}

    return bound(wanted) == bound(found) and wanted.device == found.device


@pytest.mark.parametrize("os", DIALECTS)
def test_what_is_written_is_read_back(os: str) -> None:
    dialect = DIALECTS[os]

    @given(devices(PORTS[os], rest=os == "linux"))
    def check(wanted: DeviceAccess) -> None:
        text = dialect.render(wanted)
        found = dialect.parse(text)
        assert same(wanted, found)
        assert set(found.trusted) == set(wanted.trusted)
        lines = text.splitlines()
        for rule in (rule for each in found.lists for rule in each.rules):
            assert (
                os in ("sonic", "junos")
                or rule.src.partition("/")[0] in lines[rule.line - 1]
                or "any" in lines[rule.line - 1]
            )

    check()


@pytest.mark.parametrize("os", DIALECTS)
def test_every_file_of_a_plan_says_what_is_planned(os: str) -> None:
    nouns = Nouns(running(os))
    assert nouns.contradictions.value == ()
    suffix = DIALECTS[os].path.partition("{}")[2]
    names = [file.path for file in nouns.configs.value.artifacts if file.path.endswith(suffix)]
    assert len([name for name in names if "leaf" in name]) == 3


def test_a_changed_rule_is_a_contradiction() -> None:
    nouns, sheet = world(), Sheet(world().address.value, world().isolation)
    for dialect, wanted in access.planned(nouns.site, nouns.network.value, sheet, nouns.isolation):
        text = dialect.render(wanted)
        assert differences(wanted, dialect.parse(text)) == ()
        for old, new in ((" accept comment", " counter drop comment"), ("10.66.", "10.69."), ("tcp flags", "#")):
            if old in text:
                try:
                    assert differences(wanted, dialect.parse(text.replace(old, new, 1)))
                except ValueError as error:
                    assert "not understood" in str(error)


@given(wanted=devices(PORTS["sonic"]))
def test_tables_are_as_the_models_of_sonic_want_them(wanted: DeviceAccess) -> None:
    tables = json.loads(DIALECTS["sonic"].render(wanted))
    assert list(complaints(tables)) == []
    first = min(tables["ACL_RULE"])
    tables["ACL_RULE"][first]["PRIORITY"] = "1000000"
    tables["ACL_RULE"]["nowhere|r"] = tables["ACL_RULE"].pop(first)
    assert len(list(complaints(tables))) == 2


RULE = AccessRule("10.0.0.0/24", "10.0.1.0/24", permit=True, reply=True)


@pytest.mark.parametrize(("os", "old", "new", "why"), [
    ("linux", "tcp flags & (ack | rst) != 0 ", "tcp dport 22 ", "not understood"),
    ("linux", "goto t-a", "goto t-b", "not there"),
    ("linux", "goto t-a\n", 'goto t-a\n    iifname "x" accept\n', "named twice"),
    ("eos", "established", "eq 22", "not understood"),
    ("eos", "ip access-group t-a in", "ip access-group t-b in", "not there"),
    ("eos", "ip access-group t-a in", "ip access-group t-a out", "not understood"),
    ("nxos", "permit tcp", "permit udp", "not understood"),
    ("junos", "from tcp-established", "from destination-port 22", "not understood"),
    ("junos", "from protocol tcp", "from protocol udp", "not understood"),
    ("junos", "from source-prefix-list t-a-inet-1-from", "from source-prefix-list other", "not there"),
    ("junos", "then accept", "then reject", "not understood"),
    ("junos", "then accept", "then count a", "not understood"),
    ("junos", "prefix-list t-a-inet-1-from 10.0.0.0/24", "prefix-list t-a-inet-1-from fd00::/64", "not understood"),
    ("junos", "filter input t-a", "filter input t-b", "not there"),
    ("junos", "filter input t-a", "filter output t-a", "not understood"),
    ("sonic", '"0x10/0x10"', '"0x02/0x02"', "neither ACK nor RST"), ("sonic", '"L3"', '"MIRROR"', "not understood"),
    ("sonic", '"SRC_IP"', '"SRC_MAC"', "not understood"),
])  # fmt: skip
def test_what_is_not_understood_is_refused(os: str, old: str, new: str, why: str) -> None:
    text = DIALECTS[os].render(DeviceAccess("a", (AccessList("t-a", (RULE,), ("x",)),)))
    assert old in text
    with pytest.raises(ValueError, match=why):
        DIALECTS[os].parse(text.replace(old, new, 1))


def test_a_site_without_fences_has_no_lists() -> None:
    nouns = Nouns(fenced(isolation={}))
    assert not [file for file in nouns.configs.value.artifacts if "access" in file.path or "nft" in file.path]
