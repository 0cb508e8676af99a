"""``easterly calc claim``, as its users type it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from easterly.app.cli import main


def run(words):
    return CliRunner().invoke(main, ["calc", "claim", *words.split()])


def statements(words, code):
    said = run(f"{words} --format json")
    assert said.exit_code == code, said.output
    return json.loads(said.stdout)["result"]["statements"]


def test_what_there_is():
    assert [row["name"] for row in json.loads(run("--format json").stdout)["result"]] == [
        "speedup", "quantile", "availability",
    ]  # fmt: skip


def test_the_claims_of_the_case_studies():
    explained, left, blame = statements("speedup --all-reduce -40% --throughput +25% --share 50% --slow 1.5", 1)
    assert (explained["follows"], left["follows"], blame["follows"]) == ("follows", "does not follow", "open")
    assert explained["needs"] is None and "1.5x the throughput" in left["needs"]
    assert statements("speedup --cut 0.4 --throughput 1.25", 0)[0]["follows"] == "open"
    said = statements("quantile --promise 99.9% --limit 100ms --quantile P95 --value 35ms --before 150ms", 1)
    assert said[0]["follows"] == "does not follow" and "P99.9" in said[0]["needs"] and "2,995" in said[0]["needs"]
    said = statements("availability --promise 99.9% --error 0.05% --error 0.02%", 0)
    assert "43.2 min" in said[-1]["because"]


def test_text_has_the_same_words_and_the_same_code():
    words = "quantile --promise 99.9% --limit 100ms --quantile P95 --value 35ms --samples 1000"
    text = " ".join(run(words).stdout.split())
    for each in statements(words, run(words).exit_code):
        assert each["claim"] in text and each["because"] in text and (each["needs"] or "") in text


@pytest.mark.parametrize(
    "words, said",
    [
        ("speedup --cut 140% --throughput 1.25", "is no share"), ("speedup --cut 40% --throughput 25%", "is no ratio"),
        ("speedup --cut 1.2.3 --throughput 1.25", "is no share"),
        ("speedup --cut 40% --throughput 0.9", "--throughput"),
        ("speedup --cut 40% --throughput 1.25 --exposed 10%", "--share"),
        ("quantile --promise 99.9% --limit 100ms --quantile p50,p95 --value 35ms", "one quantile"),
        ("quantile --promise 99.9% --limit 100ms --quantile p95 --value 35ms --misses 3", "--samples"),
        ("quantile --promise 1 --limit 100ms --quantile p95 --value 35ms", "between 0 and 1"),
        ("availability --promise 99.9% --sites 2", "--site"), ("latency", "did you mean"),
    ],
)  # fmt: skip
def test_misuse_is_answered(words, said):
    for form in ("text", "json"):
        answer = run(f"{words} --format {form}")
        assert answer.exit_code == 2 and "Traceback" not in answer.output, answer.output
        assert said in answer.output or words == "latency", answer.output
