"""A topology as a file tells it, before its links are paired and its columns made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from easterly.base.findings import did_you_mean
from easterly.site.formats.found import Found
from easterly.site.formats.values import fit_name, shown

MOST_NODES = 250_000
MOST_LINKS = 2_000_000
SEARCHED = 10_000
"""Names among which a similar one is looked for: more would take seconds."""


@dataclass(slots=True)
class Place:
    """A node.

    Attributes
    ----------
    key : str
        By what links name it.
    name : str
    latitude, longitude : float or None [degree]
    columns : dict
        Columns of `Nodes` by name, where the file was written by Easterly.
    """

    key: str
    name: str
    latitude: float | None = None
    longitude: float | None = None
    columns: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Arc:
    """A link from `src` to `dst`, or (`both`) a cable that is both directions.

    Attributes
    ----------
    at : str
        Where it stands in the file, as findings say it.
    capacity_bps : float or None [bit/s]
    delay_s, length_m : float or None [s], [m]
    ports : pair of int or None
        Ports at both ends, where the file names them.
    """

    src: str
    dst: str
    at: str
    line: int | None
    capacity_bps: float | None
    both: bool
    delay_s: float | None = None
    length_m: float | None = None
    cost: float = 1.0
    srlg: tuple[str, ...] = ()
    ports: tuple[int, int] | None = None
    kind: int | None = None


class Draft:
    """Nodes and links as read so far."""

    def __init__(self, name: str, found: Found) -> None:
        self.name = name
        self.found = found
        self.places: dict[str, Place] = {}
        self.arcs: list[Arc] = []
        self.loops = 0

    def place(self, key: Any, *, at: str, line: int | None) -> Place | None:
        """Add a node under its key, which is its name until it gets a better one."""
        name = fit_name(key)
        if name is None:
            self.found.error("E122", f"{shown(key)} cannot be the name of a node", at=at, line=line)
        elif name in self.places:
            hint = "give one of them another id, and the links that mean it"
            self.found.error("E124", f"node {shown(name)} stands twice in the file", hint=hint, at=at, line=line)
        elif len(self.places) >= MOST_NODES:
            self.found.error("E132", f"the file has more than {MOST_NODES:,} nodes", at=at, line=line)
        else:
            self.places[name] = Place(name, name)
            return self.places[name]
        return None

    def arc(self, arc: Arc) -> None:
        """Add a link, if its ends are nodes; one that ends where it starts is left out."""
        missing = [end for end in (arc.src, arc.dst) if end not in self.places]
        if missing:
            self.dangling(missing[0], "link", at=arc.at, line=arc.line)
        elif arc.src == arc.dst:
            message = f"the link of {shown(arc.src)} to itself is left out"
            hint = "nothing need be done, unless another node was meant"
            self.found.warning("E130", message, hint=hint, at=arc.at, line=arc.line)
        elif len(self.arcs) >= MOST_LINKS:
            self.found.error("E132", f"the file has more than {MOST_LINKS:,} links", at=arc.at, line=arc.line)
        else:
            self.arcs.append(arc)

    def dangling(self, end: str, what: str, *, at: str, line: int | None) -> None:
        """Note that a link or a demand ends at no node."""
        hint = did_you_mean(end, self.places) if len(self.places) <= SEARCHED else ""
        self.found.error("E125", f"the {what} ends at {shown(end)}, which is no node", hint=hint, at=at, line=line)

    def label(self, labels: dict[str, Any]) -> None:
        """Name the nodes by their labels, if these tell them apart; else the keys stay their names."""
        names = {key: fit_name(labels.get(key)) for key in self.places}
        if None not in names.values() and len(set(names.values())) == len(names):
            for key, place in self.places.items():
                place.name = names[key] or key
