"""Tables of ConfigDB held against YANG models: small ones of these tests, and the real ones where they are."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.config.vendors.test_complete import rendered
from tests.lab import require

from easterly.app.commands.render import command
from easterly.config.sonic import check
from easterly.config.sonic.instance import instance
from easterly.config.sonic.models import statements, tables
from easterly.model.outcome import Artifact

PORTS = """
/* What a switch has one of, and ports. */
module sonic-port {
    yang-version 1.1; namespace "http://example.net/" + "port"; prefix p;
    container sonic-port {
        container METADATA { container localhost { leaf hostname { type string { length 1..8; } } } }
        container PORT { list PORT_LIST { key name;
            leaf name { type string; }
            leaf lanes { type string; mandatory true; }
            leaf speed { type uint32 { range 1..800000; } }
            leaf-list members { type leafref { path "../name"; require-instance false; } } // several values
        } }
    }
}
"""
NETS = """
module sonic-nets {
    yang-version 1.1; namespace 'http://example.net/nets'; prefix n;
    import sonic-port { prefix p; }
    grouping end { leaf net { type string { pattern '\\d+(\\.\\d+){3}/\\d+'; } } }
    container sonic-nets {
        container INTERFACE {
            list INTERFACE_LIST { key "name";
                leaf name { type leafref { path "/p:sonic-port/p:PORT/p:PORT_LIST/p:name"; } } }
            list INTERFACE_PREFIX_LIST { key "name net";
                leaf name { type leafref { path "../../INTERFACE_LIST/name"; } }
                uses end; leaf note { type string; } }
        }
        container MAP { list MAP_LIST { key "name"; leaf name { type string; }
            list MAP { key "dscp";
                leaf dscp { type uint8 { range 0..63; } } leaf tc { type uint8 { range 0..7; } } } } }
        container BOUND { list BOUND_LIST { key "port"; leaf port { type string; }
            leaf map { type leafref { path "/n:sonic-nets/n:MAP/n:MAP_LIST/n:name"; } }
            leaf-list ports { type leafref { path "/p:sonic-port/p:PORT/p:PORT_LIST/p:name"; } } } }
    }
}
"""
GOOD = {
    "METADATA": {"localhost": {"hostname": "a&b"}},
    "PORT": {"Ethernet0": {"lanes": "1,2", "speed": "100000", "members": ["Ethernet0", "<x>"]}},
    "INTERFACE": {"Ethernet0": {"NULL": "NULL"}, "Ethernet0|10.0.0.1/31": {"note": "up"}},
    "MAP": {"FABRIC": {"0": "1", "46": "5"}},
    "BOUND": {"Ethernet0": {"map": "FABRIC", "ports": ["Ethernet0"]}},
}
XML = """\
<sonic-nets xmlns="http://example.net/nets"><BOUND><BOUND_LIST><port>Ethernet0</port><map>FABRIC</map>\
<ports>Ethernet0</ports></BOUND_LIST></BOUND><INTERFACE><INTERFACE_LIST><name>Ethernet0</name></INTERFACE_LIST>\
<INTERFACE_PREFIX_LIST><name>Ethernet0</name><net>10.0.0.1/31</net><note>up</note></INTERFACE_PREFIX_LIST></INTERFACE>\
<MAP><MAP_LIST><name>FABRIC</name><MAP><dscp>0</dscp><tc>1</tc></MAP><MAP><dscp>46</dscp><tc>5</tc></MAP></MAP_LIST>\
</MAP></sonic-nets>
<sonic-port xmlns="http://example.net/port"><METADATA><localhost><hostname>a&amp;b</hostname></localhost></METADATA>\
<PORT><PORT_LIST><name>Ethernet0</name><lanes>1,2</lanes><speed>100000</speed><members>Ethernet0</members>\
<members>&lt;x&gt;</members></PORT_LIST></PORT></sonic-port>
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (
        ("sonic-port", PORTS),
        ("sonic-nets", NETS),
        ("sonic-types", "module sonic-types { prefix t; }"),
    ):
        (tmp_path / f"{name}.yang").write_text(text)
    return tmp_path


def file_of(found: object) -> Artifact:
    return Artifact("sonic/a.json", json.dumps(found), "a", "sonic", "sonic leaf")


def test_keys_fields_lists_and_maps_are_told_apart(folder):
    assert instance(GOOD, tables(folder)) == XML


