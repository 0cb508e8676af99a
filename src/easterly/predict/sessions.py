"""Sessions of BGP between the routers of a plan."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from easterly.model.address import AddressPlan
from easterly.model.as_hops import AsHops
from easterly.model.network import LinkKind, Network
from easterly.model.spec.site import Site
from easterly.model.underlays import of_link

Step = tuple[str, int]
"""A neighbour, and the cable that leads to it."""


@dataclass(frozen=True)
class Sessions:
    """Routers that speak BGP with each other.

    Attributes
    ----------
    cables : sequence of (str, str)
        Both routers of each cable that has a session.
    lengths : sequence of int [1], optional
        AS hops that each of them counts; 1 if absent.
    asn : mapping of str to int, optional
        Of routers that share their number with others: a path that holds one's own is refused (RFC 4271, section
        9.1.2).
    silent : collection of str, optional
        Routers that tell of nothing but their own prefixes.
    rows : sequence of int, optional
        Rows of the cables in `Network.links`.
    """

    cables: Sequence[tuple[str, str]]
    lengths: Sequence[int] = ()
    asn: Mapping[str, int] | None = None
    silent: Collection[str] = ()
    rows: Sequence[int] = ()

    @cached_property
    def beside(self) -> dict[str, list[Step]]:
        """Neighbours of each router."""
        made: dict[str, list[Step]] = defaultdict(list)
        for i, (a, b) in enumerate(self.cables):
            made[a].append((b, i))
            made[b].append((a, i))
        return made

    def hops(self, routers: Iterable[str], without: int = -1) -> dict[str, int]:
        """Cables from the nearest of some routers to all that their news can reach, without one that failed."""
        found = dict.fromkeys(routers, 0)
        waiting = deque(found)
        while waiting:
            router = waiting.popleft()
            for n, cable in self.beside[router]:
                if cable != without and n not in found:
                    found[n] = found[router] + 1
                    waiting.append(n)
        return found

    def length(self, cable: int) -> int:
        """AS hops that a cable counts."""
        return self.lengths[cable] if self.lengths else 1

    def number(self, router: str) -> int | str:
        """AS number of a router; its name, where it has one for itself."""
        return router if self.asn is None else self.asn.get(router, router)


def sessions(site: Site, network: Network, address: AddressPlan, hops: AsHops) -> Sessions:
    """Sessions on the links of a plan where BGP is spoken.

    Parameters
    ----------
    site : Site
        Underlays.
    network : Network
    address : AddressPlan
        AS numbers.
    hops : AsHops
        What links count for.

    Returns
    -------
    Sessions
    """
    links, names = network.links, network.nodes.name
    between = (row for row in network.cables.tolist() if links.kind[row] != LinkKind.HOST)
    rows = tuple(row for row in between if of_link(site, network, row).protocol == "bgp")
    pairs = tuple((str(names[links.src[row]]), str(names[links.dst[row]])) for row in rows)
    numbers = dict(zip(address.asn_device.tolist(), address.asn.tolist(), strict=True))
    lengths = tuple(int(hops.count[row]) for row in rows)
    return Sessions(pairs, lengths, numbers, frozenset(names[network.ending].tolist()), rows)
