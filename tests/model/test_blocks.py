"""Blocks of hosts, against blueprints whose numbers are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from easterly.model.blocks import blocks_of
from easterly.site import blueprints, load

EXAMPLES = Path(__file__).parents[2] / "examples"


def blocks(name):
    return blocks_of(blueprints.build(load(EXAMPLES / f"{name}.yaml").site))


def test_hosts_of_a_leaf_are_a_block_and_its_uplinks_the_way_out():
    found = blocks("leaf-spine")
    assert found.level.tolist() == ["leaf", "fabric"] and found.name[0] == "east-leaf-0"
    assert set(found.out_bps[: len(found)].tolist()) == {16 * 400e9} and set(found.ways[: len(found)].tolist()) == {16}
    assert found.unit[1].tolist() == [0] * len(found)


def test_rails_give_one_block_per_unit_and_one_group_per_rail():
    """multi-plane: 8 planes, 32 hosts of 8 interfaces below 8 leaves."""
    found = blocks("multi-plane")
    assert found.size.tolist() == [32] * 8
    lead = found.group[0][found.group[0] >= 0]
    assert len(np.unique(lead)) == 64  # a leaf of each plane in each unit
    assert len(np.unique(found.group[1][found.group[1] >= 0])) == 8  # planes stay apart


def test_pods_join_leaves_and_the_top_joins_pods():
    """The Llama 3 cluster: 8 pods of 192 leaves of 2 hosts, 192 chassis with 28 uplinks per pod's 192 leaves."""
    found = blocks("llama3-405b")
    assert found.level.tolist() == ["leaf", "pod", "fabric"] and len(found) == 1536
    assert np.bincount(found.unit[1]).tolist() == [192] * 8
    groups = np.unique(found.group[1][found.group[1] >= 0])
    assert found.unit_names(1) == [f"roce-pod{p}" for p in range(8)] and found.unit_names(2) == ["roce"]
    up = found.out_bps[groups] / (192 * 16 * 400e9)  # over what the leaves of a pod send up
    assert up == pytest.approx([28 / 192] * 8)


@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*.yaml")))
def test_blocks_partition_the_hosts_of_every_example(name):
    found = blocks(name)
    hosts = np.concatenate([found.hosts(b) for b in range(len(found))])
    assert sorted(hosts.tolist()) == list(range(len(found.host_block)))
    assert (found.host_block[hosts] == np.repeat(np.arange(len(found)), found.size)).all()
    assert len(set(found.name.tolist())) == len(found)
    for low, high in zip(found.unit, found.unit[1:], strict=False):  # parts nest
        assert len(set(zip(low.tolist(), high.tolist(), strict=True))) == len(set(low.tolist()))
