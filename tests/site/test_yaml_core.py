"""YAML 1.2 core schema, merges, aliases, caps: against PyYAML's own composer where both agree."""

from __future__ import annotations

import math
import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly.site import compose
from easterly.site.compose import UNKNOWN, Composer
from easterly.site.scalars import convert, resolve


def read(text):
    composer = Composer().read(text)
    assert not composer.findings, composer.findings
    return composer.data


def codes(text):
    return [finding.code for finding in Composer().read(text).findings]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("65000:10", "65000:10"), ("on", "on"), ("yes", "yes"), ("no", "no"), ("off", "off"), ("Yes", "Yes"),
        ("012", 12), ("0o14", 12), ("0x1F", 31), ("-7", -7), ("+7", 7), ("1_000", "1_000"), ("0b11", "0b11"),
        ("true", True), ("True", True), ("FALSE", False), ("tRUE", "tRUE"), ("null", None), ("~", None), ("", None),
        ("1.5", 1.5), ("1.", 1.0), (".5", 0.5), ("1e3", 1000.0), ("-1E-3", -0.001), (".", "."), ("-", "-"), ("+", "+"),
        (".inf", math.inf), ("-.INF", -math.inf), ("2024-01-01", "2024-01-01"), ("12:30:45", "12:30:45"),
        ("10.64.0.0/16", "10.64.0.0/16"), ("0x", "0x"), ("0o8", "0o8"), ("=", "="), ("1e", "1e"),
    ],
)  # fmt: skip
def test_core_schema(text, value):
    found = resolve(text)
    assert found == value and type(found) is type(value)


def test_not_a_number_is_one():
    assert math.isnan(resolve(".nan"))


def test_endless_digits_stay_text():
    assert resolve("9" * 5000) == "9" * 5000


@given(st.integers())
def test_integers_are_read_as_python_does(value):
    assert resolve(str(value)) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_are_read_as_python_does(value):
    assert resolve(repr(value)) == value


@pytest.mark.parametrize(("tag", "value"), [("str", "12"), ("int", 12), ("float", 12.0)])
def test_core_tags(tag, value):
    found = convert("12", tag)
    assert found == value and type(found) is type(value)
    assert read(f"a: !!{tag} 12")["a"] == value


# PyYAML's writer folds texts at the breaks of YAML 1.1 and reads them back as spaces itself.
BREAKS = "\x85\u2028\u2029"
words = st.text(st.characters(exclude_categories=["Nd", "Cs"], exclude_characters=BREAKS), max_size=20)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words
keys = st.text("abcxyz _./", min_size=1, max_size=8)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=25
)


def as_tuples(value):
    if isinstance(value, list):
        return tuple(as_tuples(item) for item in value)
    return {key: as_tuples(item) for key, item in value.items()} if isinstance(value, dict) else value


@settings(max_examples=20)
@given(documents, st.sampled_from([None, True, False]))
def test_what_pyyaml_writes_is_read_back(document, flow):
    """Without digits in texts (``1e5``, ``0o7``) all that 1.2 reads as a value is quoted by the 1.1 rules as well."""
    text = yaml.safe_dump(document, default_flow_style=flow, allow_unicode=True, sort_keys=False)
    assert read(text) == as_tuples(document)


def test_merges_follow_the_own_keys_and_the_earlier_map():
    text = """
base: &base {a: 1, b: 1, c: 1}
more: &more {b: 2, d: 2}
one: {<<: *base, a: 0}
two: {a: 0, <<: [*more, *base]}
three: {<<: {x: 9}, y: 8}
four: {"<<": plain}
"""
    data = read(text)
    assert data["one"] == {"a": 0, "b": 1, "c": 1}
    assert data["two"] == {"a": 0, "b": 2, "d": 2, "c": 1} == yaml.safe_load(text)["two"]
    assert data["three"] == {"x": 9, "y": 8}
    assert data["four"] == {"<<": "plain"}


def test_merges_of_merges_and_of_aliased_lists():
    text = "a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nl: &l [*a, *b]\nc: {<<: *l, z: 3}\nd: {<<: *b}\n"
    data = read(text)
    assert data["c"] == {"x": 1, "y": 2, "z": 3}
    assert data["d"] == {"x": 1, "y": 2}


