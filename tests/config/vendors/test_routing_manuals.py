"""Lines of routes of NX-OS and Junos against lines of their makers' guides and of published configurations.

As in tests/config/switches/test_manuals.py: this finds a word that no guide has, or has elsewhere, not a value that a
switch refuses.
"""

from __future__ import annotations

import re

import pytest
from tests.config.switches.shapes import unknown
from tests.config.underlays import VARIANTS
from tests.config.vendors.machines import of_everything, of_grand

from easterly.config.complete import SYSTEMS

# Cisco Nexus 9000 Series NX-OS configuration guides, release 10.3(x) and 10.5(x): VXLAN ("Configuring VXLAN BGP EVPN",
# with external BGP), Unicast Routing ("Configuring Advanced BGP": templates, multipath), Interfaces (BFD, VLAN
# interfaces, layer-3 interfaces).
NXOS = """
hostname $name
feature bgp
feature bfd
feature interface-vlan
feature vn-segment-vlan-based
feature nv overlay
nv overlay evpn
vlan 100
name $name
vn-segment 900001
vrf context $name
vni 900001
rd 10.0.0.1:3
address-family ipv4 unicast
address-family ipv6 unicast
address-family l2vpn evpn
route-target import 65001:900001 evpn
route-target export 65001:900001 evpn
ip prefix-list $name seq 10 permit 10.0.0.0/8
ip prefix-list $name seq 10 permit 10.0.0.0/8 le 32
ip prefix-list $name seq 10 permit 10.0.0.0/8 ge 32
ipv6 prefix-list $name seq 10 permit $fd00::/48
ipv6 prefix-list $name seq 10 permit $fd00::/48 le 128
ipv6 prefix-list $name seq 10 permit $fd00::/48 ge 128
route-map $name permit 10
set ip next-hop unchanged
interface $Ethernet1/1
description $leaf $port
description $hosts
description $hosts of $name
no switchport
mtu 9216
ip address 10.0.0.1/31
ipv6 address $fd00::1/127
no shutdown
switchport
switchport access vlan 100
spanning-tree port type edge
vrf member $name
ip forward
ipv6 address use-link-local-only
host-reachability protocol bgp
source-interface $loopback0
member vni 900001 associate-vrf
router bgp 65001
router-id 10.0.0.1
bestpath as-path multipath-relax
network 10.0.0.1/32
network $fd00::1/128
maximum-paths 64
retain route-target all
advertise l2vpn evpn
template peer $name
bfd
send-community extended
route-map $name out
prefix-list $name in
prefix-list $name out
neighbor 10.0.0.2
neighbor $fd00::2
inherit peer $name
remote-as 65002
vrf $name
feature ospf
feature ospfv3
feature isis
bfd interval 50 min_rx 50 multiplier 3
no ip redirects
no ipv6 redirects
timers 3 9
update-source $loopback0
ebgp-multihop 3
ip address 10.0.0.1/32 secondary
ip prefix-list $name seq 10 deny 10.0.0.0/8
ipv6 prefix-list $name seq 10 deny $fd00::/48
ip route 10.0.0.1/32 10.0.0.2
ipv6 route $fd00::/128 $fd00::2
medium p2p
ip unnumbered $loopback0
match ip address prefix-list $name
match ipv6 address prefix-list $name
router ospf $name
router ospfv3 $name
router isis $name
net 49.0001.0100.6500.0000.00
is-type level-2
redistribute bgp 65001 route-map $name
redistribute static route-map $name
redistribute direct route-map $name
redistribute ospf $name route-map $name
redistribute ospfv3 $name route-map $name
redistribute isis $name route-map $name
ip router ospf $name area 0.0.0.0
ip ospf network point-to-point
ip ospf cost 10
ip ospf hello-interval 1
ip ospf dead-interval 4
ip ospf bfd
ip ospf passive-interface
ipv6 router ospfv3 $name area 0.0.0.0
ospfv3 network point-to-point
ospfv3 cost 10
ospfv3 hello-interval 1
ospfv3 dead-interval 4
ospfv3 bfd
ospfv3 passive-interface
ip router isis $name
ipv6 router isis $name
isis network point-to-point
isis metric 10 level-2
isis hello-interval 1 level-2
isis hello-multiplier 3 level-2
isis bfd
isis passive-interface level-2
"""

