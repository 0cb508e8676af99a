"""Sweeps of a site against single runs, closed forms and brute force."""

from __future__ import annotations

from copy import deepcopy
from math import prod
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly import site
from easterly.site import setting
from easterly.study.bill import tally
from easterly.study.check import check, errors
from easterly.study.nouns import Nouns
from easterly.study.stages import Recent
from easterly.study.sweeps import Done
from easterly.study.whatif import axes as spanned
from easterly.study.whatif.changes import changes
from easterly.study.whatif.front import front
from easterly.study.whatif.metrics import chosen
from easterly.study.whatif.sensitivity import elasticities
from easterly.study.whatif.sweep import Sweep, answer, ask, sweep
from easterly.study.whatif.values import values

TEXT = """\
version: 1
site: {name: pod}
hardware:
  switches: {sw: {ports: 32, rate: 400Gb/s, buffer: 64MB}}
  hosts: {dgx: {gpus: 8, nics: 8, nic_rate: 400Gb/s, gpu: h200-sxm}}
fabrics:
  train: {blueprint: leaf-spine, hosts: {type: dgx, count: 8}, leaf: {type: sw, down: 16, up: 8}, spine: {type: sw}}
addressing: {pools: {fabric: 10.64.0.0/16, loopback: 10.65.0.0/24}}
classes:
  training: {dscp: 26, share: 60%, lossless: true, ecn: auto}
  default: {dscp: 0, share: rest}
jobs:
  tune: {fabric: train, class: training, model: llama3-8b, parallel: {tp: 8, dp: 8}, batch: 128, mfu: 41%}
"""


def data(text: str = TEXT) -> dict[str, Any]:
    return deepcopy(site.load_text(text).source.tree.data)


def swept(*axes: spanned.Axis, text: str = TEXT) -> Sweep:
    return sweep(data(text), axes, workers=1)


axis = spanned.axis


@pytest.fixture(scope="module")
def curve() -> Sweep:
    return swept(axis("fabrics.train.leaf.up=4,8,16"))


def test_a_sweep_is_as_many_single_predictions(curve: Sweep) -> None:
    for row, up in zip([0, *curve.grid], (8, 4, 8, 16), strict=True):
        alone = Nouns(site.load_text(TEXT.replace("up: 8", f"up: {up}")).site)
        record = curve.records[row]
        assert record["metrics"]["step:tune"] == alone.prediction.value.step_expected_s[0]
        assert record["metrics"]["step_high:tune"] == alone.prediction.value.step_high_s[0]
        assert record["metrics"]["optics"] == tally(alone.site, alone.network.value).optics
        assert record["watched"] == {"fabrics.train.leaf.up": up}
        assert record["findings"] == [
            {"code": f.code, "severity": f.severity, "at": f.at, "message": f.message, "hint": f.hint}
            for f in check(alone.site, alone)
        ]


def test_what_a_step_waits_for_adds_up_to_the_step(curve: Sweep) -> None:
    for record in curve.records:
        parts = record["jobs"][0]["parts"]
        assert sum(parts.values()) == pytest.approx(record["metrics"]["step:tune"])
        assert parts["compute"] == record["metrics"]["compute:tune"]


def test_cost_is_counted_from_the_bill_by_hand() -> None:
    """8 hosts x 8 interfaces on 16 ports down: 4 leaves, 8 up each; 2 spines at least; 64 copper cables, 32 fibres."""
    record = swept(axis("seed=2")).base
    port, copper, optic = 14_280 / 64, 272, 603 / 2
    assert record["metrics"]["switches"] == 6
    assert record["metrics"]["cost"] == pytest.approx((6 * 32 * port + 64 * copper + 2 * 32 * optic) / port)
    assert record["cost"]["unpriced"] == ["host dgx"]


