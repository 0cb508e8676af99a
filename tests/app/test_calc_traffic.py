"""``easterly calc traffic``, as its users type it."""

from __future__ import annotations

import json
import re
import shlex
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from click.testing import Result
from tests.app import asking

from easterly.app.calc import mixes, series
from easterly.app.commands.calculators.traffic import command
from easterly.predict.traffic import fractional_noise, hurst, mmpp, mmpp_counts, norros_capacity
from easterly.predict.traffic.norros import Aggregate

BURSTS = "bursts(1Gb/s, 1ms, 9ms)"
NORROS = "--mean 40Gb/s --deviation 4Gb/s --hurst 0.8"
CASES = {
    "poisson": "--rate 1000/s --count 256",
    "mmpp": "--generator '0,1;3,0' --rates 100,900 --count 256",
    "onoff": "--peak 1Gb/s --on 50ms --off 150ms --on-shape 1.4 --sources 3 --count 256",
    "fgn": "--hurst 0.8 --count 4096",
    "hurst": "noise.csv",
    "fit": "counts.csv --interval 100ms",
    "norros": f"{NORROS} --buffer 125MB --loss 1e-6",
    "bandwidth": f"'100 {BURSTS}' --buffer 1MB --capacity 30Gb/s --most '{BURSTS}'",
}


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "noise.csv").write_text(series.text(1.0, "value", 50 + fractional_noise(0.8, 4096)))
    counts = mmpp_counts(mmpp([[0, 1], [3, 0]], [100, 900]), 0.1, 8192).astype(float)
    (tmp_path / "counts.csv").write_text(series.text(0.1, "packets", counts))
    return tmp_path


def run(words: str) -> Result:
    return asking.run("calc", "traffic", *shlex.split(words))


def answer(words: str) -> dict:
    return asking.answer_to("calc", "traffic", *shlex.split(words))


def test_every_model_has_a_case():
    assert set(CASES) == set(command.verbs)
    assert [row["name"] for row in json.loads(run("--format json").stdout)["result"]] == list(command.verbs)
    assert "did you mean mmpp" in run("mmp").output


@pytest.mark.parametrize("name", CASES)
def test_every_model_answers_in_both_forms(name):
    made = answer(f"{name} {CASES[name]}")
    text = run(f"{name} {CASES[name]}")
    assert text.exit_code == 0 and len(text.stdout.splitlines()) >= 3
    assert max(map(len, text.stdout.splitlines())) <= 140
    assert "nan" not in text.stdout.lower()
    assert json.loads(run(f"--format json {name} {CASES[name]}").stdout)["result"] == made
    assert text.stdout == run(f"{name} {CASES[name]}").stdout
    assert "--format [text|json]" in run(f"{name} --help").output


def test_a_draw_is_written_and_read_back():
    assert run(f"poisson {CASES['poisson']} --output p.csv").exit_code == 0
    name, values = series.read(series.Path("p.csv"))
    assert name == "arrivals" and len(values) == 256
    made = answer(f"poisson {CASES['poisson']}")
    assert made["drawn_mean"] == pytest.approx(values.mean())
    assert series.read(series.Path("p.csv"), "time_s")[1][:3] == pytest.approx([0, 0.1, 0.2])
    run("fgn --hurst 0.8 --count 4096 --output f.csv")
    assert answer("hurst f.csv")["hurst"] == pytest.approx(hurst(fractional_noise(0.8, 4096)).hurst, abs=1e-6)


def test_theory_stands_beside_the_draw():
    made = answer("mmpp --generator '0,1;3,0' --rates 100,900 --count 65536")
    assert made["dispersion_limit"] == pytest.approx(201)
    for row in made["dispersion"][:3]:
        assert row["drawn"] == pytest.approx(row["exact"], rel=0.15)
    assert "0.8" in run(f"onoff {CASES['onoff']}").stdout


def test_hurst_reads_the_last_column_or_the_named_one(files):
    last = answer("hurst noise.csv")
    assert last["column"] == "value" and last["hurst"] == pytest.approx(0.8, abs=0.1)
    assert answer("hurst noise.csv --column value") == answer("hurst noise.csv --column 2") == last
    assert answer("hurst noise.csv --from 4")["first"] == 4
    (files / "bare.csv").write_text("\n".join(f"{x:.9g}" for x in 50 + fractional_noise(0.8, 4096)))
    assert answer("hurst bare.csv")["hurst"] == last["hurst"]


def test_totals_are_refused_with_what_to_do(files):
    (files / "total.csv").write_text("\n".join(f"{x:.12g}" for x in np.cumsum(50 + fractional_noise(0.8, 4096))))
    refused = run("hurst total.csv")
    assert refused.exit_code == 2 and "differences" in refused.output


def test_norros_answers_each_of_its_questions():
    made = answer(f"norros {NORROS} --buffer 125MB --loss 1e-6")
    assert made["computed"] == "capacity"
    wan = Aggregate(made["mean_bps"], made["variance_bit"], made["hurst"])
    assert made["capacity_bps"] == pytest.approx(norros_capacity(wan, 125e6, 1e-6))
    for words, key, wanted in (
        (f"--capacity {made['capacity_bps']}b/s --loss 1e-6", "buffer_B", 125e6),
        (f"--capacity {made['capacity_bps']}b/s --buffer 125MB", "loss", 1e-6),
    ):
        assert answer(f"norros {NORROS} {words}")[key] == pytest.approx(wanted, rel=1e-5)
    assert "periodic and in step" in run(f"norros {CASES['norros']}").stdout
    assert "periodic and in step" in made["scope"]


