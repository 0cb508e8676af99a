"""Hosts' packets of 9,000 B pass every interface of a switch, by what it says and by its maker's usual sizes.

Usual sizes are those of the makers' guides: 1,500 B on all ports of NX-OS, of which switched ones take 9,216 B besides
and nothing else (Nexus 9000, Interfaces, "MTU"); 1,514 B with headers on all of Junos, where ports of a VLAN and
``irb`` itself have to be told (CLI reference, ``mtu``); 9,214 B on switched ports of EOS and 1,500 B on routed ones.
"""

from __future__ import annotations

import re

import pytest
from tests.config.rendered import text_of, whole
from tests.config.vendors.machines import of_everything

from easterly.config.complete import SYSTEMS

TUNNEL_B = 50
"""VXLAN over IPv4 (RFC 7348 section 5): outer addresses, UDP, its own header, the inner Ethernet header."""


def sent_B() -> int:
    """What hosts send at most, by their own files."""
    return int(re.search(r"mtu: (\d+)", text_of(whole()[2], "linux/train-host-0.yaml"))[1])


def of_nxos(text: str) -> dict[str, int]:
    found = {}
    for block in re.findall(r"^interface ((?:Ethernet|Vlan).*\n(?:  .*\n)+)", text, re.M):
        size = re.search(r"^  mtu (\d+)$", block, re.M)
        found[block.split()[0]] = int(size[1]) if size else 1500
        if re.search(r"^  switchport$", block, re.M):
            assert size is None or size[1] == "9216", block
    return found


def of_junos(text: str) -> dict[str, int]:
    ports = set(re.findall(r"^set interfaces (et-\S+|irb) ", text, re.M))
    sizes = {port: int(size) for port, size in re.findall(r"^set interfaces (\S+) mtu (\d+)$", text, re.M)}
    units = dict.fromkeys(re.findall(r"^set interfaces irb (unit \d+ family inet6?) address", text, re.M), 1500)
    units |= {
        unit: int(size) for unit, size in re.findall(r"^set interfaces irb (unit .* inet6?) mtu (\d+)$", text, re.M)
    }
    return {**units, **{port: sizes.get(port, 1514) - 14 for port in ports}}


def of_eos(text: str) -> dict[str, int]:
    found = {}
    for block in re.findall(r"^interface ((?:Ethernet|Vlan).*\n(?:   .*\n)+)", text, re.M):
        size = re.search(r"^   mtu (\d+)$", block, re.M)
        usual = 9214 if re.search(r"^   switchport$", block, re.M) else 1500
        found[block.split()[0]] = int(size[1]) if size else usual
    return found


@pytest.mark.parametrize("maker, sizes", [("nxos", of_nxos), ("junos", of_junos), ("eos", of_eos)])
def test_every_interface_takes_what_hosts_send(maker, sizes):
    sent, system = sent_B(), SYSTEMS[maker]
    for machine in of_everything(system.naming, maker):
        found = sizes(system.render(machine))
        ports = {port for each in machine.members.values() for port in each}
        assert ports <= found.keys() and len(found) > len(ports)
        links = {machine.name(interface) for interface in machine.of("link")}
        small = {name: size for name, size in found.items() if size < sent + (TUNNEL_B if name in links else 0)}
        assert small == {}, machine.router.name


def test_ports_of_nxos_with_bfd_send_no_redirects():
    """Echoes come back to their sender's own address: each would be answered by a redirect (Interfaces, "BFD")."""
    system = SYSTEMS["nxos"]
    for machine in of_everything(system.naming, "nxos"):
        blocks = re.findall(r"^interface (Ethernet\S+)\n((?:  .*\n)+)", system.render(machine), re.M)
        routed = [lines for _, lines in blocks if "no switchport" in lines]
        assert routed and all("  no ip redirects\n  no ipv6 redirects\n" in lines for lines in routed)