def test_points_that_are_no_site_are_rows_with_what_is_wrong() -> None:
    found = swept(axis("jobs.tune.parallel.dp=8,16,3"))
    assert "metrics" in found.records[1]
    for row, dp in ((2, 16), (3, 3)):
        loaded = site.load_text(TEXT.replace("dp: 8", f"dp: {dp}"))
        wanted = [f.code for f in errors(check(loaded.site))]
        assert wanted and "metrics" not in found.records[row]
        assert [f["code"] for f in found.records[row]["findings"] if f["severity"] == "error"] == wanted


def test_changes_that_exclude_each_other_are_a_finding() -> None:
    found = swept(axis("fabrics.train.leaf={type: sw, down: 16, up: 8},7"), axis("jobs.tune.batch=64"))
    assert "metrics" in found.records[1]
    assert found.records[2]["findings"][0]["code"].startswith("E2")


def test_a_path_that_some_points_have_is_a_finding_at_the_others() -> None:
    blueprint, top = axis("fabrics.train.blueprint=clos,leaf-spine"), axis("fabrics.train.super_spine.type=sw")
    asked = ask(data(), [blueprint, top])
    assert asked.rows == (0, 1, 3, 4)  # the top alone, or of two tiers, has no place
    (refused,) = answer(asked, []).records[2]["findings"]
    assert refused["code"] == "E718" and "super_spine" in refused["message"]
    with pytest.raises(setting.Refused, match="super_spine"):
        ask(data(), [top])


def test_a_point_that_cannot_be_computed_is_a_finding() -> None:
    asked = ask(data(), [axis("seed=2,3")])
    found = answer(asked, [Done(0, {"findings": [], "metrics": {}}), Done(1, None, "3 workers ended at it")])
    assert [f["code"] for f in found.records[1]["findings"]] == ["E719"]


def test_axes_span_a_grid_and_each_alone() -> None:
    found = spanned.points([axis("seed=1,2,3"), axis("jobs.tune.batch=64,128")])
    assert len(found) == 1 + 6 + 5 and found[0].at == (None, None)
    assert [p.at for p in found[1:7]] == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]
    assert all(p.at.count(None) == 1 for p in found[7:])
    assert spanned.site_of(found[4], data())["jobs"]["tune"]["batch"] == 128
    assert "seed" not in data() and spanned.site_of(found[4], data())["seed"] == 2


def test_points_share_all_but_what_they_set() -> None:
    site, before = data(), data()
    asked = ask(site, [axis("jobs.tune.library.qps=1,2"), axis("fabrics.train.leaf.up=4,8")])
    assert site == before
    made = [task.arguments["site"] for task in asked.tasks]
    assert all(one["hardware"] is site["hardware"] for one in made)
    assert [one["jobs"]["tune"]["library"]["qps"] for one in made[1:5]] == [1, 1, 2, 2]
    assert made[1]["fabrics"]["train"]["spine"] is site["fabrics"]["train"]["spine"]


def test_zipped_values_move_together() -> None:
    rates = "100Gb/s,400Gb/s"
    both = spanned.zipped([axis(f"hardware.switches.sw.rate={rates}"), axis(f"hardware.hosts.dgx.nic_rate={rates}"),
                           axis("seed=5")])  # fmt: skip
    assert [[s.text for s in step] for step in both.steps] == [["100Gb/s"] * 2 + ["5"], ["400Gb/s"] * 2 + ["5"]]
    with pytest.raises(setting.Refused, match="2 values, others have 3"):
        spanned.zipped([axis("seed=1,2,3"), axis("jobs.tune.batch=64,128")])


