"""Rules of intents: what they let fail exists, and what was measured can prove what they promise."""

from __future__ import annotations

import math
from collections.abc import Iterator

from easterly.base.findings import Finding, Severity, did_you_mean, rule
from easterly.base.units import SHARE, TIME, format_short
from easterly.model.network import Network
from easterly.model.spec.intent import Measured, Quantile
from easterly.model.spec.site import Site
from easterly.verify.follow.binomial import fewest_samples
from easterly.verify.follow.statement import named

CONFIDENCE = 0.95


@rule("E951", "an intent names a device or link that does not exist")
def named_failures_exist(site: Site, network: Network) -> Iterator[Finding]:
    """Devices and links that are to fail by name are those of the network."""
    wanted = [(intent, name) for _, intent in sorted(site.intents.items()) for name in intent.under.failures.named]
    if not wanted:
        return
    devices = set(network.nodes.device.tolist())
    links = set(network.link_ids.tolist()) if any(">" in name for _, name in wanted) else set()
    for intent, name in wanted:
        if name not in devices and name not in links:
            yield Finding(
                "E951",
                f"{intent.origin}/under/failures/named",
                f"the network has no device or link {name}",
                did_you_mean(name, links if ">" in name else devices),
            )


def _promises(site: Site) -> Iterator[tuple[str, Quantile, Measured]]:
    """Promised quantiles with what was measured of them, and their place, by name of the intent."""
    for _, intent in sorted(site.intents.items()):
        for key in ("latency", "queue_delay"):
            promise: Quantile | None = getattr(intent, key)
            if promise is not None and promise.measured is not None:
                yield f"{intent.origin}/{key}/measured", promise, promise.measured


@rule("E952", "a lower quantile was measured than is promised")
def measurements_reach_the_promise(site: Site) -> Iterator[Finding]:
    """P95 says nothing of the worst one in a thousand."""
    for at, promise, measured in _promises(site):
        if measured.quantile < promise.quantile:
            silent = format_short(promise.quantile - measured.quantile, SHARE)
            yield Finding(
                code="E952",
                at=f"{at}/quantile",
                message=f"{named(promise.quantile)} is promised and {named(measured.quantile)} was measured, which "
                f"says nothing of the {silent} between them",
                hint=f"measure {named(promise.quantile)}, from {_least(promise.quantile):,} samples or more, "
                f"or promise quantile: {measured.quantile:g}",
            )


@rule("E953", "too few samples for a quantile")
def samples_suffice(site: Site) -> Iterator[Finding]:
    """One sample in 1 / (1 - q) lies above quantile q: with fewer, the largest one is all that is known."""
    for at, promise, measured in _promises(site):
        q = max(promise.quantile, measured.quantile)
        least, sure = _least(q), fewest_samples(q, 0, CONFIDENCE)
        if measured.samples is None or measured.samples >= sure:
            continue
        too_few = measured.samples < least
        above, luck = format_short(1 - q, SHARE), f"{q**measured.samples:.0%}"
        yield Finding(
            code="E953",
            at=f"{at}/samples",
            message=f"{measured.samples:,} samples for {named(q)}: "
            + (
                f"not one of them is expected above it, 1 / {above} = {least:,} are needed"
                if too_few
                else f"if {above} of all are above the limit, none of these shows it {luck} of the time"
            ),
            hint=f"take {least:,} samples at least, and {sure:,} for {CONFIDENCE:.0%} confidence",
            severity=Severity.ERROR if too_few else Severity.WARNING,
        )


@rule("E954", "what was measured misses what is promised")
def measurements_meet_the_promise(site: Site) -> Iterator[Finding]:
    """Quantiles grow: a lower one above the limit disproves the promise too."""
    for at, promise, measured in _promises(site):
        value_s = measured.value
        if value_s is not None and measured.quantile <= promise.quantile and value_s > promise.max:
            yield Finding(
                code="E954",
                at=f"{at}/value",
                message=f"{named(measured.quantile)} was {format_short(value_s, TIME)}, so {named(promise.quantile)} "
                f"is no less; {format_short(promise.max, TIME)} is promised",
                hint=f"promise max: {format_short(value_s, TIME)} or more, or change what causes the delay",
                severity=Severity.WARNING,
            )


def _least(quantile: float) -> int:
    """Samples of which one is expected above a quantile.

    >>> _least(0.999), _least(0.95)
    (1000, 20)
    """
    return math.ceil(round(1 / (1 - quantile), 6))
