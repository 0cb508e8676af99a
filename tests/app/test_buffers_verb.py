"""``easterly buffers``, as its users type it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from tests.study.test_buffers import SITE

from easterly.app.buffering.page import value
from easterly.app.cli import main
from easterly.study.buffers import search


@pytest.fixture
def site(tmp_path):
    path = tmp_path / "site.yaml"
    path.write_text(SITE % "12MB")
    return path


def run(*words):
    return CliRunner().invoke(main, ["buffers", *map(str, words)])


def test_a_class_is_tried_and_a_setting_found(site):
    words = (site, "--class", "storage", "--senders", 8, "--bytes", "200kB", "--latency", "60us")
    found = json.loads(run(*words, "--format", "json").stdout)["result"]
    assert found["target"] == {"loss": 0.0, "wait_s": 60e-6}
    meeting = next(each for each in found["meetings"] if "leaf-down" in each["group"])
    assert (meeting["class"], meeting["senders"], meeting["transport"]) == ("storage", 8, "dctcp")
    assert meeting["bound_s"] <= meeting["best"]["last_s"]
    assert {trial["knob"] for trial in meeting["sweep"]} >= {"Kmin and Kmax", "alpha", "shared memory"}
    said = run(*words).stdout
    assert "as planned" in said and "none can end before" in said
    for chosen in meeting["chosen"]:
        assert f"{chosen['knob']} {value(chosen)}" in said


def test_the_same_twice(site):
    words = (site, "--class", "storage", "--senders", 4, "--bytes", "20kB", "--format", "json")
    assert run(*words).stdout == run(*words).stdout


def test_nobody_meets(site):
    alone = run(site)
    assert alone.exit_code == 2 and "say how many with --senders" in alone.stderr
    told = json.loads(run(site, "--format", "json").stdout)
    assert told["result"] is None and "no senders meet" in told["findings"][0]["message"]


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_was_tried_before_it_was_stopped_is_kept(site, form, monkeypatch):
    once, real = [], search.choose

    def choose(*words, **more):
        if once:
            raise KeyboardInterrupt
        once.append(1)
        return real(*words, **more)

    monkeypatch.setattr("easterly.study.buffers.choose", choose)
    found = run(site, "--class", "storage", "--senders", 4, "--bytes", "20kB", "--format", form)
    assert found.exit_code == 1
    if form == "json":
        made = json.loads(found.stdout)["result"]
        assert (made["complete"], len(made["meetings"])) == (False, 1) and made["wanted"] > 1
    else:
        assert "as planned" in found.stdout and "Stopped: 1 of" in found.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--class", "storge"], "no class 'storge'"),
        (["--group", "leaf"], "no group 'leaf'"),
        (["--transport", "storage"], "is not CLASS=NAME"),
        (["--transport", "storage=vegas", "--senders", 2], "no transport 'vegas'"),
        (["--transport", "stor=cubic"], "stor"),
        (["--latency", "5"], "--latency"),
        (["--bytes", "0B"], "not between 1B and 1GB"),
        (["--loss", "5"], "--loss"),
    ],
)
def test_what_is_no_option_is_told(site, words, said):
    found = run(site, *words)
    assert found.exit_code == 2 and said in found.output
    assert "Traceback" not in found.output