def test_splits_are_all_ordered_factors() -> None:
    """64 = 2**6 has C(8, 2) ordered splits into three."""
    found = [tuple(s.content for s in step) for step in spanned.splits("tune", data()).steps]
    assert len(found) == len(set(found)) == 28
    assert all(prod(split) == 64 for split in found)
    with pytest.raises(setting.Refused, match="tune"):
        spanned.splits("tun", data())


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("2,4,8", [2, 4, 8]),
        ("1..4", [1, 2, 3, 4]),
        ("8..2+3", [8, 5, 2]),
        ("2..16*2", [2, 4, 8, 16]),
        ("8..1*2", [8, 4, 2, 1]),
        ("0.1..0.4+0.1", [0.1, 0.2, 0.3, 0.4]),
        ("100Gb/s..1.6Tb/s*2", ["100Gb/s", "200Gb/s", "400Gb/s", "800Gb/s", "1.6Tb/s"]),
        ("10%..30%+10%", ["10%", "20%", "30%"]),
        ("1ms..3ms+500us", ["1ms", "1.5ms", "2ms", "2.5ms", "3ms"]),
        ("true,false", [True, False]),
        ("[20, 22],[18]", [[20, 22], [18]]),
        ("{tp: 8, dp: 8}, {tp: 4, dp: 16}", [{"tp": 8, "dp": 8}, {"tp": 4, "dp": 16}]),
        ("'a,b',c", ["a,b", "c"]),
        ("per-switch,same", ["per-switch", "same"]),
    ],
)
def test_values_are_read_as_the_file_would(written: str, wanted: list[Any]) -> None:
    assert [value for _, value in values(written)] == wanted


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "written",
    ["", "1,,2", "1..8*1", "1..8+0", "0..8*2", "1Gb/s..8s*2", "1Gb/s..8Gb/s", "a..b", "1..9999999", "1..2+1Gb/s"],
)
def test_ranges_that_lead_nowhere_are_refused(written: str) -> None:
    with pytest.raises(setting.Refused):
        values(written)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("jobs.tune.bach=1", "did you mean batch"),
        ("jobs.tun.batch=1", "did you mean tune"),
        ("jbos.tune.batch=1", "did you mean jobs"),
        ("jobs.tune.batch", "PATH=VALUE"),
        ("fabrics.train.leaf.dwn=4", "did you mean down"),
    ],
)
def test_paths_that_lead_nowhere_are_refused_before_anything_runs(change: str, said: str) -> None:
    with pytest.raises(setting.Refused, match=said):
        ask(data(), [axis(change)])


@pytest.mark.parametrize("twice", [("seed=1", "seed=2"), ("jobs.tune.parallel={tp: 8}", "jobs.tune.parallel.tp=4")])
def test_nothing_is_set_twice(twice: tuple[str, str]) -> None:
    with pytest.raises(setting.Refused, match="set twice"):
        spanned.points([axis(one) for one in twice])


def test_a_grid_has_an_end() -> None:
    with pytest.raises(setting.Refused, match="1,000,000 points"):
        spanned.points([axis("seed=1..1000"), axis("jobs.tune.batch=1..1000")])


PAIRS = st.lists(st.none() | st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=30)


@given(PAIRS)
def test_the_front_is_what_no_other_beats(pairs: list[tuple[int, int] | None]) -> None:
    def beats(a: tuple[int, int], b: tuple[int, int]) -> bool:
        return a[0] <= b[0] and a[1] <= b[1] and a != b

    known = [pair for pair in pairs if pair is not None]
    wanted = {row for row, pair in enumerate(pairs) if pair is not None and not any(beats(o, pair) for o in known)}
    found = front(pairs)
    assert set(found) == wanted and len(found) == len(wanted)
    assert [pairs[row] for row in found] == sorted(pairs[row] for row in found)  # type: ignore[type-var]


def test_elasticity_of_a_power_law_is_its_exponent(curve: Sweep) -> None:
    """Ports up against ports down: oversubscription = 16 / up, and the load of an uplink goes as 1 / up."""
    found = {one.metric: one for one in elasticities(curve, ["oversubscription", "switches"])}
    assert found["oversubscription"].value == pytest.approx(-1)
    assert (found["oversubscription"].below, found["oversubscription"].above) == (4, 16)


