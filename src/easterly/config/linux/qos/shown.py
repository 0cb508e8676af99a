"""What the kernel holds, as `tc` shows it, read back to a class tree."""

from __future__ import annotations

import json
import re
from typing import Any

from easterly.config.linux.qos import bpf
from easterly.config.linux.qos.parse import leaf, minor_of
from easterly.model.shaping import Leaf, Match, ShapedClass, Shaper, longest_burst_B

CLASS = re.compile(
    r"class htb \d+:(?P<minor>[0-9a-f]+) (?:root|parent \d+:(?P<parent>[0-9a-f]+))(?: leaf [0-9a-f]+:)?"
    r"(?: prio (?P<prio>\d+))?(?: quantum (?P<quantum>\w+))? rate (?P<rate>\w+) (?:linklayer \w+ )?ceil (?P<ceil>\w+) "
    r"(?:linklayer \w+ )?burst (?P<burst>\w+?)(?:/\d+)?(?: mpu \w+)?(?: overhead \w+)? "
    r"cburst (?P<cburst>\w+?)(?:/\d+)?(?: mpu \w+)?(?: overhead \w+)? "
)
UNITS = {"bit": 1, "Kbit": 10**3, "Mbit": 10**6, "Gbit": 10**9, "Tbit": 10**12, "b": 1, "Kb": 1 << 10, "Mb": 1 << 20}
CODE_POINT = {"ip": (16, 0xFC0000), "ipv6": (20, 0xFC00000)}
"""By protocol: where the octet stands in the first word of the header, and which bits of the word u32 looks at."""


def shown_tc(device: str, qdiscs: str, classes: str, filters: str) -> Shaper:
    """The class tree of an interface.

    Parameters
    ----------
    device : str
    qdiscs, filters : str
        What ``tc -j qdisc show dev DEVICE`` and ``tc -j filter show dev DEVICE`` print.
    classes : str
        What ``tc -d class show dev DEVICE`` prints: there is no JSON of it.

    Returns
    -------
    Shaper
        Classes are named by their minor numbers, in hexadecimal; those of inner classes that the kernel does not show
        (priority, quantum) are 0 and 1; a bucket that the kernel rounded down to nothing is 1 byte.

    Raises
    ------
    ValueError
        Text that is not of that kind, or no HTB.
    """
    try:
        points, match = _points(json.loads(filters or "[]"))
        queues, default = _queues(json.loads(qdiscs))
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise ValueError(f"{device}: not what tc shows: {error!r}") from None
    rows = {int(row["minor"], 16): row for row in CLASS.finditer(classes)}
    made = [_class(minor, row, points.get(minor, ()), queues.get(minor)) for minor, row in rows.items()]
    return Shaper(device, tuple(_sorted(made)), f"{default:x}", match)


def _sorted(classes: list[ShapedClass]) -> list[ShapedClass]:
    """Parents before their children, siblings by number."""
    below: dict[str | None, list[ShapedClass]] = {}
    for each in sorted(classes, key=lambda each: each.minor):
        below.setdefault(each.parent, []).append(each)
    order: list[ShapedClass] = []
    todo = list(reversed(below.get(None, [])))
    while todo:
        order.append(todo.pop())
        todo += reversed(below.get(order[-1].name, []))
    return order


def _class(
    minor: int, row: re.Match[str], points: tuple[int, ...], queue: tuple[Leaf, int | None] | None
) -> ShapedClass:
    kind, limit = queue or ("pfifo", None)
    rate_bps, ceil_bps = number(row["rate"]), number(row["ceil"])
    return ShapedClass(
        f"{minor:x}", minor, row["parent"], rate_bps, ceil_bps, int(row["quantum"] or 1),
        _bucket(row["burst"], rate_bps), _bucket(row["cburst"], ceil_bps), int(row["prio"] or 0), points, kind, limit,
    )  # fmt: skip


def _bucket(shown: str, rate_bps: int) -> int:
    """A burst, within what Linux takes: both it and the rate are shown rounded."""
    return min(max(1, number(shown)), longest_burst_B(rate_bps))


def _queues(shown: list[dict[str, Any]]) -> tuple[dict[int, tuple[Leaf, int | None]], int]:
    """Queues by the class that they belong to; the default class."""
    roots = [each for each in shown if each.get("root") and each["kind"] == "htb"]
    if not roots:
        raise ValueError("no HTB is at the root of this interface")
    found = {
        minor_of(each["parent"]): (leaf(each["kind"]), each["options"].get("limit"))
        for each in shown if ":" in each.get("parent", "") and each["kind"] != "ingress"
    }  # fmt: skip
    return found, int(roots[0]["options"]["default"], 16)


def _points(shown: list[dict[str, Any]]) -> tuple[dict[int, tuple[int, ...]], Match]:
    """Code points by class; IPv4 and IPv6 must agree."""
    seen: dict[str, dict[int, set[int]]] = {}
    for each in shown:
        options = each.get("options", {})
        if each["kind"] == "bpf" and "bytecode" in options:
            rows = options["bytecode"]["insns"]
            written = [(row["code"], row["jt"], row["jf"], row["k"]) for row in rows]
            for point, classid in bpf.classids(bpf.text(written)).items():
                seen.setdefault("all", {}).setdefault(classid & 0xFFFF, set()).add(point)
        elif "match" in options:
            shift, mask = CODE_POINT[each["protocol"]]
            if int(options["match"]["mask"], 16) != mask or options["match"]["off"]:
                raise ValueError("a u32 filter looks at something else than the code point")
            octet = int(options["match"]["value"], 16) >> shift
            seen.setdefault(each["protocol"], {}).setdefault(minor_of(options["flowid"]), set()).add(octet >> 2)
    if len({str(_frozen(found)) for found in seen.values()}) > 1:
        raise ValueError("IPv4 and IPv6 are not classified alike")
    return next((_frozen(found) for found in seen.values()), {}), "bpf" if "all" in seen else "u32"


def _frozen(found: dict[int, set[int]]) -> dict[int, tuple[int, ...]]:
    return {minor: tuple(sorted(found[minor])) for minor in sorted(found)}


def number(shown: str) -> int:
    """A rate or a size as tc shows it: rates in thousands, sizes in 1,024s.

    >>> number("30Mbit"), number("15Kb"), number("1514b")
    (30000000, 15360, 1514)
    """
    match = re.fullmatch(r"(\d+)([A-Za-z]+)", shown)
    if match is None or match[2] not in UNITS:
        raise ValueError(f"{shown!r} is no rate or size")
    return int(match[1]) * UNITS[match[2]]
