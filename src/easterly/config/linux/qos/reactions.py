"""DCQCN of ConnectX interfaces (driver mlx5) as a script, and back.

NVIDIA's own drivers have its parameters as files below ``/sys/class/net/<interface>/ecn``, those of Linux itself below
``cc_params`` in debugfs (drivers/infiniband/hw/mlx5/cong.c). Both take the numbers of the firmware: rates in Mb/s,
times in microseconds, and as `dce_tcp_g` what is *kept* of alpha in 1/1024, so g = 1/256 is 1020 (NVIDIA, "DCQCN CC
parameters"). Interfaces of other makers have neither; there the script says so and fails.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence

from easterly.model.cards import Reaction

ALPHA_STEPS = 1024
MICRO, MEGA = 1e-6, 1e6
HEAD = """\
# DCQCN of interfaces with the driver mlx5: files of NVIDIA's drivers (sysfs), else of Linux's own (debugfs).
failed=0
dcqcn() {
  pci=$(basename "$(readlink -f "/sys/class/net/$1/device")")
  for file in "/sys/class/net/$1/ecn/$2" "/sys/kernel/debug/mlx5/$pci/cc_params/$3"; do
    if [ -w "$file" ]; then echo "$4" > "$file" || failed=1; return; fi
  done
  echo "$1: no $3: the driver is not mlx5, or debugfs is not mounted" >&2
  failed=1
}
priority() {
  for side in roce_np roce_rp; do
    if [ -w "/sys/class/net/$1/ecn/$side/enable/$2" ]; then echo 1 > "/sys/class/net/$1/ecn/$side/enable/$2"; fi
  done
}""".splitlines()
TAIL = ["exit $failed"]
FILES = {
    "gain": ("roce_rp/dce_tcp_g", "rp_dce_tcp_g"),
    "alpha_timer_s": ("roce_rp/dce_tcp_rtt", "rp_dce_tcp_rtt"),
    "rate_timer_s": ("roce_rp/rpg_time_reset", "rp_time_reset"),
    "byte_counter_B": ("roce_rp/rpg_byte_reset", "rp_byte_reset"),
    "fast_recovery": ("roce_rp/rpg_threshold", "rp_threshold"),
    "rate_increase_bps": ("roce_rp/rpg_ai_rate", "rp_ai_rate"),
    "cnp_interval_s": ("roce_np/min_time_between_cnps", "np_min_time_between_cnps"),
    "cnp_dscp": ("roce_np/cnp_dscp", "np_cnp_dscp"),
    "cnp_priority": ("roce_np/cnp_802p_prio", "np_cnp_prio"),
}
"""By attribute: where NVIDIA's drivers and Linux's own have it."""
UNITS = {"alpha_timer_s": MICRO, "rate_timer_s": MICRO, "cnp_interval_s": MICRO, "rate_increase_bps": MEGA}


def render_reactions(reactions: Mapping[str, Reaction]) -> list[str]:
    """The script for all interfaces; nothing where no class is marked."""
    if not reactions:
        return []
    return [*HEAD, *(line for device, each in sorted(reactions.items()) for line in _lines(device, each)), *TAIL]


def _lines(device: str, reaction: Reaction) -> Iterator[str]:
    for name, places in FILES.items():
        value = getattr(reaction, name)
        if value is not None:
            yield f"dcqcn {device} {' '.join(places)} {_number(name, value)}"
    yield from (f"priority {device} {p}" for p in reaction.priorities)


def _number(name: str, value: float) -> int:
    """A value as the firmware takes it, at least 1 where it is more than nothing."""
    found = (1 - value) * ALPHA_STEPS if name == "gain" else value / UNITS.get(name, 1)
    return max(1, round(found)) if value > 0 else 0


def parse_reactions(lines: Sequence[str]) -> dict[str, Reaction]:
    """Interfaces from a script that `render_reactions` wrote.

    Raises
    ------
    ValueError
        A line that it would not have written, or a parameter that is missing.
    """
    body = [line for line in lines if line]
    if not body:
        return {}
    start, end = len(HEAD), len(body) - len(TAIL)
    if body[:start] != HEAD or body[end:] != TAIL:
        raise ValueError("the script does not set parameters as it should")
    attribute = {places: name for name, places in FILES.items()}
    values: dict[str, dict[str, float]] = {}
    priorities: dict[str, list[int]] = {}
    for line in body[start:end]:
        match shlex.split(line):
            case ["dcqcn", device, sysfs, debugfs, number] if (sysfs, debugfs) in attribute:
                values.setdefault(device, {})[attribute[sysfs, debugfs]] = int(number)
            case ["priority", device, number]:
                priorities.setdefault(device, []).append(int(number))
            case _:
                raise ValueError(f"{line!r} sets no parameter of DCQCN")
    return {device: _reaction(device, found, tuple(priorities.get(device, ()))) for device, found in values.items()}


def _reaction(device: str, found: Mapping[str, float], priorities: tuple[int, ...]) -> Reaction:
    missing = [name for name in FILES if name not in found and not name.startswith("cnp_")]
    if missing:
        raise ValueError(f"{device}: {missing[0]} is not set")
    read = {name: value * UNITS.get(name, 1) for name, value in found.items()}
    return Reaction(
        priorities, 1 - found["gain"] / ALPHA_STEPS, read["alpha_timer_s"], read["rate_timer_s"],
        read["byte_counter_B"], int(found["fast_recovery"]), read["rate_increase_bps"], read.get("cnp_interval_s", 0.0),
        *(int(found[name]) if name in found else None for name in ("cnp_dscp", "cnp_priority")),
    )  # fmt: skip
