"""The text for ``tc -batch`` read back to class trees and policers."""

from __future__ import annotations

import re
import shlex
from collections import defaultdict
from dataclasses import dataclass, field
from typing import get_args

from easterly.config.linux.qos import bpf
from easterly.model.shaping import Leaf, Match, Policer, ShapedClass, Shaper

NUMBERS = ("rate", "ceil", "burst", "cburst", "prio", "quantum")
BARE_NUMBER = re.compile(r"(\d+)(?:bit|b)?")


@dataclass
class _Draft:
    """What has been read of one interface."""

    default: int = 0
    match: Match = "u32"
    names: dict[int, str] = field(default_factory=dict)
    parents: dict[int, int] = field(default_factory=dict)
    numbers: dict[int, dict[str, int]] = field(default_factory=dict)
    queues: dict[int, tuple[Leaf, int | None]] = field(default_factory=dict)
    points: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    def shaper(self, device: str) -> Shaper:
        return Shaper(device, tuple(self.shaped(minor) for minor in self.numbers), self.names[self.default], self.match)

    def shaped(self, minor: int) -> ShapedClass:
        numbers, above = self.numbers[minor], self.parents[minor]
        queue, limit = self.queues.get(minor, ("pfifo", None))
        return ShapedClass(
            self.names[minor], minor, self.names[above] if above else None, numbers["rate"], numbers["ceil"],
            numbers["quantum"], numbers["burst"], numbers["cburst"], numbers["prio"],
            tuple(sorted(self.points[minor])), queue, limit,
        )  # fmt: skip


def parse_tc(text: str) -> tuple[tuple[Shaper, ...], tuple[Policer, ...]]:
    """Class trees and policers of a text that `render_tc` wrote.

    Raises
    ------
    ValueError
        A line that it would not have written, with its number.
    """
    drafts: dict[str, _Draft] = defaultdict(_Draft)
    policers: dict[int, Policer] = {}
    said = ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#"):
            said = line.removeprefix("#").strip().partition(" ")[2]
            continue
        try:
            _line(shlex.split(line), said, drafts, policers)
        except (ValueError, KeyError, IndexError) as error:
            raise ValueError(f"line {number} is none of this kind ({error}): {line}") from None
    try:
        return tuple(draft.shaper(device) for device, draft in drafts.items()), tuple(policers.values())
    except KeyError as error:
        raise ValueError(f"class 1:{error.args[0]:x} is referred to, and not there") from None


def _line(words: list[str], said: str, drafts: dict[str, _Draft], policers: dict[int, Policer]) -> None:
    match words:
        case ["qdisc", "replace", "dev", _, "root", "pfifo"] | ["qdisc", "replace", "dev", _, "handle", _, "ingress"]:
            return
        case ["qdisc", "replace", "dev", device, "root", "handle", _, "htb", "default", default, "r2q", _]:
            drafts[device].default = int(default, 16)
        case ["class", "add", "dev", device, "parent", parent, "classid", classid, "htb", *pairs]:
            draft, minor = drafts[device], minor_of(classid)
            draft.names[minor], draft.parents[minor] = said, minor_of(parent)
            found = {k: bare(v) for k, v in zip(pairs[::2], pairs[1::2], strict=True)}
            draft.numbers[minor] = {name: found[name] for name in NUMBERS}
        case ["qdisc", "add", "dev", device, "parent", parent, kind, *limit]:
            drafts[device].queues[minor_of(parent)] = (leaf(kind), int(limit[1]) if limit else None)
        case ["filter", "add", "dev", device, "parent", "ffff:", *rest]:
            _police(device, rest, said, policers)
        case ["filter", "add", "dev", device, "parent", _, *_, "bpf", "bytecode", program]:
            drafts[device].match = "bpf"
            for point, target in bpf.classids(program).items():
                drafts[device].points[target & 0xFFFF].add(point)
        case ["filter", "add", "dev", device, "parent", _, *_, "match", _, _, octet, "0xfc", "flowid", classid]:
            drafts[device].points[minor_of(classid)].add(int(octet, 16) >> 2)
        case _:
            raise ValueError("no such line")


def _police(device: str, words: list[str], said: str, policers: dict[int, Policer]) -> None:
    at = words.index("index")
    index, point = int(words[at + 1]), _point(words)
    before = policers.get(index)
    if before is None:
        pairs = dict(zip(words[at + 2 :: 2], words[at + 3 :: 2], strict=True))
        policers[index] = Policer(said, device, bare(pairs["rate"]), bare(pairs["burst"]), point, "tc")
    else:
        points = tuple(sorted({*before.dscp, *point}))
        policers[index] = Policer(before.name, device, before.rate_bps, before.burst_B, points, "tc")


def _point(words: list[str]) -> tuple[int, ...]:
    at = words.index("match")
    return () if words[at + 1] == "u32" else (int(words[at + 3], 16) >> 2,)


def leaf(kind: str) -> Leaf:
    """A kind of queue that a class may have."""
    for known in get_args(Leaf):
        if kind == known:
            return known  # type: ignore[no-any-return]
    raise ValueError(f"no queue of a class is a {kind!r}")


def minor_of(classid: str) -> int:
    """The number after the colon; 0 if there is none.

    >>> minor_of("1:1f"), minor_of("1:")
    (31, 0)
    """
    return int(classid.partition(":")[2] or "0", 16)


def bare(word: str) -> int:
    """A number with tc's unit for bits per second or bytes, or none.

    >>> bare("100bit"), bare("1514b"), bare("7")
    (100, 1514, 7)
    """
    match = BARE_NUMBER.fullmatch(word)
    if match is None:
        raise ValueError(f"{word!r} is no number")
    return int(match[1])
