"""The schedule of a job of a site."""

from __future__ import annotations

from collections.abc import Mapping

from easterly.base.columns import BoolColumn, IntColumn
from easterly.demand import training
from easterly.demand.facts import model_of
from easterly.demand.layout import Layout
from easterly.demand.schedule.aside import NOTHING, Aside
from easterly.demand.schedule.course import PLAIN, Detail
from easterly.demand.schedule.extent import Extent
from easterly.demand.schedule.size import LIMIT
from easterly.demand.schedule.step import of_step
from easterly.demand.training import Step
from easterly.model.network import Network
from easterly.model.schedule import Schedule
from easterly.model.spec.site import Site


def of_job(
    site: Site, network: Network, name: str, hosts: Mapping[str, IntColumn], *, steps: int = 1, detail: Detail = PLAIN,
    limit: int = LIMIT, alive: BoolColumn | None = None, extent: Extent | None = None,
    aside: Aside = NOTHING,
) -> Schedule:  # fmt: skip
    """Training steps of a job of a site, on its own fabric.

    Parameters
    ----------
    site : Site
    network : Network
    name : str
        Of a job.
    hosts : mapping of str to (H,) int
        Hosts in rank order, of the job at least.
    steps : int
    detail : Detail
    limit : int
        Events that are made at most.
    alive : (L,) bool, optional
        Links that are up; all if absent.
    extent : Extent, optional
        Passes that are laid out of each step; all if absent.
    aside : Aside
        What happens between the steps.

    Raises
    ------
    FindingsError
        E214 unknown model or GPU; E612 a GPU without the job's number format; E665 too many events.
    """
    job = site.jobs[name]
    return of_step(
        step_of(site, network, name, hosts, alive), steps=steps, detail=detail, limit=limit,
        traffic_class=sorted(site.classes).index(job.traffic_class), connections=job.library.qps or job.connections,
        extent=extent, aside=aside,
    )  # fmt: skip


def step_of(
    site: Site, network: Network, name: str, hosts: Mapping[str, IntColumn], alive: BoolColumn | None = None
) -> Step:
    """A job of a site on its hosts, for `of_step` and `size_of`; parameters as for `of_job`."""
    job, model, rows = site.jobs[name], model_of(site.jobs[name]), hosts[name]
    host = site.hardware.hosts[str(network.hosts.host_type[rows[0]])]
    return Step(job, model, Layout.of(network, rows, alive), training.effort(job, model, host))
