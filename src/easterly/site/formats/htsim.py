"""Topologies of csg-htsim (``.topo``): fat-trees of two or three tiers, told by the radix of each.

Rates of links are in Gbit/s and latencies in ns, by the names of their keys. Hosts are numbered as csg-htsim does it,
so that connection matrices mean the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from easterly.model.network import NodeKind
from easterly.site.formats.draft import MOST_LINKS, Arc, Draft
from easterly.site.formats.found import Found
from easterly.site.formats.values import number, shown, whole

WHOLE = ("Nodes", "Tiers", "Podsize")
COUNTS = ("Radix_Down", "Radix_Up", "Bundle", "Oversubscribed")
OF_TIER = (*COUNTS, "Downlink_speed_Gbps", "Downlink_Latency_ns", "Switch_Latency_ns", "Queue_Down", "Queue_Up")
MOST_HOSTS = 200_000


@dataclass(slots=True)
class _Tree:
    """What the file says."""

    values: dict[str, int] = field(default_factory=dict)
    tiers: list[dict[str, float]] = field(default_factory=list)

    def of(self, tier: int, key: str, otherwise: int) -> int:
        return int(self.tiers[tier].get(key, otherwise))


def read(text: str, draft: Draft) -> None:
    """Read a topology into a draft; what is wrong goes to its findings, with lines."""
    tree = _told(text, draft.found)
    if not draft.found.failed and _complete(tree, draft.found):
        _grow(tree, draft)


def _told(text: str, found: Found) -> _Tree:
    tree = _Tree()
    for line, content in enumerate(text.splitlines(), start=1):
        words = content.split()
        if not words or words[0].startswith("#"):
            continue
        key, value = words[0], words[1] if len(words) > 1 else ""
        try:
            if key == "Tier":
                _begin(tree, whole(value), line, found)
            elif key in WHOLE:
                tree.values[key] = whole(value, 1)
            elif key in OF_TIER and tree.tiers:
                tree.tiers[-1][key] = whole(value, 1) if key in COUNTS else number(value)
            else:
                where = "" if key not in OF_TIER else " before the first Tier"
                found.error("E122", f"unexpected {shown(key)}{where}", line=line)
        except (ValueError, OverflowError):
            found.error("E122", f"{key} is {shown(value)}, which is no number that it can be", line=line)
    return tree


def _begin(tree: _Tree, tier: int, line: int, found: Found) -> None:
    if tier != len(tree.tiers):
        found.error("E122", f"tier {tier} stands where tier {len(tree.tiers)} belongs", line=line)
    tree.tiers.append({})


def _complete(tree: _Tree, found: Found) -> bool:
    """Whether nothing is missing, and the numbers make a tree."""
    missing = [key for key in ("Nodes", "Tiers") if key not in tree.values]
    tiers = tree.values.get("Tiers", 0)
    if not missing and (tiers not in (2, 3) or tiers != len(tree.tiers)):
        found.error("E122", f"there are {len(tree.tiers)} tiers where the file says {tiers}: two or three make a tree")
    for tier, values in enumerate(tree.tiers):
        wanted = ["Downlink_speed_Gbps", "Radix_Down", "Downlink_Latency_ns", *(["Radix_Up"] * (tier < tiers - 1))]
        missing += [f"{key} of tier {tier}" for key in wanted if key not in values]
        for key in ("Downlink_speed_Gbps", "Downlink_Latency_ns"):
            if values.get(key, 1.0) < 0 or (key == "Downlink_speed_Gbps" and values.get(key, 1.0) == 0):
                found.error("E122", f"{key} of tier {tier} is {values[key]:g}")
    if missing:
        found.error("E122", f"the file does not say {', '.join(missing)}", hint="it may be cut short")
    if not found.failed:
        _consistent(tree, found)
    return not found.failed


def _shape(tree: _Tree) -> tuple[int, int, int, int, int, int]:
    """Hosts, hosts of a pod, leaves and aggregations of a pod, cores, links of a core's bundle; -1 where none fits."""
    hosts, down = tree.values["Nodes"], tree.of(0, "Radix_Down", 1)
    pod = tree.values.get("Podsize", hosts) if tree.values["Tiers"] == 3 else hosts
    up, bundle = tree.of(0, "Radix_Up", 1), tree.of(1, "Bundle", 1)
    aggregations = up // bundle if up % bundle == 0 else -1
    if tree.values["Tiers"] == 2:
        return hosts, pod, pod // down if pod % down == 0 else -1, aggregations, 0, 1
    core_bundle, core_up = tree.of(2, "Bundle", 1), tree.of(1, "Radix_Up", 1)
    groups = core_up // core_bundle if core_up % core_bundle == 0 else -1
    return hosts, pod, pod // down if pod % down == 0 else -1, aggregations, aggregations * groups, core_bundle


