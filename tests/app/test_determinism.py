"""Equal input, equal bytes: other hash seed, other processor features, other order of maps."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

SITE = Path(__file__).parent.parent / "golden" / "rails.yaml"


def wide_features() -> str:
    """The instruction sets that numpy chose at run time on this machine."""
    umath = np._core._multiarray_umath
    return " ".join(f for f in umath.__cpu_dispatch__ if umath.__cpu_features__.get(f))


def planned(site: Path, out: Path, **environment: str) -> dict[str, bytes]:
    command = [sys.executable, "-m", "easterly", "plan", str(site), "-o", str(out), "--no-cache", "--validate", "none"]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **environment}, cwd=out.parent)
    files = {str(p.relative_to(out)): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}
    files.pop("run.json")
    files.pop("report.html")
    return files


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return planned(SITE, tmp_path_factory.mktemp("a") / "out", PYTHONHASHSEED="1")


def test_another_seed_and_no_wide_instructions(reference: dict[str, bytes], tmp_path: Path) -> None:
    """Other installations at other paths are planned on by the slow tests of the house."""
    environment = {"PYTHONHASHSEED": "77"}
    if wide_features():
        environment["NPY_DISABLE_CPU_FEATURES"] = wide_features()
    assert planned(SITE, tmp_path / "out", **environment) == reference


def reordered(value: object) -> object:
    """The same maps, every one backwards."""
    if isinstance(value, dict):
        return {key: reordered(value[key]) for key in reversed(list(value))}
    return value


def test_the_order_of_maps_changes_nothing(reference: dict[str, bytes], tmp_path: Path) -> None:
    """Findings name lines, so they move; every rendered file and every number stays."""
    site = tmp_path / "site.yaml"
    site.write_text(yaml.safe_dump(reordered(yaml.safe_load(SITE.read_text())), sort_keys=False))
    made = planned(site, tmp_path / "out")
    assert made.keys() == reference.keys()
    assert {k: v for k, v in made.items() if k != "plan.json"} == {
        k: v for k, v in reference.items() if k != "plan.json"
    }
