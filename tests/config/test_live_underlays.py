"""OSPF, IS-IS and unnumbered BGP on real FRR: the kernel's next hops are those that are planned."""

from __future__ import annotations

import json

import pytest
from tests.address.sites import prefixes
from tests.config.namespaces import running, wait_for
from tests.config.rendered import render
from tests.config.underlays import under

pytestmark = pytest.mark.lab


def ports_of(lab, router: str, prefix: str) -> set[str]:
    """Interfaces that the kernel sends a prefix to: what planned paths name."""
    family = "-6" if ":" in prefix else "-4"
    routes = json.loads(lab.within(router, "ip", family, "-j", "route", "show", prefix) or "[]")
    hops = [hop for route in routes for hop in route.get("nexthops", [route])]
    return {hop["dev"] for hop in hops if "dev" in hop}


@pytest.mark.parametrize("variant", ["bgp-unnumbered", "ospf-unnumbered", "isis-fast"])
def test_both_families_take_all_equal_ways(variant, tmp_path):
    network, plan, configs = render(under(variant))
    for parent in (tmp_path, *tmp_path.parents[:3]):
        parent.chmod(0o755)
    far = {6 if ":" in p[0] else 4: p[0] for p in prefixes(plan) if p[4] == "train-leaf-1"}
    links, names = network.links, network.nodes.name.tolist()
    here = names.index("train-leaf-0")
    spines = {names.index("train-spine-0"), names.index("train-spine-1")}
    up = {f"swp{p}" for a, p, b in zip(links.src.tolist(), links.src_port.tolist(), links.dst.tolist(), strict=True)
          if a == here and b in spines}  # fmt: skip
    with running(network, configs, tmp_path) as lab:
        for router in ("train-leaf-0", "train-leaf-1"):
            lab.within(router, "ip", "link", "add", "host", "type", "veth", "peer", "name", "port")
            lab.within(router, "ip", "link", "set", "port", "master", "br-hosts", "up")
            lab.within(router, "ip", "link", "set", "host", "up")
        for prefix in far.values():
            wait_for(lambda prefix=prefix: ports_of(lab, "train-leaf-0", prefix) == up, 30)
