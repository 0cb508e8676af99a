"""Every routing protocol as FRR text: read back it says what was drafted, and FRR's own checkers take it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.address.sites import fabric, made, planned, site
from tests.config.rendered import changed, render, text_of
from tests.config.underlays import TINY, VARIANTS, grand, under
from tests.lab import require

from easterly.config import contradictions, frr, routers, validate
from easterly.config.frr.meant import meant
from easterly.config.protocols import protocols
from easterly.config.sheet import Sheet
from easterly.model.outcome import DeviceConfigs
from easterly.model.router_state import DeviceState


def drafted(spec):
    return routers.draft(spec, made(spec)[0], Sheet(planned(spec)))


def plain(state: DeviceState) -> DeviceState:
    """Without the order of what has none."""
    return replace(
        state, uses=tuple(sorted(state.uses)), given=tuple(sorted(state.given)), networks=tuple(sorted(state.networks)),
        vrf_networks={name: tuple(sorted(found)) for name, found in state.vrf_networks.items()},
    )  # fmt: skip


def assert_reads_back(spec) -> None:
    for router, file in zip(found := drafted(spec), frr.render(found), strict=True):
        assert plain(frr.parse(file.text)) == plain(meant(router))


@pytest.mark.parametrize("name", VARIANTS)
def test_what_was_drafted_is_read_back_and_agrees(name):
    for spec in (under(name), grand(name)):
        assert_reads_back(spec)
        assert contradictions(render(spec)[2]) == ()


UNDERLAYS = st.fixed_dictionaries(
    {"protocol": st.sampled_from(["bgp", "ospf", "isis"])},
    optional={
        "unnumbered": st.booleans(), "area": st.integers(0, 2**32 - 1), "hello": st.sampled_from(["1s", "5s"]),
        "bfd": st.one_of(st.booleans(), st.fixed_dictionaries({
            "interval": st.integers(10, 60000).map(lambda ms: f"{ms}ms"), "multiplier": st.integers(2, 255)})),
    },
)  # fmt: skip


@given(UNDERLAYS, st.sampled_from(["leaf-spine", "fat-tree"]))
@settings(max_examples=25)
def test_any_underlay_is_read_back(underlay, blueprint):
    tiers = TINY if blueprint == "leaf-spine" else {"k": 4, "switch": "sw"}
    spec = site({"train": fabric(blueprint, 4, underlay=underlay, **tiers)})
    assert_reads_back(spec)
    assert contradictions(render(spec)[2]) == ()


@pytest.mark.lab
@pytest.mark.parametrize("name", VARIANTS)
def test_frr_takes_every_template(name):
    require("vtysh")
    require("bgpd")
    files = DeviceConfigs(tuple(f for f in render(grand(name))[2].artifacts if f.dialect == "frr"))
    assert [(v.path, v.output) for v in validate(files) if not v.ok] == []


LEAF = "frr/train-rail0-leaf-0.conf"
BORDER = "frr/train-border-0.conf"


@pytest.mark.parametrize("name, path, old, new, code", [
    ("ospf-fast", BORDER, "redistribute bgp route-map OUTSIDE4", "redistribute bgp route-map OUTSIDES", "E910"),
    ("ospf-fast", BORDER, "match ip address prefix-list INSIDE4", "match ip address prefix-list INSIDES", "E903"),
    ("ospf-fast", LEAF, "ip ospf bfd profile FABRIC-50MS-X3", "ip ospf bfd profile FABRIC", "E912"),
    ("bgp-fast", LEAF, "neighbor FABRIC4 bfd profile FABRIC-50MS-X3", "neighbor FABRIC4 bfd profile QUICK", "E912"),
    ("ospf-fast", LEAF, "network point-to-point\n ip ospf cost", "network point-to-point\n ip ospf area 0.0.0.8\n"
     " ip ospf cost", "E913"),
    ("ospf-fast", LEAF, "ipv6 ospf6 hello-interval 1", "ipv6 ospf6 hello-interval 2", "E913"),
    ("ospf-fast", LEAF, "ip ospf dead-interval 4", "ip ospf dead-interval 5", "E913"),
    ("isis-fast", LEAF, " isis bfd\n isis bfd profile FABRIC-50MS-X3\n", "", "E913"),
    ("isis", LEAF, "isis network point-to-point", "isis passive", "E913"),
    ("ospf", LEAF, "ospf router-id 10.65.0.0", "ospf router-id 10.65.0.1", "E914"),
    ("isis", LEAF, "net 49.0001.0100.6500.0000.00", "net 49.0001.0100.6500.0001.00", "E914"),
    ("bgp", LEAF, "bgp router-id 10.65.0.0", "bgp router-id 10.65.0.1", "E914"),
    ("bgp-unnumbered", LEAF, "neighbor swp9 interface remote-as 4200003000", "neighbor swp9 interface v6only", "E902"),
    ("bgp-unnumbered", LEAF, "interface remote-as 4200003000", "interface remote-as 4200003001", "E902"),
    ("bgp-unnumbered", LEAF, "description train-spine-0 swp1", "description nobody swp1", "E901"),
    ("ospf", LEAF, "neighbor 10.65.2.0 remote-as 4200003000", "neighbor 10.65.9.9 remote-as 4200003000", "E901 E902"),
    ("bgp", "frr/train-spine-1.conf", "network 10.66.0.5/32", "network 10.66.0.6/32", "E904"),
])  # fmt: skip
def test_mistakes_are_found(name, path, old, new, code):
    configs = render(grand(name))[2]
    found = contradictions(changed(configs, path, old, new))
    assert {finding.code for finding in found} == set(code.split())
    assert all(path[4:-5] in finding.message for finding in found if "nobody" not in new)


@pytest.mark.parametrize("asn, told", [(65002, {"E911"}), (65001, set())])
def test_local_preference_is_for_ones_own_as(asn, told):
    text = (
        "hostname a\nrouter bgp 65001\n neighbor 10.0.0.1 remote-as {asn}\n address-family ipv4 unicast\n"
        "  neighbor 10.0.0.1 route-map OUT out\n exit-address-family\nexit\nroute-map OUT permit 10\n"
        " set local-preference 200\nexit\n"
    )
    assert {code for code, _ in protocols([frr.parse(text.format(asn=asn))])} == told


def test_a_session_by_interface_without_an_answer_is_found():
    configs = render(grand("bgp-unnumbered"))[2]
    text = text_of(configs, LEAF)
    gone = "\n".join(line for line in text.splitlines() if "neighbor swp9 " not in line)
    assert {f.code for f in contradictions(changed(configs, LEAF, text, gone))} == {"E905"}
