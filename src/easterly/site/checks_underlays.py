"""Rules of routing protocols: their settings fit together, and fabrics and WAN speak protocols that meet."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.base.findings import Finding, rule
from easterly.model.spec.site import Site
from easterly.model.spec.underlay import Detection, Underlay
from easterly.model.underlays import of_fabric, timers

FASTEST_S, SLOWEST_S = 0.01, 60.0
"""Intervals of BFD that FRR takes."""
LONGEST_S = 65535
MULTIPLIERS = range(2, 101)
"""Hellos of IS-IS that may be missed, in FRR."""
SLACK_S = 1e-9


@rule("E438", "settings of a routing protocol do not fit together")
def underlays_fit(site: Site) -> Iterator[Finding]:
    """Timers are such as the protocol can keep."""
    stated = [(spec.underlay, f"{spec.origin}/underlay") for _, spec in sorted(site.fabrics.items())]
    for underlay, at in (*stated, (site.wan.underlay, "wan/underlay")):
        if underlay is not None:
            yield from _hellos(underlay, at)
            yield from _detection(underlay, at)


def _hellos(underlay: Underlay, at: str) -> Iterator[Finding]:
    for name in ("hello", "dead"):
        value = getattr(underlay, name)
        if value is not None and (abs(value - round(value)) > SLACK_S or not 1 <= value <= LONGEST_S):
            text = f"{name} of {value:g} s: protocols count whole seconds from 1 to {LONGEST_S}"
            yield Finding("E438", f"{at}/{name}", text, "write 1s or more; `bfd` is there for less")
            return
    if underlay.dead is not None and underlay.hello is None:
        yield Finding("E438", f"{at}/dead", "a dead time without an interval of hellos", "state `hello` too")
    found = timers(underlay)
    if found is None:
        return
    if found.dead_s <= found.hello_s:
        text = f"a neighbour is gone after {found.dead_s} s, and says hello every {found.hello_s} s"
        yield Finding("E438", f"{at}/dead", text, "state three hellos or more")
    elif underlay.protocol == "isis" and (
        found.dead_s % found.hello_s or found.dead_s // found.hello_s not in MULTIPLIERS
    ):
        text = f"IS-IS counts hellos that are missed, and {found.dead_s} s are not 2 to 100 times {found.hello_s} s"
        yield Finding("E438", f"{at}/dead", text, "state a multiple of `hello`")


def _detection(underlay: Underlay, at: str) -> Iterator[Finding]:
    if not isinstance(underlay.bfd, Detection):
        return
    interval_s = underlay.bfd.interval
    whole = abs(interval_s * 1e3 - round(interval_s * 1e3)) < SLACK_S * 1e3
    if not whole or not FASTEST_S <= interval_s <= SLOWEST_S:
        text = f"an interval of {interval_s * 1e3:g} ms: BFD takes whole milliseconds from 10 to 60000"
        yield Finding("E438", f"{at}/bfd/interval", text, "50ms is usual")


@rule("E439", "fabric and WAN speak protocols that do not meet")
def protocols_meet(site: Site) -> Iterator[Finding]:
    """A border hands routes from one protocol to BGP and back; between two others it has no way."""
    wan = site.wan.underlay
    if wan is None or wan.protocol == "bgp":
        return
    ends = {end for link in site.wan.links.values() for end in (link.a, link.b)}
    for name in sorted(ends & set(site.fabrics)):
        own = of_fabric(site, name).protocol
        if own != wan.protocol:
            text = f"the WAN speaks {wan.protocol}, and fabric {name} {own}"
            yield Finding("E439", "wan/underlay/protocol", text, f"write bgp, or {wan.protocol} in the fabric as well")
