"""Chains of Junos's policies, carried out as its reference says: each family gets through, and nobody else's routes.

A chain is asked in order; the first policy that accepts or rejects has decided ("Evaluating Routing Policies"). Terms
of a policy likewise. Conditions of different kinds must all hold, of one kind any; a policy as a condition holds if it
accepts.
"""

from __future__ import annotations

import re
from collections import defaultdict
from ipaddress import ip_network

import pytest
from tests.config.underlays import VARIANTS
from tests.config.vendors.machines import of_grand

from easterly.config.junos import routing as junos

UNDERLAYS = sorted(name for name in VARIANTS if name.startswith("bgp"))


def policies(text: str) -> dict:
    """Terms of every policy, in their order: conditions by kind, and what is done."""
    found: dict = defaultdict(dict)
    for name, rest in re.findall(r"^set policy-options policy-statement (\S+) (.+)$", text, re.M):
        term, words = ("", rest.split()) if rest.startswith("then ") else (rest.split()[1], rest.split()[2:])
        conditions, done = found[name].setdefault(term, (defaultdict(list), []))
        if words[0] == "then":
            done.append(words[1])
        else:
            conditions[words[1]].append(words[2:])
    return found


def holds(found: dict, kind: str, wanted: list, route: tuple[str, str]) -> bool:
    prefix, source = ip_network(route[0]), route[1]
    if kind == "family":
        return [{4: "inet", 6: "inet6"}[prefix.version]] in wanted
    if kind == "protocol":
        return [source] in wanted
    if kind == "policy":
        return any(verdict(found, [name], route) == "accept" for [name] in wanted)
    assert kind == "route-filter"
    return any(filtered(prefix, words) for words in wanted)


def filtered(prefix, words: list[str]) -> bool:
    near, how = ip_network(words[0]), words[1:]
    low, high = near.prefixlen, near.prefixlen
    if how[0] == "upto":
        high = int(how[1][1:])
    elif how[0] == "prefix-length-range":
        low, high = (int(part[1:]) for part in how[1].split("-"))
    same = prefix.version == near.version
    return same and prefix.subnet_of(near) and low <= prefix.prefixlen <= high


def verdict(found: dict, chain: list[str], route: tuple[str, str]) -> str:
    for name in chain:
        for conditions, done in found[name].values():
            if all(holds(found, kind, wanted, route) for kind, wanted in conditions.items()):
                decided = [word for word in done if word in ("accept", "reject")]
                if decided:
                    return decided[0]
    return "accept"  # what BGP does with its own


@pytest.mark.parametrize("variant", UNDERLAYS)
def test_chains_let_both_families_pass_and_nothing_else(variant):
    seen = 0
    for machine in of_grand(variant, junos.NAMING, "junos"):
        text, router = junos.render(machine), machine.router
        found = policies(text)
        for group in router.groups:
            names = dict.fromkeys(re.findall(rf"^set protocols bgp group ({group.name}(?:-\d+)?) type", text, re.M))
            for name in names:
                ways = {
                    way: re.findall(rf"^set protocols bgp group {name} {way} (\S+)$", text, re.M)
                    for way in ("import", "export")
                }
                for exchange in (each for each in group.exchanges if each.version):
                    own = router.networks[exchange.version]
                    others = {
                        prefix for far in machine.fabric.values() if far is not router
                        for prefix in far.networks.get(exchange.version, ())
                    } - set(own)  # fmt: skip
                    strange = "203.0.113.0/24" if exchange.version == 4 else "2001:db8::/48"
                    assert all(verdict(found, ways["export"], (prefix, "direct")) == "accept" for prefix in own)
                    assert all(verdict(found, ways["import"], (prefix, "bgp")) == "accept" for prefix in others)
                    assert {verdict(found, ways[way], (strange, "bgp")) for way in ways} == {"reject"}
                    passed = {
                        prefix for prefix in others if verdict(found, ways["export"], (prefix, "bgp")) == "accept"
                    }
                    assert passed == (set() if router.edge else others) or not exchange.announce, router.name
                    seen += len(own) + len(others)
    assert seen > 100
