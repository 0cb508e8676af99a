"""Every rule finds its mistake, at its place, and nothing where there is none."""

import pytest
from tests.demand.clusters import site

from easterly.base.findings import Severity, rules
from easterly.qos import checks

BULK = {"dscp": 0, "share": "rest"}


def found(plan):
    mine = [entry.check for entry in rules().values() if entry.check.__module__ == checks.__name__]
    return [f for check in mine for f in check(plan)]


def test_a_sound_site_has_no_findings():
    classes = {
        "bulk": BULK, "training": {"dscp": 26, "share": "50%", "lossless": True, "ecn": "auto"},
        "inference": {"dscp": 46, "share": "10%", "priority": "strict"}, "cnp": {"dscp": 48, "share": "2%"},
        "low": {"dscp": 8, "share": "1%"}, "oam": {"dscp": 16, "share": "1%", "queue": 1},
    }  # fmt: skip
    assert found(site(classes=classes, tenants={"a": {"share": "33.3%"}, "b": {"share": "66.7%"}, "c": {}})) == []
    assert found(site(classes={})) == []


def cls(dscp, share, **more):
    return {"dscp": dscp, "share": share, **more}


def marked(dscp, share, **more):
    return cls(dscp, share, lossless=True, ecn="auto", **more)


def strict(dscp, share, **more):
    return cls(dscp, share, priority="strict", **more)


@pytest.mark.parametrize(
    "code, at, classes, hint",
    [
        ("E801", "b/dscp", {"a": BULK, "b": cls(0, "10%")}, "dscp 10 is free"),
        ("E802", "b/share", {"a": BULK, "b": cls(10, "rest")}, "number"),
        ("E803", "b/share", {"a": cls(0, "50%"), "b": strict(46, "rest")}, "policed"),
        ("E804", "", {"a": cls(0, "40%"), "b": cls(10, "50%")}, "missing 10%"),
        ("E804", "", {"a": cls(0, "70%"), "b": cls(10, "45%")}, "take 15%"),
        (
            "E805",
            "",
            {"a": BULK, **{f"c{i}": cls(i, "1%") for i in range(2, 10) if i != 8}, "d": cls(10, "1%")},
            "1 of",
        ),
        ("E806", "b/dscp", {"a": BULK, "b": strict(8, "5%")}, "CS1"),
        ("E806", "b/dscp", {"a": BULK, "b": marked(1, "5%")}, "LE"),
        ("E806", "b/dscp", {"a": BULK, "b": cls(56, "5%")}, "CS7"),
        ("E806", "b/dscp", {"a": BULK, "b": cls(48, "50%")}, "CS6"),
        ("E806", "b/dscp", {"a": BULK, "b": cls(46, "50%")}, "RFC 3246"),
        ("E807", "c/lossless", {"a": marked(0, "rest"), "b": marked(10, "9%"), "c": marked(26, "9%")}, "2 lossless"),
        ("E808", "b/queue", {"a": {**BULK, "queue": 3}, "b": cls(10, "9%", queue=3)}, "leave queue out"),
        ("E808", "b/queue", {"a": BULK, "b": cls(10, "9%", queue=8)}, "leave queue out"),
        ("E809", "", {"a": cls(10, "rest")}, "dscp: 0 on class a"),
        ("E809", "", {"a": cls(10, "100%")}, "add default"),
        ("E810", "b/lossless", {"a": BULK, "b": cls(26, "9%", lossless=True)}, "ecn: auto"),
        ("E812", "b/share", {"a": BULK, "b": cls(10, "0%")}, "1%"),
        ("E812", "a/share", {"a": BULK, "b": cls(10, "100%")}, "1%"),
        ("E813", "b/ecn", {"a": BULK, "b": strict(46, "9%", ecn=True)}, "leave ecn"),
    ],
)
def test_one_mistake_one_finding(code, at, classes, hint):
    findings = found(site(classes=classes))
    assert [(f.code, f.at) for f in findings] == [(code, f"classes/{at}".rstrip("/"))]
    assert hint in findings[0].hint
    stops = {"E801", "E802", "E803", "E804", "E805", "E808"}
    assert (findings[0].severity is Severity.ERROR) == (code in stops)


def test_strict_and_lossless():
    classes = {"a": BULK, "b": {"dscp": 26, "share": "9%", "priority": "strict", "lossless": True}}
    assert [f.code for f in found(site(classes=classes))] == ["E810", "E814"]


def test_tenants_share_the_whole_at_most():
    (finding,) = found(site(tenants={"a": {"share": "70%"}, "b": {"share": "40%"}}))
    assert finding.code == "E811" and finding.hint == "take 10% from them"


def test_over_the_whole_the_rest_is_no_excuse():
    assert [f.code for f in found(site(classes={"a": BULK, "b": {"dscp": 10, "share": "130%"}}))] == ["E804"]
