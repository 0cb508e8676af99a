"""A site made smaller: valid, no larger than asked for, as oversubscribed as it was; and it says what became of it."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import easterly.app
from easterly.app.lab.shrink import Smaller, shrunk, sizes
from easterly.base.findings import FindingsError, Severity
from easterly.model.network import LinkKind, Network
from easterly.site import load_text, parse, read_source, setting
from easterly.study.check import check
from easterly.study.nouns import Nouns

DEMO = Path(easterly.app.__file__).parent / "demo.yaml"
EXAMPLES = Path(__file__).parents[3] / "examples"
GALLERY = sorted([*EXAMPLES.glob("*.yaml"), DEMO])
LEAST = {"direct-networks": 56, "fat-tree-32": 28}
"""Nodes below which two gallery sites would be others: a torus of three dimensions among them, all ports of k = 4."""
FOUR_TIERS = """
version: 1
site: {name: tall}
hardware:
  switches: {sw: {ports: 16, rate: 400Gb/s}}
  hosts: {box: {gpus: 1, nics: 1, nic_rate: 400Gb/s}}
fabrics:
  tall:
    blueprint: clos
    tiers: 4
    hosts: {type: box, count: 256}
    leaf: {type: sw, down: 4, up: 4}
    spine: {type: sw, down: 8, up: 4}
    super_spine: {type: sw, down: 4, up: 4}
    core: {type: sw}
