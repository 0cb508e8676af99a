"""Stated buffers: each slip is found whatever the numbers, and sound numbers are left alone."""

from __future__ import annotations

import math
from inspect import signature

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.demand.clusters import site

from easterly.base.findings import Severity, rules
from easterly.qos import checks_buffers, checks_memory
from easterly.study.check import load_rules

RULES = (
    checks_buffers.buffers_are_in_bytes, checks_buffers.buffers_shrink_with_flows,
    checks_buffers.buffers_hold_the_incast, checks_buffers.buffers_fit_the_chip, checks_buffers.buffers_drain_in_time,
    checks_buffers.buffer_shares_add_up, checks_memory.guarantees_are_reserved,
    checks_memory.alphas_are_powers_of_two,
)  # fmt: skip


def plan(stated=None, *, port="400Gb/s", nic="400Gb/s", intents=None, lossless=False, **switch):
    """A site whose class `a` has this buffer."""
    a = {"dscp": 0, "share": "rest", "lossless": lossless, **({"buffer": stated} if stated else {})}
    hardware = {
        "switches": {"sw": {"ports": 64, "rate": port, **switch}},
        "hosts": {"h": {"gpus": 8, "nics": 8, "nic_rate": nic}},
    }
    return site(classes={"a": a}, hardware=hardware, intents=intents or {})


def found(plan):
    return [(f.code, f.severity) for rule in RULES for f in rule(plan)]


def only(plan):
    (one,) = [f for rule in RULES for f in rule(plan)]
    return one


def written(size_B):
    return f"{size_B!r}B"


PORTS = {"10Gb/s": 10e9, "25Gb/s": 25e9, "100Gb/s": 100e9, "400Gb/s": 400e9, "800Gb/s": 800e9}


@given(st.sampled_from(sorted(PORTS)), st.floats(1e-6, 0.2), st.sampled_from([1, 2, 4]))
def test_eight_products_are_bits_and_up_to_four_are_not(port, rtt_s, multiple):
    product = PORTS[port] * rtt_s / 8
    wrong = plan({"size": written(8 * multiple * product), "rtt": f"{rtt_s!r}s", "rate": port}, port=port)
    finding = only(wrong)
    assert finding.code == "E819" and finding.at == "classes/a/buffer/size"
    assert finding.severity is (Severity.ERROR if multiple == 1 else Severity.WARNING)
    right = plan({"size": written(multiple * product), "rtt": f"{rtt_s!r}s"}, port=port)
    assert found(right) == []


@pytest.mark.parametrize("times", [0.5, 1, 1.5, 3, 5, 6, 7, 7.8, 8.3, 9, 10])
def test_other_multiples_have_their_reasons(times):
    assert found(plan({"size": written(times * 12.5e6), "rtt": "1ms"}, port="100Gb/s")) == []


@pytest.mark.parametrize(
    "buffer, ports, hint",
    [
        ({"size": "100MB", "rtt": "1ms"}, "100Gb/s", "write size: 12.5MB"),
        ({"size": "4MB", "rtt": "10us"}, "400Gb/s", "write size: 500kB"),
        ({"size": "80kB", "rtt": "8us", "rate": "10Gb/s"}, "100Gb/s", "write size: 10kB"),
        ({"size": "4MB", "rtt": "10us", "senders": 16}, "25Gb/s", "write size: 500kB"),
        # The product in bits, the burst in bytes: (5 - 1) x 100 kB on top of 8 x 500 kB.
        ({"size": "4.4MB", "rtt": "10us", "senders": 5, "window": "100kB"}, "400Gb/s", "write size: 900kB"),
    ],
)
def test_the_hint_is_the_number_of_bytes(buffer, ports, hint):
    finding = only(plan(buffer, port=ports, nic=ports))
    assert (finding.code, finding.hint) == ("E819", hint)


