"""What the parts of a bill cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from easterly.base.units import RATE, parse
from easterly.model.catalog import prices as relative
from easterly.model.catalog.cables import MEDIA
from easterly.model.outcome import Bill, BillLine
from easterly.model.spec.prices import Prices
from easterly.model.spec.site import Site

RATE_OF = {medium.name: medium.rate_bps for medium in MEDIA}
GBPS = 1e9
COPPER = frozenset(medium.name for medium in MEDIA if medium.optics == 0)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a bill comes to.

    Attributes
    ----------
    total : float
        Of everything that has a price.
    by_item : dict of str to float
        The same by kind of part: switch, cable, optic, host, WAN link.
    unpriced : tuple of str
        Kinds of part that are bought and have none.
    unit : str
        Currency, or what 1 stands for.
    """

    total: float
    by_item: dict[str, float]
    unpriced: tuple[str, ...]
    unit: str


def cost(site: Site, bill: Bill) -> Cost:
    """Cost of a bill of materials.

    Ports are part of their switches. Prices are the site's own, or where it has none those of
    `easterly.model.catalog.prices`, which know switches, copper cables and transceivers; never both, as one is money.

    Parameters
    ----------
    site : Site
    bill : Bill

    Returns
    -------
    Cost
    """
    price = _relative(site) if site.prices is None else _own(site.prices)
    by_item: dict[str, float] = {}
    unpriced: dict[str, None] = {}
    for line in bill.lines:
        each = price(line) if line.item != "port" else 0.0
        if each is None:
            unpriced[f"{line.item} {line.what}"] = None
        elif line.item != "port":
            by_item[line.item] = by_item.get(line.item, 0.0) + each * line.count
    return Cost(sum(by_item.values()), by_item, tuple(unpriced), _unit(site))


def _unit(site: Site) -> str:
    return relative.SOURCE if site.prices is None else site.prices.currency or "in the unit of the site's prices"


def _own(prices: Prices) -> Callable[[BillLine], float | None]:
    """Prices of the site file; fibre costs nothing where only its transceivers have a price."""
    tables = {"switch": prices.switches, "host": prices.hosts, "cable": prices.cables, "optic": prices.optics}

    def price(line: BillLine) -> float | None:
        if line.item == "WAN link":
            return None if prices.wan is None else prices.wan * parse(line.detail, RATE) / GBPS
        bare_fibre = line.item == "cable" and line.what in prices.optics
        return tables[line.item].get(line.what, 0.0 if bare_fibre else None)

    return price


def _relative(site: Site) -> Callable[[BillLine], float | None]:
    def price(line: BillLine) -> float | None:
        if line.item == "switch" and line.what in site.hardware.switches:
            model = site.hardware.switches[line.what]
            return relative.switch(model.ports, model.rate)
        if line.item == "cable" and line.what in RATE_OF:
            return relative.copper(RATE_OF[line.what]) if line.what in COPPER else 0.0
        if line.item == "optic" and line.what in RATE_OF:
            return relative.optic(RATE_OF[line.what])
        return None

    return price