addressing: {pools: {fabric: 10.64.0.0/16, loopback: 10.65.0.0/20}}
"""


def small(path: Path, text: str) -> tuple[Nouns, Nouns, Smaller]:
    return cut(Nouns(parse(read_source(path)).site), read_source(path).tree.data, text)


def cut(was: Nouns, data: Any, text: str) -> tuple[Nouns, Nouns, Smaller]:
    made = shrunk(data, was.site, was.network.value, sizes(text))
    nouns = Nouns(setting.changed(made.data).site)
    assert not [each for each in check(nouns.site, nouns) if each.severity is Severity.ERROR]
    return was, nouns, made


def nodes(network: Network) -> int:
    return int(network.transit.sum()) + len(network.hosts)


def oversubscribed(network: Network) -> dict[tuple[str, str], float]:
    """Cable by cable: the worst of what a switch can take from below over what it can hand on, by fabric and role."""
    down: Counter[int] = Counter()
    up: Counter[int] = Counter()
    links = network.links
    for row in np.flatnonzero(links.kind != LinkKind.WAN).tolist():
        a, b = int(links.src[row]), int(links.dst[row])
        if "border" not in (network.nodes.role[a], network.nodes.role[b]):
            side = down if network.nodes.tier[b] < network.nodes.tier[a] else up
            side[a] += Fraction(float(links.capacity_bps[row])) if network.nodes.tier[a] != network.nodes.tier[b] else 0
    worst: dict[tuple[str, str], float] = {}
    for node in sorted(set(down) & set(up)):
        if down[node] and up[node]:
            place = str(network.nodes.fabric[node]), str(network.nodes.role[node])
            worst[place] = max(worst.get(place, 0.0), float(down[node] / up[node]))
    return worst


def protocols(nouns: Nouns) -> dict[str, Any]:
    return {name: fabric.underlay for name, fabric in nouns.site.fabrics.items()}


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_every_site_of_the_gallery_becomes_a_smaller_one_of_its_kind(path: Path) -> None:
    most = LEAST.get(path.stem, 24)
    was, now, _ = small(path, f"nodes={most}")
    before, after = was.network.value, now.network.value
    assert nodes(after) <= min(most, nodes(before))
    assert oversubscribed(after) == pytest.approx(oversubscribed(before), rel=1e-9)
    roles = Counter(before.nodes.role[before.transit].tolist())
    left = Counter(after.nodes.role[after.transit].tolist())
    assert {role: left[role] >= min(count, 2) for role, count in roles.items()} == dict.fromkeys(roles, True)
    assert protocols(now) == protocols(was)
    assert now.site.tenants == was.site.tenants
    assert now.site.classes == was.site.classes
    assert {job.tenant for job in now.site.jobs.values()} >= {
        work.tenant for work in (*was.site.jobs.values(), *was.site.services.values()) if work.tenant
    }


@pytest.mark.parametrize("name", sorted(LEAST))
def test_one_node_less_than_the_least_is_refused_with_the_number(name: str) -> None:
    with pytest.raises(FindingsError, match=f"E440 fabrics: .* fewer than {LEAST[name]} nodes"):
        small(EXAMPLES / f"{name}.yaml", f"nodes={LEAST[name] - 1}")


@pytest.mark.parametrize(
    ("path", "text", "roles", "interfaces"),
    [
        (DEMO, "leaves=4,spines=2,hosts=8", {"leaf": 4, "spine": 2}, 4),
        (DEMO, "leaves=4,spines=3,hosts=6,nics=2", {"leaf": 4, "spine": 3}, 2),
        (EXAMPLES / "leaf-spine.yaml", "leaves=4,spines=2,hosts=8", {"leaf": 4, "spine": 2}, 1),
        (EXAMPLES / "multi-plane.yaml", "planes=3,leaves=2,spines=2,hosts=4", {"leaf": 6, "spine": 6}, 3),
        (
            EXAMPLES / "clos-taper.yaml", "pods=2,leaves=2,spines=2,super_spines=1,hosts=8",
            {"leaf": 4, "spine": 4, "super-spine": 2}, 1,
        ),
        (EXAMPLES / "fat-tree-32.yaml", "k=4,hosts=16", {"leaf": 8, "spine": 8, "core": 4}, 1),
    ],
)  # fmt: skip
def test_a_smaller_site_has_the_sizes_asked_for(path: Path, text: str, roles: dict[str, int], interfaces: int) -> None:
    network = small(path, text)[1].network.value
    assert Counter(network.nodes.role[network.transit].tolist()) == roles
    assert len(network.hosts) == sizes(text)["hosts"]
    assert len(network.nodes) - sum(roles.values()) == len(network.hosts) * interfaces


@pytest.mark.parametrize("text", ["hosts=4", "hosts=5,spines=2", "hosts=7"])
def test_no_leaf_is_made_for_hosts_that_are_not_there(text: str) -> None:
    _, now, made = small(EXAMPLES / "leaf-spine.yaml", text)
    network, hosts = now.network.value, sizes(text)["hosts"]
    leaves = int((network.nodes.role == "leaf").sum())
    assert len(network.hosts) == hosts >= leaves >= 2
    assert any(f"leaves {leaves} of 22" in each for each in made.said)


def test_four_tiers_stay_four() -> None:
    loaded = load_text(FOUR_TIERS)
    was, now, _ = cut(Nouns(loaded.site), read(FOUR_TIERS), "nodes=40")
    roles = Counter(now.network.value.nodes.role[now.network.value.transit].tolist())
    assert roles == {"leaf": 8, "spine": 8, "super-spine": 8, "core": 8}
    assert oversubscribed(now.network.value) == pytest.approx(oversubscribed(was.network.value), rel=1e-9)


def test_works_keep_their_tenants_and_about_their_shares() -> None:
    _, nouns, made = small(DEMO, "leaves=4,spines=2,hosts=8")
    jobs = nouns.site.jobs
    assert {name: (job.tenant, job.parallel.gpus) for name, job in jobs.items()} == {
        "pre": ("acme", 24), "tune": ("beta", 4), "chat": ("beta", 4),
    }  # fmt: skip
    assert jobs["chat"].traffic_class == "inference"
    assert "left out: intents" in made.said
    assert any("8 hosts of 128" in each for each in made.said)
    assert any("interfaces of hosts at 100Gb/s instead of 400Gb/s" in each for each in made.said)


@pytest.mark.parametrize("text", ["leafs=4", "hosts", "hosts=0", "hosts=-1", "hosts=2.5", ""])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="hosts=NUMBER"):
        sizes(text)


def test_what_cannot_be_made_smaller_is_refused() -> None:
    with pytest.raises(ValueError, match="hosts, which no fabric of this site has"):
        small(EXAMPLES / "graph.yaml", "hosts=2")
    with pytest.raises(FindingsError, match="E440 fabrics/lab/blueprint: every node"):
        small(EXAMPLES / "graph.yaml", "nodes=7")
    with pytest.raises(ValueError, match="3 works"):
        small(DEMO, "hosts=2,leaves=2")
    with pytest.raises(ValueError, match="pods, which no fabric"):
        small(DEMO, "pods=2")


def test_a_port_in_two_planes_is_refused() -> None:
    path = EXAMPLES / "multi-plane.yaml"
    text = path.read_text(encoding="utf-8").replace("planes: 8", "planes: 8\n    dual_tor: true")
    with pytest.raises(FindingsError, match="E440 fabrics/eight/dual_tor"):
        cut(Nouns(load_text(text).site), read(text), "nodes=24")


def read(text: str) -> Any:
    from easterly.site.source import from_text

    return from_text(text).tree.data
