"""Sites that were made smaller, really run: three tiers, and planes that no cable joins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.lab import require_root

from easterly.app.cli import main

pytestmark = pytest.mark.lab
EXAMPLES = Path(__file__).parents[3] / "examples"


def run(name: str, sizes: str) -> dict[str, Any]:
    require_root("ip", "tc", "vtysh", "zebra", "bgpd", "bfdd")
    done = CliRunner().invoke(
        main, ["lab", "run", str(EXAMPLES / f"{name}.yaml"), "--shrink", sizes, "--no-measure", "--format", "json"]
    )
    said: dict[str, Any] = json.loads(done.stdout)["result"]
    assert [each for each in said["comparisons"] if not each["ok"]] == []
    return said


def test_a_clos_fabric_of_three_tiers_does_what_the_plan_says() -> None:
    said = run("clos-taper", "nodes=18")
    assert {name.split("-")[-2] for name in said["routers"]} == {"leaf", "spine", "super"}
    own = {name: rate for name, rate in said["rates_bps"].items() if "tall-pod0-spine-0:" in name}
    up = sum(rate for name, rate in own.items() if "tall-super" in name)
    assert (sum(own.values()) - up) / up == pytest.approx(7, rel=1e-6)


@pytest.mark.slow
def test_planes_are_not_joined_and_what_is_in_one_reaches_all_of_it() -> None:
    compared = {each["what"]: each for each in run("multi-plane", "nodes=12")["comparisons"]}
    hosts, planes, families = 4, 2, 2
    assert compared["pairs of hosts that reach each other"]["measured"] == hosts * (hosts - 1) * planes * families
