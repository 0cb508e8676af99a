"""The audit, replayed: what the changes of a chain leave behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from easterly.address.ipam.equipment import Device, Interface, read_device, read_interface
from easterly.address.ipam.nouns import NOBODY, About, Allocation, Entry, Vrf
from easterly.address.ipam.packed import imported
from easterly.address.ipam.places import place


def replay(entries: Iterable[Entry]) -> tuple[dict[str, Any] | None, dict[int, Allocation]]:
    """State of a pool after the entries of its chain.

    Parameters
    ----------
    entries : iterable of Entry
        From the first one on.

    Returns
    -------
    definition : dict or None
        What the pool is; None after its end.
    allocations : dict of int to Allocation
        By id.

    Raises
    ------
    ValueError
        For a change that cannot follow those before it.
    """
    definition: dict[str, Any] | None = None
    rows: dict[int, Allocation] = {}
    for entry in entries:
        change = entry.change
        try:
            definition = _step(definition, rows, change, entry)
        except KeyError as error:
            raise ValueError(f"audit entry {entry.seq} of chain {entry.chain} lacks {error}") from error
    return definition, rows


@dataclass(frozen=True, slots=True)
class Office:
    """What the administration's chain leaves behind.

    Attributes
    ----------
    vrfs, devices, interfaces : dict
        By id; the VRF that every store begins with is not in the chain.
    tokens, hooks : dict
        By name; what is told of each, which is nothing secret.
    """

    vrfs: dict[int, Vrf] = field(default_factory=dict)
    devices: dict[int, Device] = field(default_factory=dict)
    interfaces: dict[int, Interface] = field(default_factory=dict)
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    hooks: dict[str, dict[str, Any]] = field(default_factory=dict)


def replay_office(entries: Iterable[Entry]) -> Office:
    """State after the entries of the administration's chain.

    Parameters
    ----------
    entries : iterable of Entry
        From the first one on.

    Returns
    -------
    Office

    Raises
    ------
    ValueError
        For a change that cannot follow those before it.
    """
    state = Office()
    for entry in entries:
        change = entry.change
        try:
            _office_step(state, change)
            state.devices.update((said["id"], read_device(said)) for said in change.get("devices", ()))
            state.interfaces.update((said["id"], read_interface(said)) for said in change.get("interfaces", ()))
            for number in change.get("gone", ()):
                del (state.devices if number in state.devices else state.interfaces)[number]
        except KeyError as error:
            raise ValueError(f"audit entry {entry.seq} of chain {entry.chain} lacks {error}") from error
    return state


def _office_step(state: Office, change: dict[str, Any]) -> None:
    match change["do"]:
        case "add-vrf":
            state.vrfs[change["id"]] = Vrf(change["id"], change["name"], change["rd"], change["tenant"])
        case "remove-vrf":
            del state.vrfs[change["id"]]
        case "add-token":
            state.tokens[change["token"]["name"]] = change["token"]
        case "remove-token":
            del state.tokens[change["name"]]
        case "add-hook":
            state.hooks[change["hook"]["name"]] = change["hook"]
        case "remove-hook":
            del state.hooks[change["name"]]


def _step(
    definition: dict[str, Any] | None, rows: dict[int, Allocation], change: dict[str, Any], entry: Entry
) -> dict[str, Any] | None:
    match change["do"]:
        case "open" | "define":
            opened: dict[str, Any] = change["pool"]
            return opened
        case "close":
            return None
        case "allocate":
            rows.update((a.id, a) for a in _allocated(change, entry, (definition or {})["vrf"]))
        case "load":
            rows.update((a.id, a) for a in imported(change, entry, (definition or {})["vrf"]))
        case "free":
            for number in change["ids"]:
                del rows[number]
        case "quarantine" | "renew" | "edit" as verb:
            _alter(rows, change, verb)
        case verb:
            raise ValueError(f"audit entry {entry.seq} of chain {entry.chain} says {verb!r}, which is no change")
    return definition


def _alter(rows: dict[int, Allocation], change: dict[str, Any], verb: str) -> None:
    """Changes that leave an allocation where it is."""
    if verb == "quarantine":
        for number in change["ids"]:
            rested = rows[number]._replace(state="quarantined", until_ms=change["until"])
            rows[number] = rested._replace(key=None, digest=None, keyed=0)
    elif verb == "renew":
        rows[change["id"]] = rows[change["id"]]._replace(until_ms=change["until"])
    else:
        rows[change["id"]] = rows[change["id"]]._replace(about=About.read(change["about"]))


def _allocated(change: dict[str, Any], entry: Entry, vrf: int) -> list[Allocation]:
    """Allocations that one entry made."""
    about = About.read(change["about"]) if "about" in change else NOBODY
    made: list[Allocation] = []
    for text, count in change["at_runs"]:
        family, lo, hi, length = place(text)
        for step in range(count):
            shift = step * (hi - lo + 1)
            made.append(
                Allocation(
                    change["id"] + len(made), entry.chain, vrf, family, lo + shift, hi + shift, length,
                    change["kind"], change["state"], change.get("until"), change.get("owner", ""), entry.at_ms,
                    None, None, 0, about,
                )
            )  # fmt: skip
    if "key" in change:
        made[0] = made[0]._replace(key=change["key"], digest=change["digest"], keyed=len(made))
    return made
