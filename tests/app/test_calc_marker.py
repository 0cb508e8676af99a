"""``easterly calc marker``, as its users type it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from easterly.app.calc.packets import parse
from easterly.app.cli import main
from easterly.base.findings import FindingsError

WORKED = "0 1500\n" * 15 + "0.010 1500\n" * 4
TR = "--algorithm trtcm --cir 125kB/s --cbs 10kB --pir 250kB/s --pbs 20kB"
SR = "--algorithm srtcm --cir 1Mb/s --cbs 10kB --ebs 10kB"
R4 = "--algorithm rfc4115 --cir 1Mb/s --cbs 10kB --eir 1Mb/s --ebs 10kB"


def run(words: str, text: str | bytes, tmp_path: Path) -> Result:
    file = tmp_path / "packets.txt"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    result = CliRunner().invoke(main, ["calc", "marker", *words.split(), "--packets", str(file)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def answer(words: str, text: str, tmp_path: Path) -> dict[str, Any]:
    result = run(f"{words} --format json", text, tmp_path)
    assert result.exit_code == 0, result.output
    made: dict[str, Any] = json.loads(result.stdout)["result"]
    return made


@pytest.mark.parametrize(
    ("words", "colours", "ends"),
    [
        (TR, "GGGGGGYYYYYYYRRGYRR", {"committed": 750, "peak": 0}),
        (SR, "GGGGGGYYYYYYRRRGRRR", {"committed": 750, "excess": 1000}),
        (R4, "GGGGGGYYYYYYRRRGYRR", {"committed": 750, "excess": 750}),
    ],
)
def test_worked_cases(words: str, colours: str, ends: dict[str, int], tmp_path: Path) -> None:
    made = answer(words, WORKED, tmp_path)
    assert (made["colours"], made["buckets_B"]) == (colours, ends)
    counts = [colours.count(letter) for letter in "GYR"]
    assert list(made["packets_by_colour"].values()) == counts
    assert list(made["bytes_by_colour"].values()) == [1500 * n for n in counts]
    assert (made["packets"], made["cir_bps"], made["cbs_B"]) == (19, 1_000_000, 10_000)
    shown = run(words, WORKED, tmp_path).stdout
    assert colours in shown
    assert "750B" in shown


def test_aware_takes_the_third_column(tmp_path: Path) -> None:
    text = "time_s size_B colour\n0 1500 G\n0 1500 yellow\n0 1500 R\n\n# the end\n"
    assert answer(f"{TR} --aware", text, tmp_path)["colours"] == "GYR"
    assert answer(TR, text, tmp_path)["colours"] == "GGG"


def test_standard_input(tmp_path: Path) -> None:
    made = CliRunner().invoke(main, ["calc", "marker", *SR.split(), "--packets", "-"], input="0 1500\r\n")
    assert (made.exit_code, "  colours    G " in made.stdout) == (0, True)


@given(st.decimals(0, 9_000_000_000, places=9), st.integers(-20, 20))
def test_times_are_exact_to_the_nanosecond(time_s: Decimal, shift: int) -> None:
    """Whichever way a decimal is written."""
    digits = f"{time_s.scaleb(-shift):.40f}".rstrip("0")
    for text in (f"{time_s:f}", f"{digits}e{shift}"):
        assert parse(f"{text} 1", "-", coloured=False).time_ns.tolist() == [int(time_s * 10**9)]


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("0 1500\n0.1", "2:1", "the line has 1 column"),
        ("0 1500 G 7", "1:10", "the line has 4 columns"),
        ("0 1500\n  -1 3", "2:3", "time '-1' is not a number of seconds"),
        ("10ms 1500", "1:1", "time '10ms' is not"),
        ("nan 1500", "1:1", "time 'nan' is not"),
        ("1_0 1500", "1:1", "time '1_0' is not"),
        ("1e-10 1500", "1:1", "finer than a nanosecond"),
        ("1e-999 1500", "1:1", "finer than a nanosecond"),
        ("1e999 1500", "1:1", "beyond 2^63-1 ns"),
        ("9223372036.854775808 1", "1:1", "beyond 2^63-1 ns"),
        ("0.2 1\n0.1 1", "2:1", "before that of the packet above"),
        ("0 1500.5", "1:3", "size '1500.5' is not a whole number"),
        ("0 -1", "1:3", "size '-1' is not a whole number"),
        ("0 9223372036854775808", "1:3", "is not a whole number of bytes below 2^63"),
        ("0 1500 blue", "1:8", "colour 'blue' is unknown"),
        (b"0 1500\n\xff 3", "2", "not UTF-8"),
        ("# nothing\n", "", "no packets"),
        ("", "", "no packets"),
    ],
)
def test_a_wrong_line_is_shown(text: str | bytes, place: str, says: str, tmp_path: Path) -> None:
    shown = run(TR, text, tmp_path)
    assert shown.exit_code == 1
    assert says in shown.stderr
    assert f"packets.txt:{place}" in shown.stderr
    assert json.loads(run(f"{TR} --format json", text, tmp_path).stdout)["result"] is None


def test_colours_are_needed_only_where_they_count() -> None:
    with pytest.raises(FindingsError) as refused:
        parse("0 1500", "-", coloured=True)
    assert "2 columns" in refused.value.findings[0].message
    assert parse("0 1500", "-", coloured=False).colour is None


def test_the_last_nanosecond_and_the_largest_packet() -> None:
    made = parse("0 1\n9223372036.854775807 9223372036854775807", "-", coloured=False)
    assert made.time_ns.tolist() == [0, 2**63 - 1]
    assert made.size_B.tolist() == [1, 2**63 - 1]


def test_a_packet_without_bytes_is_refused() -> None:
    with pytest.raises(FindingsError) as refused:
        parse("0 100\n1 0", "-", coloured=False)
    [found] = refused.value.findings
    assert (found.line, found.column, found.message) == (2, 3, "a packet of 0 bytes is none")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (TR.replace("--pir 250kB/s", ""), "trtcm needs --pir"),
        (f"{TR} --ebs 10kB", "trtcm has no --ebs"),
        (TR.replace("trtcm", "trctm"), "did you mean trtcm?"),
        (TR.replace("--pir 250kB/s", "--pir 1kB/s"), "RFC 2698 wants PIR >= CIR"),
        (TR.replace("10kB", "10k"), "could be bits or bytes"),
        (TR.replace("10kB", "10kb"), "in bits"),
        (TR.replace("125kB/s", "125kB"), "an amount, not a rate"),
        (TR.replace("125kB/s", "0.5b/s"), "not a whole number of bit/s"),
        (TR.replace("10kB", "0B"), "--cbs is 0"),
        (TR.replace("10kB", "1e19B"), "below 2^63"),
        (SR.replace("10kB", "0B"), "both 0"),
    ],
)
def test_misuse_is_refused_with_the_reason(words: str, says: str, tmp_path: Path) -> None:
    shown = run(words, WORKED, tmp_path)
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert says in shown.stderr
    told = json.loads(run(f"{words} --format json", WORKED, tmp_path).stdout)
    assert says in told["findings"][0]["message"] + told["findings"][0]["hint"]


def test_a_file_that_is_not_there() -> None:
    shown = CliRunner().invoke(main, ["calc", "marker", *TR.split(), "--packets", "nowhere.txt"])
    assert (shown.exit_code, "cannot be read" in shown.stderr) == (2, True)
