"""What a router is told, in words that no maker owns: one noun for all dialects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from easterly.base.schema import Doc, Unit

DEFAULT = "default"
Protocol = Literal["bgp", "ospf", "isis"]
Family = Literal["ipv4", "ipv6", "evpn"]
Role = Literal["loopback", "link", "gateway"]
Source = Literal["bgp", "ospf", "isis", "checks"]


@dataclass(frozen=True, slots=True)
class End:
    """The far end of a cable."""

    device: Annotated[str, Doc("Device.")]
    port: Annotated[str, Doc("Its port, such as ``swp2``.")]

    def __str__(self) -> str:
        return f"{self.device} {self.port}"


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface with all its addresses."""

    name: Annotated[str, Doc("As the address plan has it: ``lo``, ``swp7``, ``br-hosts``.")]
    role: Annotated[Role, Doc("loopback, link (to a router), gateway (of hosts).")]
    addresses: Annotated[tuple[str, ...], Doc("Addresses with their lengths, in the order of the plan.")]
    vrf: Annotated[str, Doc("Table; ``default`` for the underlay.")] = DEFAULT
    peer: Annotated[End | None, Doc("Router at the far end of a link.")] = None
    port: Annotated[int, Doc("Number of the port of a link, from 1; 0 for what is no port.")] = 0
    rate_bps: Annotated[float, Unit("bit/s"), Doc("Rate of a link; 0 for what is no port.")] = 0.0
    mtu_B: Annotated[int | None, Unit("B"), Doc("Largest packet; None where the interface has none of its own.")] = None
    cost: Annotated[int, Unit("1"), Doc("Cost of a link in protocols that add costs.")] = 1

    @property
    def description(self) -> str:
        """What is behind it, for people."""
        if self.role == "gateway":
            return "hosts" if self.vrf == DEFAULT else f"hosts of {self.vrf}"
        return "" if self.peer is None else str(self.peer)


@dataclass(frozen=True, slots=True)
class Permit:
    """One line of a filter: prefixes inside a prefix, of some lengths; of its own length alone if none are given."""

    prefix: Annotated[str, Doc("Prefix.")]
    low: Annotated[int | None, Doc("Shortest length.")] = None
    high: Annotated[int | None, Doc("Longest length.")] = None


@dataclass(frozen=True, slots=True)
class Filter:
    """Prefixes of one family that pass; whatever is not named does not."""

    name: Annotated[str, Doc("Name, unique among those of its family.")]
    family: Annotated[int, Doc("4 or 6.")]
    permits: Annotated[tuple[Permit, ...], Doc("What passes, in order.")]
    refuses: Annotated[tuple[Permit, ...], Doc("What does not, asked before.")] = ()


@dataclass(frozen=True, slots=True)
class Hellos:
    """How often a neighbour is told that all is well, and how long it may hear nothing."""

    hello_s: Annotated[int, Unit("s"), Doc("Interval of hellos, or of keepalives.")]
    dead_s: Annotated[int, Unit("s"), Doc("Silence after which the neighbour is gone.")]


