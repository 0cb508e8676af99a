"""FRR configuration of every router."""

from __future__ import annotations

from easterly.config.frr.router import routers
from easterly.config.sheet import Sheet
from easterly.config.templates import template
from easterly.model.network import Network
from easterly.model.outcome import Artifact


def render(network: Network, sheet: Sheet) -> list[Artifact]:
    """One ``frr/<device>.conf`` per switch and WAN router.

    External BGP on every link, numbered, in each family over its own session (RFC 7938 section 5); all equal
    paths are used, whatever AS numbers they go through. A leaf announces nothing but its own loopback and
    host prefixes, so that no failure makes it a transit. Tenants' tables are carried by EVPN route type 5
    (RFC 9136) with one layer-3 VNI each.

    Parameters
    ----------
    network : Network
    sheet : Sheet

    Returns
    -------
    list of Artifact
    """
    page = template("frr/router.conf.j2")
    return [
        Artifact(f"frr/{router.name}.conf", page.render(r=router), router.name, "frr", router.shape)
        for router in routers(network, sheet)
    ]
