"""Switches that are bridges: rendered flows and groups carry hosts' packets, share them out, and go without a port."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.app.lab.sites import HARDWARE, LEAVES, POOLS, TENANTS, written
from tests.lab import require, require_root

from easterly.app.cli import main
from easterly.app.lab import records, teardown
from easterly.app.lab.bridges import bridged
from easterly.app.lab.bridges.switch import PROGRAMS
from easterly.app.lab.spaces import FOLDER
from easterly.config import ovs

pytestmark = pytest.mark.lab
SQUARE = f"""version: 1
site: {{name: square}}
{HARDWARE}
fabrics:
  lab:
    blueprint: graph
    nodes: {{a: &h {{type: box}}, b: *h, leaf1: &s {{type: sw8}}, leaf2: *s, spine1: *s, spine2: *s}}
    links:
      ha: {{a: "a:0", b: leaf1}}
      hb: {{a: "b:0", b: leaf2}}
      u11: {{a: leaf1, b: spine1}}
      u12: {{a: leaf1, b: spine2}}
      u21: {{a: leaf2, b: spine1}}
      u22: {{a: leaf2, b: spine2}}
      cross: {{a: spine1, b: spine2, cost: 2}}
{POOLS}
"""
"""Two spines with a dearer cable between them, which each goes around by."""
BFD = "    underlay: {bfd: {interval: 50ms, multiplier: 3}}\n"
TWO = LEAVES.replace("count: 8}", "count: 4}")


def run(folder: Path, text: str, *words: str) -> dict[str, Any]:
    require_root()
    for program in ("ip", "tc", *PROGRAMS):
        require(program)
    path = str(written(folder, text))
    done = CliRunner().invoke(main, ["lab", "run", path, "--switches", "ovs", "--format", "json", *words])
    said: dict[str, Any] = json.loads(done.stdout)["result"]
    assert said["tried"], said
    assert not (records.FOLDER / said["lab"]).exists()
    assert not list(FOLDER.glob(f"{said['lab']}-*"))
    return {**said, "by_name": {each["what"]: each for each in said["comparisons"]}}


def test_tenants_are_kept_apart_by_flows_alone_and_bridges_watch_each_other_by_bfd(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(bridged, "STAGES", ("failover",))
    said = run(tmp_path, TENANTS.replace("fabrics:\n  t:\n", f"fabrics:\n  t:\n{BFD}"))
    assert [each for each in said["comparisons"] if not each["ok"]] == []
    assert said["by_name"]["pairs of tenants kept apart"]["measured"] > 0
    assert said["by_name"]["sessions of BFD that are up"]["measured"] >= 6
    # A leaf has another spine for what the cable took, once it has noticed; a spine has no other way to the leaf.
    silent = [each for name, each in said["by_name"].items() if "interruption" in name and "is silent" in name]
    noticed, lost = ([each for each in silent if ("BFD notices" in each["why"]) == seen] for seen in (True, False))
    assert max(each["measured"] for each in noticed) < min(each["measured"] for each in lost)


def test_groups_with_other_weights_and_other_seeds_are_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """Negative controls: rendered groups that are not the plan's."""
    true = ovs.render

    def skewed(bridges: Any) -> Any:
        files = true(bridges)
        for i, file in enumerate(files):
            if file.path.endswith("leaf-0.groups"):
                files[i] = replace(file, text=file.text.replace("weight:1", "weight:3", 1))
            if file.path.endswith("leaf-1.groups"):
                files[i] = replace(file, text=re.sub(r"(selection_method_param)=\d+", r"\1=5", file.text))
        return files

    monkeypatch.setattr(ovs, "render", skewed)
    monkeypatch.setattr(bridged, "STAGES", ("ways",))
    said = run(tmp_path, TWO)
    wrong = {each["what"] for each in said["comparisons"] if not each["ok"]}
    assert wrong == {f"flows over t-leaf-{leaf} swp{port}" for leaf in (0, 1) for port in (3, 4)}
    # 5/6 of 400 flows, not 3/4: the largest of weighted hashes wins.
    assert said["by_name"]["flows over t-leaf-0 swp3"]["measured"] == pytest.approx(400 * 5 / 6, abs=5 * 7.5)


def test_groups_share_a_dead_port_is_left_and_the_next_switch_goes_around(tmp_path: Path) -> None:
    said = run(tmp_path, SQUARE)
    assert [each for each in said["comparisons"] if not each["ok"]] == []
    found = said["by_name"]
    one, other = (found[f"flows over leaf1 swp{port}"] for port in (2, 3))
    assert one["measured"] + other["measured"] == 400
    # 200 of 400, and five standard deviations of 10; which of them it is, is computed.
    assert 151 <= one["predicted"] <= 249 and one["least"] == one["most"] == one["measured"]
    assert found["flows over leaf1 swp2 while swp2 is down"]["measured"] == 0
    assert found["flows over leaf1 swp3 while swp2 is down"]["measured"] == 400
    around = {name: each for name, each in found.items() if "while spine" in name}
    assert {each["measured"] for name, each in around.items() if "that arrive" in name} == {400}
    taken = [each["measured"] for name, each in around.items() if each["predicted"] not in (0, 400)]
    assert len(taken) == 2
    assert all(151 <= count <= 249 for count in taken)
    assert any("datapath" in each["lacking"] for each in said["substitutions"])
    rings_and_gaps(found)


def rings_and_gaps(found: dict[str, Any]) -> None:
    """What the same lab shows of an all-reduce, of a port that is down, and of a cable that is silent."""
    assert found["all-reduce of 2 hosts"]["measured"] > 0.59
    over = [name for name in found if name.startswith("data of the all-reduce over leaf1 swp") and "swp1" not in name]
    assert len(over) in (1, 2)  # connections there and back have ways of their own
    silent = [each for name, each in found.items() if "interruption" in name and "is silent" in name]
    down = [each for name, each in found.items() if "interruption" in name and "is down" in name]
    assert len(silent) == len(down) > 4
    assert min(each["measured"] for each in silent) > 0.39
    assert max(each["measured"] for each in down) < 0.39
    kept = [each for name, each in found.items() if "probes lost" in name]
    assert len(kept) + len(silent) + len(down) == 32 and max(each["measured"] for each in kept) < 390


@pytest.mark.slow
def test_of_a_killed_run_the_next_one_leaves_nothing(tmp_path: Path) -> None:
    require_root()
    path = str(written(tmp_path, TWO))
    words = [sys.executable, "-m", "easterly", "lab", "run", path, "--switches", "ovs"]
    made = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 20
    own: list[records.Record] = []
    while not own or len(own[0].processes) < 6:  # two for each of four switches, some of them running
        own = [each for each in records.read() if each.owner.pid == made.pid]
        assert time.monotonic() < end
        time.sleep(0.05)
    made.kill()
    made.wait()
    assert own[0].name in teardown.sweep()
    assert not own[0].folder.exists()
    assert not list(FOLDER.glob(f"{own[0].name}-*"))
    assert not [each for each in own[0].processes if each.alive]
