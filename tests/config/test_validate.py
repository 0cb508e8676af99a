"""FRR's own checkers: they pass what is rendered, and they catch what is broken."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests.config.rendered import changed, text_of, whole
from tests.lab import require

from easterly.config import running, validate
from easterly.config.frr import check
from easterly.config.linux import check as netplan
from easterly.model.outcome import DeviceConfigs

LEAF, SPINE = "frr/train-rail0-leaf-0.conf", "frr/train-spine-0.conf"


@pytest.fixture
def frr_here():
    require("vtysh")
    require("bgpd")
    check.checker.cache_clear()


def clear() -> None:
    check.checker.cache_clear()
    netplan.checker.cache_clear()


def only(configs: DeviceConfigs, path: str) -> DeviceConfigs:
    return DeviceConfigs(tuple(file for file in configs.artifacts if file.path == path))


@pytest.mark.lab
def test_frr_takes_every_template(frr_here):
    said = [v for v in validate(whole()[2]) if v.validator.startswith("FRR")]
    templates = {file.template for file in whole()[2].artifacts if file.dialect == "frr"}
    assert len(said) == len(templates) == 3
    assert [(v.path, v.output) for v in said if not v.ok] == []
    assert {v.validator for v in said} == {said[0].validator} and "bgpd -C" in said[0].validator


@pytest.mark.lab
@pytest.mark.parametrize("old, new, word", [
    ("maximum-paths 64", "maximum-pathes 64", "Unknown command"),
    ("remote-as", "remote-ass", "Unknown command"),
    ("ip address 10.64.128.0/31", "ip address 10.64.128.0/33", "Unknown command"),
    ("route-target import 64512:", "route-target import ", ""),
    ("router bgp 42", "router bgp 99999999942", ""),
])  # fmt: skip
def test_mistakes_are_caught(frr_here, old, new, word):
    [said] = validate(only(changed(whole()[2], LEAF, old, new), LEAF))
    assert said.ok is False
    assert word in said.output and said.output
    assert "/tmp" not in said.output


@pytest.mark.lab
def test_what_only_bgpd_sees_is_caught(frr_here):
    """``vtysh -C`` takes a neighbour that has no AS number; bgpd does not, and exits with 0 all the same."""
    text = text_of(whole()[2], LEAF)
    line = next(x for x in text.splitlines() if "remote-as" in x)
    address = line.split()[1]
    mended = text.replace(f"{line}\n", "").replace(f" neighbor {address} peer-group FABRIC4\n", "")
    broken = changed(whole()[2], LEAF, text, mended)
    [said] = validate(only(broken, LEAF))
    assert said.ok is False and "remote-as or peer-group" in said.output


@pytest.mark.lab
def test_all_files_on_request_with_progress(frr_here):
    paths = ["cables.csv", LEAF, "frr/train-rail0-leaf-1.conf", SPINE]
    few = DeviceConfigs(tuple(file for file in whole()[2].artifacts if file.path in paths))
    seen: list[tuple[int, int]] = []
    said = validate(few, everything=True, progress=lambda done, of: seen.append((done, of)))
    assert [v.path for v in said] == paths
    assert [v.ok for v in said] == [None, True, True, True]
    assert seen == [(i, len(said)) for i in range(1, len(said) + 1)]


def test_without_frr_nothing_is_called_good(monkeypatch):
    monkeypatch.setattr(check.shutil, "which", lambda *args, **kwargs: None)
    monkeypatch.setattr(netplan, "PLACES", ())
    clear()
    said = validate(whole()[2])
    clear()
    assert {(v.validator, v.ok) for v in said} == {("not validated", None)}


def test_vtysh_alone_is_named_alone(monkeypatch):
    monkeypatch.setattr(check.shutil, "which", lambda name, **kwargs: "/bin/vtysh" if name == "vtysh" else None)
    monkeypatch.setattr(
        check, "run", lambda command, *told: subprocess.CompletedProcess(command, 0, "vtysh version 9.1\n", "")
    )
    check.checker.cache_clear()
    said = validate(only(whole()[2], LEAF))
    check.checker.cache_clear()
    assert [(v.validator, v.ok, v.output) for v in said] == [("FRR 9.1 (vtysh -C)", True, "")]


def test_a_checker_that_does_not_answer_is_no_praise(monkeypatch):
    def hang(command, **kwargs):
        raise subprocess.TimeoutExpired(command, 20)

    monkeypatch.setattr(running.subprocess, "Popen", hang)
    said = check.Checker("/bin/vtysh", "/bin/bgpd", "FRR").check(only(whole()[2], LEAF).artifacts[0])
    assert said.ok is False and said.output == "vtysh did not answer: TimeoutExpired"


def test_a_daemon_that_fails_without_a_word_is_no_praise(monkeypatch):
    def run(command, *told):
        return subprocess.CompletedProcess(command, 0 if "vtysh" in command[0] else 3, "", "")

    monkeypatch.setattr(check, "run", run)
    said = check.Checker("/bin/vtysh", "/bin/bgpd", "FRR").check(only(whole()[2], LEAF).artifacts[0])
    assert (said.ok, said.output) == (False, "bgpd exits 3")


STRICT = """#!{python}
import pathlib, sys, yaml
file = next(pathlib.Path(sys.argv[2]).rglob("*.yaml"))
assert file.stat().st_mode & 0o77 == 0
known = {{"version", "renderer", "ethernets", "bridges", "tunnels", "vrfs"}}
unknown = set(yaml.safe_load(file.read_text())["network"]) - known
sys.exit(f"{{file}}: unknown key {{min(unknown)}}" if unknown else 0)
"""


@pytest.mark.no_cover
def test_netplan_is_asked_about_hosts_and_switches_only(monkeypatch, tmp_path):
    """By a stand-in that knows netplan's top-level keys, called as netplan's generator is."""
    program = tmp_path / "generate"
    program.write_text(STRICT.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setattr(netplan, "PLACES", (str(tmp_path / "absent"), str(program)))
    clear()
    good = [v for v in validate(whole()[2]) if v.validator == "netplan generate"]
    path = "linux/train-host-0.yaml"
    [bad] = validate(only(changed(whole()[2], path, "renderer:", "rendererr:"), path))
    clear()
    assert {v.path for v in good} >= {path, "linux/train-rail0-leaf-0.yaml"} and all(
        v.path.endswith(".yaml") for v in good
    )
    assert [v.output for v in good if not v.ok] == []
    assert bad.ok is False and bad.output == "fabric.yaml: unknown key rendererr"


@pytest.mark.lab
def test_the_real_netplan_takes_every_host_and_switch_and_refuses_a_misspelt_key():
    require("netplan")
    clear()
    path = "linux/train-host-0.yaml"
    good = [v for v in validate(whole()[2], everything=True) if v.validator == "netplan generate"]
    assert good and all(v.ok for v in good), [v.output for v in good if not v.ok]
    [bad] = validate(only(changed(whole()[2], path, "addresses:", "adresses:"), path))
    assert bad.ok is False and "adresses" in bad.output


def test_a_directory_that_an_earlier_process_left_is_no_fault_of_the_file(monkeypatch):
    """bgpd makes a directory for crash logs, named by its process number, and never removes it."""
    left = 'BGP: [ZG9QC-QRCJZ] failed to mkdir "/var/tmp/frr/bgpd.30110": File exists\n'
    monkeypatch.setattr(check, "run", lambda words, *told: subprocess.CompletedProcess(words, 0, "", left))
    file = next(a for a in whole()[2].artifacts if a.path == SPINE)
    assert check.Checker("vtysh", "bgpd", "FRR").check(file).ok
