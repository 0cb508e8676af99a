"""``easterly calc control``, as its users type it."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import Result
from tests.app import asking

from easterly.app.commands.calculators.control import command

CASES = {
    "fair": "--routes 1,1,0;1,0,1 --capacity 400Gb/s,100Gb/s --alpha 2 --weight 1,2,1",
    "aimd": "--rtt 10ms,100ms --hit .5 --first 1,0",
    "anarchy": "--links s-a:0,1;s-b:1;a-t:1;b-t:0,1;a-b:0 --demands s-t:1",
    "tcp": "--loss 1e-5 --rtt 80ms --port 10Gb/s --buffer 200MB",
    "kelly": "--routes 1,1,0;1,0,1 --capacity 400Gb/s --rtt 20us --gain 500 --until 50ms",
    "delay": "--gain 1e4 --delay 50us",
    "aqm": "--port 10Gb/s --flows 500 --rtt 40ms --target 2MB",
    "dctcp": "--port 400Gb/s --rtt 10us --flows 8",
    "dcqcn": "--port 400Gb/s --flows 16",
}


def run(words: str) -> Result:
    return asking.run("calc", "control", *words.split())


def answer(words: str) -> dict:
    return asking.answer_to("calc", "control", *words.split())


def test_every_question_has_a_case():
    assert set(CASES) == set(command.verbs)
    assert [row["name"] for row in json.loads(run("--format json").stdout)["result"]] == list(command.verbs)
    assert "did you mean dctcp" in run("dtcp").output


@pytest.mark.parametrize("name", CASES)
def test_every_question_is_answered_as_text_and_as_json(name):
    said = run(f"{name} {CASES[name]}")
    assert said.exit_code == 0 and len(said.output.splitlines()) > 3
    for text in (said.output, json.dumps(answer(f"{name} {CASES[name]}"))):
        assert "nan" not in text.lower() and "infinity" not in text.lower()


def test_answers_are_those_of_the_formulas():
    assert answer("fair --routes 1,1,0;1,0,1 --capacity 1Gb/s --alpha max-min")["rate_bps"] == [5e8, 5e8, 5e8]
    assert answer("anarchy --links s-t:1;s-t:0,1 --demands s-t:1")["price"] == pytest.approx(4 / 3)
    assert answer("aimd --increase 1,1 --first 1,0 --congestions 1")["path"] == [[1, 0], [0.75, 0.25]]
    rates = {row["formula"]: row for row in answer("tcp --loss 0.01 --rtt 100ms --timeout 400ms")["rates"]}
    assert rates["tfrc"]["rate_bps"] == pytest.approx(8 * 164005.06)
    assert answer("dctcp --port 100Gb/s --rtt 10us")["least_mark_B"] == pytest.approx(17857, abs=0.5)
    assert answer("dcqcn --port 40Gb/s --flows 2")["rate_bps"] == 20e9
    made = answer("dcqcn --port 40Gb/s --flows 10 --delay 85us --kmax 3905kB --pmax 0.2")
    assert made["held"] and not made["stable"] and made["longest_delay_s"] < 85e-6
    assert not answer("dcqcn --port 40Gb/s --flows 64")["held"]
    assert answer("delay --gain 1 --delay 1s")["roots"][0]["re"] == pytest.approx(-0.318131505)
    assert answer("delay --gain 1 --delay 1s --count 1")["kind"] == "swings to rest"
    dual = answer("kelly --routes 1,1,0;1,0,1 --capacity 1Gb/s --rtt 100ms --gain .5 --control dual --until 200s")
    assert dual["sure"] and dual["last_bps"] == pytest.approx([1e9 / 3, 2e9 / 3, 2e9 / 3])
    red = answer("aqm --port 45Mb/s --flows 60 --rtt 200ms --packet 1500B --min 225kB --max 1050kB --smooth 1.33e-6")
    assert red["policy"] == "red" and red["stable"] and red["marked"] == pytest.approx(2 / red["window"] ** 2)


EXTREMES = (
    "tcp --loss 1 --rtt 1ms",
    "tcp --loss 1e-18 --rtt 1000s --port 1b/s --buffer 1B",
    "dcqcn --port 1Tb/s --flows 1000000",
    "dcqcn --port 400Gb/s --kmin 0B --pmax 1 --delay 10s",
    "dcqcn --port 400Gb/s --add 400Gb/s --pmax 1",
    "aqm --port 1Gb/s --flows 1000000 --rtt 1us --target 1kB",
    "delay --gain 1e18 --delay 1000s",
    "kelly --routes 1 --capacity 1Gb/s --rtt 1ms --gain 1e6 --until 1s",
    "kelly --routes 1,1;0,1 --capacity 1Gb/s,1b/s --rtt 1ms,1s --gain 1 --until 1s --alpha .05 --control dual",
    "aimd --rtt 1ns,1000s --decrease 0",
    "anarchy --links s-t:1e18;s-t:0,1e-18 --demands s-t:1e18",
    "anarchy --links s-t:0;s-t:0 --demands s-t:1",
)


@pytest.mark.parametrize("words", EXTREMES)
def test_extremes_give_numbers(words):
    text = json.dumps(answer(words))
    assert "NaN" not in text and "Infinity" not in text


PAGES = ("tcp", "kelly", "aqm", "dctcp", "dcqcn", "aimd --increase 1,1 --first .9,.1")


@pytest.mark.parametrize("name", PAGES)
def test_pages_draw_numbers_and_ask_for_nothing(name, tmp_path):
    page = tmp_path / "page.html"
    words = name if " " in name else f"{name} {CASES[name]}"
    assert run(f"{words} --report {page}").exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert (
        "<script" not in text
        and "http" not in text.replace("http-equiv", "")
        and "nan" not in text.partition("<svg")[2]
    )
    drawn = re.findall(r'<polyline class="c\d" points="([^"]+)"', text)
    assert len(drawn) >= 2
    points = [tuple(float(x) for x in pair.split(",")) for line in drawn for pair in line.split()]
    assert all(-0.1 <= x <= 640.1 and -0.1 <= y <= 260.1 for x, y in points)
    assert max(y for _, y in points) - min(y for _, y in points) > 100  # it uses the height
    said = run(f"{words} --report {tmp_path / 'no' / 'page.html'}")
    assert said.exit_code == 2 and "cannot be written" in said.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("fair --routes 1,1;1 --capacity 1Gb/s", "differ in length"),
        ("fair --routes 1,0 --capacity 1Gb/s", "flow 2 crosses no link"),
        ("fair --routes 1 --capacity 1Gb/s --alpha 1e-3", "--alpha is 0.001"),
        ("fair --routes 1 --capacity 1Gb", "not a rate"),
        ("fair --routes 1,1;1,1 --capacity 1b/s,1Tb/s --alpha 32", "smaller alpha"),
        ("aimd --decrease 0.5", "give --rtt"),
        ("aimd --increase 1,1 --decrease 1", "below 1"),
        ("aimd --increase 1,1 --first 0,0", "rate above 0"),
        ("anarchy --links s-t --demands s-t:1", "FROM-TO:NUMBERS"),
        ("anarchy --links s-t:1 --demands t-s:1", "no path"),
        ("anarchy --links s-t:1 --demands s-t:0", "one amount"),
        ("tcp --loss 2 --rtt 1ms", "at most 1"),
        ("tcp --loss .1 --rtt 1ms --buffer 1MB", "--port as well"),
        ("dctcp --port 1Gb/s --rtt 10us --flows 1000", "less than one each"),
        ("dcqcn --port 40Gb/s --kmin 1MB", "--kmin 1MB must be below --kmax 200kB"),
        ("kelly --routes 1,1;1 --capacity 1Gb/s --rtt 1ms --gain 1", "one length"),
        ("kelly --routes 1 --capacity 1Gb/s --rtt 1us --gain 1", "follow it for less long"),
        ("kelly --routes 1,1 --capacity 1Gb/s --rtt 1s,2s,3s --gain 1", "--rtt has 3 numbers"),
        ("kelly --routes 1,1 --capacity 1Gb/s,2Gb/s --rtt 1s --gain 1", "--capacity has 2 numbers"),
        ("kelly --routes 1,1 --capacity 1Gb/s --rtt 1s --gain 1 --weight 1,2,3", "--weight has 3 numbers"),
        ("kelly --routes 1 --capacity 1Gb/s --rtt 1ms --gain 1 --control both", "unknown"),
        ("delay --gain 0 --delay 1s", "more than 0"),
        ("kelly --routes 1 --capacity 1Gb/s --rtt 1s --gain 1 --until 1ns", "follow it for at least 0.05 s"),
        ("aqm --port 1Gb/s --flows 10 --rtt 10ms", "give --target"),
        ("aqm --port 1Gb/s --flows 10 --rtt 10ms --min 2MB --max 1MB", "must be below --max"),
        ("aimd --increase 1,1,1 --report x.html", "two flows"),
    ],
)
def test_misuse_is_answered_with_what_to_do(words, said):
    for form in ("text", "json"):
        result = run(f"{words} --format {form}")
        assert result.exit_code == 2 and said in result.output and "Traceback" not in result.output