def test_all_senders_together_have_a_product_too():
    """16 x 25 Gb/s x 10 us is 0.5 MB, and two to four times that is a usual rule: no slip of bits of one port."""
    for size in ("500kB", "1MB", "2MB"):
        assert found(plan({"size": size, "rtt": "10us", "senders": 16}, port="25Gb/s", nic="25Gb/s")) in (
            [], [("E823", Severity.WARNING)],
        )  # fmt: skip


def test_switches_and_wan_links_are_held_to_the_same():
    one = site(hardware={"switches": {"sw": {"ports": 64, "rate": "100Gb/s", "buffer": "8MB", "rtt": "80us"}}})
    assert (only(one).code, only(one).at, only(one).hint) == (
        "E819",
        "hardware/switches/sw/buffer",
        "write buffer: 1MB",
    )
    links = {"w": {"a": "f", "b": "far", "rate": "100Gb/s", "delay": "10ms", "buffer": "2GB"}}
    wide = site(wan={"sites": {"far": {}}, "links": links})
    assert (only(wide).at, only(wide).hint) == ("wan/links/w/buffer", "write buffer: 250MB")
    links["w"]["buffer"] = "250MB"
    assert found(site(wan={"sites": {"far": {}}, "links": links})) == []


@given(st.integers(2, 10**6), st.sampled_from([1, 2, 4]), st.booleans())
def test_the_square_root_stands_below_the_line(flows, multiple, in_bits):
    root, product = math.sqrt(flows), 12.5e6
    buffer = {"rtt": "1ms", "rate": "100Gb/s", "flows": flows}
    size = product * root * multiple * (8 if in_bits else 1)
    one = only(plan({**buffer, "size": written(size)}))
    assert one.code == "E820"
    assert one.severity is (Severity.ERROR if flows > 16 else Severity.WARNING)
    assert f"sqrt({flows})" in one.message
    right = product / root
    others = [k * r * product for k in (1, 2, 4) for r in (root, 8 * root)]
    assume(not any(math.isclose(right, other, rel_tol=0.05) for other in others))
    assert found(plan({**buffer, "size": written(right)})) == []


def test_a_rule_of_thumb_with_few_flows_is_no_bits():
    assert found(plan({"size": "12.5MB", "rtt": "1ms", "rate": "100Gb/s", "flows": 64})) == []


@pytest.mark.parametrize("lossless", [True, False])
def test_the_burst_of_senders_in_step(lossless):
    def sized(size):
        return plan({"size": size, "rtt": "10us", "senders": 33, "window": "50kB"}, lossless=lossless)

    need = 500e3 + 32 * 50e3
    assert found(sized(written(need))) == []
    tight = only(sized(written(need - 100e3)))
    assert tight.code == "E821" and "(33 - 1) x 50kB = 1.6MB" in tight.message and tight.severity is Severity.WARNING
    lost = only(sized("600kB"))
    assert lost.severity is (Severity.WARNING if lossless else Severity.ERROR)
    assert lost.hint.startswith("write size: 2.1MB")


def test_a_port_faster_than_all_senders_has_no_burst():
    slow = {"size": "1MB", "rtt": "10us", "senders": 4, "window": "1MB", "rate": "400Gb/s"}
    assert found(plan(slow, nic="100Gb/s")) == []
    assert [code for code, _ in found(plan({**slow, "senders": 8}, nic="100Gb/s"))] == ["E821"]


def test_what_a_chip_cannot_hold():
    big = only(plan({"size": "70MB"}, buffer="64MB"))
    assert (big.code, big.severity) == ("E822", Severity.ERROR)
    classes = {
        name: {"dscp": dscp, "share": "25%", "buffer": {"size": "20MB"}} for dscp, name in enumerate("abcd")
    }  # fmt: skip
    hardware = {"switches": {name: {"ports": 64, "rate": "400Gb/s", "buffer": size}
                             for name, size in (("deep", "4GB"), ("flat", "64MB"))}}  # fmt: skip
    together = only(site(classes=classes, hardware=hardware))
    assert (together.code, together.at) == ("E822", "classes")
    assert "80MB" in together.message and "flat" in together.message and "16MB" in together.hint


