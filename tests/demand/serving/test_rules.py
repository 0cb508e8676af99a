"""Rules of services: every mistake where it is, and nothing where there is none."""

import pytest
from tests.demand.clusters import network, site
from tests.demand.serving.made import codes, found, host, service

from easterly.demand.facts import model_of
from easterly.demand.serving.start import starts
from easterly.site import blueprints

FINE = {
    "model": "llama3-70b", "tp": 8, "load": {"requests": "2/s", "prompt": 1000, "output": 200},
    "slo": {"ttft": {"max": "2s"}, "itl": {"max": "60ms"}, "promise": "99%"},
}  # fmt: skip
DEEPSEEK = {"model": "deepseek-v3", "dtype": "fp8", "ep": 32, "load": {"requests": "2/s"}}


def test_sound_services_have_no_findings():
    assert found(FINE) == found({**DEEPSEEK, "tp": 4}) == found({**FINE, "mode": "aggregated", "slo": {}}) == []


LOAD = FINE["load"]


@pytest.mark.parametrize(
    "code, at, change, hint",
    [
        ("E605", "tp", {"tp": 16}, "tp: 8"),
        ("E630", "", {"tp": 1}, "2 times"),
        ("E631", "", {"load": {**LOAD, "requests": "40/s"}, "slo": {}}, "prefill: 3"),
        ("E632", "replicas/decode", {"load": {**LOAD, "output": 60_000}, "replicas": {"decode": 1}}, "decode:"),
        ("E633", "slo/ttft/max", {"slo": {"ttft": {"max": "290ms"}}}, "prefill: 2"),
        ("E633", "slo/itl/max", {"slo": {"itl": {"max": "1ms"}}}, "no number of replicas"),
        ("E634", "load/flash", {"load": {**LOAD, "flash": {"factor": 30, "lasts": "60s"}}}, "times as many"),
        ("E635", "ep", {"ep": 8}, "leave ep out"),
        ("E635", "replicas/both", {"replicas": {"both": 2}}, "prefill"),
        ("E635", "replicas/decode", {"mode": "aggregated", "replicas": {"decode": 2}, "slo": {}}, "both"),
        ("E635", "prefill", {"mode": "aggregated", "prefill": {"tp": 8}, "slo": {}}, "decode"),
        ("E636", "slo/measured", {"slo": {"promise": "99.9%", "measured": "95%"}}, "P99.9"),
        ("E636", "slo/ttft", {"slo": {"promise": "99.9%", "ttft": {"max": "5s"}}}, "P99.9"),
        ("E636", "slo/itl/quantile", {"slo": {"promise": "99%", "itl": {"max": "5s", "quantile": 0.5}}}, "P99"),
        ("E637", "weights/deadline", {"weights": {"deadline": "100ms"}}, "fewer replicas"),
        ("E638", "mfu", {"mfu": "120%", "slo": {}}, "100%"),
        ("E638", "prefix/hit", {"load": {**LOAD, "prefix_hit": "80%"}, "prefix": {"hit": "30%"}}, "add up"),
        ("E639", "users/from", {"users": {"from": "f"}}, "border"),
    ],
)  # fmt: skip
def test_one_mistake_one_finding(code, at, change, hint):
    findings = found({**FINE, **change})
    assert [(f.code, f.at) for f in findings] == [(code, f"services/s/{at}".rstrip("/"))]
    assert hint in findings[0].hint


@pytest.mark.parametrize("change, at", [({"ep": 512}, "ep"), ({"ep": 30, "tp": 4}, "ep"), ({"tp": 3, "ep": 33}, "tp")])
def test_experts_that_do_not_divide(change, at):
    assert ("E635", f"services/s/{at}") in codes({**DEEPSEEK, **change}, hosts=64)


def test_hints_mend_what_they_are_about():
    """A service with as many replicas as the hint says has no finding."""
    load = {**LOAD, "requests": "60/s"}
    (first,) = found({**FINE, "load": load, "slo": {"ttft": {"max": "350ms"}}}, hosts=40)
    assert first.code == "E631"
    needed = int(first.hint.split("prefill: ")[1].split("}")[0])
    enough = {**FINE, "load": load, "slo": {"ttft": {"max": "350ms"}}, "replicas": {"prefill": needed, "decode": 2}}
    assert found(enough, hosts=40) == []
    (less,) = found({**enough, "replicas": {"prefill": needed - 1, "decode": 2}}, hosts=40)
    assert less.code == "E633" and f"prefill: {needed}" in less.hint


def test_limit_of_requests_is_where_the_finding_ends():
    """One replica per host of 8 x 400 Gb/s; 1,024 tokens of 2 x 8 x 1,024 x 2 B are 0.268 Gb."""
    limit = 3.2e12 / (1024 * 2 * 8 * 1024 * 2 * 8)
    for requests, wanted in ((limit * 0.999, False), (limit * 1.001, True)):
        spec = {"tp": 8, "load": {"requests": f"{requests}/s"}}
        assert (("E614", "services/s/load/requests") in codes(spec)) is wanted


def test_a_pool_of_one_gpu_replicas_has_the_interfaces_of_its_gpus():
    """Two GPUs of a host hand over through two interfaces, not through all eight."""
    limit = 400e9 / (1024 * 2 * 8 * 1024 * 2 * 8)
    spec = {"tp": 1, "load": {"requests": f"{1.01 * limit}/s"}}
    assert ("E614", "services/s/load/requests") in codes(spec)


def test_where_there_are_several_fabrics():
    fabric = {"blueprint": "rail-only", "hosts": {"type": "h", "count": 4}, "leaf": {"type": "sw", "down": 32}}
    assert codes({"tp": 8}, fabrics={"f": fabric, "g": fabric}) == [("E611", "services/s")]


def test_weights_that_a_link_of_the_wan_delays():
    """141 GB over 10 Gb/s are 113 s, through an interface each GPU's 17.6 GB would be 0.35 s."""
    fabric = {
        "blueprint": "leaf-spine", "hosts": {"type": "h", "count": 2}, "leaf": {"type": "sw", "down": 16, "up": 8},
        "spine": {"type": "sw"},
    }  # fmt: skip
    link = {"a": "f", "b": "west", "rate": "10Gb/s", "delay": "1ms"}
    wan = {"sites": {"west": {}}, "links": {"w": link}}
    plan = site(fabrics={"f": fabric}, wan=wan)
    for deadline, wanted in (("114s", 0), ("112s", 1)):
        spec = service(tp=8, weights={"from": "west", "replicas": 1, "deadline": deadline})
        assert len(list(starts(spec, model_of(spec), plan, blueprints.build(plan), host()))) == wanted


def test_the_network_of_these_tests_has_no_border():
    assert not (network(2).nodes.role == "border").any() and site().fabrics
