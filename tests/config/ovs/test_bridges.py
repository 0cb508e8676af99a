"""Bridges of Open vSwitch: read back equal, taken by ovs-ofctl, followed hop by hop, refused where they are wrong."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import replace
from functools import cache
from ipaddress import ip_address, ip_network
from itertools import pairwise
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.app.lab.sites import TENANTS
from tests.config.rendered import everything
from tests.lab import require

from easterly import config, site
from easterly.config import ovs
from easterly.config.ovs.bridge import Admission, Bridge, Group, Line, Queue, Station, Way
from easterly.config.ovs.sanity import faults
from easterly.model.outcome import DeviceConfigs
from easterly.model.spec.underlay import Underlay
from easterly.study.nouns import Nouns
from easterly.study.rendering import doubts, rendered, sources

ROOT = Path(__file__).parents[3]


@cache
def made(name: str):
    spec = everything() if name == "tenants" else site.parse(site.read_source(ROOT / f"examples/{name}.yaml")).site
    given = sources(Nouns(spec), ["ovs"])
    bridges = tuple(ovs.bridges(given.site, given.network, given.sheet, given.qos, given.forwarding))
    return given, bridges


def texts_of(bridge: Bridge) -> dict[str, str]:
    return {file.path.rpartition(".")[2]: file.text for file in ovs.render([bridge])}


def read(bridge: Bridge) -> Bridge:
    texts = texts_of(bridge)
    return ovs.parse(texts["flows"], texts["groups"], texts["sh"])


@pytest.mark.parametrize("name", ["tenants", "graph"])
def test_bridges_of_a_site_are_read_back_equal(name):
    for bridge in made(name)[1]:
        assert read(bridge) == bridge


numbers = st.integers(1, 64)
v4 = st.integers(0, 2**32 - 1).map(lambda n: str(ip_address(n)))
v6 = st.integers(2**64, 2**128 - 1).map(lambda n: str(ip_address(n)))
nets = st.one_of(
    st.tuples(v4, st.integers(8, 32)).map(lambda t: str(ip_network(f"{t[0]}/{t[1]}", strict=False))),
    st.tuples(v6, st.integers(8, 128)).map(lambda t: str(ip_network(f"{t[0]}/{t[1]}", strict=False))),
)
buckets = st.lists(st.tuples(numbers, st.integers(1, 9)), min_size=1, max_size=4).map(tuple)
select = st.tuples(st.just("select"), buckets)
failover = st.tuples(st.just("ff"), buckets.map(lambda found: tuple((port, 1) for port, _ in found)))


timers = st.sampled_from([(0, 0), (50, 3)])


@st.composite
def bridges(draw):
    groups = tuple(Group(i + 1, *g) for i, g in enumerate(draw(st.lists(st.one_of(select, failover), max_size=3))))
    tables = dict(draw(st.dictionaries(numbers, st.integers(-1, 2**24 - 1), max_size=4)))
    ways = draw(st.lists(st.tuples(nets, st.booleans(), numbers), max_size=4))
    pairs = [draw(st.one_of(st.tuples(v4, v4), st.tuples(v6, v6))) for p in tables if tables[p] >= 0]
    hosts = [p for p in tables if tables[p] >= 0]
    queues = draw(st.lists(st.integers(1, 250_000), max_size=4))
    return Bridge(
        "leaf-0", draw(st.sampled_from(["system", "netdev"])),
        tuple(
            Line(port, 10**11 if queues else 0, table, draw(timers) if table < 0 else (0, 0))
            for port, table in sorted(tables.items())
        ),
        groups, tuple(Way(net, n if g else 0, 0 if g else n) for net, g, n in ways),
        tuple(draw(st.lists(nets, max_size=3))),
        tuple(Station(a, port, b) for port, (a, b) in zip(hosts, pairs, strict=True)),
        tuple(Admission(table, net) for table, net in draw(st.lists(st.tuples(st.integers(0, 9), nets), max_size=3))),
        tuple(Queue(i, (i,), share) for i, share in enumerate(queues)) if tables else (),
        draw(st.integers(0, 2**31 - 1)) if any(g.kind == "select" for g in groups) else 0,
    )  # fmt: skip


@settings(max_examples=40)
@given(bridges())
def test_whatever_is_rendered_is_read_back_equal(bridge):
    assert read(bridge) == bridge


@pytest.mark.parametrize("name", ["tenants", "graph"])
def test_ovs_ofctl_takes_every_template(name):
    require("ovs-ofctl")
    files = [file for bridge in made(name)[1] for file in ovs.render([bridge])]
    said = config.validate(DeviceConfigs(tuple(files)))
    assert len(said) == len({file.template for file in files})
    assert [(v.path, v.output) for v in said if not v.ok] == []
    assert {v.validator.partition("(")[2] for v in said} == {"", "ovs-ofctl parse-flows)", "ovs-ofctl parse-group)"}


@pytest.mark.parametrize("suffix, old, new", [
    ("flows", "actions=dec_ttl", "actions=dec_tl"), ("flows", "ip_dscp=26", "ip_dcsp=26"),
    ("flows", "goto_table:2", "goto_table:0"), ("groups", "type=select", "type=selected"),
    ("groups", "watch_port", "watchport"), ("sh", "set -eu", "if set -eu"),
])  # fmt: skip
def test_mistakes_are_caught(suffix, old, new):
    require("ovs-ofctl")
    bridge = next(b for b in made("tenants")[1] if b.groups and b.stations)
    file = next(f for f in ovs.render([bridge]) if f.path.endswith(suffix))
    assert old in file.text
    [said] = config.validate(DeviceConfigs((replace(file, text=file.text.replace(old, new)),)))
    assert said.ok is False and said.output and "/tmp" not in said.output


def follow(given, tables, start: str, address: str, down: frozenset[int] = frozenset()) -> tuple[list[str], int]:
    """Bridges that a packet passes through, and the port that it leaves the last one by; by their flows alone."""
    links, names = given.network.links, given.network.nodes.name.tolist()
    out = {(names[s], p): (names[d], row) for row, (s, p, d) in enumerate(
        zip(links.src.tolist(), links.src_port.tolist(), links.dst.tolist(), strict=True))}  # fmt: skip
    at, seen = start, [start]
    while True:
        bridge = tables[at]
        if any(ip_address(address) in ip_network(net) for net in bridge.connected):
            return seen, next(s.port for s in bridge.stations if s.address == address)
        fits = (way for way in bridge.ways if ip_address(address) in ip_network(way.prefix))
        best = max(fits, key=lambda way: ip_network(way.prefix).prefixlen)
        ports = [best.port] if best.port else [p for p, _ in bridge.groups[best.group - 1].buckets]
        port = next(p for p in ports if out[at, p][1] not in down)
        at = out[at, port][0]
        seen.append(at)
        assert len(seen) < 9, f"loop {seen}"


@pytest.mark.parametrize("name", ["tenants", "graph"])
def test_every_host_is_reached_from_every_switch_by_a_shortest_path(name):
    """Lengths by networkx, which knows no flow table."""
    given, bridges = made(name)
    tables, links = {b.name: b for b in bridges}, given.network.links
    names = given.network.nodes.name.tolist()
    graph = nx.DiGraph()
    for s, d, cost in zip(links.src.tolist(), links.dst.tolist(), links.cost.tolist(), strict=True):
        graph.add_edge(names[s], names[d], cost=cost)
    reached = 0
    for bridge in bridges:
        for station in bridge.stations:
            for start in tables:
                path, port = follow(given, tables, start, station.address)
                assert path[-1] == bridge.name and port == station.port
                cost = sum(graph[a][b]["cost"] for a, b in pairwise(path))
                assert cost == nx.shortest_path_length(graph, start, bridge.name, "cost")
                reached += 1
    assert reached > 20


def test_failover_goes_around_every_single_failure_that_it_protects_without_a_loop():
    given, bridges = made("graph")
    tables, links = {b.name: b for b in bridges}, given.network.links
    names, tried = given.network.nodes.name.tolist(), 0
    hosts = {d: [s.address for s in b.stations] for b in bridges for d in [b.name]}
    for bridge in bridges:
        for group in (g for g in bridge.groups if g.kind == "ff"):
            first = group.buckets[0][0]
            row = next(
                r for r in range(len(links)) if names[links.src[r]] == bridge.name and links.src_port[r] == first
            )
            down = frozenset({row, int(links.reverse[row])})
            for address in hosts[names[links.dst[row]]]:
                path, _ = follow(given, tables, bridge.name, address, down)
                assert path[-1] == names[links.dst[row]] and len(path) == 3
                tried += 1
    assert tried >= 8


def test_tenants_may_send_where_their_table_leads_and_nowhere_else():
    given, bridges = made("tenants")
    vni = {name: number for name, (number, _) in given.sheet.vrfs.items()}
    leaf = next(b for b in bridges if {a.table for a in b.admissions} >= {vni["acme"]})
    allowed = {a.prefix for a in leaf.admissions if a.table == vni["acme"]}
    assert "10.99.0.0/20" in allowed and not any(prefix.startswith("10.64.") for prefix in allowed)
    assert all(line.table == -1 or line.table in {0, *vni.values()} for line in leaf.lines)


def test_a_datapath_that_ignores_queues_has_none():
    spec = everything()
    models = {n: m.model_copy(update={"datapath": "userspace"}) for n, m in spec.hardware.switches.items()}
    hardware = spec.hardware.model_copy(update={"switches": models})
    given = sources(Nouns(spec.model_copy(update={"hardware": hardware})), ["ovs"])
    bridges = list(ovs.bridges(given.site, given.network, given.sheet, given.qos, given.forwarding))
    switches = [b for b in bridges if b.datapath == "netdev"]
    assert switches and not any("set_queue" in texts_of(b)["flows"] or b.queues for b in switches)


def test_bridges_watch_each_other_by_bfd_where_timers_are_stated():
    spec = made("graph")[0].site
    stated = Underlay.model_validate({"bfd": {"interval": "20ms", "multiplier": 4}})
    fabrics = {name: each.model_copy(update={"underlay": stated}) for name, each in spec.fabrics.items()}
    given = sources(Nouns(spec.model_copy(update={"fabrics": fabrics})), ["ovs"])
    watched = list(ovs.bridges(given.site, given.network, given.sheet, given.qos, given.forwarding))
    for bridge, plain in zip(watched, made("graph")[1], strict=True):
        assert read(bridge) == bridge
        assert {line.bfd for line in plain.lines} == {(0, 0)}
        assert all(line.bfd == ((20, 4) if line.table < 0 else (0, 0)) for line in bridge.lines)
        assert "'bfd={enable=true,min_tx=20,min_rx=20,mult=4}'" in texts_of(bridge)["sh"]


def test_no_rendered_file_is_implausible():
    for name in ("tenants", "graph"):
        nouns = Nouns(made(name)[0].site)
        assert doubts(nouns, rendered(nouns, ["all"])) == ()


@pytest.mark.parametrize("suffix, old, new, code, count", [
    ("flows", "output:5", "output:77", "E924", None),
    ("flows", "group:1", "group:77", "E924", None),
    ("groups", "watch_port:6", "watch_port:77", "E924", 1),
    ("groups", "weight:1", "weight:0", "E925", 1),
    ("groups", "actions=output:5", "actions=push_mpls:0x8847,push_mpls:0x8847,output:5", "E926", 1),
    ("sh", "datapath_type=system", "datapath_type=netdev", "E927", 1),
    ("sh", "min-rate=80000000000", "min-rate=90000000000", "E929", 1),
])  # fmt: skip
def test_what_cannot_be_meant_is_found(suffix, old, new, code, count):
    bridge = next(b for b in made("graph")[1] if b.name == "leaf1")
    files = ovs.render([bridge])
    [file] = [f for f in files if f.path.endswith(suffix)]
    if old == "output:5" and old not in file.text:
        old = "in_port=1,"
        new = "in_port=77,"
    assert old in file.text, file.text
    wrong = [replace(f, text=f.text.replace(old, new)) if f is file else f for f in files]
    found = config.implausible(wrong)
    assert {f.code for f in found} == {code} and (count is None or len(found) == count)
    assert all(f.hint for f in found)


def test_a_group_without_buckets_is_found_and_files_alone_are_not_blamed():
    assert [f.code for f in faults({"groups": "group_id=4,type=select\n"}, "x")] == ["E925"]
    assert list(faults({"flows": "table=0,actions=output:9\n"}, "x")) == []


@cache
def shared():
    """Two tenants with hosts at one leaf, in one prefix."""
    found = sources(Nouns(site.load_text(TENANTS).site), ["ovs"])
    return found, tuple(ovs.bridges(found.site, found.network, found.sheet, found.qos, found.forwarding))


def test_hosts_are_let_to_their_own_tenant_alone_even_where_tenants_share_a_prefix():
    found, bridges = shared()
    rows = found.address.interfaces
    columns = (rows.address.tolist(), rows.vrf.tolist(), rows.role.tolist())
    hosts = {
        ip_address(text.partition("/")[0]): found.sheet.vrfs[vrf][0]
        for text, vrf, role in zip(*columns, strict=True) if role == "host"
    }  # fmt: skip
    assert len(set(hosts.values())) == 2
    for bridge in bridges:
        assert len(set(bridge.ways)) == len(bridge.ways)
        for table in {each.table for each in bridge.admissions}:
            nets = [ip_network(each.prefix) for each in bridge.admissions if each.table == table]
            let = {end for end in hosts if any(end in net for net in nets)}
            assert let == {end for end, of in hosts.items() if of == table}


def test_a_bridge_answers_for_neighbours_but_never_for_the_asker_itself():
    """RFC 5227: an answer to an announcement of one's own address would be a conflict."""
    tried = 0
    for bridge in shared()[1]:
        lines = texts_of(bridge)["flows"].splitlines()
        for station in (each for each in bridge.stations if ":" not in each.address):
            asked = [line for line in lines if f"in_port={station.port},arp," in line]
            own = [line for line in asked if f"arp_tpa={station.address}," in line]
            others = [line for line in asked if line not in own]
            level = {line: int(line.split("priority=")[1].split(",")[0]) for line in asked}
            assert len(own) == 1 and len(others) == 2
            assert level[own[0]] > max(level[line] for line in others)
            assert not own[0].endswith(",in_port") and all(line.endswith(",in_port") for line in others)
            tried += 1
    assert tried == 5


