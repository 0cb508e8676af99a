"""What Linux machines are told is what the plan says."""

from __future__ import annotations

from pathlib import Path

import pytest

from easterly import site as reader
from easterly.config.linux.qos import parse_nft, parse_settings, parse_tc, planned, render_tc
from easterly.config.linux.qos.hosts import slug
from easterly.model.qos import QosPlan
from easterly.model.shaping import LinuxQos
from easterly.study.nouns import Nouns
from easterly.study.stages import Stages

SITES = Path(__file__).parents[2] / "golden"
G = 10**9


@pytest.fixture(scope="module")
def two_sites() -> Nouns:
    return Nouns(reader.parse(reader.read_source(SITES / "two-sites.yaml")).site, Stages(None))


def test_edges_are_shaped_just_below_their_rate_as_the_plan_shares_it(two_sites: Nouns) -> None:
    network, plan = two_sites.network.value, two_sites.qos.value
    files = {file.path: file for file in planned.files(network, plan)}
    edges = [path for path in files if path.endswith(".tc")]
    assert edges
    for path in edges:
        shapers, _ = parse_tc(files[path].text)
        for shaper in shapers:
            node = network.nodes.name.tolist().index(files[path].device)
            port = int(shaper.device.removeprefix("swp"))
            leaves = (network.links.src == node) & (network.links.src_port == port)
            [link] = leaves.nonzero()[0].tolist()
            root = shaper.classes[0]
            assert root.rate_bps == root.ceil_bps == pytest.approx(0.95 * network.links.capacity_bps[link], rel=1e-6)
            for each in shaper.leaves:
                row = plan.index(each.name)
                assert each.rate_bps == pytest.approx(plan.share[row] * root.rate_bps, abs=8)
                assert int(plan.dscp[row]) in each.dscp
                assert each.ceil_bps == (each.rate_bps if plan.strict[row] else root.rate_bps)


def test_quanta_are_in_proportion_to_shares(two_sites: Nouns) -> None:
    plan = two_sites.qos.value
    leaves = planned.shape(plan, "eth0", G).leaves
    ratios = [each.quantum_B / plan.share[plan.index(each.name)] for each in leaves]
    assert max(ratios) == pytest.approx(min(ratios), rel=1e-3)
    assert min(each.quantum_B for each in leaves) == planned.FRAME_B


def test_hosts_get_the_settings_of_the_plan(two_sites: Nouns) -> None:
    plan = two_sites.qos.value
    files = {file.path: file for file in planned.files(two_sites.network.value, plan)}
    for g, name in enumerate(plan.groups.name.tolist()):
        rows = ((plan.settings.group == g) & (plan.settings.layer == "sysctl")).nonzero()[0].tolist()
        if not rows:
            continue
        stem = f"linux/qos-{slug(name)}"
        found = parse_settings({end: files[f"{stem}.{end}"].text for end in ("sysctl.conf", "ethtool.sh")})
        for i in rows:
            assert found.sysctl[str(plan.settings.key[i])] == str(plan.settings.value[i])
        assert found.sysctl["net.core.default_qdisc"] == "fq"
        assert set(found.queues.values()) == {0}
        assert all(features["tso"] for features in found.features.values())
        assert files[f"{stem}.sysctl.conf"].device == ""


def test_meters_of_the_edge_become_policers(two_sites: Nouns) -> None:
    plan = two_sites.qos.value
    told = {
        (policer.device, policer.dscp): policer
        for file in planned.files(two_sites.network.value, plan) if file.path.endswith(".nft")
        for policer in parse_nft(file.text)
    }  # fmt: skip
    wanted = [
        i for i in range(len(plan.policers))
        if plan.policers.yellow[i] != "keep" and plan.groups.kind[plan.policers.group[i]] == "wan-edge"
    ]  # fmt: skip
    assert bool(told) == bool(wanted)
    for policer in told.values():
        [row] = {int(plan.dscp_class[point]) for point in policer.dscp}
        rates = [plan.policers.cir_bps[i] for i in wanted if plan.policers.traffic_class[i] == row]
        assert min(abs(rate - policer.rate_bps) for rate in rates) < 8
        assert policer.remark is None or policer.remark == plan.dscp[row] + 2


def test_rates_that_cannot_be_shared_are_refused(two_sites: Nouns) -> None:
    plan: QosPlan = two_sites.qos.value
    with pytest.raises(ValueError, match="too little"):
        planned.shape(plan, "eth0", 8000 * len(plan.share) - 8)
    least = planned.shape(plan, "eth0", 8000 * len(plan.share))
    assert render_tc(LinuxQos("h", (least,)))
