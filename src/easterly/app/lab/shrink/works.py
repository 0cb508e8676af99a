"""Jobs of a small model in the place of what ran on a large fabric."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from easterly.base.counts import counted

SMALL, HEADS, SEQUENCES = "megatron-1.7b", 24, 8
"""A model of the catalog that fits any GPU, its heads, and what each replica of it has in a batch."""
USUAL_MFU = "40%"

Work = Mapping[str, Any]


def running(data: Mapping[str, Any], fabric: str) -> dict[str, Work]:
    """Works of a fabric: of the only one too what names none."""
    works = {**data.get("jobs", {}), **data.get("services", {}), **data.get("traffic", {})}
    usual = next(iter(data["fabrics"])) if len(data["fabrics"]) == 1 else None
    return {name: work for name, work in works.items() if work.get("fabric", usual) == fabric and "class" in work}


def tenanted(works: Mapping[str, Work]) -> int:
    """Number of works that somebody owns: each needs a host to stand for its tenant."""
    return sum("tenant" in work for work in works.values())


def placed(fabric: str, works: Mapping[str, Work], hosts: int, gpus: int) -> dict[str, tuple[dict[str, Any], int]]:
    """Jobs by name, with the number of their hosts; where hosts are short, small works that nobody owns are left out.

    Raises
    ------
    ValueError
        More works of tenants than hosts.
    """
    owned = {name: work for name, work in works.items() if "tenant" in work}
    if len(owned) > hosts:
        raise ValueError(
            f"shrink has {counted(hosts, 'host')}, and {len(owned)} works are to run on {fabric}, on one each at least"
        )
    others = sorted(set(works) - set(owned), key=lambda name: (-_gpus(works[name]), name))
    kept = {*owned, *others[: hosts - len(owned)]}
    given = _shares({name: _gpus(work) for name, work in works.items() if name in kept}, hosts)
    return {name: (_job(fabric, works[name], count, gpus), count) for name, count in given.items()}


def _gpus(work: Work) -> int:
    """About how many GPUs a work takes: what it says, or as much as the smallest."""
    degrees = [value for value in work.get("parallel", {}).values() if isinstance(value, int)]
    replicas = [value for value in work.get("replicas", {}).values() if isinstance(value, int)]
    if degrees:
        return math.prod(degrees)
    return int(work.get("tp", 1)) * (sum(replicas) or 1)


def _shares(gpus: Mapping[str, int], hosts: int) -> dict[str, int]:
    """Hosts of each work: one, and of the rest by what they had, those with the largest remainders first."""
    total = sum(gpus.values()) or 1
    exact = {name: (hosts - len(gpus)) * number / total for name, number in gpus.items()}
    given = {name: 1 + int(number) for name, number in exact.items()}
    rest = hosts - sum(given.values())
    for name in sorted(exact, key=lambda name: (int(exact[name]) - exact[name], name))[:rest]:
        given[name] += 1
    return given


def _job(fabric: str, work: Work, hosts: int, gpus: int) -> dict[str, Any]:
    """A job in the place of a work, on so many hosts."""
    tp = max(degree for degree in range(1, gpus + 1) if gpus % degree == 0 and HEADS % degree == 0)
    dp = hosts * gpus // tp
    kept = {key: work[key] for key in ("tenant", "class") if key in work}
    return {
        "fabric": fabric, **kept, "model": SMALL, "parallel": {"tp": tp, "dp": dp}, "batch": SEQUENCES * dp,
        "mfu": USUAL_MFU,
    }  # fmt: skip
