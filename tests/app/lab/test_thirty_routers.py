"""Thirty routers on one machine: every route as planned, every host reached."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.lab import require_root

from easterly.app.cli import main

pytestmark = [pytest.mark.lab, pytest.mark.slow]
SITE = """
version: 1
site: {name: thirty}
hardware:
  switches: {sw32: {ports: 32, rate: 100Gb/s}}
  hosts: {box: {gpus: 1, nics: 1, nic_rate: 100Gb/s, gpu: h100-sxm}}
fabrics:
  pod:
    blueprint: leaf-spine
    hosts: {type: box, count: 20}
    leaf: {type: sw32, down: 1, up: 10}
    spine: {type: sw32, count: 10}
    underlay: {protocol: PROTOCOL}
addressing:
  pools: {fabric: 10.64.0.0/16, loopback: 10.65.0.0/20}
"""


@pytest.mark.parametrize("protocol", ["bgp", "ospf"])
def test_thirty_routers_do_what_the_plan_says(tmp_path: Path, protocol: str) -> None:
    require_root("ip", "tc", "vtysh", "zebra", "bgpd", "bfdd", "ospfd")
    site = tmp_path / "thirty.yaml"
    site.write_text(SITE.replace("PROTOCOL", protocol))
    done = CliRunner().invoke(main, ["lab", "run", str(site), "--no-measure", "--wait", "120", "--format", "json"])
    said = json.loads(done.stdout)["result"]
    assert len(said["routers"]) == 30
    assert [each for each in said["comparisons"] if not each["ok"]] == []
    sessions = next(each for each in said["comparisons"] if each["what"] == "BFD sessions that are up")
    assert sessions["measured"] == 2 * 20 * 10
    print(protocol, said["seconds"])
