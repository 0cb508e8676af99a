"""OSPF, IS-IS and unnumbered BGP on real FRR: every kernel has the next hops that are planned, and no others."""

from __future__ import annotations

import pytest
import yaml
from tests.app.lab.sites import DIAMOND, written
from tests.config.underlays import VARIANTS
from tests.lab import require, require_root

from easterly.app import terminal
from easterly.app.lab import converge
from easterly.app.lab.build import running
from easterly.app.lab.cables import usual_scale
from easterly.app.lab.routes import planned

pytestmark = pytest.mark.lab


@pytest.mark.parametrize("variant", ["bgp-unnumbered", "ospf-unnumbered", "isis-fast", "isis-unnumbered"])
def test_every_router_takes_all_equal_ways_in_both_families(variant, tmp_path):
    require_root()
    for program in ("ip", "vtysh", "zebra", "bgpd", "bfdd", "ospfd", "ospf6d", "isisd"):
        require(program)
    spec = yaml.safe_load(DIAMOND)
    spec["fabrics"]["lab"]["underlay"] = VARIANTS[variant]
    nouns, _, _ = terminal.read_or_leave(written(tmp_path, yaml.safe_dump(spec)), "text", None)
    network = nouns.network.value
    wanted = planned(network, nouns.address.value, nouns.policy.value)
    assert any(len(hops) == 2 for prefixes in wanted.values() for hops in prefixes.values())
    with running(network, nouns.address.value, nouns.configs.value, scale=usual_scale(network)) as lab:
        assert not any(converge.routed(lab, wanted, seconds=30).values())
