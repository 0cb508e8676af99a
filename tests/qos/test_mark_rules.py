"""Code points, thresholds and shares: each contradiction is found, and what agrees is left alone."""

from __future__ import annotations

import pytest
from tests.demand.clusters import job, site

from easterly.base.findings import Severity
from easterly.qos import checks, checks_marks, checks_memory, checks_shares
from easterly.site import blueprints

BULK = {"dscp": 0, "share": "rest"}
RULES = (
    checks_marks.names_agree_with_code_points, checks_marks.lossless_classes_do_not_drop,
    checks_marks.thresholds_are_in_order, checks_marks.early_detection_fits_its_class,
    checks_marks.jobs_mark_their_class, checks_shares.tenants_divide_their_whole, checks_shares.effective_shares_agree,
)  # fmt: skip


def found(plan):
    return [f for rule in RULES for f in rule(plan)]


def codes(**classes):
    return [(f.code, f.severity) for f in found(site(classes={"bulk": BULK, **classes}))]


def a(dscp=10, **more):
    return {"dscp": dscp, "share": "10%", **more}


# RFC 4594, figure 3, and RFC 8622.
PUBLISHED = {
    "CS7": 56, "CS6": 48, "EF": 46, "CS5": 40, "AF41": 34, "AF42": 36, "AF43": 38, "CS4": 32, "AF31": 26, "AF32": 28,
    "AF33": 30, "CS3": 24, "AF21": 18, "AF22": 20, "AF23": 22, "CS2": 16, "AF11": 10, "AF12": 12, "AF13": 14, "CS1": 8,
    "LE": 1, "DF": 0,
}  # fmt: skip


@pytest.mark.parametrize("name, dscp", PUBLISHED.items())
def test_names_of_behaviours_are_their_code_points(name, dscp):
    assert checks_marks.POINTS[name.lower()] == dscp
    classes = {"other": BULK | {"dscp": 63}}
    assert found(site(classes={**classes, name: a(dscp)})) == []
    (one,) = found(site(classes={**classes, name.lower(): a((dscp + 2) % 62)}))
    assert one.code == "E815" and f"dscp: {dscp}" in one.hint and one.severity is Severity.WARNING


@pytest.mark.parametrize(
    "name, dscp, wrong", [("train-AF31", 26, False), ("train_af31", 34, True), ("ef.chat", 44, True),
                          ("le-mans", 34, False), ("AF31-AF41", 34, False),
                          ("after", 34, False), ("chef", 34, False), ("cs1", 8, False)]
)  # fmt: skip
def test_names_are_read_by_words(name, dscp, wrong):
    assert codes(**{name: a(dscp)}) == ([("E815", Severity.WARNING)] if wrong else [])


@pytest.mark.parametrize("name", ["management", "mgmt", "oam-probes", "Control", "ssh", "network-monitoring"])
@pytest.mark.parametrize("dscp, wrong", [(8, True), (1, True), (16, False), (48, False), (34, False)])
def test_management_is_not_marked_to_starve(name, dscp, wrong):
    findings = list(checks.conventions_hold(site(classes={"bulk": BULK, name: a(dscp)})))
    assert [f.code for f in findings] == (["E806"] if wrong else [])
    assert all("dscp: 16 (CS2)" in f.hint for f in findings)


@pytest.mark.parametrize("name", ["backup", "scavenger", "bulk-low", "controlled-burn"])
def test_what_may_starve_may_be_marked_so(name):
    assert list(checks.conventions_hold(site(classes={"bulk": BULK, name: a(8)}))) == []


def wred(low, high, **more):
    return {"min": low, "max": high, **more}


def test_early_drops_of_a_lossless_class():
    drop = {"wred": wred("1MB", "2MB", mark="drop")}
    assert codes(x=a(lossless=True, ecn="auto", **drop)) == [("E816", Severity.ERROR)]
    assert codes(x=a(lossless=False, **drop)) == []
    assert codes(x=a(lossless=True, ecn="auto", wred=wred("1MB", "2MB"))) == []


ORDER = [
    (wred("100kB", "400kB"), {"xoff": "600kB"}, "1MB", None),
    (wred("400kB", "100kB"), None, None, Severity.ERROR),
    (wred("100kB", "100kB"), None, None, Severity.WARNING),
    (wred("90%", "70%"), None, None, Severity.ERROR),
    (wred("70%", "90%"), None, None, None),
    (wred("70%", "90%"), {"xoff": "1MB"}, None, None),
    (wred("70%", "90%"), {"xoff": "600kB"}, "1MB", Severity.ERROR),
    (wred("50%", "90%"), {"xoff": "600kB"}, "1MB", Severity.WARNING),
    (wred("50%", "100%"), None, "1MB", Severity.WARNING),
    (wred("700kB", "900kB"), {"xoff": "600kB"}, None, Severity.ERROR),
    (wred("600kB", "900kB"), {"xoff": "600kB"}, None, Severity.ERROR),
    (wred("500kB", "600kB"), {"xoff": "600kB"}, None, Severity.WARNING),
    (wred("100kB", "2MB"), None, "1MB", Severity.ERROR),
    (None, {"xoff": "2MB"}, "1MB", Severity.ERROR),
    (None, {"xoff": "600kB", "xon": "600kB"}, None, Severity.ERROR),
    (None, {"xoff": "600kB", "xon": "500kB"}, "1MB", None),
]


