"""``easterly calc incast --transport``, as its users type it."""

from __future__ import annotations

import errno
import json
from contextlib import contextmanager

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


def test_where_the_threshold_comes_from_stands_beside_it():
    rtt_s = 4e-6 + 2 * (1500 + 64) * 8 / 100e9
    made = answer(ASKED)
    assert made["mark_B"] == round(100e9 * rtt_s / 8) and made["mark_rule"].startswith("rate x round trip")
    assert made["mark_rule"] in run(ASKED).stdout
    small = answer(ASKED.replace("16MB", "20kB"))
    assert small["mark_B"] == 16_000 and small["mark_rule"].startswith("0.8 x buffer")
    asked = answer(f"{ASKED} --mark 7kB")
    assert asked["mark_B"] == 7_000 and "below the 7.589kB" in asked["mark_rule"]  # 53.128 kB / 7
    assert answer(f"{ASKED} --mark 8kB")["mark_rule"] == "as asked"
    scaled = answer(ASKED.replace("dctcp", "hpcc-repo").replace("100Gb", "25Gb"))
    assert scaled["mark_B"] == 100_000 and scaled["mark_rule"].endswith("Kmax 400kB, of what leaves")
    assert answer(ASKED.replace("dctcp", "cubic"))["mark_B"] is None


@pytest.mark.parametrize("senders", [2, 3, 8])
def test_the_usual_threshold_keeps_the_port_busy(senders):
    made = answer(ASKED.replace("15", str(senders)))
    assert made["fct_s"]["max"] < 1.02 * made["bound_s"]


def test_a_run_that_is_broken_off_says_so(monkeypatch):
    @contextmanager
    def pressed(*_, **__):
        yield lambda now_s, left, hops: False

    monkeypatch.setattr("easterly.app.pacing.paced", pressed)
    words = ASKED.replace("1MB", "100MB")
    said = run(words)
    assert said.exit_code == 1 and "stopped after" in said.stdout and "0 of 15 flows are done" in said.stdout
    assert "not yet" in said.stdout and "inf" not in said.stdout
    made = json.loads(run(f"{words} --format json").stdout)["result"]
    assert made["complete"] is False and made["fct_s"]["max"] is None


def test_a_full_disk_loses_no_answer_and_no_older_page(tmp_path, monkeypatch):
    page = tmp_path / "incast.html"
    assert run(f"{ASKED} --report {page}").exit_code == 0
    before = page.read_bytes()

    def full(self, data):
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    found = run(f"{ASKED.replace('15', '14')} --report {page}")
    assert found.exit_code == 2 and "last ends" in found.stdout and "No space left" in found.stderr
    assert page.read_bytes() == before and [file.name for file in tmp_path.iterdir()] == ["incast.html"]
    assert run(f"{ASKED} --report /dev/full").exit_code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (f"{ASKED.replace('dctcp', 'vegas')}", "no transport 'vegas'"),
        ("incast --workers 15 --bytes 1MB --rate 100Gb/s --mark 10kB", "--transport"),
        (f"{ASKED} --sender 25Gb/s", "at the rate of the port"),
        (ASKED.replace("16MB", "100B"), "less than one packet"),
        (f"{ASKED} --delay 1e9s", "--delay: 1e+09 s"),
        (ASKED.replace("1MB", "1TB"), "packet-hops"),
        (f"{ASKED} --mark 16MB", "--mark 16MB is not below --buffer 16MB"),
        (f"{ASKED.replace('dctcp', 'newreno')} --mark 10kB", "newreno answers no marks"),
        (f"{ASKED.replace('dctcp', 'dcqcn-paper')} --mark 10kB", "from 5kB to 200kB at 100Gb/s"),
        (
            f"{ASKED.replace('dctcp', 'hpcc-repo').replace('100Gb', '25Gb')} --mark 10kB",
            "from 100kB to 400kB at 25Gb/s",
        ),
        (f"{ASKED} --report /dev/null/none/x.html", "/dev/null/none/x.html: cannot be written"),
        ("transports --transport cubic --transport hpcc --mark 10kB", "of cubic, hpcc none takes it"),
        ("transports --transport dctcp --mark 4MB", "--mark 4MB is not below --buffer 4MB"),
        (ASKED.replace("100Gb/s", "100Tb/s"), "rate_bps"),
    ],
)
def test_mistakes_are_told(words, said):
    result = run(words)
    assert result.exit_code == 2
    assert said in result.output
