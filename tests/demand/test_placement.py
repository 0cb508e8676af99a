"""Who runs where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.demand.clusters import network, site

from easterly import demand
from easterly.base.findings import FindingsError

EIGHT = {"parallel": {"tp": 8}}
SIXTEEN = {"parallel": {"tp": 8, "dp": 2}}


def hosts_of(plan, count=8, gpus=8):
    placed = demand.place(plan, network(count, gpus, gpus))
    return {name: rows.tolist() for name, rows in placed.hosts.items()}


def codes(plan, count=8):
    with pytest.raises(FindingsError) as raised:
        demand.place(plan, network(count))
    return [(f.code, f.at) for f in raised.value.findings]


def test_jobs_then_services_in_the_order_of_names_around_what_is_fixed():
    plan = site({"b": SIXTEEN, "a": EIGHT, "c": {**SIXTEEN, "first_host": 1}}, {"aa": {"tp": 8}})
    assert hosts_of(plan) == {"c": [1, 2], "a": [0], "b": [3, 4], "aa": [5, 6]}


def test_order_of_the_file_changes_nothing():
    jobs = {"b": SIXTEEN, "a": EIGHT, "c": EIGHT}
    assert hosts_of(site(jobs)) == hosts_of(site(dict(reversed(jobs.items()))))


def test_a_service_takes_the_gpus_of_its_hosts():
    assert hosts_of(site(services={"s": {}}, gpus=4), gpus=4) == {"s": [0, 1]}
    assert hosts_of(site(services={"s": {"tp": 2, "replicas": {"prefill": 3, "decode": 6}}})) == {"s": [0, 1, 2]}


@pytest.mark.parametrize(
    "jobs, services, wanted",
    [
        ({"j": {"parallel": {"dp": 72}}}, {}, [("E601", "jobs/j")]),
        ({"j": {**SIXTEEN, "first_host": 7}}, {}, [("E601", "jobs/j/first_host")]),
        ({"j": {**SIXTEEN, "first_host": 99}}, {}, [("E601", "jobs/j/first_host")]),
        ({"i": {**SIXTEEN, "first_host": 2}, "j": {**SIXTEEN, "first_host": 3}}, {}, [("E602", "jobs/j/first_host")]),
        ({}, {"s": {"tp": 9}}, [("E605", "services/s/tp")]),
        ({"a": {"parallel": {"dp": 48}}, "b": {"parallel": {"dp": 24}}}, {"s": {}}, [("E601", "jobs/b")]),
    ],
)
def test_what_does_not_fit(jobs, services, wanted):
    assert codes(site(jobs, services)) == wanted


def test_names_that_do_not_exist_are_left_to_the_reader_of_the_file():
    bad = {"f": {"fabric": "g"}, "c": {"class": "x"}, "m": {"model": "gpt9"}, "ok": {}, "s": {}}
    assert hosts_of(site(bad, {"s": {}})) == {"ok": [0], "s": [1]}


@given(st.lists(st.tuples(st.integers(1, 20), st.none() | st.integers(0, 9)), max_size=5))
def test_hosts_are_never_shared(wanted):
    jobs = {f"j{i}": {"parallel": {"dp": dp}, "batch": dp, "first_host": at} for i, (dp, at) in enumerate(wanted)}
    try:
        hosts = hosts_of(site(jobs), count=8)
    except FindingsError as error:
        assert {f.code for f in error.findings} <= {"E601", "E602"}
        return
    taken = [h for rows in hosts.values() for h in rows]
    assert len(taken) == len(set(taken)) and set(taken) <= set(range(8))
    for i, (dp, at) in enumerate(wanted):
        assert len(hosts[f"j{i}"]) == -(-dp // 8) and at in (None, hosts[f"j{i}"][0])


@pytest.mark.parametrize("fabrics", [["nowhere"], ["nowhere", "f"]])
def test_a_job_with_replicas_on_fabrics_that_are_not_there_is_left_to_the_room_that_reads_names(fabrics):
    assert list(hosts_of(site({"a": {**EIGHT, "geo": {"fabrics": fabrics}}, "b": EIGHT}))) == ["b"]
