"""fat-tree: k pods of k/2 leaves and k/2 spines, (k/2)^2 cores, all of k-port switches."""

from __future__ import annotations

from easterly.base.findings import Finding
from easterly.model.spec.fabric import FatTree
from easterly.model.spec.hardware import SwitchType
from easterly.site.blueprints.faults import full, refuse
from easterly.site.blueprints.parts import MOST, Parts, TooLarge
from easterly.site.blueprints.stack import Floor, Stack, build
from easterly.site.blueprints.stock import Stock
from easterly.site.blueprints.two_tier import hosts_per_leaf


def fabric(spec: FatTree, stock: Stock) -> Parts:
    """Parts of a fat-tree (Al-Fares, Loukissas, Vahdat 2008, SIGCOMM): ``k^3/4`` end points, ``5 k^2/4`` switches.

    All pods are built, however few hosts there are; hosts fill them pod by pod, and all interfaces of a
    host are on one leaf.

    Raises
    ------
    FindingsError
        E211 unknown model, E403 too many hosts, E404 host larger than a leaf, E421 k above the radix,
        E410 no port for the border.
    """
    at, half = spec.origin, spec.k // 2
    host, switch = stock.host(spec.hosts, at), stock.switch(spec.switch, f"{at}/switch")
    _check_radix(spec, switch, stock.borders)
    per_leaf = hosts_per_leaf(f"{at}/k", half, host.nics, host, what="k/2")
    leaves = spec.k * half
    if spec.hosts.count > leaves * per_leaf:
        room = f"{leaves} leaves x {per_leaf} hosts = {leaves * per_leaf}"
        text = f"a fat-tree of k = {spec.k} holds {room}; there are {spec.hosts.count}"
        refuse(full(f"{at}/hosts/count", text, f"raise k to {_enough(spec.hosts.count, host.nics)} or more"))
    if leaves * half > MOST:
        raise TooLarge(leaves * half, "cables in each tier")
    spine = Floor("spine", "spine", switch, half, 1, switch.rate, half, half)
    core = Floor("core", "core", switch, half, 1, switch.rate, spec.k)
    lengths = (spec.cables.host, spec.cables.leaf, spec.cables.spine)
    scaleup_bps = stock.scaleup_bps(host)
    return build(Stack(
        spec.name, host, spec.hosts.count, scaleup_bps, switch, half, per_leaf, leaves, half, spec.k, (spine, core),
        lengths,
    ))  # fmt: skip


def _check_radix(spec: FatTree, switch: SwitchType, borders: int) -> None:
    if spec.k > switch.ports:
        text = f"k = {spec.k} needs switches of {spec.k} ports; {switch.name} has {switch.ports}"
        even = switch.ports - switch.ports % 2
        refuse(Finding("E421", f"{spec.origin}/k", text, f"lower k to {even}, or use a switch with {spec.k} ports"))
    if spec.k + borders > switch.ports:
        text = f"a core uses {spec.k} ports for pods and {borders} for border routers, and has {switch.ports}"
        hint = f"use a switch with {spec.k + borders} ports, or lower k to {max(2, (switch.ports - borders) // 2 * 2)}"
        refuse(Finding("E410", f"{spec.origin}/k", text, hint))


def _enough(hosts: int, nics: int) -> int:
    """Smallest even k that holds the hosts."""
    k = 2 * nics
    while k * (k // 2) * (k // 2 // nics) < hosts:
        k += 2
    return k
