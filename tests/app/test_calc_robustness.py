"""``easterly calc robustness``, as its users type it."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from easterly.app.cli import main
from easterly.app.report.plots import WIDTH


def run(*words):
    return CliRunner().invoke(main, ["calc", "robustness", *map(str, words)])


def found(*words):
    return json.loads(run(*words, "--format", "json").stdout)["result"]


def test_what_there_is():
    assert [row["name"] for row in found()] == ["graph", "percolation", "epidemic"]
    assert "percolation" in run().stdout


@pytest.mark.parametrize(
    ("words", "edges", "branching"),
    [
        (["regular", "--nodes", 1000, "--degree", 6], 3000, 5.0),
        (["lattice", "--nodes", 900], 1800, 3.0),
        (["gnm", "--nodes", 1000, "--degree", 5], 2500, None),
        (["barabasi-albert", "--nodes", 1000, "--degree", 6], 2994, None),
        (["gnp", "--nodes", 1000], None, None),
        (["geometric", "--nodes", 1000], None, None),
        (["power-law", "--nodes", 1000, "--exponent", 3], None, None),
    ],
)
def test_graphs_and_their_thresholds(words, edges, branching, tmp_path):
    out = tmp_path / "edges.txt"
    made = found("graph", *words, "--out", out)
    lines = out.read_text().splitlines()
    assert made["edges"] == len(lines) == (edges or len(lines)) and made["nodes"] in (1000, 900)
    assert sum(row["degree"] * row["nodes"] for row in made["degrees"]) == 2 * len(lines)
    if branching is not None:
        assert made["branching"] == branching
        assert made["random_removal"] == pytest.approx(1 - 1 / branching)
        assert made["sis_threshold"] == pytest.approx(1 / (branching + 1))
        assert made["epidemic_threshold"] == pytest.approx(1 / branching)
    assert f"{len(lines):,} edges" in run("graph", *words).stdout


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["gnp", "--nodes", 2000, "--degree", 6], {"nodes", "Poisson", "mean, branching"}),
        (["barabasi-albert", "--nodes", 5000], {"nodes", "mean", "branching"}),
        (["gnp", "--nodes", 3, "--degree", 0], {"nodes"}),
        (["regular", "--nodes", 20, "--degree", 3], {"nodes", "Poisson", "mean", "branching"}),
    ],
)
def test_the_page_of_a_graph_draws_its_degrees_and_thresholds(words, names, tmp_path):
    page = tmp_path / "g.html"
    made = found("graph", *words, "--report", page)
    text = page.read_text()
    assert "<script" not in text and "nan" not in text.split("</style>")[-1] and text.count("<svg") == 2
    said = set(re.findall(r'<text class="(?:name c\d|rule)"[^>]*>([^<]*)</text>', text))
    assert said == names
    shares = re.findall(r'<rect class="c\d"[^>]* width="([0-9.]+)"[^>]*><title>(\w+ \w+):', text)
    wanted = {"random removal": "random_removal", "targeted removal": "targeted_removal",
              "largest component": "largest", "epidemic threshold": "epidemic_threshold"}  # fmt: skip
    for width, name in shares:
        value = made[wanted[name]]
        assert float(width) / WIDTH == pytest.approx(min(value, 1.0), abs=2e-3)
    assert len(shares) == sum(made[key] is not None for key in wanted.values())


def test_percolation_and_its_page(tmp_path):
    page = tmp_path / "p.html"
    words = ("percolation", "gnp", "--nodes", 20_000, "--runs", 4, "--report", page)
    made = found(*words)
    assert made["threshold"] == pytest.approx(0.75, abs=0.01) and abs(made["peak"] - made["threshold"]) < 0.05
    assert made["largest"][0] > 0.97 and made["largest"][-1] == 0 and len(made["removed"]) == 101
    assert "R " in run(*words).stdout and page.read_text().count("<svg") == 2
    marks = re.findall(r'<line class="rule" x1="([0-9.]+)"', page.read_text())
    assert [float(x) / WIDTH for x in marks] == pytest.approx([made["threshold"]] * 2, abs=1e-3)
    wanted = {"lattice edges": 0.5, "lattice nodes": 1 - 0.59274605, "geometric nodes": 1 - 4.5123 / 9}
    for name, threshold in wanted.items():
        model, of = name.split()
        made = found("percolation", model, "--nodes", 10_000, "--degree", 9, "--of", of, "--runs", 2)
        assert made["threshold"] == pytest.approx(threshold, abs=0.01)
    assert found("percolation", "lattice", "--nodes", 100, "--order", "betweenness")["threshold"] is None
    aimed = found("percolation", "power-law", "--nodes", 10_000, "--order", "degree", "--runs", 2)
    assert aimed["threshold"] < 0.2 and aimed["robustness"] < 0.15


def test_epidemics_and_their_page(tmp_path):
    page = tmp_path / "e.html"
    words = ("epidemic", "regular", "--nodes", 2000, "--infect", 1, "--runs", 50, "--report", page)
    made = found(*words)
    assert made["transmissibility"] == 0.5 and made["final_size"] == pytest.approx(0.854102, abs=1e-6)
    assert made["size"] == pytest.approx(made["final_size"], abs=0.03) and len(made["final"]) == 50
    assert "final size" in run(*words).stdout and page.read_text().count("<svg") == 1
    sis = found("epidemic", "regular", "--nodes", 200, "--infect", 1, "--sis", "--runs", 5, "--until", 20)
    assert sis["mean_field"] == pytest.approx(0.75) and sis["infected_at_end"] <= 0.75
    assert "mean field" in run("epidemic", "lattice", "--nodes", 100, "--infect", 0.1, "--sis", "--runs", 5).stdout
    none = found("epidemic", "gnp", "--nodes", 100, "--degree", 0, "--infect", 2, "--runs", 3)
    assert none["size"] is None and none["epidemic_threshold"] is None and none["final_size"] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["graph", "tree", "--nodes", 10], "'tree' is unknown"),
        (["graph", "gnp"], "--nodes"),
        (["graph", "gnp", "--nodes", 3], "mean degree 4 among 3 nodes"),
        (["graph", "regular", "--nodes", 5, "--degree", 3], "no graph has 5 nodes of degree 3"),
        (["graph", "regular", "--nodes", 6, "--degree", 2.5], "must be a whole number"),
        (["graph", "barabasi-albert", "--nodes", 10, "--degree", 3], "half of --degree 3"),
        (["graph", "lattice", "--nodes", 10], "must be a whole number"),
        (["graph", "power-law", "--nodes", 100, "--exponent", 0.5], "exponent 0.5"),
        (["percolation", "gnp", "--nodes", 100, "--order", "size"], "'size' is unknown"),
        (["percolation", "gnp", "--nodes", 100, "--degree", 0, "--of", "edges"], "has no edges"),
        (["percolation", "gnp", "--nodes", 1e5, "--order", "betweenness-again"], "take the order 'betweenness'"),
        (["epidemic", "gnp", "--nodes", 100], "--infect"),
        (["epidemic", "gnp", "--nodes", 100, "--infect", 1, "--start", 101], "no more"),
        (["epidemic", "gnp", "--nodes", 100, "--infect", 1, "--recover", 0, "--sis"], "say when to stop (--until)"),
        (["epidemic", "gnp", "--nodes", 100, "--infect", 1, "--sis", "--until", 1e12], "stop sooner (--until)"),
        (["epidemic", "gnp", "--nodes", 100, "--infect", "nan"], "must be at least 0"),
    ],
)
def test_what_cannot_be_asked_is_told(words, said):
    for form in ("text", "json"):
        made = run(*words, "--format", form)
        assert made.exit_code == 2 and said in made.output + made.stderr and "Traceback" not in made.output
