"""Tables of config_db as SONiC's own models want them, static thresholds, names of ports, what no table can say."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from itertools import islice

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.address.sites import fabric, site
from tests.config.sonic.facts import complaints
from tests.config.switches.plans import EXAMPLES, PRESETS, example, machines, planned, planned_example, preset, running

from easterly.config.switches import DIALECTS, render, settings
from easterly.model.queueing import MemorySetting, PortSetting, QueueSetting, SwitchSetting
from easterly.site.blueprints import build

sonic = DIALECTS["sonic"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_as_the_models_want_it(path):
    network, plan = planned_example(path)
    for _, wanted in islice(settings(running(example(path), "sonic"), network, plan), 0, None, 97):
        assert list(complaints(json.loads(sonic.render(sonic.fit(wanted))))) == []


@pytest.mark.parametrize("words", PRESETS)
def test_every_preset_is_as_the_models_want_it(words):
    spec, network, plan = planned(preset(words, "sonic"))
    for _, wanted in settings(spec, network, plan):
        tables = json.loads(sonic.render(sonic.fit(wanted)))
        assert list(complaints(tables)) == []
        [points] = tables["DSCP_TO_TC_MAP"].values()
        assert points == {str(point): str(plan.queue[plan.dscp_class[point]]) for point in range(64)}


@hypothesis.settings(max_examples=20)
@given(machines(sonic.port_name))
def test_whatever_is_wanted_is_as_the_models_want_it(wanted):
    assert list(complaints(json.loads(sonic.render(sonic.fit(wanted))))) == []


MISTAKES = [
    (("SCHEDULER", "weight"), "101"), (("SCHEDULER", "type"), "WFQ"), (("WRED_PROFILE", "ecn"), "ecn_most"),
    (("WRED_PROFILE", "green_max_threshold"), "1"), (("WRED_PROFILE", "green_drop_probability"), "101"),
    (("PORT_QOS_MAP", "pfc_enable"), "8"), (("PORT_QOS_MAP", "dscp_to_tc_map"), "OTHER"),
    (("PFC_WD", "detection_time"), "50"), (("BUFFER_PROFILE", "pool"), "no_pool"), (("BUFFER_POOL", "mode"), "free"),
    (("BUFFER_PG", "profile"), "none"), (("QUEUE", "scheduler"), "none"), (("BUFFER_PROFILE", "static_th"), "much"),
    (("DSCP_TO_TC_MAP", "64"), "0"),
]  # fmt: skip


@pytest.mark.parametrize(("where", "value"), MISTAKES, ids=lambda each: str(each))
def test_the_models_refuse_mistakes(where, value):
    """Without this, the tests above could not fail."""
    spec, network, plan = planned(preset("ai-cluster", "sonic"))
    _, wanted = next(settings(spec, network, plan))
    tables = json.loads(sonic.render(sonic.fit(wanted)))
    table, field = where
    rows = tables[table].values()
    row = next((row for row in rows if field in row), next(iter(tables[table].values())))
    row[field] = value
    assert list(complaints(tables))


QUEUE = QueueSetting(3, weight=60, lossless=True, reserved_B=10_000, xoff_B=200_000, xon_offset_B=20_000,
                     headroom_B=96_000)  # fmt: skip
MEMORY = MemorySetting(50_000_000, 10_000_000, 5_000_000, 70_000_000)
SWITCH = SwitchSetting("leaf-0", (3,) * 64, (PortSetting("Ethernet0", (QUEUE,), watchdog=True),), MEMORY)


def test_a_stated_xoff_is_a_static_threshold():
    """SAI: SHARED_STATIC_TH is in bytes, on top of the reserved size, and the profile's xoff is its headroom."""
    written = sonic.fit(SWITCH)
    tables = json.loads(sonic.render(written))
    [row] = [row for name, row in tables["BUFFER_PROFILE"].items() if name.startswith("pg")]
    assert row == {"pool": "ingress_lossless_pool", "size": "10000", "static_th": "190000", "xoff": "96000",
                   "xon": "0", "xon_offset": "20000"}  # fmt: skip
    assert sonic.parse(sonic.render(written)) == written
    assert list(complaints(tables)) == []


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_static_thresholds_are_read_back(reserved_B, xoff_B):
    port = replace(SWITCH.ports[0], queues=(replace(QUEUE, reserved_B=reserved_B, xoff_B=xoff_B),))
    written = sonic.fit(replace(SWITCH, ports=(port,)))
    assert sonic.parse(sonic.render(written)) == written
    assert written.ports[0].queues[0].xoff_B == max(reserved_B, xoff_B)


def test_a_site_that_states_xoff_has_it_in_the_text():
    classes = {"train": {"dscp": 26, "share": "60%", "lossless": True, "pfc": {"xoff": "300kB", "xon": "200kB"}},
               "rest": {"dscp": 0, "share": "rest"}}  # fmt: skip
    spec = running(site({"train": fabric("leaf-spine", 8)}, classes=classes), "sonic", "tomahawk4")
    _, network, plan = planned(spec)
    for dialect, wanted in settings(spec, network, plan):
        written = dialect.fit(wanted)
        for port in dialect.parse(dialect.render(written)).ports:
            assert [q.xoff_B for q in port.queues if q.lossless] == [300_000]
            assert [q.xon_offset_B for q in port.queues if q.lossless] == [100_000]


# device/dell/x86_64-dellemc_z9332f_d1508-r0/DellEMC-Z9332f-O32/port_config.ini: 400 Gb/s, eight lanes;
# device/dell/x86_64-dell_z9100_c2538-r0/Force10-Z9100-C32/port_config.ini: 100 Gb/s, four.
@pytest.mark.parametrize(
    ("rate_bps", "names"),
    [(400e9, ["Ethernet0", "Ethernet8", "Ethernet16"]), (100e9, ["Ethernet0", "Ethernet4", "Ethernet8"])],
)
def test_ports_are_named_by_lanes(rate_bps, names):
    assert [sonic.port_name(port, rate_bps) for port in (1, 2, 3)] == names


def test_names_do_not_depend_on_what_is_plugged_in():
    """A port of 400 Gb/s that runs at 100 Gb/s keeps its lanes: else two ports would have one name."""
    spec = running(example(next(p for p in EXAMPLES if p.stem == "mixed-workloads")), "sonic")
    network = build(spec)
    _, plan = planned_example(next(p for p in EXAMPLES if p.stem == "mixed-workloads"))
    for _, wanted in settings(spec, network, plan):
        names = [port.port for port in wanted.ports]
        assert len(set(names)) == len(names)
        model = spec.hardware.switches[str(network.nodes.switch_type[network.nodes.name.tolist().index(wanted.device)])]
        step = {400e9: 8, 800e9: 8, 200e9: 4, 100e9: 4, 25e9: 1, 10e9: 1, 50e9: 1}[float(model.rate)]
        assert {int(name.removeprefix("Ethernet")) % step for name in names} == {0}


def test_the_sheet_says_why_meters_are_not_written():
    spec, network, plan = planned(preset("ai-cluster", "sonic"))
    [text] = [file.text for file in render(spec, network, plan) if file.path == "qos-sheet.csv"]
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["what"].startswith("meter")]
    assert len(rows) == len(plan.policers) > 0
    assert all("no policer" in row["written"] and "27857" in row["written"] for row in rows)
