"""How long the plan says that a link which fails goes unnoticed: its timers, and the routers that tell each other."""

from __future__ import annotations

from ipaddress import ip_interface

from easterly.app.lab.measure.choice import End
from easterly.app.lab.measure.flows import Flow
from easterly.app.lab.measure.of_site import far_ends
from easterly.app.lab.running import Running
from easterly.predict.failover import Failover
from easterly.study.silence import Silences


def expected(lab: Running, silences: Silences, end: End, flow: Flow, *, carrier: bool = False) -> Failover:
    """How long the plan says that a link which fails goes unnoticed, and until a flow goes another way.

    Parameters
    ----------
    lab : Running
    silences : Silences
        Of its plan.
    end : End
        A router and its interface on the link.
    flow : Flow
        In another fabric, borders may have handed its routes from one protocol to another.
    carrier : bool
        The carrier goes; otherwise the link falls silent.

    Returns
    -------
    Failover
    """
    network = lab.network
    link = next(row for row in range(len(network.links)) if lab.port(row) == end)
    src, dst = _switch(lab, flow.src, flow.src_address), _switch(lab, flow.dst, flow.dst_address)
    return silences.between(link, src, dst, carrier=carrier)


def _switch(lab: Running, host: str, address: str) -> str:
    """Switch that a host's address is behind."""
    rows = lab.address.interfaces
    columns = rows.device.tolist(), rows.port.tolist(), rows.address.tolist()
    port = next(p for d, p, text in zip(*columns, strict=True) if d == host and str(ip_interface(text).ip) == address)
    return far_ends(lab)[host, port].partition("/")[0]
