"""Which difference did what: against sites measured one by one, sums that must come out, and arithmetic."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import yaml

from easterly.base.findings import FindingsError
from easterly.study.effects import effects, measure
from easterly.study.effects.parts import differences
from easterly.study.fluid import Wishes

EXAMPLES = Path(__file__).parents[2] / "examples"


def site(name):
    return yaml.safe_load((EXAMPLES / f"case-{name}.yaml").read_text(encoding="utf-8"))


@cache
def training():
    return effects(site("training-before"), site("training-after"), seeds=2)


def mean_step(data, seeds=2):
    return measure(data, Wishes(), seeds).of("step:pre").mean()


@pytest.mark.no_cover
def test_alone_and_last_are_what_these_sites_give():
    made, before, after = training(), site("training-before"), site("training-after")
    (row,) = (k for k, name in enumerate(made.before.names) if name == "step:pre")
    only, but = deepcopy(before), deepcopy(after)
    only["jobs"]["pre"]["collective"] = "hierarchical"
    but["jobs"]["pre"]["collective"] = "parameter-server"
    (each,) = (each for each in made.effects if each.path == "jobs/pre/collective")
    assert each.alone[row] == pytest.approx(mean_step(only) - mean_step(before), rel=1e-12)
    assert each.last[row] == pytest.approx(mean_step(after) - mean_step(but), rel=1e-12)
    assert each.says == "parameter-server to hierarchical" and each.unsound == ""


@pytest.mark.no_cover
def test_parts_and_the_rest_are_the_whole():
    made = training()
    whole = sum(each.part for each in made.effects) + made.rest
    assert whole == pytest.approx(made.after.values.mean(axis=1) - made.before.values.mean(axis=1))
    assert made.runs == 2 * (2 + 2 * len(made.effects))
    assert [each.path for each in made.effects] == [
        "fabrics/train/hash/fields", "classes/training/ecn", "jobs/pre/batch", "jobs/pre/collective",
        "jobs/pre/connections",
    ]  # fmt: skip


@pytest.mark.no_cover
def test_two_differences_have_their_values_of_shapley():
    """With two there are two orders, and the value is the mean over them: nothing is left."""
    before, after = site("training-before"), site("training-before")
    after["jobs"]["pre"] |= {"connections": 4, "collective": "hierarchical"}
    after["fabrics"]["train"]["hash"] = before["fabrics"]["train"]["hash"] = {"seed": "per-switch"}
    made = effects(before, after, seeds=1)
    first = deepcopy(before)
    first["jobs"]["pre"]["collective"] = "hierarchical"
    second = deepcopy(before)
    second["jobs"]["pre"]["connections"] = 4
    v = {name: measure(data, Wishes(), 1).values[:, 0]
         for name, data in (("", before), ("a", first), ("b", second), ("ab", after))}  # fmt: skip
    parts = {each.path: each.part for each in made.effects}
    assert parts["jobs/pre/collective"] == pytest.approx(((v["a"] - v[""]) + (v["ab"] - v["b"])) / 2)
    assert parts["jobs/pre/connections"] == pytest.approx(((v["b"] - v[""]) + (v["ab"] - v["a"])) / 2)
    assert made.rest == pytest.approx(np.zeros(len(made.rest)), abs=1e-6 * np.abs(made.before.values).max())


def test_throughput_follows_from_communication():
    """All-reduce is all that the step waits for, and nothing of it is hidden: simulation and arithmetic agree."""
    found = training().explained("pre")
    assert found.exposed == pytest.approx(found.share, rel=1e-3) and found.batch == pytest.approx(1.25)
    assert found.ratio == pytest.approx(found.simulated, rel=0.005)
    assert 0.5 < found.share < 0.6 and 0.6 < found.cut < 0.8


def test_what_flows_do_not_see_changes_nothing():
    (ecn,) = (each for each in training().effects if each.path == "classes/training/ecn")
    assert not ecn.alone.any() and not ecn.last.any()


def test_the_same_site_twice_has_no_difference():
    made = effects(site("training-before"), site("training-before"), seeds=1)
    assert made.effects == () and not made.rest.any() and made.runs == 2


def test_names_addresses_and_intents_are_no_difference():
    other = site("training-before")
    other["site"]["name"], other["intents"] = "else", {}
    assert differences(site("training-before"), other) == []


def test_a_difference_that_cannot_stand_alone_is_told():
    """Twice the replicas need twice the hosts; either alone is no site, or one as good as before."""
    before, after = site("training-before"), site("training-before")
    after["jobs"]["pre"]["parallel"]["dp"], after["fabrics"]["train"]["hosts"]["count"] = 32, 32
    made = effects(before, after, seeds=1)
    hosts, replicas = made.effects
    assert replicas.path == "jobs/pre/parallel/dp" and replicas.unsound.startswith("E") and hosts.unsound
    assert np.isnan(replicas.alone).all() and np.isfinite(hosts.alone).all() and np.isnan(made.rest).all()


def test_requests_take_the_time_of_their_bytes():
    """Without the job's traffic, and few requests, half of them take what 33.6 MB take at the policed 17.5 Gb/s."""
    quiet = site("inference-after")
    quiet["services"]["chat"]["load"]["requests"] = "0.5/s"
    quiet["jobs"]["nightly"] |= {"parallel": {"tp": 2, "dp": 16}, "model": "llama3-8b", "overlap": {"dp": "0%"}}
    made = measure(quiet, Wishes(), 1)
    cache_B = 256 * 2 * 32 * 8 * 128 * 2  # tokens, K and V, layers, heads, width, bf16
    assert made.of("p50:chat")[0] == pytest.approx(cache_B * 8 / 17.5e9, rel=0.01)
    assert made.requests["chat"] > 10


@pytest.mark.no_cover
def test_the_case_of_inference_is_as_it_was_told():
    """A P95 beyond the limit, then far within it; and the P99.9, which the promise is about, within it too."""
    before, after = (measure(site(f"inference-{when}"), Wishes(), 2) for when in ("before", "after"))
    assert (before.of("p95:chat") > 0.1).all() and (after.of("p95:chat") < 0.05).all()
    assert (after.of("p99.9:chat") < 0.1).all() and after.requests["chat"] > 2995


@pytest.mark.no_cover
def test_strict_priority_of_too_small_a_share_is_worse_than_none():
    """The police of a strict class lets in its share and no more: 10 % of 25 Gb/s is less than is asked for."""
    small = site("inference-after")
    small["classes"]["inference"]["share"], small["jobs"]["nightly"]["batch"] = "10%", 16
    assert measure(small, Wishes(), 1).of("p50:chat")[0] > 1.0


def test_wrong_sites_and_no_seeds_are_refused():
    broken = site("training-after")
    broken["jobs"]["pre"]["parallel"]["dp"] = 64
    with pytest.raises(FindingsError):
        effects(site("training-before"), broken, seeds=1)
    with pytest.raises(ValueError, match="seeds is 0"):
        effects(site("training-before"), site("training-after"), seeds=0)
    with pytest.raises(ValueError, match="no metric 'step:post'"):
        training().before.of("step:post")
