"""Whole files of switches: everything that their parts say, and nothing else."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from functools import cache

import pytest
from tests.address.sites import POOLS, fabric, job, made, site
from tests.config.rendered import TENANTS, WAN

from easterly import address, config, qos
from easterly.config import access, frr, switches
from easterly.config.complete import SYSTEMS, running
from easterly.config.eos import routes as eos
from easterly.config.junos import routes as junos
from easterly.config.nxos import routes as nxos
from easterly.config.sheet import Sheet
from easterly.config.sonic import routes as sonic
from easterly.config.switches.blocks import blocks
from easterly.model.outcome import Artifact
from easterly.model.spec.site import Site
from easterly.study import bill

PARSE = {"eos": eos.parse, "junos": junos.parse, "nxos": nxos.parse, "sonic": sonic.parse}


@cache
def fenced() -> Site:
    """Tenants, one of which reaches the other, and classes that pause."""
    classes = {"bulk": {"dscp": 26, "share": "60%", "lossless": True}, "default": {"dscp": 0, "share": "rest"}}
    return site(
        {"train": fabric("rail-optimized", 16)}, {**POOLS, "own": "10.99.0.0/20"}, tenants=TENANTS, wan=WAN,
        jobs={"j": job("acme", 8), "k": job("beta", 8)}, classes=classes, isolation={"acme": {"reaches": ["beta"]}},
    )  # fmt: skip


@cache
def rendered(name: str, system: str = "") -> tuple[list[Artifact], list[Artifact]]:
    """Whole files of a target, and the parts of them that a plan has."""
    spec = running(fenced(), system) if system else fenced()
    network, work = made(spec)
    plan = address.plan(spec, network, work)
    isolation, queues = address.isolation(spec, plan), qos.plan(spec, network)
    tally = bill.tally(spec, network)
    whole = config.render(spec, network, plan, queues, work, tally, isolation, targets=[name]).artifacts
    alike = running(spec, name)
    sheet = Sheet(plan, isolation)
    parts = [*switches.render(alike, network, queues), *access.render(alike, network, sheet, isolation)]
    return list(whole), [file for file in parts if file.dialect == name]


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_file_has_every_line_of_its_parts_and_the_routes(name):
    whole, parts = rendered(name)
    texts = {file.device: file.text for file in whole if file.device and file.dialect == name}
    assert len(texts) == 8 and len({part.device for part in parts}) > 3
    for part in parts:
        if name == "sonic":
            there = json.loads(texts[part.device])
            for table, rows in json.loads(part.text).items():
                assert all(row.items() <= there[table][key].items() for key, row in rows.items())
        else:
            lines = texts[part.device].replace(" family ethernet-switching filter", " family inet filter").splitlines()
            assert set(part.text.splitlines()) <= set(lines)
            assert sum(line.startswith(("hostname", "set system host-name")) for line in lines) == 1
    states = {device: PARSE[name](text) for device, text in texts.items()}
    beside = {file.device: frr.parse(file.text) for file in whole if file.dialect == "frr"}
    assert len(beside) == (2 if name == "sonic" else 0)
    for device, state in states.items():
        routes = beside.get(device, state)
        assert state.device == device and routes.neighbors and routes.networks


def test_a_unit_of_junos_that_switches_has_no_other_family():
    """Juniper's CLI reference, family (interfaces): ethernet-switching stands alone in its unit."""
    filters = 0
    for file in rendered("junos")[0]:
        families = defaultdict[str, set[str]](set)
        lines = file.text.splitlines()
        for line in lines:
            if found := re.match(r"set interfaces (\S+) unit 0 family (\S+)", line):
                families[found[1]].add(found[2])
            if found := re.match(r"set interfaces \S+ unit \d+ family (\S+) filter input (\S+)", line):
                filters += 1
                assert f"set firewall family {found[1]} filter {found[2]} term" in file.text, line
        assert not [port for port, kinds in families.items() if "ethernet-switching" in kinds and len(kinds) > 1]
        assert len(lines) == len(set(lines))
    assert filters


def test_whoever_runs_something_else_is_left_out():
    whole, _ = rendered("eos", "sonic")
    assert {file.device for file in whole if file.device} == {file.device for file in rendered("eos")[0] if file.device}
    mixed = running(fenced(), "eos")
    assert running(mixed, "eos") is mixed
    network, _ = made(mixed)
    names = {str(name) for name in network.nodes.name[network.transit]}
    assert {file.device for file in rendered("sonic", "sonic")[0] if file.device} == names - {"west"}


def test_blocks_of_one_interface_may_stand_apart():
    """EOS and NX-OS add to what is there; this is what the parts rely on."""
    for name in ("eos", "nxos"):
        text = next(file.text for file in rendered(name)[0] if file.device.endswith("leaf-0"))
        heads = [block.line for block in blocks(text) if block.line.startswith("interface Ethernet")]
        assert len(heads) > len(set(heads))
