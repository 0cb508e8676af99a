"""The address plan of a site as a table of the address store: pools, blocks, and every address with its port."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_address, ip_network
from typing import Any

from easterly.address.ipam.incoming import Piece

Row = Mapping[str, Any]
COLUMNS = ("kind", "pool", "address", "state", "tenant", "device", "interface", "fields", "role", "settings")


def table(document: Row) -> Piece:
    """Rows of a plan, of which every line is 1 and on: the number of the row.

    Parameters
    ----------
    document : dict
        ``plan.json``, or what ``easterly address --format json`` prints.

    Raises
    ------
    ValueError
        For a document without an address plan.
    """
    found = document.get("result") or document
    found = found.get("addresses") or found
    if not isinstance(found, dict) or not {"pools", "loopbacks", "links", "hosts"} <= found.keys():
        raise ValueError("no address plan is in it: give a plan.json, or what `easterly address --format json` prints")
    rows = [*_pools(found), *_held(found)]
    return Piece(list(range(1, len(rows) + 1)), {name: [row.get(name) or "" for row in rows] for name in COLUMNS})


def _pools(found: Row) -> Iterator[dict[str, str]]:
    for row in found["pools"]:
        yield {"kind": "pool", "pool": row["name"], "address": row["prefix"], "settings": '{"edges":true}'}


def _held(found: Row) -> Iterator[dict[str, str]]:
    """What is outermost in each pool: blocks as a whole, and addresses of ports."""
    pools = [(ip_network(row["prefix"]), row["name"]) for row in found["pools"]]
    names = {name for _, name in pools}
    for row in found.get("blocks", ()):
        if row["level"] == 0 and row["inside"] in names and not row["place"]:
            yield {
                "pool": _pool(pools, row["prefix"]), "address": row["prefix"], "state": "reserved",
                "tenant": row["tenant"], "fields": f'{{"block":"{row["block"]}"}}',
            }  # fmt: skip
    for device, port, address in _ports(found):
        plain = address.partition("/")[0]
        yield {
            "pool": _pool(pools, plain), "address": plain, "state": "reserved", "device": device, "interface": port,
        }  # fmt: skip


def _ports(found: Row) -> Iterator[tuple[str, str, str]]:
    ends = [(row["device"], "lo", row) for row in found["loopbacks"]]
    for row in found["links"]:
        ends += [(*end.rsplit(":", 1), row[side]) for end, side in zip(row["id"].split(">"), "ab", strict=True)]
    ends += [(row["device"], row["port"], row) for row in found["hosts"]]
    for device, port, row in ends:
        yield from ((device, port, row[family]) for family in ("ipv4", "ipv6") if row.get(family))


def _pool(pools: list[tuple[Any, str]], text: str) -> str:
    first = ip_address(text.partition("/")[0])
    return next((name for network, name in pools if network.version == first.version and first in network), "")
