"""Leaks in the text of devices: changed files, against every packet that an independent reading lets pass."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, ip_interface, ip_network
from itertools import product

import numpy as np
import pytest
import yaml
from tests.config.access.worlds import running, world
from tests.config.rendered import changed

from easterly import address, verify
from easterly.config import access
from easterly.model.isolation import Isolation, Reach
from easterly.model.outcome import DeviceConfigs
from easterly.study.nouns import Nouns
from easterly.study.tenancy import shared

MEANT = {("acme", "store"), ("guarded", "consoles"), ("guarded", "crew")}
LEAF0, LEAF1 = "train-leaf-0", "train-leaf-1"


def found(configs: DeviceConfigs | None = None, nouns: Nouns | None = None) -> Isolation:
    nouns = nouns or world()
    given = (nouns.site, nouns.network.value, nouns.address.value, nouns.isolation)
    return access.found(*given, configs or nouns.configs.value)


def pairs(reach: Reach) -> dict[tuple[str, str], str]:
    return dict(zip(zip(reach.src.tolist(), reach.dst.tolist(), strict=True), reach.through.tolist(), strict=True))


def files() -> dict[str, str]:
    return {file.path: file.text for file in world().configs.value.artifacts}


def line_of(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if words in line)


@pytest.mark.parametrize("os", ["linux", "nxos", "junos", "sonic"])
def test_rendered_files_let_pass_what_is_meant_and_nothing_else(os: str) -> None:
    nouns = Nouns(running(os))
    made = found(nouns=nouns)
    reach = verify.leaks(made)
    assert set(pairs(reach)) == MEANT
    assert verify.missing(made, reach) == verify.strays(nouns.isolation, made) == ()
    assert all(re.search(r"\.(nft|cfg|set|json):\d+\)$", way) for way in pairs(reach).values())


def bridge(tenant: str) -> str:
    plan = world().address.value
    return f"br{dict(zip(plan.vrfs.tenant.tolist(), plan.vrfs.vni.tolist(), strict=True))[tenant]}"


def target(tenant: str) -> str:
    plan = world().address.value
    return dict(zip(plan.vrfs.tenant.tolist(), plan.vrfs.rd.tolist(), strict=True))[tenant]


def test_a_dropped_deny_is_found_at_its_list() -> None:
    path = f"nftables/{LEAF1}.nft"
    fence = '    ip saddr 0.0.0.0/0 ip daddr 0.0.0.0/0 counter drop comment "fence of crew"\n'
    wrong = changed(world().configs.value, path, fence, "")
    made = pairs(verify.leaks(found(wrong)))
    assert set(made) - MEANT == {("crew", "guarded"), ("crew", "consoles")}
    bound = line_of(files()[path], "goto t-crew")
    assert made["crew", "guarded"].endswith(f"no rule of t-crew fits ({path}:{bound})")


def test_a_rule_that_permits_too_much_is_found_at_its_line() -> None:
    path = f"nftables/{LEAF1}.nft"
    before, rule, after = files()[path].rpartition('ip daddr 10.68.0.16/28 accept comment "within crew"')
    text = before + rule.replace("10.68.0.16/28", "10.0.0.0/8") + after
    wrong = DeviceConfigs(
        tuple(replace(f, text=text) if f.path == path else f for f in world().configs.value.artifacts)
    )
    made = pairs(verify.leaks(found(wrong)))
    assert made["crew", "consoles"].endswith(f"within crew ({path}:{line_of(text, '10.0.0.0/8')})")


def test_a_wrong_import_is_located_and_leaks_where_no_list_stops_it() -> None:
    path = f"frr/{LEAF0}.conf"
    wrong = changed(world().configs.value, path, f"import {target('store')}", f"import {target('beta')}")
    made = found(wrong)
    at = f"{path}:{line_of(files()[path], 'import ' + target('store'))}"
    assert f"acme imports {target('beta')}, which is not planned ({at})" in verify.strays(world().isolation, made)
    reach = verify.leaks(made)
    assert set(pairs(reach)) == MEANT - {("acme", "store")}
    assert [fault[:2] for fault in verify.missing(made, reach)] == [("acme", "store")]
    lists = f"nftables/{LEAF0}.nft"
    bare = DeviceConfigs(tuple(file for file in wrong.artifacts if file.path != lists))
    way = pairs(verify.leaks(found(bare)))["acme", "beta"]
    assert way == f"acme imports {target('beta')} ({at}) > no list at {bridge('acme')} ({lists})"


def test_a_bridge_in_the_wrong_table_is_found_at_its_line() -> None:
    path = f"frr/{LEAF0}.conf"
    head = f"interface {bridge('acme')} vrf acme"
    wrong = changed(world().configs.value, path, head, f"interface {bridge('acme')} vrf store")
    at = line_of(files()[path], head.strip())
    made = found(wrong)
    assert f"{bridge('acme')} is in table store ({path}:{at})" in verify.strays(world().isolation, made)


def test_a_port_in_the_bridge_of_another_tenant_is_found_at_its_line() -> None:
    path = f"linux/{LEAF0}.yaml"
    wrong = changed(world().configs.value, path, "[swp1, ", "[")
    head = f"    {bridge('beta')}:\n"
    wrong = changed(wrong, path, f"{head}      {{interfaces: [", f"{head}      {{interfaces: [swp1, ")
    made = pairs(verify.leaks(found(wrong)))
    at = line_of(files()[path], head.strip())
    assert made["acme", "beta"].startswith(f"swp1 of acme is in {bridge('beta')} ({path}:{at}) > ")
    assert ("beta", "acme") in made


def test_policies_are_read_and_located() -> None:
    path, peer = "kubernetes/isolation.yaml", '    - namespaceSelector: {matchLabels: {tenant: "%s"}}\n'
    wrong = changed(world().configs.value, path, peer % "store" + "---", peer % "store" + peer % "beta" + "---")
    assert set(pairs(verify.leaks(found(wrong)))) == MEANT, "beta's own policy still refuses"
    text = {file.path: file.text for file in wrong.artifacts}[path]
    beta = text.index('isolation, namespace: "beta"')
    text = text[:beta] + text[beta:].replace("  - from:\n", "  - from:\n" + peer % "acme", 1)
    wrong = DeviceConfigs(tuple(replace(f, text=text) if f.path == path else f for f in wrong.artifacts))
    made = found(wrong)
    assert re.fullmatch(rf"{path}:\d+ > {path}:\d+", pairs(verify.leaks(made))["acme", "beta"])
    assert any("pods of acme may open" in line for line in verify.strays(world().isolation, made))
    shut = text.replace(peer % "store", "", 2)
    wrong = DeviceConfigs(tuple(replace(f, text=shut) if f.path == path else f for f in wrong.artifacts))
    made = found(wrong)
    assert verify.missing(made, verify.leaks(made)) == (("acme", "store", "no network policy lets it pass"),)
    gone = DeviceConfigs(tuple(replace(f, text="") if f.path == path else f for f in wrong.artifacts))
    assert ("crew", "beta") in pairs(verify.leaks(found(gone)))


def test_a_host_of_two_tenants_is_a_way() -> None:
    nouns = world()
    network, work = nouns.network.value, nouns.demands.value.work
    assert shared(network, work) == ()
    both = replace(work, host_idx=np.zeros_like(work.host_idx))
    on = shared(network, both)
    assert {tenant for _, tenant in on} == {"acme", "beta", "crew", "store"}
    made = address.isolation(nouns.site, nouns.address.value, on[:2])
    way = pairs(verify.leaks(made))
    assert way["acme", "beta"] == way["beta", "acme"] == f"host {network.hosts.name[0]} works for both"


Net = IPv4Network


class Reading:
    """Files read anew, with nothing of what is tested, and every packet sent."""

    def __init__(self, text: dict[str, str]) -> None:
        rows = world().isolation.holdings
        self.owner = {ip_network(p): o for p, o in zip(rows.prefix.tolist(), rows.party.tolist(), strict=True)}
        self.nets: list[tuple[str, str, str, Net]] = []  # device, bridge, table, prefix
        self.sides: dict[tuple[str, str, str], set[str]] = {}
        self.nft: dict[str, list[str]] = {}
        for device in (LEAF0, LEAF1, "train-leaf-2"):
            self.nft[device] = text[f"nftables/{device}.nft"].splitlines()
            kernel = yaml.safe_load(text[f"linux/{device}.yaml"])["network"].get("vrfs", {})
            inside = {port: vrf for vrf, body in kernel.items() for port in body["interfaces"]}
            table = bridge_ = vrf_ = ""
            for line in text[f"frr/{device}.conf"].splitlines():
                words = line.split() or [""]
                if words[0] == "interface":
                    bridge_, vrf_ = words[1], words[3] if len(words) > 3 else "default"
                elif words[:2] == ["ip", "address"] and bridge_.startswith("br"):
                    for each in {vrf_, inside.get(bridge_, "default")}:
                        self.nets.append((device, bridge_, each, ip_interface(words[2]).network))
                elif words[:2] == ["router", "bgp"]:
                    table = words[4] if len(words) > 4 else ""
                elif words[0] == "route-target":
                    self.sides.setdefault((device, table, words[1]), set()).add(words[2])
        behind = {net for *_, net in self.nets}
        self.loose = [net for net in self.owner if net not in behind]

    def passes(self, device: str, port: str, x: IPv4Address, y: IPv4Address) -> bool:
        chains: dict[str, list[str]] = {}
        name = ""
        for line in self.nft[device]:
            if head := re.match(r"  chain (\S+) {", line):
                name = head[1]
            chains.setdefault(name, []).append(line)
        goes = [line.split()[-1] for line in chains["enter"]
                if " goto " in line and (f'"{port}"' in line or line.strip().startswith("goto"))]  # fmt: skip
        for line in chains[goes[0]] if goes else ():
            rule = re.match(r"    ip saddr (\S+) ip daddr (\S+) (.*)", line)
            if rule and "tcp flags" not in line and x in ip_network(rule[1]) and y in ip_network(rule[2]):
                return "accept" in rule[3].split(' comment "')[0]
        return True

    def seen(self, device: str, table: str) -> Iterator[Net]:
        for other, _, vrf, net in self.nets:
            own = (other, vrf) == (device, table)
            told = self.sides.get((device, table, "import"), set()) & self.sides.get((other, vrf, "export"), set())
            if own or told or table == vrf == "default":
                yield net
        yield from self.loose if table == "default" else ()

    def met(self, corners: list[IPv4Address]) -> set[tuple[str, str]]:
        arrived = set()
        senders = [*self.nets, *((device, "vlan9", "default", net) for device in self.nft for net in self.loose)]
        for device, port, table, net in senders:
            for to in set(self.seen(device, table)):
                pair = (self.owner.get(net, ""), self.owner.get(to, ""))
                if "" in pair or pair[0] == pair[1] or pair in arrived:
                    continue
                xs, ys = ([a for a in corners if a in each] for each in (net, to))
                if any(self.passes(device, port, x, y) for x, y in product(xs, ys)):
                    arrived.add(pair)
        return arrived


def mutated(text: dict[str, str], rng: np.random.Generator) -> dict[str, str]:
    """Four to twelve changes at random: rules dropped, turned round or widened; targets and tables swapped."""
    text = dict(text)
    names = ("acme", "store", "beta")
    for _ in range(rng.integers(4, 13)):
        device = (LEAF0, LEAF1, "train-leaf-2")[rng.integers(3)]
        path = (f"nftables/{device}.nft", f"frr/{device}.conf")[int(rng.integers(3) == 0)]
        lines = text[path].splitlines(keepends=True)
        hits = [n for n, line in enumerate(lines) if re.match(r"    ip saddr|  route-target|interface br\d+ vrf", line)]
        if not hits:
            continue
        at = hits[rng.integers(len(hits))]
        line, one = lines[at], names[rng.integers(3)]
        if "saddr" in line:
            turned = line.replace(" accept", " @").replace("counter drop", "accept").replace(" @", " counter drop")
            wide = re.sub(r"daddr \S+", f"daddr 10.{(66, 67, 68, 128)[rng.integers(4)]}.0.0/16", line)
            lines[at] = ("", turned, wide)[rng.integers(3)]
        elif "route-target" in line:
            lines[at] = re.sub(r"64512:\d+", target(one), line)
        else:
            lines[at] = re.sub(r"vrf \S+", f"vrf {one}", line)
        text[path] = "".join(lines)
    return text


def test_changed_files_leak_exactly_what_every_packet_shows() -> None:
    plain, leaking = files(), 0
    for seed in range(40):
        text = mutated(plain, np.random.default_rng(seed))
        configs = DeviceConfigs(tuple(replace(f, text=text[f.path]) for f in world().configs.value.artifacts))
        made = found(configs)
        reading = Reading(text)
        edges = list(reading.owner) + [
            ip_network(p) for lines in reading.nft.values() for line in lines
            for p in re.findall(r"\d+\.\d+\.\d+\.\d+/\d+", line)
        ]  # fmt: skip
        corners = sorted({end for net in edges for end in (net.network_address, net.broadcast_address)})
        expected = reading.met(corners)
        granted = set(zip(made.granted.src.tolist(), made.granted.dst.tolist(), strict=True))
        assert set(pairs(verify.leaks(made))) == expected | (granted - MEANT), seed
        leaking += bool(expected - MEANT)
    assert leaking > 10
