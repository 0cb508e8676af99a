"""Sites whose tenants share a table or have their own, in both families, and access lists drawn at random."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st
from tests.address.sites import fabric, job, site

from easterly.model.access import ANY, AccessList, AccessRule, DeviceAccess
from easterly.model.spec.site import Site
from easterly.study.nouns import Nouns

POOLS = {
    "fabric": "10.64.0.0/16", "loopback": "10.65.0.0/22", "lab": "10.66.0.0/16", "disks": "10.67.0.0/16",
    "crew": "10.68.0.0/16", "side": "10.69.0.0/16", "corp": "10.128.0.0/16",
}  # fmt: skip
TENANTS = {
    "acme": {"vrf": True, "pool": "lab"}, "store": {"vrf": True, "pool": "disks", "slot": 7},
    "beta": {"vrf": True, "pool": "side", "slot": 8}, "crew": {"pool": "crew"},
}  # fmt: skip
BLOCKS = {
    "mgmt": {"inside": "corp", "role": "management", "hosts": 60, "zone": "guarded"},
    "bmc": {"inside": "corp", "role": "bmc", "hosts": 60, "zone": "consoles", "vlan": 77},
}


def fenced(pools: dict[str, str] = POOLS, **more: Any) -> Site:
    """Tenants acme, store and beta with tables, crew in the table that all share, two zones."""
    words: dict[str, Any] = {
        "tenants": TENANTS, "isolation": {"acme": {"reaches": ["store"]}, "guarded": {"reaches": ["consoles", "crew"]}},
        "jobs": {name: job(name, 4) for name in TENANTS}, **more,
    }  # fmt: skip
    return site({"train": fabric(count=12)}, pools, BLOCKS, **words)


def running(os: str) -> Site:
    """The same on another operating system."""
    return fenced(hardware={
        "switches": {"sw": {"ports": 32, "rate": "400Gb/s", "os": os}},
        "hosts": {"gpu2": {"gpus": 2, "nics": 2, "nic_rate": "400Gb/s", "scaleup": "3.6Tb/s"}},
    })  # fmt: skip


@cache
def world() -> Nouns:
    return Nouns(fenced())


def _ends(family: int) -> st.SearchStrategy[str]:
    bits = 32 if family == 4 else 128
    texts = [ANY[family], "10.0.0.0/30", "10.0.0.4/31", "10.0.0.7/32"] if family == 4 else [
        ANY[family], "fd00::/64", f"fd00::7/{bits}",
    ]  # fmt: skip
    return st.sampled_from(texts)


@st.composite
def rules(draw: st.DrawFn) -> AccessRule:
    family = draw(st.sampled_from((4, 6)))
    src, dst = draw(_ends(family)), draw(_ends(family))
    reply = draw(st.booleans()) and (src, dst) != (ANY[family], ANY[family])
    return AccessRule(src, dst, draw(st.booleans()), reply, draw(st.sampled_from(("", "a reaches b", "a answers b"))))


@st.composite
def devices(draw: st.DrawFn, ports: tuple[str, ...], rest: bool = False) -> DeviceAccess:
    """Up to three lists; each port has at most one."""
    free = list(draw(st.permutations(ports)))
    lists = []
    for number in range(draw(st.integers(1, 3))):
        mine = tuple(free.pop() for _ in range(draw(st.integers(0, 2))) if free)
        lists.append(AccessList(f"t-{number}", tuple(draw(st.lists(rules(), min_size=1, max_size=5))), mine))
    if rest and draw(st.booleans()):
        lists.append(AccessList("others", lists[0].rules, ("*",)))
    return DeviceAccess("leaf-0", tuple(lists), tuple(free) if rest else ())