def test_anchors_on_keys_scalars_and_redefinition():
    assert read("&k key: 1\nb: *k\nc: &v 2\nd: &v 3\ne: *v\n") == {"key": 1, "b": "key", "c": 2, "d": 3, "e": 3}
    assert read("a: &n name\nmap:\n  *n : 1\n") == {"a": "name", "map": {"name": 1}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\na: 2", ["E109"]),
        ("{a: 1, b: {c: 1, c: 1}, a: 1}", ["E109", "E109"]),
        ("{<<: {a: 1}, <<: {b: 1}}", ["E109"]),
        ("a: *b", ["E110"]),
        ("a: &a [*a]", ["E111"]),
        ("a: &a {b: {c: *a}}", ["E111"]),
        ("- &a [b]\n- *a\n- *c", ["E110"]),
        ("[a]: 1", ["E114"]),
        ("? {a: b}\n: 1", ["E114"]),
        ("'': 1", ["E114"]),
        ("a: &l [x]\n*l : 1", ["E114"]),
        ("a: !!binary aaaa", ["E115"]),
        ("a: !foo {b: 1}", ["E115"]),
        ("a: !!int x", ["E115"]),
        ("a: !!python/name:os.system x", ["E115"]),
        ("<<: 1", ["E116"]),
        ("<<: [{a: 1}, 2]", ["E116"]),
        ("<<: *a", ["E110"]),
        ("a: 1\n---\nb: 1", ["E107"]),
        ("\ta: 1", ["E106"]),
        ("a:\n\t- b", ["E106"]),
        ("a: [", ["E105"]),
        ("a: 'b", ["E105"]),
        ("a: b: c", ["E105"]),
        ("a: %b", ["E105"]),
        ("a: !x!y z", ["E105"]),
        ("- a\nb: 1", ["E105"]),
        ("a: - b", ["E105"]),
        ("a\nb: 1", ["E105"]),
        ('a: "\\q"', ["E105"]),
        ("a: \x01", ["E117"]),
        ("a: \ufffe", ["E117"]),
        ("a: \ud800", ["E117"]),
        ("[" * 100_000, ["E112"]),
        ("{a: " * 100_000, ["E112"]),
        ("- " * 1000, ["E112"]),
        ("? " * 1000, ["E112"]),
    ],
)
def test_findings(text, expected):
    assert codes(text) == expected


def test_a_value_that_could_not_be_read_is_unknown():
    assert Composer().read("a: {b: *c, d: 1}").data == {"a": {"b": UNKNOWN, "d": 1}}


def test_findings_before_a_syntax_error_are_kept():
    assert codes("a: 1\na: 2\nb: *c\nd: [") == ["E109", "E110", "E105"]


def test_depth_counts_through_aliases():
    deep = "a: &a " + "[" * 40 + "]" * 40 + "\n"
    assert codes(deep + "b: " + "[" * 23 + "*a" + "]" * 23) == []
    assert codes(deep + "b: " + "[" * 24 + "*a" + "]" * 24) == ["E112"]
    assert codes("a: " + "[" * 63 + "]" * 63) == []
    assert codes("a: " + "[" * 64 + "]" * 64) == ["E112"]


def test_expanded_nodes_are_counted_exactly(monkeypatch):
    """A list of three (4 nodes) twice by alias, in a map of three keys: 1 + 3 + 3 * 4 = 16 nodes."""
    text = "a: &a [x, x, x]\nb: *a\nc: *a\n"
    monkeypatch.setattr(compose, "NODES", 16)
    assert codes(text) == []
    monkeypatch.setattr(compose, "NODES", 15)
    assert codes(text) == ["E113"]


def test_billion_laughs_is_refused_at_once():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    start = time.process_time()
    assert codes("\n".join(lines)) == ["E113"]
    assert time.process_time() - start < 1


def test_the_parser_without_c_gives_the_same(monkeypatch):
    good = "a: &a {b: [1, on, ~], c: 'é'}\nd: {<<: *a, e: 65000:10}\n"
    bad = [
        "a: 1\na: 2",
        "a: [",
        "a: 'b",
        "\ta: 1",
        "a: *b",
        "[" * 1000,
        "a: 1\n---\nb",
        "a: \x01",
        "x: \ud800",
        "a: b: c",
    ]
    expected = read(good), [codes(text) for text in bad]
    monkeypatch.setattr(compose, "PARSER", yaml.SafeLoader)
    assert (read(good), [codes(text) for text in bad]) == expected


@pytest.mark.no_cover
def test_a_hundred_thousand_lines_take_about_a_second():
    job = "  j{}:\n    tenant: acme\n    class: bulk\n    parallel: {{tp: 8, pp: 16, dp: 8}}\n    batch: 512\n"
    text = "version: 1\njobs:\n" + "".join(job.format(i) for i in range(20_000))
    start = time.process_time()
    data = read(text)
    assert time.process_time() - start < 3, "0.6 s measured; three times the bar is a fault, not a busy machine"
    assert len(data["jobs"]) == 20_000 and data["jobs"]["j7"]["parallel"] == {"tp": 8, "pp": 16, "dp": 8}
