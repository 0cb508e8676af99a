"""Rules of shapes and memory: each finds its mistake, and the repair that it names repairs."""

import inspect

import pytest
from tests.demand.clusters import MODEL, network, site
from tests.demand.published import job
from tests.demand.test_work_rules import FINE, hardware

from easterly.base.findings import Severity, rules
from easterly.demand.checks import model as checks_model
from easterly.demand.memory import memory
from easterly.demand.remedies import changed, larger, remedy
from easterly.model.catalog import models

MOE = {"experts": 8, "top_k": 2, "ffn": 1024}
SPARSE = {**MODEL, "ffn": 1024, "moe": MOE, "params": 2.35e8}


def found(plan):
    nouns = {"site": plan, "network": network(4)}
    mine = [entry.check for entry in rules().values() if entry.check.__module__ == checks_model.__name__]
    return [f for check in mine for f in check(**{n: nouns[n] for n in inspect.signature(check).parameters})]


def codes(plan, **more):
    return [(f.code, f.at) for f in found(site({"j": {**FINE, **plan}}, **more))]


@pytest.mark.parametrize(
    "code, at, change",
    [
        ("E625", "model/params", {"model": {**MODEL, "params": 1.2e9}}),
        ("E626", "parallel/ep", {"model": SPARSE, "parallel": {"tp": 1, "dp": 16, "ep": 3}}),
        ("E626", "parallel/ep", {"parallel": {"tp": 1, "dp": 16, "ep": 2}}),
        ("E627", "model/moe/top_k", {"model": {**SPARSE, "moe": {**MOE, "top_k": 9}}}),
        ("E628", "parallel/tp", {"model": {**MODEL, "kv_heads": 4}}),
    ],
)
def test_one_mistake_one_finding(code, at, change):
    assert (code, f"jobs/j/{at}") in codes(change)
    assert code not in {c for c, _ in codes({})}


def test_a_sound_site_has_no_findings():
    assert found(site({"j": FINE}, {"s": {"tp": 8}})) == []


def test_parameters_may_be_a_tenth_off():
    for params, wanted in ((1.09e9, []), (0.92e9, []), (0.90e9, ["E625"]), (1.13e9, ["E625"])):
        assert [c for c, _ in codes({"model": {**MODEL, "params": params}})] == wanted


def test_services_have_shapes_too():
    findings = found(site(services={"s": {"tp": 8, "model": {**MODEL, "params": 7e9}}}))
    assert [(f.code, f.at, f.severity) for f in findings if f.code == "E625"] == [
        ("E625", "services/s/model/params", Severity.WARNING)
    ]


def test_memory_that_is_not_there_is_an_error_with_its_parts():
    (finding,) = found(site({"j": FINE}, hardware=hardware(memory="2100MB")))
    assert (finding.code, finding.at, finding.severity) == ("E610", "jobs/j/parallel", Severity.ERROR)
    assert finding.message.startswith("j needs ") and "which has 2.1GB: workspace 2GB, " in finding.message
    for part in ("weights", "gradients", "optimiser", "activations"):
        assert part in finding.message


def test_own_gpus_without_a_memory_are_not_judged():
    plan = {**FINE, "peak": "1PFLOP/s", "model": "llama3-405b"}
    assert "E610" not in {f.code for f in found(site({"j": plan}, hardware=hardware(gpu="own")))}


CASES = [
    job("megatron-22b", micro_batch=4, batch=4, recompute="none", parallel={"sp": False}),
    job("llama3-70b", tp=8, dp=8, batch=64, seq=8192, recompute="none", attention="fused"),
    job("llama3-405b", tp=8, pp=8, dp=8, batch=64, seq=8192, recompute="selective", attention="fused", zero=1),
    job("llama3-8b", tp=1, dp=8, batch=64, micro_batch=8, seq=8192, recompute="none", attention="fused"),
    job("mixtral-8x7b", tp=1, dp=64, batch=64, seq=4096, attention="fused", recompute="none", parallel={"ep": 8}),
]


@pytest.mark.parametrize("made", CASES, ids=lambda one: one.model)
def test_the_remedy_fits_and_no_single_key_would_do_if_it_has_more(made):
    model = models.lookup(made.model)
    assert memory(made, model).total_B > 80e9
    change, need = remedy(made, model, 80e9, 8)
    after = changed(made, change)
    assert memory(after, model).total_B == need <= 80e9
    assert after.parallel.gpus == made.parallel.gpus and after.batch == made.batch
    singles = [{"zero": z} for z in range(made.zero + 1, 4)] + [{"recompute": "full"}, {"recompute": "selective"}]
    singles += [{"sp": True}, *({"micro_batch": n} for n in range(1, made.micro_batch) if made.micro_batch % n == 0)]
    order = ("none", "selective", "full")
    singles = [s for s in singles if order.index(s.get("recompute", "full")) > order.index(made.recompute)]
    if len(change) > 1:
        assert all(memory(changed(made, one), model).total_B > 80e9 for one in singles)


def test_no_remedy_where_there_is_none():
    made = job("megatron-1t", tp=8, dp=1, batch=1)
    assert remedy(made, models.lookup("megatron-1t"), 80e9, 8) is None
    (finding,) = [
        f for f in found(site({"j": {**FINE, "model": "llama3-405b", "parallel": {"tp": 8}}})) if f.code == "E610"
    ]
    assert finding.hint.startswith("no other split of its 8 GPUs fits; pp: ")


def test_a_longer_pipeline_fits_and_a_shorter_does_not():
    model, made = models.lookup("llama3-405b"), job("llama3-405b", tp=8, dp=4, batch=64, seq=8192, zero=1)
    change, need = larger(made, model, 80e9)
    assert memory(changed(made, change), model).total_B == need <= 80e9
    shorter = ({"pp": change["pp"] - 1, "recompute": kind} for kind in ("none", "selective", "full"))
    assert all(memory(changed(made, one), model).total_B > 80e9 for one in shorter)


def test_the_published_runs_of_large_models_fit():
    """Selective recomputation and sequence parallelism on 80 GB: what arXiv 2205.05198 ran."""
    for name, pp, v, batch, micro_batch in (
        ("megatron-22b", 1, 1, 4, 4), ("megatron-175b", 8, 3, 64, 1), ("megatron-530b", 35, 3, 280, 1),
        ("megatron-1t", 64, 1, 512, 1),
    ):  # fmt: skip
        for recompute in ("full", "selective"):
            made = job(name, pp=pp, v=v, batch=batch, micro_batch=micro_batch, recompute=recompute)
            assert memory(made, models.lookup(name)).total_B < 80e9
        bare = job(name, pp=pp, v=v, batch=batch, micro_batch=micro_batch, recompute="none", parallel={"sp": False})
        assert memory(bare, models.lookup(name)).total_B > 85e9


def test_the_curve_is_named():
    (finding,) = found(site({"j": {**FINE, "mfu": None}}))
    assert finding.code == "E615" and "catalog says of h100-sxm, 58.5%" in finding.message
    curve = [{"flop": 1e12, "share": "70%"}]
    (finding,) = found(site({"j": {**FINE, "mfu": None}}, hardware=hardware(efficiency=curve)))
    assert "efficiency of h, 70%" in finding.message
