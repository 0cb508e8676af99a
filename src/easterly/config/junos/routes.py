"""Routes of Junos read back from its ``set`` commands: what a switch would do."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from easterly.config.reading import Reading
from easterly.model.router_state import DeviceState

WORD = {"inet": "ip", "inet6": "ipv6"}
ROUTE = re.compile(r"(\S+) (?:(exact)|upto /(\d+)|prefix-length-range /(\d+)-/(\d+))")
ADDRESS = re.compile(r"(\S+) unit (\d+) family inet6? address (\S+)")


@dataclass(slots=True)
class _Said:
    """What the lines say before references are followed."""

    state: Reading = field(default_factory=Reading)
    filters: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Lines of the term ``pass`` by policy."""
    own: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Prefixes of the term ``own`` by policy."""
    expands: dict[str, int] = field(default_factory=dict)
    """AS numbers that a policy puts before a path."""
    imports: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Policies of what comes in, by group."""
    members_of: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Neighbours by group."""
    through: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Policies that a policy asks."""
    accepts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Communities by policy."""
    members: dict[str, str] = field(default_factory=dict)
    discovered: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Interfaces of sessions that are found by themselves, by group."""
    numbers: dict[str, int] = field(default_factory=dict)
    """AS number by group."""
    sessions: list[tuple[str, str]] = field(default_factory=list)
    """Directions and policies of sessions."""
    tables: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    """Policies of tables, by what they are for."""


def parse(text: str) -> DeviceState:
    r"""Read the routes of a switch; lines that decide none of them are skipped.

    Parameters
    ----------
    text : str

    Returns
    -------
    DeviceState
        Interfaces have their names of Junos, without unit 0.

    Raises
    ------
    ValueError
        A line lacks what its first words call for, or names a policy or a community that is not there.

    Examples
    --------
    >>> state = parse("set system host-name a\nset protocols bgp group g neighbor 10.0.0.1 peer-as 65002\n")
    >>> state.device, state.neighbors
    ('a', {'10.0.0.1': 65002})
    """
    found = _Said()
    for number, line in enumerate(text.splitlines(), 1):
        try:
            _line(found, line.split()[1:])
        except (LookupError, ValueError):
            raise ValueError(f"line {number} is cut short or has no number: {line.strip()}") from None
    try:
        _follow(found)
    except KeyError as error:
        raise ValueError(f"something refers to {error.args[0]!r}, and it is not there") from None
    return found.state.state()


def _line(found: _Said, words: list[str]) -> None:
    match words:
        case ["system", "host-name", name]:
            found.state.device = name
        case ["routing-options", *rest]:
            _options(found.state, rest)
        case ["interfaces", *rest]:
            address = ADDRESS.fullmatch(" ".join(rest))
            if address:
                name = address[1] if address[2] == "0" else f"{address[1]}.{address[2]}"
                found.state.interfaces[name].append(address[3])
        case ["policy-options", "policy-statement", name, *rest]:
            _policy(found, name, rest)
        case ["policy-options", "community", name, "members", target]:
            found.members[name] = target
        case ["protocols", "bgp", "group", name, *rest]:
            _session(found, name, rest)
        case ["routing-instances", name, *rest]:
            _table(found, name, rest)


def _options(state: Reading, words: list[str]) -> None:
    match words:
        case ["router-id", number]:
            state.router_id = number
        case ["autonomous-system", asn]:
            state.asn = int(asn)


def _policy(found: _Said, name: str, words: list[str]) -> None:
    match words:
        case ["term", "pass", "from", "route-filter", *route]:
            found.filters[name].append(" ".join(["permit", *route]))
        case ["term", "refuse", "from", "route-filter", *route]:
            found.filters[name].append(" ".join(["deny", *route]))
        case ["term", "own", "from", "route-filter", prefix, "exact"]:
            found.own[name].append(prefix)
        case ["then", "as-path-expand", "last-as", "count", number]:
            found.expands[name] = int(number)
        case ["term", "learned" | "heard", "from", "policy", other]:
            found.through[name].append(other)
        case ["term", _, "from", "community", community]:
            found.accepts[name].append(community)


