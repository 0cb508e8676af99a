"""Two fabrics, a lake and some plants, and other traffic on them."""

from __future__ import annotations

from functools import cache

import numpy as np

from easterly import demand
from easterly.demand.ends import Ends
from easterly.model.demand import DemandSet
from easterly.model.network import Network
from easterly.model.spec.site import Site
from easterly.site import blueprints

HARDWARE = {
    "switches": {"sw": {"ports": 64, "rate": "400Gb/s", "buffer": "64MB"}},
    "hosts": {"h": {"gpus": 8, "nics": 4, "nic_rate": "100Gb/s", "scaleup": "450GB/s"}},
}
FABRICS = {
    "east": {
        "blueprint": "leaf-spine",
        "hosts": {"type": "h", "count": 12},
        "leaf": {"type": "sw", "down": 16, "up": 16},
        "spine": {"type": "sw"},
    },
    "west": {
        "blueprint": "leaf-spine",
        "hosts": {"type": "h", "count": 8},
        "leaf": {"type": "sw", "down": 16, "up": 16},
        "spine": {"type": "sw"},
    },
}
WAN = {
    "sites": {"lake": {}, "plants": {}},
    "links": {
        "ew": {"a": "east", "b": "west", "rate": "400Gb/s", "delay": "10ms"},
        "el": {"a": "east", "b": "lake", "rate": "100Gb/s", "delay": "3ms"},
        "ep": {"a": "east", "b": "plants", "rate": "10Gb/s", "delay": "5ms"},
    },
}
CLASSES = {"bulk": {"dscp": 0, "share": "rest"}, "sync": {"dscp": 26, "share": "50%", "lossless": True, "ecn": "auto"}}
HOSTED = {"storage", "memory", "features", "parameter-server", "federated", "pipeline", "management"}


def site(traffic: dict[str, dict], **more) -> Site:
    """A site with this traffic, of class bulk and on fabric east unless it says otherwise."""
    given = {
        name: {"class": "bulk", **({"fabric": "east"} if t["kind"] in HOSTED else {}), **t}
        for name, t in traffic.items()
    }
    parts = {"hardware": HARDWARE, "fabrics": FABRICS, "wan": WAN, "classes": CLASSES, "traffic": given}
    return Site.model_validate({"version": 1, "site": {"name": "s"}, **parts, **more})


@cache
def network() -> Network:
    """The network of every such site."""
    return blueprints.build(site({}))


def ends(traffic: dict[str, dict], **more) -> Ends:
    """The ends of a site with this traffic, on its hosts."""
    plan = site(traffic, **more)
    return Ends(plan, network(), demand.place(plan, network()).hosts)


def build(traffic: dict[str, dict], **more) -> DemandSet:
    """What this traffic sends."""
    return demand.build(site(traffic, **more), network())


def figures(traffic: dict[str, dict], **more) -> dict[tuple[str, str], float]:
    """Figures of this traffic, by owner and name."""
    plan = site(traffic, **more)
    found = demand.figures(plan, network(), demand.place(plan, network()).hosts)
    return dict(zip(zip(found.owner.tolist(), found.name.tolist(), strict=True), found.value.tolist(), strict=True))


def of(demands: DemandSet, owner: str, axis: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Senders, receivers and amounts (bytes or bit/s) of one phase."""
    phases, flows = demands.phases, demands.flows
    rows = np.flatnonzero((phases.owner == owner) & (phases.axis == axis))
    here = np.isin(flows.phase, rows)
    return flows.src[here], flows.dst[here], (flows.size_B + flows.rate_bps)[here]


def by_host(nodes: np.ndarray, amount: np.ndarray) -> dict[str, float]:
    """Amounts by device."""
    names, row = np.unique(network().nodes.device[nodes], return_inverse=True)
    return dict(zip(names.tolist(), np.bincount(row, amount).tolist(), strict=True))
