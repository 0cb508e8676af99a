"""``easterly calc headroom`` and ``easterly calc buffer``, as their users type them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st
from tests.app import asking

from easterly.qos.memory import headroom

PORT = "buffer --rate 100Gb/s --rtt 20us"


def run(words: str) -> Result:
    return asking.run("calc", *words.split())


def answer(words: str) -> dict[str, Any]:
    result = run(f"{words} --format json")
    assert result.exit_code == 0, result.output
    made = json.loads(result.stdout)
    assert (list(made), made["findings"]) == (["schema", "result", "findings"], [])
    found: dict[str, Any] = made["result"]
    return found


@pytest.mark.parametrize(
    ("words", "size_B"),
    [
        ("--rate 100Gb/s --cable 100m --mtu 9216", 56_272),
        ("--rate 100Gb/s --cable 3m", 44_147),
        ("--rate 100Gb/s --cable 300m", 81_272),
        ("--rate 400Gb/s --cable 0.1km --mtu 9216B", 126_476),
        ("--rate 400Gb/s --cable 3m --mtu 9KiB", 77_976),
        ("--rate 100Gb/s --cable 100m --mtu 1518 --own-mtu 9216", 56_272 - 7_698),
        ("--rate 100Gb/s --cable 100m --mtu 1518", 40_876),
        ("--rate 100Gb/s --cable 0m --response 1us", 31_056),
        ("--rate 100Gb/s --cable 0m --quanta 0 --interface-bits 122_880", 18_556 + 15_360),
    ],
)
def test_headroom(words: str, size_B: int) -> None:
    made = answer(f"headroom {words}")
    assert made["headroom_B"] == size_B
    assert sum(item["size_B"] for item in made["items"]) == size_B
    assert all(item["name"] and item["reason"] for item in made["items"])
    assert sum(item["size_B"] for item in made["worst_items"]) == pytest.approx(made["worst_B"])
    assert f"{size_B:,}B" in run(f"headroom {words}").stdout


def test_headroom_in_cells_and_for_many_ports() -> None:
    made = answer("headroom --rate 25Gb/s --cable 40m --cell 208B --ports 48")
    found = headroom(25e9, 40, 9216, cell_B=208)
    assert (made["worst_B"], made["cells"], made["cell_B"]) == (found.high_B, found.cells, 208)
    assert (made["pool_B"], made["worst_pool_B"]) == (48 * found.low_B, 48 * found.high_B)
    assert "for 48 ports" in run("headroom --rate 25Gb/s --cable 40m --cell 208B --ports 48").stdout


@given(st.floats(1, 1e21), st.floats(0, 9e7), st.sampled_from([1, 32, 64, 80, 256, 4096, 2**20]),
       st.sampled_from([64, 1518, 9216, 2**20]))  # fmt: skip
def test_no_size_takes_long(rate: float, cable: float, cell: int, mtu: int) -> None:
    made = answer(f"headroom --rate {rate:.6g}b/s --cable {cable:.6g}m --cell {cell}B --mtu {mtu}")
    gaps = 64 / 84  # of the line, at least this much is frames; the memory keeps no gaps
    assert made["worst_B"] * (1 + 1e-8) >= gaps * made["headroom_B"]
    assert made["worst_B"] == pytest.approx(made["cells"] * cell, rel=1e-8)


def test_dynamic_threshold() -> None:
    made = answer("buffer --memory 64MB --alpha 0.5 --queues 4")
    assert (made["method"], made["buffer_B"]) == ("dynamic-threshold", 10_666_666.7)
    assert made["threshold"]["free_B"] == 21_333_333.3
    assert made["methods"] == []
    for (queues, alpha), each in {(1, "1"): 32e6, (3, "1"): 16e6, (2, "8"): 30_117_647.1, (1, "1/8"): 64e6 / 9}.items():
        found = answer(f"buffer --method dynamic-threshold --memory 64MB --alpha {alpha} --queues {queues}")
        assert found["buffer_B"] == pytest.approx(each, rel=1e-8)
    assert "10.67MB" in run("buffer --memory 64MB --alpha 0.5 --queues 4").stdout


@pytest.mark.parametrize(
    ("words", "method", "size_B"),
    [
        ("buffer --rate 400Gb/s --rtt 10us --senders 16 --sender 25Gb/s --burst 64kB", "bdp", 500e3),
        (f"{PORT} --flows 10000", "bdp-root-n", 2500),
        (f"{PORT} --flows 10000 --in-step", "bdp", 250e3),
        (f"{PORT} --keeps 70%", "bdp", 107_142.857),
        (f"{PORT} --senders 64 --burst 21720B", "incast", 1_368_360),
        (f"{PORT} --senders 64 --burst 21720B --method bdp", "bdp", 250e3),
        (f"{PORT} --lossless --cable 100m", "headroom", 56_272),
        ("buffer --method headroom --rate 100Gb/s --cable 100m --upstream 2", "headroom", 112_544),
        ("buffer --rate 1Gb/s --cable 3m", None, None),
    ],
)
def test_buffer_by_method(words: str, method: str | None, size_B: float | None) -> None:
    made = answer(words)
    assert (made["method"], made["buffer_B"]) == (method, size_B)
    assert [each["method"] for each in made["methods"]] == ["bdp", "bdp-root-n", "incast", "headroom"]
    assert made["reason"]
    assert run(words).exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("buffer --rate 400Gb/s", "--rate alone sizes nothing"),
        ("buffer --rate 1Gb/s --rtt 1ms --queues 4", "--queues needs --memory"),
        ("buffer --rate 1Gb/s --rtt 1ms --alpha 1", "--alpha needs --memory"),
        ("buffer --rate 1Gb/s --rtt 1ms --headroom 1MB", "--headroom needs --memory"),
        ("buffer --rate 1Gb/s --lossless --cable 1e12m", "beyond anything that is built"),
        ("headroom --rate 1Gb/s --cable 1e12m", "beyond anything that is built"),
    ],
)
def test_what_would_be_ignored_or_is_nonsense_is_refused(words: str, said: str) -> None:
    result = run(words)
    assert result.exit_code == 2
    assert said in result.stderr


def test_headroom_that_is_not_stated_is_not_taken_for_none() -> None:
    words = f"{PORT} --lossless --cable 3m --memory 64MB --alpha 1"
    assert answer(words)["enough"] is None
    assert answer(words)["given_B"] is None
    assert "not known: give --headroom" in run(words).stdout
    assert answer(f"{words} --headroom 60kB")["given_B"] == 60e3
    assert "60kB of headroom, against" in run(f"{words} --headroom 60kB").stdout


def test_a_worst_case_below_the_sum_says_why() -> None:
    """Memory keeps no gaps between frames, and a long cable is full of them."""
    far = answer("headroom --rate 100Gb/s --cable 100km")
    assert far["worst_B"] < far["headroom_B"]
    assert "as memory keeps no gaps" in run("headroom --rate 100Gb/s --cable 100km").stdout
    assert "as memory keeps no gaps" not in run("headroom --rate 100Gb/s --cable 100m").stdout


def test_what_the_chip_gives_is_held_against_it() -> None:
    words = f"{PORT} --senders 64 --burst 21720B --memory 16MB --alpha 1/8"
    assert answer(words)["enough"] is True
    crowded = answer(f"{words} --queues 8")
    assert (crowded["enough"], crowded["given_B"]) == (False, 1e6)
    assert answer(f"{words} --queues 8 --reserved 400kB")["enough"] is True
    assert answer(f"{PORT} --senders 64 --burst 21720B")["enough"] is None
    lossless = f"{PORT} --lossless --cable 100m --memory 16MB --alpha 1/8"
    assert answer(f"{lossless} --headroom 60kB")["enough"] is False
    assert answer(f"{lossless} --headroom 66kB")["enough"] is True
    assert "enough" in run(words).stdout


REFUSED = {
    "headroom --rate 100Gb/s": ("E100", "--cable"),
    "headroom --rate 100 --cable 100m": ("E305", "no unit"),
    "headroom --rate 100Gb/s --cable 100": ("E305", ""),
    "headroom --rate 100Gb/s --cable -1m": ("E304", "at least 0"),
    "headroom --rate 100Gb/s --cable 1m --mtu 63": ("E100", "64 B to 1 MiB"),
    "headroom --rate 100Gb/s --cable 1m --mtu 1500.5": ("E304", "whole number"),
    "headroom --rate 100Gb/s --cable 1m --mtu jumbo": ("E313", "jumbo"),
    "headroom --rate 100Gb/s --cable 1m --mtu nan": ("E313", "nan"),
    "headroom --rate 100Gb/s --cable 1m --cell 2B": ("E100", "1B counts bytes"),
    "headroom --rate 100Gb/s --cable 1m --cell 0B": ("E100", "--cell is 0 B"),
    "headroom --rate 100Gb/s --cable 1m --ports 0": ("E206", "'0'"),
    "headroom --rate 100Gb/s --cable 1m --quanta 5 --response 1us": ("E100", "the response is one of them"),
    "buffer": ("E100", "--memory --alpha for dynamic-threshold"),
    "buffer --rtt 1ms": ("E100", "--rtt needs --rate"),
    "buffer --memory 64MB": ("E100", "--memory needs --alpha"),
    "buffer --memory 64MB --alpha half": ("E203", "write it like 0.5 or 1/8"),
    "buffer --memory 64MB --alpha 1/0": ("E203", ""),
    "buffer --memory 64MB --alpha 0": ("E206", "at most 1024"),
    "buffer --memory 64MB --alpha 1e9": ("E206", "at most 1024"),
    "buffer --memory 64MB --alpha 1 --queues 0": ("E206", "'0'"),
    "buffer --method incast --rate 1Gb/s --senders 5": ("E100", "incast needs --burst"),
    "buffer --method wred --rate 1Gb/s": ("E204", ""),
    "buffer --rate 1Gb/s --keeps 100%": ("E100", "keeps is 1"),
    "buffer --rate 1Gb/s --mtu 1": ("E100", "64 B to 1 MiB"),
}


@pytest.mark.parametrize("words", REFUSED)
def test_bad_input_is_a_finding(words: str) -> None:
    code, says = REFUSED[words]
    result = run(f"{words} --format json")
    made = json.loads(result.stdout)
    assert (result.exit_code, made["result"]) == (2, None)
    assert made["findings"][0]["code"] == code
    assert says in f"{made['findings'][0]['message']} {made['findings'][0]['hint']}"
    assert run(words).exit_code == 2
