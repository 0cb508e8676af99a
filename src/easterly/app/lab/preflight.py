"""What this machine has of what a lab needs: found out by trying, since a version number says nothing of a kernel."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from easterly.app.lab import daemons
from easterly.app.lab.spaces import LabError, Space, spaces
from easterly.base.schema import Doc

A, B, VETH = "one", "two", "veth"


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that a lab may need."""

    name: Annotated[str, Doc("Name.")]
    kind: Annotated[Literal["kernel", "program"], Doc("What it is of.")]
    needed: Annotated[bool, Doc("No lab of routers can do without it.")]
    there: Annotated[bool, Doc("Whether this machine has it.")]
    reason: Annotated[str, Doc("What was said when it was tried in vain; empty where it is there.")]
    instead: Annotated[str, Doc("What replaces it where it is missing.")]


@dataclass(frozen=True, slots=True)
class Probe:
    """How a feature of the kernel is tried: commands in a namespace that is cabled to another one."""

    name: str
    commands: tuple[str, ...]
    instead: str
    needed: bool = False


PROBES = (
    Probe("veth", ("ip link show veth",), "", True),
    Probe("bridge", ("ip link add p-bridge type bridge",), "", True),
    Probe("htb", ("tc qdisc replace dev veth root handle 1: htb default 1",), "", True),
    Probe("equal-cost routes", ("ip route add 192.0.2.64/26 nexthop via 192.0.2.2 nexthop via 192.0.2.3",), "", True),
    Probe("hash of addresses and ports", ("set net/ipv4/fib_multipath_hash_policy 1",), "hash of addresses alone"),
    Probe("hash of chosen fields", ("set net/ipv4/fib_multipath_hash_fields 55",), "hash of addresses and ports"),
    Probe("seed of the hash", ("set net/ipv4/fib_multipath_hash_seed 1",),
          "the kernel's own seed: the way of a single flow cannot be told beforehand"),
    Probe("vxlan", ("ip link add p-vxlan type vxlan id 5 dstport 4789 local 192.0.2.1",), "no tunnels of tenants"),
    Probe("vrf", ("ip link add p-vrf type vrf table 10",),
          "a namespace for each tenant and router, which FRR takes as VRF"),
    Probe("vlan device", ("ip link add link veth name p-vlan type vlan id 5",), "a bridge for each network"),
    Probe("vlan filtering", ("ip link add p-filter type bridge vlan_filtering 1",), "a bridge for each network"),
    Probe("dummy device", ("ip link add p-dummy type dummy",), "a bridge without ports"),
    Probe("ifb", ("ip link add p-ifb type ifb",), "shaping at the sending end alone"),
    Probe("netem", ("tc qdisc replace dev veth root netem delay 1ms",), "no delay but this machine's own"),
    Probe("tbf", ("tc qdisc replace dev veth root tbf rate 1mbit burst 10k latency 10ms",), "htb with one class"),
    Probe("mpls", ("ip route add 192.0.2.128/26 encap mpls 100 via 192.0.2.2",), "labels in Open vSwitch's datapath"),
    Probe("seg6", ("ip -6 route add 2001:db8:1::/64 encap seg6 mode encap segs 2001:db8:2::1 dev veth",),
          "no segment routing over IPv6"),
    Probe("seg6 End.DT4", ("ip -6 route add 2001:db8:3::/64 encap seg6local action End.DT4 vrftable 10 dev veth",),
          "End.DX4, or End.DT6 with the main table"),
    Probe("nftables", ("nft add table netdev probe",), "silence of a link by a filter of tc"),
)  # fmt: skip
PROGRAMS = {
    "ip": (True, ""), "tc": (True, ""), "vtysh": (True, ""), "nft": (False, "silence of a link by a filter of tc"),
    "tcpdump": (False, "Easterly's own capture"), "ovs-vswitchd": (False, "no OpenFlow, no labels"),
}  # fmt: skip
DAEMONS = {
    "zebra": "", "bgpd": "no sites with BGP", "bfdd": "no sites with BFD", "ospfd": "no sites with OSPF",
    "ospf6d": "no sites with OSPFv3", "isisd": "no sites with IS-IS", "pathd": "no segment-routing policies",
    "staticd": "no static routes of FRR",
}  # fmt: skip


def impossible() -> str:
    """Why there can be no lab of routers here; empty if there can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "network namespaces need Linux and root"
    absent = [name for name, (needed, _) in PROGRAMS.items() if needed and shutil.which(name) is None]
    absent += ["FRR's zebra"] if daemons.program("zebra") is None else []
    return f"{' and '.join(absent)} not installed" if absent else ""


def lacks(name: str) -> bool:
    """Whether the kernel has no such feature, by the name of its probe.

    Raises
    ------
    LabError
        Nothing can be tried.
    """
    with spaces(A) as (one,):
        return any(_tried(one, probe) != "" for probe in PROBES if probe.name == name)


def features() -> list[Feature]:
    """Everything that a lab may need, tried.

    Returns
    -------
    list of Feature
        Programs first. Nothing of the kernel where namespaces cannot be made.
    """
    return [*_programs(), *_kernel()]


def _programs() -> Iterator[Feature]:
    for name, (needed, instead) in PROGRAMS.items():
        yield _found(name, shutil.which(name), needed, instead)
    for name, instead in DAEMONS.items():
        yield _found(name, daemons.program(name), name == "zebra", instead)


def _found(name: str, path: str | None, needed: bool, instead: str) -> Feature:
    return Feature(name, "program", needed, path is not None, "" if path else "not installed", instead)


def _kernel() -> Iterator[Feature]:
    try:
        with spaces(A, B) as (one, two):
            one.batch("ip", (
                f"link add {VETH} type veth peer name {VETH} netns {two.name}\nlink set {VETH} up\n"
                f"address add 192.0.2.1/26 dev {VETH}\n"
            ))  # fmt: skip
            two.batch("ip", f"link set {VETH} up\n")
            yield Feature("namespaces", "kernel", True, True, "", "")
            for probe in PROBES:
                reason = _tried(one, probe)
                yield Feature(probe.name, "kernel", probe.needed, not reason, reason, probe.instead)
    except LabError as error:
        yield Feature("namespaces", "kernel", True, False, str(error), "")


def _tried(space: Space, probe: Probe) -> str:
    """What the kernel says against a feature; empty if nothing."""
    for text in probe.commands:
        words = text.split()
        try:
            if words[0] == "set":
                space.call(_setting(words[1], words[2]))
            else:
                space.run(*words)
        except LabError as error:
            return str(error).splitlines()[0].partition(": ")[2].removeprefix("Error: ") or str(error)
        except OSError as error:
            return error.strerror or str(error)
    return ""


def _setting(name: str, value: str) -> Callable[[], int]:
    return lambda: Path("/proc/sys", name).write_text(value, encoding="ascii")
