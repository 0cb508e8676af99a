"""VLANs and route targets of tenants: kept from an earlier plan, and of the AS number that the site states."""

from __future__ import annotations

import pytest
from tests.address.sites import POOLS, planned, site

from easterly.address import changes
from easterly.address.numbers import VLANS
from easterly.base.seeds import stream
from easterly.model.address import AddressPlan
from easterly.model.spec.site import Site


def vlans(plan: AddressPlan) -> dict[str, int]:
    return dict(zip(plan.vlans.tenant.tolist(), plan.vlans.vlan.tolist(), strict=True))


def targets(plan: AddressPlan) -> dict[str, str]:
    return dict(zip(plan.vrfs.tenant.tolist(), plan.vrfs.rd.tolist(), strict=True))


def place(name: str) -> int:
    return stream(0, f"vlan {name}") % len(VLANS)


def twins() -> tuple[str, str]:
    """Two names that hash to one VLAN, the alphabetically later one first."""
    seen: dict[int, str] = {}
    for number in range(5000):
        name = f"t{number}"
        if place(name) in seen:
            return max(name, seen[place(name)]), min(name, seen[place(name)])
        seen[place(name)] = name
    raise AssertionError


def test_a_vlan_is_kept_when_a_new_name_hashes_to_it() -> None:
    old, new = twins()
    before = planned(site(tenants={old: {}}))
    assert vlans(before)[old] == VLANS[place(old)]
    alone = planned(site(tenants={old: {}, new: {}}))
    assert vlans(alone)[new] == VLANS[place(old)] != vlans(alone)[old]
    after = planned(site(tenants={old: {}, new: {}}), before)
    assert vlans(after)[old] == VLANS[place(old)] != vlans(after)[new]
    assert [row.what for row in changes(before, alone).moved] == ["VLAN"]
    assert changes(before, after).moved == ()


def test_a_stated_vlan_wins_over_a_kept_one() -> None:
    before = planned(site(tenants={"a": {}, "b": {}}))
    spec = site(tenants={"a": {}, "b": {}}, isolation={"b": {"vlan": vlans(before)["a"]}})
    after = planned(spec, before)
    assert vlans(after)["b"] == vlans(before)["a"] != vlans(after)["a"]


def stating(asn: int, **tenants: int) -> Site:
    """A site with an AS number of its own, and slots by tenant."""
    tables = {name: {"vrf": True, "slot": slot} for name, slot in tenants.items()}
    return site(tenants=tables, addressing={"pools": POOLS, "asn": asn})


@pytest.mark.parametrize(("asn", "expected"), [(64600, "64600:10003"), (4_200_100_000, "4200100000:10003")])
def test_targets_have_the_as_number_that_is_stated(asn: int, expected: str) -> None:
    assert targets(planned(stating(asn, a=3))) == {"a": expected}
    assert targets(planned(site(tenants={"a": {"vrf": True, "slot": 3}}))) == {"a": "64512:10003"}


def test_targets_of_long_as_numbers_are_apart_and_kept() -> None:
    """VNIs that agree in their last two bytes: 10000 + slot and 65536 more."""
    made = planned(stating(4_200_000_000, b=1, a=65537))
    assert targets(made) == {"b": "4200000000:10001", "a": "4200000000:10002"}
    assert made.vrfs.numbers == {"b": 10001, "a": 10002}
    before = planned(stating(4_200_000_000, a=65537))
    after = planned(stating(4_200_000_000, b=1, a=65537), before)
    assert targets(after) == {"a": "4200000000:10001", "b": "4200000000:10002"}
    assert targets(planned(stating(64600, a=65537), before)) == {"a": "4200000000:10001"}
