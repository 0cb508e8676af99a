"""A plan built on this machine: namespaces, cables, what hosts and switches are told, daemons."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from easterly.app.lab import netplan, preflight, records, starting, tables
from easterly.app.lab.bridges import switch
from easterly.app.lab.cables import Cable, End, cables
from easterly.app.lab.records import Record
from easterly.app.lab.running import Running
from easterly.app.lab.spaces import LabError, Space, command, terminable, together, undisturbed
from easterly.app.lab.teardown import sweep, take_down
from easterly.config.linux.netplan import read
from easterly.config.linux.qos import render_tc
from easterly.model.address import AddressPlan
from easterly.model.network import Network
from easterly.model.outcome import DeviceConfigs
from easterly.model.shaping import LinuxQos, Shaper

SWITCHES, HOSTS = "linux/90-fabric-switches.conf", "linux/90-fabric-hosts.conf"
SILENT = "net.ipv6.conf.all.disable_ipv6 = 1\nnet.ipv6.conf.default.disable_ipv6 = 1"
"""Under a bridge the kernel has nothing to say."""
FIRST = 2
"""Number of the first interface beside the loopback."""
NO_WAITING = {"net/ipv6/conf/all/accept_dad": "0", "net/ipv6/conf/default/accept_dad": "0"}
"""Settings of the lab's own: nobody looks for duplicates of addresses, which takes a second and finds none."""


@contextmanager
def running(
    network: Network, address: AddressPlan, configs: DeviceConfigs, *, scale: float, site: str = "",
    keep: bool = False, said: Callable[[str], None] = lambda stage: None,
) -> Iterator[Running]:  # fmt: skip
    """A lab of a plan, taken down at the end whatever happens; those of killed programs are removed first.

    Parameters
    ----------
    network : Network
    address : AddressPlan
    configs : DeviceConfigs
        Files of FRR, netplan and sysctl, as rendered.
    scale : float
        What all rates are divided by.
    site : str, optional
        Site file, for lists of labs.
    keep : bool, optional
        It stays when all went well.
    said : callable, optional
        Told what is being done.

    Raises
    ------
    LabError
        It cannot be built; the message says what does not work.
    """
    sweep()
    with terminable():
        record, kept = records.new(site), False
        try:
            lab = _named(record, network, address, configs, scale)
            for name, stage in (("build", _build), ("daemons", starting.start)):
                said(name)
                begin = time.monotonic()
                stage(lab)
                lab.seconds[name] = time.monotonic() - begin
            yield lab
            if keep:
                replace(_current(record), kept=True).write()
                kept = True
        finally:
            if not kept:
                with undisturbed():
                    take_down(_current(record))


def _current(record: Record) -> Record:
    """The record as it has become."""
    return next((each for each in records.read() if each.name == record.name), record)


def _named(record: Record, network: Network, address: AddressPlan, configs: DeviceConfigs, scale: float) -> Running:
    """Everything has its name, and that is written down; nothing is made yet."""
    homes = _homes(network, configs)
    wired = cables(network, scale, homes)
    nodes = [*network.nodes.name[network.transit].tolist(), *network.hosts.name.tolist(), *sorted(set(homes.values()))]
    record = replace(
        record, spaces={node: f"{record.name}-{node.replace('/', '+')}" for node in nodes},
        links={each.name: (*each.ends[0], *each.ends[1]) for each in wired},
    ).write()  # fmt: skip
    spaces = {node: Space(name) for node, name in record.spaces.items()}
    return Running(record, network, address, configs, scale, spaces, wired, homes)


def _homes(network: Network, configs: DeviceConfigs) -> dict[End, str]:
    """Ports of tenants' tables, where the kernel has no VRF devices."""
    texts = {file.path: file.text for file in configs.artifacts}
    plans = {node: read(texts[f"linux/{node}.yaml"]) for node in network.nodes.name[network.transit].tolist()}
    if any(path.startswith("ovs/") for path in texts):
        return {}  # bridges keep tenants apart by their flows
    if not any(plan.vrfs for plan in plans.values()) or not preflight.lacks("vrf"):
        return {}
    return {end: home for node, plan in plans.items() for end, home in tables.homes(node, plan).items()}


