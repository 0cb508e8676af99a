"""An address plan read back from the document that tells it, so that a later plan keeps its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from easterly.base.columns import TextColumn, indices, ints, texts
from easterly.model.address import AddressPlan, Blocks, Interfaces, Prefixes, Vlans, Vrfs

Rows = Sequence[Mapping[str, Any]]


def read_back(document: Mapping[str, Any]) -> AddressPlan:
    """The address plan of a `plan.json`, or of what ``easterly address`` printed.

    Parameters
    ----------
    document : mapping
        With the tables ``prefixes``, ``loopbacks``, ``links``, ``asns``, ``vrfs`` and ``blocks``, or with a table
        ``address`` (or ``result``) that holds them.

    Returns
    -------
    AddressPlan

    Raises
    ------
    ValueError
        A document without these tables, or with other columns.
    """
    if not isinstance(document, Mapping):
        raise ValueError("it holds no object, and so no address plan: give the plan.json of an earlier plan")
    for key in ("result", "address"):
        if isinstance(document.get(key), Mapping) and "prefixes" not in document:
            document = document[key]
    try:
        asns, vrfs = document["asns"], document["vrfs"]
        return AddressPlan(
            Prefixes(*_columns(document["prefixes"], "prefix", "vrf", "role", "owner", "device")),
            _interfaces(document["loopbacks"], document["links"]),
            _texts(asns, "device"), indices([row["asn"] for row in asns]),
            Vrfs(_texts(vrfs, "name"), _texts(vrfs, "tenant"), ints([row["vni"] for row in vrfs]),
                 _texts(vrfs, "route_target")),
            _blocks(document.get("blocks", ())), _vlans(document.get("vlans", ())),
        )  # fmt: skip
    except KeyError as error:
        raise ValueError(
            f"no address plan is in it, {error} is missing: give the plan.json of an earlier plan"
        ) from None
    except (TypeError, IndexError, AttributeError, ValueError) as error:
        raise ValueError(f"no address plan is in it ({error}): give the plan.json of an earlier plan") from None


def _texts(rows: Rows, name: str) -> TextColumn:
    return texts([str(row[name]) for row in rows])


def _columns(rows: Rows, *names: str) -> list[TextColumn]:
    return [_texts(rows, name) for name in names]


def _interfaces(loopbacks: Rows, links: Rows) -> Interfaces:
    """What a later plan keeps: loopbacks, and both ends of links."""
    rows: list[tuple[str, ...]] = [(row["device"], "lo", text, "loopback") for row in loopbacks for text in _both(row)]
    for link in links:
        for end, name in zip((link["a"], link["b"]), str(link["id"]).split(">"), strict=True):
            device, _, port = name.rpartition(":")
            rows += [(device, port, text, "link") for text in _both(end)]
    device_of, port_of, address, role = (texts([row[i] for row in rows]) for i in range(4))
    return Interfaces(device_of, port_of, address, texts(["default"] * len(rows)), role, ints(np.full(len(rows), -1)))


def _both(row: Mapping[str, Any]) -> list[str]:
    return [row[family] for family in ("ipv4", "ipv6") if row[family]]


def _vlans(rows: Rows) -> Vlans:
    return Vlans(_texts(rows, "tenant"), ints([row["vlan"] for row in rows]))


def _blocks(rows: Rows) -> Blocks:
    words = _columns(rows, "prefix", "block", "place", "inside", "role", "vrf", "tenant", "zone")
    level, hosts, vlan = (ints([row[name] for row in rows]) for name in ("level", "hosts", "vlan"))
    prefix, block, place, inside, role, vrf, tenant, zone = words
    return Blocks(prefix, block, place, inside, role, vrf, tenant, zone, level, hosts, vlan)
