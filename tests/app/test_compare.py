"""Differences of plan documents."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from easterly.app.compare import compare

JOB = {"name": "pre", "step_s": {"low": 1.0, "high": 2.0}}


def test_rows_are_matched_by_id_whatever_their_order() -> None:
    other = {"name": "fine", "step_s": {"low": 3.0, "high": 4.0}}
    assert not compare({"jobs": [JOB, other]}, {"jobs": [other, JOB]})


def test_added_removed_and_changed_rows() -> None:
    after = {"jobs": [{"name": "pre", "step_s": {"low": 1.0, "high": 2.5}}, {"name": "new"}]}
    before = {"jobs": [JOB, {"name": "old"}]}
    found = [(c.kind, c.id, c.before, c.after) for c in compare(before, after)]
    assert ("changed", "pre step_s high", 2.0, 2.5) in found
    assert ("removed", "old", {"name": "old"}, None) in found
    assert ("added", "new", None, {"name": "new"}) in found
    assert len(found) == 3


def test_tables_inside_objects_are_matched_too() -> None:
    before = {"address": {"loopbacks": [{"device": "a", "ipv4": "10.0.0.1/32"}], "note": 1}}
    after = {"address": {"loopbacks": [{"device": "a", "ipv4": "10.0.0.2/32"}], "note": 1}}
    (change,) = compare(before, after)
    assert (change.section, change.id) == ("address.loopbacks", "a ipv4")


def test_text_findings_and_provenance_do_not_count() -> None:
    assert not compare({"provenance": {"seed": 1}, "findings": [1]}, {"provenance": {"seed": 2}, "findings": []})


@given(st.dictionaries(st.text(max_size=3), st.integers() | st.dictionaries(st.text(max_size=3), st.integers())))
def test_a_document_equals_itself(document: dict) -> None:
    assert not compare(document, document)
