"""Growth: what has a number keeps it, with the earlier plan and without."""

from __future__ import annotations

from collections import defaultdict
from ipaddress import ip_interface

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.address.sites import POOLS, asns, fabric, job, planned, ports, prefixes, site

ROLES = ("loopback", "link", "host", "gateway")
RAILS = {"leaf": {"type": "sw", "down": 4, "up": 4}}


def ends(plan) -> set[frozenset[tuple[tuple[str, str], str]]]:
    """Links as pairs of ends with their addresses: the number of a cable goes with both of its ends."""
    found = defaultdict(dict)
    for (device, port, family, _), address in ports(plan, "link").items():
        found[family, ip_interface(address).network][device, port] = address
    return {frozenset(pair.items()) for pair in found.values()}


def assert_unchanged(before, after) -> None:
    """Every loopback, host, gateway, prefix, AS and VNI of `before` is in `after`, and every cable that is left."""
    old, new = ports(before, "loopback", "host", "gateway"), ports(after, "loopback", "host", "gateway")
    assert {k: new.get(k) for k in old} == old
    assert set(prefixes(before)) <= set(prefixes(after))
    assert asns(before).items() <= asns(after).items()
    tables = [dict(zip(p.vrfs.tenant.tolist(), p.vrfs.vni.tolist(), strict=True)) for p in (before, after)]
    assert tables[0].items() <= tables[1].items()
    old_links, new_links = ends(before), ends(after)
    kept = {frozenset(end for end, _ in pair) for pair in new_links}
    for pair in old_links:
        if frozenset(end for end, _ in pair) in kept:
            assert pair in new_links


MIDDLE = {"type": "sw", "down": 2, "up": 2}
GROWTHS = {
    "hosts of leaf-spine": (fabric(count=4), fabric(count=40)),
    "hosts of rails": (fabric("rail-optimized", 4, **RAILS), fabric("rail-optimized", 30, **RAILS)),
    "spines": (fabric(count=8, spine={"type": "sw", "count": 1}), fabric(count=8, spine={"type": "sw", "count": 4})),
    "hosts of planes": (fabric("multi-plane", 4, planes=2), fabric("multi-plane", 40, planes=2)),
    "hosts of a fat-tree": tuple(fabric("fat-tree", n, k=8, switch="sw") for n in (3, 60)),
    "pods of a Clos": tuple(fabric("clos", n, tiers=3, spine=MIDDLE, super_spine={"type": "sw"}) for n in (6, 60)),
    "uplinks": (fabric(leaf={"type": "sw", "down": 8, "up": 2}), fabric(leaf={"type": "sw", "down": 8, "up": 8})),
}  # fmt: skip


@pytest.mark.parametrize("small, large", GROWTHS.values(), ids=GROWTHS)
def test_a_fabric_grows_in_place(small, large):
    before, after = planned(site({"train": small})), planned(site({"train": large}))
    assert_unchanged(before, after)
    assert len(after.interfaces) >= len(before.interfaces)


def test_tenants_and_jobs_are_added_in_place():
    tenants = {"mid": {"vrf": True}}
    before = planned(site({"train": fabric(count=16)}, tenants=tenants, jobs={"m": job("mid", 4)}))
    more = {**tenants, "aaa": {"vrf": True}, "zzz": {"vrf": True}}
    jobs = {"m": job("mid", 4), "n": job("zzz", 4), "o": job("aaa", 4)}
    after = planned(site({"train": fabric(count=16)}, tenants=more, jobs=jobs))
    old, new = ports(before, "loopback", "link"), ports(after, "loopback", "link")
    assert {k: new.get(k) for k in old} == old
    assert {k[:3]: a for k, a in ports(before, "host").items()} == {k[:3]: a for k, a in ports(after, "host").items()}
    assert set(prefixes(before)) <= set(prefixes(after))
    assert dict(zip(before.vrfs.tenant.tolist(), before.vrfs.vni.tolist(), strict=True)).items() <= dict(
        zip(after.vrfs.tenant.tolist(), after.vrfs.vni.tolist(), strict=True)).items()  # fmt: skip


def test_fabrics_with_slots_and_the_wan_are_added_in_place():
    before = planned(site({"train": fabric(slot=0)}))
    wan = {"sites": {"west": {}}, "links": {"w": {"a": "train", "b": "west", "rate": "100Gb/s", "delay": "5ms"}}}
    after = planned(site({"train": fabric(slot=0, border={"count": 1}), "east": fabric(slot=1)}, wan=wan))
    assert_unchanged(before, after)


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from(["leaf-spine", "rail-optimized", "multi-plane"]))
@settings(max_examples=25)
def test_any_number_of_hosts(one, two, blueprint):
    more = {"planes": 2} if blueprint == "multi-plane" else {}
    small, large = (planned(site({"train": fabric(blueprint, n, **more)})) for n in sorted((one, two)))
    assert_unchanged(small, large)


def test_an_earlier_plan_is_kept_where_places_would_differ():
    """Fabrics without slots are ranked by name: a new first one would move the others."""
    before = planned(site({"train": fabric()}))
    bigger = site({"alpha": fabric(), "train": fabric(count=24)})
    assert ports(planned(bigger), "loopback")["train-leaf-0", "lo", "v4", "default"] != "10.65.0.0/32"
    after = planned(bigger, before)
    assert_unchanged(before, after)
    taken = list(ports(after, *ROLES).items())
    assert len({(key[3], address) for key, address in taken}) == len(taken)


def test_an_earlier_plan_is_kept_when_a_pool_grows():
    own = {"hosts": "10.1.0.0/24", "links": "10.2.0.0/24", "loopback": "10.3.0.0/26"}
    before = planned(site({"train": fabric(border={"count": 1})}, own))
    more = {"hosts": "10.1.0.0/22", "links": "10.2.0.0/20", "loopback": "10.3.0.0/24"}
    grown = site({"train": fabric(count=30, border={"count": 1})}, more)
    assert ports(planned(grown), "loopback")["train-spine-0", "lo", "v4", "default"] == "10.3.0.128/32"
    after = planned(grown, before)
    assert_unchanged(before, after)


def test_numbers_outside_the_pools_are_given_anew():
    before = planned(site())
    after = planned(site(pools={**POOLS, "fabric": "10.70.0.0/16"}), before)
    assert {a.split(".")[1] for k, a in ports(after, "link").items() if k[2] == "v4"} == {"70"}
    assert ports(after, "loopback") == ports(before, "loopback")


def test_the_same_plan_again_is_the_same():
    spec = site(tenants={"acme": {"vrf": True}}, jobs={"j": job("acme")})
    before = planned(spec)
    after = planned(spec, before)
    assert ports(after, *ROLES) == ports(before, *ROLES)
    assert prefixes(after) == prefixes(before) and asns(after) == asns(before)


def test_order_of_the_file_changes_nothing():
    fabrics = {"train": fabric(), "east": fabric(count=4)}
    tenants = {"b": {"vrf": True}, "a": {"vrf": True}}
    one = planned(site(fabrics, tenants=tenants))
    two = planned(
        site(dict(reversed(fabrics.items())), dict(reversed(POOLS.items())), tenants=dict(reversed(tenants.items())))
    )
    assert ports(one, *ROLES) == ports(two, *ROLES)
    assert one.vrfs.vni.tolist() == two.vrfs.vni.tolist()
