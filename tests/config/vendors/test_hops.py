"""Links that count for more AS hops than one, in the words of every maker: read back, checked, and missed when gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from tests.address.sites import made, planned
from tests.config.sonic.routing_facts import complaints
from tests.config.underlays import grand, under
from tests.config.vendors.machines import machines_of
from tests.config.vendors.test_same_router import MAKERS, says_what_frr_says
from tests.lab import require

from easterly.base.columns import ints
from easterly.config import bird, frr, routers, validate
from easterly.config.frr.meant import meant
from easterly.config.reread import reread
from easterly.config.sheet import Sheet
from easterly.model.as_hops import AsHops
from easterly.model.network import LinkKind
from easterly.model.outcome import Artifact, DeviceConfigs
from easterly.model.router import Router
from easterly.model.spec.site import Site

VARIANTS = ("bgp", "bgp-unnumbered", "ospf-fast")
NOBODY = ints([])


def hops(spec: Site) -> AsHops:
    """Every cable counts for another number, 1 to 32."""
    network = made(spec)[0]
    cable = np.where(network.links.reverse >= 0, np.minimum(np.arange(len(network.links)), network.links.reverse), 0)
    between = network.links.kind != LinkKind.HOST
    _, number = np.unique(cable[between], return_inverse=True)
    count = np.ones(len(network.links), dtype=np.int32)
    count[between] = 1 + 7 * number % 32
    return AsHops(ints(count), NOBODY, NOBODY)


def drafted(variant: str) -> list[Router]:
    spec = grand(variant)
    return routers.draft(spec, made(spec)[0], Sheet(planned(spec)), hops(spec))


def counted(variant: str) -> dict[tuple[str, str], int]:
    """AS numbers put before paths by router and port, from the network alone."""
    spec = grand(variant)
    network, _ = made(spec)
    links, names, wan = network.links, network.nodes.name, network.links.kind == LinkKind.WAN
    rows = np.flatnonzero((wan if variant == "ospf-fast" else links.kind != LinkKind.HOST) & (hops(spec).count > 1))
    return {(str(names[links.src[r]]), f"swp{links.src_port[r]}"): int(hops(spec).count[r]) - 1 for r in rows}


@pytest.mark.parametrize("variant", VARIANTS)
def test_frr_reads_back_what_was_drafted_and_what_was_drafted_is_counted(variant):
    wanted = counted(variant)
    for router, file in zip(found := drafted(variant), frr.render(found), strict=True):
        state = frr.parse(file.text)
        assert state.longer == meant(router).longer
        assert state.groups == meant(router).groups
        assert state.route_maps == meant(router).route_maps
        port = {peer.address or peer.interface: next(i.name for i in router.interfaces if i.peer == peer.end)
                for group in router.groups for peer in group.peers}  # fmt: skip
        got = {port[name]: more for name, more in state.longer.items()}
        assert got == {at: more for (device, at), more in wanted.items() if device == router.name}
    assert bool(wanted) and (max(wanted.values()) == 31 or variant == "ospf-fast")


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_maker_says_what_frr_says(maker, variant):
    module = MAKERS[maker][0]
    found = machines_of(grand(variant), module.NAMING, maker, hops(grand(variant)))
    assert any(machine.router.far for machine in found)
    for machine in found:
        says_what_frr_says(machine, maker)
        if maker == "sonic":
            assert list(complaints(json.loads(module.render(machine)))) == []


@pytest.mark.parametrize("variant", VARIANTS)
def test_bird_says_what_frr_says(variant):
    for router, ours in zip(found := drafted(variant), bird.render(found), strict=True):
        [theirs] = frr.render([router])
        assert bird.parse(ours.text).longer == frr.parse(theirs.text).longer
        assert bird.parse(ours.text).uses == frr.parse(theirs.text).uses or router.igp is not None


@pytest.mark.parametrize("variant", VARIANTS)
def test_lines_of_eos_are_those_of_arista(variant):
    pytest.importorskip("pyavd", reason="pyavd, Arista's renderer, is not installed (pip install pyavd)")
    from tests.config.vendors.test_eos_routing import agrees

    for machine in machines_of(grand(variant), MAKERS["eos"][0].NAMING, "eos", hops(grand(variant))):
        agrees(machine)


def files(maker: str) -> Iterator[Artifact]:
    """Four hosts, two leaves, two spines; no tenants, whose switches have another file of SONiC."""
    spec = under("bgp")
    if maker in ("frr", "bird"):
        found = routers.draft(spec, made(spec)[0], Sheet(planned(spec)), hops(spec))
        yield from {"frr": frr, "bird": bird}[maker].render(found)
        return
    module = MAKERS[maker][0]
    suffix = {"junos": "set", "sonic": "json"}.get(maker, "cfg")
    for machine in machines_of(spec, module.NAMING, maker, hops(spec)):
        name = machine.router.name
        yield Artifact(f"{maker}/{name}.{suffix}", module.render(machine), name, maker, "")


@pytest.mark.parametrize(("maker", "old", "new"), [
    ("frr", "prepend last-as 7\n", "prepend last-as 5\n"),
    ("frr", " set as-path prepend last-as 7\n", ""),
    ("frr", " set as-path prepend last-as 7\n", " set as-path prepend 65001 65001\n"),
    ("eos", "prepend last-as 7\n", "prepend last-as 5\n"), ("nxos", "      route-map FAR7 in\n", ""),
    ("junos", "last-as count 7\n", "last-as count 8\n"), ("sonic", '"set_repeat_asn": "7"', '"set_repeat_asn": "9"'),
    ("bird", "bgp_path.prepend(bgp_path.first); accept", "accept"),
])  # fmt: skip
def test_an_edited_or_missing_number_is_found(maker, old, new):
    planned_files = list(files(maker))
    path, text = next((f.path, f.text) for f in planned_files if old in f.text)
    found = reread(planned_files, {f.path: f.text for f in planned_files} | {path: text.replace(old, new)})
    assert {"E913", "E933"} <= {each.code for each in found}
    assert any("AS numbers before what" in each.message for each in found)


@pytest.mark.lab
def test_frr_and_bird_take_every_number():
    for program in ("vtysh", "bgpd", "bird"):
        require(program)
    for variant in VARIANTS:
        found = [*frr.render(drafted(variant)), *bird.render(drafted(variant))]
        answers = validate(DeviceConfigs(tuple(replace(file, template=file.path) for file in found)))
        assert answers and [(each.path, each.output) for each in answers if not each.ok] == []