@pytest.mark.parametrize("alpha, size, fits", [(1, "32MB", True), (1, "33MB", False), (0.25, "12.8MB", True),
                                               (0.25, "13MB", False), (8, "56MB", True)])  # fmt: skip
def test_what_a_threshold_does_not_let_one_queue_have(alpha, size, fits):
    slow = {"q": {"class": "a", "queue_delay": {"max": "1s"}}}
    codes = found(plan({"size": size, "alpha": alpha}, buffer="64MB", intents=slow))
    assert codes == ([] if fits else [("E822", Severity.WARNING)])


@pytest.mark.parametrize(
    "size, intents, rtt, waits",
    [
        ("50MB", None, None, False), ("51MB", None, None, True),
        ("51MB", {"q": {"class": "a", "queue_delay": {"max": "2ms"}}}, None, False),
        ("6MB", {"q": {"class": "a", "queue_delay": {"max": "100us"}}}, None, True),
        ("200MB", None, "1ms", False), ("6MB", None, "10us", True),
    ],
)  # fmt: skip
def test_a_full_buffer_is_a_delay(size, intents, rtt, waits):
    buffer = {"size": size, **({"rtt": rtt} if rtt else {})}
    assert found(plan(buffer, intents=intents)) == ([("E823", Severity.WARNING)] if waits else [])


def test_half_a_gigabyte_is_ten_milliseconds():
    (one,) = checks_buffers.buffers_drain_in_time(plan({"size": "500MB"}))
    assert "500MB at 400Gb/s is 10ms" in one.message and one.hint == "50MB drain in 1ms"


@pytest.mark.parametrize(
    "ports, whole, kept, each, right",
    [(48, "64MB", "32MB", "1.33MB", "666.6kB"), (32, "100MB", "25MB", "3.125MB", "781.2kB"),
     (64, "64MB", "16MB", "300kB", "250kB")],
)  # fmt: skip
def test_only_what_is_reserved_is_guaranteed(ports, whole, kept, each, right):
    one = only(switch(ports, buffer=whole, guaranteed=kept, port_guarantee=each))
    assert one.code == "E824" and f"port_guarantee: {right}" in one.hint
    assert ("the whole buffer" in one.message) == (each != "300kB")
    assert found(switch(ports, buffer=whole, guaranteed=kept, port_guarantee=right)) == []


def switch(ports, **more):
    return site(hardware={"switches": {"sw": {"ports": ports, "rate": "400Gb/s", **more}}})


def test_rounded_guarantees_and_parts_within_the_whole_are_fine():
    assert found(switch(48, buffer="64MB", guaranteed="32MB", port_guarantee="0.667MB")) == []
    assert found(switch(48, buffer="64MB", guaranteed="32MB", headroom="32MB")) == []
    assert found(switch(48, port_guarantee="1MB")) == []
    assert [c for c, _ in found(switch(48, buffer="64MB", guaranteed="32MB", headroom="33MB"))] == ["E824"]


@given(st.integers(-8, 8), st.floats(1.01, 1.99))
def test_alphas_are_powers_of_two(power, between):
    assert found(switch(32, alpha=2.0**power)) == []
    one = only(switch(32, alpha=between * 2.0**power))
    assert (one.code, one.severity) == ("E825", Severity.WARNING)
    assert f"{2.0**power:g} or {2.0 ** (power + 1):g};" in one.hint


@pytest.mark.parametrize("shares, severity", [((50, 30, 20), None), ((50, 30, 30), Severity.ERROR),
                                              ((50, 30, 10), Severity.WARNING), ((50, 30, None), None),
                                              ((90, 30, None), Severity.ERROR)])  # fmt: skip
