"""Classes on switches of other makers: what is written is read back, and mistakes in the text are found."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.config.switches.plans import EXAMPLES, PRESETS, example, machines, planned, planned_example, preset, running

from easterly.config.switches import DIALECTS, contradictions, differences, render, settings
from easterly.model.outcome import DeviceConfigs
from easterly.model.queueing import SwitchSetting

NAMES = sorted(DIALECTS)


@pytest.mark.no_cover
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_read_back(name, path):
    network, plan = planned_example(path)
    found = list(islice(settings(running(example(path), name), network, plan), 0, None, 97))
    assert found
    for dialect, wanted in found:
        written = dialect.fit(wanted)
        assert differences(written, dialect.parse(dialect.render(written))) == ()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("words", PRESETS)
def test_every_preset_is_read_back(name, words):
    spec, network, plan = planned(preset(words, name))
    configs = DeviceConfigs(tuple(render(spec, network, plan)))
    assert len(configs.artifacts) == 1 + sum(1 for _ in settings(spec, network, plan)) > 2
    assert list(contradictions(spec, network, plan, configs)) == []


@pytest.mark.parametrize("name", NAMES)
@hypothesis.settings(max_examples=20)
@given(data=st.data())
def test_whatever_is_wanted_is_read_back(name, data):
    dialect = DIALECTS[name]
    written = dialect.fit(data.draw(machines(dialect.port_name)))
    assert dialect.fit(written) == written
    assert dialect.parse(dialect.render(written)) == written


MISTAKES = {
    "eos": [
        ("bandwidth percent 51", "bandwidth percent 15", "weight is 15, not 51"),
        ("minimum-threshold 904748 ", "minimum-threshold 90474 ", "kmin_B is 90474, not 904748"),
        ("priority-flow-control priority 4 no-drop", "priority-flow-control priority 3 no-drop", "lossless is False"),
        ("priority-flow-control priority 4 no-drop", "priority-flow-control priority 7 no-drop", "7, which has no"),
        ("   priority-flow-control on\n", "", "pauses on without a priority"),
        ("   qos trust dscp\n", "", "does not trust"),
        ("dscp 26 to traffic-class 4", "dscp 26 to traffic-class 0", "code point 26: queue is 0, not 4"),
        ("traffic-class 6 to uc-tx-queue 6", "traffic-class 6 to uc-tx-queue 5", "refers to 6, and it is not there"),
        ("priority-group 4 threshold 1", "priority-group 4 threshold 1/2", "alpha is 0.5, not 1.0"),
        ("ingress headroom bytes ", "ingress headroom bytes 1", "headroom_B is"),
        ("headroom-pool limit bytes ", "headroom-pool limit bytes 1", "memory is"),
        ("mmu queue profile EASTERLY apply", "mmu queue profile DEFAULT apply", "'DEFAULT' applied"),
        ("police rate 8000000 kbps", "police rate 800000 kbps", "code points 48 on arrival: is"),
        ("   match dscp 48\n", "   match dscp 46\n", "code points 46 on arrival: what is done is not wanted"),
        ("      police rate", "      police raet", "is not understood"),
        ("cos 6 to traffic-class 6", "cos 6 to traffic-class 5", "queues of priorities 0 to 7 are"),
        ("priority strict", "no priority", "needs `no priority` and a bandwidth"),
        ("shape rate 8000000 kbps", "shape rate 8000 kbps", "shaper_bps is 8000000,"),
        ("service-profile EASTERLY-1", "service-profile EASTERLY-9", "refers to 'EASTERLY-9'"),
        ("watchdog action drop\n", "watchdog\n", "is not understood"),
        ("priority-flow-control pause watchdog action drop\n", "", "its times or its action"),
        ("no priority", "no prioriti", "is not understood"),
    ],
    "junos": [
        ("transmit-rate percent 51", "transmit-rate percent 15", "weight is 15, not 51"),
        (r"fill-level [ 3 12 ]", "fill-level [ 3 13 ]", "kmax_percent is 13, not 12"),
        ("drop-probability [ 0 20 ]", "drop-probability [ 0 2 ]", "pmax_percent is 2, not 20"),
        ("-q4 explicit-congestion-notification", "-q0 explicit-congestion-notification", "mark is drop, not ecn"),
        ("no-loss pfc-priority 4", "no-loss pfc-priority 3", "stops for priority 4, and its class does not"),
        (" no-loss pfc-priority 4", "", "stops for priority 4, and its class does not"),
        ("input dscp code-point 011010", "input dscp code-point 011000", "are not those of the queues that stop"),
        ("code-point 100 flow-control-queue 4", "code-point 100 flow-control-queue 5", "not those of the queues"),
        ("pfc mru 9216", "pfc mru 2500", "largest frame is 2500, not 9216"),
        ("cable-length 3\n", "cable-length 1\n", "cable_m is 1, not 3"),
        ("pfc-watchdog-action drop", "pfc-watchdog-action alert", "is not understood"),
        ("code-points [ 011010 ]", "code-points [ 011000 ]", "code point 011000 is in two classes"),
        ("lossless dynamic-threshold 7", "lossless dynamic-threshold 8", "alpha is 2.0, not 1.0"),
        ("-q0 buffer-dynamic-threshold 7", "-q0 buffer-dynamic-threshold 6", "alpha is 0.5, not 1.0"),
        ("-q5 buffer-dynamic-threshold 7", "-q4 buffer-dynamic-threshold 7", "which is not for it"),
        ("ingress buffer-partition lossy percent 49", "ingress buffer-partition lossy percent 50", "not 100 %"),
        ("egress buffer-partition lossless percent 51", "egress buffer-partition lossless percent 50", "not 100 %"),
        ("priority strict-high", "priority low", "strict is False, not True"),
        ("shaping-rate 8000000000", "shaping-rate 8000000", "shaper_bps is 8000000,"),
        ("from dscp [ 48 ]", "from dscp [ 46 ]", "code points 46 on arrival: what is done is not wanted"),
        ("bandwidth-limit 8000000000", "bandwidth-limit 800000000", "code points 48 on arrival: is"),
        ("set firewall policer EASTERLY-1-1 then discard\n", "", "statements of discard, not one"),
        ("term rest then accept", "term t9 then accept", "drops what no term accepts"),
        ("set firewall family inet filter EASTERLY-1 term t1 then loss-priority low\n", "", "needs a loss priority"),
        ("scheduler-map EASTERLY-1", "scheduler-map EASTERLY-9", "a scheduler-map that is not there"),
        ("et-0/0/0 unit 0 classifiers dscp EASTERLY", "et-0/0/0 unit 0 classifiers dscp X", "has a classifier that"),
    ],
    "nxos": [
        ("bandwidth remaining percent 51", "bandwidth remaining percent 15", "weight is 15, not 51"),
        ("minimum-threshold 904748 ", "minimum-threshold 90474 ", "kmin_B is 90474, not 904748"),
        ("weight 0 ecn", "weight 0", "mark is drop, not ecn"),
        ("pause pfc-cos 4", "pause pfc-cos 3", "is of queue 4, and paused as priority 3"),
        ("nq4\n", "nq5\n", "is of queue 5, and paused as priority 4"),
        ("pause-threshold 4523994", "pause-threshold 4523993", "xoff_B is 4523993"),
        ("resume-threshold 4505452", "resume-threshold 4523994", "xon_offset_B is 0, not 18542"),
        ("buffer-size 4601972", "buffer-size 4523994", "headroom_B is 0, not 77978"),
        ("    bandwidth remaining percent 10\n", "    queue-limit dynamic 3\n", "is not understood"),
        ("  service-policy type network-qos EASTERLY-NQ\n", "", "refers to ''"),
        ("  priority-flow-control mode on\n", "", "lossless is False, not True"),
        ("  match dscp 26\n", "  match dscp 24\n", "different maps|code point"),
        ("set qos-group 7\n", "set qos-group 5\n", "is of EASTERLY-Q6 and of another class"),
        ("-E1\n  match dscp 48\n", "-E1\n  match dscp 46\n", "different maps"),
        ("police cir 8000000000 ", "police cir 800000000 ", "code points 48 on arrival: is"),
        ("priority level 1", "priority level 2", "not the one in that order"),
        ("max 8000000 kbps", "max 8000 kbps", "shaper_bps is 8000000,"),
        ("dog-interval on\n!", "dog-interval on\n  shutdown\n!", "has no effect where it stands"),
        ("interface Ethernet1/1\n", "interface Ethernet1/33\n", "Ethernet1/1: is missing"),
        ("hostname train-leaf-0\npriority-flow-control watch-dog-interval on", "hostname train-leaf-0", "has none"),
        ("service-policy type queuing output EASTERLY-OUT-1", "service-policy type queuing output X", "refers to 'X'"),
    ],
    "sonic": [
        ('"weight": "51"', '"weight": "15"', "weight is 15, not 51"),
        ('"green_min_threshold": "', '"green_min_threshold": "1', "colours"),
        ('"pfc_enable": "4"', '"pfc_enable": "2"', "queue 2 has no dynamic threshold"),
        ('"26": "4"', '"26": "0"', "code point 26: queue is 0, not 4"),
        ('"dynamic_th": "0"', '"dynamic_th": "1"', "alpha is 2.0, not 1.0"),
        ('"xoff": "', '"xoff": "1', "headroom_B is"),
        ('"STRICT"', '"DWRR"', "strict is False, not True"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "said"), [(n, *m) for n, ms in MISTAKES.items() for m in ms])
def test_a_mistake_in_the_text_is_found(name, old, new, said):
    spec, network, plan = planned(preset("ai-cluster", name))
    configs = DeviceConfigs(tuple(render(spec, network, plan)))
    at = next(i for i, file in enumerate(configs.artifacts) if file.dialect == name and "leaf" in file.device)
    files = list(configs.artifacts)
    assert old in files[at].text, files[at].text
    files[at] = replace(files[at], text=files[at].text.replace(old, new))
    found = list(contradictions(spec, network, plan, DeviceConfigs(tuple(files))))
    assert {f.code for f in found} == {"E906"}
    assert any(re.search(said, f.message) for f in found), [f.message for f in found][:5]


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_file_is_found(name):
    spec, network, plan = planned(preset("ai-cluster", name))
    assert len(list(contradictions(spec, network, plan, DeviceConfigs(())))) == sum(
        1 for _ in settings(spec, network, plan)
    )


def changed(wanted: SwitchSetting, **more) -> SwitchSetting:
    port = wanted.ports[0]
    queues = (replace(port.queues[0], **more), *port.queues[1:])
    return replace(wanted, ports=(replace(port, queues=queues), *wanted.ports[1:]))


@pytest.mark.parametrize("name", NAMES)
@hypothesis.settings(max_examples=20)
@given(data=st.data())
def test_a_queue_that_is_set_otherwise_differs(name, data):
    dialect = DIALECTS[name]
    written = dialect.fit(data.draw(machines(dialect.port_name)))
    queue = written.ports[0].queues[0]
    other = changed(written, weight=queue.weight + 1)
    assert any("weight" in said for said in differences(written, other))
    assert differences(written, written) == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_queue_beyond_those_of_pfc_is_refused(name):
    spec, network, plan = planned(preset("ai-cluster", name))
    dialect, wanted = next(settings(spec, network, plan))
    with pytest.raises(ValueError, match="queue 9 cannot be written"):
        dialect.fit(changed(wanted, queue=9))


@pytest.mark.parametrize("name", [n for n in NAMES if n != "sonic"])
def test_hosts_of_several_tenants_are_believed_known_code_points_only(name):
    tenants = {"red": {"share": "50%"}, "blue": {"share": "50%"}}
    spec, network, plan = planned(preset("ai-cluster", name, tenants=tenants))
    named = {point for c in spec.classes.values() for point in (c.dscp, *c.also)}
    dialect, leaf = next((d, s) for d, s in settings(spec, network, plan) if "leaf" in s.device)
    read = dialect.parse(dialect.render(dialect.fit(leaf)))
    marked = [{p for edge in port.edges if edge.dscp == 0 for p in edge.points} for port in read.ports]
    assert [set(range(64)) - named - {0} <= points and not points & (named - {0}) for points in marked if points]
    assert 0 < sum(map(bool, marked)) < len(marked)


def test_linux_switches_have_no_such_file():
    spec, network, plan = planned(preset("ai-cluster", "linux"))
    assert [file.path for file in render(spec, network, plan)] == ["qos-sheet.csv"]


def test_the_sheet_tells_what_is_not_written():
    spec, network, plan = planned(preset("ai-cluster", "sonic"))
    text = next(file.text for file in render(spec, network, plan) if file.path == "qos-sheet.csv")
    assert "meter srtcm" in text and "FRR has no queues of its own" in text and "xoff_B" in text
