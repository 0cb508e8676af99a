"""Neighbours behind tunnels: what lacks one is seen, and sessions begin anew where it does not come."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.app.lab.sites import TENANTS, written
from tests.lab import require, require_root

from easterly.app import terminal
from easterly.app.lab import converge, tunnels
from easterly.app.lab.build import running
from easterly.app.lab.cables import usual_scale
from easterly.app.lab.reach import reached
from easterly.app.lab.routes import planned

ROUTE = {"dst": "10.1.0.0/28", "gateway": "10.65.0.3", "dev": "l3100", "flags": ["onlink"]}
NEIGHBOUR = {"dst": "10.65.0.3", "dev": "l3100", "lladdr": "02:00:00:00:00:03"}
END = {"mac": "02:00:00:00:00:03", "dst": "10.65.0.3"}


@dataclass
class Table:
    """A tenant's table as `ip` and `bridge` show it; neighbours come with the sessions."""

    neighbours: list[dict[str, str]]
    ends: list[dict[str, str]]
    ran: list[tuple[str, ...]] = field(default_factory=list)

    def shows(self, *words: str) -> str:
        if "neigh" in words:
            return json.dumps(self.neighbours)
        if "fdb" in words:
            return json.dumps(self.ends)
        return json.dumps([ROUTE, {"dst": "10.1.0.16/28", "dev": "br100"}] if "-4" in words else [])

    def run(self, *words: str) -> str:
        self.ran.append(words)
        self.neighbours, self.ends = [NEIGHBOUR], [END]
        return ""


def lab(table: Table) -> SimpleNamespace:
    spaces = {"leaf-0": table, "leaf-0/acme": table}
    return SimpleNamespace(spaces=spaces, record=SimpleNamespace(folder=Path("/run")))


def test_a_next_hop_needs_a_neighbour_and_the_end_of_its_tunnel():
    for neighbours, ends, good in (([NEIGHBOUR], [END], True), ([], [END], False), ([NEIGHBOUR], [], False)):
        found = tunnels.seen(lab(Table(neighbours, ends)))
        assert (found.count, found.lacking) == (1, () if good else ("leaf-0/acme: 10.65.0.3 on l3100",))


def test_sessions_begin_anew_where_a_neighbour_does_not_come(monkeypatch):
    monkeypatch.setattr(tunnels, "PATIENCE_S", 0.0)
    table = Table([], [])
    assert tunnels.waited(lab(table), seconds=5) == ("leaf-0",)
    assert [words[-1] for words in table.ran] == ["clear bgp *"]
    assert tunnels.waited(lab(table), seconds=5) == () and len(table.ran) == 1


def test_it_is_given_up_in_the_end(monkeypatch):
    monkeypatch.setattr(tunnels, "EVERY_S", 0.01)
    table = Table([], [])
    assert tunnels.waited(lab(table), seconds=0.05) == () and table.ran == []


@pytest.mark.lab
@pytest.mark.slow
def test_hosts_reach_each_other_again_after_the_chosen_way_has_changed(tmp_path):
    """FRR 8.4 forgets neighbours then (its issue 12391), a mended one does not: hosts are not to notice either way."""
    require_root()
    for program in ("ip", "tc", "vtysh", "zebra", "bgpd", "bfdd"):
        require(program)
    nouns, _, _ = terminal.read_or_leave(written(tmp_path, TENANTS), "text", None)
    network, address = nouns.network.value, nouns.address.value
    wanted = planned(network, address, nouns.policy.value)
    with running(network, address, nouns.configs.value, scale=usual_scale(network)) as made:
        assert not any(converge.routed(made, wanted, seconds=30).values())
        assert tunnels.waited(made, seconds=20) == ()
        assert (tunnels.seen(made).count, tunnels.seen(made).lacking) == (8, ())
        folder = made.record.folder / "t-leaf-1"
        for peer in ("10.64.8.17", "10.64.8.19"):
            made.spaces["t-leaf-1"].run("vtysh", "--vty_socket", str(folder), "-c", f"clear bgp {peer}")
            assert not any(converge.routed(made, wanted, seconds=30).values())
        tunnels.waited(made, seconds=20)
        assert not any(converge.routed(made, wanted, seconds=30).values())
        assert tunnels.seen(made).lacking == ()
        assert not reached(made).wrong
