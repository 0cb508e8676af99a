"""Who is kept apart from whom, and by what: one noun for tables, filters and accounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from easterly.base.columns import BoolColumn, FloatColumn, IntColumn, TextColumn, texts
from easterly.base.schema import Doc, Unit


@dataclass(frozen=True, slots=True)
class Parties:
    """Tenants and security zones."""

    name: Annotated[TextColumn, Doc("(P,) tenant or zone.")]
    kind: Annotated[TextColumn, Doc("(P,) tenant, zone.")]
    vrf: Annotated[TextColumn, Doc("(P,) routing table of its hosts; ``default`` for zones and tenants without one.")]
    vni: Annotated[IntColumn, Doc("(P,) layer-3 VXLAN network identifier of its table; -1 where it has none.")]
    vlan: Annotated[IntColumn, Doc("(P,) VLAN; -1 for zones, whose blocks have their own.")]
    floor: Annotated[FloatColumn, Unit("1"), Doc("(P,) share of every link that is promised; 0 where none is.")]
    fenced: Annotated[BoolColumn, Doc("(P,) filters keep it to what it may reach.")]

    def __len__(self) -> int:
        return len(self.name)


@dataclass(frozen=True, slots=True)
class Targets:
    """Route targets of tables: a row for each that a table exports or imports."""

    vrf: Annotated[TextColumn, Doc("(T,) routing table.")]
    imported: Annotated[BoolColumn, Doc("(T,) imported; exported if not.")]
    target: Annotated[TextColumn, Doc("(T,) route target, ``asn:number`` (RFC 4360, RFC 5668).")]
    rule: Annotated[TextColumn, Doc("(T,) what it is for: ``own`` or ``acme reaches storage``.")]

    def __len__(self) -> int:
        return len(self.vrf)


@dataclass(frozen=True, slots=True)
class Distinguishers:
    """Route distinguishers of tables on devices, type 1 of RFC 4364: ``loopback:number``."""

    device: Annotated[TextColumn, Doc("(D,) device.")]
    vrf: Annotated[TextColumn, Doc("(D,) routing table.")]
    rd: Annotated[TextColumn, Doc("(D,) route distinguisher.")]


@dataclass(frozen=True, slots=True)
class Holdings:
    """Where the addresses of parties are."""

    party: Annotated[TextColumn, Doc("(H,) tenant or zone.")]
    vrf: Annotated[TextColumn, Doc("(H,) routing table.")]
    prefix: Annotated[TextColumn, Doc("(H,) prefix that is announced or stated.")]
    where: Annotated[
        TextColumn, Doc("(H,) what puts it there, file and line, where that is not planned; empty if it is.")
    ]

    def __len__(self) -> int:
        return len(self.party)


@dataclass(frozen=True, slots=True)
class Filters:
    """Rules where packets enter from the hosts of a table, in order; the first that fits decides."""

    vrf: Annotated[TextColumn, Doc("(F,) routing table of the hosts that send.")]
    rule: Annotated[TextColumn, Doc("(F,) name of the rule.")]
    src: Annotated[TextColumn, Doc("(F,) prefix of senders; empty for all of both families.")]
    dst: Annotated[TextColumn, Doc("(F,) prefix of receivers; empty for all of both families.")]
    permit: Annotated[BoolColumn, Doc("(F,) passed on; dropped if not.")]
    reply: Annotated[BoolColumn, Doc("(F,) only packets of a connection that the receiver has opened.")]
    party: Annotated[TextColumn, Doc("(F,) whose packets they are.")]
    to: Annotated[TextColumn, Doc("(F,) whom they are for; empty for all others.")]

    def __len__(self) -> int:
        return len(self.vrf)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What is meant: who may open connections to whom."""

    src: Annotated[TextColumn, Doc("(A,) party that opens.")]
    dst: Annotated[TextColumn, Doc("(A,) party that answers.")]

    def __len__(self) -> int:
        return len(self.src)


@dataclass(frozen=True, slots=True)
class Shared:
    """Hosts that work for several tenants."""

    host: Annotated[TextColumn, Doc("(S,) host.")]
    tenant: Annotated[TextColumn, Doc("(S,) one of its tenants.")]

    def __len__(self) -> int:
        return len(self.host)


@dataclass(frozen=True, slots=True)
class Granted:
    """What network policies let pods open: a row for each ordered pair of different tenants."""

    src: Annotated[TextColumn, Doc("(G,) tenant that opens.")]
    dst: Annotated[TextColumn, Doc("(G,) tenant that answers.")]
    rule: Annotated[TextColumn, Doc("(G,) policies that let it pass, with their lines.")]

    def __len__(self) -> int:
        return len(self.src)


@dataclass(frozen=True, slots=True)
class Isolation:
    """Tenants and zones, and everything that keeps them apart.

    What is planned and what is read back from devices are the same noun: `Targets`, `Holdings` and `Filters` are all
    that decides who reaches whom, `Allowed` is what ought to be.
    """

    parties: Annotated[Parties, Doc("Tenants and zones.")]
    targets: Annotated[Targets, Doc("Route targets.")]
    distinguishers: Annotated[Distinguishers, Doc("Route distinguishers.")]
    holdings: Annotated[Holdings, Doc("Prefixes of parties.")]
    filters: Annotated[Filters, Doc("Filters where packets enter.")]
    allowed: Annotated[Allowed, Doc("What the site states.")]
    reexporting: Annotated[TextColumn, Doc("Tables that export what they import; none where devices follow RFC 4364.")]
    shared: Annotated[Shared, Doc("Hosts that work for several tenants.")] = field(
        default_factory=lambda: Shared(texts([]), texts([]))
    )
    spread: Annotated[TextColumn, Doc("Tables that several devices have alike.")] = field(
        default_factory=lambda: texts([])
    )
    granted: Annotated[Granted, Doc("Network policies as they were read; none in a plan.")] = field(
        default_factory=lambda: Granted(texts([]), texts([]), texts([]))
    )


@dataclass(frozen=True, slots=True)
class Reach:
    """Who reaches whom: a row for each ordered pair of different parties of which one packet can arrive."""

    src: Annotated[TextColumn, Doc("(R,) party that sends.")]
    dst: Annotated[TextColumn, Doc("(R,) party that receives.")]
    through: Annotated[TextColumn, Doc("(R,) chain of rules that lets a packet through, joined by `` > ``.")]
    src_address: Annotated[TextColumn, Doc("(R,) address of such a packet's sender.")]
    dst_address: Annotated[TextColumn, Doc("(R,) address of its receiver.")]
    answered: Annotated[BoolColumn, Doc("(R,) replies to that packet arrive too.")]
    meant: Annotated[BoolColumn, Doc("(R,) the site states it.")]

    def __len__(self) -> int:
        return len(self.src)
