"""One router in the words of several makers: read back, each text says what FRR's says."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from tests.config.vendors.machines import of_everything

from easterly.config import frr
from easterly.config.eos import routes as eos_routes
from easterly.config.eos import routing as eos
from easterly.config.sonic import routes as sonic_routes
from easterly.config.sonic import routing as sonic
from easterly.config.switches.machine import Machine
from easterly.model.outcome import DeviceState

MAKERS = {"eos": (eos, eos_routes.parse), "sonic": (sonic, sonic_routes.parse)}


def tables_of(machine: Machine, maker: str) -> dict[str, str]:
    """The maker's names of tables."""
    tables = machine.router.tables
    return {t.name: sonic.table_name(t.name, t.vni) if maker == "sonic" else t.name for t in tables}


def named(machine: Machine, state: DeviceState, maker: str) -> DeviceState:
    """What FRR's text says, with the maker's names of interfaces and tables."""
    tables = tables_of(machine, maker)

    def ports(found: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(machine.names.get(name, name) for name in found)

    return replace(
        state, interfaces={machine.names[name]: found for name, found in state.interfaces.items()},
        vrf_ports={tables[table]: ports(found) for table, found in state.vrf_ports.items()},
        vrfs=tuple(tables[name] for name in state.vrfs),
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

    return {f.name: plain(getattr(state, f.name)) for f in fields(state)}


@pytest.mark.parametrize("maker", MAKERS)
def test_every_text_says_what_that_of_frr_says(maker):
    module, parse = MAKERS[maker]
    for machine in of_everything(module.NAMING, maker):
        [frr_file] = frr.render([machine.router])
        assert said(parse(module.render(machine))) == said(named(machine, frr.parse(frr_file.text), maker))
