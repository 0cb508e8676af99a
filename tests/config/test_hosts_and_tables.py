"""Host settings and tables, read with parsers that are not ours."""

from __future__ import annotations

import csv
import io
import subprocess
from dataclasses import replace
from ipaddress import ip_interface, ip_network
from pathlib import Path

import pytest
import yaml
from tests.address.sites import fabric, job, ports, site
from tests.config.rendered import everything, render, text_of, whole
from tests.lab import absent, require_root

from easterly.base.columns import ints, texts
from easterly.config import csv as tables
from easterly.config import linux
from easterly.config.sheet import Sheet
from easterly.model.address import Vrfs
from easterly.model.network import NodeKind


def hosts(configs):
    return {f.device: yaml.safe_load(f.text)["network"] for f in files_of(configs, "linux host of")}


def files_of(configs, template):
    return [file for file in configs.artifacts if file.template.startswith(template)]


def test_addresses_of_hosts_are_those_of_the_plan():
    _, plan, configs = whole()
    wanted = {}
    for (device, port, _, _), address in ports(plan, "host").items():
        wanted.setdefault(device, {}).setdefault(port, set()).add(address)
    for file in files_of(configs, "linux host of"):
        state = linux.parse(file.text)
        assert {nic: set(found) for nic, found in state.interfaces.items()} == wanted.pop(file.device)
        assert state.device == file.device
    assert not wanted


def route(nics: dict, source: str, target: str) -> tuple[str, str]:
    """Interface and gateway that Linux would choose: rules by source first, then the longest prefix."""
    table = [rule["table"] for nic in nics.values() for rule in nic["routing-policy"] if rule["from"] == source]
    assert len(table) == 1
    found = [
        (ip_network(r["to"]).prefixlen, name, r.get("via", ""))
        for name, nic in nics.items() for r in nic["routes"]
        if r.get("table") == table[0] and ip_interface(target).ip in ip_network(r["to"])
    ]  # fmt: skip
    best = max(found)
    assert [f[0] for f in found].count(best[0]) == 1
    return best[1], best[2]


def test_every_interface_leaves_by_its_own_gateway():
    _, plan, configs = whole()
    gateways = {a.partition("/")[0]: k for k, a in ports(plan, "gateway").items() if k[3] != "beta"}
    for device, network in hosts(configs).items():
        for name, nic in network["ethernets"].items():
            for address in nic["addresses"]:
                own = ip_interface(address)
                far = str(own.network.network_address + (1 << (own.max_prefixlen - own.network.prefixlen)) * 4 + 5)
                used, via = route(network["ethernets"], str(own.ip), far)
                assert used == name and ip_interface(via).ip == own.network[1], device
                assert via in gateways
                assert route(network["ethernets"], str(own.ip), str(own.network[6])) == (name, "")
            assert nic["mtu"] == 9000


def test_every_port_of_a_host_is_in_the_bridge_of_its_prefix():
    """From the plan alone: gateway and host are in one prefix and table, so their bridge and port belong together."""
    network, plan, configs = whole()
    bridge = {(d, vrf, ip_interface(a).network): port for (d, port, _, vrf), a in ports(plan, "gateway").items()}
    names, links = network.nodes.name.tolist(), network.links
    device, port = network.nodes.device.tolist(), {}
    for row in range(len(links)):
        port[device[links.src[row]], f"nic{links.src_port[row]}"] = names[links.dst[row]], f"swp{links.dst_port[row]}"
    wanted: dict[tuple[str, str], set[str]] = {}
    for (host, nic, _, vrf), address in ports(plan, "host").items():
        leaf, plug = port[host, nic]
        wanted.setdefault((leaf, bridge[leaf, vrf, ip_interface(address).network]), set()).add(plug)
    found = {}
    for file in files_of(configs, "linux switch"):
        spec = yaml.safe_load(file.text)["network"]
        for name, body in spec.get("bridges", {}).items():
            assert set(body["interfaces"]) <= {*spec["ethernets"], *spec.get("tunnels", {})}
            if name.startswith("br") and body["interfaces"]:
                found[file.device, name] = set(body["interfaces"])
    assert found == wanted


