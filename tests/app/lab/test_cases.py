"""Whole runs: diamonds whose failover is that of their timers, and the demo site at a size that fits here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.app.lab.sites import DIAMOND, UNEQUAL, ring, written
from tests.lab import require_root

import easterly.app
from easterly.app.cli import main
from easterly.app.lab.measure.within import Within

pytestmark = pytest.mark.lab
DEMO = Path(easterly.app.__file__).parent / "demo.yaml"
BOTH = ("carrier", "failover")
FAST = "bfd: {interval: 50ms, multiplier: 3}"


@pytest.fixture(autouse=True)
def _parts() -> None:
    require_root("ip", "nft", "tc", "zebra", "bgpd", "ospfd")


@pytest.mark.parametrize(
    ("underlay", "stages", "least_s", "most_s", "told_s"),
    [
        (f"{{protocol: bgp, {FAST}}}", BOTH, 0.1, 0.15, (0.05, 0.06)),
        (f"{{protocol: ospf, hello: 1s, dead: 4s, {FAST}}}", BOTH[1:], 0.1, 0.15, (0.0, 0.0)),
        ("{protocol: ospf, hello: 1s, dead: 3s, bfd: false}", BOTH, 2.0, 3.0, (0.0, 0.0)),
    ],
)
def test_a_diamond_is_interrupted_for_as_long_as_its_timers_say(
    tmp_path: Path, underlay: str, stages: tuple[str, ...], least_s: float, most_s: float, told_s: tuple[float, float]
) -> None:
    """RFC 5880, section 6.8.4: (m - 1) T to m T; RFC 2328, section 9.5: dead time less a hello, to dead time.

    A carrier that goes takes none of it. The router beside the fault has another way to the right; on the way back, r2
    has to tell r4 by BGP. All of them need 100 ms at most for new next hops.
    """
    site = written(tmp_path, DIAMOND.replace("blueprint: graph", f"blueprint: graph\n    underlay: {underlay}"))
    made = easterly.run_lab(easterly.load(site).site, stages=stages)
    assert made.ok, [each for each in made.comparisons if not each.ok]
    for carrier in (stage == "carrier" for stage in stages):
        gaps, kept = (
            [each for each in made.comparisons if each.what.startswith(f"{what}{' without carrier' * carrier} of")]
            for what in ("interruption", "probes lost")
        )
        assert gaps and kept
        for each in gaps:
            back = "right to left" in each.what
            low_s, high_s = ((1 - carrier) * detected_s for detected_s in (least_s, most_s))
            blur = blur_s(each)
            assert max(each.least, 0.0) == pytest.approx(max(low_s + back * told_s[0] - blur, 0.0), abs=2e-3)
            assert high_s + 0.1 + back * told_s[1] <= each.most
        if carrier and least_s >= 2.0:
            assert max(each.measured for each in gaps) < 1.0, "no timer has to run out"
    again = [each for each in made.comparisons if each.what.startswith("routes that are there again")]
    assert len(again) == ("carrier" in stages)
    planned = sum(each.predicted for each in made.comparisons if each.what.startswith("routes of r"))
    assert all(each.measured == planned > 0 for each in again)


def blur_s(gap: Within) -> float:
    """To what the probes told the ends of a gap, which a busy machine widens; stated in milliseconds."""
    return float(gap.why.rpartition("tell the ends to ")[2].split()[0])


def test_a_ring_of_bgp_waits_until_the_news_has_come_to_the_opposite_router(tmp_path: Path) -> None:
    """Four routers in turn, of which three collect news for 50 ms after the first has decided."""
    site = written(tmp_path, ring(8, f"{{protocol: bgp, {FAST}}}"))
    made = easterly.run_lab(easterly.load(site).site, stages=("failover",))
    assert made.ok, [each for each in made.comparisons if not each.ok]
    back = [each for each in made.comparisons if each.what.startswith("interruption of right to left")]
    assert back
    for each in back:
        assert each.least + blur_s(each) == pytest.approx(0.1 + 3 * 0.05, abs=2e-3)
        assert each.measured > 0.1 + 3 * 0.05
        assert each.most >= 0.15 + 0.1 + 3 * 0.06


def test_a_diamond_of_unequal_costs_goes_by_cost_under_bgp(tmp_path: Path) -> None:
    """20 + 1, 5 + 16 and 21: three equal ways between the hosts, one of them a hop shorter."""
    made = easterly.run_lab(easterly.load(written(tmp_path, UNEQUAL)).site, stages=())
    assert made.ok, [each for each in made.comparisons if not each.ok]
    assert sum(each.what.startswith("routes of r") for each in made.comparisons) == 4


def test_the_demo_runs_as_leaves_and_spines_of_a_size_that_fits() -> None:
    words = ["--shrink", "leaves=4,spines=2,hosts=8", "--format", "json"]
    made = CliRunner().invoke(main, ["lab", "run", str(DEMO), *words])
    found = json.loads(made.stdout)["result"]
    assert made.exit_code == 0, [each for each in found["comparisons"] if not each["ok"]]
    assert (len(found["routers"]), len(found["hosts"])) == (6, 8)
    by = {each["what"]: each["measured"] for each in found["comparisons"]}
    # Four interfaces of each host, in each family: those of a tenant reach each other on all other hosts.
    assert by["pairs of hosts that reach each other"] == 2 * (24 * 23 + 8 * 7 - 24 * 3 - 8 * 3)
    assert by["pairs of tenants kept apart"] == 2 * 2 * 24 * 8
    assert by["flows of acme that took the computed ways"] == by["flows of beta that took the computed ways"] == 400
    assert by["40 packets of acme to beta, received"] == 0
    assert by["all-reduce of 4 hosts of acme"] >= 0.6
    assert any("data of the all-reduce of acme over train-spine" in what for what in by)
    assert sum(what.startswith("interruption of") for what in by) >= 2
    assert sum(what.startswith("interruption without carrier of") for what in by) >= 2
