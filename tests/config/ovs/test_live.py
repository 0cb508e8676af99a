"""Rendered bridges as real switches: packets go where flows and groups say, and around a dead link."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import threading
import time
from contextlib import ExitStack, suppress
from itertools import product
from pathlib import Path

import pytest
from tests.lab import require_root

from easterly import site
from easterly.app.lab.spaces import spaces
from easterly.config import ovs
from easterly.route.hashing import openvswitch, tuples_of
from easterly.study.nouns import Nouns
from easterly.study.rendering import rendered, sources

pytestmark = pytest.mark.lab
SITE = """
version: 1
site: {name: square}
hardware:
  switches: {sw: {ports: 8, rate: 100Gb/s, datapath: userspace}}
  hosts: {box: {gpus: 1, nics: 1, nic_rate: 100Gb/s, scaleup: 1Tb/s}}
fabrics:
  lab:
    blueprint: graph
    nodes: {a: &h {type: box}, b: *h, leaf1: &s {type: sw}, leaf2: *s, spine1: *s, spine2: *s}
    links:
      ha: {a: "a:0", b: leaf1}
      hb: {a: "b:0", b: leaf2}
      u11: {a: leaf1, b: spine1}
      u12: {a: leaf1, b: spine2}
      u21: {a: leaf2, b: spine1}
      u22: {a: leaf2, b: spine2}
      cross: {a: spine1, b: spine2, cost: 2}