def test_tables_of_tenants_hold_their_bridges():
    _, plan, configs = whole()
    vni = dict(zip(plan.vrfs.name.tolist(), plan.vrfs.vni.tolist(), strict=True))
    seen = set()
    for file in files_of(configs, "linux switch hosts vrf"):
        spec = yaml.safe_load(file.text)["network"]
        vtep = ports(plan, "loopback")[file.device, "lo", "v4", "default"].partition("/")[0]
        for vrf, body in spec["vrfs"].items():
            assert body["interfaces"] == [f"br{vni[vrf]}", f"l3{vni[vrf]}"] and body["table"] > 1000
            assert spec["bridges"][f"l3{vni[vrf]}"]["interfaces"] == [f"vx{vni[vrf]}"]
            assert (spec["tunnels"][f"vx{vni[vrf]}"]["id"], spec["tunnels"][f"vx{vni[vrf]}"]["local"]) == (
                vni[vrf],
                vtep,
            )
            seen.add(vrf)
        # A host's packet of 9000 B and the headers of VXLAN over IPv4 (14 + 20 + 8 + 8 B) fit the links' 9100 B.
        assert {tunnel["mtu"] for tunnel in spec["tunnels"].values()} == {9050}
        # 1 is what iproute2 calls "inherit" (ip-link(8)): queues of the fabric see the class of what is inside.
        assert {tunnel["type-of-service"] for tunnel in spec["tunnels"].values()} == {1}
        assert all(len(name) <= 15 for kind in ("bridges", "tunnels", "vrfs") for name in spec[kind])
    assert seen == {"acme", "beta"}


def test_routes_lead_to_what_the_tenant_has():
    network = hosts(whole()[2])["train-host-0"]["ethernets"]["nic0"]
    assert {r["to"] for r in network["routes"] if "via" in r} == {"10.99.0.0/20", "fd00:64::/42"}
    network = hosts(whole()[2])["train-host-15"]["ethernets"]["nic0"]
    assert {r["to"] for r in network["routes"] if "via" in r} == {"10.64.0.0/17", "fd00:64::/42"}


def test_ipv4_only_hosts_say_nothing_of_ipv6():
    configs = render(site(pools={"fabric": "10.64.0.0/16", "loopback": "10.65.0.0/24"}))[2]
    assert not any("::" in file.text for file in files_of(configs, "linux host of"))


@pytest.mark.parametrize("dscp, octet", [(0, 0), (26, 104), (46, 184), (63, 252)])
def test_traffic_class_octet(dscp, octet):
    """RFC 2474 section 3: the code point is the upper six bits of the octet."""
    spec = site(classes={"bulk": {"dscp": dscp, "share": "100%"}}, tenants={"acme": {}}, jobs={"j": job("acme")})
    text = text_of(render(spec)[2], "linux/job-j.env")
    values = dict(line.split("=") for line in text.splitlines() if not line.startswith("#"))
    own = {"NCCL_IB_TC": str(octet), "UCX_IB_TRAFFIC_CLASS": str(octet)}
    assert values == {**own, "NCCL_IB_QPS_PER_CONNECTION": "4"}


@pytest.mark.parametrize(("library", "wanted"), [
    ({}, {"QPS": "4"}),
    ({"qps": 8, "protocol": "ll128", "pxn": False}, {"QPS": "8", "PROTO": "LL128", "PXN": "1"}),
    ({"nvls": True, "sharp": True}, {"QPS": "4", "NVLS": "1", "COLLNET": "1"}),
])  # fmt: skip
def test_the_library_is_told_what_the_plan_counts_on(library, wanted):
    """NCCL's own number of connections is 1, while the plan spreads several over equal ways."""
    work = job("acme", library=library)
    spec = site(classes={"bulk": {"dscp": 8, "share": "100%"}}, tenants={"acme": {}}, jobs={"j": work})
    pairs = (line.split("=") for line in text_of(render(spec)[2], "linux/job-j.env").splitlines() if "NCCL_" in line)
    found = {name.split("_")[1].replace("IB", "") or name.split("_")[2]: value for name, value in pairs}
    assert {name: value for name, value in found.items() if name != "TC"} == wanted


def test_rails_are_not_crossed():
    assert "NCCL_CROSS_NIC=0" in text_of(whole()[2], "linux/job-j.env")


def test_settings_of_the_kernel_are_pairs():
    for name in ("linux/90-fabric-hosts.conf", "linux/90-fabric-switches.conf"):
        lines = [line for line in text_of(whole()[2], name).splitlines() if not line.startswith("#")]
        pairs = dict(line.split(" = ") for line in lines)
        assert len(pairs) == len(lines) > 3 and all(value.isdigit() for value in pairs.values())


