"""Address pools, tenants and traffic classes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from easterly.base.schema import Doc, Unit
from easterly.model.spec.fields import CountOrZero, Frozen, Name, Named, Share


class Addressing(Frozen):
    """Address pools and number ranges.

    Pools with a role: ``fabric`` (host subnets in its lower half, point-to-point links in its upper
    half), ``hosts`` and ``links`` (instead of halves of ``fabric``), ``loopback``, ``v6`` (all IPv6
    roles). Every other pool is named by a tenant.
    """

    pools: Annotated[dict[Name, str], Doc("Prefixes by name, such as ``10.64.0.0/16`` or ``fd00:64::/40``.")] = {}
    asn: Annotated[int, Field(ge=1, le=4294967294), Doc("First private AS number given to devices.")] = 4200000000


class Tenant(Named):
    """Somebody who shares the cluster."""

    vrf: Annotated[bool, Doc("The tenant has a routing table of its own.")] = False
    share: Annotated[Share | None, Doc("Share of the fabric that is promised.")] = None
    pool: Annotated[str | None, Doc("Address pool of the tenant's host prefixes; the leaves' own if absent.")] = None
    slot: Annotated[CountOrZero | None, Doc("VNI 10000 + slot; by a hash of its name if absent.")] = None


class TrafficClass(Named):
    """A class of traffic with one marking and one queue."""

    dscp: Annotated[int, Field(ge=0, le=63), Unit("1"), Doc("Code point, 0 to 63; one meaning each.")]
    share: Annotated[
        Share | Literal["rest"],
        Doc("Share of a link under contention; all add up to 100 %; ``rest`` takes what is left."),
    ]
    priority: Annotated[
        Literal["weighted", "strict"], Doc("Weighted sharing, or strict priority policed to `share`.")
    ] = "weighted"
    lossless: Annotated[bool, Doc("Priority flow control instead of drops.")] = False
    ecn: Annotated[Literal["auto"] | bool, Doc("Explicit congestion notification; ``auto`` sets thresholds.")] = False
    queue: Annotated[CountOrZero | None, Doc("Queue number; chosen if absent.")] = None
