"""Access lists read back from nftables: a text that was rendered or found, or what ``nft -n list`` shows of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from easterly.config.nftables.render import ENTRY, TABLE
from easterly.model.access import REST, AccessList, AccessRule, DeviceAccess

HEAD = re.compile(r"# (\S+): who may reach whom\..*")
CHAIN = re.compile(r"chain (\S+) \{")
HOOK = "type filter hook prerouting priority (0|filter); policy accept;"
ENTER = re.compile(r"(?:iifname (?P<names>\{.*\}|\"[^\"]+\") )?(?:(?P<trusted>accept)|goto (?P<list>\S+))")
FLAGS = r"(?: (?P<reply>tcp flags (?:& \((?:ack \| rst|rst \| ack)\) != 0(?:x0)?|0x4,0x10|rst,ack|ack,rst)))?"
RULE = re.compile(
    r"(?P<family>ip6?) saddr (?P<src>\S+) (?P=family) daddr (?P<dst>\S+)" + FLAGS
    + r"(?: counter(?: packets \d+ bytes \d+)?)? (?P<verdict>accept|drop)(?: comment \"(?P<name>[^\"]*)\")?"
)  # fmt: skip
ASIDE = re.compile(rf"#.*|(delete )?table inet {TABLE}( \{{( \}})?)?|\}}|")


@dataclass(slots=True)
class _Said:
    device: str = ""
    chain: str = ""
    trusted: list[str] = field(default_factory=list)
    bound: dict[str, list[str]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    rules: dict[str, list[AccessRule]] = field(default_factory=dict)


def parse(text: str) -> DeviceAccess:
    """Read the access lists of a device.

    Parameters
    ----------
    text : str

    Returns
    -------
    DeviceAccess
        Lines of the text beside its rules. The device is empty where nothing names it.

    Raises
    ------
    ValueError
        A line is not understood, a chain is gone to and not there, an interface is named twice, or rules stand behind
        one that takes every packet.
    """
    said = _Said()
    for number, line in enumerate(text.splitlines(), 1):
        words = line.strip()
        if not said.device and (head := HEAD.fullmatch(words)):
            said.device = head[1]
        elif chain := CHAIN.fullmatch(words):
            said.chain = chain[1]
            if said.chain != ENTRY:
                said.rules.setdefault(said.chain, [])
        elif not ASIDE.fullmatch(words) and not (said.chain == ENTRY and re.fullmatch(HOOK, words)):
            _line(said, words, number)
    absent = sorted(set(said.bound) - set(said.rules))
    if absent:
        raise ValueError(f"packets go to the list {absent[0]}, which is not there")
    lists = tuple(
        AccessList(name, tuple(rules), tuple(said.bound.get(name, ())), said.lines.get(name, 0))
        for name, rules in said.rules.items()
    )
    return DeviceAccess(said.device, lists, tuple(said.trusted))


def _line(said: _Said, words: str, number: int) -> None:
    if said.chain in said.rules and (rule := RULE.fullmatch(words)):
        said.rules[said.chain].append(_rule(rule, number))
    elif said.chain == ENTRY and (bound := ENTER.fullmatch(words)):
        _bind(said, bound, number)
    else:
        raise ValueError(f"line {number} is not understood: {words}")


def _bind(said: _Said, bound: re.Match[str], number: int) -> None:
    names = re.findall(r'"([^"]+)"', bound["names"] or "") or [REST]
    again = sorted(said.named & {*names, REST})
    if again or (bound["trusted"] and names == [REST]):
        what = f"{again[0]} is named twice" if again and again[0] != REST else "an earlier line takes every packet"
        raise ValueError(f"line {number}: {what}")
    said.named.update(names)
    if bound["trusted"]:
        said.trusted += names
    else:
        said.bound.setdefault(bound["list"], []).extend(names)
        said.lines.setdefault(bound["list"], number)


def _rule(found: re.Match[str], number: int) -> AccessRule:
    length = "/32" if found["family"] == "ip" else "/128"
    src, dst = (word if "/" in word else word + length for word in (found["src"], found["dst"]))
    return AccessRule(src, dst, found["verdict"] == "accept", bool(found["reply"]), found["name"] or "", number)
