"""Tenants and traffic classes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from easterly.base.schema import Doc, Unit
from easterly.model.spec.fields import Count, CountOrZero, Frozen, Name, Named, Rate, Share, Size, Time


class Tenant(Named):
    """Somebody who shares the cluster."""

    vrf: Annotated[bool, Doc("The tenant has a routing table of its own.")] = False
    share: Annotated[Share | None, Doc("Share of the fabric that is promised.")] = None
    classes: Annotated[
        dict[Name, Share],
        Unit("1"),
        Doc("How it divides its share among classes, by name; each gets the product of both shares."),
    ] = {}
    pool: Annotated[str | None, Doc("Address pool of the tenant's host prefixes; the leaves' own if absent.")] = None
    slot: Annotated[CountOrZero | None, Doc("VNI 10000 + slot; by a hash of its name if absent.")] = None


class Fence(Named):
    """What a tenant, or a security zone of blocks, may reach beyond itself; nobody reaches more."""

    reaches: Annotated[
        tuple[Name, ...],
        Doc("Tenants and zones that it may open connections to; replies come back. None if absent."),
    ] = ()
    vlan: Annotated[int | None, Field(ge=1, le=4094), Unit("1"), Doc("VLAN; by a hash of its name if absent.")] = None


class Wred(Frozen):
    """Random early detection: marks or drops packets at random while the queue is between two thresholds.

    A threshold is a size, or a share of the class's `buffer`.
    """

    min: Annotated[Size | Share, Doc("Queue at which it starts (Kmin).")]
    max: Annotated[Size | Share, Doc("Queue from which on every packet is meant (Kmax).")]
    probability: Annotated[Share, Doc("Probability just below `max`.")] = 1.0
    mark: Annotated[Literal["ecn", "drop"], Doc("What is done to a packet: a congestion mark, or a drop.")] = "ecn"


class Pause(Frozen):
    """Priority flow control: the queue at which senders are paused, and may go on."""

    xoff: Annotated[Size, Doc("Queue at which senders are paused.")]
    xon: Annotated[Size | None, Doc("Queue at which they may go on.")] = None


class ClassBuffer(Frozen):
    """Packet memory that a class may take at one port, and what it was worked out from; the numbers are checked."""

    size: Annotated[Size | None, Doc("Memory at one port; beyond it packets are dropped.")] = None
    share: Annotated[Share | None, Doc("Share of the switch's buffer; those of all classes add up to 100 %.")] = None
    alpha: Annotated[
        float | None,
        Field(ge=0.001, le=1000),
        Unit("1"),
        Doc("Dynamic threshold, in free memory; the switch's if absent."),
    ] = None
    rate: Annotated[Rate | None, Doc("Rate of the port; those of the switch models if absent.")] = None
    rtt: Annotated[Time | None, Doc("Round trip of its connections.")] = None
    flows: Annotated[Count | None, Doc("Long connections that share the port and are not in step.")] = None
    senders: Annotated[Count | None, Doc("Senders that may start at the same moment (incast).")] = None
    window: Annotated[Size | None, Doc("What each of them sends before it hears anything.")] = None


class TrafficClass(Named):
    """A class of traffic with one marking and one queue."""

    dscp: Annotated[int, Field(ge=0, le=63), Unit("1"), Doc("Code point, 0 to 63; one meaning each.")]
    also: Annotated[
        tuple[Annotated[int, Field(ge=0, le=63)], ...], Unit("1"), Doc("Other code points that go with it.")
    ] = ()
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
    wred: Annotated[Wred | None, Doc("Thresholds of marks or early drops; chosen by `ecn` if absent.")] = None
    pfc: Annotated[Pause | None, Doc("Thresholds of pauses, where the class is lossless.")] = None
    buffer: Annotated[ClassBuffer | None, Doc("Packet memory at a port.")] = None


class Qos(Frozen):
    """Quality of service as a whole: where classes come from, and what every port has in common."""

    preset: Annotated[
        Literal["rfc4594", "rfc4594-2006", "rfc8622", "rfc8325", "ai-cluster"] | None,
        Doc("Classes to start from; those of `classes` with the same names replace them."),
    ] = None
    priorities: Annotated[
        Literal["class-selector", "rfc8325"],
        Doc("Priorities of 802.1p: the upper three bits of the code point, or the user priorities of RFC 8325."),
    ] = "class-selector"
    mtu: Annotated[Size, Field(ge=64, le=65536), Doc("Largest frame.")] = 9216.0
    response: Annotated[
        Time | None, Doc("Measured time in which a neighbour obeys a pause; that of IEEE 802.3 if absent.")
    ] = None
