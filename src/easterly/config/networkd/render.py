"""Units of systemd-networkd for hosts and switches, for those who do without netplan."""

from __future__ import annotations

from easterly.config.linux.render import hosts
from easterly.config.linux.switch import switches
from easterly.config.networkd.units import Unit, of_host, of_switch
from easterly.config.sheet import Sheet
from easterly.config.templates import template
from easterly.model.demand import Work
from easterly.model.network import Network
from easterly.model.outcome import Artifact
from easterly.model.spec.site import Site


def render(site: Site, network: Network, sheet: Sheet, work: Work) -> list[Artifact]:
    """``networkd/<device>/*.network`` and ``*.netdev`` for every host, switch and WAN router.

    They say what netplan's generator makes of ``linux/<device>.yaml``: a machine has the one or the other. Tables of
    tenants are marked as optional too, which netplan has no word for. Kernel settings, and those of networkd itself on
    switches (``linux/90-fabric-networkd.conf``), are the same for both.

    Parameters
    ----------
    site : Site
        Services that hosts have addresses for.
    network : Network
    sheet : Sheet
    work : Work
        Which hosts work for whom.

    Returns
    -------
    list of Artifact
    """
    made = [(host.name, unit) for host in hosts(site, network, sheet, work) for unit in of_host(host)]
    made += [(switch.name, unit) for switch in switches(network, sheet) for unit in of_switch(switch)]
    return [Artifact(f"networkd/{name}/{unit.name}", text(unit), name, "networkd", _shape(unit)) for name, unit in made]


def text(unit: Unit) -> str:
    """The file of a unit.

    >>> print(text(Unit("a.netdev", "a", (("NetDev", (("Name", "br0"), ("Kind", "bridge"))),))), end="")
    # a
    [NetDev]
    Name=br0
    Kind=bridge
    """
    return template("networkd/unit.conf.j2").render(u=unit)


def _shape(unit: Unit) -> str:
    """Sections and keys, each once: units of one shape differ in values and in how many there are."""
    keys = sorted({f"{name}.{key}" for name, lines in unit.sections for key, _ in lines})
    return f"networkd {unit.name.rpartition('.')[2]} {' '.join(keys)}"
