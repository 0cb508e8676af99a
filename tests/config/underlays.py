"""Small sites under every routing protocol."""

from __future__ import annotations

from typing import Any

from tests.address.sites import POOLS, fabric, job, site
from tests.config.rendered import TENANTS, WAN

from easterly.model.spec.site import Site

FAST = {"bfd": {"interval": "50ms", "multiplier": 3}}
VARIANTS: dict[str, dict[str, Any]] = {
    "bgp": {},
    "bgp-fast": {**FAST, "hello": "1s", "dead": "3s"},
    "bgp-silent": {"bfd": False},
    "bgp-unnumbered": {"unnumbered": True, **FAST},
    "ospf": {"protocol": "ospf"},
    "ospf-fast": {"protocol": "ospf", "area": 7, "hello": "1s", "dead": "4s", **FAST},
    "ospf-unnumbered": {"protocol": "ospf", "unnumbered": True, "hello": "1s", "dead": "4s", **FAST},
    "isis": {"protocol": "isis"},
    "isis-unnumbered": {"protocol": "isis", "unnumbered": True, "hello": "1s"},
    "isis-fast": {"protocol": "isis", "hello": "1s", "dead": "3s", **FAST},
}
TINY = {"leaf": {"type": "sw", "down": 4, "up": 2}, "spine": {"type": "sw", "count": 2}}
CHECK = {"kind": "http", "port": 8053, "path": "/ready", "interval": "200ms", "fall": 2, "rise": 1}
SERVICE = {"block": "vips", "at": ["train-host-0", "train-host-15", "train-spine-1"], "check": CHECK}
BLOCKS = {"vips": {"inside": ["service4", "service6"], "role": "anycast", "hosts": 8}}


def under(name: str, **more: Any) -> Site:
    """Four hosts, two leaves, two spines."""
    return site({"train": fabric(count=4, underlay=VARIANTS[name], **TINY)}, **more)


def grand(name: str, wan: dict[str, Any] | None = None, **more: Any) -> Site:
    """Two tenants with tables, a border and a WAN router, an anycast service, both families."""
    pools = {**POOLS, "own": "10.99.0.0/20", "service4": "10.66.0.0/24", "service6": "fd00:66::/64"}
    jobs = {"j": job("acme", 8), "k": job("beta", 8)}
    fabrics = {"train": fabric("rail-optimized", 16, underlay=VARIANTS[name])}
    far = {**WAN, **({} if wan is None else {"underlay": wan})}
    given = {"anycast": {"dns": SERVICE}, "blocks": BLOCKS, **more}
    return site(fabrics, pools, tenants=TENANTS, jobs=jobs, wan=far, **given)
