"""Every rule finds its mistake, at its place, and nothing where there is none."""

import inspect

import pytest
from tests.demand.clusters import MODEL, network, site

from easterly.base.findings import rules
from easterly.demand.checks import jobs as checks

HOST = {"gpus": 8, "nics": 8, "nic_rate": "400Gb/s", "scaleup": "450GB/s"}
FINE = {"parallel": {"tp": 8, "dp": 2}, "batch": 64, "mfu": "40%"}


def found(plan, count=4):
    nouns = {"site": plan, "network": network(count)}
    mine = [entry.check for code, entry in rules().items() if entry.check.__module__ == checks.__name__]
    return [f for check in mine for f in check(**{n: nouns[n] for n in inspect.signature(check).parameters})]


def hardware(**more):
    return {"switches": {"sw": {"ports": 64, "rate": "400Gb/s"}}, "hosts": {"h": {**HOST, **more}}}


def test_a_sound_site_has_no_findings():
    assert found(site({"j": FINE}, {"s": {"tp": 8}})) == []


@pytest.mark.parametrize(
    "code, at, change, hint",
    [
        ("E601", "", {"parallel": {"tp": 8, "dp": 8}}, "add 4 hosts"),
        ("E603", "parallel", {"parallel": {"tp": 4, "dp": 1}}, "multiple of 8"),
        ("E604", "parallel/tp", {"parallel": {"tp": 16}}, "tp: 8"),
        ("E606", "batch", {"batch": 1}, "batch: 2"),
        ("E607", "batch", {"batch": 65}, "batch: 64 or 66"),
        ("E608", "parallel/pp", {"parallel": {"tp": 8, "pp": 3}}, "12.5%"),
        ("E609", "parallel/pp", {"parallel": {"tp": 8, "pp": 4, "interleave": 3}}, "10 at most"),
        ("E612", "dtype", {"dtype": "fp8"}, "bf16, fp16, fp32"),
        ("E616", "parallel/tp", {"model": {**MODEL, "heads": 12}}, "tp: 6"),
        ("E618", "mfu", {"mfu": "0%"}, "30% to 60%"),
        ("E618", "mfu", {"mfu": "120%"}, "30% to 60%"),
        ("E617", "batch", {"parallel": {"tp": 8, "pp": 4}, "batch": 2}, "batch: 4"),
    ],
)
def test_one_mistake_one_finding(code, at, change, hint):
    gpu = "a100-sxm-80" if code == "E612" else "h100-sxm"
    findings = found(site({"j": {**FINE, **change}}, hardware=hardware(gpu=gpu)))
    assert [(f.code, f.at) for f in findings] == [(code, f"jobs/j/{at}".rstrip("/"))]
    assert hint in findings[0].hint


def test_no_more_than_the_whole_prompt_is_cached():
    load = {"requests": "1/s", "prefix_hit": "101%"}
    assert [(f.code, f.at) for f in found(site(services={"s": {"tp": 8, "load": load}}))] == [
        ("E618", "services/s/load/prefix_hit")
    ]


def test_hosts_and_fabrics():
    assert [f.at for f in found(site(hardware=hardware(nics=6)))] == ["hardware/hosts/h/nics"]
    jobs = {name: {**FINE, "first_host": 1} for name in "ij"}
    assert [(f.code, f.at) for f in found(site(jobs))] == [("E602", "jobs/j/first_host")]


def fabric():
    return {"blueprint": "rail-only", "hosts": {"type": "h", "count": 4}, "leaf": {"type": "sw", "down": 32}}
