"""What the blueprints of two tiers share: hosts per leaf, the number of spines, their mesh."""

from __future__ import annotations

from dataclasses import dataclass

from easterly.base.findings import Finding
from easterly.base.units import RATE, format_exact
from easterly.model.spec.fabric import LeafTier
from easterly.model.spec.hardware import HostType, SwitchType
from easterly.site.blueprints.faults import full, refuse, refuse_any, too_many_ports, uneven
from easterly.site.blueprints.wiring import ceil_div, fewest_uppers


@dataclass(frozen=True, slots=True)
class Room:
    """Ports of a top-tier switch, and how many of them the border routers get."""

    ports: int
    borders: int

    @property
    def free(self) -> int:
        """Ports left for the tier below."""
        return self.ports - self.borders

    @property
    def words(self) -> str:
        """For a message."""
        return f"a spine has {self.ports}" + (f", {self.borders} of them for border routers" if self.borders else "")


@dataclass(frozen=True, slots=True)
class Spread:
    """Spines, and parallel links from each leaf to each of them."""

    spines: int
    links: int


def check_leaf(origin: str, leaf: LeafTier, model: SwitchType) -> None:
    """A leaf must have the ports that it uses, and run them at a rate that it has.

    Raises
    ------
    FindingsError
        E401 down and up exceed the radix, E416 the uplinks are faster than the ports.
    """
    refuse_any(_leaf_faults(origin, leaf, model))


def _leaf_faults(origin: str, leaf: LeafTier, model: SwitchType) -> list[Finding]:
    found, used = [], leaf.down + leaf.up
    if used > model.ports:
        up = model.ports - leaf.down
        hint = (
            f"lower up to {up}, or down to {max(model.ports - leaf.up, 0)}"
            if up >= 0
            else f"lower down to {model.ports}"
        )
        found.append(
            too_many_ports(f"{origin}/leaf", "leaf", f"{leaf.down} down + {leaf.up} up", used, model.ports, hint)
        )
    if leaf.up_rate is not None and leaf.up_rate > model.rate:
        found.append(too_fast(f"{origin}/leaf/up_rate", "uplinks", leaf.up_rate, "leaf", model))
    return found


def too_fast(at: str, what: str, rate_bps: float, role: str, model: SwitchType) -> Finding:
    """Links that are faster than a port that they are plugged into."""
    text = f"{what} of {format_exact(rate_bps, RATE)} on a {role} whose ports run at {format_exact(model.rate, RATE)}"
    return Finding("E416", at, text, f"lower the rate to {format_exact(model.rate, RATE)}, or use a faster switch type")


def uplink_rate(origin: str, leaf: LeafTier, leaf_model: SwitchType, spine_model: SwitchType) -> float:
    """Rate of a leaf's uplinks: as written, else the lower of both ends' port rates [bit/s]."""
    if leaf.up_rate is None:
        return float(min(leaf_model.rate, spine_model.rate))
    if leaf.up_rate > spine_model.rate:
        refuse(too_fast(f"{origin}/leaf/up_rate", "uplinks", leaf.up_rate, "spine", spine_model))
    return float(leaf.up_rate)


def hosts_per_leaf(at: str, down: int, nics: int, model: HostType, what: str = "leaf.down") -> int:
    """Whole hosts that the down ports of a leaf hold.

    Raises
    ------
    FindingsError
        E404: not even one.
    """
    if nics > down:
        text = f"{what} of {down} ports cannot hold one host of type {model.name} with {nics} interfaces"
        refuse(Finding("E404", at, text, f"raise {what} to a multiple of {nics}, or spread interfaces by rails"))
    return down // nics


def spread(origin: str, leaves: int, up: int, room: Room, count: int | None, per_leaf: int, each: str = "") -> Spread:
    """Number of spines, and links from each leaf to each.

    Without a count it is the smallest that divides `up` and has ports for all leaves: fewer and fuller
    spines cost less, and every leaf reaches every spine equally. It is never one where a leaf has two uplinks.

    Parameters
    ----------
    origin : str
        Path of the fabric.
    leaves, up : int
        Leaves below the spines, and uplinks of each.
    room : Room
        Ports of a spine.
    count : int or None
        What the file says.
    per_leaf : int
        Hosts that one leaf adds; for the hint.
    each : str
        ``" of each plane"`` where there are several.

    Raises
    ------
    FindingsError
        E402 the uplinks do not divide by the spines, E403 too many leaves for the radix, E410 too many beside
        the border.
    """
    if up == 0:
        hint = "set up, or use the blueprint rail-only"
        refuse(Finding("E402", f"{origin}/leaf/up", "a leaf without uplinks reaches no spine", hint))
    spines = count if count is not None else fewest_uppers(leaves, up, room.free)
    if spines is None:
        refuse(_no_count(origin, leaves, room, per_leaf, each))
    if up % spines:
        refuse(uneven(f"{origin}/leaf/up", "leaf", up, "spine", spines))
    if leaves * (up // spines) > room.free:
        refuse(_overfull(origin, leaves, up, spines, room, each))
    return Spread(spines, up // spines)


def _no_count(origin: str, leaves: int, room: Room, per_leaf: int, each: str) -> Finding:
    text = f"{leaves} leaves{each} need at least {leaves} ports on every spine; {room.words}"
    hint = f"keep to {max(room.free, 0) * per_leaf} hosts, use `clos` with 3 tiers, or spines with more ports"
    return full(f"{origin}/hosts/count", text, hint)


def _overfull(origin: str, leaves: int, up: int, spines: int, room: Room, each: str) -> Finding:
    """Too few spines for the leaves; E410 if only the border is too much."""
    links = up // spines
    more = fewest_uppers(leaves, up, room.free)
    hint = (
        f"raise count to {more}"
        if more
        else f"at most {room.free} leaves fit; use `clos` with 3 tiers, or larger spines"
    )
    text = f"{leaves} leaves x {links} uplinks to each spine{each} = {leaves * links} ports; {room.words}"
    return Finding("E410" if leaves * links <= room.ports else "E403", f"{origin}/spine", text, hint)


def leaves_for(hosts: int, per_leaf: int) -> int:
    """Leaves that hold so many hosts."""
    return ceil_div(hosts, per_leaf)
