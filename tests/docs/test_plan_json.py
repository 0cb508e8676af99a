"""The reference of plan.json names every key that a plan has."""

import re
from pathlib import Path

import pytest
from blocks import ROOT

from easterly.app.document import document
from easterly.site import load
from easterly.study.pipeline import plan
from easterly.study.standing import PLAN_EFFORT
from easterly.study.waiting import PLAN_CONNECTIONS

BY_NAME = {
    "fabrics",
    "by_role",
    "oversubscription",
    "oversubscription_one_failed",
    "binding_tier",
    "links_B",
    "figures",
    "jobs",
}
"""Maps whose keys are names, not words of the format."""


def keys(value, parent=""):
    """Words of the format anywhere in a document."""
    if isinstance(value, list):
        return {key for row in value for key in keys(row)}
    if not isinstance(value, dict):
        return set()
    own = set() if parent in BY_NAME else set(value)
    return own.union(*(keys(below, name if parent not in BY_NAME else "") for name, below in value.items()))


@pytest.mark.parametrize("site", ["src/easterly/app/demo.yaml", "examples/shared-services.yaml"])
def test_every_key_is_in_the_reference(site):
    page = (ROOT / "docs/reference/plan-json.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)`", page))
    assert (
        keys(document(plan(load(Path(ROOT / site)).site, connections=PLAN_CONNECTIONS, effort=PLAN_EFFORT))) - named
        == set()
    )
