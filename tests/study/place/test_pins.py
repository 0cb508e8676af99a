"""Works that name their hosts, and what works need besides GPUs."""

from __future__ import annotations

import pytest
import yaml
from tests.study.place.sites import document, dp, nouns

from easterly.base.findings import FindingsError
from easterly.base.runs import names, runs
from easterly.site import load_text
from easterly.study.check import check
from easterly.study.place import exported, place

JOBS = {"a": dp(3), "b": dp(2), "c": dp(1)}
SHAPE = {"hosts": 8, "nics": 2, "down": 4}


@pytest.mark.no_cover
def test_what_is_exported_for_the_site_file_is_planned_like_that():
    made = nouns(JOBS, **SHAPE)
    found = place(made, rounds=100)
    files = {f.path: f.text for f in exported(made.site, made.network.value, found.blocks, found.best.outcome)}
    pins = yaml.safe_load(files["placement.yaml"])["jobs"]
    again = nouns({name: {**job, **pins[name]} for name, job in JOBS.items()}, **SHAPE)
    assert {n: h.tolist() for n, h in again.placement.value.hosts.items()} == {
        n: h.tolist() for n, h in found.best.outcome.hosts.items()
    }
    pinned = place(again, rounds=10)
    assert pinned.current.value == pytest.approx(found.best.value, rel=1e-12)
    assert set(pinned.fixed) == set(JOBS) and pinned.best.moved == ()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"on_hosts": ["f-host-0", "f-host-0", "f-host-1"]}, "names f-host-0 twice"),
        ({"on_hosts": ["f-host-0..f-host-1"]}, "needs 3 hosts and names 2"),
        ({"on_hosts": ["f-host-0..g-host-2"]}, "is no run of names"),
        ({"on_hosts": ["f-host-2..f-host-0"]}, "is no run of names"),
        ({"on_hosts": ["f-hots-0..f-hots-2"]}, "no host of fabric f"),
        ({"on_hosts": ["f-host-0..f-host-2"], "first_host": 0}, "first_host and on_hosts"),
    ],
)
def test_hosts_that_cannot_be_had_are_told(more, said):
    with pytest.raises(FindingsError) as caught:
        nouns({"a": dp(3, **more)}, **SHAPE).placement  # noqa: B018
    (finding,) = caught.value.findings
    assert finding.code == "E716" and said in finding.message and finding.at == "jobs/a/on_hosts"


def test_two_works_that_name_one_host_overlap():
    both = {"a": dp(1, on_hosts=["f-host-3"]), "b": dp(2, on_hosts=["f-host-2", "f-host-3"])}
    with pytest.raises(FindingsError, match="b names f-host-3, where a already runs"):
        nouns(both, **SHAPE).placement  # noqa: B018


def test_ranks_follow_the_order_of_the_names():
    made = nouns({"a": dp(3, on_hosts=["f-host-5", "f-host-0..f-host-1"])}, **SHAPE)
    assert made.placement.value.hosts["a"].tolist() == [5, 0, 1]


def test_runs_are_read_as_they_are_written():
    hosts = [f"h-{i}" for i in (0, 1, 2, 7, 9, 10)] + ["x", "h-011", "h-012"]
    assert runs(hosts) == ["h-0..h-2", "h-7", "h-9..h-10", "x", "h-011..h-012"]
    assert names(runs(hosts)) == hosts
    with pytest.raises(ValueError, match="widths"):
        names(["h-01..h-3"])


def test_needs_are_compared_with_what_a_host_has():
    data = document({"a": dp(1, needs={"cpus": 16, "ram": "10GB"})}, **SHAPE)
    data["hardware"]["hosts"]["h"] |= {"cpus": 31, "ram": "20GB"}
    site = load_text(yaml.safe_dump(data)).site
    assert [(f.code, f.at) for f in check(site) if f.code == "E717"] == [("E717", "jobs/a/needs/cpus")]
    data["hardware"]["hosts"]["h"]["cpus"] = 32
    assert not [f for f in check(load_text(yaml.safe_dump(data)).site) if f.code == "E717"]