def _session(found: _Said, group: str, words: list[str]) -> None:
    match words:
        case ["neighbor", address, "peer-as", asn]:
            found.state.neighbors[address] = int(asn)
            found.members_of[group].append(address)
        case ["neighbor", address, *_]:
            found.state.neighbors.setdefault(address, 0)
        case ["dynamic-neighbor", _, *_, "interface", name]:
            found.discovered[group].append(name.removesuffix(".0"))
            found.members_of[group].append(name.removesuffix(".0"))
        case ["peer-as", asn]:
            found.numbers[group] = int(asn)
        case ["import" | "export" as way, policy]:
            found.sessions.append((way, policy))
            if way == "import":
                found.imports[group].append(policy)


def _table(found: _Said, name: str, words: list[str]) -> None:
    match words:
        case ["instance-type", "vrf"]:
            found.state.vrfs.append(name)
        case ["interface", port]:
            found.state.vrf_ports[name].append(port)
        case ["vrf-import", policy]:
            found.tables[name].append(("import", policy))
        case ["vrf-target", "export", target]:
            found.state.targets[name].append(f"export {_plain(target)}")
        case ["protocols", "evpn", "ip-prefix-routes", "vni", number]:
            found.state.vnis[name] = int(number)
        case ["protocols", "evpn", "ip-prefix-routes", "export", policy]:
            found.tables[name].append(("export", policy))


def _follow(found: _Said) -> None:
    """What the policies mean to those that name them."""
    state = found.state
    for name, routes in found.filters.items():
        word = "ipv6" if ":" in routes[0] else "ip"
        state.lists[f"{word} {name}"] += map(_entry, routes)
    words = {key.partition(" ")[2]: key for key in state.lists}
    for group, ports in found.discovered.items():
        state.neighbors |= dict.fromkeys(ports, found.numbers[group])
    for way, policy in found.sessions:
        plain = way == "import" and policy not in found.through
        named = [policy] * (policy not in found.expands) if plain else found.through[policy]
        state.uses |= {words[name]: None for name in named}
        if way == "export":
            state.networks += [prefix for prefix in found.own[policy] if prefix not in state.networks]
    for group, names in found.imports.items():
        more = sum(found.expands.get(name, 0) for name in dict.fromkeys(names))
        state.longer |= dict.fromkeys(found.members_of[group], more)
    for table, policies in found.tables.items():
        for way, policy in policies:
            if way == "import":
                state.targets[table] += [f"import {_plain(found.members[name])}" for name in found.accepts[policy]]
            else:
                state.vrf_networks[table] += found.own[policy]


def _plain(target: str) -> str:
    """A route target without its marks.

    >>> _plain("target:4200000000L:7")
    '4200000000:7'
    """
    return target.removeprefix("target:").replace("L:", ":")


def _entry(said: str) -> str:
    """What a route filter does, as FRR says it.

    >>> _entry("permit 10.0.0.0/8 upto /24"), _entry("deny 10.0.0.0/8 prefix-length-range /32-/32")
    ('permit 10.0.0.0/8 le 24', 'deny 10.0.0.0/8 ge 32')

    Raises
    ------
    ValueError
        Other words.
    """
    verdict, _, route = said.partition(" ")
    found = ROUTE.fullmatch(route)
    if found is None:
        raise ValueError(f"route-filter {route} is not understood")
    prefix, _, upto, low, high = found.groups()
    longest = "128" if ":" in prefix else "32"
    lengths = [f"le {upto}"] * (upto is not None) + [f"ge {low}"] * (low is not None)
    return " ".join([verdict, prefix, *lengths, *([f"le {high}"] if high not in (None, longest) else [])])
