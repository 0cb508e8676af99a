"""OSPF, IS-IS and unnumbered BGP on real FRR: every kernel has the next hops that are planned, and no others."""

from __future__ import annotations

import time

import pytest
import yaml
from tests.app.lab.sites import DIAMOND, LEAVES, written
from tests.config.underlays import VARIANTS
from tests.lab import require_root

from easterly.app import terminal
from easterly.app.lab import converge
from easterly.app.lab.build import running
from easterly.app.lab.cables import usual_scale
from easterly.app.lab.routes import planned

pytestmark = pytest.mark.lab


@pytest.mark.parametrize("variant", ["bgp-unnumbered", "ospf-unnumbered", "isis-fast", "isis-unnumbered"])
def test_every_router_takes_all_equal_ways_in_both_families(variant, tmp_path):
    require_root("ip", "vtysh", "zebra", "bgpd", "bfdd", "ospfd", "ospf6d", "isisd")
    spec = yaml.safe_load(DIAMOND)
    spec["fabrics"]["lab"]["underlay"] = VARIANTS[variant]
    nouns, _, _ = terminal.read_or_leave(written(tmp_path, yaml.safe_dump(spec)), "text", None)
    network = nouns.network.value
    wanted = planned(network, nouns.address.value, nouns.policy.value)
    assert any(len(hops) == 2 for prefixes in wanted.values() for hops in prefixes.values())
    with running(network, nouns.address.value, nouns.configs.value, scale=usual_scale(network)) as lab:
        assert not any(converge.routed(lab, wanted, seconds=30).values())


def test_a_link_that_comes_back_is_used_again_in_both_families(tmp_path):
    """Linux takes next hops and IPv6 addresses of a link that goes down away, and somebody has to give them back."""
    require_root("ip", "vtysh", "zebra", "bgpd", "bfdd")
    nouns, _, _ = terminal.read_or_leave(written(tmp_path, DIAMOND), "text", None)
    network = nouns.network.value
    wanted = planned(network, nouns.address.value, nouns.policy.value)
    with running(network, nouns.address.value, nouns.configs.value, scale=usual_scale(network)) as lab:
        assert not any(converge.routed(lab, wanted, seconds=30).values())
        lab.spaces["r2"].run("ip", "link", "set", "swp1", "down")
        time.sleep(1)
        lab.spaces["r2"].run("ip", "link", "set", "swp1", "up")
        time.sleep(2)  # until when routes by way of the link are those of before
        assert not any(converge.routed(lab, wanted, seconds=20).values())


def test_a_border_hands_routes_to_the_wan_and_back(tmp_path):
    require_root("ip", "vtysh", "zebra", "bgpd", "bfdd", "ospfd", "ospf6d")
    spec = yaml.safe_load(LEAVES)
    spec["fabrics"]["t"]["hosts"]["count"] = 4
    spec["fabrics"]["t"]["underlay"] = VARIANTS["ospf-unnumbered"]
    spec["wan"] = {"sites": {"west": {}}, "links": {"w": {"a": "t", "b": "west", "rate": "100Gb/s", "delay": "1ms"}}}
    nouns, _, _ = terminal.read_or_leave(written(tmp_path, yaml.safe_dump(spec)), "text", None)
    address = nouns.address.value
    rows = address.interfaces
    far = rows.address[(rows.device == "west") & (rows.role == "loopback")].tolist()
    near = address.prefixes.prefix[address.prefixes.device == "t-leaf-0"].tolist()
    assert {":" in text for text in far} == {":" in text for text in near} == {True, False}
    network = nouns.network.value
    with running(network, address, nouns.configs.value, scale=usual_scale(network)) as lab:
        end = time.monotonic() + 30
        for router, prefix in (("west", near[0]), ("west", near[1]), ("t-leaf-1", far[0]), ("t-leaf-1", far[1])):
            word = "-6" if ":" in prefix else "-4"
            while not lab.spaces[router].run("ip", word, "route", "show", prefix).strip():
                assert time.monotonic() < end, f"{router} never heard of {prefix}"
                time.sleep(0.1)
