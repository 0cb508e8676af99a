"""``easterly route``: files in, answers with their bound out, mistakes told."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from easterly.app.cli import main
from easterly.app.routing.counting import counting

LINKS = [("A", "B", 10), ("B", "C", 10), ("A", "D", 4), ("D", "C", 4)]
WANTED = "tm,src,dst,demand\n0,A,C,20\n0,A,B,10\n0,B,C,10\n1,A,C,1\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    rows = [{"source": a, "target": b, "capacity": c} for a, b, c in LINKS]
    graph = {"directed": False, "nodes": [{"id": n} for n in "ABCD"], "links": rows}
    (tmp_path / "net.json").write_text(json.dumps(graph))
    (tmp_path / "wanted.csv").write_text(WANTED)
    return str(tmp_path / "net.json"), str(tmp_path / "wanted.csv")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["route", *words])


def result(*words: str) -> dict[str, Any]:
    done = run(*words, "--format", "json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)["result"]
    return found


@pytest.mark.parametrize(
    ("objective", "value", "served", "fullest"),
    [
        ("max-throughput", 24.0, 0.6, 1.0),
        ("max-concurrent", 14 / 30, 14 / 30, 1.0),
        ("min-max-utilisation", 30 / 14, 1.0, 30 / 14),
        ("max-min", 21.0, 21 / 40, 1.0),
    ],
)
def test_every_objective_by_hand(
    files: tuple[str, str], objective: str, value: float, served: float, fullest: float
) -> None:
    found = result(*files, "--objective", objective, "--mode", "exact")
    assert found["objective"] == objective
    assert found["status"] == "optimal"
    assert found["value"] == pytest.approx(value, rel=1e-6)
    assert found["bound"] == pytest.approx(value, rel=2e-6)
    assert found["gap"] <= 1e-6
    assert found["served_fraction"] == pytest.approx(served, rel=1e-6)
    assert found["max_utilisation"] == pytest.approx(fullest, rel=1e-6)


def test_units_are_kept_where_they_are_named(files: tuple[str, str]) -> None:
    found = result(*files, "--unit", "Gb/s", "--mode", "exact")
    assert found["value"] == pytest.approx(24e9, rel=1e-6)
    assert found["unit"] == "bit/s"
    assert result(*files)["unit"] == "as in the files"


def test_one_of_several_matrices_and_a_scale(files: tuple[str, str]) -> None:
    assert result(*files, "--matrix", "1")["asked"] == 1.0
    assert result(*files, "--matrix", "1", "--scale", "3")["asked"] == 3.0


def test_paths_are_listed_when_asked_for(files: tuple[str, str]) -> None:
    found = result(*files, "--mode", "exact", "--paths")
    assert sum(row["rate"] for row in found["paths"]) == pytest.approx(24, rel=1e-6)
    assert [row["links"] for row in found["paths"] if (row["src"], row["dst"]) == ("A", "B")] == [["A:swp1>B:swp1"]]


def test_what_must_be_carried_and_cannot_be_is_exit_3(files: tuple[str, str]) -> None:
    done = run(*files, "--objective", "min-cost", "--cost", "cost", "--mode", "exact")
    assert done.exit_code == 3
    for words in (
        "infeasible", "46.7\u00a0%", "--scale 0.4666",
        "links A>B, B>C, A>D bind most, and A to C, A to B, B to C need them most", "A shall send 2.143 times",
    ):  # fmt: skip
        assert words in done.output
    assert run(*files, "--objective", "min-cost", "--scale", "0.4666").exit_code == 0


def test_links_that_merely_carry_do_not_bind(files: tuple[str, str], tmp_path: Path) -> None:
    graph = json.loads(Path(files[0]).read_text())
    graph["links"][2]["weight"] = 3
    (tmp_path / "dear.json").write_text(json.dumps(graph))
    dear = (str(tmp_path / "dear.json"), files[1])
    words = ("--objective", "min-cost", "--cost", "cost", "--scale", "0.4", "--mode", "exact")
    found = result(*dear, *words)
    assert [row["link"] for row in found["binding"]] == ["A:swp1>B:swp1", "B:swp2>C:swp1"]
    assert all(row["dual"] > 0 for row in found["binding"])
    assert [row["link"] for row in found["fullest"]] == ["A:swp2>D:swp1", "D:swp2>C:swp2"]
    page = run(*dear, *words).output
    binding, others = page.split("What binds")[1].split("Other links, the fullest first")
    assert "A:swp1>B:swp1" in binding and "A:swp2>D:swp1" not in binding
    assert "A:swp2>D:swp1" in others
    free = result(*files, "--objective", "min-cost", "--scale", "0.4")  # no link has a delay: nothing can be cheaper
    assert free["value"] == 0 and free["binding"] == [] and len(free["fullest"]) >= 4
    idle = run(*files, "--scale", "0.01")
    assert "No link binds; the fullest" in idle.output and "What binds" not in idle.output


@pytest.mark.parametrize("form", [(), ("--format", "json")])
def test_no_groups_to_fail_is_no_answer(files: tuple[str, str], form: tuple[str, ...]) -> None:
    done = run(*files, "--failures", "1", "--fail", "srlgs", *form)
    assert done.exit_code == 1
    assert "--fail srlgs takes each down, and the network has no shared-risk group" in done.output
    assert "ask for --fail links" in done.output


def test_more_failures_than_there_are_groups(tmp_path: Path, files: tuple[str, str]) -> None:
    graph = json.loads(Path(files[0]).read_text())
    graph["links"][0]["srlg"], graph["links"][1]["srlg"] = ["north"], ["south"]
    (tmp_path / "groups.json").write_text(json.dumps(graph))
    words = (str(tmp_path / "groups.json"), files[1], "--fail", "srlgs", "--format", "json")
    assert [row["down"] for row in json.loads(run(*words, "--failures", "2").stdout)["result"]["failures"]] == [
        "north + south", "nothing",
    ]  # fmt: skip
    done = run(*words, "--failures", "3")
    assert done.exit_code == 1
    assert "takes any 3 down, and the network has 2 in all" in done.output


def test_a_page_says_value_bound_and_what_binds(files: tuple[str, str]) -> None:
    done = run(*files, "--unit", "Gb/s", "--mode", "exact")
    assert done.exit_code == 0
    for words in ("max-throughput: optimal", "24Gb/s", "What binds", "A:swp1>B:swp1", "A to C"):
        assert words in done.output


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--matrix", "7"), 1, "there is no matrix 7: the file has 2, counted from 0"),
        (("--gap", "1"), 2, "--gap"),
        (("--gap", "0"), 2, "--gap: 0 is not between 0 and 100 %"),
        (("--gap", "0.002"), 2, "write 0.2%"),
        (("--threads", "0"), 2, "--threads"),
        (("--scale", "1e308"), 1, "--scale 1e+308 makes a demand larger than any number"),
        (("--scale", "1e200", "--objective", "min-max-utilisation"), 1, "more than 1e+100 times any capacity"),
        (("--gap", "100%"), 2, "not between 0 and 100 %"),
        (("--alpha", "nan"), 2, "nan"),
        (("--scale", "inf"), 2, "--scale: inf is no finite number"),
        (("--scale", "nan"), 2, "--scale: nan is no finite number"),
        (("--sample", "3"), 2, "--sample wants --failures"),
    ],
)
def test_mistakes_are_told(files: tuple[str, str], words: tuple[str, ...], code: int, said: str) -> None:
    done = run(*files, *words)
    assert done.exit_code == code
    assert said in done.output


def curves_on_a_line(folder: Path, unit: str) -> tuple[str, ...]:
    """A line of two links of 10, and curves of which the shorter demand's is steep at first."""
    rows = [{"source": a, "target": b, "capacity": 10} for a, b in ("AB", "BC")]
    (folder / "line.json").write_text(json.dumps({"nodes": [{"id": n} for n in "ABC"], "links": rows}))
    (folder / "asked.csv").write_text("tm,src,dst,demand\n0,A,C,10\n0,B,C,10\n")
    (folder / "curves.csv").write_text("src,dst,fair_share,rate\n*,*,5,10\nB,C,1,6\nB,C,3,10\n")
    files = [str(folder / name) for name in ("line.json", "asked.csv", "curves.csv")]
    return (*files[:2], "--objective", "bandwidth-functions", "--curves", files[2], *(("--unit", unit) if unit else ()))


