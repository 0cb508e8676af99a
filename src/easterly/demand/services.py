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
    runs = [
        serving.figures(work, model_of(work), want.host)
        for want in wants(site, network)
        if isinstance(work := want.work, Service)
    ]
    return serving.table([serving.row(run) for run in runs])
