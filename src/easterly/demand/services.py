"""The figures of all services of a site."""

from __future__ import annotations

from easterly.demand import serving
from easterly.demand.facts import model_of
from easterly.demand.placement import wants
from easterly.model.network import Network
from easterly.model.serving import Services
from easterly.model.spec.service import Service
from easterly.model.spec.site import Site


def services(site: Site, network: Network) -> Services:
    """Rates, times and memory of every service, and what its users notice.

    Services whose model or fabric does not exist are left out.

    Parameters
    ----------
    site : Site
    network : Network

    Returns
    -------
    Services
        One row per service, by name.
    """
    return serving.table([serving.row(run) for run in service_figures(site, network)])


def service_figures(site: Site, network: Network, factor: float = 1.0) -> list[serving.Figures]:
    """Every service as it runs, by name.

    Parameters
    ----------
    site : Site
    network : Network
    factor : float
        Of all requests: what if there were so many more.

    Returns
    -------
    list of Figures
    """
    return [
        serving.figures(_busier(work, factor), model_of(work), want.host)
        for want in wants(site, network)
        if isinstance(work := want.work, Service)
    ]


def _busier(service: Service, factor: float) -> Service:
    if factor == 1:
        return service
    load = service.load.model_copy(update={"requests": service.load.requests * factor})
    return service.model_copy(update={"load": load})