# Juniper CLI reference: bgp, policy-statement, route-filter, ip-prefix-routes, overlay-ecmp, maximum-ecmp, vrf-import,
# vrf-target, vtep-source-interface, l3-interface; Data Center EVPN-VXLAN Fabric Architecture Guide (load balancing,
# overlay between loopbacks with no-nexthop-change).
JUNOS = """
set system host-name $name
set chassis maximum-ecmp 64
set interfaces $et-0/0/0 description "$spine $port"
set interfaces irb mtu 9216
set interfaces irb unit 100 description "hosts"
set interfaces $et-0/0/0 mtu 9114
set interfaces $et-0/0/0 unit 0 family inet address 10.0.0.1/31
set interfaces $et-0/0/0 unit 0 family inet6 address $fd00::1/127
set interfaces irb unit 100 family inet address 10.0.0.1/24
set interfaces irb unit 100 family inet6 address $fd00::1/64
set interfaces irb unit 100 family inet mtu 9100
set interfaces irb unit 100 family inet6 mtu 9100
set interfaces $et-0/0/0 unit 0 family ethernet-switching interface-mode access
set interfaces $et-0/0/0 unit 0 family ethernet-switching vlan members $v100
set vlans $v100 vlan-id 100
set vlans $v100 l3-interface $irb.100
set routing-options router-id 10.0.0.1
set routing-options autonomous-system 65001
set routing-options forwarding-table export $name
set policy-options policy-statement $name then load-balance per-packet
set policy-options policy-statement $name then reject
set policy-options policy-statement $name term $name then accept
set policy-options policy-statement $name term $name from protocol direct
set policy-options policy-statement $name term $name from family inet
set policy-options policy-statement $name term $name from family inet6
set policy-options policy-statement $name term $name then reject
set policy-options policy-statement $name term $name from protocol bgp
set policy-options policy-statement $name term $name from policy $name
set policy-options policy-statement $name term $name from community $name
set policy-options policy-statement $name term $name from route-filter 10.0.0.0/8 exact
set policy-options policy-statement $name term $name from route-filter $fd00::/48 exact
set policy-options policy-statement $name term $name from route-filter 10.0.0.0/8 upto $/32
set policy-options policy-statement $name term $name from route-filter $fd00::/48 upto $/128
set policy-options policy-statement $name term $name from route-filter 10.0.0.0/8 prefix-length-range $/32-/32
set policy-options policy-statement $name term $name from route-filter $fd00::/48 prefix-length-range $/128-/128
set policy-options community $name members $target:65001:100
set protocols bgp group $name type external
set protocols bgp group $name multipath multiple-as
set protocols bgp group $name bfd-liveness-detection minimum-interval 300
set protocols bgp group $name bfd-liveness-detection multiplier 3
set protocols bgp group $name family inet unicast
set protocols bgp group $name family inet6 unicast
set protocols bgp group $name family evpn signaling
set protocols bgp group $name import $name
set protocols bgp group $name export $name
set protocols bgp group $name local-address 10.0.0.1
set protocols bgp group $name multihop no-nexthop-change
set protocols bgp group $name neighbor 10.0.0.2 peer-as 65002
set protocols bgp group $name neighbor $fd00::2 peer-as 65002
set protocols bgp group $name neighbor 10.0.0.2 description "$spine $port"
set protocols bgp group $name neighbor $fd00::2 description "$spine $port"
set protocols bgp group $name neighbor 10.0.0.2 description "$spine"
set switch-options vtep-source-interface $lo0.0
set forwarding-options vxlan-routing overlay-ecmp
set routing-instances $name instance-type vrf
set routing-instances $name interface $irb.100
set routing-instances $name route-distinguisher 10.0.0.1:100
set routing-instances $name vrf-import $name
set routing-instances $name vrf-target export $target:65001:100
set routing-instances $name routing-options multipath
set routing-instances $name protocols evpn ip-prefix-routes advertise direct-nexthop
set routing-instances $name protocols evpn ip-prefix-routes encapsulation vxlan
set routing-instances $name protocols evpn ip-prefix-routes vni 10500
set routing-instances $name protocols evpn ip-prefix-routes export $name
set interfaces $et-0/0/0 unit 0 family inet
set interfaces $et-0/0/0 unit 0 family inet6
set interfaces $et-0/0/0 unit 0 family iso
set interfaces $et-0/0/0 unit 0 family inet unnumbered-address $lo0.0
set interfaces lo0 unit 0 family inet address 10.0.0.1/32 primary
set interfaces lo0 unit 0 family inet address 10.0.0.1/32
set interfaces lo0 unit 0 family inet6 address $fd00::1/128
set interfaces lo0 unit 0 family iso address 49.0001.0100.6500.0000.00
set policy-options policy-statement $name term $name from protocol static
set policy-options policy-statement $name term $name from protocol isis
set policy-options policy-statement $name term $name from protocol ospf
set policy-options policy-statement $name term $name from protocol ospf3
set policy-options policy-statement $name term $name then reject
set protocols bgp group $name peer-as 65001
set protocols bgp group $name hold-time 9
set protocols bgp group $name family inet unicast extended-nexthop
set protocols bgp group $name dynamic-neighbor $name peer-auto-discovery family inet6 ipv6-nd
set protocols bgp group $name dynamic-neighbor $name peer-auto-discovery interface $et-0/0/0.0
set protocols router-advertisement interface $et-0/0/0.0
set protocols isis level 1 disable
set protocols isis level 2 wide-metrics-only
set protocols isis export $name
set protocols isis interface $et-0/0/0.0 point-to-point
set protocols isis interface $et-0/0/0.0 passive
set protocols isis interface $et-0/0/0.0 level 2 metric 10
set protocols isis interface $et-0/0/0.0 level 2 hello-interval 1
set protocols isis interface $et-0/0/0.0 level 2 hold-time 3
set protocols isis interface $et-0/0/0.0 family inet bfd-liveness-detection minimum-interval 300
set protocols isis interface $et-0/0/0.0 family inet bfd-liveness-detection multiplier 3
set protocols isis interface $et-0/0/0.0 family inet6 bfd-liveness-detection minimum-interval 300
set protocols isis interface $et-0/0/0.0 family inet6 bfd-liveness-detection multiplier 3
set protocols ospf export $name
set protocols ospf area 0.0.0.0 interface $et-0/0/0.0 interface-type p2p
set protocols ospf area 0.0.0.0 interface $et-0/0/0.0 passive
set protocols ospf area 0.0.0.0 interface $et-0/0/0.0 metric 10
set protocols ospf area 0.0.0.0 interface $et-0/0/0.0 hello-interval 1
set protocols ospf area 0.0.0.0 interface $et-0/0/0.0 dead-interval 4
set protocols ospf area 0.0.0.0 interface $et-0/0/0.0 bfd-liveness-detection minimum-interval 300
set protocols ospf area 0.0.0.0 interface $et-0/0/0.0 bfd-liveness-detection multiplier 3
set protocols ospf3 export $name
set protocols ospf3 area 0.0.0.0 interface $et-0/0/0.0 interface-type p2p
set protocols ospf3 area 0.0.0.0 interface $et-0/0/0.0 passive
set protocols ospf3 area 0.0.0.0 interface $et-0/0/0.0 metric 10
set protocols ospf3 area 0.0.0.0 interface $et-0/0/0.0 hello-interval 1
set protocols ospf3 area 0.0.0.0 interface $et-0/0/0.0 dead-interval 4
set protocols ospf3 area 0.0.0.0 interface $et-0/0/0.0 bfd-liveness-detection minimum-interval 300
set protocols ospf3 area 0.0.0.0 interface $et-0/0/0.0 bfd-liveness-detection multiplier 3
set routing-options static route 10.0.0.1/32 next-hop 10.0.0.2
set routing-options rib $inet6.0 static route $fd00::1/128 next-hop $fd00::2
"""
PREFIX = re.compile(r"(?<=\s)[$\w.:]+[/:][$\w.:/-]+|(?<=\s)/\d+(?:-/\d+)?|\"[^\"]*\"")


