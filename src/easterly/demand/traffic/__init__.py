"""Traffic that is neither a training job nor an inference service: one file per kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from easterly.base.columns import floats, texts
from easterly.demand.ends import Ends
from easterly.demand.phases import Phase
from easterly.demand.traffic import (
    bulk,
    delivery,
    features,
    federated,
    management,
    matrices,
    memory,
    parameter_server,
    pipeline,
    storage,
)
from easterly.demand.traffic.parts import Figure
from easterly.demand.traffic.split import directions, is_north_south
from easterly.model.demand import Figures
from easterly.model.spec.site import Site
from easterly.model.spec.traffic import Gravity, Traffic

_PHASES: dict[str, Callable[[Any, Ends], list[Phase]]] = {
    "transfer": bulk.phases, "backup": bulk.phases, "distribution": delivery.phases, "storage": storage.phases,
    "memory": memory.phases, "features": features.phases, "parameter-server": parameter_server.phases,
    "federated": federated.phases, "pipeline": pipeline.phases, "management": management.phases,
    "gravity": matrices.phases, "matrix": matrices.phases_of_matrix,
}  # fmt: skip
_FIGURES: dict[str, Callable[[Any, Ends], list[Figure]]] = {
    "transfer": bulk.figures, "backup": bulk.figures, "distribution": delivery.figures, "storage": storage.figures,
    "memory": memory.figures, "features": features.figures, "parameter-server": parameter_server.figures,
    "federated": federated.figures, "pipeline": pipeline.figures, "management": management.figures,
    "gravity": matrices.figures,
}  # fmt: skip


def kind(work: Traffic) -> str:
    """The kind of traffic, as the file says it."""
    return str(work.kind)  # type: ignore[attr-defined]  # every kind declares its own


def phases(work: Traffic, ends: Ends) -> list[Phase]:
    """What one piece of traffic sends: rates, or bursts with an interval."""
    return _PHASES[kind(work)](work, ends)


def partners(site: Site, work: Traffic) -> tuple[str, ...]:
    """Names whose hosts it sends to or receives from, besides its own; sorted."""
    places = matrices.masses(work, site) if isinstance(work, Gravity) else ()
    return tuple(sorted({*work.ends.values(), *places}))


def figures(site: Site, ends: Ends, names: list[str]) -> Figures:
    """What there is to say of traffic besides its flows: savings, budgets, times, bursts.

    Parameters
    ----------
    site : Site
    ends : Ends
    names : list of str
        Pieces of traffic that have their hosts, such as those of `demand.names`.

    Returns
    -------
    Figures
        In the order of the names.
    """
    rows = [
        (name, *figure)
        for name in names
        if name in site.traffic
        for figure in _FIGURES.get(kind(site.traffic[name]), _none)(site.traffic[name], ends)
    ]
    owner, label, value, unit, meaning = zip(*rows, strict=True) if rows else ((),) * 5
    return Figures(texts(owner), texts(label), floats(value), texts(unit), texts(meaning))


def _none(work: Traffic, ends: Ends) -> list[Figure]:
    return []


__all__ = ["directions", "figures", "is_north_south", "kind", "partners", "phases"]