addressing: {pools: {fabric: 10.64.0.0/20, loopback: 10.65.0.0/24, v6: "fd00:64::/40"}}
"""
SWITCHES, HOSTS = ("leaf1", "leaf2", "spine1", "spine2"), ("a", "b")
FLOWS = 400
SO_NO_CHECK, SO_RCVBUFFORCE, UDP_NO_CHECK6_TX, UDP_NO_CHECK6_RX = 11, 33, 101, 102
"""Of asm-generic/socket.h and linux/udp.h."""


class Switch:
    """Open vSwitch with a database and a folder of its own, in one namespace."""

    def __init__(self, stack: ExitStack, space, folder: Path) -> None:
        self.space, self.folder = space, folder
        folder.mkdir()
        schema = next(p for p in Path("/usr/share/openvswitch").glob("vswitch.ovsschema"))
        subprocess.run(["ovsdb-tool", "create", str(folder / "conf.db"), str(schema)], check=True)
        own = [
            "--remote=punix:" + str(folder / "db.sock"),
            "--pidfile=" + str(folder / "db.pid"),
            str(folder / "conf.db"),
        ]
        self._start(stack, "ovsdb-server", *own)
        until(lambda: (folder / "db.sock").exists())
        self.run("ovs-vsctl", "--no-wait", "init")
        self._start(stack, "ovs-vswitchd", "--pidfile=" + str(folder / "vs.pid"), "unix:" + str(folder / "db.sock"))

    def _words(self, *words: str) -> list[str]:
        own = [f"{name}={self.folder}" for name in ("OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR")]
        return ["ip", "netns", "exec", self.space.name, "env", *own, *words]

    def _start(self, stack: ExitStack, *words: str) -> None:
        made = subprocess.Popen(self._words(*words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stack.callback(made.wait)
        stack.callback(made.terminate)

    def run(self, *words: str) -> str:
        done = subprocess.run(self._words(*words), capture_output=True, text=True, timeout=20, check=False)
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return done.stdout


def until(condition, seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def sent(space, port: int) -> int:
    shown = json.loads(space.run("ip", "-j", "-s", "link", "show", f"swp{port}"))
    return int(shown[0]["stats64"]["tx"]["packets"])


def unchecked(space, address: str, port: int) -> socket.socket:
    """A datagram socket without checksums: a datapath in user space gets what no card has filled in yet."""
    made = space.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    if ":" in address:
        for option in (UDP_NO_CHECK6_TX, UDP_NO_CHECK6_RX):
            made.setsockopt(socket.IPPROTO_UDP, option, 1)
    else:
        made.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK, 1)
    made.bind((address, port))
    return made


def datagrams(source, target, address: str, own: str, count: int = FLOWS) -> int:
    """Flows of one datagram each that arrive, told apart by their numbers."""
    with unchecked(target, address, 4791) as sink:
        sink.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 22)  # all wait until they are read
        sink.settimeout(0.5)
        for number in range(count):
            with unchecked(source, own, 20_000 + number) as one:
                one.sendto(str(number).encode(), (address, 4791))
        found = set()
        try:
            while len(found) < count:
                found.add(sink.recv(64))
        except TimeoutError:
            pass
    return len(found)


@pytest.fixture(scope="module")
def square(tmp_path_factory):
    """Two hosts, four switches, their cables; every switch from its rendered script."""
    require_root("ip", "ovs-vswitchd", "ovsdb-server", "ovs-vsctl")
    folder = Path(tmp_path_factory.mktemp("ovs"))
    nouns = Nouns(site.load_text(SITE).site)
    given = sources(nouns, ["ovs"])
    for file in rendered(nouns, ["ovs"])["ovs"]:
        path = folder / file.path
        path.parent.mkdir(exist_ok=True)
        path.write_text(file.text)
    with ExitStack() as stack:
        made = dict(zip((*HOSTS, *SWITCHES), stack.enter_context(spaces(*HOSTS, *SWITCHES)), strict=True))
        cable(given.network, made)
        address = {}
        for host in HOSTS:
            for port in given.sheet.ports[host]:
                address[host, port.family] = port.bare
                made[host].run("ip", "address", "add", port.address, "dev", "nic0", *(["nodad"] * (port.family == 6)))
        gateways = {
            p.address.partition("/")[0]: p for s in SWITCHES for p in given.sheet.ports[s] if p.role == "gateway"
        }
        switches = {name: Switch(stack, made[name], folder / name) for name in SWITCHES}
        for name, switch in switches.items():
            switch.run("sh", str(folder / "ovs" / f"{name}.sh"))
        for bridge in ovs.bridges(given.site, given.network, given.sheet, given.qos, given.forwarding):
            for station in bridge.stations:
                host = next(h for (h, _), text in address.items() if text == station.address)
                family = ["-6"] if ":" in station.address else []
                assert station.gateway in gateways
                made[host].run("ip", *family, "route", "add", "default", "via", station.gateway)
        yield made, ports_of(given.network), address, switches, folder / "ovs"


def ports_of(network) -> dict[tuple[str, str], int]:
    """Port of a device towards another one."""
    names, links = network.nodes.device.tolist(), network.links
    columns = (links.src.tolist(), links.dst.tolist(), links.src_port.tolist())
    return {(names[a], names[b]): port for a, b, port in zip(*columns, strict=True)}


def cable(network, made) -> None:
    """A pair of virtual interfaces for each cable, named as the plan names its ports."""
    names, links = network.nodes.device.tolist(), network.links
    for row in network.cables.tolist():
        ends = [(names[links.src[row]], int(links.src_port[row])), (names[links.dst[row]], int(links.dst_port[row]))]
        called = [f"nic{port}" if name in HOSTS else f"swp{port}" for name, port in ends]
        (a, b), (left, right) = (made[name] for name, _ in ends), called
        subprocess.run(
            ["ip", "link", "add", left, "netns", a.name, "type", "veth", "peer", right, "netns", b.name], check=True
        )
        for space, name in ((a, left), (b, right)):
            if shutil.which("ethtool"):
                space.run("ethtool", "-K", name, "tx", "off", "tso", "off", "gso", "off", "gro", "off")
            space.run("ip", "link", "set", name, "mtu", "1450", "up")


def test_hosts_reach_each_other_and_groups_do_what_they_say(square):
    made, port, address, *_ = square
    a, b = made["a"], made["b"]
    # A host is known from when it first asks for its gateway: both do here, as real ones do all day.
    for family in (4, 6):
        ends = address["a", family], address["b", family]
        datagrams(b, a, ends[0], ends[1], 1)
        until(lambda ends=ends: datagrams(a, b, ends[1], ends[0], 1) == 1)
    one, two = address["a", 4], address["b", 4]

    ways = [port["leaf1", spine] for spine in ("spine1", "spine2")]
    before = [sent(made["leaf1"], way) for way in ways]
    assert datagrams(a, b, two, one) == FLOWS
    share = [sent(made["leaf1"], way) - at for way, at in zip(ways, before, strict=True)]
    assert FLOWS <= sum(share) <= FLOWS + 20
    # A fair hash puts 200 +- 10 of 400 flows on each way; six deviations.
    assert min(share) >= FLOWS / 2 - 60, share

    # The link from spine1 to leaf2 dies: its group sends around by spine2, and leaf1 need not know.
    cross, dead = port["spine1", "spine2"], f"swp{port['spine1', 'leaf2']}"
    around = sent(made["spine1"], cross)
    made["spine1"].run("ip", "link", "set", dead, "down")
    time.sleep(0.3)
    assert datagrams(a, b, two, one) == FLOWS
    assert sent(made["spine1"], cross) - around >= share[0] - 20
    made["spine1"].run("ip", "link", "set", dead, "up")
    time.sleep(0.3)

    # The one from leaf1 to spine1 does: a bucket of its group is dead, and all take the other way.
    other = sent(made["leaf1"], ways[1])
    made["leaf1"].run("ip", "link", "set", f"swp{ways[0]}", "down")
    time.sleep(0.3)
    assert datagrams(a, b, two, one) == FLOWS
    assert sent(made["leaf1"], ways[1]) - other >= FLOWS
    made["leaf1"].run("ip", "link", "set", f"swp{ways[0]}", "up")
    time.sleep(0.3)


def test_an_address_that_is_not_the_hosts_own_gets_nowhere(square):
    made, _, address, *_ = square
    a, b = made["a"], made["b"]
    a.run("ip", "address", "add", "10.64.9.9/32", "dev", "nic0")
    assert datagrams(a, b, address["b", 4], "10.64.9.9") == 0


GAP = 'ovs-ofctl -O OpenFlow15 del-flows "$bridge"\n'
"""What a script must not do before it loads its flows: packets in between find none."""


def stream(source, target, address: str, own: str, meanwhile) -> tuple[int, int]:
    """Datagrams sent, a thousand a second for as long as something else is done, and those that arrived."""
    over = threading.Event()
    with unchecked(target, address, 4791) as sink, unchecked(source, own, 30_000) as one:
        sink.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 22)
        sink.settimeout(0.3)
        numbers = []

        def sending() -> None:
            while not over.is_set():
                numbers.append(len(numbers))
                one.sendto(str(numbers[-1]).encode(), (address, 4791))
                time.sleep(0.001)

        thread = threading.Thread(target=sending)
        thread.start()
        try:
            time.sleep(0.1)
            meanwhile()
            time.sleep(0.1)
        finally:
            over.set()
            thread.join()
        found = set()
        with suppress(TimeoutError):
            while len(found) < len(numbers):
                found.add(sink.recv(64))
    return len(numbers), len(found)


def test_a_second_run_of_a_script_loses_no_packet(square):
    """Neither flows nor groups nor what the hosts have told are away for any time; a script that takes them is seen."""
    made, _, address, switches, folder = square
    ends = made["a"], made["b"], address["b", 4], address["a", 4]
    datagrams(*ends[:2], *ends[2:], 1)

    def again(suffix: str = "") -> None:
        for name, switch in switches.items():
            switch.run("sh", str(folder / f"{name}{suffix}.sh"))

    sent_, arrived = stream(*ends, lambda: [again() for _ in range(3)])
    assert arrived == sent_ > 500
    for name in switches:
        text = (folder / f"{name}.sh").read_text()
        assert "del-flows" not in text
        (folder / f"{name}-gap.sh").write_text(text.replace("# One transaction", f"{GAP}# One transaction"))
    sent_, arrived = stream(*ends, lambda: again("-gap"))
    assert arrived < sent_


def test_a_script_leaves_what_the_plan_has_and_nothing_else(square):
    _, _, address, switches, folder = square
    switch, own = switches["leaf1"], address["a", 4]
    learnt = "table=5,priority=100,ip,nw_dst={},actions=set_field:02:00:00:00:00:09->eth_dst,output:{}"
    [port] = re.findall(rf"in_port=(\d+),ip,nw_src={own},", (folder / "leaf1.flows").read_text())
    for flow in (learnt.format(own, port), learnt.format("10.64.0.77", port), "table=9,actions=drop"):
        switch.run("ovs-ofctl", "-O", "OpenFlow15", "add-flow", "fabric", flow)
    switch.run("ovs-ofctl", "-O", "OpenFlow15", "add-group", "fabric", "group_id=77,type=select,bucket=output:1")
    switch.run("sh", str(folder / "leaf1.sh"))
    flows = switch.run("ovs-ofctl", "-O", "OpenFlow15", "--no-stats", "dump-flows", "fabric")
    groups = switch.run("ovs-ofctl", "-O", "OpenFlow15", "dump-groups", "fabric")
    assert f"nw_dst={own} actions=set_field:02:00:00:00:00:09" in flows
    assert "10.64.0.77" not in flows and "table=9" not in flows and "group_id=77" not in groups

    # A flow that the switch refuses: the script fails, and all is as it was.
    text = (folder / "leaf1.flows").read_text()
    for name, wrong in (("unread", "table=3,priority=9,ip,actions=nothing\n"),
                        ("refused", "table=3,priority=9,ip,actions=group:99\n")):  # fmt: skip
        (folder / f"{name}.flows").write_text(text.replace("actions=dec_ttl,", "actions=") + wrong)
        (folder / f"{name}.sh").write_text((folder / "leaf1.sh").read_text().replace("leaf1.flows", f"{name}.flows"))
        with pytest.raises(AssertionError, match=r"nothing|OFPBAC_BAD_OUT_GROUP"):
            switch.run("sh", str(folder / f"{name}.sh"))
        assert switch.run("ovs-ofctl", "-O", "OpenFlow15", "--no-stats", "dump-flows", "fabric") == flows


def test_buckets_are_those_that_are_computed(square):
    """What the switch itself says of every bucket's score, beside the hash computed here: no packet is sent."""
    _, _, address, switches, folder = square
    switch = switches["leaf1"]
    group = next(
        line for line in (folder / "leaf1.groups").read_text().splitlines() if "type=select" in line
    )  # fmt: skip
    [control] = switch.folder.glob("ovs-vswitchd.*.ctl")
    port = (
        "in_port=" + re.findall(rf"in_port=(\d+),ip,nw_src={address['a', 4]},", (folder / "leaf1.flows").read_text())[0]
    )
    tried = 0
    for seed, weights in ((0, (1, 1)), (1234567, (3, 1)), (2**64 - 1, (1, 7))):
        text = re.sub(r"(selection_method_param=)\d+", rf"\g<1>{seed}", group)
        for number, weight in enumerate(weights, 1):
            text = text.replace(f"bucket_id:{number},weight:1", f"bucket_id:{number},weight:{weight}")
        switch.run("ovs-ofctl", "-O", "OpenFlow15", "mod-group", "fabric", text)
        for family, protocol, number in product((4, 6), ("tcp", "udp"), (20_000, 65_535)):
            a, b = address["a", family], address["b", family]
            names = (protocol, "nw") if family == 4 else (f"{protocol}6", "ipv6")
            flow = (
                f"{port},{names[0]},{names[1]}_src={a},{names[1]}_dst={b},{protocol}_src={number},{protocol}_dst=4791"
            )
            said = switch.run("ovs-appctl", "-t", str(control), "ofproto/trace", "fabric", f"{flow},nw_ttl=9")
            told = tuples_of([a], [b], number, 4791, {"tcp": 6, "udp": 17}[protocol])
            hashes = openvswitch.select_hash(told, seed=seed)
            [wanted] = openvswitch.scores(hashes, weights).tolist()
            assert [int(score) for score in re.findall(r"bucket \d+: score (\d+)", said)] == wanted
            assert f"using bucket {openvswitch.by_score(hashes, weights)[0] + 1}" in said
            tried += 1
    assert tried == 24
    switch.run("sh", str(folder / "leaf1.sh"))