def test_a_script_that_runs_twice_leaves_no_rows_behind(tmp_path):
    """Against a database of its own; the rows of QoS and Queue are of root tables, which nobody tidies up."""
    programs = {name: require(name) for name in ("ovsdb-tool", "ovsdb-server", "ovs-vsctl")}
    bridge = next(b for b in made("tenants")[1] if len(b.queues) > 0)
    bridge = replace(bridge, queues=tuple(Queue(n, (n,), 100_000) for n in range(3)))
    ports = len(bridge.lines)
    script = tmp_path / f"{bridge.name}.sh"
    for suffix, text in texts_of(bridge).items():
        (tmp_path / f"{bridge.name}.{suffix}").write_text(text)
    socket, own = f"unix:{tmp_path}/db", tmp_path / "bin"
    own.mkdir()
    for name, line in (
        ("ovs-vsctl", f'exec {programs["ovs-vsctl"]} --db={socket} --no-wait "$@"'),
        ("ovs-ofctl", "case $* in *bundle*) cat > /dev/null; esac"),
    ):
        (own / name).write_text(f"#!/bin/sh\n{line}\n")
        (own / name).chmod(0o755)
    words = {**os.environ, "PATH": f"{own}:{os.environ['PATH']}"}
    schema = "/usr/share/openvswitch/vswitch.ovsschema"
    subprocess.run([programs["ovsdb-tool"], "create", str(tmp_path / "conf.db"), schema], check=True)
    server = [programs["ovsdb-server"], f"--remote=p{socket}", f"--unixctl={tmp_path}/ctl", str(tmp_path / "conf.db")]
    with subprocess.Popen(server, stderr=subprocess.DEVNULL) as process:
        try:
            end = time.monotonic() + 10
            while not (tmp_path / "db").exists():
                assert time.monotonic() < end
                time.sleep(0.01)
            subprocess.run([own / "ovs-vsctl", "init"], check=True)
            rows = []
            for _ in range(2):
                subprocess.run(["sh", script], env=words, check=True)
                rows.append({table: listed(own, table) for table in ("qos", "queue")})
                asked = [own / "ovs-vsctl", "--bare", "--columns=qos", "find", "port", "qos!=[]"]
                used = set(subprocess.run(asked, check=True, capture_output=True, text=True).stdout.split())
                assert used == rows[-1]["qos"] and len(used) == ports and len(rows[-1]["queue"]) == 3 * ports
            assert not rows[0]["qos"] & rows[1]["qos"]
        finally:
            process.terminate()


def listed(own: Path, table: str) -> set[str]:
    command = [own / "ovs-vsctl", "--bare", "--columns=_uuid", "list", table]
    return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
