"""A fabric before it is cut: what the site file says of it, what it was built as, and what is common to all cuts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from easterly.app.lab.shrink.ratios import kept
from easterly.app.lab.shrink.shape import Made, Size, Sizes
from easterly.base.schema import Doc, Unit
from easterly.base.units import RATE, format_exact, format_short
from easterly.model.spec.fabric import Fabric
from easterly.model.spec.hardware import HostType

EACH = "each"


@dataclass(frozen=True, slots=True)
class Ground:
    """A fabric before it is cut."""

    name: Annotated[str, Doc("Its name.")]
    given: Annotated[Mapping[str, Any], Doc("As the file has it.")]
    spec: Annotated[Fabric, Doc("As it was read.")]
    host: Annotated[HostType, Doc("Model of its hosts.")]
    host_given: Annotated[Mapping[str, Any], Doc("That model as the file has it.")]
    models: Annotated[Mapping[str, Mapping[str, Any]], Doc("Models of switches as the file has them.")]
    numbers: Annotated[tuple[int, ...], Doc("See `easterly.model.network.Structure`.")]
    hosts: Annotated[int, Unit("1"), Doc("Hosts.")]
    borders: Annotated[int, Unit("1"), Doc("Border routers that the smaller fabric has.")]
    links_bps: Annotated[tuple[float, ...], Unit("bit/s"), Doc("Rate of links below each tier, hosts' first.")]
    ratios: Annotated[tuple[float, ...], Unit("1"), Doc("Capacity down over capacity up, tier by tier.")]
    works: Annotated[int, Unit("1"), Doc("Works that need a host each at least.")]

    def with_hosts(self, sizes: Mapping[str, Size], groups: int) -> dict[str, Size]:
        """Sizes of switches, and hosts of each of the `groups` that there are when all are least."""
        least = max(1, -(-self.works // max(1, groups)))
        return {**sizes, EACH: Size(max(least, self.each), least)}

    @property
    def each(self) -> int:
        """Hosts below a leaf, or a set of them."""
        spec: Any = self.spec
        if self.given["blueprint"] in ("rail-optimized", "rail-only"):
            return max(1, min(int(spec.leaf.down), self.hosts))
        down: int = spec.k // 2 if hasattr(spec, "k") else spec.leaf.down if hasattr(spec, "leaf") else spec.down
        nics = max(1, self.host.nics // self.numbers[1]) if self.given["blueprint"] == "multi-plane" else self.host.nics
        return max(1, min(down // nics, self.hosts))

    def split(self, sizes: Sizes, groups: int) -> tuple[int, int]:
        """Hosts in all and in each of the groups."""
        count = sizes.get("hosts", groups * sizes[EACH])
        return count, -(-count // groups)

    def total(self, sizes: Sizes, groups: int) -> int:
        """Hosts in all."""
        return self.split(sizes, groups)[0]

    def rates(self, *ports: tuple[int, int]) -> list[float]:
        """Rates of links below each tier, with so many ports down and up [bit/s]."""
        return kept(self.links_bps, self.ratios, ports)

    def made(
        self, count: int, nics: int, parts: Mapping[str, Any], links_bps: Sequence[float],
        switches: Mapping[str, Mapping[str, Any]] = {},
    ) -> Made:  # fmt: skip
        """The fabric with new parts."""
        model = f"{self.given['hosts']['type']}-{self.name}-small"
        gpus = max(1, self.host.gpus * nics // self.host.nics)
        host = {**self.host_given, "gpus": gpus, "nics": nics, "nic_rate": format_exact(links_bps[0], RATE)}
        fabric = {**self.given, **parts, "hosts": {"type": model, "count": count}}
        if self.borders:
            fabric["border"] = {**(self.given.get("border") or {}), "count": self.borders}
        return Made(fabric, host, switches, tuple(self._slower(links_bps)))

    def _slower(self, links_bps: Sequence[float]) -> list[str]:
        """Rates that are not what they were; a bit per second is nothing."""
        what = ["interfaces of hosts", "links above leaves", "links above spines", "links above super-spines"]
        if not self.ratios:
            what[1] = "links between switches"
        return [
            f"{name} at {format_short(now, RATE)} instead of {format_short(was, RATE)}"
            for name, now, was in zip(what, links_bps, self.links_bps, strict=False)
            if now < was - 1
        ]
