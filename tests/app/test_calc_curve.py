"""``easterly calc curve``: expressions, where they are wrong, delays and backlogs, the page."""

from __future__ import annotations

import json
import re
import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from tests.app import asking

from easterly.app.calc.curves import FUNCTIONS, Misplaced, drawn, read
from easterly.app.cli import main
from easterly.app.report.plots import WIDTH
from easterly.base.units import SIZE, TIME
from easterly.predict.calculus import Curve, Point
from easterly.predict.calculus.rational import text as text_of


def result(*words: str) -> Any:
    return asking.result_of("calc", "curve", *words)


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
def test_every_function_can_be_written_as_its_usage_says(name: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("time_s,size_B\n0,64\n1e-6,1500\n")
    curve = "bucket(1kB, 1Gb/s)"
    example = {"burst": "1kB", "size": "1kB", "rate": "1Gb/s", "number": "2", "curve": curve, "inner": curve,
               "service": "rl(10Gb/s)", "others": curve, "outer": f"inverse({curve})",
               "file": f"'{tmp_path}/a.csv'"}  # fmt: skip
    given = [example.get(word, "1us") for word, _ in FUNCTIONS[name].takes]
    try:
        assert isinstance(read(f"{name}({', '.join(given)})"), Curve)
    except Misplaced as error:
        assert name == "superclosure" and "starts below 0" in str(error)


def test_inverses_have_other_axes() -> None:
    rl, bucket = Curve.rate_latency(125 * 10**7, "5e-6"), Curve.bucket(125 * 10**6, 65536)
    low, high = drawn("inverse(rl(10Gb/s, 5us))"), drawn("upper_inverse(rl(10Gb/s, 5us))")
    assert low.curve == rl.lower_inverse() and high.curve == rl.upper_inverse() and low.axes == (SIZE, TIME)
    assert drawn("shift(inverse(rl(10Gb/s, 5us)), 1kB)").curve == rl.lower_inverse().shifted(1000)
    assert drawn("inverse(inverse(rl(10Gb/s, 5us)))").axes == (TIME, SIZE)
    when = drawn("compose(inverse(rl(10Gb/s, 5us)), bucket(64KiB, 1Gb/s))")
    assert when.curve == rl.lower_inverse().compose(bucket) and when.axes == (TIME, TIME)
    # The latest that a byte leaves, less when it came: the delay.
    late = when.curve - Curve.rate_latency(1, 0)
    assert late.right(0) == bucket.horizontal_deviation(rl)
    made = result("inverse(rl(8Gb/s, 5us))", "--at", "1kB")
    assert made["along"] == "size" and made["at"][0]["value_s"]["exact"] == "0.000006" and "rate_bps" not in made
    said = CliRunner().invoke(main, ["calc", "curve", "zero()", "--deviation", "inverse(rl(1Gb/s))"])
    assert said.exit_code == 2 and "other axes" in said.output and "Traceback" not in said.output


def test_traces(tmp_path: Path) -> None:
    trace = tmp_path / "trace.csv"
    trace.write_text("size_B,time_us,port\n1500,3.5,eth0\n1500,3.62,eth0\n\n64,8.5,eth0\n")
    made = read(f"trace('{trace}', 1Gb/s)")
    assert made.right(0) == 1500 and made("12e-8") == 3000 and made("5e-6") == 3064 and made.slope == 125 * 10**6
    for text, said in (
        ("time_s,size\n1,2\n", "name one time_s and one size_B"), ("time_s,size_B\n", "no packets"),
        ("time_s,size_B\n1e-10,64\n", "line 2 is no packet"), ("time_s,size_B\n1,64\nnan,64\n", "line 3 is no packet"),
        ("time_s,size_B\n1,-1\n", "line 2"), ("time_s,size_B\n1\n", "line 2"),
    ):  # fmt: skip
        trace.write_text(text)
        with pytest.raises(Misplaced, match=said):
            read(f"trace('{trace}')")
    with pytest.raises(Misplaced, match="cannot be read"):
        read(f"trace('{tmp_path}/none.csv')")


def capture(times_ns: list[int], sizes_B: list[int]) -> bytes:
    """A capture with a clock of nanoseconds, of which the first 20 bytes of each packet were kept."""
    made = struct.pack(">IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 20, 1)
    for at, size_B in zip(times_ns, sizes_B, strict=True):
        made += struct.pack(">4I", 1_700_000_000 + at // 10**9, at % 10**9, min(20, size_B), size_B) + bytes(
            min(20, size_B)
        )
    return made


def test_captures(tmp_path: Path) -> None:
    """The envelope is above the bytes of every stretch of packets, and at each vertex there is one that fills it."""
    draw = np.random.default_rng(4)
    times = np.cumsum(draw.integers(0, 3_000_000, 60)).tolist()
    sizes = draw.choice([64, 576, 1500], 60).tolist()
    trace = tmp_path / "some.bytes"
    trace.write_bytes(capture(times, sizes))
    made = read(f"trace('{trace}', 1Gb/s)")
    total = np.concatenate([[0], np.cumsum(sizes)])
    stretches = [(times[j] - times[i], int(total[j + 1] - total[i])) for i in range(60) for j in range(i, 60)]
    assert all(made.right(Fraction(t, 10**9)) >= size_B for t, size_B in stretches)
    vertices = [
        (each.t, made.right(each.t))
        for each in made.elements
        if isinstance(each, Point) and each.t * 10**9 <= times[-1]
    ]
    assert len(vertices) > 3 and {(int(t * 10**9), int(y)) for t, y in vertices} <= set(stretches)
    whole = trace.read_bytes()
    for cut in (1, 3, 10, 23, 24, 30, 39, 45, len(whole) - 1):
        trace.write_bytes(whole[:cut])
        bent = trace.rename(tmp_path / f"{cut}.PCAP")
        ran = CliRunner().invoke(main, ["calc", "curve", f"trace('{bent}')"])
        assert ran.exit_code == 2 and isinstance(ran.exception, SystemExit), cut
        assert "at byte" in ran.output or "no packets" in ran.output, ran.output
        said = CliRunner().invoke(main, ["calc", "curve", f"trace('{bent}')", "--format", "json"])
        assert said.exit_code == 2 and json.loads(said.stdout)["findings"][0]["message"].startswith(str(bent))


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
        ("zero() + inverse(zero())", 7, "no common axes"),
        ("compose(zero(), zero())", 0, "takes a time, and the inner one gives a size"),
        ("shift(inverse(zero()), 1us)", 23, "not a size"),
        ("trace(a.csv)", 6, "single quotes"),
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
    for words, message in ((("--at", "-1s"), "the time is -1; "), (("--until", "0s", "--plot", "x.html"), "is 0; ")):
        said = CliRunner().invoke(main, ["calc", "curve", "rl(1Gb/s)", *words])
        assert said.exit_code == 2 and said.stdout == "" and message in said.output


def test_delay_and_backlog() -> None:
    made = result("bucket(64KiB, 1Gb/s)", "--deviation", "rl(10Gb/s, 5us)", "--at", "0s", "--at", "1us")
    assert made["delay_s"]["exact"] == "0.0000574288"
    assert made["backlog_B"] == {"value": 66161, "exact": "66161"}
    assert [each["value_B"]["value"] for each in made["at"]] == [0, 65661]
    assert made["at"][0]["right_B"]["value"] == 65536 and made["rate_bps"]["value"] == 1e9
    assert result("rl(1Gb/s)", "--deviation", "rl(1Mb/s)")["delay_s"] == {"value": None, "exact": "+inf"}
    said = CliRunner().invoke(main, ["calc", "curve", "rl(1Gb/s)", "--deviation", "rl(1Mb/s)"]).stdout
    assert "more comes by the expression than --deviation ever serves" in said and "exactly +inf" not in said


def test_a_service_that_falls_delays_until_it_is_ahead_for_good() -> None:
    text = "max(min(rl(32b/s), constant(8B) - rl(24b/s) + shift(rl(24b/s), 2s)), shift(rl(32b/s), 3500ms))"
    made = result("constant(5B)", "--deviation", text)
    assert made["delay_s"]["exact"] == text_of(read("constant(5B)").z_deviation(read(text)))


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


def test_a_page_is_long_enough_for_the_delay_and_says_what_lies_along(tmp_path: Path) -> None:
    page = tmp_path / "curve.html"
    words = ["bucket(1MB, 10Gb/s)", "--deviation", "rl(40Gb/s, 10us)"]
    assert CliRunner().invoke(main, ["calc", "curve", *words, "--plot", str(page)]).exit_code == 0
    text = page.read_text(encoding="utf-8")  # behind 10 us, for a delay of 210 us, and a quarter more
    assert "Data over time" in text and "is straight behind 10us" in text and "at 275us" in text
    turned = ["calc", "curve", "inverse(stairs(1500B, 1us))", "--plot", str(page)]
    assert CliRunner().invoke(main, turned).exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert "Time over data" in text and "repeats every 1.5kB behind 0" in text


@pytest.mark.parametrize(
    ("sent", "served", "delay", "backlog"),
    [
        ("bucket(1MB, 10Gb/s)", "rl(40Gb/s, 10us)", (0, 210), 10),  # a burst waits for all before it
        ("stairs(9kB, 3us, 1us)", "rl(40Gb/s, 5us)", (0, 6.8), 5),
        ("bucket(100kB, 10Gb/s)", "tdma(100Gb/s, 10us, 50us)", (20, 90), 40),  # just after the first slot is full
    ],
)
def test_the_page_draws_the_delay_and_the_backlog(
    sent: str, served: str, delay: tuple[float, float], backlog: float, tmp_path: Path
) -> None:
    page = tmp_path / "curve.html"
    words = ["calc", "curve", sent, "--deviation", served, "--until", "250us", "--plot", str(page)]
    assert CliRunner().invoke(main, words).exit_code == 0
    text = page.read_text(encoding="utf-8")
    ends = [[250 * float(x) / WIDTH for x in each] for each in
            re.findall(r'<line class="rule" x1="([0-9.]+)" x2="([0-9.]+)"', text)]  # fmt: skip
    assert ends == [pytest.approx([backlog] * 2, abs=0.1), pytest.approx(delay, abs=0.1)]
    without = ["calc", "curve", sent, "--deviation", "delay(3us)", "--plot", str(page)]
    assert CliRunner().invoke(main, without).exit_code == 0
    assert '<line class="rule"' not in page.read_text(encoding="utf-8")  # a wall cannot be measured
