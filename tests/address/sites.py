"""Small sites for tests of numbers, as maps that each test changes to its needs."""

from __future__ import annotations

from typing import Any

from easterly import demand
from easterly.address import plan
from easterly.model.address import AddressPlan
from easterly.model.demand import Work
from easterly.model.network import Network
from easterly.model.spec.site import Site
from easterly.site.blueprints import build

POOLS = {"fabric": "10.64.0.0/16", "loopback": "10.65.0.0/22", "v6": "fd00:64::/40"}
TIERS = {"leaf": {"type": "sw", "down": 8, "up": 4}, "spine": {"type": "sw"}}


def fabric(blueprint: str = "leaf-spine", count: int = 8, **more: Any) -> dict[str, Any]:
    tiers = {} if blueprint == "fat-tree" else TIERS
    return {"blueprint": blueprint, "hosts": {"type": "gpu2", "count": count}, **tiers, **more}


def site(
    fabrics: dict[str, Any] | None = None, pools: dict[str, str] | None = None, blocks: dict[str, Any] | None = None,
    **more: Any,
) -> Site:  # fmt: skip
    return Site.model_validate({
        "version": 1, "site": {"name": "small"},
        "hardware": {
            "switches": {"sw": {"ports": 32, "rate": "400Gb/s"}},
            "hosts": {"gpu2": {"gpus": 2, "nics": 2, "nic_rate": "400Gb/s", "scaleup": "3.6Tb/s"}},
        },
        "fabrics": fabrics or {"train": fabric()},
        "addressing": {"pools": POOLS if pools is None else pools, "blocks": blocks or {}},
        "classes": {"bulk": {"dscp": 26, "share": "100%"}},
        **more,
    })  # fmt: skip


def job(tenant: str, gpus: int = 4, **more: Any) -> dict[str, Any]:
    return {"tenant": tenant, "fabric": "train", "class": "bulk", "model": "llama3-8b",
            "parallel": {"tp": 2, "dp": gpus // 2}, "batch": 64, **more}  # fmt: skip


def made(spec: Site) -> tuple[Network, Work]:
    network = build(spec)
    return network, demand.build(spec, network).work


def planned(spec: Site, previous: AddressPlan | None = None) -> AddressPlan:
    network, work = made(spec)
    return plan(spec, network, work, previous)


def ports(plan: AddressPlan, *roles: str) -> dict[tuple[str, str, str, str], str]:
    """Addresses by device, port, family and VRF."""
    rows = plan.interfaces
    columns = (column.tolist() for column in (rows.device, rows.port, rows.address, rows.vrf, rows.role))
    return {
        (device, port, "v6" if ":" in address else "v4", vrf): address
        for device, port, address, vrf, role in zip(*columns, strict=True)
        if role in roles
    }


def prefixes(plan: AddressPlan) -> list[tuple[str, str, str, str, str]]:
    """(prefix, vrf, role, owner, device), without pools."""
    rows = plan.prefixes
    columns = (rows.prefix, rows.vrf, rows.role, rows.owner, rows.device)
    return [row for row in zip(*(c.tolist() for c in columns), strict=True) if row[2] != "pool"]


def asns(plan: AddressPlan) -> dict[str, int]:
    return dict(zip(plan.asn_device.tolist(), plan.asn.tolist(), strict=True))
