"""The table that an export writes and an import reads: its columns, and names that other programs have for them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from easterly.address.ipam.requests import AddPool, AddVrf

COLUMNS = (
    "kind", "pool", "address", "state", "until_ms", "since_ms", "owner", "tenant", "device", "interface", "mac",
    "dns_name", "tags", "fields", "vrf", "parent", "role", "settings",
)  # fmt: skip
"""Columns, in their order.

A row of kind ``vrf``, ``pool``, ``device`` or ``interface`` makes one, and stands before what is in it; `vrf`,
`parent`, `role` and `settings` are of VRFs and pools. All others are allocations: ``address``, ``block``, ``range``.
"""
ALIASES = {
    "ip": "address", "ip address": "address", "ip_address": "address", "prefix": "address", "subnet": "address",
    "status": "state", "hostname": "dns_name", "dns name": "dns_name", "dns": "dns_name", "mac address": "mac",
    "mac_address": "mac", "port": "interface", "custom_fields": "fields", "tag": "tags",
}  # fmt: skip
"""Headings of others (NetBox, phpIPAM) that mean one of ours; what is not known becomes a field of its own."""
STATES = {
    "": "held", "held": "held", "active": "held", "used": "held", "dhcp": "held", "reserved": "reserved",
    "quarantined": "quarantined",
}  # fmt: skip
"""States, and words of others for them."""
SETTINGS = ("edges", "approval", "lease_s", "longest_s", "quarantine_s")
"""Attributes of a pool in its `settings`."""


def heading(text: str) -> str:
    """Our column for a heading; the heading itself, in small letters, where it is none.

    >>> heading("IP Address"), heading("Hostname"), heading("Rack")
    ('address', 'dns_name', 'rack')
    """
    plain = text.strip().lower()
    return ALIASES.get(plain, plain)


def cell(value: Any) -> str:
    """A value as a cell.

    >>> cell(None), cell(5), cell({"b": 1})
    ('', '5', '{"b":1}')
    """
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), default=str)


def tags_cell(tags: Sequence[str]) -> str:
    """Tags as one cell: with ``;`` between them, or as JSON where that would not be clear.

    >>> tags_cell(("a", "b")), tags_cell(("a;b",))
    ('a;b', '["a;b"]')
    """
    return cell(list(tags)) if any(";" in tag or tag[:1] in ("[", "") for tag in tags) else ";".join(tags)


def read_tags(text: str) -> tuple[str, ...]:
    """Inverse of `tags_cell`; sorted.

    Raises
    ------
    ValueError
    """
    try:
        found = json.loads(text) if text[:1] == "[" else [tag.strip() for tag in text.split(";")]
    except ValueError:
        raise ValueError('no list of tags: write a;b, or a JSON array such as ["a","b"]') from None
    if not all(isinstance(tag, str) for tag in found):
        raise ValueError("a tag is text")
    return tuple(sorted({tag for tag in found if tag}))


def read_object(text: str) -> Mapping[str, Any]:
    """A cell that holds a JSON object.

    Raises
    ------
    ValueError
    """
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ValueError('no JSON object: write it like {"rack":"A1"}')
    return found


def about_cell(tags: str, fields: str, more: Mapping[str, str]) -> str | None:
    """Tags and fields as they are stored.

    Parameters
    ----------
    tags, fields : str
        Cells.
    more : mapping of str to str
        Fields from columns of their own.

    Raises
    ------
    ValueError
    """
    found = {name: cell(value) for name, value in read_object(fields).items()}
    found.update((name, value) for name, value in more.items() if value)
    held = read_tags(tags) if tags else ()
    return json.dumps([held, dict(sorted(found.items()))], separators=(",", ":")) if held or found else None


def request_of(row: dict[str, str], actor: str) -> AddPool | AddVrf:
    """The request that a row of a VRF or of a pool stands for.

    Raises
    ------
    ValueError
    """
    said = read_object(row["settings"])
    tenant = row["tenant"] or None
    if row["kind"] == "vrf":
        return AddVrf(row["vrf"], said.get("rd"), tenant, actor)
    unknown = sorted(said.keys() - set(SETTINGS))
    if unknown:
        raise ValueError(f"no setting {', '.join(unknown)}: there are {', '.join(SETTINGS)}")
    fields = {name: str(value) for name, value in read_object(row["fields"]).items()}
    return AddPool(
        row["pool"], row["address"], row["parent"] or None, vrf=row["vrf"] or "default", role=row["role"] or None,
        tenant=tenant, tags=read_tags(row["tags"]) if row["tags"] else (), fields=fields, actor=actor, **said,
    )  # fmt: skip
