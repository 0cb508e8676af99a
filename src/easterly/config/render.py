"""Every rendered file of a plan."""

from __future__ import annotations

from easterly.config import csv, frr, kubernetes, linux, routers, switches
from easterly.config.linux.qos import planned
from easterly.config.sheet import Sheet
from easterly.model.address import AddressPlan
from easterly.model.demand import Work
from easterly.model.isolation import Isolation
from easterly.model.network import Network
from easterly.model.outcome import Bill, DeviceConfigs
from easterly.model.qos import QosPlan
from easterly.model.spec.site import Site


def render(
    site: Site, network: Network, address: AddressPlan, qos: QosPlan, work: Work, bill: Bill,
    isolation: Isolation | None = None,
) -> DeviceConfigs:  # fmt: skip
    """Render the configuration of every device and host, and the tables that go with them.

    Parameters
    ----------
    site : Site
    network : Network
    address : AddressPlan
    qos : QosPlan
        Settings of hosts, class trees of edges, code points for the environment of jobs, queues of switches that name
        their operating system.
    work : Work
        Which hosts work for whom.
    bill : Bill
        Media of the cables.
    isolation : Isolation, optional
        Routes between tables, and network policies; none if absent.

    Returns
    -------
    DeviceConfigs
        Sorted by path; equal input gives equal bytes.
    """
    sheet = Sheet(address, isolation)
    files = [
        *frr.render(routers.draft(network, sheet)),
        *linux.render(site, network, sheet, qos, work),
        *planned.files(network, qos),
        *csv.render(network, address, bill),
        *switches.render(site, network, qos),
        *([] if isolation is None else kubernetes.render(isolation)),
    ]
    return DeviceConfigs(tuple(sorted(files, key=lambda file: file.path)))