def test_norros_measures_a_file():
    run("onoff --peak 1Gb/s --on 50ms --off 150ms --on-shape 1.4 --sources 40 --count 8192 --output o.csv")
    made = answer("norros --file o.csv --capacity 14Gb/s --loss 1e-6")
    assert made["mean_bps"] == pytest.approx(10e9, rel=0.1) and made["hurst"] == pytest.approx(0.8, abs=0.08)


def test_bandwidth_says_whether_a_mix_fits_and_how_many_more():
    made = answer(f"bandwidth {CASES['bandwidth']}")
    assert made["link"]["fits"] and made["most"]["count"] > 0
    more = 100 + made["most"]["count"]
    assert answer(f"bandwidth '{more} {BURSTS}' --buffer 1MB --capacity 30Gb/s")["link"]["fits"]
    over = answer(f"bandwidth '{more + 1} {BURSTS}' --buffer 1MB --capacity 30Gb/s")
    assert not over["link"]["fits"] and over["needed_bps"] > 30e9


@pytest.mark.parametrize("name", mixes.FORMS)
def test_every_source_can_be_written(name):
    words = {
        "constant": "1Gb/s", "batches": "1000/s, 9kB", "answers": "1000/s, 9kB", "bursts": "1Gb/s, 1ms, 9ms",
        "memory": "4Gb/s, 400Mb/s, 100ms, 0.75", "periodic": "100ms, 1MB", "policed": "1MB, 1Gb/s, 10Gb/s",
    }[name]  # fmt: skip
    source, count = mixes.read(f"3 {name}({words})")
    assert count == 3 and source.mean_bps > 0
    assert answer(f"bandwidth '3 {name}({words})' --buffer 10MB")["needed_bps"] >= 3 * source.mean_bps * (1 - 1e-9)


@pytest.mark.parametrize("words", ["hurst noise.csv", f"norros {CASES['norros']}"])
def test_reports_draw_what_is_said(words, files):
    done = run(f"{words} --report page.html")
    assert done.exit_code == 0 and "page.html" in done.output
    page = (files / "page.html").read_text(encoding="utf-8")
    assert "<script" not in page and "http" not in page.replace("http-equiv", "")
    for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        assert ET.fromstring(svg).tag == "svg" and "nan" not in svg
    run(f"{words} --report again.html")
    assert (files / "again.html").read_text(encoding="utf-8") == page


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("hurst nothing.csv", "cannot be read"),
        ("hurst noise.csv --column speed", "no column"),
        ("hurst noise.csv --from 40", "can begin at"),
        ("fgn --hurst 1.2", "between 0 and 1"),
        ("mmpp --generator '0,1;3' --rates 1,2", "different lengths"),
        ("mmpp --generator '0,1;0,0' --rates 1,2", "never comes back"),
        ("onoff --peak 1Gb/s --on 1s --off 1s --on-shape 0.9", "no mean"),
        (f"norros {NORROS} --loss 1e-6", "give two"),
        (f"norros {NORROS} --capacity 30Gb/s --loss 1e-6", "not above the mean"),
        ("norros --mean 1Gb/s --capacity 2Gb/s --loss 0.1", "--deviation"),
        ("norros --file noise.csv --hurst 0.8 --capacity 2Gb/s --loss 0.1", "leave out"),
        (f"norros {NORROS} --buffer 1MB --loss 1", "loss"),
        ("bandwidth 'burst(1Gb/s, 1ms, 9ms)' --buffer 1MB", "did you mean bursts"),
        ("bandwidth 'bursts(1Gb/s, 1ms)' --buffer 1MB", "PEAK, ON, OFF"),
        ("bandwidth 'bursts(1Gx, 1ms, 9ms)' --buffer 1MB", "not a rate"),
        ("bandwidth nonsense --buffer 1MB", "no source"),
        (f"bandwidth '{BURSTS}' --buffer 1MB --most '{BURSTS}'", "--capacity"),
        ("bandwidth 'periodic(1s, 1GB)' --buffer 1MB", "arrives at once"),
        ("bandwidth 'memory(1Gb/s, 1Gb/s, 1s, nope)' --buffer 1MB", "not a number"),
    ],
)
def test_misuse_is_said_and_never_a_traceback(words, says):
    refused = run(words)
    assert refused.exit_code == 2 and says in refused.output and "Traceback" not in refused.output
    made = json.loads(run(f"{words} --format json").stdout)
    assert made["result"] is None and says in made["findings"][0]["message"] + made["findings"][0].get("hint", "")


def test_cells_that_are_no_numbers_are_named(files):
    (files / "broken.csv").write_text("time_s,bytes\n0,1\n1,x\n")
    assert "row 3" in run("hurst broken.csv").output
    (files / "empty.csv").write_text("")
    assert "empty" in run("hurst empty.csv").output
