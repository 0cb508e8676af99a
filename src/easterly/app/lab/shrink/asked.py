"""How small a site is to be, as it is written."""

from __future__ import annotations

from collections.abc import Iterable

NODES, HOSTS = "nodes", "hosts"
NAMES = {
    NODES: "routers and hosts of all, at most",
    HOSTS: "hosts of each fabric",
    "nics": "interfaces of a host",
    "leaves": "leaves: of a pod, of a plane, or of all where there are neither",
    "spines": "spines, likewise",
    "pods": "pods: of a zone where a fabric has four tiers",
    "zones": "zones of pods",
    "super_spines": "super-spines that a spine is joined to",
    "cores": "cores that a super-spine is joined to",
    "planes": "planes",
    "k": "radix of a fat-tree",
    "switches": "switches of a ring",
    "routers": "routers of a group",
    "groups": "groups of routers",
    **dict.fromkeys(("x", "y", "z", "u", "v", "w"), "switches along a dimension of a torus"),
}
"""What can be said of a site, and what it counts."""


def sizes(text: str) -> dict[str, int]:
    """Read ``leaves=4,spines=2,hosts=8``, or ``nodes=24``.

    Raises
    ------
    ValueError
        A name that nothing has, or no number from 1 on.

    Examples
    --------
    >>> sizes("leaves=4, hosts=8")
    {'leaves': 4, 'hosts': 8}
    """
    found: dict[str, int] = {}
    for part in text.split(","):
        name, sign, number = (word.strip() for word in part.partition("="))
        if name not in NAMES or not sign or not number.isdecimal() or int(number) < 1:
            raise ValueError(f"shrink has {part.strip()!r}: write {NODES}=NUMBER, or {written(NAMES)}")
        found[name] = int(number)
    return found


def written(names: Iterable[str]) -> str:
    """Sizes as one writes them."""
    return ", ".join(f"{each}=NUMBER" for each in names if each != NODES)
