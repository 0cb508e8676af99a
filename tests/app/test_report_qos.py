"""The QoS section of the report: widths and heights are those of the plan."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import easterly
from easterly.app.document import document
from easterly.app.report.page import environment
from easterly.app.report.qos import HEIGHT, qos

SITE = Path(__file__).parents[2] / "examples" / "mixed-workloads.yaml"


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return document(easterly.plan(easterly.load(SITE).site))


@pytest.fixture(scope="module")
def shown(made: dict[str, Any]) -> dict[str, Any]:
    section = qos(made)
    assert section is not None
    return section


def test_tenants_fill_a_port_and_classes_fill_tenants(shown: dict[str, Any]) -> None:
    tenants = shown["shares"]["tenants"]
    assert sum(t["width"] for t in tenants) == pytest.approx(100)
    for tenant in tenants:
        assert sum(c["width"] for c in tenant["classes"]) == pytest.approx(100)
    widths = {t["name"]: t["width"] for t in tenants}
    assert widths == pytest.approx({"research": 55, "product": 30, "operations": 15})


def test_rates_are_shares_of_the_port(shown: dict[str, Any]) -> None:
    research = next(t for t in shown["shares"]["tenants"] if t["name"] == "research")
    training = next(c for c in research["classes"] if c["name"] == "training")
    assert training["rate"].replace("\u00a0", " ") == f"{400 * 0.55 * 0.85:.0f} Gb/s"


def test_thresholds_stand_to_scale(made: dict[str, Any], shown: dict[str, Any]) -> None:
    for part in shown["columns"]["parts"]:
        rows = {q["class"]: q for q in made["queues"] if q["group"] == part["name"]}
        tallest = max(v for q in rows.values() for v in (q["limit_B"], q["xoff_B"]) if v)
        for column in part["classes"]:
            assert HEIGHT - column["whole"] == pytest.approx(HEIGHT * rows[column["name"]]["limit_B"] / tallest)
            lines = [HEIGHT - y for _, y, _ in column["marks"]]
            texts = [at for _, _, at in column["marks"]]
            assert lines == sorted(lines)
            assert all(low - high >= 12 for low, high in pairwise(texts))


def test_memory_is_spent_whole(made: dict[str, Any], shown: dict[str, Any]) -> None:
    assert len(shown["budgets"]) == len(made["qos"]["budgets"])
    for bar in shown["budgets"]:
        assert sum(part["width"] for part in bar["parts"]) == pytest.approx(100, abs=0.01)


def test_every_queue_has_the_buffer_that_decides(made: dict[str, Any], shown: dict[str, Any]) -> None:
    chosen = {(row["group"], row["class"]): row for row in made["qos"]["buffers"] if row["chosen"]}
    assert chosen
    assert {(row["group"], row["class"]) for row in shown["buffers"]} == set(chosen)
    for row in shown["buffers"]:
        own = chosen[row["group"], row["class"]]
        assert row["why"] == own["why"]
        assert row["enough"] == own["enough"]
        assert (row["method"] == "headroom") == (own["method"] == "headroom")
    text = environment().get_template("qos.html").render(qos=shown)
    assert "PB" not in text
    rows = re.findall(r"<tr><td><code>(.*?)</code></td><td>(.*?)</td>", text)
    assert len(rows) == len(chosen)


def test_the_section_says_what_the_columns_say(shown: dict[str, Any]) -> None:
    text = environment().get_template("qos.html").render(qos=shown)
    assert text.count("<figure>") == len(shown["columns"]["parts"])
    assert re.search(r"training: Kmin [\d.]+\s*.B, Kmax [\d.]+\s*.B, xoff", text)


def test_one_class_has_no_section(made: dict[str, Any]) -> None:
    assert qos({**made, "classes": made["classes"][:1]}) is None