@pytest.mark.parametrize(("unit", "size"), [("", 1.0), ("Gb/s", 1e9)])
def test_curves_share_a_link_by_hand(tmp_path: Path, unit: str, size: float) -> None:
    """6 + 2 (s - 1) and 2 s fill the link of 10 at a fair share of 1.5."""
    found = result(*curves_on_a_line(tmp_path, unit), "--paths")
    rates = {(row["src"], row["dst"]): row["rate"] for row in found["paths"]}
    assert rates == {("A", "C"): pytest.approx(3.0 * size), ("B", "C"): pytest.approx(7.0 * size)}


def test_curves_of_a_wrong_file_or_to_no_purpose(tmp_path: Path) -> None:
    words = curves_on_a_line(tmp_path, "Gb/s")
    (tmp_path / "curves.csv").write_text("src,dst,fair_share,rate\nA,C,1,6\nA,C,2,5\n")
    done = run(*words)
    assert done.exit_code == 1
    assert "curves.csv:3: error[E122]: rate 5 is less than at fair share 1" in done.output
    done = run(*words[:2], *words[4:])
    assert done.exit_code == 2 and "--curves wants --objective bandwidth-functions" in done.output
    (tmp_path / "curves.csv").unlink()
    assert run(*words).exit_code == 2


def test_names_that_do_not_fit_are_told_with_what_was_meant(files: tuple[str, str], tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("tm,src,dst,demand\n0,A,CC,1\n")
    done = run(files[0], str(other))
    assert done.exit_code == 1
    assert "E125" in done.output


def test_one_unit_and_none_do_not_mix(files: tuple[str, str], tmp_path: Path) -> None:
    text = (
        Path(files[0])
        .read_text()
        .replace('"capacity": 10', '"capacity": "10Gb/s"')
        .replace('"capacity": 4', '"capacity": "4Gb/s"')
    )
    (tmp_path / "rates.json").write_text(text)
    done = run(str(tmp_path / "rates.json"), files[1])
    assert done.exit_code == 1
    assert "E121" in done.output


def test_a_network_without_demands_asks_for_them(files: tuple[str, str]) -> None:
    done = run(files[0])
    assert done.exit_code == 1
    assert "has no demands" in done.output


def test_a_file_that_is_not_there(files: tuple[str, str]) -> None:
    assert run("nowhere.json", files[1]).exit_code == 2


DIRECT = """\
version: 1
site: {name: direct}
hardware:
  switches: {sw: {ports: 16, rate: 400Gb/s}}
  hosts: {node: {gpus: 1, nics: 1, nic_rate: 400Gb/s}}
fabrics:
  cube: {blueprint: torus, switch: sw, dims: [4, 4], down: 1, hosts: {type: node, count: 16}, routing: dimension-order}
addressing: {pools: {fabric: 10.64.0.0/16, loopback: 10.65.0.0/20}}
classes:
  training: {dscp: 26, share: 80%, lossless: true, ecn: auto}
  default: {dscp: 0, share: rest}
jobs:
  climate: {fabric: cube, class: training, model: llama3-8b, parallel: {dp: 16}, batch: 64, zero: 3, mfu: 40%}
"""


def test_the_routing_of_a_direct_network_is_the_policy_in_place(tmp_path: Path) -> None:
    """What leaves the routing is told by name and in numbers; ECMP has nothing that could leave it."""
    site = tmp_path / "site.yaml"
    site.write_text(DIRECT)
    found = result(str(site), "--failures", "1")
    assert found["ecmp"]["policy"] == "dimension-order, ecmp"
    astray = {row["down"]: row["in_place_strayed"] for row in found["failures"]}
    assert astray["nothing"] == 0 < max(astray.values()) < 0.5
    page = run(str(site), "--failures", "1").output
    for words in ("busiest link under dimension-order or ECMP", "Carried in place", "whose way by dimension-order"):
        assert words in page
    site.write_text(DIRECT.replace(", routing: dimension-order", ""))
    split = result(str(site), "--failures", "1")
    assert split["ecmp"]["policy"] == "ecmp"
    assert not any(row["in_place_strayed"] for row in split["failures"])


def test_few_paths_and_a_draw_of_failures(files: tuple[str, str]) -> None:
    found = result(*files, "--splits", "1", "--paths", "--objective", "min-max-utilisation")
    ends = [(row["src"], row["dst"]) for row in found["paths"]]
    assert len(ends) == len(set(ends)) == 3
    done = run(*files, "--splits", "1", "--objective", "max-min")
    assert done.exit_code == 1 and "max-min has no form with few paths" in done.output
    drawn = result(*files, "--failures", "2", "--sample", "3")["failures"]
    assert len(drawn) == 4 and drawn == result(*files, "--failures", "2", "--sample", "3")["failures"]


def test_a_page_lists_paths_and_costs_with_their_unit(files: tuple[str, str]) -> None:
    done = run(*files, "--unit", "Gb/s", "--objective", "min-cost", "--cost", "cost", "--scale", "0.4", "--paths")
    assert "A:swp2>D:swp1 D:swp2>C:swp2" in done.output.split("Paths")[1]


def test_progress_is_told_to_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    with counting("failures", False) as progress:
        assert progress is None
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with counting("failures", True) as progress:
        assert progress is None
    with counting("failures", False) as progress:
        assert progress is not None
        progress(2, 4)
    assert "failures" in terminal.getvalue()
