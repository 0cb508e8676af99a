"""The study: symptoms of one job on one site, its causes ranked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from easterly.base.findings import Finding, FindingsError, did_you_mean
from easterly.model.network import LinkKind, Network
from easterly.model.spec.symptoms import Seen, Steps, Symptoms
from easterly.study.diagnose.causes import causes_of
from easterly.study.diagnose.figures import Figures, figures_of
from easterly.study.diagnose.rank import Observed, Ranking, rank
from easterly.study.diagnose.signs import AT, LEVELS, ROLES, SIGNS
from easterly.study.nouns import Nouns

PLAIN = (
    "bandwidth", "compute_skew", "imbalance", "server_cpu", "host_cpu", "drops", "drops_at", "pauses", "marks",
    "retransmissions", "errors", "reordering", "when", "who", "restart",
)  # fmt: skip
"""Symptoms that are signs as they stand."""
LIKE = 0.5
"""A step that takes less of the planned one is another."""
COUNTERS = ("errors", "drops", "pauses")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was seen, what the site says, and the causes.

    Attributes
    ----------
    job : str
        Empty where the fabric was asked about.
    figures : Figures
    seen : mapping of str to float or str
        By sign.
    places : tuple of (str, str)
        Links with counters that stand out, and which.
    ranking : Ranking
    """

    job: str
    figures: Figures
    seen: Observed
    places: tuple[tuple[str, str], ...]
    ranking: Ranking


def diagnose(nouns: Nouns, symptoms: Symptoms) -> Diagnosis:
    """Rank the causes of what is seen.

    Parameters
    ----------
    nouns : Nouns
        Of the site as it is planned.
    symptoms : Symptoms

    Returns
    -------
    Diagnosis

    Raises
    ------
    FindingsError
        A job or a link that the site does not have (E202), or nothing that was seen (E720).
    """
    job = _job(nouns, symptoms)
    faults = list(_unknown(nouns.network.value, symptoms.links))
    if faults:
        raise FindingsError(faults)
    figures = figures_of(nouns, job)
    seen = dict(_seen(nouns.network.value, symptoms, figures))
    if not seen:
        raise FindingsError([Finding(
            "E720", "", "nothing is said that was seen",
            "give at least one of: bandwidth, steps, collective, drops, pauses, marks, errors, links",
        )])  # fmt: skip
    measured_s = (symptoms.steps.p50 if symptoms.steps else None) or 0.0
    return Diagnosis(job, figures, seen, tuple(_places(symptoms.links)), rank(causes_of(figures, measured_s), seen))


def _job(nouns: Nouns, symptoms: Symptoms) -> str:
    """The job that is meant; none where the fabric itself is asked about."""
    jobs = list(nouns.site.jobs)
    if symptoms.job is None:
        return jobs[0] if len(jobs) == 1 and (symptoms.steps or symptoms.collective) else ""
    if symptoms.job not in jobs:
        raise FindingsError([
            Finding("E202", "job", f"no job is called {symptoms.job!r}", did_you_mean(symptoms.job, jobs))
        ])  # fmt: skip
    return symptoms.job


def _unknown(network: Network, links: Mapping[str, Seen]) -> Iterator[Finding]:
    known = set(network.link_ids.tolist())
    for name in links:
        if name not in known:
            yield Finding(
                "E202", f"links/{name}", f"no link is called {name!r}", did_you_mean(name, known), on_key=True
            )


def _seen(network: Network, symptoms: Symptoms, figures: Figures) -> Iterator[tuple[str, float | str]]:
    """Signs and their values: as they are said, else as times and counters of links come to."""
    said = {name: value for name in PLAIN if (value := getattr(symptoms, name)) is not None}
    derived = {
        **_times(symptoms.steps, "slowdown", figures.step_s), **_times(symptoms.collective, "collective", 0.0),
        **_links(network, symptoms.links),
    }  # fmt: skip
    if symptoms.steps is None and symptoms.collective is not None:
        derived.update(_tail(symptoms.collective))
    elif symptoms.steps is not None:
        derived.update(_tail(symptoms.steps))
    known = {**derived, **said}
    for name in SIGNS:
        if name in known:
            yield name, known[name]


def _times(given: Steps | None, sign: str, usual_s: float) -> dict[str, float]:
    if given is None or given.p50 is None:
        return {}
    normal = given.normal if given.normal is not None else usual_s
    if normal <= 0 or (given.normal is None and given.p50 < LIKE * normal):
        return {}  # another step than the one that is planned
    return {sign: given.p50 / normal}


def _tail(given: Steps) -> dict[str, float]:
    return {"tail": given.p99 / given.p50} if given.p50 and given.p99 is not None else {}


def _links(network: Network, links: Mapping[str, Seen]) -> dict[str, float | str]:
    """What counters of links come to."""
    if not links:
        return {}
    made: dict[str, float | str] = {"down": "yes" if any(each.state == "down" for each in links.values()) else "no"}
    rows = {name: row for row, name in enumerate(network.link_ids.tolist())}
    upper = [_upper(network, rows[name]) for name, each in links.items() if each.state == "down"]
    if upper:
        made["down_at"] = max(ROLES, key=lambda role: (upper.count(role), -ROLES.index(role)))
    for counter in COUNTERS:
        levels = [level for each in links.values() if (level := getattr(each, counter)) is not None]
        if levels:
            made[counter] = max(levels, key=LEVELS.index)
    dropping = [rows[name] for name, each in links.items() if each.drops not in (None, "none")]
    if dropping:
        roles = [_place(network, row) for row in dropping]
        made["drops_at"] = max(AT, key=lambda place: (roles.count(place), -AT.index(place)))
    imbalance = _imbalance(network, {rows[n]: s.utilisation for n, s in links.items() if s.utilisation is not None})
    if imbalance is not None:
        made["imbalance"] = imbalance
    return made


def _place(network: Network, row: int) -> str:
    """Where a link drops: at the switch that sends on it."""
    if network.links.kind[row] == LinkKind.WAN:
        return "wan"
    role = str(network.nodes.role[network.links.src[row]])
    return role if role in ("leaf", "spine") else "spine" if network.nodes.tier[network.links.src[row]] > 1 else "host"


def _upper(network: Network, row: int) -> str:
    """Role of the end of a link that is farther from the hosts."""
    if network.links.kind[row] == LinkKind.WAN:
        return "wan"
    ends = network.links.src[row], network.links.dst[row]
    role = str(network.nodes.role[max(ends, key=lambda node: network.nodes.tier[node])])
    return role if role in ROLES else "super-spine"


def _imbalance(network: Network, load: Mapping[int, float]) -> float | None:
    """Highest over mean load of links that leave one switch upwards, where two or more of them were looked at."""
    tier, links = network.nodes.tier, network.links
    groups: dict[int, list[float]] = {}
    for row, value in load.items():
        if tier[links.dst[row]] > tier[links.src[row]] > 0:
            groups.setdefault(int(links.src[row]), []).append(value)
    ratios = [max(own) / float(np.mean(own)) for own in groups.values() if len(own) > 1 and sum(own) > 0]
    return max(ratios) if ratios else None


def _places(links: Mapping[str, Seen]) -> Iterator[tuple[str, str]]:
    """Links that stand out, those that are down first."""
    for name, each in sorted(links.items(), key=lambda item: (item[1].state == "up", item[0])):
        if each.state == "down":
            yield name, "down"
        for counter in COUNTERS:
            level = getattr(each, counter)
            if level not in (None, "none"):
                yield name, f"{level} {counter}"
