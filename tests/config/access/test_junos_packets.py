"""Filters of Junos as a switch would run them: packets at the edges of every prefix, by terms alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from itertools import product

from hypothesis import given, settings
from tests.config.access.worlds import devices

from easterly.config.junos.access import render
from easterly.model.access import ANY, AccessList

Packet = tuple[str, str, bool]
"""Sender, receiver, and whether it is a segment of TCP with ACK or RST."""


def passes(text: str, port: str, packet: Packet) -> bool:
    """First term that fits, read line by line as [edit firewall] has it; no term drops, no filter passes."""
    src, dst, reply = packet
    family = "inet6" if ":" in src else "inet"
    unit = port.replace("irb.", "irb unit ")
    bound = re.search(rf"^set interfaces {unit} family {family} filter input (\S+)$", text, re.M)
    if not bound:
        return True
    terms: dict[str, list[str]] = {}
    for name, said in re.findall(rf'^set firewall family {family} filter {bound[1]} term "(.*?)" (.*)$', text, re.M):
        terms.setdefault(name, []).append(said)
    for lines in terms.values():
        if all(fits(text, line, src, dst, reply) for line in lines if line.startswith("from ")):
            return "then accept" in lines
    return False


def fits(text: str, line: str, src: str, dst: str, reply: bool) -> bool:
    words = line.split()
    if words[1] in ("source-prefix-list", "destination-prefix-list"):
        prefixes = re.findall(rf"^set policy-options prefix-list {words[2]} (\S+)$", text, re.M)
        end = ip_address(src if words[1].startswith("source") else dst)
        return any(end in ip_network(prefix) for prefix in prefixes)
    assert words[1:] in (["protocol", "tcp"], ["next-header", "tcp"], ["tcp-established"])
    return reply


def meant(rows: AccessList, packet: Packet) -> bool:
    src, dst, reply = packet
    rules = rows.of(6 if ":" in src else 4)
    for rule in rules:
        if ip_address(src) in ip_network(rule.src) and ip_address(dst) in ip_network(rule.dst) and (
            reply or not rule.reply
        ):  # fmt: skip
            return rule.permit
    return True


def corners(rows: AccessList) -> Iterator[Packet]:
    for family, every in ANY.items():
        ends = {"10.0.0.8", "192.0.2.1"} if family == 4 else {"2001:db8::1"}
        for prefix in {end for rule in rows.of(family) for end in (rule.src, rule.dst)} - {every}:
            net = ip_network(prefix)
            ends |= {str(net[at] + by) for at, by in ((0, 0), (-1, 0), (0, -1), (-1, 1))}
        yield from product(sorted(ends), sorted(ends), (False, True))


@given(wanted=devices(("irb.7", "irb.126")))
@settings(max_examples=15)
def test_packets_at_the_edges_of_prefixes_fare_as_the_rules_say(wanted):
    text = render(wanted)
    for rows in wanted.lists:
        for port in rows.ports:
            assert all(passes(text, port, packet) == meant(rows, packet) for packet in corners(rows))
