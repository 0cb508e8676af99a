"""Pipelines: what every stage reads and gives out, record by record."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.demand.traffic import places

from easterly.demand.traffic import pipeline
from easterly.model.spec.traffic import Pipeline


def flow(stages, **keys):
    return {"etl": {"kind": "pipeline", "records": "1000/s", "record": "10kB", "stages": stages, **keys}}


CHAIN = {
    "clean": {"from": ["lake"], "hosts": 2, "factor": 0.5, "records": 0.8},
    "tokenise": {"from": ["clean"], "hosts": 1, "factor": 0.25},
    "embed": {"from": ["tokenise"], "hosts": 3, "factor": 40.0},
}


def test_rates_multiply_along_the_chain():
    found = places.figures(flow(CHAIN))
    assert [found["etl", f"{name}_bps"] for name in CHAIN] == pytest.approx([40e6, 10e6, 400e6])
    assert [found["etl", f"{name}_records_per_s"] for name in CHAIN] == pytest.approx([800, 800, 800])


def test_each_stage_reads_on_its_own_hosts():
    built = places.build(flow(CHAIN))
    hosts = [str(places.network().hosts.name[h]) for h in built.work.host_idx]
    own = {"clean": hosts[:2], "embed": hosts[2:5], "tokenise": hosts[5:]}  # in the order of names
    for name, reads in (("clean", 80e6), ("tokenise", 40e6), ("embed", 10e6)):
        src, dst, amount = places.of(built, "etl", name)
        assert amount.sum() == pytest.approx(reads)
        assert set(places.by_host(dst, amount)) == set(own[name])
        source = CHAIN[name]["from"][0]
        assert set(places.by_host(src, amount)) == (set(own[source]) if source in own else {"lake"})
    assert built.phases.message_B.tolist() == pytest.approx([10e3, 40e6 / 8 / 800, 10e6 / 8 / 800])


def test_every_reader_gets_all_and_a_join_reads_all():
    stages = {
        "a": {"from": ["lake"], "hosts": 1},
        "b": {"from": ["lake"], "hosts": 1, "factor": 3.0},
        "join": {"from": ["a", "b", "plants"], "hosts": 1},
    }
    found = places.figures(flow(stages))
    assert found["etl", "join_bps"] == pytest.approx((1 + 3 + 1) * 80e6)
    src, _, amount = places.of(places.build(flow(stages)), "etl", "join")
    assert places.by_host(src, amount)["plants"] == pytest.approx(80e6)


def test_a_stage_can_run_where_others_are():
    traffic = {"s": {"kind": "storage", "hosts": 2}, **flow({"keep": {"from": ["lake"], "at": "s"}})}
    built = places.build(traffic)
    assert built.work.host_ptr.tolist() == [0, 0, 2] and built.work.fabric.tolist() == ["east", "east"]
    assert len(places.by_host(*places.of(built, "etl", "keep")[1:])) == 2


graphs = st.dictionaries(st.sampled_from("abcdef"), st.sets(st.sampled_from("abcdefxy"), min_size=1), min_size=1)


@given(graphs)
def test_order_holds_what_can_be_worked_out_and_nothing_else(reads):
    """A stage that reaches itself is left out, and so is all that needs it."""
    stages = {name: {"from": sorted(sources), "hosts": 1} for name, sources in reads.items()}
    found = pipeline.order(Pipeline.model_validate({"class": "bulk", **flow(stages)["etl"]}))

    def above(name, seen=()):
        return name in seen or any(above(source, (*seen, name)) for source in reads.get(name, ()))

    assert set(found) == {name for name in reads if not above(name)}
    for i, name in enumerate(found):
        assert all(source in found[:i] or source not in reads for source in reads[name])
