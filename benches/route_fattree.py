"""A fat-tree of 65,536 hosts: its network, next hops, and the link loads of a permutation, in one cold process.

Usage: python benches/route_fattree.py [k ...]

Each size runs in a process of its own. The last column compares the loads with those of a search, bit by bit, where the
fabric is small enough for that to be worth its time. Exits with 1 where 65,536 hosts take more than 10 s or 4 GB.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time

SECONDS, BYTES = 10.0, 4e9
BAR = ("fat-tree", 64)
SIZES = (("fat-tree", 32), ("fat-tree", 48), ("fat-tree", 64), ("clos", 64), ("fat-tree", 96))
SEARCHED = 32
"""Largest k of which the loads are searched for as well."""


def site_of(kind: str, k: int) -> dict:
    """A fat-tree of k-port switches, or the same number of hosts in a clos of three tiers."""
    half = k // 2
    shape = {
        "fat-tree": {"k": k, "switch": "sw"},
        "clos": {"tiers": 3, "leaf": {"type": "sw", "down": half, "up": half}, "spine": {"type": "sw"},
                 "super_spine": {"type": "sw"}},
    }[kind]  # fmt: skip
    return {
        "version": 1, "site": {"name": "bench"},
        "hardware": {"switches": {"sw": {"ports": k, "rate": "400Gb/s"}},
                     "hosts": {"host": {"gpus": 1, "nics": 1, "nic_rate": "400Gb/s", "scaleup": "3600Gb/s"}}},
        "fabrics": {"f": {"blueprint": kind, "hosts": {"type": "host", "count": k**3 // 4}, **shape}},
    }  # fmt: skip


def one(kind: str, k: int) -> int:
    """Times one size, imports included."""
    start = time.perf_counter()
    import numpy as np

    from easterly._kernel import fabric
    from easterly.base.columns import floats, ints
    from easterly.model.demand import Flows
    from easterly.model.spec.site import Site
    from easterly.route import ecmp
    from easterly.route.structured import recognised
    from easterly.site.blueprints import build

    imported = time.perf_counter()
    network = build(Site.model_validate(site_of(kind, k)))
    built = time.perf_counter()
    policy = ecmp.policy_of(network, seed=1)
    [frame] = recognised(network, policy)
    to = ints(np.arange(0, frame.ends, max(frame.ends // 64, 1)))
    at = ints(np.repeat(np.arange(frame.switches), len(to)))
    ptr, _, _ = fabric.next_hops(*frame.shape, 0, at, ints(np.tile(to, frame.switches)))
    routed = time.perf_counter()
    nics = network.hosts.nic_node
    zero = np.zeros(len(nics))
    flows = Flows(ints(nics), ints(np.random.default_rng(1).permutation(nics)), floats(zero), floats(zero + 400e9),
                  ints(zero + 1), ints(zero))  # fmt: skip
    load = ecmp.loads_of(network, flows, policy)
    done = time.perf_counter()
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    searched = ""
    if k <= SEARCHED:
        again = ecmp._searched_loads(network, flows, policy, ints(zero), 1)
        searched = f"  search {time.perf_counter() - done:6.2f} s, equal bits: {np.array_equal(load, again)}"
    print(
        f"{kind:8} k={k:<3} {len(network.hosts):7,} hosts {len(network.links):9,} links  import {imported - start:.2f}"
        f"  network {built - imported:.2f}  state {routed - built:.2f} ({len(at):,} groups, {ptr[-1]:,} next hops)"
        f"  loads {done - routed:.2f}  all {done - start:.2f} s  {used / 1e9:.2f} GB{searched}", flush=True,
    )  # fmt: skip
    return int((kind, k) == BAR and (done - start > SECONDS or used > BYTES))


def main(sizes: list[tuple[str, int]]) -> int:
    """Each size in a process of its own; fails where the bar is missed."""
    print(f"bar: {BAR[0]} k={BAR[1]} within {SECONDS:.0f} s and {BYTES / 1e9:.0f} GB, imports included")
    return max(subprocess.run([sys.executable, __file__, "--one", kind, str(k)]).returncode for kind, k in sizes)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        sys.exit(one(sys.argv[2], int(sys.argv[3])))
    sys.exit(main([("fat-tree", int(k)) for k in sys.argv[1:]] or list(SIZES)))
