"""Lines of NX-OS and Junos against lines of their makers' manuals and examples: no checker of them can be run here.

A shape is a line without its names (``$...`` below) and numbers. This finds a word that no manual has, or has
elsewhere, not a value that a switch refuses. Of ``shape``, ``mru``, ``cable-length``, the
watchdog's action and the policers in these combinations no complete example was found: they are after the syntax in the
reference.
"""

from __future__ import annotations

import pytest
from tests.config.switches.plans import EXAMPLES, example, planned, planned_example, preset, running
from tests.config.switches.shapes import unknown

from easterly.config.switches import settings

TENANTS = {"red": {"share": "50%"}, "blue": {"share": "50%"}}

# [1] Cisco Nexus 9000 Series NX-OS Quality of Service Configuration Guide, release 10.5(x), chapters "Configuring
#     Priority Flow Control", "Configuring Queuing and Scheduling", "Configuring Policing".
# [2] Microsoft, Azure Local: physical network reference, Cisco Nexus 93180YC-FX ("Policy Map (Queuing)").
# [3] Cisco, roce_enable.py for Nexus 9000 (QOS_CLASSIFICATION, QOS_EGRESS_PORT, qos_network).
NXOS = """
hostname $name
priority-flow-control watch-dog-interval on
priority-flow-control mode on
class-map type qos match-any $name
match dscp 24-31
policy-map type qos $name
class $name
set qos-group 3
set dscp 0
police cir 1000000000 bps bc 200 bytes conform transmit violate drop
policy-map type network-qos $name
class type network-qos $c-8q-nq3
pause pfc-cos 3
system qos
service-policy type network-qos $name
policy-map type queuing $name
class type queuing $c-out-8q-q7
priority level 1
bandwidth remaining percent 50
shape min 0 kbps max 100 kbps
random-detect minimum-threshold 950 bytes maximum-threshold 3000 bytes drop-probability 7 weight 0 ecn
random-detect minimum-threshold 950 bytes maximum-threshold 3000 bytes drop-probability 7 weight 0
pause buffer-size 27456 pause-threshold 12480 resume-threshold 12480
interface $Ethernet1/1
service-policy type qos input $name
service-policy type queuing input $name
service-policy type queuing output $name
"""

# [4] Juniper, terraform modules for Apstra and AI data centre designs (QFX5220, QFX5230, QFX5240): configlets of
#     class-of-service in set and in hierarchical form.
# [5] Juniper CLI reference: congestion-notification-profile, dscp (Input Congestion Notification), input (cable-length,
#     mru), buffer-partition (Ingress, Egress), buffer-dynamic-threshold, pfc-priority, policer, three-color-policer.
JUNOS = """
set system host-name $name
set class-of-service forwarding-classes class $q0 queue-num 0
set class-of-service forwarding-classes class $q4 queue-num 4 no-loss pfc-priority 3
set class-of-service classifiers dscp $name forwarding-class $q0 loss-priority low code-points [ 001010 ]
set class-of-service shared-buffer ingress buffer-partition lossless percent 5
set class-of-service shared-buffer ingress buffer-partition lossless-headroom percent 5
set class-of-service shared-buffer ingress buffer-partition lossy percent 90
set class-of-service shared-buffer ingress buffer-partition lossless dynamic-threshold 10
set class-of-service shared-buffer egress buffer-partition lossless percent 5
set class-of-service shared-buffer egress buffer-partition lossy percent 90
set class-of-service schedulers $s0 transmit-rate percent 50
set class-of-service schedulers $s0 priority low
set class-of-service schedulers $s6 priority strict-high
set class-of-service schedulers $s6 shaping-rate 16000000000
set class-of-service schedulers $s0 drop-profile-map loss-priority any protocol any drop-profile $dp0
set class-of-service schedulers $s0 explicit-congestion-notification
set class-of-service schedulers $s0 buffer-dynamic-threshold 9
set class-of-service drop-profiles $dp1 interpolate fill-level [ 20 60 ] drop-probability [ 0 100 ]
set class-of-service scheduler-maps $sm1 forwarding-class $q0 scheduler $s0
set class-of-service congestion-notification-profile $cnp input dscp code-point 011010 pfc
set class-of-service congestion-notification-profile $cnp input dscp code-point 011010 pfc mru 9216
set class-of-service congestion-notification-profile $cnp input cable-length 100
set class-of-service congestion-notification-profile $cnp output ieee-802.1 code-point 011 flow-control-queue 5
set class-of-service congestion-notification-profile $cnp pfc-watchdog pfc-watchdog-action drop
set class-of-service interfaces $et-0/0/0 unit 0 classifiers dscp $name
set class-of-service interfaces $et-0/0/0 scheduler-map $sm1
set class-of-service interfaces $et-0/0/0 congestion-notification-profile $cnp
set interfaces $et-0/0/0 unit 0 family inet filter input $name
set firewall policer $name if-exceeding bandwidth-limit 1000000
set firewall policer $name if-exceeding burst-size-limit 15000
set firewall policer $name then discard
set firewall three-color-policer $name action loss-priority high then discard
set firewall three-color-policer $name two-rate color-blind
set firewall three-color-policer $name two-rate committed-information-rate 1000000
set firewall three-color-policer $name two-rate committed-burst-size 15000
set firewall three-color-policer $name two-rate peak-information-rate 2000000
set firewall three-color-policer $name two-rate peak-burst-size 30000
set firewall family inet filter $name term $t1 from dscp [ 46 ]
set firewall family inet filter $name term $t1 then policer $name
set firewall family inet filter $name term $t1 then three-color-policer two-rate $name
set firewall family inet filter $name term $t1 then dscp 0
set firewall family inet filter $name term $t1 then forwarding-class $q0
set firewall family inet filter $name term $t1 then loss-priority low
set firewall family inet filter $name term $t1 then accept
"""
MANUALS = {name: text.strip().splitlines() for name, text in (("nxos", NXOS), ("junos", JUNOS))}


