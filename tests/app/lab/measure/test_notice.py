"""What the plan says of interruptions, link by link: whose protocol notices, and who has to be told."""

from __future__ import annotations

from ipaddress import ip_interface
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.app.lab.sites import written

import easterly
from easterly.app.lab.cables import cables, port
from easterly.app.lab.measure.flows import Flow
from easterly.app.lab.measure.notice import expected
from easterly.predict.turns import ONE, Turns
from easterly.study.nouns import Nouns
from easterly.study.silence import Silences

FAST = "bfd: {interval: 50ms, multiplier: 3}"
PLACE = """
    underlay: {protocol: INSIDE, FAST}
    blueprint: leaf-spine
    hosts: {type: box, count: 2}
    leaf: {type: sw8, down: 1, up: 2}
    spine: {type: sw8, count: 2}
    border: {count: 1, type: sw8}
"""
SITE = f"""
version: 1
site: {{name: mixed}}
hardware:
  switches: {{sw8: {{ports: 8, rate: 100Gb/s, buffer: 16MB}}}}
  hosts: {{box: {{gpus: 1, nics: 1, nic_rate: 100Gb/s, gpu: a100-sxm-80}}}}
fabrics:
  east: {PLACE}
  west: {PLACE}
wan:
  underlay: {{protocol: bgp, FAST}}
  sites: {{n: {{}}, s: {{}}}}
  links:
    en: {{a: east, b: n, rate: 100Gb/s, delay: 1ms}}
    nw: {{a: n, b: west, rate: 100Gb/s, delay: 1ms}}
    es: {{a: east, b: s, rate: 100Gb/s, delay: 1ms}}
    sw: {{a: s, b: west, rate: 100Gb/s, delay: 1ms}}
addressing:
  pools: {{fabric: 10.64.0.0/16, loopback: 10.65.0.0/20}}
"""
EAST, WEST, WAN = "east-host-0", "west-host-1", "n"


def planned(folder: Path, inside: str) -> tuple[Any, Any]:
    """A site, and what a lab of it knows before anything runs."""
    site = easterly.load(written(folder, SITE.replace("INSIDE", inside).replace("FAST", FAST))).site
    nouns = Nouns(site)
    network, address = nouns.network.value, nouns.address.value
    lab = SimpleNamespace(
        network=network, address=address, cables=cables(network, 1000.0), hosts=tuple(network.hosts.name.tolist()),
        port=lambda row: port(network, row),
    )  # fmt: skip
    return lab, Silences.of(nouns)


def flow(lab: Any, src: str, dst: str) -> Flow:
    rows = lab.address.interfaces
    own = dict(zip(rows.device.tolist(), (str(ip_interface(each).ip) for each in rows.address.tolist()), strict=True))
    return Flow(src, dst, own[src], own[dst], 20_000)


def end(lab: Any, a: str, b: str) -> tuple[str, str]:
    """The interface of a router on its cable to another."""
    return next(
        near for each in lab.cables for near, far in (each.ends, each.ends[::-1]) if (near[0], far[0]) == (a, b)
    )


def test_bgp_between_borders_is_told_from_border_to_border(tmp_path: Path) -> None:
    """East's border has both ways; n has lost the only one that it was told of, and tells east's border."""
    lab, plan = planned(tmp_path, "ospf")
    here = expected(lab, plan, end(lab, "east-border-0", WAN), flow(lab, EAST, WEST))
    assert here.turns == ONE
    back = expected(lab, plan, end(lab, "east-border-0", WAN), flow(lab, WEST, EAST))
    assert back.turns.most == 2
    assert back.high_s > here.high_s


def test_interior_protocols_tell_everybody_at_once_and_look_outside_a_second_later(tmp_path: Path) -> None:
    lab, plan = planned(tmp_path, "ospf")
    inside = expected(lab, plan, end(lab, "west-spine-0", "west-leaf-1"), flow(lab, "west-host-0", WEST))
    beyond = expected(lab, plan, end(lab, "west-spine-0", "west-leaf-1"), flow(lab, EAST, WEST))
    assert inside.turns == beyond.turns == ONE
    assert abs(beyond.high_s - inside.high_s) < 1e-9
    leaving = expected(lab, plan, end(lab, "west-leaf-1", "west-spine-0"), flow(lab, WEST, EAST))
    assert abs(leaving.high_s - inside.high_s - 1.0) < 1e-9


def test_where_all_speak_bgp_the_news_goes_as_far_as_somebody_has_another_way(tmp_path: Path) -> None:
    """The spine that lost the leaf tells the border beside it, which has the other spine; nobody beyond has to know."""
    lab, plan = planned(tmp_path, "bgp")
    silent = end(lab, "west-spine-0", "west-leaf-1")
    near = expected(lab, plan, silent, flow(lab, "west-host-0", WEST))
    assert near.turns == Turns(2, 2)
    far = expected(lab, plan, silent, flow(lab, EAST, WEST))
    assert far.turns == Turns(2, 2)
