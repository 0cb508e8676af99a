"""The gallery: every example says nothing but what it means to show."""

from __future__ import annotations

from pathlib import Path

import pytest

import easterly
from easterly.site import format_findings, load
from easterly.site.blueprints import BLUEPRINTS, build
from easterly.study.check import check_path

GALLERY = [
    Path(easterly.__file__).parent / "app" / "demo.yaml",
    *sorted((Path(__file__).parents[2] / "examples").glob("*.yaml")),
]


AS_PUBLISHED = {"llama3-405b": {"E608", "E615", "E319", "E810"}, "case-inference-before": {"E706"}}
"""Findings that an example is meant to show: 126 layers on 16 stages, an efficiency and marks that nobody states; ports
that are not hashed, which is what the case is about."""


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_an_example_has_no_findings(path):
    findings, source = check_path(path)
    told = [finding for finding in findings if finding.code not in AS_PUBLISHED.get(path.stem, set())]
    assert not told, format_findings(told, source)


def test_every_blueprint_has_its_example():
    shown = {fabric.blueprint for path in GALLERY for fabric in load(path).site.fabrics.values()}
    assert shown == set(BLUEPRINTS)


def test_the_demo_has_a_thousand_gpus_for_two_tenants():
    site = load(GALLERY[0]).site
    network = build(site)
    assert int(network.hosts.gpus.sum()) == 1024
    assert len(site.tenants) == 2
    asked = sum(job.parallel.gpus for job in site.jobs.values())
    asked += sum(s.tp * (s.replicas.prefill + s.replicas.decode) for s in site.services.values())
    assert asked == 1024
