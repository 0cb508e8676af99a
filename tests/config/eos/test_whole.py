"""Whole files of EOS against Arista's own renderer, as `easterly render` has them checked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from click.testing import CliRunner
from tests.address.sites import POOLS, fabric, site
from tests.config.underlays import TINY, VARIANTS, grand
from tests.config.vendors.test_complete import fenced

from easterly import config
from easterly.app.commands.render import command
from easterly.config.eos.avd import check
from easterly.model.outcome import Artifact, DeviceConfigs
from easterly.study.nouns import Nouns
from easterly.study.rendering import rendered, structures

pytest.importorskip("pyavd", reason="pyavd, Arista's renderer, is not installed (pip install pyavd)")


def of(spec):
    nouns = Nouns(spec)
    files = [file for file in rendered(nouns, ["eos"])["eos"] if file.dialect == "eos"]
    return files, structures(nouns, ["eos"])


@pytest.mark.no_cover
def test_whole_files_of_tenants_and_classes_are_as_arista_writes_them():
    files, facts = of(fenced())
    said = config.validate(DeviceConfigs(tuple(files)), everything=True, structures=facts)
    assert len(said) == len(files) == 8
    assert [(v.path, v.output) for v in said if not v.ok] == []
    assert {v.validator.partition(" (")[2] for v in said} == {"schema, and lines)"}


@pytest.mark.no_cover
@pytest.mark.parametrize("variant", VARIANTS)
def test_what_the_data_model_has_no_words_for_is_told(variant):
    files, facts = of(grand(variant))
    one = next(file for file in files if "spine" in file.device)
    found = check.checker(facts)
    said = found.check(one)
    assert said.ok, said.output
    assert ("that the data model has not" in said.validator) == (not variant.startswith("bgp"))


@pytest.mark.no_cover
@pytest.mark.parametrize(("variant", "family"), [("ospf", 6), ("ospf-unnumbered", 4), ("bgp-unnumbered", 4)])
def test_one_family_of_addresses_is_as_arista_writes_it(variant, family):
    pools = {name: pool for name, pool in POOLS.items() if (":" in pool) == (family == 6)}
    files, facts = of(site({"train": fabric(count=4, underlay=VARIANTS[variant], **TINY)}, pools))
    said = check.checker(facts).check(files[0])
    assert said.ok, said.output


@pytest.mark.parametrize(("old", "new", "why"), [
    ("   bandwidth percent", "   bandwidth-percent", "is not what Arista writes"),
    ("permit ip", "permit ipv4", "is not what Arista writes"),
    ("router-id ", "!outer-id ", "is what Arista writes, and lacks"),
])  # fmt: skip
def test_other_lines_are_refused(old, new, why):
    files, facts = of(fenced())
    file = next(file for file in files if old in file.text)
    found = check.checker(facts)
    said = found.check(replace(file, text=file.text.replace(old, new)))
    assert said.ok is False and why in said.output


def test_facts_that_the_schema_refuses_are_told():
    files, facts = of(fenced())
    file = files[0]
    wrong = {file.path: lambda: {**facts[file.path](), "router_bgp": {"as": "1", "maximum_paths": {"paths": 9999}}}}
    said = check.checker(wrong).check(file)
    assert said.ok is False and "9999" in said.output


def test_without_facts_or_pyavd_nothing_is_called_good(monkeypatch):
    assert check.checker({}) is None
    monkeypatch.setattr(check, "find_spec", lambda name: None)
    assert check.checker({"eos/a.cfg": dict}) is None
    [said] = config.validate(DeviceConfigs((Artifact("eos/a.cfg", "hostname a\n", "a", "eos", "eos leaf"),)))
    assert (said.validator, said.ok) == ("not validated", None)


@pytest.mark.no_cover
def test_render_says_what_checked_eos(tmp_path):
    site = tmp_path / "site.yaml"
    site.write_text(
        "version: 1\nsite: {name: s}\nhardware:\n  switches: {sw: {ports: 8, rate: 100Gb/s, os: eos}}\n"
        "  hosts: {gpu: {gpus: 2, nics: 2, nic_rate: 100Gb/s, gpu: h100-sxm}}\n"
        "fabrics:\n  t: {blueprint: leaf-spine, hosts: {type: gpu, count: 2}, leaf: {type: sw, down: 4, up: 2},"
        " spine: {type: sw}}\naddressing: {pools: {fabric: 10.0.0.0/16, loopback: 10.1.0.0/24}}\n"
    )  # fmt: skip
    done = CliRunner().invoke(command, [str(site), "--target", "eos"])
    assert done.exit_code == 0, done.output
    assert "pyavd" in done.output and "(schema, and lines)" in done.output
