"""The answer about a collective, as people read it."""

from __future__ import annotations

from typing import Any

from easterly.app.calc import answer
from easterly.base.counts import counted
from easterly.base.units import SIZE, TIME, format_short

WHY = {
    "network": "{nic} through each of {nics} interfaces per host",
    "scale-up": "links inside the hosts",
    "latency": "messages, one after the other",
    "memory": "reductions in the GPU's memory",
}


def page(made: dict[str, Any]) -> None:
    """Print an answer for people."""
    cluster = made["cluster"]
    ranks = cluster["nodes"] * cluster["gpus"]
    answer.title(
        f"{made['collective']} of {format_short(made['size_B'], SIZE)} over {counted(ranks, 'GPU')}: {_hosts(cluster)}"
    )
    answer.facts([*_times(made), *_parts(made)])
    rows = [_row(row) for row in made["alternatives"]]
    if rows:
        answer.table(("algorithm", "time", "busbw", "per NIC", "needs"), rows)


def _times(made: dict[str, Any]) -> list[tuple[str, str, str]]:
    time_s = made["time_s"]
    at_best = {name: answer.bytes_per_s(value) for name, value in made["at_best"].items()}
    how = "the fastest that needs GPUs and links alone" if made["chosen"] else "as asked"
    return [
        ("algorithm", made["algorithm"], how),
        ("time", answer.span(time_s["low"], time_s["high"]), made["formula"]),
        ("algbw", answer.bytes_per_s(made["algbw_Bps"]), f"size / upper time, and {at_best['algbw_Bps']} at best"),
        ("busbw", answer.bytes_per_s(made["busbw_Bps"]), f"as nccl-tests print it, and {at_best['busbw_Bps']} at best"),
        ("bound", format_short(made["bound_s"], TIME), "the cuts around hosts and GPUs allow no less"),
    ]


def _parts(made: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What each part would take alone; the largest binds."""
    nics = f"{made['cluster']['nics']:,}"
    rows = []
    for name, seconds in sorted(made["parts_s"].items(), key=lambda part: -part[1]):
        if seconds:
            binds = "binds; " if name == made["binds"] else ""
            why = WHY[name].format(nic=format_short(made["nic_B"], SIZE), nics=nics)
            rows.append((name, format_short(seconds, TIME), f"{binds}{why}"))
    return rows


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    """One alternative."""
    time_s, nic_B = row["time_s"], row["nic_B"]
    span = answer.span(time_s["low"], time_s["high"])
    each = format_short(nic_B, SIZE) if nic_B else "-"
    return row["algorithm"], span, answer.bytes_per_s(row["busbw_Bps"]), each, row["needs"] or ""


def _hosts(cluster: dict[str, Any]) -> str:
    """The cluster in words."""
    inside = f"{answer.bytes_per_s(cluster['scaleup_Bps'])} inside"
    if cluster["nodes"] == 1:
        return f"one host, {inside}"
    each = f"{cluster['nics']:,} x {answer.bytes_per_s(cluster['nic_Bps'])}"
    return f"{cluster['nodes']:,} hosts of {cluster['gpus']:,}, {each} between, {inside}"
