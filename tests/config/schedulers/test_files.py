"""Files of Slurm and Kueue: read back, and with mistakes that must be noticed."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly.config import kueue, slurm
from easterly.config.slurm.hostlist import read, written
from easterly.model.blocks import blocks_of
from easterly.model.branches import branches_of
from easterly.site import blueprints, load
from easterly.study.place.export import differences

EXAMPLES = Path(__file__).parents[3] / "examples"
LARGE = ("llama3-405b", "fat-tree-32")


def branches(name):
    network = blueprints.build(load(EXAMPLES / f"{name}.yaml").site)
    return branches_of(blocks_of(network), network.hosts.name.tolist())


def files(tree, jobs):
    made = [*slurm.render(tree, jobs), *kueue.render(tree, {"f": 8})]
    return {file.path: file.text for file in made}


@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*.yaml") if path.stem not in LARGE))
def test_every_example_reads_back(name):
    tree = branches(name)
    hosts = [host for branch in tree for host in branch.hosts]
    jobs = {"a": tuple(hosts[:3]), "b": tuple(reversed(hosts[3:6]))}
    assert differences(tree, jobs, files(tree, jobs)) == ""
    network = blueprints.build(load(EXAMPLES / f"{name}.yaml").site)
    assert sorted(hosts) == sorted(network.hosts.name.tolist())
    parents = {branch.name: branch.parent for branch in tree}
    assert all(parent in parents for parent in parents.values() if parent) and len(parents) == len(tree)


def test_a_changed_file_is_noticed():
    tree = branches("leaf-spine")
    jobs = {"a": tree[1].hosts[:2]}
    made = files(tree, jobs)
    for path, old, new in (
        ("slurm/topology.conf", "east-host-[0-5]", "east-host-[0-4]"),
        ("slurm/topology.yaml", "east-host-[0-5]", "east-host-[1-5]"),
        ("slurm/nodelists.txt", "[0-1]", "[0,2]"),
        ("kueue/nodes.yaml", "east-leaf-1", "east-leaf-2"),
    ):
        assert old in made[path]
        assert differences(tree, jobs, {**made, path: made[path].replace(old, new, 1)}) == path


def test_a_tree_of_three_tiers_as_slurm_wants_it():
    text = slurm.render(branches("clos-taper"), {})[0].text
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines[:3] == [
        "SwitchName=tall Switches=tall-pod[0-2]",
        "SwitchName=tall-pod0 Switches=tall-pod0-leaf-[0-13]",
        "SwitchName=tall-pod0-leaf-0 Nodes=tall-host-[0-3]",
    ]
    assert len(lines) == 1 + 3 + 42  # 168 hosts, four below each leaf, 14 leaves to a pod


def test_labels_of_a_node_and_quotas_of_tenants():
    tree = branches("clos-taper")
    made = kueue.render(tree, {"tall": 1344}, {"acme": 0.5, "beta": 0.25})
    found = kueue.parse(*(file.text for file in made))
    assert found.levels["tall"] == (
        "network.easterly/fabric", "network.easterly/pod", "network.easterly/leaf", "kubernetes.io/hostname"
    )  # fmt: skip
    assert found.domain("tall-host-5", "tall") == ("tall", "tall-pod0", "tall-pod0-leaf-1", "tall-host-5")
    assert found.flavors == {"tall": ("tall", {"network.easterly/fabric": "tall"})}
    assert found.quotas["acme"] == {("tall", "nvidia.com/gpu"): 672} and found.weights == {"acme": 0.5, "beta": 0.25}


def test_names_that_kubernetes_does_not_take_are_told():
    with pytest.raises(ValueError, match="lower-case"):
        kueue.render(branches("graph"), {"f": 1}, {"Acme": 1.0})


@given(st.lists(st.from_regex(r"[a-z]{1,2}-?(0|[1-9][0-9]?|0[0-9])?", fullmatch=True), max_size=12, unique=True))
def test_host_lists_read_back_in_their_order(names):
    assert read(written(names)) == names


@given(st.integers(0, 20), st.integers(1, 30))
def test_a_run_is_one_range(first, count):
    names = [f"n{i}" for i in range(first, first + count)]
    assert written(names) == (f"n{first}" if count == 1 else f"n[{first}-{first + count - 1}]")


@pytest.mark.parametrize(
    ("text", "said"),
    [("SwitchName=a", "names no switch"), ("SwitchName=a Nodes=n\nSwitchName=a Nodes=m", "twice"),
     ("SwitchName=a Nodes=n[1-2", "not closed"), ("SwitchName=a Nodes=n[2-1]", "counts down"),
     ("SwitchName=a Nodes=n Colour=red", "names no switch")],
)  # fmt: skip
def test_what_is_no_topology_is_refused(text, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        slurm.tree(text)


def test_blocks_only_where_they_are_of_one_size():
    even, uneven = (slurm.render(branches(name), {})[1].text for name in ("multi-plane", "clos-taper"))
    assert {len(nodes) for nodes in slurm.blocks(even).values()} == {32}
    assert len(np.unique([len(b.hosts) for b in branches("shared-services") if b.hosts])) > 1
    assert slurm.blocks(slurm.render(branches("shared-services"), {})[1].text) == {}
    assert slurm.tree_of_yaml(uneven) == slurm.tree(slurm.render(branches("clos-taper"), {})[0].text)
