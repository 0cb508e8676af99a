"""Allocations that look wrong. Each function takes what was read, and says what it found; none changes anything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from easterly.address.ipam.equipment import Interface, read_mac
from easterly.address.ipam.history import Usage
from easterly.address.ipam.nouns import Allocation


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something to look at.

    Attributes
    ----------
    code : str
        ``growth``, ``stale``, ``duplicate-mac``, ``dns-missing``, ``dns-differs`` or ``dns-unknown``.
    message : str
    ids : tuple of int
        Allocations concerned.
    """

    code: str
    message: str
    ids: tuple[int, ...] = ()


def growth(noted: Usage, *, times: float = 6.0, least: float = 16.0) -> Iterator[Anomaly]:
    """Whether the newest step is far beyond those before it.

    The step is compared with the median of all earlier steps, in units of their median absolute deviation times
    1.4826 (Hampel 1974), which is the standard deviation of a normal distribution.

    Parameters
    ----------
    noted : Usage
    times : float
        Deviations that are too many.
    least : float
        Addresses that a step has to bring at least, whatever the deviation.

    Yields
    ------
    Anomaly

    Examples
    --------
    >>> from easterly.base.columns import floats
    >>> [found.code for found in growth(Usage(floats(range(8)), floats([0, 2, 3, 5, 6, 8, 9, 200])))]
    ['growth']
    """
    steps = np.diff(noted.used)
    if len(steps) < 4:
        return
    usual = float(np.median(steps[:-1]))
    deviation = 1.4826 * float(np.median(np.abs(steps[:-1] - usual)))
    if steps[-1] - usual > max(least, times * deviation):
        yield Anomaly("growth", f"{steps[-1]:.0f} addresses more in one interval, and {usual:.0f} are usual")


def stale(
    allocations: Iterable[Allocation], seen_ms: Mapping[str, int], now_ms: int, *, after_s: float
) -> Iterator[Anomaly]:
    """Addresses that are held without a lease, and that nobody has seen for long.

    Parameters
    ----------
    allocations : iterable of Allocation
    seen_ms : mapping of str to int
        When an address was last seen, since 1970, by its text.
    now_ms : int
    after_s : float
        How long is long; one that was never seen counts from when it was given.

    Yields
    ------
    Anomaly
    """
    for a in allocations:
        last = max(seen_ms.get(a.text, 0), a.since_ms)
        if a.kind == "address" and a.state == "held" and a.until_ms is None and now_ms - last > after_s * 1000:
            yield Anomaly("stale", f"{a.text} was not seen for {(now_ms - last) / 86_400_000:.1f} days", (a.id,))


def duplicate_macs(
    allocations: Iterable[Allocation], interfaces: Mapping[str, Iterable[Interface]] = MappingProxyType({})
) -> Iterator[Anomaly]:
    """One MAC that two devices claim: their addresses in one VRF, or interfaces, which are in every VRF.

    One device may have many addresses, and interfaces that share a MAC address, as those of a bond do.

    Parameters
    ----------
    allocations : iterable of Allocation
    interfaces : mapping of str to iterable of Interface
        By name of the device.

    Yields
    ------
    Anomaly
    """
    owners = defaultdict[str, set[str]](set)
    for device, parts in interfaces.items():
        for part in parts:
            if part.mac:
                owners[part.mac].add(device)
    claims = defaultdict[tuple[str, int], list[Allocation]](list, {(mac, 0): [] for mac in owners})
    for a in allocations:
        if a.about.mac and a.state != "quarantined":
            claims[_hardware(a.about.mac), a.vrf].append(a)
    told = set[tuple[str, tuple[str, ...]]]()
    for (mac, _), held in sorted(claims.items(), key=lambda item: (item[0][0], not item[0][1], item[0][1])):
        devices = sorted({a.about.device or f"the holder of {a.text}" for a in held} | owners[mac])
        if len(devices) > 1 and (held or (mac, tuple(devices)) not in told):
            told.add((mac, tuple(devices)))
            yield Anomaly("duplicate-mac", f"{mac} is claimed by {', '.join(devices)}", tuple(a.id for a in held))


def _hardware(mac: str) -> str:
    """A MAC address in its one spelling; what is none stays."""
    try:
        return read_mac(mac)
    except ValueError:
        return mac.lower()


def dns_drift(allocations: Iterable[Allocation], records: Mapping[str, Iterable[str]]) -> Iterator[Anomaly]:
    """Names and addresses of which the store and the DNS say different things.

    Parameters
    ----------
    allocations : iterable of Allocation
    records : mapping of str to iterable of str
        Addresses of each name, as the DNS answers; both as text.

    Yields
    ------
    Anomaly
    """
    ours = defaultdict[str, dict[str, int]](dict)
    for a in allocations:
        if a.about.dns_name and a.kind == "address" and a.state == "held":
            ours[_name(a.about.dns_name)][a.text] = a.id
    theirs = {_name(name): set(found) for name, found in records.items()}
    for name in sorted(ours.keys() | theirs.keys()):
        held, found = ours.get(name, {}), theirs.get(name, set())
        ids = tuple(sorted(held.values()))
        if not found:
            yield Anomaly("dns-missing", f"{name} is not in the DNS", ids)
        elif not held:
            yield Anomaly("dns-unknown", f"{name} is in the DNS, and no address has it")
        elif found != held.keys():
            yield Anomaly("dns-differs", f"{name} is {_list(found)} in the DNS, and {_list(held)} here", ids)


def _name(text: str) -> str:
    """A name without case and without the dot of the root (RFC 4343)."""
    return text.rstrip(".").lower()


def _list(texts: Iterable[str]) -> str:
    return ", ".join(sorted(texts))
