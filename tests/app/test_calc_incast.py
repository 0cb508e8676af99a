"""``easterly calc incast --transport``, as its users type it."""

from __future__ import annotations

import pytest
from tests.app.test_calc_buffer import answer, run

ASKED = "incast --workers 15 --bytes 1MB --rate 100Gb/s --transport dctcp --buffer 16MB"


def test_fifteen_to_one_packet_by_packet():
    made = answer(ASKED)
    assert made["bound_s"] <= made["fct_s"]["max"] <= 1.05 * made["bound_s"]
    assert made["bound_s"] == pytest.approx(1243.1e-6, rel=2e-3)
    assert made["fct_s"]["mean"] < made["fct_s"]["max"]
    assert made["drops"] == 0 and made["marks"] > 0 and made["packet_hops"] == 41_460
    assert "RFC 8257" in made["source"]


def test_old_and_new_names_ask_the_same():
    old = "incast --senders 15 --burst 1MB --port 100Gb/s --transport dctcp --buffer 16MB"
    assert answer(old) == answer(ASKED)
    assert run(ASKED).stdout == run(old).stdout


def test_a_small_buffer_and_no_marks_end_in_timeouts():
    made = answer("incast --workers 40 --bytes 100kB --rate 100Gb/s --transport newreno --buffer 300kB")
    assert made["drops"] > 0 and made["timeouts"] > 0 and made["fct_s"]["max"] > 0.2
    said = run("incast --workers 40 --bytes 100kB --rate 100Gb/s --transport newreno --buffer 300kB").stdout
    assert "timeouts" in said and "sent again" in said


def test_the_threshold_of_marks_is_stated_or_by_rule():
    made = answer(f"{ASKED} --mark 97.5kB --delay 2us --seed 7")
    assert (made["mark_B"], made["seed"], made["delay_s"]) == (97_500, 7, 2e-6)
    assert made["marks"] < answer(ASKED)["marks"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (f"{ASKED.replace('dctcp', 'vegas')}", "no transport 'vegas'"),
        ("incast --workers 15 --bytes 1MB --rate 100Gb/s --mark 10kB", "--transport"),
        (f"{ASKED} --sender 25Gb/s", "at the rate of the port"),
        (ASKED.replace("16MB", "100B"), "less than one packet"),
        (f"{ASKED} --delay 1e9s", "delay_s is 1e+09 s"),
        (ASKED.replace("1MB", "1TB"), "packet-hops"),
        (ASKED.replace("100Gb/s", "100Tb/s"), "rate_bps"),
    ],
)
def test_mistakes_are_told(words, said):
    result = run(words)
    assert result.exit_code == 2
    assert said in result.output
