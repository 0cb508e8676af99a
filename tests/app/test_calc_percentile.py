"""``easterly calc percentile``: sources as text, answers, the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.app import asking

from easterly.app.calc.sources import SOURCES, read
from easterly.app.cli import main
from easterly.predict.calculus import envelopes
from easterly.predict.calculus.stochastic import Server, Tandem


def result(*words: str) -> Any:
    return asking.result_of("calc", "percentile", *words)


def test_answers_are_those_of_the_library() -> None:
    made = result("poisson(8Gb/s, 1500B)", "--link", "10Gb/s", "--percentiles", "p99", "--delay", "20us")
    flow = Tandem(envelopes.packets(1e9, 1500.0), (Server(1.25e9),))
    assert made["percentiles"][0]["delay_s"] == pytest.approx(flow.delay_s(0.01), rel=1e-8)
    assert made["beyond"][0]["probability"] == pytest.approx(flow.delay_beyond(20e-6), rel=1e-8)
    assert made["load"] == 0.8 and made["error"] == "upper bound"
    words = ("poisson(4Gb/s, 1500B)", "--cross", "poisson(4Gb/s, 1500B)", "--link", "10Gb/s", "--percentiles", "p99")
    fifo, any_order = result(*words, "--order", "fifo"), result(*words)
    assert fifo["percentiles"][0]["delay_s"] == pytest.approx(flow.delay_s(0.01), rel=1e-8)
    late = any_order["percentiles"][0]["delay_s"]
    assert late > fifo["percentiles"][0]["delay_s"]
    assert result(*words, "--dependent")["percentiles"][0]["delay_s"] > late
    assert result(*words, "--hops", "4", "--latency", "1us")["percentiles"][0]["delay_s"] > late + 4e-6


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_can_be_written(name: str) -> None:
    example = {"rate": "1Gb/s", "peak": "10Gb/s", "size": "1500B", "burst": "1500B", "deviation": "1MB"}
    given = ", ".join(example.get(word, "1ms") for word, _ in SOURCES[name].takes)
    one = read(f"{name}({given})")
    assert read(f" 3*{name}( {given} ) + {name}({given})").mean_Bps == pytest.approx(4 * one.mean_Bps)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no source"), ("poison(1Gb/s, 1B)", "did you mean"), ("poisson(1Gb/s)", "write poisson(rate, size)"),
        ("poisson(1GB, 1B)", "not a rate"), ("poisson(1Gb/s, 1B) poisson(1Gb/s, 1B)", "join sources with +"),
        ("0 * poisson(1Gb/s, 1B)", "a count is between 1"), ("poisson(0Gb/s, 1B)", "above 0"),
        ("poisson(20Gb/s, 1B)", "gets 20Gb/s on average and serves 10Gb/s: the queue grows without end"),
        ("poisson(1Gb/s, 1B) +", "is no source"),
    ],
)  # fmt: skip
def test_misuse_is_answered(text: str, said: str) -> None:
    for form in ("text", "json"):
        answer = CliRunner().invoke(main, ["calc", "percentile", text, "--link", "10Gb/s", "--format", form])
        assert answer.exit_code == 2 and "Traceback" not in answer.output and said in answer.output


def test_text_and_page(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    words = ["16 * onoff(25Gb/s, 1ms, 9ms)", "--cross", "poisson(30Gb/s, 4kB)", "--link", "100Gb/s", "--hops", "2"]
    said = CliRunner().invoke(main, ["calc", "percentile", *words, "--report", str(page)])
    assert said.exit_code == 0 and "p99.9" in said.output and "independent" in said.output and str(page) in said.output
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text and "<polyline" in text and "nan" not in text.partition("<svg")[2]
    refused = CliRunner().invoke(main, ["calc", "percentile", *words, "--order", "fifo"])
    assert refused.exit_code == 2 and "one hop" in refused.output
