"""Routing protocols link by link: what the site says of its fabrics and of its WAN, and what holds where it says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from easterly.base.columns import BoolColumn, bools
from easterly.model.network import LinkKind, Network
from easterly.model.spec.site import Site
from easterly.model.spec.underlay import Detection, Underlay

if TYPE_CHECKING:
    from easterly.model.router import Hellos

PLAIN = Underlay.model_construct()
"""Numbered BGP with BFD."""
FRR_BFD = Detection.model_construct(interval=0.3, multiplier=3)
"""What BFD does where nobody states timers: 300 ms, three times (FRR's manual, "BFD")."""
SILENCES = {"bgp": 3, "ospf": 4, "isis": 10}
"""Hellos that must be missed, where only their interval is stated: RFC 4271 section 10, RFC 2328 appendix C.3, FRR's isisd."""
HELLO_S = {"bgp": 3, "ospf": 10, "isis": 3}
"""Intervals of FRR where nobody states one: its profile ``datacenter``, ospfd and isisd."""
METRICS = (1, 65535)
"""Least and greatest cost of a link in OSPF (RFC 2328 appendix C.3); IS-IS has room for more."""


def timers(underlay: Underlay) -> Hellos | None:
    """Hellos as stated; None where nothing is.

    >>> timers(Underlay(protocol="ospf", hello="1s"))
    Hellos(hello_s=1, dead_s=4)
    """
    if underlay.hello is None:
        return None
    from easterly.model.router import Hellos  # its many nouns are not needed to check a site

    hello_s = round(underlay.hello)
    dead_s = SILENCES[underlay.protocol] * hello_s if underlay.dead is None else round(underlay.dead)
    return Hellos(hello_s, dead_s)


def of_fabric(site: Site, fabric: str) -> Underlay:
    """Underlay of a fabric; of the WAN, where there is no fabric of that name."""
    spec = site.fabrics.get(fabric)
    return (site.wan.underlay if spec is None else spec.underlay) or PLAIN


def of_link(site: Site, network: Network, link: int) -> Underlay:
    """Underlay of a directed link between routers."""
    if network.links.kind[link] == LinkKind.WAN:
        return site.wan.underlay or PLAIN
    return of_fabric(site, str(network.nodes.fabric[network.links.src[link]]))


def numbered(site: Site, network: Network) -> BoolColumn:
    """(L,) True where a link has addresses of its own."""
    links = network.links
    bare = {name for name, spec in site.fabrics.items() if spec.underlay is not None and spec.underlay.unnumbered}
    wan = site.wan.underlay is not None and site.wan.underlay.unnumbered
    if not bare and not wan:
        return bools(np.ones(len(links), dtype=np.bool_))
    of_wan = links.kind == LinkKind.WAN
    inside = np.isin(network.nodes.fabric[links.src], sorted(bare)) if bare else np.zeros(len(links), dtype=np.bool_)
    return bools(~np.where(of_wan, wan, inside))


def metric(cost: float) -> int:
    """Cost of a link as OSPF and IS-IS say it: a whole number.

    >>> metric(1.4), metric(0), metric(1e6)
    (1, 1, 65535)
    """
    return min(max(round(cost), METRICS[0]), METRICS[1])
