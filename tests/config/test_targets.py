"""Targets: names, what a plan has without them, labels, and that no file holds a secret."""

from __future__ import annotations

import csv
import io
from collections import Counter

import pytest
from tests.config.rendered import everything, whole
from tests.config.switches.plans import running

from easterly import config
from easterly.config.secrets import exposed, secrets
from easterly.model.outcome import Artifact, DeviceConfigs
from easterly.study.nouns import Nouns
from easterly.study.rendering import rendered, sources


def test_targets_come_in_their_order_each_once():
    assert config.chosen(["labels", "frr", "frr"]) == ("frr", "labels")
    assert config.chosen(["all"]) == tuple(config.TARGETS) == config.chosen(["all", "frr"])
    with pytest.raises(ValueError, match="no target 'frrr': did you mean frr"):
        config.chosen(["frrr"])


def test_all_targets_hold_the_files_of_the_plan_byte_for_byte():
    nouns = Nouns(everything())
    files = {file.path: file for found in rendered(nouns, ["all"]).values() for file in found}
    plan = nouns.configs.value.artifacts
    assert [files[file.path] for file in plan] == list(plan)
    assert "labels.csv" not in {file.path for file in plan}


def test_one_call_renders_some_targets():
    given = sources(Nouns(everything()))
    parts = (given.site, given.network, given.address, given.qos, given.work, given.bill)
    made = config.render(*parts, targets=["nccl", "labels"])
    assert [file.path for file in made.artifacts] == sorted(file.path for file in made.artifacts)
    assert {file.path for file in made.artifacts} >= {"linux/job-j.env", "labels.csv", "cables.csv"}
    assert not any(file.dialect == "frr" for file in made.artifacts)


@pytest.mark.parametrize("system", ["linux", "eos"])
def test_no_two_targets_write_different_files_of_one_name(system):
    """Else the folder depends on the order of targets, and a check of one of them finds what another one wrote."""
    written: dict[str, str] = {}
    files = [file for found in rendered(Nouns(running(everything(), system)), ["all"]).values() for file in found]
    assert all(written.setdefault(file.path, file.text) == file.text for file in files)
    sheets = {file.path for file in files if file.path.endswith("qos-sheet.csv")}
    assert len(sheets) == (5 if system == "linux" else 4)


def test_every_cable_has_a_label_at_both_ends():
    network, _, configs = whole()
    [file] = [f for f in rendered(Nouns(everything()), ["labels"])["labels"] if f.path == "labels.csv"]
    labels = list(csv.DictReader(io.StringIO(file.text)))
    cables = list(csv.DictReader(io.StringIO(next(f.text for f in configs.artifacts if f.path == "cables.csv"))))
    assert len(labels) == 2 * len(cables) == 2 * len(network.cables)
    wanted = Counter()
    for row in cables:
        a, b = f"{row['a_device']}:{row['a_port']}", f"{row['b_device']}:{row['b_port']}"
        wanted.update([(row["cable"], "A", a, b), (row["cable"], "B", b, a)])
    assert Counter((r["cable"], r["end"], r["here"], r["there"]) for r in labels) == wanted
    for row in labels:
        assert row["line_1"].endswith(f"{row['end']} {row['here']}") and row["line_2"] == f"to {row['there']}"
    assert len({r["line_1"] for r in labels}) == len(labels)


def test_no_rendered_file_holds_a_secret():
    files = [file for found in rendered(Nouns(everything()), ["all"]).values() for file in found]
    assert len(files) > 40 and exposed(files) == ()


KEY = "-----BEGIN EC " + "PRIVATE KEY-----"


@pytest.mark.parametrize("text, what", [
    (f"x\n{KEY}\n", "private key"),
    (" neighbor 10.0.0.1 password tiger\n", "password"),
    ("password: hunter2\n", "password"),
    ("ip ospf message-digest-key 1 md5 tiger\n", "password"),
    ('authentication-key "x1";\n', "password"),
    ("snmp-server community public\n", "password"),
    ("Authorization: Bearer 0123456789abcdef0123\n", "token"),
    ("user:$6$abcdefgh$0123456789\n", "hashed"),
    ("url = https://me:mine@10.0.0.1/\n", "credentials"),
    ("apiVersion: v1\nkind: Secret\n", "Secret"),
    ("id = AKIA" + "ABCDEFGHIJKLMNOP\n", "access key"),
])  # fmt: skip
def test_secrets_are_seen_and_not_repeated(text, what):
    [found] = exposed([Artifact("a/b", text, "", "x", "x")])
    assert found.code == "E923" and what in found.message and found.message.startswith("a/b:")
    assert not any(word in found.message for word in ("tiger", "hunter2", "mine", "0123"))


@pytest.mark.parametrize("text", [
    "ssl_certificate_key /etc/key.pem;\n", "password $PASSWORD\n", "password: ${PASSWORD}\n", "# no password here\n",
    "key-string file:/etc/key\n", "psk /etc/psk\n", "set metric 1\n",
])  # fmt: skip
def test_references_are_no_secrets(text):
    assert list(secrets(text)) == []


def test_files_are_the_same_every_time():
    first, second = (rendered(Nouns(everything()), ["all"]) for _ in range(2))
    assert first == second and config.validate(DeviceConfigs(())) == ()
