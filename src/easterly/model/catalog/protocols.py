"""Protocols and programming interfaces of clusters and their networks: what is in use, what is gone, what never was.

A name is compared without its spaces, hyphens, dots and slashes, in any case, so that ``TE-LDP`` is ``te ldp``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from typing import Annotated

from easterly.base.schema import Doc


class Standing(StrEnum):
    """What has become of a protocol."""

    CURRENT = "current"
    DEPRECATED = "deprecated"
    UNMAINTAINED = "unmaintained"
    HISTORIC = "historic"
    REMOVED = "removed"
    INVENTED = "invented"


@dataclass(frozen=True, slots=True)
class Protocol:
    """A protocol or programming interface."""

    name: Annotated[str, Doc("Name.")]
    standing: Annotated[Standing, Doc("What has become of it.")]
    since: Annotated[str, Doc("Since when, a year or a release; empty for what is current or never was.")]
    instead: Annotated[str, Doc("What to use instead; empty for what is current.")]
    source: Annotated[str, Doc("Public source.")]
    aliases: Annotated[tuple[str, ...], Doc("Other names.")]


_CURRENT = """
BGP: RFC 4271; BGP-4, BGPv4, eBGP, iBGP, Border Gateway Protocol | MP-BGP: RFC 4760
BGP-LU: RFC 8277; BGP labeled unicast | BGP-LS: RFC 9552 | EVPN: RFC 7432; BGP EVPN, EVPN-VXLAN
L3VPN: RFC 4364; MPLS L3VPN, BGP/MPLS VPN | BGP FlowSpec: RFC 8955; FlowSpec | OSPF: RFC 2328; OSPFv2
OSPFv3: RFC 5340 | OSPF-TE: RFC 3630 | IS-IS: RFC 1195 | IS-IS-TE: RFC 5305 | RIPv2: RFC 2453 | RIPng: RFC 2080
EIGRP: RFC 7868 | Babel: RFC 8966 | RIFT: RFC 9692 | LISP: RFC 9300 | MPLS: RFC 3031
LDP: RFC 5036; tLDP, Label Distribution Protocol | RSVP: RFC 2205 | RSVP-TE: RFC 3209; MPLS-TE | GMPLS: RFC 3945
PCEP: RFC 5440; PCE | SR-MPLS: RFC 8660; segment routing, SR | SRv6: RFC 8986 | SR Policy: RFC 9256; SR-TE
Flex-Algo: RFC 9350 | TI-LFA: RFC 9855 | BFD: RFC 5880 | S-BFD: RFC 7880 | VRRP: RFC 9568; VRRPv3 | HSRP: RFC 2281
GRE: RFC 2784 | VXLAN: RFC 7348 | Geneve: RFC 8926 | NVGRE: RFC 7637 | TRILL: RFC 6325 | SPB: IEEE 802.1aq; SPBM
IPv4: RFC 791; IP | IPv6: RFC 8200 | ICMP: RFC 792 | ICMPv6: RFC 4443 | ARP: RFC 826 | NDP: RFC 4861; ND
SLAAC: RFC 4862 | DHCP: RFC 2131; DHCPv4 | DHCPv6: RFC 8415 | DNS: RFC 1035 | NAT64: RFC 6146 | DNS64: RFC 6147
TCP: RFC 9293 | UDP: RFC 768 | SCTP: RFC 9260 | MPTCP: RFC 8684; Multipath TCP | QUIC: RFC 9000 | HTTP/2: RFC 9113
HTTP/3: RFC 9114 | HTTP/1.1: RFC 9112; HTTP | TLS: RFC 8446; TLS 1.3 | TLS 1.2: RFC 5246 | DTLS: RFC 9147
SSH: RFC 4253 | IPsec: RFC 4301 | IKEv2: RFC 7296 | WireGuard: WireGuard, NDSS 2017 | MACsec: IEEE 802.1AE
802.1X: IEEE 802.1X | RADIUS: RFC 2865 | TACACS+: RFC 8907; TACACS | Kerberos: RFC 4120 | OAuth 2.0: RFC 6749; OAuth
SPIFFE: SPIFFE specification | SNMPv3: RFC 3411; SNMP | NETCONF: RFC 6241 | RESTCONF: RFC 8040 | YANG: RFC 7950
gNMI: OpenConfig; gNOI | gRPC: CNCF | REST: Fielding 2000 | OpenConfig: OpenConfig
P4: P4 language consortium; P4Runtime | sFlow: sFlow version 5 | NetFlow: RFC 3954; NetFlow v9 | IPFIX: RFC 7011
syslog: RFC 5424 | BMP: RFC 7854 | INT: P4 INT 2.1 | IOAM: RFC 9197 | TWAMP: RFC 5357 | STAMP: RFC 8762
NTP: RFC 5905; NTPv4 | PTP: IEEE 1588; PTPv2 | LLDP: IEEE 802.1AB | STP: IEEE 802.1D | RSTP: IEEE 802.1Q
MSTP: IEEE 802.1Q | LACP: IEEE 802.1AX; LAG, MLAG, MC-LAG | VLAN: IEEE 802.1Q; 802.1Q | ECMP: RFC 2992; WCMP, UCMP
Anycast: RFC 4786 | DiffServ: RFC 2475; DSCP | IntServ: RFC 1633 | ECN: RFC 3168 | L4S: RFC 9330 | AccECN: TCP AccECN
PFC: IEEE 802.1Qbb | ETS: IEEE 802.1Qaz; DCBX, DCB | QCN: IEEE 802.1Qau | CSIG: Internet-Draft | DCTCP: RFC 8257
DCQCN: SIGCOMM 2015 | CUBIC: RFC 9438 | BBR: Internet-Draft; BBRv2, BBRv3 | HPCC: SIGCOMM 2019 | Swift: SIGCOMM 2020
TIMELY: SIGCOMM 2015 | RDMA: RFC 5040 | RoCE: InfiniBand Architecture, annex A17; RoCEv2 | iWARP: RFC 5040
InfiniBand: InfiniBand Architecture; IB | Ultra Ethernet: UEC 1.0; UEC, UET | NVLink: NVIDIA; NVSwitch
UALink: UALink 200G 1.0 | CXL: Compute Express Link | NCCL: NVIDIA | RCCL: AMD | UCX: OpenUCX | MPI: MPI Forum
Gloo: PyTorch | SHARP: NVIDIA | NVLS: NVIDIA | GPUDirect RDMA: NVIDIA; GPUDirect
NVMe-oF: NVM Express; NVMe/TCP, NVMe/RDMA | NFS: RFC 8881; NFSv4 | iSCSI: RFC 7143 | S3: Amazon S3 API | Ceph: Ceph
Lustre: Lustre | PIM-SM: RFC 7761; PIM | IGMPv3: RFC 3376; IGMP | MLDv2: RFC 3810; MLD | BIER: RFC 8279
Kubernetes: Kubernetes | CNI: CNCF CNI | NetworkPolicy: networking.k8s.io/v1; Kubernetes network policies
Pod Security Admission: Kubernetes 1.25; PSA, Pod Security Standards | Ingress: networking.k8s.io/v1
Gateway API: gateway.networking.k8s.io | EndpointSlice: discovery.k8s.io/v1 | Multus: Multus CNI | SR-IOV: PCI-SIG
Calico: Tigera | Cilium: CNCF | Flannel: Flannel | Antrea: CNCF | kube-router: kube-router | OVN-Kubernetes: OVN; OVN
Istio: CNCF | Linkerd: CNCF | Envoy: CNCF; xDS | OpenTelemetry: CNCF; OTLP | Prometheus: CNCF | eBPF: Linux; XDP
DPDK: DPDK | AF_XDP: Linux | Open vSwitch: Open vSwitch; OVS | SONiC: SONiC | FRR: FRRouting | SAI: OCP
Slurm: SchedMD | Kueue: Kubernetes SIG Scheduling | DRA: resource.k8s.io; Dynamic Resource Allocation
"""
"""``name: source; aliases``."""

_OTHERS = """
TE-LDP | invented | | RSVP-TE (RFC 3209) or SR Policy (RFC 9256) | no RFC; CR-LDP came nearest, see RFC 3468 | LDP-TE, Traffic Engineering LDP
RIPv3 | invented | | RIPv2 (RFC 2453), RIPng (RFC 2080) or OSPF | no RFC | RIP-TE, RIP-AI
OSPFv4 | invented | | OSPFv3 (RFC 5340) | no RFC |
BGP-5 | invented | | BGP-4 (RFC 4271) | no RFC | BGPv5, BGP-AI
RoCEv3 | invented | | RoCEv2 or Ultra Ethernet | no specification of the InfiniBand Trade Association |
SRv7 | invented | | SRv6 (RFC 8986) | no RFC | SRv4
MPLSv6 | invented | | MPLS (RFC 3031), which carries both | no RFC | MPLSv2
VXLANv2 | invented | | Geneve (RFC 8926) | no RFC |
IPv5 | removed | | IPv6 (RFC 8200) | RFC 1819: the number was the stream protocol's, ST2 | ST2
CR-LDP | removed | 2003 | RSVP-TE (RFC 3209) | RFC 3468: no new efforts on RFC 3212 | Constraint-based LDP
RIPv1 | historic | 1996 | RIPv2 (RFC 2453) or OSPF (RFC 2328) | RFC 1923 | RIP
EGP | historic | | BGP (RFC 4271) | RFC 904, historic |
IGRP | removed | 2003 | EIGRP (RFC 7868) or OSPF (RFC 2328) | Cisco IOS 12.3 |
MOSPF | historic | 2008 | PIM-SM (RFC 7761) | RFC 5110 |
BGMP | historic | 2008 | MP-BGP with PIM-SM (RFC 7761) | RFC 5110 |
6to4 | deprecated | 2015 | native IPv6 | RFC 7526 |
NAT-PT | historic | 2007 | NAT64 (RFC 6146) | RFC 4966 |
IPv6 site-local | deprecated | 2004 | unique local addresses (RFC 4193) | RFC 3879 | site-local addresses, fec0::/10
IPv6 routing header type 0 | deprecated | 2007 | SRv6 (RFC 8986) | RFC 5095 | RH0
ICMP source quench | deprecated | 2012 | ECN (RFC 3168) | RFC 6633 | source quench
ECN nonce | historic | 2018 | ECN (RFC 3168) | RFC 8311 |
SNMPv1 | historic | 2002 | SNMPv3 (RFC 3411) | RFC 1157, historic since SNMPv3 is STD 62 |
SNMPv2c | historic | 2002 | SNMPv3 (RFC 3411) | RFC 1901, historic since SNMPv3 is STD 62 | SNMPv2
SSLv2 | removed | 2011 | TLS 1.3 (RFC 8446) | RFC 6176: must not be used |
SSLv3 | removed | 2015 | TLS 1.3 (RFC 8446) | RFC 7568: must not be used | SSL
TLS 1.0 | removed | 2021 | TLS 1.3 (RFC 8446) | RFC 8996: must not be used |
TLS 1.1 | removed | 2021 | TLS 1.3 (RFC 8446) | RFC 8996: must not be used |
IKEv1 | historic | 2023 | IKEv2 (RFC 7296) | RFC 9395 | IKE
SPDY | removed | 2016 | HTTP/2 (RFC 9113) | Chromium 51 |
STT | unmaintained | 2016 | Geneve (RFC 8926) | draft-davie-stt, expired |
Pod Security Policies | removed | Kubernetes 1.25 | Pod Security Admission; for traffic, NetworkPolicy | Kubernetes deprecated API migration guide | Pod Security Policy, PSP
extensions/v1beta1 Ingress | removed | Kubernetes 1.22 | networking.k8s.io/v1 Ingress | Kubernetes deprecated API migration guide | networking.k8s.io/v1beta1 Ingress, Ingress v1beta1
extensions/v1beta1 NetworkPolicy | removed | Kubernetes 1.16 | networking.k8s.io/v1 NetworkPolicy | Kubernetes deprecated API migration guide | NetworkPolicy v1beta1
discovery.k8s.io/v1beta1 EndpointSlice | removed | Kubernetes 1.25 | discovery.k8s.io/v1 EndpointSlice | Kubernetes deprecated API migration guide | EndpointSlice v1beta1
batch/v1beta1 CronJob | removed | Kubernetes 1.25 | batch/v1 CronJob | Kubernetes deprecated API migration guide | CronJob v1beta1
policy/v1beta1 PodDisruptionBudget | removed | Kubernetes 1.25 | policy/v1 PodDisruptionBudget | Kubernetes deprecated API migration guide | PodDisruptionBudget v1beta1
autoscaling/v2beta2 | removed | Kubernetes 1.26 | autoscaling/v2 | Kubernetes deprecated API migration guide | HorizontalPodAutoscaler v2beta2
autoscaling/v2beta1 | removed | Kubernetes 1.25 | autoscaling/v2 | Kubernetes deprecated API migration guide | HorizontalPodAutoscaler v2beta1
Endpoints | deprecated | Kubernetes 1.33 | EndpointSlice (discovery.k8s.io/v1) | Kubernetes 1.33 release notes | v1 Endpoints
dockershim | removed | Kubernetes 1.24 | containerd or CRI-O, through the CRI | Kubernetes 1.24 release notes |
kubenet | removed | Kubernetes 1.24 | a CNI plugin such as Cilium or Calico | removed together with dockershim |
Weave Net | unmaintained | 2024 | Cilium, Calico or Antrea | repository weaveworks/weave, archived | Weave
ingress-nginx | unmaintained | 2026 | Gateway API | retirement announced by Kubernetes SIG Network, November 2025 | NGINX Ingress
Open Service Mesh | unmaintained | 2023 | Istio or Linkerd | CNCF, archived | OSM
Service Mesh Interface | unmaintained | 2023 | Gateway API (GAMMA) | CNCF, archived | SMI
OpenTracing | unmaintained | 2022 | OpenTelemetry | CNCF, archived |
OpenCensus | unmaintained | 2023 | OpenTelemetry | repository census-instrumentation, archived |
"""
"""``name | standing | since | instead | source | aliases``; a line each."""


@cache
def _known() -> dict[str, Protocol]:
    """Protocols by every name, normalised."""
    found = [*_current(), *_others()]
    return {normal(name): one for one in found for name in (one.name, *one.aliases)}


def _current() -> list[Protocol]:
    entries = [entry.strip() for line in _CURRENT.split("\n") for entry in line.split(" | ") if entry.strip()]
    found = []
    for entry in entries:
        name, _, rest = entry.partition(": ")
        source, _, aliases = rest.partition("; ")
        found.append(Protocol(name, Standing.CURRENT, "", "", source, _list(aliases)))
    return found


def _others() -> list[Protocol]:
    rows = [[cell.strip() for cell in line.split("|")] for line in _OTHERS.splitlines() if line.strip()]
    return [
        Protocol(name, Standing(standing), since, instead, source, _list(aliases))
        for name, standing, since, instead, source, aliases in rows
    ]


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def normal(name: str) -> str:
    """A name as it is compared.

    >>> normal("TE-LDP"), normal("Pod Security Policies")
    ('teldp', 'podsecuritypolicies')
    """
    return re.sub(r"[^a-z0-9+]", "", name.casefold())


def find(name: str) -> Protocol | None:
    """The protocol of a name, written in any usual way; None if the catalog does not have it.

    What stands in brackets, and a plural, make no difference.

    >>> find("pod-security-policies").standing, find("te ldp").instead
    (<Standing.REMOVED: 'removed'>, 'RSVP-TE (RFC 3209) or SR Policy (RFC 9256)')
    """
    plain = normal(re.sub(r"\([^)]*\)", "", name))
    spelt = (normal(name), plain, re.sub("ies$", "y", plain), plain.removesuffix("s"))
    return next((_known()[one] for one in spelt if one in _known()), None)


def like(name: str) -> str | None:
    """Name of the protocol that is spelt most like a name; None if nothing is near.

    >>> like("OSFPv3")
    'OSPFv3'
    """
    word = normal(name)
    best = get_close_matches(word, list(_known()), n=1, cutoff=0.65 if len(word) <= 8 else 0.8)
    return _known()[best[0]].name if best else None


def names() -> tuple[str, ...]:
    """Names of all protocols, sorted."""
    return tuple(sorted({one.name for one in _known().values()}))
