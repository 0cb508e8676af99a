"""Switches that are bridges: rendered flows and groups carry hosts' packets, share them out, and go without a port."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.app.lab.sites import LEAVES, TENANTS, written
from tests.lab import require, require_root

from easterly.app.cli import main
from easterly.app.lab import records
from easterly.app.lab.bridges.switch import PROGRAMS
from easterly.app.lab.spaces import FOLDER
from easterly.config import ovs

pytestmark = pytest.mark.lab
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


def test_hosts_reach_each_other_groups_share_and_a_dead_port_is_left(tmp_path: Path) -> None:
    said = run(tmp_path, TWO)
    assert [each for each in said["comparisons"] if not each["ok"]] == []
    found = said["by_name"]
    assert found["pairs of hosts that reach each other"]["measured"] == 4 * 3 * 2
    one, other = (found[f"flows over t-leaf-0 swp{port}"] for port in (3, 4))
    assert one["measured"] + other["measured"] == 400
    # 200 of 400, and five standard deviations of 10: what one run in a million is outside of.
    assert (one["least"], one["most"]) == (151, 249)
    assert found["flows over t-leaf-0 swp3 while swp3 is down"]["measured"] == 0
    assert found["flows over t-leaf-0 swp4 while swp3 is down"]["measured"] == 400
    assert any("datapath" in each["lacking"] for each in said["substitutions"])


def test_tenants_are_kept_apart_by_flows_alone(tmp_path: Path) -> None:
    said = run(tmp_path, TENANTS, "--no-measure")
    assert [each for each in said["comparisons"] if not each["ok"]] == []
    assert said["by_name"]["pairs of tenants kept apart"]["measured"] > 0


def test_a_group_with_other_weights_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: a rendered group that is not the plan's."""
    import easterly.study.rendering as rendering

    true = ovs.render

    def skewed(bridges: Any) -> Any:
        files = true(bridges)
        for i, file in enumerate(files):
            if file.path.endswith("leaf-0.groups"):
                files[i] = type(file)(
                    file.path, file.text.replace("weight:1", "weight:3", 1), file.device, file.dialect, file.template
                )
        return files

    monkeypatch.setattr(ovs, "render", skewed)
    said = run(tmp_path, TWO)
    assert rendering is not None
    wrong = {each["what"] for each in said["comparisons"] if not each["ok"]}
    assert wrong == {"flows over t-leaf-0 swp3", "flows over t-leaf-0 swp4"}
    # 5/6 of 400 flows, not 3/4: the largest of weighted hashes wins.
    assert said["by_name"]["flows over t-leaf-0 swp3"]["measured"] == pytest.approx(400 * 5 / 6, abs=5 * 7.5)
