"""The rendered text on real FRR: two leaves, two spines, and the routes that the kernel ends up with."""

from __future__ import annotations

import sys

import pytest
from tests.address.sites import fabric, ports, prefixes, site
from tests.config.namespaces import running, wait_for
from tests.config.rendered import render

pytestmark = pytest.mark.lab
TINY = {"leaf": {"type": "sw", "down": 4, "up": 2}, "spine": {"type": "sw", "count": 2}}


def test_leaves_reach_each_other_over_both_spines_and_over_one_when_the_other_is_gone(tmp_path):
    network, plan, configs = render(site({"t": fabric(count=4, **TINY)}))
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents[:3]:
        parent.chmod(0o755)
    far = {6 if ":" in p[0] else 4: p[0] for p in prefixes(plan) if p[4] == "t-leaf-1"}
    spine_ends = {
        family: {
            a.partition("/")[0] for k, a in ports(plan, "link").items() if "spine" in k[0] and k[2] == f"v{family}"
        }
        for family in (4, 6)
    }
    with running(network, configs, tmp_path) as lab:
        # Bridges without a port have no carrier, and FRR announces only what is up.
        for router in ("t-leaf-0", "t-leaf-1"):
            lab.within(router, "ip", "link", "add", "host", "type", "veth", "peer", "name", "port")
            lab.within(router, "ip", "link", "set", "port", "master", "br-hosts", "up")
            lab.within(router, "ip", "link", "set", "host", "up")
        wait_for(lambda: len(lab.next_hops("t-leaf-0", far[4])) == 2, 30)
        assert lab.next_hops("t-leaf-0", far[4]) <= spine_ends[4]
        wait_for(lambda: len(lab.next_hops("t-leaf-0", far[6])) == 2, 30)
        loopback = ports(plan, "loopback")["t-leaf-1", "lo", "v4", "default"]
        assert len(lab.next_hops("t-leaf-0", loopback)) == 2
        own = ports(plan, "loopback")["t-leaf-0", "lo", "v4", "default"].partition("/")[0]
        # A packet really goes there and back: the far router's BGP port answers on its loopback.
        probe = f"import socket; socket.create_connection(({loopback.partition('/')[0]!r}, 179), 5, ({own!r}, 0))"
        lab.within("t-leaf-0", sys.executable, "-c", probe)
        lab.within("t-spine-0", "ip", "link", "set", "swp2", "down")
        wait_for(lambda: len(lab.next_hops("t-leaf-0", far[4])) == 1, 30)
        # The spine that lost the far leaf hears of it from nobody: a leaf is never a transit.
        wait_for(lambda: not lab.next_hops("t-spine-0", far[4]), 30)
        assert loopback.partition("/")[0] not in lab.vtysh("t-spine-0", "-c", "show ip route bgp")
