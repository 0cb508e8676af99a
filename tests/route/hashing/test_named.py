"""Ways of connections by the hash of a policy: cheapest, as wide as weights, and the same as packets take."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from easterly import route
from easterly._kernel import random
from easterly.base.columns import floats, ints
from easterly.model.demand import Flows
from easterly.route import hashing
from easterly.site import blueprints, load

SITE = """
version: 1
site: {name: hashing}
hardware:
  switches: {sw: {ports: 8, rate: 400Gb/s}}
  hosts: {one: {gpus: 1, nics: 1, nic_rate: 400Gb/s, scaleup: 3.6Tb/s}}
fabrics:
  train: {blueprint: fat-tree, k: 8, switch: sw, hosts: {type: one, count: 128}}
addressing: {pools: {fabric: 10.64.0.0/16, loopback: 10.65.0.0/20}}
classes: {default: {dscp: 0, share: rest}}
"""


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    path = tmp_path_factory.mktemp("named") / "site.yaml"
    path.write_text(SITE)
    return blueprints.build(load(path).site)


def names(count, seed=1):
    return random.mix64(np.stack([np.full(count, seed), np.arange(count)], axis=1).astype(np.uint64))


def test_every_way_is_one_of_the_cheapest(network):
    policy, nic = route.policy_of(network, seed=3), network.hosts.nic_node
    src, dst = np.repeat(nic, 8), np.repeat(np.roll(nic, 40), 8)
    hops = hashing.walk_named(network, policy, names(len(src)), src, dst)
    zero = floats(np.zeros(len(src)))
    flows = Flows(ints(src), ints(dst), zero, zero, ints(np.ones(len(src))), ints(zero))
    even = route.paths_of(network, flows, policy)
    allowed = {(f, link) for f in range(len(src)) for link in even.link[even.ptr[f] : even.ptr[f + 1]].tolist()}
    assert not len(hops.stuck)
    assert set(zip(hops.connection.tolist(), hops.link.tolist(), strict=True)) <= allowed
    first = hops.connection == 17
    assert network.links.src[hops.link[first]].tolist()[0] == src[17]
    assert network.links.dst[hops.link[first]].tolist()[-1] == dst[17]


def test_regions_are_as_wide_as_weights(network):
    policy, nic = route.policy_of(network, seed=3), network.hosts.nic_node
    leaf = network.links.dst[np.flatnonzero(network.links.src == nic[0])[0]]
    up = np.flatnonzero((network.links.src == leaf) & (network.nodes.tier[network.links.dst] == 2))
    weight = np.ones(len(network.links))
    weight[up[0]] = 5.0
    src, dst = np.full(20_000, nic[0]), np.full(20_000, nic[64])
    share = []
    for each in (policy, replace(policy, weight=floats(weight))):
        hops = hashing.walk_named(network, each, names(len(src)), src, dst)
        share.append([(hops.link == link).sum() / len(src) for link in up])
    assert share[0] == pytest.approx([0.25] * 4, abs=0.015)
    assert share[1] == pytest.approx([5 / 8, 1 / 8, 1 / 8, 1 / 8], abs=0.015)


def test_columns_that_do_not_fit(network):
    with pytest.raises(ValueError, match="2 names, 1 sources"):
        hashing.walk_named(network, route.policy_of(network, seed=1), names(2), [0], [1])
