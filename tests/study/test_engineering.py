"""Traffic engineering inside a plan, against cuts that can be counted by hand."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from easterly.model.outcome import Status
from easterly.model.plan import Plan
from easterly.model.spec.intent import Allocate, Intent
from easterly.site import parse, read_source
from easterly.study import engineering
from easterly.study.conditions import Conditions
from easterly.study.nouns import Nouns
from easterly.study.pipeline import plan

PAGE = Path(__file__).parents[2] / "docs/how-to/engineer-traffic.md"
SITE = re.search(r"```yaml\n# metros.yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
assert SITE is not None
TEXT = SITE[1]
OUT_OF_AMS = 60e9 + 40e9


def planned(tmp_path: Path, text: str) -> tuple[Plan, Nouns]:
    file = tmp_path / "site.yaml"
    file.write_text(text)
    nouns = Nouns(parse(read_source(file)).site)
    return plan(nouns.site, nouns=nouns), nouns


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Nouns]:
    return planned(tmp_path_factory.mktemp("metros"), TEXT)


def test_demands_are_what_is_sent_between_switches(made: tuple[Plan, Nouns]) -> None:
    site, network = made[0].site, made[0].network
    asked = engineering.between_switches(site, network, engineering.steady(made[1]))
    total = sum(rate for row in site.traffic["replication"].rates.values() for rate in row.values())  # type: ignore[union-attr]
    assert np.add.reduce(asked.rate_bps) == pytest.approx(total, rel=1e-9)
    assert (network.nodes.role[asked.src] != "nic").all()
    keys = list(zip(asked.src.tolist(), asked.dst.tolist(), strict=True))
    assert len(set(keys)) == len(keys)


def test_the_fullest_link_is_that_of_the_cut_around_the_sender(made: tuple[Plan, Nouns]) -> None:
    """All links out of Amsterdam carry 240 Gb/s; with London down, 140 Gb/s."""
    [roomy] = [e for e in made[0].engineering if e.intent == "roomy"]
    assert roomy.bound <= OUT_OF_AMS / 240e9 * (1 + 1e-9)
    assert roomy.value == pytest.approx(OUT_OF_AMS / 240e9, rel=1e-3)
    assert roomy.trials.in_place[0] == pytest.approx(1.5)  # 60 Gb/s on the 40 Gb/s link of the cheapest path


def test_failures_are_tried_after_the_whole(made: tuple[Plan, Nouns]) -> None:
    [survives] = [e for e in made[0].engineering if e.intent == "survives"]
    assert survives.trials.name.tolist() == ["nothing", "lon"]
    assert (survives.trials.served > 1 - 1e-6).all()
    verdicts = {v.intent: v for v in made[0].verdicts}
    assert verdicts["roomy"].status is verdicts["survives"].status is Status.PASS


@pytest.mark.no_cover
@pytest.mark.parametrize(("factor", "status"), [(1.39, Status.PASS), (1.42, Status.FAIL)])
def test_more_than_the_cut_carries_fails_by_its_bound(tmp_path: Path, factor: float, status: Status) -> None:
    """With London down 140 Gb/s leave Amsterdam, and all that is sent is scaled."""
    text = re.sub(r"(ams|par|fra): (\d+)Gb/s", lambda m: f"{m[1]}: {int(m[2]) * factor:g}Gb/s", TEXT)
    whole, _ = planned(tmp_path, text)
    verdict = next(v for v in whole.verdicts if v.intent == "survives")
    assert verdict.status is status


def test_the_load_of_the_allocation_is_conserved(made: tuple[Plan, Nouns]) -> None:
    network, site = made[0].network, made[0].site
    asked = engineering.between_switches(site, network, engineering.steady(made[1]))
    for one in made[0].engineering:
        net = np.zeros(len(network.nodes))
        np.add.at(net, network.links.src, one.load_bps)
        np.add.at(net, network.links.dst, -one.load_bps)
        np.add.at(net, asked.src, -asked.rate_bps)
        np.add.at(net, asked.dst, asked.rate_bps)
        assert np.abs(net).max() < 2e-3 * OUT_OF_AMS
        assert (one.load_bps <= network.links.capacity_bps * (1 + 1e-9)).all()


@pytest.mark.no_cover
def test_classes_of_strict_priority_go_first(tmp_path: Path) -> None:
    text = TEXT.replace("bulk: {dscp: 10, share: 30%}", "bulk: {dscp: 10, share: 30%, priority: strict}")
    _, nouns = planned(tmp_path, text)
    asked = engineering.between_switches(nouns.site, nouns.network.value, engineering.steady(nouns))
    assert not asked.priority.any()  # only one class sends
    text = text.replace(
        "intents:", "  more: {kind: matrix, tenant: acme, class: default, rates: {ams: {par: 5Gb/s}}}\nintents:"
    )
    _, nouns = planned(tmp_path, text)
    asked = engineering.between_switches(nouns.site, nouns.network.value, engineering.steady(nouns))
    assert {int(p): round(float(asked.rate_bps[asked.priority == p].sum()) / 1e9) for p in (0, 1)} == {0: 150, 1: 5}


def test_a_bound_is_looked_for_apart_where_another_objective_misses_the_limit(made: tuple[Plan, Nouns]) -> None:
    whole, nouns = made
    conditions = Conditions(whole, nouns)
    tight = Allocate.model_validate({"objective": "max-throughput", "utilisation": "42%"})
    intent = Intent.model_validate({"allocate": {"objective": "max-throughput"}})
    one = engineering.engineer(whole.site, whole.network, "x", tight, conditions.situations(intent))
    assert 0.41 < one.trials.utilisation_bound[0] <= 100 / 240 * (1 + 1e-9)
    assert one.trials.served_bound[0] == 1.0
