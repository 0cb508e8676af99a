"""BIRD's files on real BIRD: kernels have the planned next hops, across protocols, and without addresses on links."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager

import pytest
import yaml
from tests.app.lab.sites import LEAVES, UNEQUAL, written
from tests.config.underlays import VARIANTS
from tests.lab import require_root

from easterly.app import terminal
from easterly.app.lab import converge, starting
from easterly.app.lab.build import running
from easterly.app.lab.cables import usual_scale
from easterly.app.lab.routes import planned
from easterly.study.rendering import rendered

pytestmark = pytest.mark.lab
SERVED = "10.66.0.5/32"


def fabric_and_wan() -> dict:
    """OSPF in a fabric, BGP to a WAN router, neither with addresses on links; a host announces a service."""
    spec = yaml.safe_load(LEAVES)
    spec["fabrics"]["t"]["hosts"]["count"] = 4
    spec["fabrics"]["t"]["underlay"] = VARIANTS["ospf-unnumbered"]
    link = {"a": "t", "b": "west", "rate": "100Gb/s", "delay": "1ms"}
    spec["wan"] = {"sites": {"west": {}}, "links": {"w": link}, "underlay": {"unnumbered": True}}
    spec["addressing"]["pools"]["service"] = "10.66.0.0/24"
    spec["addressing"]["blocks"] = {"vips": {"inside": ["service"], "role": "anycast", "hosts": 8}}
    spec["anycast"] = {"dns": {"address": [SERVED.partition("/")[0]], "block": "vips", "at": ["t-host-0"]}}
    return spec


def begin(lab, node, text, folder):
    """What the file wants of the machine, and BIRD on it."""
    wanted = re.findall(r"^# (\w+) \(([^)]+)\): ", text, re.M)
    rows = lab.address.interfaces
    own = rows.device == node
    wanted += zip(rows.port[own].tolist(), rows.address[own].tolist(), strict=True)
    lines = {f"addr replace {a} dev {port}\n" for port, found in wanted for a in found.split(", ")}
    lab.spaces[node].batch("ip", "".join(sorted(lines)))
    path = folder / f"{node}.conf"
    path.write_text(text.replace("log syslog", f'log "{folder}/{node}.log"'))
    lab.spaces[node].run("bird", "-c", str(path), "-s", str(folder / f"{node}.ctl"), "-P", str(folder / f"{node}.pid"))


@contextmanager
def birds(nouns, folder, monkeypatch):
    """A lab whose routers are BIRDs."""
    files = {file.device: file.text for file in rendered(nouns, ["bird"])["bird"]}
    monkeypatch.setattr(starting, "start", lambda lab: None)
    network = nouns.network.value
    with running(network, nouns.address.value, nouns.configs.value, scale=usual_scale(network)) as lab:
        for node in lab.routers:
            begin(lab, node, files[node], folder)
        yield lab


def test_costs_are_hops(tmp_path, monkeypatch):
    require_root("ip", "bird")
    nouns, _, _ = terminal.read_or_leave(written(tmp_path, UNEQUAL), "text", None)
    wanted = planned(nouns.network.value, nouns.address.value, nouns.policy.value)
    assert {len(hops) for hops in wanted["r1"].values()} == {3}
    with birds(nouns, tmp_path, monkeypatch) as lab:
        assert not any(converge.routed(lab, wanted, seconds=30).values())


def test_kernels_have_the_planned_ways_under_ospf_and_unnumbered_bgp(tmp_path, monkeypatch):
    require_root("ip", "bird")
    nouns, _, _ = terminal.read_or_leave(written(tmp_path, yaml.safe_dump(fabric_and_wan())), "text", None)
    network, address = nouns.network.value, nouns.address.value
    wanted = planned(network, address, nouns.policy.value)
    assert any(len(hops) == 2 for prefixes in wanted.values() for hops in prefixes.values())
    with birds(nouns, tmp_path, monkeypatch) as lab:
        assert not any(converge.routed(lab, wanted, seconds=30).values())
        rows = address.interfaces
        far = rows.address[(rows.device == "west") & (rows.role == "loopback")].tolist()
        near = address.prefixes.prefix[address.prefixes.device == "t-leaf-1"].tolist()
        assert {":" in text for text in far} == {":" in text for text in near} == {True, False}
        pairs = [*(("west", prefix) for prefix in near), *(("t-leaf-1", prefix) for prefix in far)]
        end = time.monotonic() + 15
        for router, prefix in [*pairs, *((router, SERVED) for router in ("t-leaf-0", "t-leaf-1", "west"))]:
            word = "-6" if ":" in prefix else "-4"
            while "proto bird" not in lab.spaces[router].run("ip", word, "route", "show", prefix):
                assert time.monotonic() < end, f"{router} has no way to {prefix}"
                time.sleep(0.1)
        host = address.interfaces.address[(rows.device == "t-host-0")].tolist()
        via = lab.spaces["t-leaf-0"].run("ip", "route", "show", SERVED)
        assert any(f"via {text.partition('/')[0]} " in via for text in host)
