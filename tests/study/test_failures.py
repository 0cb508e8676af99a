"""Failures: against every case one by one, against closed forms, and against arithmetic by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import yaml
from numpy.testing import assert_allclose

from easterly.model.damage import Damage
from easterly.site.load import parse
from easterly.site.source import from_text
from easterly.study.failures import Cost, elements, explain, failures
from easterly.study.nouns import Nouns

SHARES = """
version: 1
site: {name: shares}
hardware:
  switches: {sw: {ports: 8, rate: 400Gb/s}}
  hosts: {one: {gpus: 1, nics: 4, nic_rate: 400Gb/s, gpu: h100-sxm, scaleup: 3600Gb/s, memory: 8TB}}
fabrics:
  f:
    blueprint: leaf-spine
    hosts: {type: one, count: 2}
    leaf: {type: sw, down: 4, up: 4}
    spine: {type: sw, count: 4}
addressing: {pools: {fabric: 10.0.0.0/16, loopback: 10.1.0.0/24}}
classes: {training: {dscp: 26, share: 50%}, default: {dscp: 0, share: rest}}
jobs:
  j: {fabric: f, class: training, model: llama3-70b, parallel: {dp: 2}, batch: 2, mfu: 40%, overlap: {dp: 0%}}
reliability:
  spine: {per_year: 0.06, repair: 10h}
  optic: {per_year: 0}
  cable: {per_year: 0}
  leaf: {per_year: 0}
  nic: {per_year: 0.12, repair: 24h}
  host: {per_year: 0}
"""

TWO_JOBS = """
version: 1
site: {name: two}
hardware:
  switches: {sw: {ports: 16, rate: 400Gb/s}}
  hosts: {h: {gpus: 2, nics: 2, nic_rate: 400Gb/s, gpu: h100-sxm, memory: 8TB}}
fabrics:
  f:
    blueprint: BLUEPRINT
    hosts: {type: h, count: 12}
    leaf: {type: sw, down: 8, up: 4}
    spine: {type: sw, count: 4}
addressing: {pools: {fabric: 10.0.0.0/16, loopback: 10.1.0.0/24}}
classes: {training: {dscp: 26, share: 50%}, default: {dscp: 0, share: rest}}
jobs:
  a: {fabric: f, class: training, model: llama3-8b, parallel: {tp: 2, dp: 4, pp: 2}, batch: 32, overlap: {dp: 0%}}
  b: {fabric: f, class: training, model: llama3-8b, parallel: {dp: 4}, batch: 8, overlap: {dp: 0%}}
intents:
  quick: {job: a, step_time: {max: LIMIT}}
reliability:
  plane: {per_year: 0.1}
  domains:
    feed: {members: [f-spine-0, f-spine-1], per_year: 0.5, repair: 2h}
"""

WAN = """
version: 1
site: {name: sites}
hardware:
  switches: {sw: {ports: 16, rate: 400Gb/s}}
  hosts: {h: {gpus: 1, nics: 1, nic_rate: 400Gb/s, gpu: h100-sxm, memory: 8TB}}
fabrics:
  e: {blueprint: leaf-spine, hosts: {type: h, count: 4}, leaf: {type: sw, down: 4, up: 2}, spine: {type: sw, count: 2}}
  w: {blueprint: leaf-spine, hosts: {type: h, count: 4}, leaf: {type: sw, down: 4, up: 2}, spine: {type: sw, count: 2}}
wan:
  links:
    north: {a: e, b: w, rate: 100Gb/s, delay: 10ms, srlg: [duct]}
    south: {a: e, b: w, rate: 100Gb/s, delay: 10ms, srlg: [duct]}
    far: {a: e, b: w, rate: 100Gb/s, delay: 30ms, cost: 10}
addressing: {pools: {fabric: 10.0.0.0/16, loopback: 10.1.0.0/24}}
classes: {training: {dscp: 26, share: 50%}, default: {dscp: 0, share: rest}}
jobs:
  g: {fabric: e, class: training, model: llama3-8b, parallel: {dp: 4}, batch: 8, geo: {fabrics: [w], every: 10}}