@pytest.mark.parametrize("thresholds, pfc, size, severity", ORDER)
def test_first_marks_then_pauses_then_drops(thresholds, pfc, size, severity):
    keys = {"wred": thresholds, "pfc": pfc, "buffer": {"size": size} if size else None}
    x = a(ecn=True, lossless=True, **{key: value for key, value in keys.items() if value})
    assert codes(x=x) == ([("E817", severity)] if severity else [])


@pytest.mark.parametrize(
    "x, severity",
    [
        (a(wred=wred("1MB", "2MB")), Severity.WARNING), (a(ecn=True, wred=wred("1MB", "2MB")), None),
        (a(ecn=True, wred=wred("1MB", "2MB", mark="drop")), Severity.WARNING),
        (a(wred=wred("1MB", "2MB", mark="drop", probability="5%")), None),
        (a(ecn=True, wred=wred("1MB", "2MB", probability="101%")), Severity.ERROR),
        (a(ecn=True, wred=wred("1MB", "2MB", probability="0%")), Severity.ERROR),
        (a(ecn=True, wred=wred("1MB", "2MB", probability="100%")), None),
    ],
)  # fmt: skip
def test_marks_and_probabilities(x, severity):
    assert codes(x=x) == ([("E818", severity)] if severity else [])


@pytest.mark.parametrize("dscp, right", [(26, 104), (24, 96), (46, 184), (0, 0), (63, 252)])
def test_nccl_takes_the_octet(dscp, right):
    def marking(tc):
        classes = {"x": {"dscp": dscp, "share": "100%"}, "y": {"dscp": 34, "share": "rest"}}
        return found(
            site({"j": job(**{"class": "x"}, library={"ib_tc": tc} if tc is not None else {})}, classes=classes)
        )

    assert all(marking(tc) == [] for tc in (None, right, right + 1, right + 2))  # ECT(1) and ECT(0) are a sender's
    for tc in {0, right + 3, dscp, 136, 255} - {right}:
        (one,) = marking(tc)
        assert (one.code, one.at) == ("E827", "jobs/j/library/ib_tc")
        assert f"= {right}" in one.message and one.hint.startswith(f"write ib_tc: {right},")
        if tc >> 2 == 34:
            assert "class y" in one.message


def tenants(**shares):
    return {
        name: {"share": f"{own}%", "classes": {c: f"{part}%" for c, part in zip(("x", "bulk"), parts, strict=True)}}
        for name, (own, *parts) in shares.items()
    }


def test_a_tenant_divides_all_of_its_own():
    classes = {"bulk": BULK, "x": a(share="44%")}
    (one,) = found(site(classes=classes, tenants=tenants(t=(40, 60, 30), u=(40, 50, 50))))
    assert (one.code, one.at) == ("E829", "tenants/t/classes") and "missing 10%" in one.hint
    (one,) = found(site(classes=classes, tenants=tenants(t=(40, 70, 50))))
    assert "take 20%" in one.hint


@pytest.mark.parametrize("share, right", [("44%", True), ("43.5%", True), ("50%", False), ("rest", True)])
def test_effective_shares_are_sums_of_products(share, right):
    """40 % x 50 % + 60 % x 40 % = 44 %."""
    classes = {"bulk": {"dscp": 0, "share": "10%"}, "x": a(share=share)}
    plan = site(classes=classes, tenants=tenants(t=(40, 50, 50), u=(60, 40, 60)))
    mine = [f for f in found(plan) if f.at == "classes/x/share"]
    assert [f.code for f in mine] == ([] if right else ["E830"])
    assert all("44%" in f.message and "write share: 44%" in f.hint for f in mine)
    part = site(classes=classes, tenants=tenants(t=(40, 50, 50), u=(50, 40, 60)))
    assert found(part) == []


@pytest.mark.parametrize("lossless, headroom, severity", [(1, "6MB", None), (1, "5MB", Severity.WARNING),
                                                          (2, "11.5MB", None), (2, "11MB", Severity.WARNING),
                                                          (0, "1kB", None)])  # fmt: skip
def test_headroom_of_all_ports(lossless, headroom, severity):
    """A leaf has 32 cables of 3 m (77,976 B) and 32 of 40 m (96,476 B): 5.58 MB a class; a spine 64 x 96,476 B."""
    fabric = {
        "blueprint": "leaf-spine", "hosts": {"type": "h", "count": 8}, "leaf": {"type": "sw", "down": 32, "up": 32},
        "spine": {"type": "top", "count": 4},
    }  # fmt: skip
    switch = {"ports": 64, "rate": "400Gb/s"}
    plan = site(
        fabrics={"f": fabric},
        hardware={"switches": {"sw": switch | {"headroom": headroom}, "top": switch},
                  "hosts": {"h": {"gpus": 8, "nics": 8, "nic_rate": "400Gb/s"}}},
        classes={f"c{n}": {"dscp": n, "share": "rest" if not n else "10%", "lossless": n < lossless} for n in range(3)},
    )  # fmt: skip
    findings = list(checks_memory.headroom_suffices(plan, blueprints.build(plan)))
    assert [f.severity for f in findings] == ([severity] if severity else [])
    need = 32 * (77_976 + 96_476) * lossless
    assert all(f"{need / 1e6:.4g}MB" in f.message and "64 ports" in f.message for f in findings)
