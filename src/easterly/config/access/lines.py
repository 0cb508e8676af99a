"""Access lists as EOS and NX-OS have them: numbered lines, and an interface that names its list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network

from easterly.config.access.joined import Said
from easterly.model.access import ANY, AccessRule, DeviceAccess

WORD = {4: "ip", 6: "ipv6"}
STEP = 10
TOP = re.compile(r"(?P<word>ip|ipv6) access-list (?P<list>\S+)|interface (?P<port>\S+)|hostname (?P<host>\S+)")
END = r"any|host \S+|\S+/\d+"
RULE = re.compile(
    rf"(?:\d+ )?(?P<verdict>permit|deny) (?P<what>ip|ipv6|tcp) (?P<src>{END}) (?P<dst>{END})(?P<reply> established)?"
)
REMARK = re.compile(r"(?:\d+ )?remark (?P<text>.*)")


@dataclass(frozen=True, slots=True)
class Words:
    """Where two operating systems differ.

    Attributes
    ----------
    bind : dict of int to str
        By family: what a port says to have a list judge what comes in.
    single : bool
        A single address is ``host A``, not ``A/32``.
    margin : str
        Blanks before a line of a block.
    """

    bind: dict[int, str]
    single: bool
    margin: str

    def render(self, access: DeviceAccess) -> str:
        """The text of one device, to be merged with the rest of its configuration.

        Examples
        --------
        >>> from easterly.model.access import AccessList, AccessRule
        >>> rules = (AccessRule("10.0.0.0/24", "10.0.1.9/32", True, True, "acme answers beta"),)
        >>> print(EOS.render(DeviceAccess("a", (AccessList("acme", rules, ("Ethernet1/1",)),))))
        hostname a
        !
        interface Ethernet1/1
           ip access-group acme in
        !
        ip access-list acme
           10 remark acme answers beta
           20 permit tcp 10.0.0.0/24 host 10.0.1.9 established
           30 remark all else
           40 permit ip any any
        <BLANKLINE>
        """
        lines = [f"hostname {access.device}"]
        families = {each.name: [f for f in (4, 6) if each.of(f)] for each in access.lists}
        for each in access.lists:
            for port in each.ports:
                lines += ["!", f"interface {port}"]
                lines += [self.margin + self.bind[family].format(each.name) for family in families[each.name]]
        for family in (6, 4):
            for each in access.lists:
                if family in families[each.name]:
                    lines += ["!", f"{WORD[family]} access-list {each.name}"]
                    lines += [self.margin + line for line in _rules(each.closed(family), self)]
        return "\n".join(lines) + "\n"

    def parse(self, text: str) -> DeviceAccess:
        """Read the access lists of a device; lines of other parts of its configuration are passed over.

        Raises
        ------
        ValueError
            A line of a list, or one that has a port use it, is not understood; a list is not there.
        """
        said, port, rules, family, name = Said(), "", None, 4, ""
        bound = [(f, re.compile(re.escape(line).replace(r"\{\}", r"(\S+)"))) for f, line in self.bind.items()]
        for number, line in enumerate(text.splitlines(), 1):
            inner = line.strip()
            if not inner or inner.startswith("!"):
                continue
            if line[0] != " ":
                port, rules, name = "", None, ""
                if found := TOP.fullmatch(inner):
                    said.device, port = found["host"] or said.device, found["port"] or ""
                    family = 6 if found["word"] == "ipv6" else 4
                    rules = said.open(family, found["list"]) if found["list"] else None
            elif rules is not None:
                if remark := REMARK.fullmatch(inner):
                    name = "" if remark["text"] == "-" else remark["text"]
                else:
                    rules.append(_rule(inner, family, name, number))
            elif port:
                _bound(said, port, inner, bound, number)
        return DeviceAccess(said.device, said.lists(implicit_deny=True))


EOS = Words({4: "ip access-group {} in", 6: "ipv6 access-group {} in"}, single=True, margin="   ")
"""The commands are those of Arista's own renderer (Arista Validated Designs, ``eos_cli_config_gen``:
``ip_access_lists``, ``ipv6_access_lists``, ``ethernet_interfaces``). What no rule fits is dropped by EOS."""
NXOS = Words({4: "ip port access-group {} in", 6: "ipv6 port traffic-filter {} in"}, single=False, margin="  ")
"""From Cisco's Nexus 9000 NX-OS Security Configuration Guide, "Configuring IP ACLs": ``ip access-list``, and on a port
that switches ``ip port access-group`` and ``ipv6 port traffic-filter``. What no rule fits is dropped by NX-OS."""


def _rules(rules: tuple[AccessRule, ...], words: Words) -> Iterator[str]:
    number, told = STEP, ""
    for rule in rules:
        if rule.name != told:
            told = rule.name
            yield f"{number} remark {told or '-'}"
            number += STEP
        what = "tcp" if rule.reply else WORD[rule.family]
        ends = f"{_end(rule.src, words)} {_end(rule.dst, words)}"
        yield f"{number} {'permit' if rule.permit else 'deny'} {what} {ends}{' established' if rule.reply else ''}"
        number += STEP


def _end(prefix: str, words: Words) -> str:
    if prefix in ANY.values():
        return "any"
    address, _, length = prefix.partition("/")
    return f"host {address}" if words.single and length == ("128" if ":" in prefix else "32") else prefix


def _bound(said: Said, port: str, inner: str, bound: list[tuple[int, re.Pattern[str]]], number: int) -> None:
    for family, pattern in bound:
        if found := pattern.fullmatch(inner):
            said.bind(port, family, found[1], number)
            return
    if "access-group" in inner or "traffic-filter" in inner:
        raise ValueError(f"line {number} is not understood: {inner}")


def _rule(inner: str, family: int, name: str, number: int) -> AccessRule:
    found = RULE.fullmatch(inner)
    right = found and found["what"] in (WORD[family], "tcp") and (found["what"] == "tcp") == bool(found["reply"])
    if not found or not right:
        raise ValueError(f"line {number} is not understood: {inner}")
    ends = [_prefix(found[end], family) for end in ("src", "dst")]
    return AccessRule(ends[0], ends[1], found["verdict"] == "permit", bool(found["reply"]), name, number)


def _prefix(word: str, family: int) -> str:
    if word == "any":
        return ANY[family]
    net = ip_network(word.removeprefix("host "))
    if net.version != family:
        raise ValueError(f"{word} is no prefix of IPv{family}")
    return str(net)
