"""Figures of other traffic are shown as they are computed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from easterly.app.cli import main

SITE = Path(__file__).parents[2] / "examples/shared-services.yaml"


@pytest.fixture(autouse=True)
def _a_cache_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def run(*words: str) -> str:
    result = CliRunner().invoke(main, ["demand", str(SITE), *words])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_savings_of_a_feature_store_add_up_and_are_printed() -> None:
    made = json.loads(run("--job", "users", "--format", "json"))["result"]
    assert {figure["work"] for figure in made["figures"]} == {"users"}
    value = {figure["name"]: figure["value"] for figure in made["figures"]}
    saved = [value[name] for name in value if name.startswith("saved_by")]
    assert len(saved) == 4
    assert abs(value["bare_bps"] - sum(saved) - value["left_bps"]) < 1e-6 * value["bare_bps"]
    (work,) = made["works"]
    assert abs(work["mean_bps"] - value["left_bps"]) < 1e-6 * value["left_bps"]
    text = run("--job", "users")
    assert "saved by cache" in text and "22.53Gb/s" in text


def test_every_traffic_with_figures_is_there() -> None:
    made = json.loads(run("--format", "json"))["result"]
    named = {figure["work"] for figure in made["figures"]}
    assert {
        "store",
        "save",
        "etl",
        "ranking",
        "pool",
        "users",
        "quality",
        "weights",
        "watch",
        "background",
        "sync",
    } == named
    assert all(figure["unit"] in ("s", "B", "bit/s", "1/s", "1") for figure in made["figures"])
