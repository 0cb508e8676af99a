"""Rules on pools, slots and numbers that the broken files beside `tests/errors` do not show."""

from __future__ import annotations

import pytest
from tests.address.sites import POOLS, fabric, job, made, planned, site

from easterly import demand
from easterly.address import checks, tight_pools
from easterly.base.findings import FindingsError, Severity
from easterly.site.blueprints import build

RULES = (checks.pools_apart, checks.pool_lengths, checks.pool_family, checks.tenant_pool, checks.pool_unused,
         checks.pool_reserved, checks.pools_defaulted, checks.slots_apart, checks.asn_private)  # fmt: skip


def codes(spec) -> list[str]:
    return [finding.code for rule in RULES for finding in rule(spec)]


def test_a_good_site_has_no_findings():
    assert codes(site(tenants={"acme": {"vrf": True}})) == []
    network, work = made(site())
    assert tight_pools(site(), network, work) == ()
    assert list(checks.plan_apart(planned(site()))) == []


@pytest.mark.parametrize("both, expected", [(True, []), (False, ["E513"])])
def test_tenants_pools_may_overlap_only_between_tables(both, expected):
    pools = {**POOLS, "a": "10.99.0.0/16", "b": "10.99.0.0/17"}
    tenants = {"acme": {"vrf": True, "pool": "a"}, "beta": {"vrf": both, "pool": "b"}}
    assert codes(site(pools=pools, tenants=tenants)) == expected


def test_a_tenants_pool_may_not_overlap_the_fabric_even_in_a_table():
    assert codes(site(pools={**POOLS, "a": "10.64.3.0/24"}, tenants={"acme": {"vrf": True, "pool": "a"}})) == ["E513"]


def test_ipv6_pools_of_tenants_hold_whole_subnets():
    tenants = {"acme": {"vrf": True, "pool": "a"}}
    assert codes(site(pools={**POOLS, "a": "fd01::/64"}, tenants=tenants)) == []
    assert codes(site(pools={**POOLS, "a": "fd01::/65"}, tenants=tenants)) == ["E514"]
    assert codes(site(pools={"v6": "fd00::/62"})) == []
    assert codes(site(pools={"v6": "fd00::/63"})) == ["E514"]


def test_an_ipv6_pool_of_a_tenant_numbers_its_hosts():
    spec = site(
        pools={**POOLS, "a": "fd01::/48"}, tenants={"acme": {"vrf": True, "pool": "a"}}, jobs={"j": job("acme")}
    )
    found = planned(spec)
    mine = found.interfaces.address[(found.interfaces.vrf == "acme") & (found.interfaces.role == "host")].tolist()
    assert sorted(a.split(":")[0] for a in mine if ":" in a) == ["fd01"] * 4
    assert sorted(a.split(".")[0] for a in mine if ":" not in a) == ["10"] * 4


@pytest.mark.parametrize("pools, purposes", [
    ({}, "hosts links loopback"), ({"fabric": "10.64.0.0/16"}, "loopback"),
    ({"hosts": "10.64.0.0/16"}, "links loopback"),
    ({"v6": "fd00::/40", "loopback": "10.64.0.0/16"}, "hosts links"), ({"v6": "fd00::/40"}, ""),
])  # fmt: skip
def test_what_is_taken_by_default_is_noted(pools, purposes):
    notes = list(checks.pools_defaulted(site(pools=pools)))
    assert [note.severity for note in notes] == [Severity.NOTE] * bool(purposes)
    for purpose in ("hosts", "links", "loopback"):
        assert any(f"{purpose} (taken: " in note.message for note in notes) == (purpose in purposes.split())


def test_asn_ranges():
    def asn(number):
        return codes(site(addressing={"pools": POOLS, "asn": number}))

    assert asn(64512) == asn(65534) == asn(4200000000) == asn(4294967294) == []
    assert asn(64511) == asn(65535) == asn(4199999999) == ["E509"]


def numbers(asn, **more):
    return planned(site(addressing={"pools": POOLS, "asn": asn}, **more)).asn.tolist()


def test_two_byte_numbers_are_packed():
    assert sorted(set(numbers(64512))) == [64512, 64513, 64514]
    assert max(numbers(65532)) == 65534
    with pytest.raises(FindingsError) as caught:
        numbers(65533)
    assert [f.code for f in caught.value.findings] == ["E505"]


def test_more_borders_than_their_band_still_get_numbers(monkeypatch):
    from easterly.address import numbers as module

    monkeypatch.setattr(module, "WIDTH", {**module.WIDTH, module.LEAF: 1})
    found = planned(site({"train": fabric(count=24)}))
    leaves = found.asn[["leaf" in d for d in found.asn_device.tolist()]].tolist()
    assert len(set(leaves)) == len(leaves) == 6


def test_tight_pools_are_told_and_say_nothing_where_there_is_no_plan():
    tight = site(pools={**POOLS, "fabric": "10.64.0.0/26"})
    network = build(tight)
    assert [f.code for f in checks.room_to_grow(tight, network, demand.build(tight, network))] == ["E504"]
    none = site(pools={**POOLS, "fabric": "10.64.0.0/28"})
    assert list(checks.room_to_grow(none, network, demand.build(none, network))) == []


def test_colliding_hashes_of_tenants_get_different_numbers(monkeypatch):
    from easterly.address import numbers as module

    monkeypatch.setattr(module, "stream", lambda seed, name: 2**23 - 1)
    found = planned(site(tenants={n: {"vrf": True} for n in "abc"}))
    assert found.vrfs.vni.tolist() == [2**20 + 2**23 - 1, 2**20, 2**20 + 1]


def test_a_broken_plan_is_found():
    from dataclasses import replace

    found = planned(site())
    address = found.interfaces.address.copy()
    address[1] = address[0]
    broken = replace(found, interfaces=replace(found.interfaces, address=address))
    assert {f.code for f in checks.plan_apart(broken)} == {"E501"}
