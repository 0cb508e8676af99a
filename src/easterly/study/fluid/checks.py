"""Wishes that make no sense, said before anything is simulated."""

from __future__ import annotations

from easterly.base.findings import did_you_mean
from easterly.demand.time.profile import WEEK_s
from easterly.study.fluid.wishes import ROUTINGS, Wishes
from easterly.study.nouns import Nouns

SLOWEST = 1_000
"""Times as long as usual that a host may take to compute; what takes longer is no straggler, but down."""


def jobs_of(nouns: Nouns, wishes: Wishes) -> list[str]:
    """Jobs whose steps are simulated: those that are named, or all that have hosts."""
    hosts, known = nouns.placement.value.hosts, list(nouns.site.jobs)
    jobs = list(wishes.jobs) or [name for name in known if name in hosts]
    missing = [name for name in jobs if name not in hosts or name not in known]
    if missing:
        raise ValueError(f"no job that has hosts is called {missing[0]!r}: {did_you_mean(missing[0], known)}")
    if not jobs:
        raise ValueError("there is no job whose steps could be simulated: give the site a job with hosts")
    return jobs


def check(nouns: Nouns, wishes: Wishes) -> None:
    """Refuse wishes that make no sense."""
    names = nouns.network.value.hosts.name.tolist()
    for host, factor in wishes.stragglers.items():
        if host not in names:
            raise ValueError(f"no host is called {host!r}: {did_you_mean(host, names)}")
        if not 0 < factor <= SLOWEST:
            raise ValueError(
                f"host {host!r} computes {factor:g} times as long: give a number above 0, up to {SLOWEST:,}"
            )
    for name, work in {**nouns.site.services, **nouns.site.traffic}.items():
        if work.until is not None and work.until <= work.begins:
            raise ValueError(f"{name!r} begins at {work.begins:g} s and stops at {work.until:g} s: let it stop later")
    if wishes.at_s is not None and not 0 <= wishes.at_s < WEEK_s:
        raise ValueError(f"a week has no moment {wishes.at_s:g} s: give a time from 0 to below {WEEK_s:g} s")
    if wishes.routing not in ROUTINGS:
        raise ValueError(f"no routing is called {wishes.routing!r}; there are {', '.join(ROUTINGS)}")
    if wishes.steps < 1 or not 0 <= wishes.jitter <= 2:
        raise ValueError("a simulation needs at least one step, and a variation of compute from 0 to 2")
    if not (wishes.detect_s >= 0 and wishes.reroute_s >= 0):
        raise ValueError("a failure is noticed, and routed around, after 0 s at the earliest")