def texts(name):
    """Switches with everything there is: several tenants, edges of the WAN, early drops."""
    yield from (d.render(d.fit(s)) for d, s in settings(*planned(preset("ai-cluster", name, tenants=TENANTS))))
    yield from (d.render(d.fit(s)) for d, s in settings(*planned(preset("rfc4594", name))))
    path = next(path for path in EXAMPLES if path.stem == "two-fabrics-wan")
    yield from (d.render(d.fit(s)) for d, s in settings(running(example(path), name), *planned_example(path)))


@pytest.mark.parametrize("name", MANUALS)
def test_every_line_is_in_a_manual(name):
    found = [unknown(text, MANUALS[name]) for text in texts(name)]
    assert len(found) > 3 and set().union(*found) == set()


@pytest.mark.no_cover
@pytest.mark.parametrize("name", MANUALS)
def test_every_documented_line_is_needed(name):
    """Each line of the manuals is the shape of one that is written: none is there to let mistakes pass."""
    written = "\n".join(texts(name))
    idle = [
        line for line in MANUALS[name]
        if not unknown(written, [other for other in MANUALS[name] if other != line]) - unknown(written, MANUALS[name])
    ]  # fmt: skip
    assert set(idle) <= IDLE[name]


IDLE = {
    "nxos": {"random-detect minimum-threshold 950 bytes maximum-threshold 3000 bytes drop-probability 7 weight 0"},
    "junos": {"set class-of-service congestion-notification-profile $cnp input dscp code-point 011010 pfc"},
}
"""What no site of these tests has: early drops by WRED alone, an unknown frame."""


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("nxos", "pause pfc-cos", "pause cos"), ("nxos", "weight 0 ecn", "ecn weight 0"),
        ("nxos", "class type queuing", "class queuing"), ("nxos", " kbps max ", " max "),
        ("junos", "transmit-rate percent", "transmit-rate"), ("junos", "no-loss pfc-priority", "pfc-priority no-loss"),
        ("junos", "unit 0 classifiers", "classifiers"), ("junos", "fill-level [", "fill-level"),
    ],
)  # fmt: skip
def test_a_word_that_no_manual_has_is_found(name, old, new):
    text = next(texts(name))
    assert old in text
    assert unknown(text.replace(old, new), MANUALS[name])
