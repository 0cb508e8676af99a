"""What a text can hold of a plan: never more than planned where more loses, never in silence."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import fields

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.address.sites import site
from tests.config.switches.plans import EXAMPLES, example, machines, planned, planned_example, preset, running

from easterly.config.switches import DIALECTS, render, settings
from easterly.config.switches.fit import slots
from easterly.model.queueing import EdgeSetting, MeterSetting, PortSetting, QueueSetting, SwitchSetting

NAMES = sorted(DIALECTS)
ASIDE = ("kmin_percent", "kmax_percent", "limit_B")
LOWEST = 1 / 128
TENANTS = {"red": {"share": "50%"}, "blue": {"share": "50%"}}


@pytest.mark.parametrize("name", NAMES)
@hypothesis.settings(max_examples=20)
@given(data=st.data())
def test_what_is_written_loses_nothing_and_lets_in_no_more(name, data):
    """One machine for both claims: drawing it takes most of the time."""
    dialect = DIALECTS[name]
    wanted = data.draw(machines(dialect.port_name))
    fitted = dialect.fit(wanted)
    loses_nothing(wanted, dialect.parse(dialect.render(fitted)))
    meters_let_in_no_more(wanted, fitted)


def loses_nothing(wanted, read):
    for port, other in zip(wanted.ports, read.ports, strict=True):
        assert port.port == other.port and port.watchdog == other.watchdog
        for want, have in zip(port.queues, other.queues, strict=True):
            assert (have.queue, have.strict, have.weight) == (want.queue, want.strict, want.weight)
            assert have.lossless or not want.lossless
            assert have.mark in (want.mark, "") and have.pmax_percent in (want.pmax_percent, None)
            assert (have.shaper_bps is None) == (want.shaper_bps is None)
            assert want.shaper_bps is None or want.shaper_bps - 1000 < have.shaper_bps <= want.shaper_bps
            assert have.alpha is None or have.alpha <= max(want.alpha, LOWEST)
            assert have.headroom_B is None or have.headroom_B >= want.headroom_B


def meters_let_in_no_more(wanted, fitted):
    for port, other in zip(wanted.ports, fitted.ports, strict=True):
        mine = {edge.points: edge for edge in port.edges}
        for edge in other.edges:
            want = mine[edge.points]
            assert (edge.queue, edge.dscp) == (want.queue, want.dscp)
            if edge.meter:
                top = want.meter.pir_bps or want.meter.cir_bps
                assert top - 1000 < (edge.meter.pir_bps or edge.meter.cir_bps) <= top


def told(name, spec, network, plan):
    """Rows of the sheet, as (queue, what, planned)."""
    [sheet] = [file.text for file in render(spec, network, plan) if file.path == "qos-sheet.csv"]
    return {(r["queue"], r["what"], r["planned"]) for r in csv.DictReader(io.StringIO(sheet)) if r["os"] == name}


def missing(name, spec, network, plan):
    """What is wanted, read back otherwise, and not in the sheet."""
    rows = told(name, spec, network, plan)
    for dialect, wanted in settings(spec, network, plan):
        read = dialect.parse(dialect.render(dialect.fit(wanted)))
        for port, other in zip(wanted.ports, read.ports, strict=True):
            for want, have in zip(port.queues, other.queues, strict=True):
                for field in fields(QueueSetting):
                    mine = getattr(want, field.name)
                    same = mine is None or mine == getattr(have, field.name) or field.name in ASIDE
                    if not same and (str(want.queue), field.name, str(mine)) not in rows:
                        yield field.name
            for edge in set(port.edges) - set(other.edges):
                kinds = {what.split()[0] for queue, what, _ in rows if queue == str(edge.queue)}
                if not kinds & {"meter", "unknown"}:
                    yield f"edge of queue {edge.queue}"
        if wanted.priorities != read.priorities and not any("802.1p" in what for _, what, _ in rows):
            yield "priorities"
        if wanted.memory != read.memory and not any(what.startswith("memory") for _, what, _ in rows):
            yield "memory"


@pytest.mark.parametrize("name", NAMES)
def test_the_sheet_has_all_that_differs(name):
    assert list(missing(name, *planned(preset("ai-cluster", name, tenants=TENANTS)))) == []
    spec, network, plan = planned(preset("rfc4594", name))
    assert list(missing(name, spec, network, plan)) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_row_that_is_left_out_would_be_missed(name, monkeypatch):
    """Without this, the test above could not fail."""
    monkeypatch.setattr("tests.config.switches.test_fits.told", lambda *_: set())
    assert list(missing(name, *planned(preset("ai-cluster", name, tenants=TENANTS))))


@pytest.mark.parametrize("name", NAMES)
def test_a_wan_edge_meters_two_rates_or_says_so(name):
    path = next(path for path in EXAMPLES if path.stem == "two-fabrics-wan")
    spec, (network, plan) = running(example(path), name), planned_example(path)
    wanted = list(settings(spec, network, plan))
    trtcm = [e for _, s in wanted for p in s.ports for e in p.edges if e.meter and e.meter.pir_bps]
    assert (len(trtcm) > 0) == any(kind == "trtcm" for kind in plan.policers.algorithm.tolist())
    written = [e for d, s in wanted for p in d.fit(s).ports for e in p.edges if e.meter and e.meter.pir_bps]
    if name in ("eos", "junos"):
        within = [edge for edge in trtcm if edge.meter.pir_bps <= 10**11]
        assert 0 < len(written) == len(within) < len(trtcm)


def switch(strict: set[int], used: tuple[int, ...]) -> SwitchSetting:
    queues = tuple(QueueSetting(q, strict=q in strict, weight=0 if q in strict else 10) for q in used)
    return SwitchSetting("a", tuple(used[p % len(used)] for p in range(64)), (PortSetting("e", queues),))


@pytest.mark.parametrize(
    ("strict", "used", "top", "places"),
    [
        ({6}, (0, 4, 6), False, {0: 0, 4: 4, 6: 6}),
        ({6}, (0, 4, 6), True, {0: 0, 4: 4, 6: 7}),
        ({3}, (0, 3, 6), False, {0: 0, 3: 7, 6: 6}),
        ({3}, (0, 3, 7), True, {0: 0, 3: 7, 7: 6}),
        ({1, 5}, (0, 1, 5, 6, 7), True, {0: 0, 1: 6, 5: 7, 6: 4, 7: 5}),
        (set(), (0, 7), True, {0: 0, 7: 7}),
    ],
)
def test_strict_queues_are_the_highest(strict, used, top, places):
    assert slots(switch(strict, used), top=top) == places


@given(st.sets(st.integers(0, 7), min_size=1), st.data(), st.booleans())
def test_places_keep_queues_apart_and_in_order(used, data, top):
    strict = data.draw(st.sets(st.sampled_from(sorted(used))))
    places = slots(switch(strict, tuple(sorted(used))), top=top)
    assert len(set(places.values())) == len(used) == len(places) and max(places.values()) < 8
    weighted = [places[q] for q in used - strict]
    assert all(places[q] > max(weighted, default=-1) for q in strict)
    assert [places[q] for q in sorted(strict)] == sorted(places[q] for q in strict)
    if top and strict:
        assert {places[q] for q in strict} == set(range(8 - len(strict), 8))


def test_a_queue_that_is_strict_at_some_ports_only_is_refused():
    one, two = (PortSetting(n, (QueueSetting(1, strict=s, weight=10),)) for n, s in (("a", True), ("b", False)))
    with pytest.raises(ValueError, match="queue 1 is strict at some ports only"):
        slots(SwitchSetting("s", (1,) * 64, (one, two)))


@pytest.mark.parametrize(
    ("name", "rate_bps", "kept"), [("eos", 4 * 10**11, False), ("nxos", 10**11, False), ("nxos", 8 * 10**10, True)]
)
def test_a_meter_that_is_too_fast_is_left_to_the_shaper(name, rate_bps, kept):
    base = switch({6}, (0, 6))
    edge = EdgeSetting((46,), base.queue_of[46], None, MeterSetting(rate_bps, 10_000))
    port = PortSetting("e", base.ports[0].queues, edges=(edge,))
    written = DIALECTS[name].fit(SwitchSetting("a", base.queue_of, (port,)))
    assert bool(written.ports[0].edges) == kept


def test_each_switch_has_the_text_of_its_own_model():
    """Leaves and spines of different makers: one file each, in its language, and one sheet that names both."""
    tiers = {"leaf": {"type": "sw", "down": 8, "up": 4}, "spine": {"type": "other"}}
    spec, network, plan = planned(
        site(
            {"train": {"blueprint": "leaf-spine", "hosts": {"type": "gpu2", "count": 8}, **tiers}},
            classes={}, qos={"preset": "ai-cluster"},
            hardware={
                "switches": {
                    "sw": {"ports": 32, "rate": "400Gb/s", "chip": "tomahawk4", "os": "eos"},
                    "other": {"ports": 32, "rate": "400Gb/s", "chip": "tomahawk4", "os": "junos"},
                },
                "hosts": {"gpu2": {"gpus": 2, "nics": 2, "nic_rate": "400Gb/s", "scaleup": "3.6Tb/s"}},
            },
        )
    )  # fmt: skip
    files = {file.device: file for file in render(spec, network, plan)}
    assert {d.rstrip("0123456789"): f.dialect for d, f in files.items() if d} == {
        "train-leaf-": "eos", "train-spine-": "junos",
    }  # fmt: skip
    assert {row.split(",")[0] for row in files[""].text.splitlines()[1:]} == {"eos", "junos", "linux"}


def test_the_sheet_says_what_a_percentage_is_in_bytes():
    spec, network, plan = planned(preset("ai-cluster", "junos"))
    [text] = [file.text for file in render(spec, network, plan) if file.path == "qos-sheet.csv"]
    rows = [r for r in csv.DictReader(io.StringIO(text)) if r["os"] == "junos" and r["what"] in ("kmin_B", "kmax_B")]
    assert rows
    for row in rows:
        percent, size = re.fullmatch(r"(\d+) % of the longest queue, (\d+) B", row["written"]).groups()
        low, high = int(size), int(size) * (int(percent) + 1) / max(1, int(percent))
        # One percent is the least that Kmax can be; any other threshold is at most a percent of the queue too early.
        assert int(percent) <= 1 or low <= int(row["planned"]) <= high + 1
