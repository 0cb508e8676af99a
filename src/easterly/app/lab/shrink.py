"""A smaller site of the same shape, when the planned one has more nodes than a machine can run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

SIZES = ("hosts", "leaves", "spines", "nics")
TWO_TIERS = ("leaf-spine", "rail-optimized")
KEPT = (
    "version", "site", "hardware", "fabrics", "wan", "addressing", "tenants", "isolation", "classes", "qos", "jobs",
    "seed",
)  # fmt: skip
"""Parts of a site file that a lab needs; works of every kind become jobs."""
SMALL, HEADS, SEQUENCES = "megatron-1.7b", 24, 8
"""A model of the catalog that fits any GPU, its heads, and what each replica of it has in a batch."""
USUAL_MFU = "40%"


def sizes(text: str) -> dict[str, int]:
    """Read ``leaves=4,spines=2,hosts=8``.

    Raises
    ------
    ValueError
        Another name than these and ``nics``, or no number from 1 on.

    Examples
    --------
    >>> sizes("leaves=4, hosts=8")
    {'leaves': 4, 'hosts': 8}
    """
    found: dict[str, int] = {}
    for part in text.split(","):
        name, sign, number = (word.strip() for word in part.partition("="))
        if name not in SIZES or not sign or not number.isdecimal() or int(number) < 1:
            raise ValueError(f"shrink has {part.strip()!r}: write {', '.join(f'{each}=NUMBER' for each in SIZES)}")
        found[name] = int(number)
    return found


def shrunk(data: Mapping[str, Any], wanted: Mapping[str, int]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Make every fabric of a site smaller, and fit what runs on it.

    Interfaces of hosts stay on as many leaves as they were: a rail-optimized fabric of 4 leaves has hosts of 4
    interfaces. Jobs, services and other traffic keep their tenants, their classes and, as far as whole hosts allow,
    their shares of the hosts; what they compute is another, small model.

    Parameters
    ----------
    data : mapping
        The site file in plain values.
    wanted : mapping of str to int
        Any of hosts, leaves, spines, nics; what is absent stays or follows.

    Returns
    -------
    site : dict
        The smaller site in plain values.
    said : tuple of str
        What is otherwise than in the site file.

    Raises
    ------
    ValueError
        A fabric of another blueprint, or more works than hosts.
    """
    made = {key: deepcopy(value) for key, value in data.items() if key in KEPT}
    gone = sorted(key for key in data if key not in (*KEPT, "services", "traffic"))
    said = [f"left out: {', '.join(gone)}"] if gone else []
    works = {**data.get("jobs", {}), **data.get("services", {}), **data.get("traffic", {})}
    made["jobs"] = {}
    for name, fabric in made["fabrics"].items():
        before = fabric["hosts"]["count"] if "hosts" in fabric else 0
        host = _fabric(name, fabric, made["hardware"]["hosts"], wanted)
        said.append(
            f"{name}: {fabric['hosts']['count']} hosts of {before}, {host['gpus']} GPUs and {host['nics']} interfaces "
            f"each; leaves with {fabric['leaf']['down']} ports down and {fabric['leaf']['up']} up, "
            f"{fabric['spine']['count']} spines"
        )
        own = {each: work for each, work in works.items() if work.get("fabric") == name and "tenant" in work}
        given = _shares(name, {each: _gpus(work) for each, work in own.items()}, fabric["hosts"]["count"])
        for each, hosts in given.items():
            made["jobs"][each] = _job(own[each], hosts, host["gpus"])
            said.append(f"{each}: a job on {hosts} hosts with {SMALL}")
    lost = sorted(set(works) - set(made["jobs"]))
    return made, (*said, *([f"left out: {', '.join(lost)}"] if lost else []))


def _fabric(name: str, fabric: dict[str, Any], models: dict[str, Any], wanted: Mapping[str, int]) -> dict[str, Any]:
    """Cut one fabric to size, in place; the model of its hosts, of which there is a smaller one now."""
    if fabric.get("blueprint") not in TWO_TIERS:
        raise ValueError(f"shrink is for fabrics with {' and '.join(TWO_TIERS)}, and {name} is {fabric['blueprint']}")
    rails = fabric["blueprint"] == "rail-optimized"
    hosts, spines = wanted.get("hosts", fabric["hosts"]["count"]), wanted.get("spines", fabric["spine"].get("count", 2))
    host = dict(models[fabric["hosts"]["type"]])
    nics = min(host["nics"], wanted.get("nics", wanted.get("leaves", host["nics"]) if rails else 1))
    leaves = wanted.get("leaves", nics if rails else math.ceil(hosts * nics / fabric["leaf"]["down"]))
    units = max(1, leaves // nics) if rails else leaves
    host |= {"gpus": max(1, host["gpus"] * nics // host["nics"]), "nics": nics}
    models[f"{fabric['hosts']['type']}-small-{nics}"] = host
    fabric["hosts"] = {**fabric["hosts"], "type": f"{fabric['hosts']['type']}-small-{nics}", "count": hosts}
    fabric["leaf"] |= {"down": math.ceil(hosts / units) * (1 if rails else nics), "up": spines}
    fabric["spine"] = {**fabric["spine"], "count": spines}
    return host


def _gpus(work: Mapping[str, Any]) -> int:
    """About how many GPUs a work takes: what it says, or as much as the smallest."""
    degrees = [value for value in work.get("parallel", {}).values() if isinstance(value, int)]
    replicas = [value for value in work.get("replicas", {}).values() if isinstance(value, int)]
    if degrees:
        return math.prod(degrees)
    return int(work.get("tp", 1)) * (sum(replicas) or 1)


def _shares(fabric: str, gpus: Mapping[str, int], hosts: int) -> dict[str, int]:
    """Hosts of each work: one, and of the rest by what they had, those with the largest remainders first."""
    if len(gpus) > hosts:
        raise ValueError(
            f"shrink has {hosts} hosts, and {len(gpus)} works are to run on {fabric}, on one each at least"
        )
    total = sum(gpus.values()) or 1
    exact = {name: (hosts - len(gpus)) * number / total for name, number in gpus.items()}
    given = {name: 1 + int(number) for name, number in exact.items()}
    rest = hosts - sum(given.values())
    for name in sorted(exact, key=lambda name: (int(exact[name]) - exact[name], name))[:rest]:
        given[name] += 1
    return given


def _job(work: Mapping[str, Any], hosts: int, gpus: int) -> dict[str, Any]:
    """A job in the place of a work, on so many hosts."""
    tp = max(degree for degree in range(1, gpus + 1) if gpus % degree == 0 and HEADS % degree == 0)
    dp = hosts * gpus // tp
    kept = {key: work[key] for key in ("tenant", "fabric", "class") if key in work}
    return {**kept, "model": SMALL, "parallel": {"tp": tp, "dp": dp}, "batch": SEQUENCES * dp, "mfu": USUAL_MFU}
