"""Attributes of nodes and links, as JSON and GraphML have them: one meaning for the many names in use."""

from __future__ import annotations

from typing import Any

from easterly.base.units import RATE, QuantityError, parse
from easterly.site.formats.draft import Arc, Draft, Place
from easterly.site.formats.native import MARK, link_kind, link_ports, node_columns, split_names
from easterly.site.formats.values import Values, number, shown

CAPACITY = ("capacity", "bandwidth", "bw", "rate")
DELAY = ("delay", "latency")
COST = ("cost", "weight", "metric")
LENGTH = ("length_m", "length", "distance")
Attributes = dict[str, Any]


class Reader:
    """Reads nodes and links of one file into a draft.

    Parameters
    ----------
    draft : Draft
    values : Values
    graph : dict
        Attributes of the graph; they tell whether Easterly wrote it.
    """

    def __init__(self, draft: Draft, values: Values, graph: Attributes) -> None:
        self.draft = draft
        self.values = values
        self.native = MARK in graph

    def node(self, key: Any, attributes: Attributes, at: str, line: int | None = None) -> Place | None:
        """Add a node."""
        place = self.draft.place(key, at=at, line=line)
        if place is None:
            return None
        place.latitude = coordinate(attributes, "Latitude", 90)
        place.longitude = coordinate(attributes, "Longitude", 180)
        if None in (place.latitude, place.longitude):
            place.latitude = place.longitude = None
        if self.native:
            place.columns = node_columns(attributes, self.draft.found, at=at, line=line)
        return place

    def link(self, src: str, dst: str, attributes: Attributes, *, both: bool, at: str, line: int | None = None) -> None:
        """Add a link."""
        self.draft.arc(
            Arc(
                src, dst, at, line, self._capacity(attributes, at, line), both,
                delay_s=self._delay(attributes, at, line), length_m=self._length(attributes, at, line),
                cost=self._cost(attributes, at, line), srlg=self._srlg(attributes, at, line),
                ports=link_ports(attributes) if self.native else None,
                kind=link_kind(attributes) if self.native else None,
            )
        )  # fmt: skip

    def _capacity(self, attributes: Attributes, at: str, line: int | None) -> float | None:
        if "capacity_bps" in attributes:
            self.values.stated = True
            return self.values.plain(attributes["capacity_bps"], code="E126", what="capacity_bps", at=at, line=line)
        if "LinkSpeedRaw" in attributes:
            self.values.stated = True
            return self.values.plain(attributes["LinkSpeedRaw"], code="E126", what="LinkSpeedRaw", at=at, line=line)
        name = _first(attributes, CAPACITY)
        if name is not None:
            return self.values.rate(attributes[name], code="E126", what=name, at=at, line=line)
        rate_bps = speed(attributes)
        self.values.stated = self.values.stated or rate_bps is not None
        return rate_bps

    def _delay(self, attributes: Attributes, at: str, line: int | None) -> float | None:
        if "delay_s" in attributes:
            return self.values.plain(attributes["delay_s"], code="E129", what="delay_s", at=at, line=line)
        name = _first(attributes, DELAY)
        return None if name is None else self.values.time(attributes[name], what=name, at=at, line=line)

    def _length(self, attributes: Attributes, at: str, line: int | None) -> float | None:
        """Only where the unit is known: a plain ``length`` or ``distance`` may be anything."""
        if "length_m" in attributes:
            return self.values.plain(attributes["length_m"], code="E129", what="length_m", at=at, line=line)
        return None

    def _cost(self, attributes: Attributes, at: str, line: int | None) -> float:
        name = _first(attributes, COST)
        if name is None:
            return 1.0
        cost = self.values.plain(attributes[name], code="E128", what=name, at=at, line=line)
        return 1.0 if cost is None else cost

    def _srlg(self, attributes: Attributes, at: str, line: int | None) -> tuple[str, ...]:
        if attributes.get("srlg") in (None, "", []):
            return ()
        try:
            return split_names(attributes["srlg"])
        except (ValueError, RecursionError):
            message = f"{shown(attributes['srlg'])} is no list of shared-risk groups"
            self.draft.found.error("E122", message, at=at, line=line)
            return ()


def _first(attributes: Attributes, names: tuple[str, ...]) -> str | None:
    return next((name for name in names if attributes.get(name) is not None), None)


def coordinate(attributes: Attributes, name: str, limit: float) -> float | None:
    """A coordinate in degrees, or none: a place that cannot be found is drawn nowhere, but it is a place."""
    try:
        value = number(attributes.get(name, attributes.get(name.lower())))
    except (ValueError, OverflowError):
        return None
    return value if abs(value) <= limit else None


def speed(attributes: Attributes) -> float | None:
    """Rate of a link of the Topology Zoo in bit/s: `LinkSpeed` with its `LinkSpeedUnits`, else `LinkLabel`.

    Labels are for people (``< 2.5 Gbps``, ``OC-48``): one that is no rate is no capacity, and no mistake.

    Examples
    --------
    >>> speed({"LinkSpeed": "10", "LinkSpeedUnits": "G"}), speed({"LinkLabel": "155 Mbps"})
    (10000000000.0, 155000000.0)
    """
    label = attributes.get("LinkLabel")
    if "LinkSpeed" in attributes and "LinkSpeedUnits" in attributes:
        label = f"{attributes['LinkSpeed']} {attributes['LinkSpeedUnits']}b/s"
    if not isinstance(label, str) or len(label) > 100:
        return None
    try:
        rate_bps = parse(label, RATE)
    except QuantityError:
        return None
    return rate_bps if rate_bps > 0 else None