def test_elasticities_move_one_value_alone() -> None:
    found = swept(axis("jobs.tune.batch=64,256"), axis("fabrics.train.leaf.up=4,16"))
    one = {(e.path, e.metric): e.value for e in elasticities(found, ["compute:tune", "oversubscription"])}
    assert one["jobs.tune.batch", "oversubscription"] == 0
    assert one["fabrics.train.leaf.up", "compute:tune"] == 0
    assert one["fabrics.train.leaf.up", "oversubscription"] == pytest.approx(-1)
    assert 0.9 < one["jobs.tune.batch", "compute:tune"] <= 1


@pytest.mark.no_cover
def test_elasticity_of_values_that_move_together_by_the_same_factor() -> None:
    """Prices follow the rate of a switch, and the load of a link goes as one over it."""
    rates = [f"hardware.{part}=200Gb/s,400Gb/s,800Gb/s" for part in ("switches.sw.rate", "hosts.dgx.nic_rate")]
    found = swept(spanned.zipped([axis(rate) for rate in rates]))
    (one,) = elasticities(found, ["cost"])
    assert one.value == pytest.approx(1) and one.path.count(" and ") == 1
    odd = swept(spanned.zipped([axis(rates[0]), axis("jobs.tune.batch=32,128,1024")]))
    assert elasticities(odd, ["cost"]) == ()


def test_neighbours_are_those_of_the_numbers() -> None:
    found = changes(swept(axis("fabrics.train.leaf.up=16,4,8")))
    assert [(c.before, c.after) for c in found] == [(2, 3), (3, 1)]


def test_changes_between_neighbours_say_what_moved(curve: Sweep) -> None:
    found = changes(curve)
    assert [(c.before, c.after) for c in found] == [(1, 2), (2, 3)]
    for change in found:
        was, now = (curve.records[row]["metrics"]["step:tune"] for row in (change.before, change.after))
        assert now < was
        assert change.step_s == pytest.approx((was, now))
        assert sum(p.after_s - p.before_s for p in change.parts) == pytest.approx(now - was, rel=0.05)
        assert {p.name.split()[0] for p in change.parts} == {"dp"}


def test_metrics_without_a_job_are_meant_of_each() -> None:
    assert chosen(["cost", "step"], ["b", "a"]) == ("cost", "step:a", "step:b")
    for name in ("stp", "step:c", "cost:a"):
        with pytest.raises(ValueError, match="no metric"):
            chosen([name], ["a", "b"])


def test_verdicts_are_metrics() -> None:
    """Half as many uplinks as the limit allows are twice the ratio; a step that may be too long is not proven."""
    intents = "intents:\n  thick: {oversubscription: {max: 2}}\n  quick: {job: tune, step_time: {max: 3s}}\n"
    text = data(TEXT.replace("jobs:", intents + "jobs:"))
    found = sweep(text, [axis("fabrics.train.leaf.up=4,16")], workers=1, judged=True)
    assert found.values("margin:thick")[1:].tolist() == [1 - 4 / 2, 1 - 1 / 2]
    assert found.values("margin:quick") == pytest.approx(1 - found.values("step_high:tune") / 3)
    assert found.values("fails")[1:].tolist() == [1, 0]
    assert found.values("unproven")[1:].tolist() == [1, 1]
    assert all("fails" not in record["metrics"] for record in swept(axis("seed=2")).records)
    assert chosen(["margin", "fails"], [], ["b", "a"]) == ("margin:a", "margin:b", "fails")
    with pytest.raises(ValueError, match="no metric 'margin:c'"):
        chosen(["margin:c"], ["c"], ["a"])


def test_recent_results_are_remembered_up_to_a_limit(tmp_path: Path) -> None:
    calls: list[int] = []
    recent = Recent(limit_B=2000)

    def make(number: int) -> Any:
        calls.append(number)
        return "x" * 500

    for number in (1, 1, 2, 1, 3, 4, 5, 2):
        recent.run("s", (number,), lambda number=number: make(number))
    assert calls == [1, 2, 3, 4, 5, 2] and recent.size_B <= 2000
