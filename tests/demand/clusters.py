"""Hosts on one big switch, written out by hand, and sites that run work on them."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import floats, indices, ints, texts
from easterly.model.network import Hosts, LinkKind, Links, Network, NodeKind, Nodes
from easterly.model.spec.site import Site

NIC_BPS = 400e9
SCALEUP_BPS = 3600e9
CLASSES = {"bulk": {"dscp": 0, "share": "rest"}, "training": {"dscp": 26, "share": "50%"}}
MODEL = {"params": 1e9, "layers": 8, "hidden": 1024, "heads": 16, "ffn": 54976, "seq": 1024, "vocab": 32000}


def network(
    hosts: int, gpus: int = 8, nics: int = 8, *, railed: bool = True, scaleup_bps: float = SCALEUP_BPS
) -> Network:
    """Node 0 is the switch, node 1 + h * nics + r is interface r of host h."""
    count = hosts * nics
    node = np.arange(1, count + 1)
    names = [f"f-host-{h}" for h in range(hosts)]
    links = Links(
        src=ints(np.column_stack([node, np.zeros(count)]).ravel()),
        dst=ints(np.column_stack([np.zeros(count), node]).ravel()),
        src_port=ints(np.zeros(2 * count)), dst_port=ints(np.zeros(2 * count)),
        kind=ints(np.full(2 * count, LinkKind.HOST)), capacity_bps=floats(np.full(2 * count, NIC_BPS)),
        delay_s=floats(np.zeros(2 * count)), length_m=floats(np.zeros(2 * count)), cost=floats(np.ones(2 * count)),
        reverse=ints(np.arange(2 * count) ^ 1), srlg_ptr=indices(np.zeros(2 * count + 1)), srlg_idx=ints([]),
    )  # fmt: skip
    minus = ints(np.full(count + 1, -1))
    rail = ints([-1, *(np.arange(count) % nics)]) if railed else minus
    nodes = Nodes(
        name=texts(["sw", *(f"{name}:nic{r}" for name in names for r in range(nics))]),
        device=texts(["sw", *(name for name in names for _ in range(nics))]),
        kind=ints([NodeKind.SWITCH] + [NodeKind.NIC] * count), role=texts(["leaf"] + ["nic"] * count),
        tier=ints([1] + [0] * count), fabric=texts(["f"] * (count + 1)), switch_type=texts(["sw"] + [""] * count),
        ports=ints([count] + [0] * count), pod=minus, su=minus, rail_group=rail, plane=minus,
        delay_s=floats(np.zeros(count + 1)),
    )  # fmt: skip
    table = Hosts(
        name=texts(names), fabric=texts(["f"] * hosts), host_type=texts(["h"] * hosts), gpus=ints([gpus] * hosts),
        scaleup_bps=floats([scaleup_bps] * hosts), nic_ptr=indices(np.arange(hosts + 1) * nics), nic_node=ints(node),
    )  # fmt: skip
    return Network("cluster", nodes, links, table, (), {})


def site(jobs=None, services=None, *, hosts=4, gpus=8, nics=8, **more) -> Site:
    """A site whose fabric f has the hosts of `network`."""
    fabric = {"blueprint": "rail-only", "hosts": {"type": "h", "count": hosts}, "leaf": {"type": "sw", "down": 32}}
    given = {
        "version": 1, "site": {"name": "s"}, "fabrics": {"f": fabric}, "classes": CLASSES,
        "hardware": {
            "switches": {"sw": {"ports": 64, "rate": "400Gb/s"}},
            "hosts": {"h": {"gpus": gpus, "nics": nics, "nic_rate": "400Gb/s", "scaleup": "450GB/s"}},
        },
        "jobs": {name: job(**fields) for name, fields in (jobs or {}).items()},
        "services": {name: service(**fields) for name, fields in (services or {}).items()},
    }  # fmt: skip
    return Site.model_validate({**given, **more})


def job(**fields):
    """A job of the tiny model, with what a test changes."""
    return {"fabric": "f", "class": "training", "model": MODEL, "parallel": {}, "batch": 64, **fields}


def service(**fields):
    """A service of the tiny model, with what a test changes."""
    return {"class": "bulk", "model": MODEL, "load": {"requests": "10/s"}, **fields}
