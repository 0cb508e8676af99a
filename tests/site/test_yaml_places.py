"""Places: every path leads to the characters that stand for it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly.base.findings import Finding, Severity
from easterly.site import format_findings, locate
from easterly.site.places import span
from easterly.site.printing import columns_of
from easterly.site.source import from_text

TEXT = """\
version: 1
site: {name: "east 1"}   # a remark
hardware:
  hosts: &hosts
    dgx: {gpus: 8, nics: 8}
    hgx:
      gpus: 4
fabrics:
  a/b: {hosts: {type: dgx}}
  风: {empty: , list: [x, yy, {z: 1}]}
other:
  copy: *hosts
  merged: {<<: *hosts, own: 1}
"""


def text_at(at, on_key=False, text=TEXT):
    source = from_text(text)
    found = span(at, on_key, source)
    return source.lines[found.line - 1][found.column - 1 : found.column - 1 + found.width], found.line


@pytest.mark.parametrize(
    ("at", "on_key", "expected"),
    [
        ("version", False, ("1", 1)), ("version", True, ("version", 1)), ("site/name", False, ('"east 1"', 2)),
        ("site", False, ('{name: "east 1"}', 2)), ("site", True, ("site", 2)), ("hardware", False, ("hardware", 3)),
        ("hardware/hosts/dgx/nics", False, ("8", 5)), ("hardware/hosts/hgx", False, ("hgx", 6)),
        ("hardware/hosts/hgx/gpus", False, ("4", 7)), ("hardware/hosts/hgx/nics", False, ("hgx", 6)),
        ("fabrics/a/b/hosts/type", False, ("dgx", 9)), ("fabrics/a/b", True, ("a/b", 9)),
        ("fabrics/风/list/1", False, ("yy", 10)), ("fabrics/风/list/2/z", False, ("1", 10)),
        ("fabrics/风/list", False, ("[x, yy, {z: 1}]", 10)), ("fabrics/风/empty", False, ("empty", 10)),
        ("other/copy", False, ("*hosts", 12)), ("other/copy/dgx/gpus", False, ("*hosts", 12)),
        ("other/copy", True, ("copy", 12)), ("other/merged/dgx/gpus", False, ("*hosts", 13)),
        ("other/merged/dgx", True, ("<<", 13)), ("other/merged/own", False, ("1", 13)),
        ("nowhere/at/all", False, ("v", 1)), ("", False, ("v", 1)),
    ],
)  # fmt: skip
def test_paths_lead_to_their_text(at, on_key, expected):
    assert text_at(at, on_key) == expected


def test_what_is_merged_from_a_written_map_is_placed_there():
    assert text_at("b/y", text="b: {<<: {y: 42}}") == ("42", 1)
    assert text_at("b/y", text="a: &a {y: 1}\nb: {<<: [{y: 42}, *a]}") == ("42", 2)
    assert text_at("b/y", text="a: &a {y: 1}\nb: {<<: [{x: 42}, *a]}") == ("*a", 2)


WORD = st.text("abcdefgh風é", min_size=1, max_size=6)


@settings(max_examples=20)
@given(
    st.dictionaries(WORD, st.dictionaries(WORD, WORD, min_size=1, max_size=4), min_size=1, max_size=4), st.booleans()
)
def test_all_keys_and_values_of_generated_files(document, flow):
    lines = []
    for name, inner in document.items():
        if flow:
            lines.append(f"{name}: {{{', '.join(f'{k}: {v}' for k, v in inner.items())}}}")
        else:
            lines += [f"{name}:", *(f"  {k}: {v}" for k, v in inner.items())]
    text = "\n".join(lines)
    for name, inner in document.items():
        assert text_at(name, True, text)[0] == name
        for key, value in inner.items():
            assert text_at(f"{name}/{key}", True, text)[0] == key
            assert text_at(f"{name}/{key}", False, text)[0] == value


@given(st.sampled_from(["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029"]))
def test_lines_end_where_the_parser_says(end):
    assert text_at("b", text=f"a: 1{end}b: 23{end}") == ("23", 2)


def test_findings_are_put_in_file_order_and_said_once():
    found = [
        Finding("E900", "other/copy", "third"), Finding("E900", "site/name", "second", on_key=True),
        Finding("E900", "version", "first"), Finding("E900", "version", "first", "another hint"),
        Finding("E900", "x", "elsewhere", file="other.csv"),
    ]  # fmt: skip
    placed = locate(found, from_text(TEXT, "my.yaml"))
    assert [finding.message for finding in placed] == ["first", "second", "third", "elsewhere"]
    assert [(f.file, f.line, f.column) for f in placed[:2]] == [("my.yaml", 1, 10), ("my.yaml", 2, 8)]
    assert (placed[3].file, placed[3].line) == ("other.csv", None)


def test_without_a_mapping_nothing_is_placed():
    assert locate([Finding("E900", "a", "bad")], from_text("- a"))[0].line == 1
    assert locate([Finding("E900", "a", "bad")], from_text("text"))[0].line is None


def test_caret_stands_under_wide_characters():
    printed = format_findings([Finding("E900", "fabrics/风/list/1", "bad")], from_text(TEXT)).splitlines()
    line, caret = printed[1], printed[2]
    assert columns_of(line[: line.index("yy")]) == columns_of(caret[: caret.index("^")])
    assert caret.endswith("^^")


def test_long_lines_are_cut_around_the_place():
    text = "a: [" + "x, " * 2000 + "bad, " + "y, " * 2000 + "z]"
    printed = format_findings([Finding("E900", "a/2000", "bad")], from_text(text)).splitlines()
    assert all(columns_of(line) < 180 for line in printed)
    at = printed[2].index("^")
    assert printed[1][at : at + 3] == "bad" and printed[2].count("^") == 3
    assert printed[1].count("…") == 2


def test_colours_and_severities():
    found = [Finding("E901", "version", "a", "b"), Finding("E902", "site", "c", severity=Severity.WARNING)]
    plain, coloured = (format_findings(found, from_text(TEXT), color=color) for color in (False, True))
    assert "\x1b" not in plain and "\x1b[31merror[E901]\x1b[0m" in coloured and "\x1b[33mwarning[E902]" in coloured
    assert format_findings([], from_text(TEXT)) == ""


def test_terminals_are_not_acted_upon():
    text = 'a: "\\e[2J"\nb: c\td\n'
    found = [Finding("E900", "a", "bad \x1b[2J"), Finding("E900", "b", "tab", "hint\x07")]
    printed = format_findings(found, from_text(text))
    assert not set(printed) & {"\x1b", "\x07", "\t"}


def test_without_source_the_path_is_shown():
    assert format_findings([Finding("E401", "fabrics/x", "bad", "mend it")], None) == (
        "fabrics/x: error[E401]: bad\n   = help: mend it   (easterly explain E401)"
    )
    placed = Finding("E401", "fabrics/x", "bad", line=3, column=4, file="f.yaml")
    assert format_findings([placed], None).startswith("f.yaml:3:4: error[E401]: bad")


def test_help_without_words_is_the_command_itself():
    bare, said = (format_findings([Finding("E900", "a", "bad", hint)], None) for hint in ("", "mend it"))
    assert bare.splitlines()[-1].strip() == "= help: easterly explain E900"
    assert said.splitlines()[-1].strip() == "= help: mend it   (easterly explain E900)"
