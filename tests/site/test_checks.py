"""Rules of the site file as a whole."""

from __future__ import annotations

import pytest
from tests.site.test_yaml_load import GOOD

from easterly.base.findings import Severity
from easterly.site import checks, load_text


def run(rule, *changes, more=""):
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return [(f.at, f.message) for f in rule(load_text(text + more).site)]


RULES = (checks.known_names, checks.catalog_names, checks.used_names, checks.shared_names, checks.complete_intents)


@pytest.mark.parametrize("rule", RULES)
def test_a_good_site_has_no_finding(rule):
    assert run(rule) == []


@pytest.mark.parametrize(
    ("old", "new", "at", "kind"),
    [
        ("{type: dgx", "{type: dg", "fabrics/train/hosts/type", "host type dg"),
        ("leaf: {type: sw64", "leaf: {type: sw", "fabrics/train/leaf/type", "switch type sw"),
        ("spine: {type: sw64", "spine: {type: sw", "fabrics/train/spine/type", "switch type sw"),
        ("tenant: acme", "tenant: acne", "jobs/pre/tenant", "tenant acne"),
        ("fabric: train", "fabric: rain", "jobs/pre/fabric", "fabric rain"),
        ("class: bulk", "class: bluk", "jobs/pre/class", "class bluk"),
        ("job: pre", "job: per", "intents/fast/job", "job per"),
        ("job: pre", "job: pre, service: x", "intents/fast/service", "service x"),
        ("job: pre", "job: pre, fabric: x", "intents/fast/fabric", "fabric x"),
        ("job: pre", "job: pre, class: x", "intents/fast/class", "class x"),
        ("{job: pre, step_time: {max: 30s}}", "{isolate: [acme, b]}", "intents/fast/isolate/1", "tenant b"),
        ("vrf: true", "pool: blue", "tenants/acme/pool", "address pool blue"),
    ],
)
def test_names_must_exist(old, new, at, kind):
    assert run(checks.known_names, (old, new)) == [(at, f"there is no {kind}")]


def test_ends_of_links_and_services_must_exist():
    more = """\
wan:
  sites: {far: {}}
  links: {one: {a: train, b: far, rate: 1Gb/s, delay: 1ms}, two: {a: rain, b: fra, rate: 1Gb/s, delay: 1ms}}
services: {chat: {tenant: x, fabric: y, class: z, model: llama3-8b, load: {requests: 1/s}}}
"""
    assert run(checks.known_names, more=more) == [
        ("wan/links/two/a", "there is no fabric or WAN site rain"),
        ("wan/links/two/b", "there is no fabric or WAN site fra"),
        ("services/chat/tenant", "there is no tenant x"),
        ("services/chat/fabric", "there is no fabric y"),
        ("services/chat/class", "there is no class z"),
    ]


def test_explicit_graphs_and_fat_trees_name_their_parts():
    more = """\
  g:
    blueprint: graph
    nodes: {a: {type: sw64}, b: {type: nope}, h: {type: dgx}}
    links: {x: {a: "a:1", b: b}, y: {a: c, b: "h:0"}}
  f: {blueprint: fat-tree, k: 4, switch: none, hosts: {type: dgx, count: 1}}
"""
    assert run(checks.known_names, ("tenants:", more + "tenants:")) == [
        ("fabrics/f/switch", "there is no switch type none"),
        ("fabrics/g/nodes/b/type", "there is no switch or host type nope"),
        ("fabrics/g/links/y/a", "there is no node c"),
    ]


def test_catalog_names():
    assert run(checks.catalog_names, ("llama3-8b", "llama")) == [("jobs/pre/model", "the catalog has no model llama")]
    own = "gpu: mine, peak: 1PFLOP/s, memory: 80GB, gpus: 8"
    assert run(checks.catalog_names, ("gpus: 8", own)) == []
    assert run(checks.catalog_names, ("gpus: 8", "gpu: mine, gpus: 8")) == [
        ("hardware/hosts/dgx/gpu", "the catalog has no GPU mine")
    ]
    shape = "{params: 8e9, layers: 32, hidden: 4096, heads: 32}"
    assert run(checks.catalog_names, ("llama3-8b", shape)) == []


def test_unused_tenants_are_warned_of():
    site = load_text(GOOD.replace("acme: {", "beta: {}, acme: {")).site
    found = list(checks.used_names(site))
    assert [(f.at, f.severity, f.on_key) for f in found] == [("tenants/beta", Severity.WARNING, True)]


def test_shared_names():
    more = """\
wan: {sites: {train: {}}}
services: {pre: {class: bulk, model: llama3-8b, load: {requests: 1/s}}}
"""
    changes = (("hosts: {dgx:", "hosts: {sw64: {gpus: 1, nics: 1, nic_rate: 1Gb/s}, dgx:"),)
    assert [at for at, _ in run(checks.shared_names, *changes, more=more)] == [
        "services/pre", "wan/sites/train", "hardware/hosts/sw64",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("intent", "at"),
    [
        ("{step_time: {max: 1s}}", "intents/fast"), ("{latency: {max: 1s}}", "intents/fast"),
        ("{loss: 1%}", "intents/fast"), ("{queue_delay: {max: 1s}}", "intents/fast"),
        ("{isolate: [acme]}", "intents/fast/isolate"), ("{isolate: []}", "intents/fast/isolate"),
    ],
)  # fmt: skip
def test_intents_name_their_subject(intent, at):
    assert [found for found, _ in run(checks.complete_intents, ("{job: pre, step_time: {max: 30s}}", intent))] == [at]


def test_intents_about_all_need_no_subject():
    for intent in ("{utilisation: {max: 80%}}", "{oversubscription: {max: 1}}", "{class: bulk, loss: 1%}"):
        assert run(checks.complete_intents, ("{job: pre, step_time: {max: 30s}}", intent)) == []
