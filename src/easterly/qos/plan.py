"""Classes to queues: shares resolved, one queue each."""

from __future__ import annotations

from collections.abc import Sequence

from easterly.base.columns import bools, floats, ints, texts
from easterly.model.outcome import QosPlan
from easterly.model.spec.policy import TrafficClass
from easterly.model.spec.site import Site


def plan(site: Site) -> QosPlan:
    """Queues and shares of the classes of a site.

    Every port of every switch gets the same plan, so it uses the queues of the switch that has fewest. A class
    keeps the queue it asks for; the others get the queue of their class selector, ``dscp // 8`` (RFC 2474,
    section 4.2.2), or the nearest one that is free, in the order of code points.

    Parameters
    ----------
    site : Site
        Checked: its shares add up and there are queues enough (rules E8xx).

    Returns
    -------
    QosPlan
        Classes in the order of their names.
    """
    classes = [site.classes[name] for name in sorted(site.classes)]
    queue = assign(classes, queues(site))
    share = shares(classes)
    return QosPlan(
        traffic_class=texts([c.name for c in classes]),
        dscp=ints([c.dscp for c in classes]),
        queue=ints([queue[c.name] for c in classes]),
        share=floats([share[c.name] for c in classes]),
        strict=bools([c.priority == "strict" for c in classes]),
        lossless=bools([c.lossless for c in classes]),
    )


def queues(site: Site) -> int:
    """Egress queues per port of the switch model that has fewest; 8 where no switch is declared."""
    return min((switch.queues for switch in site.hardware.switches.values()), default=8)


def stated(classes: Sequence[TrafficClass]) -> float:
    """Sum of the shares that are written as numbers.

    Shares are summed in millionths of a percent, so that 33.3 % thrice and 0.1 % are exactly the whole.
    """
    return sum(round(float(c.share) * 1e8) for c in classes if c.share != "rest") / 1e8


def shares(classes: Sequence[TrafficClass]) -> dict[str, float]:
    """Share of each class, with ``rest`` resolved to what the others leave (divided, should several say it)."""
    takers = sum(c.share == "rest" for c in classes)
    left = max(0.0, 1.0 - stated(classes)) / max(1, takers)
    return {c.name: left if c.share == "rest" else float(c.share) for c in classes}


def assign(classes: Sequence[TrafficClass], count: int) -> dict[str, int]:
    """Queue of each class; two classes share one only where there are more classes than queues.

    >>> from easterly.model.spec.policy import TrafficClass
    >>> a, b = TrafficClass(dscp=26, share="50%"), TrafficClass(dscp=28, share="50%")
    >>> a.named("a", "classes/a"), b.named("b", "classes/b")
    (None, None)
    >>> assign([a, b], 8)
    {'a': 3, 'b': 2}
    """
    given = {c.name: c.queue for c in classes if c.queue is not None}
    taken = set(given.values())
    for c in sorted((c for c in classes if c.queue is None), key=lambda c: (c.dscp, c.name)):
        wish = min(c.dscp // 8, count - 1)
        free = [q for q in range(count) if q not in taken]
        given[c.name] = min(free, key=lambda q: (abs(q - wish), q)) if free else wish
        taken.add(given[c.name])
    return given
