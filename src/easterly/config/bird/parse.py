"""BIRD's configuration read back."""

from __future__ import annotations

import re

from easterly.config.bird.words import FURTHER
from easterly.model.router_state import DeviceState

_SPAN = re.compile(r"([0-9a-f.:]+/(\d+))(?:\{(\d+),(\d+)\})?")
_LIST = re.compile(r"^define (\w+) = \[ (.*) \];$", re.M)
_PORT = re.compile(r"^# (\S+) \(([^)]*)\): ", re.M)
_NEIGHBOR = re.compile(r"^    neighbor (\S+) as (\d+);$", re.M)
_OPENED = re.compile(r"template bgp (\w+) |protocol bgp \w+ from (\w+) ")
_PEER = re.compile(r'    (?:interface "(\S+)"|neighbor (?!fe80:)(\S+) as \d+);')
"""The neighbour of a session; its interface, where link-local addresses are no names."""
_NETWORK = re.compile(r"^    route (\S+) (?:blackhole|via \S+(?: via \S+)*);$", re.M)


def parse(text: str) -> DeviceState:
    """Read one router: its sessions, prefixes and filters.

    Parameters
    ----------
    text : str
        As `easterly.config.bird.render` writes it.

    Returns
    -------
    DeviceState
        Interfaces are those of links, by the comments that tell them.

    Raises
    ------
    ValueError
        The text has no router id.
    """
    name = re.search(r"^# (\S+): BIRD 2", text)
    router_id = re.search(r"^router id (\S+);$", text, re.M)
    if name is None or router_id is None:
        raise ValueError("no BIRD file of a router: it has no line `router id`")
    asn = re.search(r"^    local as (\d+);$", text, re.M)
    lists = dict(_lists(list_name, spans) for list_name, spans in _LIST.findall(text))
    full = {key.partition(" ")[2]: key for key in lists}
    return DeviceState(
        device=name[1],
        asn=int(asn[1]) if asn else 0,
        router_id=router_id[1],
        interfaces={port: tuple(a for a in addresses.split(", ") if a) for port, addresses in _PORT.findall(text)},
        neighbors={address: int(number) for address, number in _NEIGHBOR.findall(text)},
        networks=tuple(_NETWORK.findall(text)),
        vrfs=(),
        prefix_lists=lists,
        uses=tuple(
            dict.fromkeys(full.get(used, used) for used in re.findall(r"(?:where|if) net ~ (\w+)(?:;| then)", text))
        ),
        longer=_longer(text),
    )


def _longer(text: str) -> dict[str, int]:
    """AS numbers put before paths by neighbour: what the template of its session does."""
    found: dict[str, int] = {}
    by_template: dict[str, int] = {}
    template = ""
    for line in text.splitlines():
        opened, peer = _OPENED.match(line), _PEER.match(line)
        if opened:
            template = opened[1] or opened[2]
        elif line.startswith("        import "):
            by_template[template] = max(by_template.get(template, 0), line.count(FURTHER))
        elif peer and by_template.get(template):
            found[peer[1] or peer[2]] = by_template[template]
    return found


def _lists(name: str, spans: str) -> tuple[str, tuple[str, ...]]:
    """Family and name of a list, and its entries in the words of FRR's prefix-lists."""
    entries = []
    for prefix, length, low, high in _SPAN.findall(spans):
        most = 128 if ":" in prefix else 32
        ge = f" ge {low}" if low and low != length else ""
        le = f" le {high}" if high and not (ge and int(high) == most) else ""
        entries.append(f"permit {prefix}{ge}{le}")
    return f"{'ipv6' if ':' in spans else 'ip'} {name}", tuple(entries)