@dataclass(frozen=True, slots=True)
class Peer:
    """The far end of a BGP session: an address, or the interface that it is heard on."""

    end: Annotated[End, Doc("Router and port.")]
    asn: Annotated[int, Doc("Its AS number.")]
    address: Annotated[str, Doc("Its address; empty where the session is found by the interface.")] = ""
    interface: Annotated[str, Doc("Interface; empty where the session has an address.")] = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One address family of a group of sessions."""

    family: Annotated[Family, Doc("ipv4, ipv6 or evpn.")]
    accept: Annotated[str, Doc("Filter of what comes in; everything passes if empty.")] = ""
    announce: Annotated[str, Doc("Filter of what goes out; everything passes if empty.")] = ""
    longer: Annotated[
        int,
        Unit("1"),
        Doc("AS numbers that are put before the paths that come in, so that a dear link counts for more."),
    ] = 0

    @property
    def far(self) -> str:
        """Name of the policy that puts them there; empty where none are."""
        return f"FAR{self.longer}" if self.longer else ""

    @property
    def version(self) -> int:
        """4 or 6; 0 for EVPN, which carries both."""
        return {"ipv4": 4, "ipv6": 6}.get(self.family, 0)


@dataclass(frozen=True, slots=True)
class Group:
    """BGP sessions that are alike."""

    name: Annotated[str, Doc("Name of the peer group.")]
    peers: Annotated[tuple[Peer, ...], Doc("In the order of the ports.")]
    exchanges: Annotated[tuple[Exchange, ...], Doc("Families that its sessions carry.")]
    bfd: Annotated[bool, Doc("Sessions fall as soon as forwarding fails, not when BGP's hold time is over.")] = True
    profile: Annotated[str, Doc("Timers of BFD; the router's own if empty.")] = ""
    timers: Annotated[Hellos | None, Doc("Keepalives; the router's own if None.")] = None
    source: Annotated[str, Doc("Interface whose address the sessions start from; the link's if empty.")] = ""
    hops: Annotated[int, Unit("1"), Doc("Routers that a session may cross; 1 for neighbours on a link.")] = 1

    def carries(self, family: Family) -> bool:
        """Whether its sessions exchange routes of a family."""
        return any(exchange.family == family for exchange in self.exchanges)


@dataclass(frozen=True, slots=True)
class Bfd:
    """Timers of bidirectional forwarding detection (RFC 5880), under a name."""

    name: Annotated[str, Doc("Name of the profile.")]
    interval_s: Annotated[float, Unit("s"), Doc("Interval of sending and of receiving.")]
    multiplier: Annotated[int, Unit("1"), Doc("Packets that must be missed.")]

    @property
    def interval_ms(self) -> int:
        """The interval as every maker wants it."""
        return round(self.interval_s * 1000)


@dataclass(frozen=True, slots=True)
class IgpLink:
    """A link that an interior protocol runs on, point-to-point."""

    interface: Annotated[str, Doc("Interface.")]
    area: Annotated[str, Doc("Area of OSPF, ``0.0.0.0``; empty for IS-IS.")]
    cost: Annotated[int, Unit("1"), Doc("Its cost; 65535 on the way out of a leaf, which nobody shall pass through.")]
    hellos: Annotated[Hellos | None, Doc("Timers; the router's own if None.")] = None
    bfd: Annotated[bool, Doc("The neighbour falls as soon as forwarding fails.")] = True
    profile: Annotated[str, Doc("Timers of BFD; the router's own if empty.")] = ""


@dataclass(frozen=True, slots=True)
class Igp:
    """An interior protocol."""

    protocol: Annotated[Literal["ospf", "isis"], Doc("ospf (version 2 for IPv4 and 3 for IPv6) or isis (level 2).")]
    families: Annotated[tuple[int, ...], Doc("Families that it routes: 4, 6.")]
    links: Annotated[tuple[IgpLink, ...], Doc("Links with a neighbour behind them.")]
    passive: Annotated[tuple[str, ...], Doc("Interfaces whose prefixes are told, and that nobody is behind.")]
    area: Annotated[str, Doc("Area of what is passive; empty for IS-IS.")] = ""
    net: Annotated[str, Doc("Network entity title of IS-IS, ``49.0001.0100.6500.0001.00``; empty for OSPF.")] = ""

    def on(self, interface: str) -> tuple[IgpLink | None, ...]:
        """How it runs on an interface: its link, None where that is passive; empty where it does not run."""
        links = tuple(link for link in self.links if link.interface == interface)
        return links or (None,) * (interface in self.passive)


@dataclass(frozen=True, slots=True)
class Handover:
    """Routes that one protocol gives to another on a border."""

    source: Annotated[Source, Doc("Whose routes: of a protocol, or of the health checks (``checks``).")]
    target: Annotated[Protocol, Doc("Protocol that tells them.")]
    family: Annotated[int, Doc("4 or 6.")]
    accept: Annotated[str, Doc("Filter that they pass.")]


@dataclass(frozen=True, slots=True)
class Table:
    """A tenant's table on a router, carried by EVPN route type 5 (RFC 9136)."""

    name: Annotated[str, Doc("Name of the VRF.")]
    vni: Annotated[int, Doc("Layer-3 VNI.")]
    rd: Annotated[str, Doc("Route distinguisher.")]
    imports: Annotated[tuple[str, ...], Doc("Route targets that it takes, its own first.")]
    exports: Annotated[tuple[str, ...], Doc("Route targets that it gives.")]
    networks: Annotated[dict[int, tuple[str, ...]], Doc("Announced prefixes by family.")]
    interfaces: Annotated[tuple[str, ...], Doc("Interfaces inside it.")] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """How a service is asked whether it is well."""

    kind: Annotated[Literal["tcp", "http"], Doc("A connection, or an answer of 200 to 399.")]
    port: Annotated[int, Doc("Port.")]
    path: Annotated[str, Doc("Path of HTTP; empty for TCP.")]
    interval_s: Annotated[float, Unit("s"), Doc("From one question to the next.")]
    timeout_s: Annotated[float, Unit("s"), Doc("How long an answer may take.")]
    fall: Annotated[int, Unit("1"), Doc("Failures in a row after which it is withdrawn.")]
    rise: Annotated[int, Unit("1"), Doc("Successes in a row after which it is announced.")]


