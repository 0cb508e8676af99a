"""``easterly calc curve``: expressions, where they are wrong, delays and backlogs, the page."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from easterly.app.calc.curves import FUNCTIONS, Misplaced, read
from easterly.app.cli import main
from easterly.predict.calculus import Curve


def result(*words: str) -> Any:
    said = CliRunner().invoke(main, ["calc", "curve", *words, "--format", "json"])
    assert said.exit_code == 0, said.output
    return json.loads(said.stdout)["result"]


def test_expressions_are_the_curves_they_describe() -> None:
    rl, bucket = Curve.rate_latency(125 * 10**7, "5e-6"), Curve.bucket(125 * 10**6, 65536)
    assert read("conv(rl(10Gb/s, 5us), bucket(64KiB, 1Gb/s))") == rl.convolve(bucket)
    assert read(" 2*bucket(64KiB,1Gb/s) - zero( )+(rl(10Gb/s, 5 us)) ") == bucket * 2 + rl
    assert read("deconv(bucket(64KiB, 1Gb/s), rl(1.25GB/s, 5us))") == bucket.deconvolve(rl)
    assert read("shift(raise(stretch(stairs(1kB, 1ms), 0.5), 1B), 2s)") == (
        Curve.staircase(1000, "1/1000").stretched("1/2").raised(1).shifted(2)
    )
    assert read("rl(8b/s)") == Curve.rate_latency(1, 0) and read("delay(1s)") == Curve.delay(1)
    assert read("min(stairs(1B, 1s, 3s), max(steps(1B, 1s), constant(2B)))") == (
        Curve.staircase(1, 1, 3).minimum(Curve.steps(1, 1).maximum(Curve.constant(2)))
    )
    assert read("0.1 * bucket(1B, 8b/s)")(1) == Fraction(1, 5)  # no float in between


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_can_be_written_as_its_usage_says(name: str) -> None:
    example = {"burst": "1kB", "size": "1kB", "rate": "1Gb/s", "curve": "bucket(1kB, 1Gb/s)", "number": "2"}
    given = [example.get(word, "1us") for word, _ in FUNCTIONS[name].takes]
    try:
        assert isinstance(read(f"{name}({', '.join(given)})"), Curve)
    except Misplaced as error:
        assert name == "superclosure" and "starts below 0" in str(error)


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        ("", 0, "a curve is missing before the end"),
        ("bucket(1kB)", 10, "',' is missing: write bucket(burst, rate)"),
        ("buckt(1kB, 1Gb/s)", 0, "did you mean"),
        ("bucket(1kB, 1GB)", 12, "not a rate"),
        ("conv(zero(), ?)", 13, "'?' means nothing here"),
        ("zero() zero()", 7, "ends before 'zero'"),
        ("2 zero()", 0, "not a number"),
        ("2 (zero())", 2, "'*' is missing"),
        ("1.2.3 * zero()", 0, "not a number"),
        ("(zero()", 7, "still open"),
        ("zero() + ", 8, "missing before the end"),
        ("shift(zero(), 1B)", 14, "not a time"),
        ("zero() + closure(constant(1B) - constant(2B))", 9, "starts below 0"),
        ("delay(1s) - delay(1s)", 10, "not defined"),
        ("(" * 200, 100, "deeper"),
        ("0 * zero()", 0, "the factor is 0"),
    ],
)
def test_errors_point_at_their_place(text: str, at: int, said: str) -> None:
    with pytest.raises(Misplaced) as caught:
        read(text)
    assert caught.value.at == at and said in str(caught.value)
    line, caret = str(caught.value).splitlines()[-2:]
    assert caret == " " * (2 + min(at, 60)) + "^" and line == f"  {text[max(0, at - 60) : max(0, at - 60) + 100]}"


def test_misuse_is_answered_in_the_form_that_was_asked_for() -> None:
    said = CliRunner().invoke(main, ["calc", "curve", "bucket(1kB", "--format", "json"])
    assert said.exit_code == 2 and json.loads(said.stdout)["findings"][0]["message"].endswith("^")
    said = CliRunner().invoke(main, ["calc", "curve", "bucket(1kB"])
    assert said.exit_code == 2 and "Traceback" not in said.output and "^" in said.output


def test_delay_and_backlog() -> None:
    made = result("bucket(64KiB, 1Gb/s)", "--deviation", "rl(10Gb/s, 5us)", "--at", "0s", "--at", "1us")
    assert made["delay_s"]["exact"] == "0.0000574288"
    assert made["backlog_B"] == {"value": 66161, "exact": "66161"}
    assert [each["value_B"]["value"] for each in made["at"]] == [0, 65661]
    assert made["at"][0]["right_B"]["value"] == 65536 and made["rate_bps"]["value"] == 1e9
    assert result("rl(1Gb/s)", "--deviation", "rl(1Mb/s)")["delay_s"] == {"value": None, "exact": "+inf"}
    said = CliRunner().invoke(main, ["calc", "curve", "rl(1Gb/s)", "--deviation", "rl(1Mb/s)"]).stdout
    assert "more comes by the expression than --deviation ever serves" in said and "exactly +inf" not in said


def test_elements_take_turns() -> None:
    made = result("stairs(3B, 1s)")
    assert [each["kind"] for each in made["elements"]] == ["point", "segment", "point"]
    assert made["elements"][1]["first_B"]["exact"] == "3" and made["period_s"]["exact"] == "1"


def test_text_and_page(tmp_path: Path) -> None:
    page = tmp_path / "curve.html"
    said = CliRunner().invoke(
        main, ["calc", "curve", "stairs(9kB, 3us, 1us)", "--deviation", "rl(40Gb/s, 5us)", "--plot", str(page)]
    )
    assert said.exit_code == 0 and "6.8us" in said.output and str(page) in said.output
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text and "arrivals" in text and "6.8us" in text and "<polyline" in text
    wall = CliRunner().invoke(main, ["calc", "curve", "delay(1us)", "--plot", str(page)])
    assert wall.exit_code == 0 and "nan" not in page.read_text(encoding="utf-8").partition("<svg")[2]
    gone = CliRunner().invoke(main, ["calc", "curve", "zero()", "--plot", str(tmp_path / "no" / "curve.html")])
    assert gone.exit_code == 2 and "cannot be written" in gone.output
