"""Policers as a table of nftables, and both its text and what `nft` shows read back.

The bucket of ``limit rate over N bytes/second burst B bytes`` holds the rate of a whole second on top of the burst, and
no unit of time below the second can be written: `Policer.bucket_B` is what the kernel will hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from easterly.model.shaping import LinuxQos, Policer

TABLE = "easterly"
COMMENT = re.compile(r"# policer (.*): a bucket of \d+ B, .*")
LIMIT = re.compile(r"limit (\w+) \{\s*rate over (\d+) (k|m|)bytes/second burst (\d+) (k|m|)bytes;?\s*\}")
CHAIN = re.compile(r'type filter hook (ingress|egress) device "([^"]+)" priority (?:0|filter); policy accept;')
RULE = re.compile(
    r'(?:(?P<family>ip6?) dscp (?P<points>.*) )?limit name "(?P<limit>\w+)" counter (?:packets \d+ bytes \d+ )?'
    r"(?:drop|(?P=family) dscp set (?P<remark>\w+))"
)
PUNCTUATION = re.compile(rf"(chain \w+ \{{|\}}|(delete )?table netdev {TABLE}( \{{( \}})?)?|#.*|)")
TIMES = {"": 1, "k": 1 << 10, "m": 1 << 20}


def render_nft(machine: LinuxQos) -> str:
    """The policers of nftables as one table, which replaces what it was before; empty if there are none."""
    policers = [each for each in machine.policers if each.engine == "nft"]
    if not policers:
        return ""
    lines = [
        f"# {machine.device}: policers. To be loaded by: nft -f {machine.device}.nft",
        f"table netdev {TABLE} {{ }}", f"delete table netdev {TABLE}", f"table netdev {TABLE} {{",
    ]  # fmt: skip
    for number, each in enumerate(policers):
        limit = f"rate over {each.rate_bps // 8} bytes/second burst {each.burst_B} bytes"
        lines += [
            f"  # policer {each.name}: a bucket of {each.bucket_B} B, since one second of the rate comes on top",
            f"  limit p{number} {{ {limit}; }}",
        ]
    places = sorted({(each.device, each.hook) for each in policers})
    for chain, (device, hook) in enumerate(places):
        head = f'type filter hook {hook} device "{device}" priority 0; policy accept;'
        lines += [f"  chain c{chain} {{", f"    {head}"]
        for number, each in enumerate(policers):
            if (each.device, each.hook) == (device, hook):
                lines += [f"    {rule}" for rule in _rules(each, number)]
        lines += ["  }"]
    return "\n".join([*lines, "}"]) + "\n"


def _rules(policer: Policer, number: int) -> Iterator[str]:
    judged = f'limit name "p{number}" counter'
    if not policer.dscp:
        yield f"{judged} drop"
        return
    points = ", ".join(map(str, policer.dscp))
    for family in ("ip", "ip6"):
        verdict = "drop" if policer.remark is None else f"{family} dscp set {policer.remark}"
        yield f"{family} dscp {{ {points} }} {judged} {verdict}"


def parse_nft(text: str) -> tuple[Policer, ...]:
    """Policers of a text that `render_nft` wrote, or that ``nft -n list table netdev easterly`` shows.

    The latter has no names: there, those of the limits are taken (``p0``, ``p1``, ...).

    Raises
    ------
    ValueError
        A line that is none of a policer, or IPv4 and IPv6 that are not policed alike.
    """
    names = COMMENT.findall(text)
    limits = {
        name: (int(rate) * TIMES[unit] * 8, int(burst) * TIMES[more])
        for name, rate, unit, burst, more in LIMIT.findall(text)
    }
    rules = _judged(LIMIT.sub("", text))
    made = []
    for number, (limit, (rate_bps, burst_B)) in enumerate(limits.items()):
        found = {rule for each, rule in rules if each == limit}
        if len(found) != 1:
            raise ValueError(f"limit {limit} is used in {len(found)} ways, not one: IPv4 and IPv6 share it")
        device, egress, points, remark = found.pop()
        hook: Literal["ingress", "egress"] = "egress" if egress else "ingress"
        name = names[number] if names else limit
        made.append(Policer(name, device, rate_bps, burst_B, points, "nft", hook, remark))
    return tuple(made)


Rule = tuple[str, bool, tuple[int, ...], int | None]
"""Interface, whether it looks at what is sent, code points, remark."""


def _judged(text: str) -> list[tuple[str, Rule]]:
    """Rules, each with the limit that it refers to."""
    found: list[tuple[str, Rule]] = []
    device, egress = "", False
    for number, line in enumerate(text.splitlines(), 1):
        words = line.strip()
        if match := CHAIN.fullmatch(words):
            device, egress = match[2], match[1] == "egress"
        elif match := RULE.fullmatch(words):
            points = tuple(sorted(int(point, 0) for point in (match["points"] or "").strip("{} ").split(", ") if point))
            remark = None if match["remark"] is None else int(match["remark"], 0)
            found.append((match["limit"], (device, egress, points, remark)))
        elif not PUNCTUATION.fullmatch(words):
            raise ValueError(f"line {number} is none of a policer: {words}")
    return found
