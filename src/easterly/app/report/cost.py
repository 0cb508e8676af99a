"""How much of a site was simulated, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]


def how(result: Row) -> str:
    """How much was simulated, in words.

    >>> how({"part": 1, "jobs": [{"name": "a", "passes": 1}], "packet_hops": 2000, "seed": 1})
    'all of every message; 2,000 packet-hops; seed 1.'
    """
    words = ["all of every message"]
    if result["part"] < 1:
        words = [f"{part(result['part'])} of every message and computation, a half and a quarter of that"]
    few = [job for job in result["jobs"] if job["passes"] < 1]
    if few:
        listed = ", ".join(f"{100 * job['passes']:.2g} %" for job in few[:3]) + (", ..." if len(few) > 3 else "")
        names = ", ".join(job["name"] for job in few[:3]) + (", ..." if len(few) > 3 else "")
        words.append(f"of {names}, {listed} of the passes of a step, a half and a quarter of those")
    return "; ".join([*words, f"{result['packet_hops']:,} packet-hops", f"seed {result['seed']}."])


def remarks(result: Row) -> list[str]:
    """What has to be said beside the step times."""
    said = []
    if result["left_out"]:
        names = "; ".join(result["left_out"])
        said.append(f"Not simulated, as it is sent less often than a step: {names}.")
    if result["stuck"] is not None:
        said.append(f"It cannot end: {result['stuck']}.")
    elif not result["complete"]:
        said.append("It was stopped before its end: what stands here is what was known by then.")
    return said


def part(share: float) -> str:
    """A part of something, as people say it.

    >>> part(0.633), part(0.000229)
    ('63.3 %', '1/4,367')
    """
    return f"{100 * share:.3g} %" if share >= 0.01 else f"1/{1 / share:,.0f}"
