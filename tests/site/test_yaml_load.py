"""From text to the noun Site, or to everything that is wrong."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from easterly.base.findings import FindingsError, Severity
from easterly.site import checks, format_findings, load, load_text, locate, parse, read_source, source
from easterly.site.source import decode, from_text

GOOD = """\
version: 1
site: {name: east1}
hardware:
  switches: {sw64: {ports: 64, rate: 400Gb/s}}
  hosts: {dgx: {gpus: 8, nics: 8, nic_rate: 400Gb/s, scaleup: 3.6Tb/s}}
fabrics:
  train:
    blueprint: leaf-spine
    hosts: {type: dgx, count: 8}
    leaf: {type: sw64, down: 32, up: 32}
    spine: {type: sw64}
tenants: {acme: {vrf: true, share: 40%}}
classes: {bulk: {dscp: 0, share: rest}}
jobs: {pre: {tenant: acme, fabric: train, class: bulk, model: llama3-8b, parallel: {tp: 8, dp: 8}, batch: 64}}
intents: {fast: {job: pre, step_time: {max: 30s}}}
"""


def findings(text):
    with pytest.raises(FindingsError) as caught:
        load_text(text)
    return caught.value.findings


def found(text):
    return [(finding.code, finding.at) for finding in findings(text)]


def changed(old, new):
    assert old in GOOD
    return GOOD.replace(old, new)


def test_a_good_file_loads(tmp_path):
    path = tmp_path / "good.yaml"
    path.write_text(GOOD, encoding="utf-8")
    loaded = load(path)
    assert loaded.notes == () and loaded.source.name == str(path)
    assert loaded.site == load_text(GOOD).site
    assert loaded.site.jobs["pre"].origin == "jobs/pre"
    assert loaded.site.hardware.hosts["dgx"].nic_rate == 4e11


def test_order_of_keys_changes_nothing():
    lines = GOOD.splitlines()
    blocks = [lines[0:2], lines[2:5], lines[5:11], *([line] for line in lines[11:])]
    assert load_text("\n".join(line for block in reversed(blocks) for line in block)).site == load_text(GOOD).site


def test_unreadable_files_are_left_to_the_caller(tmp_path):
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(OSError, match=r"No such file|directory"):
            read_source(path)


def test_source_is_at_hand_when_parsing_failed(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("version: 1\nsite: {name: 7}\nfabrics: {}\n")
    text = read_source(path)
    with pytest.raises(FindingsError) as caught:
        parse(text)
    assert "name: 7" in format_findings(caught.value.findings, text)
    assert locate(caught.value.findings, text) == caught.value.findings
    assert repr(text).count("\n") == 0


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("dscp: 0", "dscp: 0, dscpp: 1", [("E201", "classes/bulk/dscpp")]),
        ("dscp: 0", "dspc: 0", [("E201", "classes/bulk/dspc")]),
        ("dscp: 0, ", "", [("E202", "classes/bulk")]),
        ("blueprint: leaf-spine", "blueprint: [x]", [("E204", "fabrics/train/blueprint")]),
        ("count: 8", "count: 8.0", [("E203", "fabrics/train/hosts/count")]),
        ("count: 8", "count: true", [("E203", "fabrics/train/hosts/count")]),
        ("count: 8", "count: .inf", [("E203", "fabrics/train/hosts/count")]),
        ("model: llama3-8b", "model: 7", [("E203", "jobs/pre/model")]),
        ("model: llama3-8b", "model: {}", [("E202", "jobs/pre/model")]),
        ("llama3-8b", "{params: .inf, layers: 1, hidden: 1, heads: 1}", [("E206", "jobs/pre/model/params")]),
        ("share: rest", "share: best", [("E316", "classes/bulk/share")]),
        ("share: rest", "share: [rest]", [("E316", "classes/bulk/share")]),
        ("share: rest", "share: rest, ecn: on", [("E204", "classes/bulk/ecn")]),
        ("share: 40%", "share: 40", [("E305", "tenants/acme/share")]),
        ("acme: {vrf: true, share: 40%}", "acme: text", [("E203", "tenants/acme")]),
        ("tenants: {acme: {vrf: true, share: 40%}}", "tenants: [acme]", [("E203", "tenants")]),
        ("{job: pre, step_time: {max: 30s}}", "{job: pre}", [("E210", "intents/fast")]),
        ("version: 1", "version: 1.5", [("E207", "version")]),
        ("version: 1", "version: 1.0", [("E207", "version")]),
        ("version: 1", "version: true", [("E207", "version")]),
        ("version: 1", 'version: "1"', [("E207", "version")]),
        ("acme:", "1acme:", [("E205", "tenants/1acme")]),
        ("name: east1", "name: ''", [("E205", "site/name")]),
        ("ports: 64", "ports: *x", [("E110", "hardware/switches/sw64/ports")]),
        ("share: rest", "share: *x", [("E110", "classes/bulk/share")]),
        ("{max: 30s}", "{amax: 30s}", [("E201", "intents/fast/step_time/amax")]),
        ("{max: 30s}", "{}", [("E202", "intents/fast/step_time")]),
        ("30s", "30", [("E305", "intents/fast/step_time/max")]),
    ],
)  # fmt: skip
def test_one_mistake_is_one_finding(old, new, expected):
    assert found(changed(old, new)) == expected


def test_many_mistakes_are_found_at_once_in_file_order():
    text = changed("ports: 64", "prots: 64").replace("up: 32", "up: -1").replace("dscp: 0", "dscp: 64")
    text = text.replace("batch: 64", "batch: 64, batch: 65").replace("30s", "30 sec")
    assert [code for code, _ in found(text)] == ["E201", "E206", "E206", "E109", "E314"]
    lines = [finding.line for finding in findings(text)]
    assert lines == sorted(lines) and all(finding.file == "site.yaml" for finding in findings(text))


def test_unreadable_values_do_not_hide_other_findings():
    assert found(changed("ports: 64", "ports: *x").replace("dscp: 0", "dscp: 64")) == [
        ("E110", "hardware/switches/sw64/ports"), ("E206", "classes/bulk/dscp"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("dscp: 0", "dscpp: 0", "did you mean dscp?"), ("leaf-spine", "leafspine", "did you mean leaf-spine?"),
        ("vrf: true", "vrf: on", "did you mean true?"), ("vrf: true", "vrf: no", "did you mean false?"),
        ("tenant: acme", "tenant: 12", 'put it in quotes: "12"'),
        ("ports: 64", "ports: '64'", "write it without quotes"),
        ("name: east1", "name: east one", "did you mean east-one?"), ("batch: 64", "batch: ", "write a value"),
        ("batch: 64", "", "(Sequences per optimiser step)"), ("rate: 400Gb/s", "rate: 400Gx", "did you mean 400Gb/s?"),
    ],
)  # fmt: skip
def test_hints(old, new, hint):
    assert hint in findings(changed(old, new))[0].hint


def test_rates_in_bytes_are_noted_wherever_they_stand():
    text = changed("scaleup: 3.6Tb/s", "scaleup: 450GB/s, memory: 80GB").replace("up: 32}", "up: 32, up_rate: 50 GBps}")
    text += "wan: {links: {l: {a: train, b: far, rate: 50GB/s, delay: 1ms}}, sites: {far: {}}}\n"
    loaded = load_text(text)
    assert [(n.code, n.at, n.severity) for n in loaded.notes] == [
        ("E319", "hardware/hosts/dgx/scaleup", Severity.NOTE), ("E319", "fabrics/train/leaf/up_rate", Severity.NOTE),
        ("E319", "wan/links/l/rate", Severity.NOTE),
    ]  # fmt: skip
    assert loaded.site.wan.links["l"].rate == loaded.site.fabrics["train"].leaf.up_rate == 4e11
    assert "400Gb/s" in loaded.notes[1].message


def test_notes_walk_every_kind_of_value():
    text = changed("model: llama3-8b", "model: {params: 8e9, layers: 32, hidden: 4096, heads: 32}")
    graph = (
        "  g: {blueprint: graph, nodes: {a: {type: sw64}, b: {type: sw64}}, links: {x: {a: a, b: b, rate: 1GB/s}}}\n"
    )
    loaded = load_text(text.replace("tenants:", f"{graph}tenants:"))
    assert [note.at for note in loaded.notes] == ["fabrics/g/links/x/rate"]


def test_text_of_other_fields_may_look_like_a_rate():
    assert load_text(changed("model: llama3-8b", "model: 5GB/s")).notes == ()


def test_a_byte_order_mark_is_a_warning():
    loaded = load_text("\ufeff" + GOOD)
    assert [(n.code, n.severity) for n in loaded.notes] == [("E103", Severity.WARNING)]
    assert findings("\ufeffversion: 1\nsite: 1\nfabrics: {}")[0].code == "E103"


def test_bytes_that_are_no_text_are_refused():
    for data, column in ((b"version: 1\na: \xff", 4), (b"\xff\xfev\x00", 1), ("é: ".encode() + b"\xe9", 4)):
        with pytest.raises(FindingsError) as caught:
            parse(decode(data))
        assert [(f.code, f.column) for f in caught.value.findings] == [("E102", column)]


def test_large_files_are_refused(monkeypatch):
    monkeypatch.setattr(source, "LARGEST_B", len(GOOD))
    assert load_text(GOOD).site
    for make in (lambda: load_text(GOOD + " "), lambda: parse(decode(GOOD.encode() + b" "))):
        with pytest.raises(FindingsError) as caught:
            make()
        assert [f.code for f in caught.value.findings] == ["E104"]


def test_files_that_are_no_map():
    for text in ("", "# remark", "~", "- a", "text", "--- \n..."):
        assert [code for code, _ in found(text)] == ["E108"]
    assert [code for code, _ in found("*a")] == ["E110"]


ALPHABET = st.sampled_from(
    [*"abv1:{}[]&*!|>-'\"%@`#,? \n\t\\<~.\r\0\x85\ufeff\ud800é風", "version: 1\n", "<<: ", "*a", "&a "]
)


@settings(max_examples=20)
@given(st.text() | st.lists(ALPHABET, max_size=30).map("".join))
@example("? - \n")
@example('"\\ud800"')
@example("%YAML 9.9\n---\n")
@example("a: !<tag:yaml.org,2002:int> x")
@example("!!map [a]")
@example("a: |9999999999999\n b")
@example("&a [*a, &a x]")
def test_any_text_gives_findings_or_a_site(text):
    with pytest.raises(FindingsError) as caught:
        load_text(text)
    assert all(finding.line and finding.column for finding in caught.value.findings)
    assert format_findings(caught.value.findings, from_text(text))


@given(st.binary(max_size=60))
def test_any_bytes_give_findings(data):
    with pytest.raises(FindingsError):
        parse(decode(data))


@settings(max_examples=20)
@given(st.integers(0, len(GOOD) - 1), st.integers(0, 12), st.lists(ALPHABET, max_size=4).map("".join))
def test_any_edit_of_a_good_file_gives_findings_or_a_site(start, length, put):
    text = GOOD[:start] + put + GOOD[start + length :]
    try:
        site = load_text(text).site
    except FindingsError as error:
        assert error.findings and all(f.line for f in error.findings)
    else:
        for entry in (checks.known_names, checks.catalog_names, checks.used_names, checks.shared_names):
            assert all(finding.at for finding in entry(site))


VALUES = st.recursive(
    st.sampled_from(["~", "7", "-1", "1.5", "on", "true", ".nan", "40%", "400Gb/s", "rest", "''", "x y"]),
    lambda inner: (
        st.lists(inner, max_size=2).map(lambda v: f"[{', '.join(v)}]")
        | st.dictionaries(st.sampled_from(["a", "type", "max", "tp"]), inner, max_size=2).map(
            lambda v: "{" + ", ".join(f"{k}: {i}" for k, i in v.items()) + "}"
        )
    ),
    max_leaves=4,
)
SPOTS = sorted({part.strip(" {}") for line in GOOD.splitlines() for part in line.split(", ") if ": " in part} - {""})


@settings(max_examples=20)
@given(st.sampled_from([spot.split(": ")[-1].rstrip("}") for spot in SPOTS]), VALUES)
def test_any_value_anywhere_gives_placed_findings(old, value):
    try:
        load_text(GOOD.replace(f": {old}", f": {value}", 1))
    except FindingsError as error:
        assert all(f.line and f.message and f.code[0] == "E" for f in error.findings)
