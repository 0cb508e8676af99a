"""Every rendered file of a plan."""

from __future__ import annotations

from collections.abc import Collection

from easterly.config import csv, kubernetes
from easterly.config.targets import TARGETS, Sources, files_of
from easterly.model.address import AddressPlan
from easterly.model.as_hops import AsHops
from easterly.model.demand import Work
from easterly.model.forwarding import Forwarding
from easterly.model.fronting import Pods, Replicas
from easterly.model.isolation import Isolation
from easterly.model.network import Network
from easterly.model.outcome import Bill, DeviceConfigs
from easterly.model.qos import QosPlan
from easterly.model.spec.site import Site, refuse_others


def render(
    site: Site, network: Network, address: AddressPlan, qos: QosPlan, work: Work, bill: Bill,
    isolation: Isolation | None = None, *, targets: Collection[str] | None = None, replicas: Replicas | None = None,
    forwarding: Forwarding | None = None, hops: AsHops | None = None, pods: Pods | None = None,
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
        Routes between tables, access lists and network policies; none if absent.
    targets : collection of str, optional
        Names of `TARGETS`, or ``all``; the files that go with every plan if absent.
    replicas : Replicas, optional
        Replicas of services, for front ends; no front ends if absent.
    forwarding : Forwarding, optional
        Next hops, for flow tables; no flow tables if absent.
    hops : AsHops, optional
        What links count for in BGP; 1 if absent.
    pods : Pods, optional
        What of each replica runs on which host, for Kubernetes; no services of Kubernetes if absent.

    Returns
    -------
    DeviceConfigs
        Sorted by path; equal input gives equal bytes.

    Raises
    ------
    ValueError
        A name that is no target.
    TypeError
        What is given as site is none.
    """
    refuse_others(site)
    given = Sources(site, network, address, qos, work, bill, isolation, replicas, forwarding, hops, pods)
    if targets is None:
        files = [
            *TARGETS["frr"].make(given),
            *given.linux,
            *csv.render(network, address, bill),
            *given.switches,
            *given.access,
            *([] if isolation is None else kubernetes.render(isolation)),
        ]
    else:
        by_path = {file.path: file for made in files_of(given, targets).values() for file in made}
        files = list(by_path.values())
    return DeviceConfigs(tuple(sorted(files, key=lambda file: file.path)))