def _build(lab: Running) -> None:
    command("ip", "-batch", "-", text="".join(f"netns add {space.name}\n" for space in lab.spaces.values()))
    together(lambda node: _settle(lab, node), list(lab.spaces))
    command("ip", "-batch", "-", text="".join(f"{_pair(lab, each, i)}\n" for i, each in enumerate(lab.cables)))
    for node in lab.routers:
        if lab.tables(node):
            plan = read(lab.text(f"linux/{node}.yaml"))
            lab.spaces[node].batch("ip", "".join(f"{line}\n" for line in tables.brought(plan, node, lab.spaces)))
    limits: dict[str, list[Shaper]] = {node: [] for node in lab.spaces}
    for cable in lab.cables:
        for (node, _), shaper in zip(cable.ends, cable.shapers(), strict=True):
            limits[node].append(shaper)
    together(lambda node: _configure(lab, node, limits[node]), list(lab.spaces))


def _pair(lab: Running, cable: Cable, number: int) -> str:
    """Command for a cable whose ends have numbers of their own, so that Linux tells at once of carriers that go.

    It takes an interface for one that is on another by their two numbers, and makes no such one wait; of all others it
    tells once a second (`linkwatch_urgent_event` of its link_watch.c), and all routers here share a kernel.
    """
    (a, p), (b, q) = cable.ends
    near, far = (f"{name} index {FIRST + 2 * number + i}" for i, name in enumerate((p, q)))
    return f"link add {near} netns {lab.spaces[a].name} type veth peer name {far} netns {lab.spaces[b].name}"


def _settle(lab: Running, node: str) -> None:
    """Kernel settings, before there is any interface: new ones take over what is set for all."""
    if lab.bridged and node in lab.routers:
        lab.spaces[node].call(lambda: settings(SILENT))
        return
    text = lab.text(HOSTS if node in lab.hosts else SWITCHES)
    lab.spaces[node].call(lambda: settings(text))


def settings(text: str) -> None:
    """Write settings as a file for sysctl has them into the kernel, in the namespace of this thread.

    Raises
    ------
    LabError
        The kernel has no such setting, or does not take the value.
    """
    rows = [line.partition("=") for line in text.splitlines() if line.strip() and line.strip()[0] not in "#;"]
    given = {name.strip().replace(".", "/"): value.strip() for name, _, value in rows}
    kernel = Path("/proc/sys")
    for name, value in {**given, **NO_WAITING}.items():
        for path in kernel.glob(name) if "*" in name else [kernel / name]:  # as sysctl.d(5) has it
            try:
                path.write_text(value, encoding="ascii")
            except OSError as error:
                raise LabError(f"cannot set {name} to {value}: {error.strerror}") from None


def _configure(lab: Running, node: str, limits: Sequence[Shaper]) -> None:
    space, name, vrf = lab.spaces[node], *node.partition("/")[::2]
    plan = read(lab.text(f"linux/{name}.yaml"))
    if lab.bridged and node in lab.routers:
        space.batch("ip", "".join(f"{line}\n" for line in netplan.raised(plan)))
        return
    apart = bool(lab.tables(name))
    told = plan if not apart else tables.part(plan, vrf) if vrf else tables.own(plan)
    space.batch("ip", "".join(f"{line}\n" for line in ("link set lo up", *netplan.lines(told))))
    for family in (4, 6):
        space.batch("ip", "".join(f"{line}\n" for line in netplan.rules(told, family)), f"-{family}")
    space.batch("tc", render_tc(LinuxQos(name, tuple(limits))))
    if lab.bridged:
        switch.checksummed(space, [port.name for port in plan.ports])
