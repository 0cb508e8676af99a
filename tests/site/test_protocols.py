"""Protocols: names in any spelling, what is gone, what never was."""

from __future__ import annotations

import pytest
from tests.demand.clusters import site

from easterly.base.findings import Severity
from easterly.model.catalog import protocols
from easterly.model.catalog.protocols import Standing
from easterly.site.checks_protocols import protocols_are_in_use, protocols_are_known


def found(*names):
    plan = site(protocols=names)
    return [(f.code, f.at, f.severity) for rule in (protocols_are_in_use, protocols_are_known) for f in rule(plan)]


@pytest.mark.parametrize(
    "name", ["TE-LDP", "te-ldp", "TE LDP", "te_ldp", "TELDP", "LDP-TE", "TE-LDP (Traffic Engineering LDP)"]
)
def test_what_never_was_is_an_error_in_any_spelling(name):
    assert found("BGP", name) == [("E216", "protocols/1", Severity.ERROR)]


@pytest.mark.parametrize(
    "name", ["Pod Security Policies", "pod-security-policy", "PodSecurityPolicy", "PSP", "PSPs", "CR-LDP", "SSLv3",
             "TLS 1.0", "dockershim", "networking.k8s.io/v1beta1 Ingress", "RIPv3"]
)  # fmt: skip
def test_what_is_gone_is_an_error(name):
    assert found(name) == [("E216", "protocols/0", Severity.ERROR)]


@pytest.mark.parametrize("name", ["Weave Net", "weavenet", "RIP", "ripv1", "SNMPv2c", "ingress-nginx", "NAT-PT"])
def test_what_is_old_is_a_warning(name):
    assert found(name) == [("E216", "protocols/0", Severity.WARNING)]


@pytest.mark.parametrize(
    "name", ["bgp", "BGP-4", "evpn", "EVPN-VXLAN", "VxLAN", "RoCEv2", "segment routing", "SR-TE", "RSVP-TE", "LDP",
             "OSPF", "is-is", "NetworkPolicy", "Network Policies", "Calico", "Cilium", "PFC", "ECN", "gNMI", "NVMe/TCP",
             "DCQCN", "RIPv2", "TLS 1.3", "HTTP/2", "IPv6"]
)  # fmt: skip
def test_what_is_in_use_is_no_finding(name):
    assert found(name) == []


@pytest.mark.parametrize(
    "name, meant", [("OFPSv3", "OSPFv3"), ("Cillium", "Cilium"), ("VXLAM", "VXLAN"), ("xyzzy", None)]
)
def test_what_nobody_knows_may_be_misspelt(name, meant):
    (one,) = protocols_are_known(site(protocols=[name]))
    assert one.severity is Severity.WARNING
    assert (f"did you mean {meant}?" == one.hint) if meant else ("did you mean" not in one.hint)


def test_every_entry_is_whole_and_no_name_has_two_meanings():
    entries = {name: protocols.find(name) for name in protocols.names()}
    for name, entry in entries.items():
        assert entry is not None and entry.name == name and entry.source
        assert bool(entry.instead) == (entry.standing is not Standing.CURRENT)
        for alias in entry.aliases:
            assert protocols.find(alias) is entry, alias
    assert {entry.standing for entry in entries.values()} == set(Standing)


def test_what_is_recommended_instead_is_in_use():
    """The first words of every remedy that name a protocol of the catalog name one that is current."""
    for name in protocols.names():
        entry = protocols.find(name)
        first = entry.instead.split(" (")[0].split(",")[0].split(" or ")[0].split(";")[0]
        known = protocols.find(first)
        assert known is None or known.standing is Standing.CURRENT, (name, first)
