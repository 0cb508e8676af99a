"""Rules of structured fabrics: routings that are planned and not rendered."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.base.findings import Finding, Severity, rule
from easterly.model.network import Network


@rule("E708", "routing that the rendered BGP does not do")
def routing_is_rendered(network: Network) -> Iterator[Finding]:
    """The rendered routers take all paths of fewest hops; other routings are the business of the switches."""
    for structure in network.structures:
        if structure.routing != "ecmp":
            at = (network.origins or {}).get(structure.fabric, f"fabrics/{structure.fabric}")
            text = f"{structure.routing} routing is planned, and the rendered BGP takes all paths of fewest hops"
            hint = "write routing: ecmp, or set up the routing in the switches and leave the rendered one out"
            yield Finding("E708", f"{at}/routing", text, hint, Severity.WARNING)
