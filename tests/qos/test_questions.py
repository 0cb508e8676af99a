"""Questions of a course on AI networks, answered: the numbers that are right, not those of its answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.qos.test_plan import a_site

from easterly.model.qos import Absorption
from easterly.qos.memory import recommend
from easterly.qos.memory.formulas import bdp_B, incast_B, shared_bdp_B
from easterly.qos.memory.needs import Method, QueueLoad
from easterly.qos.plan import plan
from easterly.site import blueprints, load
from easterly.study.check import check, errors
from easterly.study.demand import outgoing
from easterly.study.nouns import Nouns

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def mixed() -> Nouns:
    """200 nodes train, 50 serve, 20 work in batches, 10 manage."""
    return Nouns(load(EXAMPLES / "mixed-workloads.yaml").site)


def test_question_1_east_west_against_north_south(mixed: Nouns) -> None:
    """What trains and serves on one fabric stays in it: nothing crosses its border."""
    flows, fabric = mixed.demands.value.flows, mixed.network.value.nodes.fabric
    assert len(flows) and (fabric[flows.src] == fabric[flows.dst]).all()
    assert outgoing(mixed).works


@pytest.mark.parametrize("senders, window_B, peak_B", [(64, 21_720, 1_368_360), (16, 100_000, 1_500_000), (1, 9000, 0)])
def test_question_2_incast_is_all_but_one_window(senders: int, window_B: int, peak_B: int) -> None:
    """N senders as fast as the port fill it by (N - 1) windows; the plan says whether that is held."""
    assert incast_B(senders, window_B, 100e9, 100e9) == peak_B
    text = {"senders": senders, "window": f"{window_B}B"}
    site = a_site({"d": {"dscp": 0, "share": "100%", "buffer": text}}, switch={"buffer": "64MB"})
    made = plan(site, blueprints.build(site))
    g = made.groups.name.tolist().index("train/leaf-down/sw/400Gb/s/3m")
    assert made.queues.incast_peak_B[g, 0] == peak_B and made.queues.absorbed[g, 0] == Absorption.HOLDS


def test_question_3_the_product_of_rate_and_round_trip_is_in_bits() -> None:
    """100 Gb/s x 1 ms is 12.5 MB, not 100 MB; many flows that are not in step need less, not more."""
    assert bdp_B(100e9, 1e-3) == 12.5e6
    assert shared_bdp_B(100e9, 1e-3, 10_000) == 125e3
    one = recommend(QueueLoad(port_bps=100e9, rtt_s=1e-3))
    assert (one.chosen, one.size_B) == (Method.BDP, 12.5e6)


def test_question_4_sixteen_nodes_of_25_gbps() -> None:
    """16 x 25 Gb/s x 10 us is 0.5 MB, not 4 MB. Into 400 Gb/s nothing waits; into 100 Gb/s three quarters do."""
    total_bps, rtt_s = 16 * 25e9, 10e-6
    assert bdp_B(total_bps, rtt_s) == pytest.approx(0.5e6)
    window_B = bdp_B(25e9, rtt_s)
    assert incast_B(16, window_B, 400e9, 25e9) == 0
    assert incast_B(16, window_B, 100e9, 25e9) == pytest.approx(0.375e6)
    classes = {"d": {"dscp": 0, "share": "100%", "buffer": {"size": "8MB", "rtt": "10us", "rate": "400Gb/s"}}}
    (wrong,) = [f for f in check(a_site(classes)) if f.code == "E819"]
    assert "500kB" in wrong.message or "1MB" in wrong.hint
    right = {"d": {"dscp": 0, "share": "100%", "buffer": {"size": "500kB", "rtt": "10us", "rate": "400Gb/s"}}}
    assert [f.code for f in check(a_site(right)) if f.code == "E819"] == []


FOUR = {
    "realtime": {"dscp": 46, "share": "20%", "priority": "strict", "queue": 0, "buffer": {"share": "10%"}},
    "interactive": {"dscp": 26, "share": "25%", "queue": 1, "buffer": {"share": "25%"}},
    "training": {"dscp": 18, "share": "45%", "queue": 2, "buffer": {"share": "50%"}},
    "batch": {"dscp": 8, "share": "10%", "queue": 3, "buffer": {"share": "15%"}},
}
TENANTS = {
    "a": {"share": "40%", "classes": {"realtime": "25%", "training": "60%", "batch": "15%"}},
    "b": {"share": "35%", "classes": {"realtime": "25%", "training": "60%", "batch": "15%"}},
    "shared": {"share": "25%", "classes": {"interactive": "70%", "batch": "30%"}},
}


def test_question_6_four_queues_and_the_share_of_everybody() -> None:
    site = a_site(FOUR, tenants=TENANTS, switch={"buffer": "64MB"})
    made = plan(site, blueprints.build(site))
    rows = dict(
        zip(made.traffic_class.tolist(), zip(made.queue.tolist(), made.share.tolist(), strict=True), strict=True)
    )
    assert rows == {
        "realtime": (0, 0.2), "interactive": (1, 0.25), "training": (2, 0.45), "batch": (3, 0.1),
    }  # fmt: skip
    g = made.groups.name.tolist().index("train/leaf-down/sw/400Gb/s/3m")
    rate = dict(zip(made.traffic_class.tolist(), made.queues.rate_bps[g].tolist(), strict=True))
    assert rate["realtime"] == pytest.approx(80e9)
    assert rate == pytest.approx({"realtime": 80e9, "interactive": 99.2e9, "training": 179.2e9, "batch": 41.6e9})
    of = {
        (str(t), str(made.traffic_class[c])): (round(s, 6), r / 1e9)
        for t, c, s, r in zip(
            made.tenants.tenant, made.tenants.traffic_class, made.tenants.share, made.tenants.rate_bps[:, g].tolist(),
            strict=True,
        )
    }  # fmt: skip
    shares = {key: share for key, (share, _) in of.items()}
    assert shares == {
        ("a", "realtime"): 0.10, ("a", "training"): 0.24, ("a", "batch"): 0.06,
        ("b", "realtime"): 0.0875, ("b", "training"): 0.21, ("b", "batch"): 0.0525,
        ("shared", "interactive"): 0.175, ("shared", "batch"): 0.075,
    }  # fmt: skip
    assert {key: rate for key, (_, rate) in of.items()} == pytest.approx({key: 400 * s for key, s in shares.items()})


def test_question_6_its_code_points_mean_something_else_elsewhere() -> None:
    """The course gives AF31 to training and CS1 to management; its answer to interactive work and batches."""
    earlier = {
        "gradients": {"dscp": 26, "share": "5%"}, "etl": {"dscp": 18, "share": "5%"},
        "management": {"dscp": 8, "share": "5%"},
    }  # fmt: skip
    less = {name: {**c, "share": "20%"} if name != "batch" else c for name, c in FOUR.items()}
    less["batch"] = {**FOUR["batch"], "share": "25%"}
    found = [f for f in check(a_site({**less, **earlier})) if f.code in ("E801", "E806")]
    twice = {f.message for f in found if f.code == "E801"}
    assert twice == {
        "dscp 26 already means class gradients", "dscp 18 already means class etl", "dscp 8 already means class batch",
    }  # fmt: skip
    assert [f.at for f in found if f.code == "E806"] == ["classes/management/dscp"], "CS1 is for what may starve"


def test_exercise_2_four_kinds_of_work_on_one_fabric(mixed: Nouns) -> None:
    """Classes, queues, memory, meters and settings of 200 + 50 + 20 + 10 nodes, in full."""
    assert errors(check(mixed.site, mixed)) == ()
    hosts = {name: len(rows) for name, rows in mixed.placement.value.hosts.items()}
    assert hosts == {"pre": 200, "chat": 50, "etl": 20, "watch": 10}
    made = mixed.qos.value
    assert made.share.sum() == pytest.approx(1) and len(set(made.queue.tolist())) == len(made.queue)
    row = {name: i for i, name in enumerate(made.traffic_class.tolist())}
    g = made.groups.name.tolist().index("pod/leaf-down/leaf64/400Gb/s/3m")
    queues = made.queues
    assert queues.absorbed[g, [row[n] for n in ("training", "inference", "batch", "management")]].tolist() == [1] * 4
    assert queues.incast_senders[g, row["management"]] > 280, "every host and switch reports"
    assert queues.rate_bps[g, row["inference"]] == 96e9 and queues.rate_bps[g].sum() == pytest.approx(400e9)
    assert queues.kmin_B[g, row["training"]] < queues.kmax_B[g, row["training"]] < queues.xoff_B[g, row["training"]]
    metered = {str(made.traffic_class[c]) for c in made.policers.traffic_class.tolist()}
    assert metered == {"inference", "notifications"}
    told = dict(zip(made.settings.key.tolist(), made.settings.value.tolist(), strict=True))
    assert told["NCCL_IB_TC"] == "104" and told["net.ipv4.tcp_congestion_control"] == "dctcp"
    assert made.budgets.fits.all()
    part = made.tenants.share[(made.tenants.tenant == "research")]
    assert part.sum() == pytest.approx(0.55)
