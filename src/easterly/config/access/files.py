"""Files of access lists, and whether they say what is planned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from easterly.base.findings import Finding
from easterly.config import nftables
from easterly.config.access.joined import as_read
from easterly.config.access.lines import EOS, NXOS
from easterly.config.access.wanted import OTHERS, Access, Entry
from easterly.config.eos import port_name as eos_port
from easterly.config.junos import access as junos
from easterly.config.nxos import port_name as nxos_port
from easterly.config.sheet import Sheet
from easterly.config.sonic import access as sonic
from easterly.config.sonic import port_name as sonic_port
from easterly.model.access import AccessList, DeviceAccess
from easterly.model.address import AddressPlan
from easterly.model.isolation import Isolation
from easterly.model.network import Network
from easterly.model.outcome import Artifact, DeviceConfigs
from easterly.model.spec.site import Site

HINT = "report this as a defect of Easterly"
Where = Callable[[Entry], list[str]]
"""Names of the interfaces where packets of a bridge come in."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one operating system says access lists, and where: at ports, at gateways by VLAN, or at bridges."""

    name: str
    path: str
    render: Callable[[DeviceAccess], str]
    parse: Callable[[str], DeviceAccess]
    port_name: Callable[[int, float], str] | None = None
    gateway: str = ""


LINUX = Dialect("nftables", "nftables/{}.nft", nftables.render, nftables.parse)
DIALECTS: Mapping[str, Dialect] = {
    "linux": LINUX,
    "eos": Dialect("eos", "eos/{}.access.cfg", EOS.render, EOS.parse, eos_port),
    "nxos": Dialect("nxos", "nxos/{}.access.cfg", NXOS.render, NXOS.parse, nxos_port),
    "junos": Dialect("junos", "junos/{}.access.set", junos.render, junos.parse, gateway="irb.{}"),
    "sonic": Dialect("sonic", "sonic/{}.access.json", sonic.render, sonic.parse, sonic_port),
}


def planned(site: Site, network: Network, sheet: Sheet, made: Isolation) -> Iterator[tuple[Dialect, DeviceAccess]]:
    """What every switch with hosts, and the hosts of every tenant, are to filter; nothing where nobody is fenced."""
    if not len(made.filters):
        return
    access = Access(network, sheet, made)
    for device, rows in groupby(access.entries, key=lambda entry: entry.device):
        entries = list(rows)
        dialect, where = dialect_of(site, access, device)
        yield dialect, access.linux(device, entries) if where is None else _on_ports(access, device, entries, where)
    yield from ((LINUX, hosts) for hosts in access.hosts())


def dialect_of(site: Site, access: Access, device: str) -> tuple[Dialect, Where | None]:
    """Dialect of a switch, and where packets of a bridge come in; None for the latter where that is the bridge."""
    model = site.hardware.switches.get(access.models[device])
    dialect = DIALECTS["linux" if model is None else model.os]
    name, gateway = dialect.port_name, dialect.gateway
    if gateway:
        return dialect, lambda entry: [gateway.format(access.vlans[device, entry.bridge])]
    if name is None or model is None:
        return dialect, None
    rate_bps = float(model.rate)
    return dialect, lambda entry: [name(port, rate_bps) for port in entry.ports]


def _on_ports(access: Access, device: str, entries: list[Entry], where: Where) -> DeviceAccess:
    """Lists at interfaces of hosts: what else is plugged in is not known, and is given `OTHERS` by hand."""
    ports: dict[str, list[str]] = {OTHERS: []}
    for entry in entries:
        ports.setdefault(access.list_of(entry), []).extend(where(entry))
    lists = (AccessList(each, access.rules[each], tuple(found)) for each, found in sorted(ports.items()))
    return DeviceAccess(device, as_read(tuple(lists)))


def render(site: Site, network: Network, sheet: Sheet, made: Isolation) -> list[Artifact]:
    """Files of all switches that have hosts, and one for the hosts of each tenant.

    Returns
    -------
    list of Artifact
        ``nftables/<device>.nft``, ``eos/<device>.access.cfg``, ``nxos/<device>.access.cfg``,
        ``junos/<device>.access.set``, ``sonic/<device>.access.json``.
    """
    return [
        Artifact(dialect.path.format(access.device), dialect.render(access), _device(access), dialect.name,
                 f"{dialect.name} access{'' if _device(access) else ' of hosts'}")
        for dialect, access in planned(site, network, sheet, made)
    ]  # fmt: skip


def _device(access: DeviceAccess) -> str:
    return "" if access.device.startswith("hosts-of-") else access.device


def contradictions(
    site: Site, network: Network, address: AddressPlan, made: Isolation, configs: DeviceConfigs
) -> Iterator[Finding]:
    """Where the text of access lists, read back, is not what is planned (E907)."""
    text = {file.path: file.text for file in configs.artifacts}
    for dialect, access in planned(site, network, Sheet(address, made), made):
        path = dialect.path.format(access.device)
        try:
            said = differences(access, dialect.parse(text[path])) if path in text else (f"{path} is absent",)
        except ValueError as error:
            said = (f"{path}: {error}",)
        yield from (Finding("E907", "isolation", f"{path}: {line}", HINT) for line in said)


def differences(wanted: DeviceAccess, found: DeviceAccess) -> tuple[str, ...]:
    """How the lists of two descriptions of a device differ, one line each; empty if they judge alike.

    Lists that no interface uses are nothing.

    Examples
    --------
    >>> from easterly.model.access import AccessRule
    >>> rule = AccessRule("10.0.0.0/24", "10.0.1.0/24", permit=False)
    >>> wanted = DeviceAccess("a", (AccessList("t-acme", (rule,), ("br7",)),))
    >>> differences(wanted, DeviceAccess("a", ()))
    ('br7 has no list',)
    """
    return tuple(_differences(wanted, found))


def _differences(wanted: DeviceAccess, found: DeviceAccess) -> Iterator[str]:
    if wanted.device != found.device:
        yield f"is that of {found.device or 'nobody'}, not of {wanted.device}"
    if set(wanted.trusted) != set(found.trusted):
        yield f"trusts {sorted(set(wanted.trusted) ^ set(found.trusted))} or does not"
    mine, other = ({port: each for each in as_read(rows.lists) for port in each.ports} for rows in (wanted, found))
    for port in dict.fromkeys((*mine, *other)):
        if port not in other:
            yield f"{port} has no list"
        elif port not in mine:
            yield f"{port} has a list, and none is wanted"
        else:
            yield from _rules(port, mine[port], other[port])


def _rules(port: str, wanted: AccessList, found: AccessList) -> Iterator[str]:
    for number, rule in enumerate(wanted.rules):
        if number >= len(found.rules) or found.rules[number] != rule:
            have = found.rules[number] if number < len(found.rules) else None
            line = f"line {have.line}" if have else "the end"
            yield f"{port}: {line} is not the rule `{rule.name}`, {replace(rule, name='', line=0)}"
            return
    if len(found.rules) > len(wanted.rules):
        yield f"{port}: line {found.rules[len(wanted.rules)].line} is one rule too many"
