"""``easterly calc bound``, as its users type it."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner
from tests.app import asking

from easterly.app.cli import main

TANDEM = ("--rate", "80bit/s", "--latency", "100ms", "--burst", "1B", "--arrival", "16bit/s")
FILE = """
servers:
  leaf: {rate: 100Gb/s, latency: 1us}
  spine: {rate: 100Gb/s, latency: 1us, line: 100Gb/s, packet: 1500B}
flows:
  probe: {path: [leaf, spine], burst: 9kB, rate: 5Gb/s}
  bulk: {path: [spine], burst: 1MB, rate: 40Gb/s, peak: 100Gb/s, packet: 1500B}
"""


def run(*words):
    return asking.run("calc", "bound", *words)


def result(*words):
    return asking.result_of("calc", "bound", *words)


def delays(found, flow=0):
    return {row["analysis"]: row["delay_s"] for row in found["flows"][flow]["bounds"]}


def test_one_server():
    """T + b / R and b + r T."""
    found = result("server", "--rate", "100Gb/s", "--latency", "1us", "--burst", "50kB", "--arrival", "10Gb/s")
    assert found["delay_s"] == pytest.approx(1e-6 + 50e3 / 12.5e9, rel=1e-9)
    assert found["backlog_B"] == found["output_B"] == pytest.approx(50e3 + 1.25e9 * 1e-6, rel=1e-9)
    said = run("server", "--rate", "100Gb/s", "--latency", "1us", "--burst", "50kB", "--arrival", "10Gb/s").stdout
    assert "5us" in said and "51.25kB" in said
    done = run("server", "--rate", "1Gb/s", "--burst", "1kB", "--arrival", "2Gb/s")
    assert done.exit_code == 2 and "grow without end" in done.output


def test_tandems_by_every_analysis():
    found = result("tandem", "--servers", 3, *TANDEM, "--cross-arrival", "32bit/s")
    each = delays(found)
    assert each["total"] == pytest.approx(1.092) and each["separated"] == pytest.approx(0.766667, abs=1e-6)
    assert each["exact"] == pytest.approx(0.756) and each["sink-tree"] is None
    assert each["blind"] > each["exact"]
    rows = {row["analysis"]: row for row in found["flows"][0]["bounds"]}
    assert rows["total"]["tightness"] == pytest.approx(0.756 / 1.092, rel=1e-6)
    assert rows["exact"]["tightness"] == pytest.approx(1, rel=1e-6) and rows["blind"]["tightness"] is None
    assert [row["delay_s"] for row in found["servers"]] == pytest.approx([0.3, 0.36, 0.432])
    two = result("tandem", "--servers", 5, *TANDEM, "--cross", "two", "--analysis", "linear")
    assert delays(two) == {"linear": pytest.approx(1.610667, abs=1e-6)}
    said = run("tandem", "--servers", 3, *TANDEM, "--cross-arrival", "32bit/s").stdout
    assert "1.092s" in said and "69.2%" in said and "no sink tree" in said


def test_lines_hold_bursts_back():
    free = delays(result("tandem", "--servers", 4, *TANDEM, "--analysis", "total"))["total"]
    held = delays(result("tandem", "--servers", 4, *TANDEM, "--analysis", "total", "--packet", "1B"))["total"]
    assert held < free
    alone = delays(result("tandem", "--servers", 4, *TANDEM, "--cross", "none"))
    assert alone["exact"] == alone["sink-tree"] == pytest.approx(4 * 0.1 + 1 / 10)


def test_a_network_of_a_file(tmp_path):
    file = tmp_path / "net.yaml"
    file.write_text(FILE)
    found = result("network", file)
    assert [each["flow"] for each in found["flows"]] == ["probe", "bulk"]
    assert delays(found)["exact"] <= delays(found)["linear"] <= min(delays(found)["total"], delays(found)["separated"])
    as_json = tmp_path / "net.json"
    as_json.write_text(json.dumps({
        "servers": {"leaf": {"rate": "100Gb/s", "latency": "1us"},
                    "spine": {"rate": "100Gb/s", "latency": "1us", "line": "100Gb/s", "packet": "1500B"}},
        "flows": {"probe": {"path": ["leaf", "spine"], "burst": "9kB", "rate": "5Gb/s"},
                  "bulk": {"path": ["spine"], "burst": "1MB", "rate": "40Gb/s", "peak": "100Gb/s", "packet": "1500B"}},
    }))  # fmt: skip
    assert result("network", as_json) == found
    one = result("network", file, "--flow", "bulk", "--analysis", "total")
    assert [each["flow"] for each in one["flows"]] == ["bulk"] and one["servers"] == found["servers"]
    said = run("network", file).stdout
    assert "probe: leaf > spine" in said and "2 flows on 2 servers" in said


def test_what_has_no_bound_says_why(tmp_path):
    file = tmp_path / "net.yaml"
    file.write_text("servers: {a: {rate: 1Gb/s}}\nflows: {f: {path: [a], burst: 1kB, rate: 2Gb/s}}")
    rows = result("network", file, "--analysis", "linear")["flows"][0]["bounds"]
    assert rows[0]["delay_s"] is None and "server 0 gets as much for ever" in rows[0]["why"]
    assert "gets as much for ever" in run("network", file).stdout


@pytest.mark.parametrize(("text", "said"), [
    ("servers: [", "is no YAML"), ("[]", "the file must be a table"), ("a: 1", "has the key 'a'"),
    ("servers: {}\nflows: {f: 1}", "servers must be a table"),
    ("servers: {a: {rate: 1Gb/s}}\nflows: {f: {path: [b], burst: 1kB, rate: 1Mb/s}}", "passes server 'b'"),
    ("servers: {a: {rate: 1Gb/s}}\nflows: {f: {path: a, burst: 1kB, rate: 1Mb/s}}", "has no path"),
    ("servers: {a: {rate: 1Gb/s}}\nflows: {f: {path: [a], burst: 1kB}}", "flow f has no rate"),
    ("servers: {a: {rate: 1}}\nflows: {f: {path: [a], burst: 1kB, rate: 1Mb/s}}", "server a: rate"),
    ("servers: {a: {rate: 0Gb/s}}\nflows: {f: {path: [a], burst: 1kB, rate: 1Mb/s}}", "rate of a server is 0"),
    ("servers: {a: {rate: 1Gb/s, lat: 1us}}\nflows: {f: {path: [a], burst: 1kB, rate: 1Mb/s}}", "has the key 'lat'"),
    ("servers: {a: {rate: 1Gb/s}}\nflows: {f: {path: [a, a], burst: 1kB, rate: 1Mb/s}}", "twice in a row"),
])  # fmt: skip
def test_files_that_are_wrong(tmp_path, text, said):
    file = tmp_path / "net.yaml"
    file.write_text(text)
    for form in ("text", "json"):
        done = run("network", file, "--format", form)
        assert done.exit_code == 2 and said in done.output and "Traceback" not in done.output


def test_what_does_not_fit(tmp_path):
    assert run("network", tmp_path / "no.yaml").exit_code == 2
    file = tmp_path / "net.yaml"
    file.write_text(FILE)
    assert "no flow is called 'prob'" in run("network", file, "--flow", "prob").output
    done = run("tandem", "--servers", 9, *TANDEM, "--analysis", "exact")
    assert done.exit_code == 2 and "512 dates: 7 at most" in done.output
    assert "no question 'sever'" in run("sever").output
    assert [each["name"] for each in json.loads(run("--format", "json").stdout)["result"]] == [
        "server", "tandem", "network",
    ]  # fmt: skip


def bars(page: str, heading: str) -> dict[str, float]:
    """Widths of the bars of one drawing by what their titles say."""
    drawing = re.search(rf"<h2>{heading}</h2>.*?</figure>", page, re.S)
    assert drawing is not None
    found = re.findall(r'<rect class="(c\d)"[^>]* width="([\d.]+)"[^>]*><title>([^<]*)</title>', drawing[0])
    return {f"{colour} {said}": float(width) for colour, width, said in found}


def test_a_page_of_bounds_draws_each_to_scale_and_marks_the_best(tmp_path):
    words = ("tandem", "--servers", 3, "--rate", "100Gb/s", "--latency", "2us", "--burst", "64KiB",
             "--arrival", "10Gb/s", "--cross-burst", "128kB", "--cross-arrival", "40Gb/s")  # fmt: skip
    page = tmp_path / "b.html"
    result = CliRunner().invoke(main, ["calc", "bound", *map(str, words), "--report", str(page), "--format", "json"])
    assert result.exit_code == 0, result.output
    bounds = json.loads(result.stdout)["result"]["flows"][0]["bounds"]
    delays = {row["analysis"]: row["delay_s"] for row in bounds if row["delay_s"] is not None}
    text = page.read_text()
    drawn = bars(text, "flow")
    assert len(drawn) >= 4 and "<script" not in text
    best = [said for said in drawn if said.startswith("c1 best")]
    assert len(best) == 1 and "44.9us" in best[0] and min(delays, key=delays.__getitem__) == "exact"
    longest = max(drawn.values())
    assert drawn[best[0]] / longest == pytest.approx(delays["exact"] / max(delays.values()), rel=1e-3)
    assert len(bars(text, "Servers")) == 3
    none = CliRunner().invoke(main, ["calc", "bound", *map(str, words), "--report", str(tmp_path / "no" / "b.html")])
    assert none.exit_code == 2 and "Traceback" not in none.output


def test_a_page_of_one_server_draws_its_two_curves(tmp_path):
    page = tmp_path / "s.html"
    words = ["server", "--rate", "10Gb/s", "--latency", "5us", "--burst", "64KiB", "--arrival", "1Gb/s"]
    result = CliRunner().invoke(main, ["calc", "bound", *words, "--report", str(page)])
    assert result.exit_code == 0 and "57.43us" in page.read_text() and page.read_text().count("<polyline") >= 2


def test_a_page_says_of_a_flow_without_bound_why(tmp_path):
    site, page = tmp_path / "n.yaml", tmp_path / "n.html"
    site.write_text("servers: {s: {rate: 1Gb/s}}\nflows: {f: {path: [s], burst: 1kB, rate: 2Gb/s}}\n")
    result = CliRunner().invoke(main, ["calc", "bound", "network", str(site), "--report", str(page)])
    assert result.exit_code == 0 and "no bound" in page.read_text()
