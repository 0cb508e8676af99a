"""What the files of a switch say of its ports and tables, with the line of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_interface

from easterly.config import frr
from easterly.config.linux import netplan
from easterly.model.router import DEFAULT
from easterly.model.router_state import DeviceState

Targets = tuple[tuple[str, str], ...]
"""Route targets, each with its file and line."""


@dataclass(frozen=True, slots=True)
class Places:
    """Ports, bridges and tables of one switch.

    Attributes
    ----------
    nets : dict of str to tuple of str
        Prefixes of gateways by bridge.
    tables : dict of str to dict of str to str
        By bridge: tables that a file puts it into, and the line that does.
    bridges : dict of str to tuple
        Ports by bridge, and the line that puts them there.
    imports, exports : dict of str to Targets
        By table.
    """

    nets: Mapping[str, tuple[str, ...]]
    tables: Mapping[str, Mapping[str, str]]
    bridges: Mapping[str, tuple[tuple[str, ...], str]]
    imports: Mapping[str, Targets]
    exports: Mapping[str, Targets]


def places(device: str, files: Mapping[str, str]) -> Places:
    """Read the FRR and the netplan file of a switch.

    Where a file names no table for a bridge that it has, that is the default one.

    Parameters
    ----------
    device : str
    files : mapping of str to str
        Text by path.

    Raises
    ------
    ValueError
        A file is missing, or not understood.
    """
    routing, ports = f"frr/{device}.conf", f"linux/{device}.yaml"
    for path in (routing, ports):
        if path not in files:
            raise ValueError(f"there is no file {path}")
    state, made = frr.parse(files[routing]), netplan.read(files[ports])
    inside = {port: vrf for vrf, names in state.vrf_ports.items() for port in names}
    kernel = {port: vrf.name for vrf in made.vrfs for port in vrf.ports}
    tables: dict[str, dict[str, str]] = {}
    for port in (port for port in state.interfaces if port in made.bridges):
        head = f"interface {port}{f' vrf {inside[port]}' if port in inside else ''}"
        own = kernel.get(port, DEFAULT)
        tables[port] = {own: _at(ports, files[ports], f"{own}:" if port in kernel else f"{port}:")}
        tables[port].setdefault(inside.get(port, DEFAULT), _at(routing, files[routing], head))
    imports, exports = (_targets(routing, files[routing], state, side) for side in ("import", "export"))
    nets = {port: tuple(str(ip_interface(a).network) for a in state.interfaces[port]) for port in tables}
    bridges = {name: (tuple(found), _at(ports, files[ports], f"{name}:")) for name, found in made.bridges.items()}
    return Places(nets, tables, bridges, imports, exports)


def _targets(path: str, text: str, state: DeviceState, side: str) -> dict[str, Targets]:
    """Targets of one side by table."""
    made = {}
    for vrf, lines in state.route_targets.items():
        block = f"router bgp {state.asn} vrf {vrf}"
        rows = [line for line in lines if line.split()[0] in (side, "both")]
        made[vrf] = tuple((line.split()[1], _at(path, text, f"route-target {line}", block)) for line in rows)
    return made


def _at(path: str, text: str, line: str, block: str = "") -> str:
    """File and line of what begins so, behind the line of a block if one is given."""
    inside = not block
    for number, words in enumerate(text.splitlines(), 1):
        if inside and (words.strip() + " ").startswith(f"{line} "):
            return f"{path}:{number}"
        inside = inside or words == block
    return path
