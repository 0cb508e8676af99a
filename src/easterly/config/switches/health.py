"""Who takes a service address back when the service behind it fails, and what is said of those who do not.

FRR has the program of `easterly.config.anycast`, and SONiC the same one: it sets rows of ``STATIC_ROUTE``, which
SONiC's managers of FRR heed while they run. NX-OS has operations of IP SLA that a static route tracks (Cisco Nexus
9000 Series NX-OS IP SLAs Configuration Guide, release 10.5(x)). Elsewhere nothing that is documented ties a route to an
answer of a service: ``monitor connectivity`` of EOS measures, and a static route tracks BFD of a host at most;
``ip-monitoring`` of Junos takes routes back on SRX alone, and an event policy would commit after every test. BIRD could
learn the program's routes from the kernel; its text here does not yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from easterly.base.findings import Finding, Severity
from easterly.model.router import Anycast, Router

SYSTEMS = {
    "bird": "BIRD tells it by a static route of its own",
    "eos": "EOS ties no route to the answer of a service",
    "junos": "Junos takes routes back by tests on SRX alone",
    "nxos": "",
}
"""Why a system has no words for any check; empty where it has some."""
ITSELF = "an address of the switch itself stays on its loopback"
HINT = "have it served beside a switch that runs FRR or SONiC, or leave `check` out and withdraw it by hand (`drain`)"


def unheeded(system: str, service: Anycast) -> str:
    """Why the text of a system does not heed the health check of a service; empty if it does, or if there is none.

    Examples
    --------
    >>> from easterly.model.router import Check
    >>> dns = Anycast("dns", "10.6.0.5/32", "10.0.0.2", "h0", Check("tcp", 53, "", 1.0, 0.5, 3, 2))
    >>> unheeded("nxos", dns), unheeded("eos", dns)
    ('', 'EOS ties no route to the answer of a service')
    """
    if service.check is None or system not in SYSTEMS:
        return ""
    if not service.next_hop and system != "bird":
        return ITSELF
    if system == "nxos" and ":" in service.next_hop:
        return "IP SLA of NX-OS opens TCP connections to IPv4 alone"
    if system == "nxos" and service.check.kind == "http":
        return "IP SLA of NX-OS fetches no page but the first"
    return SYSTEMS[system]


def unwatched(system: str, routers: Iterable[Router]) -> Iterator[Finding]:
    """Services that switches of a system announce whether they are well or not (E934), each with the reason once.

    Parameters
    ----------
    system : str
    routers : iterable of Router
        Switches that run it.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for router in routers:
        for service in router.anycast:
            why = "" if service.drained else unheeded(system, service)
            if why and router.name not in found.setdefault((service.service, why), []):
                found[service.service, why].append(router.name)
    for (service_name, why), names in sorted(found.items()):
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        text = f"{service_name} is announced by {names[0]}{more} whether it is well or not: {why}"
        yield Finding("E934", f"anycast/{service_name}/check", text, HINT, Severity.WARNING)
