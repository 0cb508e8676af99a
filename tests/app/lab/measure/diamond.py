"""Two hosts, four routers: two ways of equal length from the first to the last, in both families, by static routes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from easterly.app.lab import Space, spaces
from easterly.app.lab.measure.choice import End, Fabric, Hop

CABLES = (("left", "r1"), ("r1", "r2"), ("r1", "r3"), ("r2", "r4"), ("r3", "r4"), ("r4", "right"))
NODES = ("left", "r1", "r2", "r3", "r4", "right")
HOSTS = {("left", 4): "10.1.0.2", ("right", 4): "10.6.0.2", ("left", 6): "fd00:1::2", ("right", 6): "fd00:6::2"}
SEEDS = {name: 1000 + i for i, name in enumerate(NODES)}
SETTINGS = (
    "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1", "net.ipv4.conf.all.rp_filter=0",
    "net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0",
)  # fmt: skip
WAYS = {
    "right": {"r1": ("r2", "r3"), "r2": ("r4",), "r3": ("r4",), "r4": ("right",), "left": ("r1",)},
    "left": {"r4": ("r2", "r3"), "r2": ("r1",), "r3": ("r1",), "r1": ("left",), "right": ("r4",)},
}
"""By target and node, the next ones."""


@dataclass(frozen=True)
class Diamond:
    spaces: dict[str, Space]
    weights: tuple[int, int]

    def fabric(self, *, weights: Sequence[int] | None = None) -> Fabric:
        """What the routes below say: weights are those of r1 towards r2 and r3."""
        groups = {}
        for target, ways in WAYS.items():
            for family in (4, 6):
                for node, to in ways.items():
                    own = weights or self.weights if (node, target) == ("r1", "right") else (1,) * len(to)
                    named = [Hop(f"to-{far}", w) for far, w in zip(to, own, strict=True)]
                    groups[node, HOSTS[target, family]] = tuple(named)
        return Fabric(groups, far_ends(), SEEDS)


def far_ends() -> dict[End, str]:
    return {(a, f"to-{b}"): b for cable in CABLES for a, b in (cable, cable[::-1])}


def address(node: str, other: str, family: int) -> str:
    """Of the interface that leads to another node: routers have 1 towards hosts, which have 2."""
    cable = next(i for i, each in enumerate(CABLES) if {node, other} == set(each))
    host = {"left", "right"} & {node, other}
    number = (2 if node in host else 1) if host else CABLES[cable].index(node) + 1
    return f"10.{cable + 1}.0.{number}" if family == 4 else f"fd00:{cable + 1}::{number}"


@contextmanager
def diamond(weights: tuple[int, int] = (1, 1), *, only: str = "", cross: bool = False) -> Iterator[Diamond]:
    """The network; `only` one way, by the name of its router, where something is to be wrong; r2 and r3 cabled, too."""
    with spaces(*NODES) as made:
        by = dict(zip(NODES, made, strict=True))
        for space in made:
            space.run("sysctl", "-qw", *SETTINGS)
        for i, (a, b) in enumerate((*CABLES, *[("r2", "r3")][: int(cross)])):
            # Linux sees the carrier at once of an interface whose number is not that of the one it is on.
            near, far = (("name", f"to-{node}", "index", f"{10 + 2 * i + k}") for k, node in enumerate((b, a)))
            by[a].run("ip", "link", "add", *near, "type", "veth", "peer", *far, "netns", by[b].name)
            by[a].run("ip", "link", "set", f"to-{b}", "gso_max_segs", "1", "up")
            by[b].run("ip", "link", "set", f"to-{a}", "gso_max_segs", "1", "up")
        for node, space in by.items():
            space.run("ip", "-batch", "-", text="".join(f"{line}\n" for line in lines(node, weights, only)))
        yield Diamond(by, weights)


def lines(node: str, weights: tuple[int, int], only: str) -> Iterator[str]:
    for other in [b if a == node else a for a, b in CABLES if node in (a, b)]:
        yield f"address add {address(node, other, 4)}/24 dev to-{other}"
        yield f"address add {address(node, other, 6)}/64 dev to-{other} nodad"
    groups = [(target, family) for target in WAYS for family in (4, 6)]
    for base, (target, family) in enumerate(groups, start=1):
        to = WAYS[target].get(node, ())
        if not to or to == (target,):
            continue
        prefix = HOSTS[target, family].replace("0.2", "0.0/24").replace("::2", "::/64")
        own = weights if (node, target) == ("r1", "right") else (1,) * len(to)
        members = []
        for i, (far, weight) in enumerate(zip(to, own, strict=True), start=10 * base):
            if len(to) == 1 or only in ("", far):
                yield f"nexthop add id {i} via {address(far, node, family)} dev to-{far}"
                members.append(f"{i},{weight}")
        yield f"nexthop add id {10 * base + 9} group {'/'.join(members)}"
        yield f"route add {prefix} nhid {10 * base + 9}"
