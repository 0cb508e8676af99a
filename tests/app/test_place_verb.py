"""``easterly place``, as its users type it."""

from __future__ import annotations

import json

import pytest
import yaml
from click.testing import CliRunner
from tests.study.place.sites import document, dp

from easterly.app.cli import main


@pytest.fixture
def site(tmp_path):
    path = tmp_path / "site.yaml"
    jobs = {"a": dp(3), "b": dp(2), "c": dp(1)}
    path.write_text(yaml.safe_dump(document(jobs, hosts=8, nics=2, down=4)))
    return path


def run(*words):
    return CliRunner().invoke(main, ["place", *map(str, words)])


def test_placements_and_their_bound(site):
    made = run(site, "--rounds", 50, "--format", "json")
    found = json.loads(made.stdout)["result"]
    assert found["bound"] <= found["best"]["value"] <= found["current"]["value"] <= found["worst"]["value"]
    assert found["gap"] == pytest.approx(found["best"]["value"] / found["bound"] - 1, abs=1e-8)
    assert {row["name"]: row["hosts"] for row in found["works"]} == {"a": 3, "b": 2, "c": 1}
    for row in found["works"]:
        for role in ("current", "best", "worst"):
            assert sum(row[role]["blocks"].values()) == row["hosts"] and row[role]["step_s"] >= row["least_s"] - 1e-9
    said = run(site, "--rounds", 50).stdout
    assert "bound" in said and "through the spine" in said and said == run(site, "--rounds", 50).stdout


def test_rooms_are_counted(site):
    found = json.loads(run(site, "--rounds", 50, "--format", "json").stdout)["result"]
    room = found["best"]["rooms"][0]
    assert (room["hosts"], room["free"], room["largest"]["fabric"]) == (8, 2, 2)
    assert room["fits"]["1"] == {"leaf": 2, "fabric": 2} and room["fits"]["4"] == {"leaf": 0, "fabric": 0}
    assert room["fragmentation"] == 1 - room["largest"]["leaf"] / 2


def test_a_page_and_files_for_schedulers(site, tmp_path):
    page, folder = tmp_path / "page.html", tmp_path / "out"
    made = run(site, "--rounds", 50, "--report", page, "--export", folder)
    assert made.exit_code == 0 and "read back" in made.stdout
    text = page.read_text()
    assert text.count("<svg") == 3 and "Blocks in the best placement" in text
    assert "<script" not in text and "://" not in text
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.*"))
    assert files == ["kueue/nodes.yaml", "kueue/topology.yaml", "placement.yaml", "slurm/nodelists.txt",
                     "slurm/topology.conf", "slurm/topology.yaml"]  # fmt: skip


def test_tenants_are_told(tmp_path):
    path = tmp_path / "site.yaml"
    jobs = {"a": dp(3, tenant="acme"), "b": dp(2, tenant="beta")}
    shares = {"acme": {"share": "25%"}, "beta": {"share": "75%"}}
    path.write_text(yaml.safe_dump(document(jobs, hosts=8, nics=2, down=4, tenants=shares)))
    found = json.loads(run(path, "--rounds", 20, "--format", "json").stdout)["result"]["tenants"]
    assert [(row["name"], row["gpus"], row["fair_gpus"]) for row in found["tenants"]] == [
        ("acme", 6.0, 4.0), ("beta", 4.0, 12.0)
    ]  # fmt: skip
    assert found["tenants"][1]["envies"] == ["acme"] and found["tenants"][0]["envies"] == []
    page = tmp_path / "page.html"
    said = run(path, "--rounds", 20, "--report", page).stdout
    assert "fairness costs" in said and "acme fair" in page.read_text()


@pytest.mark.parametrize(("words", "said"), [(["--objective", "luck"], "luck"), (["--rounds", "0"], "rounds")])
def test_what_is_no_option_is_told(site, words, said):
    found = run(site, *words)
    assert found.exit_code == 2 and said in found.output and "Traceback" not in found.output


def test_a_site_without_jobs_has_nothing_to_compare(tmp_path):
    path = tmp_path / "site.yaml"
    path.write_text(yaml.safe_dump(document({})))
    found = run(path)
    assert found.exit_code == 2 and "no job to place" in found.output
