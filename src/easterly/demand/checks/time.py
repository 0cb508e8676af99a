"""Rules of demand over time: profiles that cannot be, and demand that outgrows its links."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from easterly.base.counts import counted
from easterly.base.findings import Finding, Severity, rule
from easterly.base.units import RATE, format_short
from easterly.demand.time.profile import course, offset_s
from easterly.model.network import Network
from easterly.model.series import Outlook
from easterly.model.spec.site import Site
from easterly.model.spec.time import Profile

DAY_MINUTES = 1440


def _profiles(site: Site) -> list[Profile]:
    return [site.profiles[name] for name in sorted(site.profiles)]


@rule("E655", "the parts of a day or week are no whole minutes")
def parts_are_whole(site: Site) -> Iterator[Finding]:
    """Days divide into parts of whole minutes, weeks into days."""
    for given in _profiles(site):
        if given.day and DAY_MINUTES % len(given.day):
            minutes = DAY_MINUTES / len(given.day)
            message = f"{len(given.day)} factors cut the day into parts of {minutes:.4g} minutes"
            yield Finding("E655", f"{given.origin}/day", message, "write 24 factors for hours, or 96 for quarters")
        if given.week and (len(given.week) % 7 or 7 * DAY_MINUTES % len(given.week)):
            message = f"{len(given.week)} factors do not cut the week into days of equal parts"
            yield Finding("E655", f"{given.origin}/week", message, _days(len(given.week)))


def _days(count: int) -> str:
    """What is missing from factors of a week."""
    if count in (5, 6):
        return f"write 7 factors from Monday on; {7 - count} more for the weekend"
    return "write 7 factors for days from Monday on, or 168 for hours"


@rule("E656", "the clock of a profile is no offset from UTC")
def clocks_are_offsets(site: Site) -> Iterator[Finding]:
    """Zones are offsets: names of places change their clocks twice a year."""
    for given in _profiles(site):
        try:
            offset_s(given.zone)
        except ValueError:
            message = f"{given.zone!r} is no offset from UTC"
            yield Finding("E656", f"{given.origin}/zone", message, "write it like +09:00, -05:00 or UTC")


@rule("E657", "a profile never sends")
def profiles_send(site: Site) -> Iterator[Finding]:
    """Some factor is more than zero."""
    for given in _profiles(site):
        if course(given.model_copy(update={"base": "one"})).max() > 0:
            continue
        zero = [key for key in ("day", "week") if getattr(given, key) and max(getattr(given, key)) == 0]
        at = f"{given.origin}/{zero[0]}" if zero else given.origin
        message = "all factors are zero" if zero else "day and week have no moment in common"
        yield Finding(
            "E657", at, f"{message}: nothing is ever sent", "give some factor more than 0, or leave it out",
            on_key=not zero,
        )  # fmt: skip


def faults(site: Site) -> tuple[Finding, ...]:
    """Why the courses of a site cannot be followed; nothing where they can."""
    return (*parts_are_whole(site), *clocks_are_offsets(site), *profiles_send(site))


@rule("E658", "growth is unlikely")
def growth_is_likely(site: Site) -> Iterator[Finding]:
    """Growth is a factor per year, not a share or a percentage."""
    for given in _profiles(site):
        if 0.5 < given.growth <= 5:
            continue
        more, what = _percent(given.growth), "only" if given.growth <= 0.5 else "all of"
        yield Finding(
            code="E658",
            at=f"{given.origin}/growth",
            message=f"growth {given.growth:g} makes every year {what} {given.growth:.3g} times the one before",
            hint=f"it is a factor: for {more:g}% more a year write {1 + more / 100:g}",
            severity=Severity.WARNING,
        )


def _percent(growth: float) -> float:
    """The percentage that was probably meant: 0.3, 30 and 130 are all 30 % more."""
    if growth <= 0.5:
        return round(100 * growth, 6)
    return growth if growth < 100 else round(growth - 100, 6)


@rule("E659", "growing demand fills a link")
def links_keep_up(site: Site, network: Network, outlook: Outlook) -> Iterator[Finding]:
    """At the busiest hour of a week, now and within three years, links carry what is sent over them."""
    for owner in sorted(set(outlook.owner.tolist())):
        rows = np.flatnonzero(outlook.owner == owner)
        first, months = int(outlook.link[rows[0]]), int(outlook.months[rows[0]])
        when = f"in {counted(months, 'month')}" if months else "already"
        sent, carried = (format_short(float(c), RATE) for c in (outlook.load_bps[rows[0]], _capacity(network, first)))
        where = f"{network.link_ids[first]}, which carries {carried}"
        more = f" (one of {len(rows)} such links)" if len(rows) > 1 else ""
        yield Finding(
            code="E659",
            at=f"{_origin(site, owner)}/profile",
            message=f"{when}, {sent} in the busiest hour go over {where}{more}",
            hint="add capacity there" + (" before that" if months else ", or move some of it to another hour"),
            severity=Severity.WARNING,
        )


def _capacity(network: Network, link: int) -> float:
    return float(network.links.capacity_bps[link])


def _origin(site: Site, owner: str) -> str:
    """Path of a work in the site file."""
    kind = "services" if owner in site.services else "traffic"
    return f"{kind}/{owner}"
