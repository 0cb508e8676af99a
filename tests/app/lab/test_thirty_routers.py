"""Thirty routers on one machine: every route as planned, every host reached, and nothing left of those interrupted."""

from __future__ import annotations

import json
import os
import pty
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.app.lab.sites import DIAMOND, ring, written
from tests.app.lab.test_many_runs import CODE, left
from tests.lab import require_root

import easterly
from easterly.app.cli import main
from easterly.app.lab import records
from easterly.app.lab.teardown import sweep

pytestmark = [pytest.mark.lab, pytest.mark.slow]
HARDWARE = """
version: 1
site: {name: thirty}
hardware:
  switches: {sw32: {ports: 32, rate: 100Gb/s}}
  hosts: {box: {gpus: 1, nics: 1, nic_rate: 100Gb/s, gpu: h100-sxm}}
addressing:
  pools: {fabric: 10.64.0.0/16, loopback: 10.65.0.0/20}
fabrics:
  pod:
    underlay: UNDERLAY
"""
LEAVES = """
    blueprint: leaf-spine
    hosts: {type: box, count: 20}
    leaf: {type: sw32, down: 1, up: 10}
    spine: {type: sw32, count: 10}
"""
ROUTERS, HOSTS = 30, 20
LONGEST_S = 20.0
"""From the start of a program to routers that agree, on a machine with other work."""


def mesh(costs: bool) -> str:
    """A ring of all routers with a chord from each to the one opposite; the costs of links go from 1 to 3."""
    rows = ["    blueprint: graph", "    nodes:"]
    rows += [f"      r{i}: {{type: sw32}}" for i in range(ROUTERS)]
    rows += [f"      h{i}: {{type: box}}" for i in range(HOSTS)]
    ends = [(f"r{i}", f"r{(i + 1) % ROUTERS}") for i in range(ROUTERS)]
    ends += [(f"r{i}", f"r{i + ROUTERS // 2}") for i in range(ROUTERS // 2)]
    rows += ["    links:", *(f"      e{i}: {{a: h{i}, b: r{i}}}" for i in range(HOSTS))]
    rows += [f"      l{i}: {{a: {a}, b: {b}, cost: {1 + costs * (i % 3)}}}" for i, (a, b) in enumerate(ends)]
    return "\n".join(rows)


@pytest.fixture(autouse=True)
def _parts() -> None:
    require_root("ip", "tc", "vtysh", "zebra", "bgpd", "bfdd", "ospfd")


@pytest.mark.parametrize(
    ("underlay", "fabric", "links"),
    [
        ("{protocol: bgp}", LEAVES, 200),
        ("{protocol: ospf}", LEAVES, 200),
        ("{protocol: bgp}", mesh(costs=False), 45),
        ("{protocol: bgp}", mesh(costs=True), 45),
        ("{protocol: ospf, hello: 1s, dead: 4s}", mesh(costs=True), 45),
    ],
    ids=["leaves-bgp", "leaves-ospf", "mesh-bgp", "mesh-bgp-costs", "mesh-ospf"],
)
def test_thirty_routers_do_what_the_plan_says(tmp_path: Path, underlay: str, fabric: str, links: int) -> None:
    site = written(tmp_path, HARDWARE.replace("UNDERLAY", underlay) + fabric)
    done = CliRunner().invoke(main, ["lab", "run", str(site), "--wait", "120", "--format", "json"])
    said = json.loads(done.stdout)["result"]
    assert len(said["routers"]) == ROUTERS
    assert [each for each in said["comparisons"] if not each["ok"]] == []
    made = {each["what"]: each["measured"] for each in said["comparisons"]}
    assert made["BFD sessions that are up"] == 2 * links
    assert made["pairs of hosts that reach each other"] == HOSTS * (HOSTS - 1)
    assert sum(what.startswith("routes of ") for what in made) == ROUTERS
    assert (said["repairs"], [each for each in left() if said["lab"] in each]) == ([], [])
    print(underlay, said["seconds"])


@pytest.mark.parametrize("routers", [12, 20, 28])
def test_on_a_ring_of_bgp_half_of_the_routers_hear_in_turn(tmp_path: Path, routers: int) -> None:
    """All but the first collect news for 50 ms; BFD 3 x 50 ms, and 100 ms of programming, are over long before."""
    site = written(tmp_path, ring(routers, "{protocol: bgp, bfd: {interval: 50ms, multiplier: 3}}"))
    made = easterly.run_lab(easterly.load(site).site, stages=("failover",))
    assert made.ok, [each for each in made.comparisons if not each.ok]
    back = [each for each in made.comparisons if each.what.startswith("interruption of right to left")]
    assert back
    for each in back:
        assert each.measured > 0.1 + (routers // 2 - 1) * 0.05
        print(routers, each.least, each.measured, each.most)


def test_thirty_routers_are_gone_whenever_they_are_interrupted(tmp_path: Path) -> None:
    """By signals, and by a terminal that is closed; a lab beside them is left alone."""
    site = written(tmp_path, HARDWARE.replace("UNDERLAY", "{protocol: bgp}") + LEAVES)
    (tmp_path / "beside").mkdir()
    beside = str(written(tmp_path / "beside", DIAMOND))
    kept = json.loads(CliRunner().invoke(main, ["lab", "run", beside, "--keep", "--format", "json"]).stdout)["result"]
    try:
        before, draws = left(), random.Random(11)
        for number in [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL, None] * 2:
            for end in running(site):
                time.sleep(draws.uniform(1.0, LONGEST_S))
                end(number)
            sweep()
            assert left() == before, number
        [record] = [each for each in records.read() if each.name == kept["lab"]]
        assert all(each.alive for each in record.processes)
    finally:
        cleaned = CliRunner().invoke(main, ["lab", "clean", kept["lab"]])
    assert cleaned.exit_code == 0


def running(site: Path) -> Iterator[Callable[[int | None], None]]:
    """A program with a terminal of its own, and what ends it: a signal, or with none, that its terminal is closed."""
    near, far = pty.openpty()
    words = ["setsid", "--ctty", "--wait", sys.executable, "-c", CODE, "lab", "run", str(site)]
    with subprocess.Popen(words, stdin=far, stdout=far, stderr=far) as program:
        os.close(far)

        def end(number: int | None) -> None:
            if number is not None:
                program.send_signal(number)
            os.close(near)
            program.wait(60)

        yield end
