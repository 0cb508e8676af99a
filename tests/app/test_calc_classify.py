"""``easterly calc classify``, as its users type it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from easterly.app.cli import main

RULES = """\
# storage first
class storage src 10.0.0.0/8 dst any proto tcp dport 4791 dscp af41
permit low dst 10.0.0.0/9
permit high dst 10.128.0.0/9
deny ten dst 10.0.0.0/8
deny six dst 2001:db8::/32 proto udp sport 1-65534
"""
PACKETS = """\
src 10.0.0.1 dst 10.200.0.1 proto tcp dport 4791 dscp 34
src 10.0.0.1 dst 10.200.0.1 proto tcp dport 4791
src 2001:db8::1 dst 2001:db8::2 proto udp sport 1
src 192.0.2.1 dst 192.0.2.2
"""


def run(folder: Path, rules: str | bytes, packets: str | bytes | None, *more: str) -> Result:
    words = ["calc", "classify", "--rules", str(folder / "rules")]
    for name, data in (("rules", rules), ("packets", packets)):
        if data is not None:
            (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    if packets is not None:
        words += ["--packets", str(folder / "packets")]
    result = CliRunner().invoke(main, [*words, *more])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_the_answer(tmp_path):
    result = run(tmp_path, RULES, PACKETS, "--format", "json")
    assert result.exit_code == 0
    made = json.loads(result.stdout)["result"]
    assert [each and each["line"] for each in made["matches"]] == [2, 4, 6, None]
    assert made["matches"][0] == {"line": 2, "rule": "storage", "effect": "class storage"}
    assert made["counts"] == [1, 0, 1, 0, 1] and made["unmatched"] == 1
    assert made["effects"] == {"class storage": 1, "permit": 1, "deny": 1}
    assert made["tcam"] == {"entries": 34, "fenced_entries": 19, "per_rule": [1, 1, 1, 1, 30]}
    assert made["shadowed"] == [{"line": 5, "rule": "ten", "by": [3, 4]}]
    assert made["redundant"] == [] and made["removable"] == [5] and made["undecided"] == []


def test_text_names_lines(tmp_path):
    shown = run(tmp_path, RULES, PACKETS).stdout
    assert "34" in shown and "line 5: ten is never hit: its packets are held by lines 3, 4" in shown
    assert "unmatched" not in run(tmp_path, RULES, None).stdout
    few = run(tmp_path, RULES, None, "--work", "1").stdout
    assert "undecided; allow more --work" in few


def test_a_default_makes_rules_redundant(tmp_path):
    result = run(tmp_path, RULES, None, "--default", "deny", "--format", "json")
    assert [each["line"] for each in json.loads(result.stdout)["result"]["redundant"]] == [6]


def test_faults_are_located(tmp_path):
    result = run(tmp_path, "class a\nclass b dscp 64\n", PACKETS)
    assert result.exit_code == 1 and f"{tmp_path / 'rules'}:2:14: error[E122]" in result.stderr
    assert "easterly explain E122" in result.stderr
    result = run(tmp_path, RULES, "src 1.1.1.1", "--format", "json")
    [found] = json.loads(result.stdout)["findings"]
    assert (found["code"], found["line"], found["column"]) == ("E122", 1, 1)
    assert run(tmp_path, b"\xff\xfe", PACKETS).exit_code == 1
    missing = CliRunner().invoke(main, ["calc", "classify", "--rules", str(tmp_path / "none")])
    assert missing.exit_code == 2 and "cannot be read" in missing.stderr


@pytest.mark.parametrize("nothing", ["", "\n\n", "# a remark\n"])
def test_files_that_say_nothing_are_refused(tmp_path, nothing):
    """An empty file is never what was meant: `marker` refuses it in the same words."""
    for rules, packets, what in ((nothing, PACKETS, "rules"), (RULES, nothing, "packets")):
        result = run(tmp_path, rules, packets)
        assert result.exit_code == 1
        assert f"{tmp_path / what}: error[E133]: the file has no {what}" in result.stderr
        [found] = json.loads(run(tmp_path, rules, packets, "--format", "json").stdout)["findings"]
        assert found["code"] == "E133"


def test_an_empty_default_is_refused(tmp_path):
    result = run(tmp_path, RULES, None, "--default", " ")
    assert result.exit_code == 2
    assert "--default is empty" in result.stderr


def test_many_faults_are_counted(tmp_path):
    result = run(tmp_path, "class a dscp 64\n" * 30, PACKETS)
    assert result.stderr.count("error[E122]") == 20
    assert "and 10 more" in result.stderr
    assert "1 rule, " in run(tmp_path, "class a dscp 6\n", PACKETS).stdout


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.binary(max_size=200), st.sampled_from(["text", "json"]))
def test_any_bytes_are_answered(tmp_path, rules, packets, form):
    """Never a traceback, whatever the files hold."""
    assert run(tmp_path, rules, PACKETS, "--format", form).exit_code in (0, 1)
    assert run(tmp_path, RULES, packets, "--format", form).exit_code in (0, 1)


@pytest.mark.parametrize("folder", [True, False])
def test_what_is_no_file(tmp_path, folder):
    at = tmp_path if folder else tmp_path / "no\0name"
    result = CliRunner().invoke(main, ["calc", "classify", "--rules", str(at)])
    assert result.exit_code == 2 and "Traceback" not in result.output
