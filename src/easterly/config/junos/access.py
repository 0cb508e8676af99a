r"""Access lists of Junos, as firewall filters on the gateways of hosts: rendered and read back.

After Juniper's Routing Policies, Firewall Filters, and Traffic Policers User Guide: the first term that fits decides,
and what fits none is dropped. Prefixes are in lists of [edit policy-options prefix-list]. ``tcp-established`` stands
for ``(ack | rst)`` and does not ask for TCP by itself. Rules that stand together and differ in one end alone are one
term. Ports of hosts switch, and a filter of family inet has no place on them: it judges what a host sends to its
gateway, ``irb``. For QFX5100 to QFX5220 and QFX5700 in fabrics with EVPN and VXLAN the guide names addresses and the
protocol among the conditions that they have, and neither prefix lists nor ``tcp-established``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_network
from itertools import groupby

from easterly.config.access.joined import Said
from easterly.config.junos.render import NAME
from easterly.model.access import ANY, AccessRule, DeviceAccess

FAMILY = {4: "inet", 6: "inet6"}
NUMBER = {"inet": 4, "inet6": 6}
TCP = {4: "protocol tcp", 6: "next-header tcp"}
LONGEST_NAME = 64
"""Characters of the name of a term."""
Term = tuple[AccessRule, tuple[str, ...], tuple[str, ...]]
"""A rule that stands for all of a term, its senders and its receivers."""
LIST = re.compile(r"set policy-options prefix-list (?P<name>\S+) (?P<prefix>\S+)")
LINE = re.compile(
    r"set firewall family (?P<family>inet6?) filter (?P<filter>\S+) "
    r'term "(?P<term>[^"]+)" (?P<what>from|then) (?P<rest>.+)'
)
BIND = re.compile(r"set interfaces (?P<port>\S+) unit (?P<unit>\d+) family (?P<family>inet6?) filter (?P<rest>.+)")


def render(access: DeviceAccess) -> str:
    """The text of one switch.

    Examples
    --------
    >>> from easterly.model.access import AccessList, AccessRule
    >>> rules = (AccessRule("10.0.0.0/24", "10.0.1.9/32", True, True, "acme answers beta"),)
    >>> print(render(DeviceAccess("a", (AccessList("acme", rules, ("irb.7",)),))))
    set system host-name a
    set policy-options prefix-list acme-inet-1-from 10.0.0.0/24
    set policy-options prefix-list acme-inet-1-to 10.0.1.9/32
    set firewall family inet filter acme term "1 acme answers beta" from source-prefix-list acme-inet-1-from
    set firewall family inet filter acme term "1 acme answers beta" from destination-prefix-list acme-inet-1-to
    set firewall family inet filter acme term "1 acme answers beta" from protocol tcp
    set firewall family inet filter acme term "1 acme answers beta" from tcp-established
    set firewall family inet filter acme term "1 acme answers beta" then accept
    set firewall family inet filter acme term "2 all else" then accept
    set interfaces irb unit 7 family inet filter input acme
    <BLANKLINE>
    """
    lines, filters, bound = [f"set system host-name {access.device}"], list[str](), list[str]()
    for each in access.lists:
        for family in FAMILY:
            if not each.of(family):
                continue
            for number, term in enumerate(_terms(each.closed(family)), 1):
                named, said = _said(each.name, family, number, term)
                lines += named
                filters += said
            for port in each.ports:
                name, _, unit = port.partition(".")
                bound.append(f"set interfaces {name} unit {unit or 0} family {FAMILY[family]} filter input {each.name}")
    return "\n".join([*lines, *filters, *bound]) + "\n"


def _terms(rules: tuple[AccessRule, ...]) -> Iterator[Term]:
    """Rules in terms: as many as stand together and have one sender or one receiver; whole families stay alone."""
    for _, found in groupby(rules, key=lambda rule: (rule.permit, rule.reply, rule.name)):
        free = list(found)
        while free:
            first, every = free[0], ANY[free[0].family]
            src, dst = [rule.src for rule in free], [rule.dst for rule in free]
            dsts, srcs = _run(dst, src, every), _run(src, dst, every)
            yield (first, (first.src,), dsts) if len(dsts) >= len(srcs) else (first, srcs, (first.dst,))
            del free[: max(len(dsts), len(srcs))]


def _run(varied: list[str], fixed: list[str], every: str) -> tuple[str, ...]:
    """The longest beginning of which one side is the same; a prefix that holds all others is no part of several."""
    length = 1
    while length < len(varied) and fixed[length] == fixed[0] and every not in (varied[0], varied[length]) and (
        varied[length] not in varied[:length]
    ):  # fmt: skip
        length += 1
    return tuple(varied[:length])


def _said(name: str, family: int, number: int, term: Term) -> tuple[list[str], list[str]]:
    """Prefix lists of a term, and its lines."""
    rule, *ends = term
    own = f'set firewall family {FAMILY[family]} filter {name} term "{f"{number} {rule.name}".strip()[:LONGEST_NAME]}"'
    named, said = [], []
    for word, side, prefixes in zip(("source", "destination"), ("from", "to"), ends, strict=True):
        if prefixes != (ANY[family],):
            label = f"{name}-{FAMILY[family]}-{number}-{side}"
            named += [f"set policy-options prefix-list {label} {prefix}" for prefix in prefixes]
            said.append(f"{own} from {word}-prefix-list {label}")
    if rule.reply:
        said += [f"{own} from {TCP[family]}", f"{own} from tcp-established"]
    return named, [*said, f"{own} then {'accept' if rule.permit else 'discard'}"]


@dataclass(slots=True)
class _Read:
    """Terms of a filter, as their lines come."""

    lists: dict[str, list[str]] = field(default_factory=dict)
    terms: dict[tuple[int, str], dict[str, _Term]] = field(default_factory=dict)


@dataclass(slots=True)
class _Term:
    line: int
    wants: list[str] = field(default_factory=list)
    does: str = ""


def parse(text: str) -> DeviceAccess:
    """Read the filters of a switch; those of its classes, and other parts of its configuration, are passed over.

    Raises
    ------
    ValueError
        A line of a filter, or one that has an interface use it, is not understood; a filter or a prefix list is not
        there.
    """
    said, read = Said(), _Read()
    for number, line in enumerate(text.splitlines(), 1):
        if found := LIST.fullmatch(line):
            read.lists.setdefault(found["name"], []).append(str(ip_network(found["prefix"])))
        elif line.startswith("set system host-name "):
            said.device = line.split()[-1]
        elif f" filter {NAME}-" in line or f" filter input {NAME}-" in line:
            continue
        elif found := BIND.fullmatch(line):
            _bound(said, found, number)
        elif line.startswith("set firewall family inet"):
            _line(read, line, number)
    for (family, name), terms in read.terms.items():
        rules = said.open(family, name)
        for label, term in terms.items():
            rules += _rules(read, family, label, term)
    return DeviceAccess(said.device, said.lists(implicit_deny=True))


def _bound(said: Said, found: re.Match[str], number: int) -> None:
    way, _, name = found["rest"].partition(" ")
    if way != "input" or not name or " " in name:
        raise ValueError(f"line {number} is not understood: {found[0]}")
    port = found["port"] if found["unit"] == "0" else f"{found['port']}.{found['unit']}"
    said.bind(port, NUMBER[found["family"]], name, number)


def _line(read: _Read, line: str, number: int) -> None:
    found = LINE.fullmatch(line)
    if not found:
        raise ValueError(f"line {number} is not understood: {line}")
    terms = read.terms.setdefault((NUMBER[found["family"]], found["filter"]), {})
    term = terms.setdefault(found["term"], _Term(number))
    if found["what"] == "from":
        term.wants.append(found["rest"])
    elif term.does or found["rest"] not in ("accept", "discard"):
        raise ValueError(f"line {number} is not understood: {line}")
    else:
        term.does = found["rest"]


def _rules(read: _Read, family: int, label: str, term: _Term) -> Iterator[AccessRule]:
    """Every sender with every receiver of a term."""
    every = [ANY[family]]
    ends = {"source-prefix-list": every, "destination-prefix-list": every}
    plain = set()
    for want in term.wants:
        word, _, name = want.partition(" ")
        if word not in ends:
            plain.add(want)
        elif ends[word] is not every or name not in read.lists:
            raise ValueError(f"line {term.line}: {want} is the second one, or is not there")
        else:
            ends[word] = read.lists[name]
    if plain not in (set(), {TCP[family], "tcp-established"}) or not term.does:
        raise ValueError(f"line {term.line}: term {label} is not understood: {', '.join(sorted(plain)) or 'no action'}")
    senders, receivers = ends.values()
    if any(ip_network(prefix).version != family for prefix in (*senders, *receivers)):
        raise ValueError(f"line {term.line}: a prefix is not of IPv{family}, and is not understood")
    name = label.partition(" ")[2]
    for src in senders:
        yield from (AccessRule(src, dst, term.does == "accept", bool(plain), name, term.line) for dst in receivers)