def test_shares_of_the_buffer(shares, severity):
    classes = {
        f"c{n}": {"dscp": n, "share": "rest" if n == 0 else "10%", **({"buffer": {"share": f"{s}%"}} if s else {})}
        for n, s in enumerate(shares)
    }
    assert found(site(classes=classes)) == ([("E828", severity)] if severity else [])


SIZES = st.sampled_from(["0B", "1B", "500kB", "12.5MB", "64MB", "4GB", "1e21B"])
COUNTS = st.sampled_from([1, 2, 64, 10**9])
TIMES = st.sampled_from(["0s", "1ns", "10us", "1ms", "1e6s"])
LEVELS = SIZES | st.sampled_from(["0%", "70%", "100%", "250%"])


def some(**keys):
    return st.fixed_dictionaries({}, optional=keys)


BUFFERS = some(
    size=SIZES, share=st.sampled_from(["0%", "60%", "300%"]), alpha=st.floats(0.001, 1000), rtt=TIMES, flows=COUNTS,
    rate=st.sampled_from(["1b/s", "100Gb/s", "1e21b/s"]), senders=COUNTS, window=SIZES,
)  # fmt: skip
SHARES = st.sampled_from(["0%", "5%", "250%"])
CLASSES = some(
    buffer=BUFFERS, lossless=st.booleans(), ecn=st.booleans(),
    pfc=st.fixed_dictionaries({"xoff": SIZES}, optional={"xon": SIZES}),
    wred=st.fixed_dictionaries({"min": LEVELS, "max": LEVELS}, optional={"probability": SHARES}),
)  # fmt: skip
SWITCHES = some(
    buffer=SIZES, guaranteed=SIZES, port_guarantee=SIZES, headroom=SIZES, alpha=st.floats(0.001, 1000), rtt=TIMES
)


def of_site(check):
    return list(signature(check).parameters) == ["site"]


@given(CLASSES, SWITCHES, st.booleans())
def test_any_numbers_are_answered(keys, memory, with_hosts):
    hardware = {"switches": {"sw": {"ports": 64, "rate": "400Gb/s", **memory}}}
    if with_hosts:
        hardware["hosts"] = {"h": {"gpus": 8, "nics": 8, "nic_rate": "400Gb/s"}}
    given_ = site(classes={"a": {"dscp": 0, "share": "rest", **keys}}, hardware=hardware)
    load_rules()
    mine = [e.check for e in rules().values() if e.check.__module__.startswith("easterly.qos.") and of_site(e.check)]
    assert len(mine) >= 25
    for check in mine:
        for finding in check(given_):
            assert finding.message and "nan" not in finding.message and " - " not in finding.hint
            assert finding.at.split("/")[0] in ("classes", "hardware")


@pytest.mark.parametrize(
    ("chip", "alpha", "says"),
    [
        ("tomahawk4", 8, None),
        ("tomahawk4", 16, "alpha 16 is no step of chip tomahawk4 of sw"),
        ("mine", 3, None),
        ("mine", 2, "it has 0.25, 3"),
        ("mine", 5, "no power of two"),
    ],
)
def test_alphas_are_steps_of_the_chip(chip, alpha, says):
    """Powers of two where the chip wants them, and what a chip states of itself in any case."""
    spec = {
        "hardware": {
            "chips": {"mine": {"buffer": "64MB", "alphas": [0.25, 3]}},
            "switches": {"sw": {"ports": 32, "rate": "400Gb/s", "chip": chip, "alpha": alpha}},
            "hosts": {"h": {"gpus": 8, "nics": 8, "nic_rate": "400Gb/s", "scaleup": "1Tb/s"}},
        },
        "classes": {"d": {"dscp": 0, "share": "100%", "buffer": {"alpha": alpha}}},
    }
    told = [f for f in checks_memory.alphas_are_powers_of_two(site(**spec)) if f.code == "E825"]
    assert [says in f.message for f in told] == ([True, True] if says else [])
    assert {f.at for f in told} <= {"hardware/switches/sw/alpha", "classes/d/buffer/alpha"}
