"""Address pools, and the blocks that are cut from them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from easterly.base.schema import Doc, Unit
from easterly.model.spec.fields import Count, Frozen, Name, Named, Share

Purpose = Literal[
    "region", "site", "function", "tenant", "management", "bmc", "compute", "storage", "pipeline", "serving",
    "development", "links", "loopback", "vtep", "anycast", "services", "pods",
]  # fmt: skip
Places = Literal["site", "fabric", "pod", "plane", "rail", "leaf", "host"]


def _names(value: object) -> object:
    """One name, or several."""
    return (value,) if isinstance(value, str) else value


class Block(Named):
    """A part of a pool with a purpose.

    Blocks inside blocks are the hierarchy: region, site, function, tenant. Every block is one prefix, so that it can be said in
    one line from outside; a block with ``per`` holds one prefix for each fabric, pod, leaf and so on, in the order of their places.
    """

    inside: Annotated[
        tuple[Name, ...], BeforeValidator(_names), Field(min_length=1),
        WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
        Doc("What it is cut from: a block, or pools (one of each address family)."),
    ]  # fmt: skip
    role: Annotated[
        Purpose | None, Doc("Purpose. ``links``, ``loopback``, ``vtep`` and ``anycast`` take single addresses.")
    ] = None
    hosts: Annotated[Count | None, Doc("Addresses that are wanted in each of its prefixes.")] = None
    per: Annotated[Places | None, Doc("One prefix for each of these; one in all if absent.")] = None
    growth: Annotated[Share, Doc("Room beyond what is wanted, of addresses and of prefixes.")] = 0.0
    length: Annotated[int | None, Field(ge=0, le=32), Unit("1"), Doc("IPv4 prefix length, instead of ``hosts``.")] = (
        None
    )
    length6: Annotated[
        int | None, Field(ge=0, le=128), Unit("1"), Doc("IPv6 prefix length; 64 for hosts if absent (RFC 4291).")
    ] = None
    tenant: Annotated[Name | None, Doc("Whose it is; in the tenant's routing table where it has one.")] = None
    zone: Annotated[Name | None, Doc("Security zone; that of the block around it if absent.")] = None
    sparse: Annotated[
        bool | None,
        Doc("Blocks inside stand as far apart as they can (RFC 3531); side by side if not. IPv6 alone if absent."),
    ] = None
    vlan: Annotated[int | None, Field(ge=1, le=4094), Unit("1"), Doc("VLAN on every switch that has it.")] = None


class Addressing(Frozen):
    """Address pools, blocks and number ranges.

    Pools with a role: ``fabric`` (host subnets in its lower half, point-to-point links in its upper
    half), ``hosts`` and ``links`` (instead of halves of ``fabric``), ``loopback``, ``v6`` (all IPv6
    roles). Every other pool is named by a tenant or by a block.
    """

    pools: Annotated[dict[Name, str], Doc("Prefixes by name, such as ``10.64.0.0/16`` or ``fd00:64::/40``.")] = {}
    blocks: Annotated[dict[Name, Block], Doc("Parts of pools with a purpose, by name.")] = {}
    asn: Annotated[int, Field(ge=1, le=4294967294), Doc("First private AS number given to devices.")] = 4200000000
