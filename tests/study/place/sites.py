"""Small sites for placement."""

from __future__ import annotations

from itertools import product

import yaml

from easterly.site import load_text
from easterly.study.nouns import Nouns

JOB = {
    "fabric": "f",
    "class": "t",
    "model": "llama3-8b",
    "batch": 48,
    "zero": 3,
    "recompute": "full",
    "overlap": {"dp": "0%"},
}


def document(jobs, *, hosts=6, down=2, up=1, spines=1, gpus=2, nics=1, **more):
    """Leaves with `down` ports for hosts, and `up` links each to the spines."""
    return {
        "version": 1, "site": {"name": "small"},
        "hardware": {
            "switches": {"sw": {"ports": 64, "rate": "100Gb/s"}},
            "hosts": {"h": {"gpus": gpus, "nics": nics, "nic_rate": "100Gb/s"}},
        },
        "fabrics": {"f": {"blueprint": "leaf-spine", "hosts": {"type": "h", "count": hosts},
                          "leaf": {"type": "sw", "down": down, "up": up}, "spine": {"type": "sw", "count": spines}}},
        "addressing": {"pools": {"fabric": "10.0.0.0/16", "loopback": "10.1.0.0/20"}},
        "classes": {"t": {"dscp": 26, "share": "100%"}},
        "jobs": {name: {**JOB, **job} for name, job in jobs.items()}, **more,
    }  # fmt: skip


def nouns(jobs, **more):
    return Nouns(load_text(yaml.safe_dump(document(jobs, **more))).site)


def dp(hosts, gpus=2, **more):
    """A job of so many hosts whose replicas sum gradients, in the open."""
    return {"parallel": {"dp": hosts * gpus}, "batch": hosts * gpus * 2, **more}


def spreads(hosts, room):
    """Every way to put so many hosts into blocks."""
    ways = product(*(range(min(free, hosts) + 1) for free in room))
    return [tuple((b, n) for b, n in enumerate(way) if n) for way in ways if sum(way) == hosts]


def everything(sizes, room):
    """Every way to put works of these sizes into blocks."""
    if not sizes:
        yield ()
        return
    for spread in spreads(sizes[0], room):
        left = list(room)
        for block, count in spread:
            left[block] -= count
        for rest in everything(sizes[1:], left):
            yield (spread, *rest)
