"""Whole plans whose every number is kept; a change shows as a diff that somebody reviews.

Regenerate with ``EASTERLY_REGEN=1`` (``make goldens``).
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from easterly import site as text
from easterly.app.document import document, dump
from easterly.study.check import check
from easterly.study.pipeline import plan
from easterly.study.standing import PLAN_EFFORT
from easterly.study.waiting import PLAN_CONNECTIONS

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", ["rails", "tapered", "two-sites"])
def test_plan_is_the_one_that_was_reviewed(name: str) -> None:
    loaded = text.load(HERE / f"{name}.yaml")
    findings = text.locate((*loaded.notes, *check(loaded.site)), loaded.source)
    made = document(plan(loaded.site, findings=findings, connections=PLAN_CONNECTIONS, effort=PLAN_EFFORT))
    made["provenance"]["easterly"] = "(any)"
    golden = HERE / f"{name}.plan.json"
    if os.environ.get("EASTERLY_REGEN"):
        golden.write_text(dump(made), encoding="utf-8")
    assert dump(made) == golden.read_text(encoding="utf-8")