def plain(text: str) -> str:
    """Prefixes, targets and what people read, as one name each."""
    return PREFIX.sub("$1", text)


GUIDES = {"nxos": plain(NXOS).strip().splitlines(), "junos": plain(JUNOS).strip().splitlines()}


def texts(name: str) -> list[str]:
    system = SYSTEMS[name]
    found = [of_everything(system.naming, name), *(of_grand(variant, system.naming, name) for variant in VARIANTS)]
    return [plain(system.render(machine)) for machines in found for machine in machines]


@pytest.mark.parametrize("name", GUIDES)
def test_every_line_is_in_a_guide(name):
    assert set().union(*(unknown(text, GUIDES[name]) for text in texts(name))) == set()


@pytest.mark.parametrize(("name", "old", "new"), [
    ("nxos", "vn-segment 1", "vnsegment 1"), ("nxos", "retain route-target", "retain route-targets"),
    ("nxos", "associate-vrf", "vrf"), ("junos", "no-nexthop-change", "no-next-hop-change"),
    ("junos", "ip-prefix-routes vni", "vni"), ("junos", "multipath multiple-as", "multiple-as"),
])  # fmt: skip
def test_a_word_that_no_guide_has_is_found(name, old, new):
    every = "\n".join(texts(name))
    assert old in every
    assert unknown(every.replace(old, new), GUIDES[name])
