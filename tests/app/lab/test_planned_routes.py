"""What the lab is built of, without one: names, daemons, addresses, routes."""

from __future__ import annotations

from ipaddress import ip_interface
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from tests.app.lab.sites import DIAMOND, TENANTS, written

from easterly.app import terminal
from easterly.app.lab import converge, netplan
from easterly.app.lab.cables import cables, misfits, usual_scale
from easterly.app.lab.daemons import asked_for
from easterly.app.lab.measure import Hop, of_site
from easterly.app.lab.outcome import of_routes
from easterly.app.lab.routes import Table, differences, planned
from easterly.app.lab.running import Running
from easterly.config.linux.netplan import read


@pytest.fixture(scope="module")
def nouns(tmp_path_factory: pytest.TempPathFactory):
    return terminal.read_or_leave(written(tmp_path_factory.mktemp("site"), DIAMOND), "text", None)[0]


def text_of(nouns, path: str) -> str:
    return next(file.text for file in nouns.configs.value.artifacts if file.path == path)


def test_a_router_leads_to_the_far_host_over_both_of_its_neighbours(nouns) -> None:
    tables = planned(nouns.network.value, nouns.address.value, nouns.policy.value)
    rows = nouns.address.value.prefixes
    own = {device: prefix for prefix, device in zip(rows.prefix, rows.device, strict=True) if "." in prefix}
    assert tables["r1"][own["r4"]] == {"swp2", "swp3"}
    assert tables["r4"][own["r1"]] == {"swp2", "swp3"}
    assert tables["r2"][own["r4"]] == {"swp4"}
    assert tables["r3"][own["r1"]] == {"swp1"}
    assert own["r1"] not in tables["r1"]


def test_packets_for_nobodys_host_leave_by_its_own_bridge_and_not_by_that_of_a_table(tmp_path: Path) -> None:
    """A leaf has both, with the same prefix."""
    text = TENANTS.replace("down: 2, up: 2", "down: 4, up: 2").replace("count: 5}", "count: 6}")
    address = terminal.read_or_leave(written(tmp_path, text), "text", None)[0].address.value
    lab = cast(Running, SimpleNamespace(address=address, routers=(), cables=(), spaces={"t-host-5": None}))
    port = next(of_site.ports(lab))
    prefix = ip_interface(f"{port.address}/29").network
    tables = [t for t, p in zip(address.prefixes.vrf, address.prefixes.prefix, strict=True) if p == str(prefix)]
    assert set(tables) == {"default", "beta"}
    groups = of_site.fabric(lab, {}, [(port, of_site.Port("t-host-6", "nic0", "10.64.0.99"))], {}, ask=False).groups
    assert groups["t-leaf-1", port.address] == (Hop("br-hosts"),)


def test_the_narrowest_cable_is_looked_for_on_all_ways_and_on_no_others(tmp_path: Path) -> None:
    """Half the rate of a port overruns a link behind it of 40 Gb/s; a slow one that leads elsewhere counts nothing."""
    slow = 'down3: {a: "r4:3", b: "r3:4", rate: 40Gb/s}\n      off: {a: "r2:7", b: "r3:7", rate: 1Gb/s, cost: 9}'
    text = DIAMOND.replace('down3: {a: "r4:3", b: "r3:4"}', slow)
    nouns = terminal.read_or_leave(written(tmp_path, text), "text", None)[0]
    network, address = nouns.network.value, nouns.address.value
    lab = cast(Running, SimpleNamespace(
        address=address, hosts=("left", "right"), routers=("r1", "r2", "r3", "r4"), spaces={"left": 0, "right": 0},
        cables=cables(network, 1000.0),
    ))  # fmt: skip
    wanted = planned(network, address, nouns.policy.value)
    [(src, dst), *_] = of_site.farthest(lab, wanted)
    made = of_site.fabric(lab, wanted, [(src, dst)], {}, ask=False)
    assert of_site.narrowest_bps(lab, made, src, dst) == 40_000_000
    assert of_site.choices(lab, wanted, src, dst) == 1


def test_what_is_not_as_planned_has_a_name() -> None:
    wanted = {"10.0.0.0/24": frozenset({"swp1", "swp2"}), "10.0.1.0/24": frozenset({"swp1"})}
    found = differences("r1", wanted, {"10.0.0.0/24": frozenset({"swp2"}), "10.0.1.0/24": frozenset({"swp1"})})
    assert [str(each) for each in found] == ["r1: 10.0.0.0/24 leads to swp2, not to swp1, swp2"]
    [compared] = of_routes({"r1": wanted, "idle": {}}, {"r1": found, "idle": []})
    assert (compared.predicted, compared.measured, compared.ok) == (2, 1, False)


