"""Hardware that a fabric is built from, looked up with findings instead of tracebacks."""

from __future__ import annotations

from dataclasses import dataclass

from easterly.model.spec.fabric import HostGroup
from easterly.model.spec.hardware import Hardware, HostType, SwitchType
from easterly.site.blueprints.faults import refuse, unknown_gpu, unknown_type


@dataclass(frozen=True, slots=True)
class Stock:
    """Models of switches and hosts, and the number of border routers that the fabric will get.

    Every top-tier switch keeps one port per border router free, the last ones of its radix.
    """

    hardware: Hardware
    borders: int = 0

    def switch(self, name: str, at: str) -> SwitchType:
        """A model of switch; `at` is where the file names it.

        Raises
        ------
        FindingsError
            E211: no such model.
        """
        model = self.hardware.switches.get(name)
        return model or refuse(unknown_type(at, "switch", name, self.hardware.switches))

    def host(self, group: HostGroup, origin: str) -> HostType:
        """The model of a group of hosts.

        Raises
        ------
        FindingsError
            E211: no such model.
        """
        return self.host_named(group.type, f"{origin}/hosts/type")

    def host_named(self, name: str, at: str) -> HostType:
        """A model of host; `at` is where the file names it."""
        model = self.hardware.hosts.get(name)
        return model or refuse(unknown_type(at, "host", name, self.hardware.hosts))

    def scaleup_bps(self, model: HostType) -> float:
        """Rate per GPU inside the host: as declared, else that of its GPU in the catalog [bit/s].

        Raises
        ------
        FindingsError
            E214: neither is known.
        """
        if model.scaleup is not None:
            return float(model.scaleup)
        from easterly.model.catalog import gpus

        try:
            return float(gpus.lookup(model.gpu).scaleup_bps)
        except KeyError:
            refuse(unknown_gpu(f"{model.origin}/gpu", model.gpu, gpus.names()))
