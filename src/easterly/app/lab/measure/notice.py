"""How long the plan says that a silent link goes unnoticed: its timers, and the routers that tell each other."""

from __future__ import annotations

from ipaddress import ip_interface

from easterly.app.lab.measure.choice import End
from easterly.app.lab.measure.flows import Flow
from easterly.app.lab.measure.of_site import far_ends
from easterly.app.lab.running import Running
from easterly.model.spec.site import Site
from easterly.model.underlays import of_fabric, of_link
from easterly.predict.failover import Failover, failover
from easterly.predict.sessions import Sessions, sessions
from easterly.predict.turns import ONE, Turns, turns


def expected(lab: Running, site: Site, end: End, flow: Flow) -> Failover:
    """How long the plan says that a silent link goes unnoticed, and until a flow goes another way.

    Parameters
    ----------
    lab : Running
    site : Site
        Underlays.
    end : End
        A router and its interface on the link.
    flow : Flow
        In another fabric, borders may have handed its routes from one protocol to another.

    Returns
    -------
    Failover
    """
    network = lab.network
    link = next(row for row in range(len(network.links)) if lab.port(row) == end)
    here = str(network.nodes.fabric[network.links.src[link]])
    there = str(network.hosts.fabric[lab.hosts.index(flow.dst)])
    protocols = {of_fabric(site, name).protocol for name in (here, there, "")}
    underlay = of_link(site, network, link)
    told = _turns(lab, site, link, flow) if underlay.protocol == "bgp" else ONE
    return failover(underlay, turns=told, beyond=here != there and len(protocols) > 1)


def _turns(lab: Running, site: Site, link: int, flow: Flow) -> Turns:
    """Routers that tell each other in turn, wherever a flow comes in among those that speak BGP with each other."""
    spoken = sessions(site, lab.network, lab.address)
    failed = next(i for i, row in enumerate(spoken.rows) if link in (row, lab.network.links.reverse[row]))
    goals = _doors(lab, site, spoken, failed, _switch(lab, flow.dst, flow.dst_address))
    sources = _doors(lab, site, spoken, failed, _switch(lab, flow.src, flow.src_address))
    found = [told for each in sorted(sources - goals) if (told := turns(spoken, failed, goals, each)).most]
    return Turns(min(each.least for each in found), max(each.most for each in found)) if found else ONE


def _switch(lab: Running, host: str, address: str) -> str:
    """Switch that a host's address is behind."""
    rows = lab.address.interfaces
    columns = rows.device.tolist(), rows.port.tolist(), rows.address.tolist()
    port = next(p for d, p, text in zip(*columns, strict=True) if d == host and str(ip_interface(text).ip) == address)
    return far_ends(lab)[host, port].partition("/")[0]


def _doors(lab: Running, site: Site, spoken: Sessions, failed: int, router: str) -> set[str]:
    """Where packets of a router come in, or leave: itself, or the borders of a fabric that speaks another protocol."""
    fabric = dict(zip(lab.network.nodes.name.tolist(), lab.network.nodes.fabric.tolist(), strict=True))
    near = spoken.joined(spoken.cables[failed][0])
    if router in near and of_fabric(site, fabric[router]).protocol == "bgp":
        return {router}
    borders = {each for each in near if of_fabric(site, fabric[each]).protocol != "bgp"}
    return {each for each in borders if fabric[each] == fabric[router]} or borders