"""


def nouns(document: str, **changed: Any) -> Nouns:
    """A site, with some values of its first job changed."""
    data = yaml.safe_load(document)
    if changed:
        next(iter(data["jobs"].values())).update(changed)
    return Nouns(parse(from_text(yaml.safe_dump(data))).site)


def two_jobs(blueprint: str = "leaf-spine") -> Nouns:
    return nouns(TWO_JOBS.replace("BLUEPRINT", blueprint).replace("LIMIT", "100s"))


def row_of(found: Damage, kind: str) -> int:
    return found.kind.tolist().index(kind)


@pytest.mark.no_cover
@pytest.mark.parametrize(("share", "slower"), [(0.1, 1.033), (0.3, 1.10), (0.5, 1.167)])
def test_losing_one_of_four_spines_stretches_what_is_not_hidden_by_a_third(share: float, slower: float) -> None:
    """Step c + m, with all of m over the spines and nothing hidden: c + 4/3 m, so 1 + share / 3."""
    plain = nouns(SHARES)
    compute = float(plain.prediction.value.compute_s[0])
    comm = float(explain(plain, "f-spine-0", "even")[1].step_s[0]) - compute
    mfu = 0.4 * compute / (comm * (1 - share) / share)
    made = nouns(SHARES, mfu=f"{100 * mfu:.6f}%")
    found = failures(made, hashing="even")
    assert_allclose(found.slowdown(row_of(found, "spine")), slower, atol=1e-3)
    assert_allclose(found.slowdown(row_of(found, "spine")), 1 + share / 3, rtol=2e-4)
    assert found.alike[row_of(found, "spine")] == 4


def test_gpu_hours_by_hand() -> None:
    """4 spines, 0.06 a year each, 10 h: 0.02 a month; 2 GPUs at 1 / (1 + s / 3); interfaces also restart (300 s)."""
    found = failures(nouns(SHARES), hashing="even")
    spine, nic = row_of(found, "spine"), row_of(found, "nic")
    slow = found.slowdown(spine)[0]
    assert_allclose(found.lost_gpu_h[spine], 4 * 0.06 / 12 * 10 * 2 * (1 - 1 / slow), rtol=1e-12)
    slow = found.slowdown(nic)[0]
    assert_allclose(found.lost_gpu_h[nic], 8 * 0.12 / 12 * (24 * 2 * (1 - 1 / slow) + 2 * 300 / 3600), rtol=1e-12)
    assert_allclose(found.total_gpu_h, found.lost_gpu_h[spine] + found.lost_gpu_h[nic], rtol=1e-12)


def table(found: Damage) -> list[tuple[Any, ...]]:
    """What a table says, without which of those that are alike gave its name."""
    return sorted(
        (kind, float(f"{found.alike[i]:.9g}"), *(float(f"{v:.7e}") for v in (found.lost_gpu_h[i], *found.slowdown(i))),
         found.of(i).stranded, found.of(i).broken)
        for i, kind in enumerate(found.kind.tolist())
    )  # fmt: skip


@pytest.mark.no_cover
@pytest.mark.parametrize("blueprint", ["leaf-spine", "rail-optimized", "multi-plane"])
def test_symmetry_says_what_every_case_says(blueprint: str) -> None:
    document = TWO_JOBS.replace("BLUEPRINT", blueprint).replace("LIMIT", "100s")
    if blueprint == "multi-plane":
        document = document.replace("    hosts: {type: h, count: 12}", "    planes: 2\n    hosts: {type: h, count: 12}")
        document = document.replace("[f-spine-0, f-spine-1]", '["f-*0-spine-*"]')
    every = failures(nouns(document), hashing="even", symmetry=False)
    once = failures(nouns(document), hashing="even")
    assert table(once) == table(every)
    assert once.parts[1] < every.parts[1] / 2, "and runs far fewer"


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "fabric",
    [
        "{blueprint: fat-tree, k: 4, switch: sw, hosts: {type: h, count: 8}}",
        "{blueprint: torus, switch: sw, hosts: {type: h, count: 8}, down: 2, dims: [2, 4]}",
        "{blueprint: ring, switch: sw, hosts: {type: h, count: 7}, down: 2, switches: 7}",
        "{blueprint: rail-only, hosts: {type: h, count: 7}, leaf: {type: sw, down: 8}}",
        "{blueprint: clos, hosts: {type: h, count: 8}, leaf: {type: sw, down: 4, up: 2}, spine: {type: sw}, "
        "super_spine: {type: sw}, pod_leaves: 2}",
    ],
)
def test_symmetry_says_what_every_case_says_in_other_fabrics(fabric: str) -> None:
    data = yaml.safe_load(TWO_JOBS.replace("LIMIT", "100s"))
    data["fabrics"] = {"f": yaml.safe_load(fabric)}
    data["jobs"]["a"]["parallel"] = {"dp": 4, "pp": 2}
    data["reliability"] = {}
    document = yaml.safe_dump(data)
    every, once = (failures(nouns(document), hashing="even", symmetry=symmetry) for symmetry in (False, True))
    assert table(once) == table(every)
    assert once.parts[1] < every.parts[1]


def test_some_kinds_alone() -> None:
    found = failures(two_jobs(), kinds=("spine", "leaf"), hashing="even")
    assert set(found.kind.tolist()) == {"leaf", "spine"}
    with pytest.raises(ValueError, match="did you mean spine"):
        failures(two_jobs(), kinds=("spin",))


def test_symmetry_says_what_every_case_says_across_a_wan() -> None:
    every, once = (failures(nouns(WAN), hashing="even", symmetry=symmetry) for symmetry in (False, True))
    assert table(once) == table(every)
    assert {"wan", "srlg"} <= set(once.kind.tolist())
    # 10 ms are 2,000 km: 4.39 cuts per 1,000 miles and year, two links and their duct
    duct = row_of(once, "srlg")
    assert_allclose(once.per_month[duct], 4.39 * 2000 / 1609.344 / 12, rtol=1e-9)


def test_every_part_is_counted() -> None:
    made = two_jobs()
    network = made.network.value
    counts: dict[str, int] = {}
    for part in elements(made.site, network):
        counts[part.kind] = counts.get(part.kind, 0) + part.count
    assert counts == {"leaf": 3, "spine": 4, "host": 12, "nic": 24, "cable": 24 + 12, "optic": 2 * 12, "power": 1}


@pytest.mark.no_cover
def test_answers_do_not_depend_on_workers() -> None:
    one, three = (failures(two_jobs("rail-optimized"), symmetry=False, workers=workers) for workers in (1, 3))
    assert table(one) == table(three)
    assert one.name.tolist() == three.name.tolist()


def test_an_intent_breaks_where_even_the_least_step_time_is_more_than_it_may_be() -> None:
    """Ports of 40 Gb/s: communication is most of the step, and a lost spine stretches it beyond the limit."""
    slow = SHARES.replace("rate: 400Gb/s", "rate: 40Gb/s")
    limit = 1.01 * float(nouns(slow).prediction.value.step_low_s[0])
    found = failures(nouns(f"{slow}intents: {{quick: {{job: j, step_time: {{max: {limit:.6f}s}}}}}}"))
    slower = [i for i in range(len(found)) if found.of(i).low_s[0] > limit]
    assert row_of(found, "spine") in slower
    assert [i for i in range(len(found)) if "quick" in found.of(i).broken] == slower
    assert not set(slower) & {i for i in range(len(found)) if "quick" in found.of(i).doubtful}


def test_interrupted_it_shows_what_is_done() -> None:
    def stop(done: int, total: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    found = failures(two_jobs(), symmetry=False, progress=stop)
    assert len(found.effects) == 4
    assert found.left == found.parts[1] + found.left - 3
    assert len(found)


def test_the_cost_is_said_before() -> None:
    said: list[Cost] = []
    found = failures(two_jobs(), said=said.append)
    assert said[0].parts == found.parts[0]
    assert said[0].states == found.parts[1]
    assert said[0].expected_s > 0


@pytest.mark.no_cover
def test_pairs_by_symmetry_are_all_pairs() -> None:
    document = SHARES.replace(
        "spine: {per_year: 0.06, repair: 10h}", "spine: {per_year: 0.06, repair: 10h}\n  fibre: {}"
    )
    every = failures(nouns(document), k=2, hashing="even", symmetry=False)
    once = failures(nouns(document), k=2, hashing="even")
    places = len({part.down.tobytes() for part in elements(nouns(document).site, nouns(document).network.value)})
    assert every.parts[0] == once.parts[0] == math.comb(places, 2)
    assert_allclose(once.total_gpu_h, every.total_gpu_h, rtol=1e-9)
    assert once.parts[1] < every.parts[1] / 5


def test_two_of_four_spines_by_hand() -> None:
    """Six pairs; 0.06 x 10 h a year each, squared; all of the traffic on half of the spines: 1 + s."""
    found = failures(nouns(SHARES), k=2, hashing="even")
    row = next(i for i, kind in enumerate(found.kind.tolist()) if kind == "spine + spine")
    assert found.alike[row] == 6
    one = failures(nouns(SHARES), hashing="even")
    share = 3 * (one.slowdown(row_of(one, "spine"))[0] - 1)
    assert_allclose(found.slowdown(row)[0], 1 + share, rtol=1e-9)
    away = 0.06 * 10 / (365.25 * 24)
    month_h = 365.25 * 24 / 12
    assert_allclose(found.lost_gpu_h[row], 6 * away**2 * month_h * 2 * (1 - 1 / (1 + share)), rtol=1e-9)


@pytest.mark.no_cover
def test_a_sample_of_pairs_holds_the_sum_in_its_interval() -> None:
    exact = failures(nouns(SHARES), k=2, hashing="even").total_gpu_h
    found = [failures(nouns(SHARES), k=2, hashing="even", sample=60, seed=seed) for seed in range(8)]
    inside = sum(abs(each.total_gpu_h - exact) <= each.half_gpu_h for each in found)
    assert inside >= 6, "with 99.4 %"
    again = failures(nouns(SHARES), k=2, hashing="even", sample=60, seed=3)
    assert again.name.tolist() == found[3].name.tolist()
    assert all(np.sum(each.alike) == 60 for each in found)


def test_explain_says_before_and_after() -> None:
    made = nouns(SHARES)
    kind, before, after, waits = explain(made, "f-spine-0 + f-spine-1", "even")
    assert kind == "spine + spine"
    (wait,) = waits
    assert (wait.job, wait.axis) == ("j", "dp")
    assert_allclose(after.step_s[0] - before.step_s[0], wait.after_s - wait.before_s, rtol=1e-9)
    assert "leaf" in wait.after_link and "f-spine-" in wait.after_link
    with pytest.raises(ValueError, match="f-spine-9"):
        explain(made, "f-spine-9")


@pytest.mark.parametrize("wrong", [{"k": 3}, {"k": 0}, {"sample": 5}, {"k": 2, "sample": 1}])
def test_what_makes_no_sense_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="k"):
        failures(nouns(SHARES), **wrong)  # type: ignore[arg-type]


def test_free_parts_cost_nothing() -> None:
    """Hosts that nobody has, with their interfaces: nothing is slower and nothing is lost."""
    found = failures(two_jobs(), hashing="even")
    idle = [i for i in range(len(found)) if found.effect[i] == 0]
    assert {found.kind[i] for i in idle} >= {"host", "nic"}
    assert all(found.lost_gpu_h[i] == 0 for i in idle)