@dataclass(frozen=True, slots=True)
class Anycast:
    """A service address that this router announces as long as the service behind it is well."""

    service: Annotated[str, Doc("Name of the service.")]
    prefix: Annotated[str, Doc("Its address, /32 or /128.")]
    next_hop: Annotated[str, Doc("Host that serves it; empty where the router does so itself.")]
    host: Annotated[str, Doc("Name of that host, or of the router.")]
    check: Annotated[Check | None, Doc("Health check; announced always if None.")] = None
    drained: Annotated[bool, Doc("Kept out for maintenance.")] = False


@dataclass(frozen=True, slots=True)
class Router:
    """One router, whole."""

    name: Annotated[str, Doc("Device.")]
    asn: Annotated[int, Doc("AS number.")]
    router_id: Annotated[str, Doc("Router id, 32 bits written like an IPv4 address.")]
    edge: Annotated[bool, Doc("A leaf: others' traffic never passes through it.")]
    interfaces: Annotated[tuple[Interface, ...], Doc("Loopback first, then in the order of the plan.")]
    underlay: Annotated[Protocol, Doc("Protocol by which routers learn of each other's loopbacks and hosts.")] = "bgp"
    unnumbered: Annotated[bool, Doc("Links have no addresses of their own.")] = False
    filters: Annotated[tuple[Filter, ...], Doc("Filters that groups name.")] = ()
    groups: Annotated[tuple[Group, ...], Doc("BGP sessions.")] = ()
    networks: Annotated[dict[int, tuple[str, ...]], Doc("What it announces itself by BGP, by family.")] = field(
        default_factory=dict
    )
    igp: Annotated[Igp | None, Doc("Interior protocol; none where BGP does it all.")] = None
    tables: Annotated[tuple[Table, ...], Doc("Tenants' tables.")] = ()
    bfd: Annotated[tuple[Bfd, ...], Doc("Timers of detection that groups and links name.")] = ()
    handovers: Annotated[tuple[Handover, ...], Doc("Between protocols.")] = ()
    anycast: Annotated[tuple[Anycast, ...], Doc("Service addresses.")] = ()
    paths: Annotated[int, Unit("1"), Doc("Next hops that are used at once for one destination.")] = 64

    def loopback(self, family: int) -> str:
        """Address of the loopback with its length; empty where it has none of that family."""
        own = (a for i in self.interfaces if i.role == "loopback" for a in i.addresses)
        return next((a for a in own if (":" in a) == (family == 6)), "")

    @property
    def igp_links(self) -> tuple[IgpLink, ...]:
        """Links of the interior protocol, if there is one."""
        return self.igp.links if self.igp else ()

    @property
    def exchanges(self) -> tuple[tuple[Group, Exchange], ...]:
        """Families of all groups, in their order."""
        return tuple((group, exchange) for group in self.groups for exchange in group.exchanges)

    @property
    def maps(self) -> tuple[Handover, ...]:
        """Handovers, one for each filter that they pass."""
        return tuple({give.accept: give for give in self.handovers}.values())

    @property
    def far(self) -> tuple[Exchange, ...]:
        """One exchange for each number of AS numbers that are put before paths, ascending."""
        found = {exchange.longer: exchange for _, exchange in self.exchanges if exchange.longer}
        return tuple(found[longer] for longer in sorted(found))

    def longer(self) -> dict[str, int]:
        """AS numbers that are put before what neighbours tell, by address or interface; none where that is 0."""
        return {
            peer.address or peer.interface: exchange.longer
            for group, exchange in self.exchanges if exchange.longer for peer in group.peers
        }  # fmt: skip

    def handed(self, family: int | None = None, *, to_bgp: bool = False) -> tuple[Handover, ...]:
        """What BGP, or the interior protocol, is given; of all families if none is named."""
        return tuple(
            give for give in self.handovers if (give.target == "bgp") == to_bgp and family in (None, give.family)
        )

    def profile(self, name: str) -> Bfd | None:
        """Timers of detection by their name, if they are stated."""
        return next((bfd for bfd in self.bfd if bfd.name == name), None)

    def detected(self, interface: str) -> bool:
        """Whether BFD runs on a link."""
        at = next((i for i in self.interfaces if i.name == interface), None)
        direct = (group for group in self.groups if group.bfd and group.hops == 1)
        heard = any(at is not None and peer.end == at.peer for group in direct for peer in group.peers)
        return heard or any(link.bfd for link in self.igp_links if link.interface == interface)

    def detection(self, interface: str) -> Bfd | None:
        """Timers of detection on a link, if some are stated."""
        named = {link.profile for link in self.igp_links if link.interface == interface}
        at = next((i for i in self.interfaces if i.name == interface), None)
        for group in self.groups:
            if at is not None and any(peer.end == at.peer for peer in group.peers) and group.hops == 1:
                named.add(group.profile)
        return next((bfd for bfd in self.bfd if bfd.name in named), None)