def _consistent(tree: _Tree, found: Found) -> None:
    hosts, pod, leaves, aggregations, cores, bundle = _shape(tree)
    if hosts > MOST_HOSTS:
        found.error("E132", f"the tree has {hosts:,} hosts: at most {MOST_HOSTS:,} are read")
    elif hosts % pod or leaves < 1 or aggregations < 1 or (tree.values["Tiers"] == 3 and cores < 1):
        found.error("E122", "hosts, pods and switches do not divide: Nodes by Podsize, Podsize by Radix_Down, "
                            "Radix_Up by Bundle")  # fmt: skip
    else:
        below = {1: leaves * tree.of(1, "Bundle", 1), 2: hosts // pod * bundle if cores else 0}
        for tier, links in below.items():
            if links and (radix := tree.of(tier, "Radix_Down", 1)) != links:
                found.error("E122", f"Radix_Down of tier {tier} is {radix}, and {links} links come from below")
        if hosts * (1 + tree.of(0, "Radix_Up", 1) + tree.of(1, "Radix_Up", 1)) > MOST_LINKS:
            found.error("E132", f"the tree may have more than {MOST_LINKS:,} links")


def _grow(tree: _Tree, draft: Draft) -> None:
    hosts, pod, leaves, aggregations, cores, bundle = _shape(tree)
    pods = hosts // pod
    for i in range(hosts):
        columns = {"kind": int(NodeKind.NIC), "role": "nic", "tier": 0, "device": f"host{i}", "pod": i // pod}
        _place(draft, f"host{i}:nic0", columns)
    _switches(tree, draft, 1, "leaf", pods * leaves, leaves)
    _switches(tree, draft, 2, "spine", pods * aggregations, aggregations)
    _switches(tree, draft, 3, "core", cores, 0)
    for i in range(hosts):
        _cable(tree, draft, 0, f"host{i}:nic0", f"leaf{i // tree.of(0, 'Radix_Down', 1)}")
    for leaf in range(pods * leaves):
        for a in range(aggregations):
            for _ in range(tree.of(1, "Bundle", 1)):
                _cable(tree, draft, 1, f"leaf{leaf}", f"spine{leaf // leaves * aggregations + a}")
    each = cores // aggregations
    for spine in range(pods * aggregations):
        for core in range(each * bundle):
            _cable(tree, draft, 2, f"spine{spine}", f"core{spine % aggregations * each + core // bundle}")


def _switches(tree: _Tree, draft: Draft, tier: int, role: str, count: int, per_pod: int) -> None:
    """Those of a tier, with their pod where they have one."""
    for i in range(count):
        delay_s = tree.tiers[tier - 1].get("Switch_Latency_ns", 0.0) / 1e9
        columns = {"kind": int(NodeKind.SWITCH), "role": role, "tier": tier, "delay_s": delay_s}
        _place(draft, f"{role}{i}", columns | ({"pod": i // per_pod} if per_pod else {}))


def _place(draft: Draft, name: str, columns: dict[str, object]) -> None:
    place = draft.place(name, at=name, line=None)
    if place is not None:
        place.columns.update(columns)


def _cable(tree: _Tree, draft: Draft, tier: int, low: str, high: str) -> None:
    values = tree.tiers[tier]
    draft.arc(
        Arc(
            low, high, f"{low}-{high}", None, values["Downlink_speed_Gbps"] * 1e9, True,
            delay_s=values["Downlink_Latency_ns"] / 1e9,
        )
    )  # fmt: skip