@pytest.mark.parametrize(("table", "row", "said"), [
    ("INTERFACE", {"Ethernet0|10.0.0.1/31|x": {}}, r"INTERFACE\|Ethernet0\|10.0.0.1/31\|x: a key of 3 parts"),
    ("METADATA", {"somewhere": {}}, "METADATA|somewhere: a key of 1 part, and sonic-port has keys of none"),
    ("PORT", {"Ethernet0": {"a b": "1"}}, "no field can be called a b"),
])  # fmt: skip
def test_rows_that_no_list_takes_are_named(folder, table, row, said):
    with pytest.raises(ValueError, match=said):
        instance({table: row}, tables(folder))


@pytest.mark.parametrize("text", ["module a {", "module a; }"])
def test_a_file_that_is_no_module_is_named(tmp_path, text):
    (tmp_path / "sonic-a.yang").write_text(text)
    with pytest.raises(ValueError, match=r"sonic-a\.yang"):
        tables(tmp_path)


def test_a_brace_in_words_is_none():
    [module] = statements("module m { must \"a = '}'\"; /* } */ pattern '[0-9]{2}'; container c { } }")
    assert [(each.word, each.argument) for each in module.inner] == [
        ("must", "a = '}'"), ("pattern", "[0-9]{2}"), ("container", "c")
    ]  # fmt: skip


WRONG = [
    ("BOUND", "Ethernet0", {"map": "OTHER"}, "OTHER"),
    ("BOUND", "Ethernet0", {"ports": ["Ethernet0", "eth1"]}, "eth1"),
    ("INTERFACE", "Ethernet4|10.0.0.3/31", {}, "Ethernet4"),
    ("INTERFACE", "Ethernet0|10.0.0.3", {}, "10.0.0.3"),
    ("MAP", "FABRIC", {"64": "1"}, "64"),
    ("METADATA", "localhost", {"hostname": "too-long-a-name"}, "too-long-a-name"),
    ("PORT", "Ethernet0", {"speed": "fast"}, "fast"),
    ("PORT", "Ethernet0", {"colour": "red"}, "colour"),
    ("INTERFACE", "a|b|c", {}, "a key of 3 parts"),
]


def test_yanglint_takes_what_is_right_and_says_what_lacks_a_model(folder):
    require("yanglint")
    found = check.checker(str(folder))
    assert found is not None and found.takes(file_of(GOOD))
    said = found.check(file_of(GOOD))
    assert (said.ok, said.output) == (True, "") and said.validator.startswith("yanglint ")
    other = found.check(file_of(GOOD | {"VLAN": {}, "BGP": {}}))
    assert other.ok and "; no model of BGP, VLAN)" in other.validator
    assert found.check(file_of({"VLAN": {}})).ok is None
    bare = {name: rows for name, rows in GOOD.items() if name != "PORT"}
    assert found.check(file_of(bare)).ok  # a part of a file: the platform has the ports


@pytest.mark.parametrize(("table", "key", "row", "said"), WRONG)
def test_yanglint_refuses_what_is_wrong(folder, table, key, row, said):
    require("yanglint")
    found = check.checker(str(folder))
    assert found is not None
    rows = GOOD[table]
    wrong = found.check(file_of(GOOD | {table: {**rows, key: {**rows.get(key, {}), **row}}}))
    assert wrong.ok is False and said in wrong.output and "/tmp" not in wrong.output


def test_models_that_yanglint_cannot_read_are_no_fault_of_the_file(folder):
    require("yanglint")
    (folder / "sonic-nets.yang").write_text(NETS.replace("prefix p;", "prefix p; revision-date 2001-01-01;", 1))
    found = check.checker(str(folder))
    assert found is not None
    said = found.check(file_of(GOOD))
    assert said.ok is None and said.validator == "not validated" and "cannot read the models" in said.output


def test_models_that_are_not_there(tmp_path, monkeypatch):
    monkeypatch.setenv(check.VARIABLE, str(tmp_path))
    check.checker.cache_clear()
    assert check.checker() is None
    check.checker.cache_clear()
    done = CliRunner().invoke(command, ["--yang-models", str(tmp_path), "site.yaml"])
    assert done.exit_code == 2 and "has no models of SONiC" in done.stderr


def test_the_real_models_take_every_file():
    """Where a switch's models are: every table that is written has one, and passes it."""
    if not Path(os.environ.get(check.VARIABLE, "") or check.FOLDER).is_dir():
        pytest.skip(f"no models of SONiC in {check.FOLDER}, and {check.VARIABLE} names no folder")
    require("yanglint")
    check.checker.cache_clear()
    found = check.checker()
    assert found is not None
    whole, parts = rendered("sonic")
    for file in (*whole, *parts):
        if found.takes(file):
            said = found.check(file)
            assert (said.ok, said.output) == (True, ""), file.path
            assert "no model of" not in said.validator