@pytest.mark.lab
@pytest.mark.parametrize("kind, wanted", [("hosts", 2), ("switches", 0)])
def test_no_strict_filter_is_left_of_a_distributions_own(kind, wanted, tmp_path):
    """RHEL's file by systemd's own reader, then ours; the greater of both values holds (ip-sysctl of the kernel)."""
    require_root("ip", "unshare")
    program = Path("/lib/systemd/systemd-sysctl")
    if not program.exists():
        absent("systemd-sysctl is not installed")
    theirs, ours = tmp_path / "50-theirs.conf", tmp_path / "90-ours.conf"
    theirs.write_text(
        "net.ipv4.conf.default.rp_filter = 1\nnet.ipv4.conf.*.rp_filter = 1\n-net.ipv4.conf.all.rp_filter\n"
    )
    lines = text_of(whole()[2], f"linux/90-fabric-{kind}.conf").splitlines()
    ours.write_text("\n".join(line for line in lines if "rp_filter" in line) + "\n")
    script = """set -e
ip link add swp1 type veth peer far1
"$1" "$2"
cat /proc/sys/net/ipv4/conf/swp1/rp_filter
"$1" "$2" "$3"
ip link add swp2 type veth peer far2
cd /proc/sys/net/ipv4/conf
cat all/rp_filter swp1/rp_filter swp2/rp_filter"""
    command = ["unshare", "--net", "sh", "-c", script, "sh", str(program), str(theirs), str(ours)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    strict, every, *ports = map(int, done.stdout.split())
    assert strict == 1 and {max(every, port) for port in ports} == {wanted}, done.stdout


def test_every_cable_is_listed_once_with_both_ends():
    network, _, configs = whole()
    rows = list(csv.DictReader(io.StringIO(text_of(configs, "cables.csv"))))
    assert len(rows) == len(network.cables) and rows == tables.parse(text_of(configs, "cables.csv"))
    ends = [(row[f"{end}_device"], row[f"{end}_port"]) for row in rows for end in "ab"]
    assert len(set(ends)) == len(ends)
    names = {network.nodes.device[i] for i in range(len(network.nodes)) if network.nodes.kind[i] != NodeKind.NIC}
    assert {device for device, port in ends if port.startswith("swp")} == names
    first = rows[0]
    assert first["label"] == f"{first['a_device']}:{first['a_port']} / {first['b_device']}:{first['b_port']}"
    assert {row["rate"] for row in rows} == {"400Gb/s", "100Gb/s"} and all(row["length"].endswith("m") for row in rows)


def test_tables_of_addresses_hold_the_plan():
    _, plan, configs = whole()
    rows = list(csv.reader(io.StringIO(text_of(configs, "addresses.csv"))))
    assert [row[2] for row in rows[1:]] == plan.interfaces.address.tolist()
    rows = list(csv.reader(io.StringIO(text_of(configs, "prefixes.csv"))))
    assert [row[0] for row in rows[1:]] == plan.prefixes.prefix.tolist()


@pytest.mark.parametrize("text", ["{", "[]", "network: {}", "network: {ethernets: [a]}", "a: b"])
def test_what_is_no_host_file_is_refused(text):
    with pytest.raises(ValueError, match="not a netplan file of a host"):
        linux.parse(text)


def test_files_are_sorted_and_the_same_every_time():
    paths = [file.path for file in whole()[2].artifacts]
    assert paths == sorted(paths) and len(set(paths)) == len(paths)
    assert [f.sha256 for f in render(everything())[2].artifacts] == [f.sha256 for f in whole()[2].artifacts]


def test_files_of_one_template_have_the_same_lines_but_for_numbers():
    """Checkers run once per template, so a template may not hide a line that another file has."""
    configs = render(site({"train": fabric("fat-tree", 8, k=4, switch="sw")}))[2]
    words: dict[str, set[frozenset[str]]] = {}
    for file in configs.artifacts:
        if file.dialect == "frr":
            keep = {
                " ".join(w for w in line.split() if not any(c.isdigit() or c == ":" for c in w))
                for line in file.text.splitlines()
            }
            words.setdefault(file.template, set()).add(frozenset(keep))
    assert words and all(len(found) == 1 for found in words.values())


def test_another_tenant_changes_no_file():
    """Neither distinguishers nor kernel tables are counted through: a tenant without work is nobody's business."""
    assert render(everything(aaa={"vrf": True}))[2] == whole()[2]


def test_tables_whose_numbers_meet_in_sixteen_bits_have_distinguishers_of_their_own():
    names, rows = ("a", "b", "c"), (0x1FFFF, 0x2FFFF, 0x10000)
    vrfs = Vrfs(texts(names), texts(names), ints(rows), texts(["1:1"] * 3))
    sheet = Sheet(replace(whole()[1], vrfs=vrfs))
    assert sheet.numbers == {"c": 0, "a": 0xFFFF, "b": 1}
