"""What every network operating system of this package offers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from easterly.config import eos, junos, nxos, sonic
from easterly.config.switches.wanted import PortName, switches, wanted
from easterly.model.network import Network
from easterly.model.qos import QosPlan
from easterly.model.queueing import SwitchSetting
from easterly.model.spec.site import Site


@dataclass(frozen=True, slots=True)
class Dialect:
    """One operating system: what its text can say, the text, and the way back."""

    name: str
    suffix: str
    port_name: PortName
    fit: Callable[[SwitchSetting], SwitchSetting]
    render: Callable[[SwitchSetting], str]
    parse: Callable[[str], SwitchSetting]

    def path(self, device: str) -> str:
        """Path of the file of a switch."""
        return f"{self.name}/{device}.{self.suffix}"


def _dialect(name: str, suffix: str, module: ModuleType) -> Dialect:
    return Dialect(name, suffix, module.port_name, module.fit, module.render, module.parse)


DIALECTS = {
    "eos": _dialect("eos", "cfg", eos),
    "junos": _dialect("junos", "set", junos),
    "nxos": _dialect("nxos", "cfg", nxos),
    "sonic": _dialect("sonic", "json", sonic),
}


def settings(site: Site, network: Network, qos: QosPlan) -> Iterator[tuple[Dialect, SwitchSetting]]:
    """Every switch whose model names an operating system of this package, and what is wanted of it."""
    rows = switches(network)
    models = {n: site.hardware.switches.get(str(network.nodes.switch_type[n])) for n in rows}
    for name, dialect in DIALECTS.items():
        nodes = {n: float(model.rate) for n, model in models.items() if model is not None and model.os == name}
        if nodes and len(qos.queue) and np.size(qos.groups.port_link):
            known = frozenset(point for c in site.classes.values() for point in (c.dscp, *c.also))
            for switch in wanted(network, qos, nodes, dialect.port_name, known):
                yield dialect, switch