def test_cables_have_the_names_of_the_plan_and_its_rates_divided(nouns) -> None:
    network = nouns.network.value
    assert usual_scale(network) == 1000
    made = {each.ends: each.rate_bps for each in cables(network, 2000.0)}
    assert set(made.values()) == {50_000_000}
    assert {("r1", "swp2"), ("r2", "swp1")} in [set(ends) for ends in made]
    assert not misfits(cables(network, 1000.0))
    assert "--scale" in misfits(cables(network, 10.0))
    assert "--scale" in misfits(cables(network, 1e6))


@pytest.mark.parametrize(
    ("slow", "fast", "factor"),
    [("10Gb/s", "800Gb/s", 8000), ("5Gb/s", "800Gb/s", 5000), ("4Gb/s", "800Gb/s", 4000), ("1Gb/s", "800Gb/s", None),
     ("10Mb/s", "150Mb/s", 1.5), ("1Mb/s", "150Mb/s", 1)],
)  # fmt: skip
def test_rates_are_divided_so_that_all_can_be_measured(
    tmp_path: Path, slow: str, fast: str, factor: float | None
) -> None:
    text = DIAMOND.replace("100Gb/s", fast).replace("up3: {", f"up3: {{rate: {slow}, ")
    network = terminal.read_or_leave(written(tmp_path, text), "text", None)[0].network.value
    found = misfits(cables(network, usual_scale(network)))
    if factor is None:
        assert "no factor helps" in found
    else:
        assert (usual_scale(network), found) == (factor, "")


@pytest.mark.parametrize(
    ("text", "daemons"),
    [
        ("router bgp 1\n neighbor a bfd", ("zebra", "bgpd", "bfdd")),
        ("router ospf\n!\ninterface swp1\n ip ospf bfd", ("zebra", "ospfd", "bfdd")),
        ("router isis 1", ("zebra", "isisd")),
        ("router ospf6\n!\nip route 10.0.0.0/8 blackhole", ("zebra", "ospf6d", "staticd")),
        ("interface lo\n description bfd of others", ("zebra",)),
    ],
)
def test_daemons_follow_from_the_text(text: str, daemons: tuple[str, ...]) -> None:
    assert asked_for(text) == daemons


def test_a_host_is_told_what_its_file_says(nouns) -> None:
    plan = read(text_of(nouns, "linux/left.yaml"))
    lines = [*netplan.lines(plan), *netplan.rules(plan, 4)]
    assert lines[0] == "link set nic0 mtu 9000 gso_max_segs 1 up"
    assert "address add 10.64.0.2/30 dev nic0" in lines
    assert "route add 10.64.0.0/21 via 10.64.0.1 dev nic0 metric 100" in lines
    assert "route add 10.64.0.0/21 via 10.64.0.1 dev nic0 table 100" in lines
    assert lines[-1] == "rule add from 10.64.0.2 table 100 priority 100"


def test_a_switch_has_its_hosts_in_a_bridge(nouns) -> None:
    lines = list(netplan.lines(read(text_of(nouns, "linux/r1.yaml"))))
    assert lines.index("link add br-hosts type bridge stp_state 0") < lines.index("link set swp1 master br-hosts")


def test_a_text_that_is_no_netplan_is_refused() -> None:
    with pytest.raises(ValueError, match="not a netplan file"):
        read("network: [1, 2]")


def test_routes_that_were_as_planned_for_a_moment_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """One router is slow; until it is ready, another has heard of a second next hop that it should not use."""
    wanted = {"r1": {"10.0.0.0/24": frozenset({"swp1"})}, "r2": {"10.0.0.0/24": frozenset({"swp2"})}}
    shown = {"r1": [{"swp1"}, {"swp1", "swp3"}], "r2": [set(), {"swp2"}]}

    def kernel(lab: object, node: str) -> Table:
        return {"10.0.0.0/24": frozenset(shown[node].pop(0) if len(shown[node]) > 1 else shown[node][0])}

    monkeypatch.setattr(converge, "kernel", kernel)
    found = converge.routed(cast("Running", None), wanted, seconds=1.0)
    assert [str(each) for each in found["r1"]] == ["r1: 10.0.0.0/24 leads to swp1, swp3, not to swp1"]
    assert found["r2"] == []
