"""Units of systemd-networkd: what netplan makes too, read back equal, and read by systemd-networkd itself."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.config.rendered import everything, text_of, whole
from tests.lab import absent, require

from easterly import config
from easterly.config import networkd
from easterly.config.linux.check import PLACES
from easterly.config.networkd.units import Unit
from easterly.model.outcome import DeviceConfigs
from easterly.study.nouns import Nouns
from easterly.study.rendering import rendered


@cache
def files():
    return rendered(Nouns(everything()), ["networkd"])["networkd"]


words = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,9}", fullmatch=True)
values = st.from_regex(r"[A-Za-z0-9:./]([A-Za-z0-9:./ ]{0,20}[A-Za-z0-9:./])?", fullmatch=True)
lines = st.lists(st.tuples(words, values), max_size=4).map(tuple)
units = st.builds(
    Unit, st.just("10-a.network"), words, st.lists(st.tuples(words, lines), min_size=1, max_size=4).map(tuple)
)


@given(units)
def test_what_is_rendered_is_read_back_equal(unit):
    assert networkd.parse(networkd.text(unit), unit.name) == unit


@pytest.mark.parametrize("text", ["Name=x\n", "[Match]\nName\n"])
def test_what_is_no_unit_is_refused(text):
    with pytest.raises(ValueError, match="is no key of a section"):
        networkd.parse(text)


TENANTS = ("acme", "beta")
KEPT = ("KeepConfiguration", "yes")
SAME = {("CriticalConnection", "true"): KEPT, ("KeepConfiguration", "true"): KEPT}
"""Of an older name, which stands in a section of its own; netplan writes it before 0.107, and the other since."""


def sections(text: str) -> Counter:
    """Sections by interface; the order of lines in one says nothing."""
    unit, found = networkd.parse(text), Counter()
    names = next(v for _, lines in unit.sections[:1] for k, v in lines if k == "Name").split()
    for name in names:
        for section, lines in unit.sections:
            own = {SAME.get(line, line) for line in lines if line[0] not in ("Name", "Scope")}
            if KEPT in own:  # wherever it stands
                found[name, "Network", frozenset({KEPT})] += 1
            if own - {KEPT}:
                found[name, section, frozenset(own - {KEPT})] += 1
    return found


@pytest.mark.parametrize("device", ["train-host-0", "train-rail0-leaf-0", "train-spine-0"])
def test_they_say_what_netplan_makes_of_its_own_file(device, tmp_path):
    """But for scopes of IPv6 routes, which netplan writes and networkd ignores with a warning; and for tables of
    tenants, of which netplan cannot say that they are optional, or kept."""
    generate = next((place for place in PLACES if Path(place).exists()), None) or require("netplan")
    source = tmp_path / "etc/netplan/a.yaml"
    source.parent.mkdir(parents=True)
    source.write_text(text_of(whole()[2], f"linux/{device}.yaml"))
    source.chmod(0o600)
    subprocess.run([generate, "--root-dir", str(tmp_path)], check=True, capture_output=True)
    theirs, ours = Counter(), Counter()
    for path in (tmp_path / "run/systemd/network").glob("*.net*"):
        theirs += sections(path.read_text())
    for file in files():
        if file.device == device:
            ours += sections(file.text)
    tables = {(name, section, frozenset({line})) for name in TENANTS
              for section, line in (("Network", KEPT), ("Link", ("RequiredForOnline", "no")))}  # fmt: skip
    tunnels = {key for key in ours - theirs if key[0].startswith("vx")}  # netplan repeats the MTU elsewhere
    assert ours and set(ours - theirs) <= tunnels | tables
    assert {k for k in theirs - ours if not k[0].startswith("vx") and k[1] != "Link"} == set()


def test_paths_are_those_of_the_machine_and_each_once():
    paths = [file.path for file in files()]
    assert len(set(paths)) == len(paths) and {path.count("/") for path in paths} == {2}
    assert {path.rpartition(".")[2] for path in paths} == {"network", "netdev"}


def one(template: str):
    return next(file for file in files() if template in file.path)


@pytest.mark.lab
def test_networkd_takes_every_template_and_refuses_mistakes():
    if os.geteuid() != 0:
        absent("namespaces need root")
    if not Path("/lib/systemd/systemd-networkd").exists():
        absent("systemd-networkd is not installed")
    said = config.validate(DeviceConfigs(files()))
    if any(v.ok is None for v in said):
        absent(said[0].output)
    assert [(v.path, v.output) for v in said if not v.ok] == [] and len(said) >= 8
    assert {v.validator.split()[0] for v in said} == {"systemd-networkd"}
    for path, old, new, word in (
        ("host-0/10-nic0.network", "Address=", "Adress=", "Adress"),
        ("host-0/10-nic0.network", "[Route]", "[Rout]", "Rout"),
        ("host-0/10-nic0.network", "Gateway=10.", "Gateway=1000.", "Gateway"),
        ("leaf-0/10-br-hosts.netdev", "STP=false", "STP=maybe", "STP"),
    ):  # fmt: skip
        file = one(path)
        assert old in file.text
        [bad] = config.validate(DeviceConfigs((replace(file, text=file.text.replace(old, new)),)))
        assert bad.ok is False and word in bad.output and "/tmp" not in bad.output
