"""``PATH=VALUE``: what is set, what is made on the way, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from easterly.site import load_text, setting

TEXT = """\
version: 1
site: {name: pod}
qos: {preset: ai-cluster}
hardware: {switches: {sw: {ports: 32, rate: 400Gb/s}}, hosts: {box: {gpus: 8, nics: 8, nic_rate: 400Gb/s}}}
fabrics:
  a: {blueprint: leaf-spine, hosts: {type: box, count: 8}, leaf: {type: sw, down: 16, up: 8}, spine: {type: sw}}
  b: {blueprint: ring, switch: sw, hosts: {type: box, count: 4}, down: 8, switches: 4}
addressing: {pools: {fabric: 10.64.0.0/16, loopback: 10.65.0.0/24}}
jobs:
  pre: {fabric: a, class: training, model: llama3-8b, parallel: {tp: 8, dp: 8}, batch: 128}
"""


def data() -> dict[str, Any]:
    found: dict[str, Any] = load_text(TEXT).source.tree.data
    return found


def put(change: str) -> Any:
    site = data()
    path, written = setting.split(change)
    setting.put(site, path, setting.value(written))
    return setting.changed(site).site


def test_values_are_those_of_a_file_that_was_edited() -> None:
    changed = TEXT.replace("up: 8", "up: 4").replace("batch: 128", "batch: 64")
    site = data()
    for change in ("fabrics.a.leaf.up=4", "jobs.pre.batch=64"):
        path, written = setting.split(change)
        setting.put(site, path, setting.value(written))
    assert setting.changed(site).site == load_text(changed).site


@pytest.mark.parametrize(
    ("change", "read"),
    [
        ("jobs.pre.library.qps=8", lambda site: site.jobs["pre"].library.qps == 8),
        ("jobs.pre.overlap.dp=50%", lambda site: site.jobs["pre"].overlap.dp == 0.5),
        ("fabrics.a.hash.seed=same", lambda site: site.fabrics["a"].hash.seed == "same"),
        ("fabrics.b.cables.leaf=5m", lambda site: site.fabrics["b"].cables.leaf == 5.0),
        ("classes.training.share=33%", lambda site: site.classes["training"].share == 0.33),
        ("prices.switches={sw: 9}", lambda site: site.prices.switches == {"sw": 9.0}),
        ("fabrics.a.leaf={type: sw, down: 8, up: 8}", lambda site: site.fabrics["a"].leaf.down == 8),
        ("jobs.pre.zero=3", lambda site: site.jobs["pre"].zero == 3),
        ("seed=7", lambda site: site.seed == 7),
    ],
)
def test_maps_that_the_file_leaves_out_are_made(change: str, read: Any) -> None:
    assert read(put(change))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("seed", "PATH=VALUE"),
        ("=7", "PATH=VALUE"),
        ("jobs.pr.batch=1", "did you mean pre"),
        ("fabrics.b.leaf.up=1", "no 'leaf' there"),
        ("fabrics.a.super_spine.type=sw", "no 'super_spine' there"),
        ("jobs.pre.batch.size=1", "no map of keys"),
        ("jobs.pre.batch.size.unit=1", "no 'size' there"),
        ("nonsense.a=1", "no 'nonsense' there"),
        ("classes.trainin.share=1%", "no 'trainin' there"),
    ],
)
def test_paths_that_lead_nowhere_are_refused(change: str, said: str) -> None:
    with pytest.raises(setting.Refused, match=said):
        put(change)


def test_what_may_stand_at_the_end_is_known_by_the_kind_of_fabric() -> None:
    assert setting.misnamed(data(), ("fabrics", "b", "down")) == ""
    assert setting.misnamed(data(), ("fabrics", "b", "dwn")) == "did you mean down?"
    assert setting.misnamed(data(), ("fabrics", "a", "switches")) != ""
    assert setting.misnamed(data(), ("jobs", "new")) == ""
