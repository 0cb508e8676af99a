"""What holds of every service, however oddly it is written."""

import math
import warnings

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.demand.clusters import network, site
from tests.demand.serving.made import figures, found, host

from easterly import demand
from easterly.base.findings import FindingsError
from easterly.demand import serving

SHARE = st.sampled_from(["0%", "50%", "100%", "130%"])
COUNT = st.sampled_from([1, 2, 1000, 1_000_000])
LOAD = st.fixed_dictionaries(
    {"requests": st.sampled_from(["0/s", "1/s", "300/s", "1000000/s"])},
    optional={
        "prompt": COUNT, "output": COUNT, "prefix_hit": SHARE, "prompt_cv": st.sampled_from([0, 0.001, 0.5, 5, 100]),
        "arrival_cv": st.sampled_from([0, 100]), "flash": st.just({"factor": 2, "lasts": "1s"}),
    },
)  # fmt: skip
SPEC = st.fixed_dictionaries(
    {"load": LOAD, "model": st.sampled_from(["llama3-8b", "llama3-405b", "deepseek-v3", "gpt3-175b"])},
    optional={
        "tp": st.sampled_from([1, 2, 3, 8, 16]), "pp": st.sampled_from([1, 2, 5]), "ep": st.sampled_from([2, 12, 32]),
        "mode": st.sampled_from(["aggregated", "disaggregated"]), "dtype": st.sampled_from(["fp8", "fp32"]),
        "mfu": SHARE, "mbu": SHARE, "memory": SHARE, "overlap": SHARE, "batch": st.sampled_from([1, 10**9]),
        "chunk": st.sampled_from([1, 10**6]), "replicas": st.sampled_from([{"prefill": 3, "decode": 2}, {"both": 3}]),
        "prefix": st.just({"hit": "50%"}), "weights": st.sampled_from([{"deadline": "0s"}, {"replicas": 1}]),
        "prefill": st.sampled_from([{"tp": 4}, {"ep": 16}, {"pp": 2}]),
        "slo": st.sampled_from([{"ttft": {"max": "0s"}}, {"itl": {"max": "1s", "quantile": 0.9999}}]),
    },
)  # fmt: skip
HOSTS = st.sampled_from([{}, {"scaleup": None}, {"gpu": "own"}, {"gpus": 4, "nics": 1}, {"nics": 16}])


@settings(max_examples=40, deadline=None)
@given(SPEC, HOSTS)
def test_every_service_has_figures_findings_and_flows_or_a_reason(spec, hardware):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        row = serving.row(figures(host(**hardware), **spec))
        findings = found(spec, hosts=24)
        made = _built(spec)
    assert set(row) == set(serving.table([row]).__slots__)
    assert all(math.isnan(value) or value >= 0 or value == -1 for value in row.values() if not isinstance(value, str))
    assert row["ttft_s"] >= 0 or (math.isnan(row["ttft_s"]) and "gpu" in hardware)
    assert all(f.code[:2] == "E6" and f.message and f.at.startswith("services/s") for f in findings)
    if made is not None:
        assert (made.flows.src != made.flows.dst).all() and not made.flows.size_B.any()


def _built(spec):
    try:
        return demand.build(site(services={"s": spec}, hosts=24), network(24))
    except FindingsError as error:
        assert {finding.code for finding in error.findings} <= {"E601", "E605"}
        return None
