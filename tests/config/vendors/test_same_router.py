"""One router in the words of several makers: read back, each text says what FRR's says."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from tests.config.underlays import VARIANTS
from tests.config.vendors.machines import of_everything, of_grand

from easterly.config import frr
from easterly.config.eos import routes as eos_routes
from easterly.config.eos import routing as eos
from easterly.config.junos import routes as junos_routes
from easterly.config.junos import routing as junos
from easterly.config.nxos import routes as nxos_routes
from easterly.config.nxos import routing as nxos
from easterly.config.sonic import routes as sonic_routes
from easterly.config.sonic import routing as sonic
from easterly.config.switches.machine import Machine
from easterly.model.router_state import DeviceState

MAKERS = {
    "junos": (junos, junos_routes.parse),
    "eos": (eos, eos_routes.parse),
    "nxos": (nxos, nxos_routes.parse),
    "sonic": (sonic, sonic_routes.parse),
}


ONLY_FRR = {"groups", "igps", "profiles", "route_maps", "given", "descriptions"}
"""What only FRR's text is read back for."""


def tables_of(machine: Machine, maker: str) -> dict[str, str]:
    """The maker's names of tables."""
    tables = machine.router.tables
    return {t.name: sonic.table_name(t.name, t.vni) if maker == "sonic" else t.name for t in tables}


def overlay(machine: Machine, maker: str) -> dict[str, int]:
    """Sessions of Junos between loopbacks, which carry EVPN: one with every router at the end of a cable."""
    ends = {i.peer.device for i in machine.of("link") if i.peer}
    far = [router for name, router in machine.fabric.items() if name in ends]
    return {r.loopback(4).partition("/")[0]: r.asn for r in far} if maker == "junos" else {}


def named(machine: Machine, state: DeviceState, maker: str) -> DeviceState:
    """What FRR's text says, with the maker's names of interfaces and tables."""
    tables = tables_of(machine, maker)

    def ports(found: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(machine.names.get(name, name) for name in found)

    lent = {i.name for i in machine.of("link") if machine.lent(i)}
    interfaces = {machine.names[name]: found for name, found in state.interfaces.items() if name not in lent}
    # FRR's router has them as long as its checks pass, and not in its text; so has SONiC's
    if machine.served_here and maker != "sonic":
        [loopback] = [machine.name(i) for i in machine.of("loopback")]
        interfaces[loopback] = (*interfaces[loopback], *machine.served_here)
    return replace(
        state, interfaces=interfaces, vrfs=tuple(tables[name] for name in state.vrfs),
        neighbors={machine.names.get(n, n): asn for n, asn in state.neighbors.items()} | overlay(machine, maker),
        longer={machine.names.get(n, n): more for n, more in state.longer.items()},
        vrf_ports={tables[table]: ports(found) for table, found in state.vrf_ports.items()},
        vnis={tables[name]: vni for name, vni in state.vnis.items()},
        route_targets={tables[name]: found for name, found in state.route_targets.items()},
        vrf_networks={tables[name]: found for name, found in state.vrf_networks.items()},
    )  # fmt: skip


def said(state: DeviceState) -> dict[str, object]:
    """A state without the order of its lines."""

    def plain(value: object) -> object:
        if isinstance(value, dict):
            return {key: plain(v) for key, v in value.items() if v != ()}
        return sorted(value) if isinstance(value, tuple) else value

    return {f.name: plain(getattr(state, f.name)) for f in fields(state) if f.name not in ONLY_FRR}


def says_what_frr_says(machine: Machine, maker: str) -> None:
    module, parse = MAKERS[maker]
    [frr_file] = frr.render([machine.router])
    wanted, found = said(named(machine, frr.parse(frr_file.text), maker)), said(parse(module.render(machine)))
    if maker == "sonic" and sonic.beside(machine.router):
        routes = said(frr.parse(sonic.frr_text(machine)))
        routes["interfaces"] = wanted["interfaces"]  # those of config_db count
        assert routes == wanted
        found = wanted | {key: found[key] for key in ("device", "interfaces", "vrfs", "vnis", "vrf_ports")}
    assert found == wanted


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_text_says_it_under_every_protocol(maker, variant):
    for machine in of_grand(variant, MAKERS[maker][0].NAMING, maker):
        says_what_frr_says(machine, maker)


@pytest.mark.parametrize("maker", MAKERS)
def test_every_text_says_what_that_of_frr_says(maker):
    for machine in of_everything(MAKERS[maker][0].NAMING, maker):
        says_what_frr_says(machine, maker)
