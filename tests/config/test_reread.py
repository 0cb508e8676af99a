"""Rendered files that somebody edited: every edit is told, with its file and line, and so is what is wrong with it."""

from __future__ import annotations

import json
import random
import re
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.address.sites import POOLS, fabric, job, site
from tests.app.lab.sites import LEAVES, written
from tests.config.rendered import WAN

from easterly import config
from easterly.app.cli import main
from easterly.config.plain import faults
from easterly.config.policies import policies
from easterly.config.reread import MOST, differences
from easterly.model.outcome import Artifact
from easterly.study.nouns import Nouns
from easterly.study.rendering import rendered

SHARES = {"bulk": {"dscp": 26, "share": "60%"}, "rest": {"dscp": 0, "share": "rest"}}
FRONT = {"software": "haproxy", "server": "vllm", "weights": [100, 25]}
CHAT = {
    "class": "rest", "model": "llama3-8b", "mode": "aggregated", "tp": 2, "replicas": {"both": 2},
    "load": {"requests": "2/s", "prompt": 1000, "output": 200}, "slo": {"ttft": {"max": "2s"}, "itl": {"max": "50ms"}},
}  # fmt: skip
ROUTERS = ("frr", "bird", "eos", "nxos", "junos", "sonic")


@cache
def planned() -> tuple[Artifact, ...]:
    """Files of every target: a table, a border with a hand-over, two front ends."""
    own = fabric(count=8, underlay={"protocol": "ospf", "bfd": {"interval": "50ms"}})
    spec = site(
        {"train": own}, {**POOLS, "own": "10.99.0.0/20"}, tenants={"acme": {"vrf": True, "pool": "own"}}, wan=WAN,
        jobs={"j": job("acme", 4, parallel={"tp": 2, "dp": 2})}, classes=SHARES,
        services={"chat": {**CHAT, "front": FRONT}, "talk": {**CHAT, "front": {**FRONT, "software": "nginx"}}},
    )  # fmt: skip
    files = {f.path: f for made in rendered(Nouns(spec), ["all"]).values() for f in made}
    return tuple(files[path] for path in sorted(files))


@cache
def bare() -> tuple[Artifact, ...]:
    """Routers that speak BGP on every link."""
    made = rendered(Nouns(site({"train": fabric(count=8)})), ROUTERS)
    return tuple({f.path: f for files in made.values() for f in files}.values())


def edited(files: tuple[Artifact, ...], path: str, text: str):
    return config.reread(files, {**{f.path: f.text for f in files}, path: text})


def text_of(files: tuple[Artifact, ...], path: str) -> str:
    return next(f.text for f in files if f.path == path)


@pytest.mark.parametrize("files", [planned, bare])
def test_what_is_rendered_is_as_planned(files):
    assert config.reread(files(), {f.path: f.text for f in files()}) == ()
    said = [(f.path, x) for f in files() for told in (faults, policies) for x in told(f.dialect, f.text)]
    assert said == []


def meaningful(text: str) -> list[int]:
    return [i for i, line in enumerate(text.splitlines()) if line.strip() and line.strip()[0] not in "!#"]


def mutated(draw: random.Random, text: str) -> tuple[int, str]:
    """One line dropped, one number changed, or one word swapped; the row that was changed, from 1 on."""
    lines = text.splitlines(keepends=True)
    row = draw.choice(meaningful(text))
    words = list(re.finditer(r"[A-Za-z][\w-]+", lines[row]))
    digits = list(re.finditer(r"\d+", lines[row]))
    kind = draw.choice(["drop", *["number"] * bool(digits), *["swap"] * bool(words)])
    if kind == "drop":
        del lines[row]
    else:
        found = draw.choice(digits if kind == "number" else words)
        other = str(int(found[0]) + draw.choice([1, 7, 100])) if kind == "number" else draw.choice(text.split())
        lines[row] = lines[row][: found.start()] + other + lines[row][found.end() :]
    return row + 1, "".join(lines)


@pytest.mark.parametrize("folder", sorted({f.path.partition("/")[0] for f in planned() if "/" in f.path}))
def test_no_edit_goes_unnoticed_and_each_is_told_where_it_is(folder):
    draw = random.Random(folder)
    own = [f for f in planned() if f.path.startswith(f"{folder}/") and meaningful(f.text)]
    for _ in range(25):
        file = draw.choice(own)
        row, text = mutated(draw, file.text)
        if text == file.text:
            continue
        found = edited(planned(), file.path, text)
        near = [f for f in found if f.code == "E933" and f.file == file.path and abs(f.line - row) <= 2]
        assert near, (file.path, row, found)
        assert all(f.file and f.line for f in found), found


LOST = {
    "frr": (r" neighbor (10\S+) remote-as \d+\n", "", "E901 E902 E905"),
    "bird": (r"as \d+;", "as 77;", "E902"),
    "eos": (r"( neighbor 10\S+ remote-as) \d+", r"\1 77", "E902"),
    "nxos": (r"    remote-as \d+\n", "", "E902"),
    "junos": (r"peer-as \d+", "peer-as 77", "E902"),
    "sonic": (r'"asn": "\d+"', '"asn": "77"', "E902"),
}


@pytest.mark.parametrize("name", ROUTERS)
def test_an_as_that_is_missing_or_wrong_is_told_in_every_dialect(name):
    pattern, instead, codes = LOST[name]
    file = next(f for f in bare() if f.path.startswith(f"{name}/train-leaf-0.") and f.dialect == name)
    text, count = re.subn(pattern, instead, file.text, count=1)
    assert count == 1
    found = [f for f in edited(bare(), file.path, text) if f.code in codes.split()]
    assert found and all(f.file and f.line for f in found)


@pytest.mark.parametrize(
    ("path", "pattern"),
    [("frr/train-border-0.conf", r"^route-map OUTSIDE4 "), ("eos/train-border-0.cfg", r"^route-map OUTSIDE4 "),
     ("nxos/train-border-0.cfg", r"^route-map OUTSIDE4 "),
     ("junos/train-border-0.set", r"^set policy-options policy-statement OUTSIDE4 ")],
)  # fmt: skip
def test_a_policy_that_is_used_and_not_there_is_told_at_its_use(path, pattern):
    lines = [line for line in text_of(planned(), path).splitlines() if not re.match(pattern, line)]
    assert len(lines) < text_of(planned(), path).count("\n")
    found = [f for f in edited(planned(), path, "\n".join(lines) + "\n") if f.code == "E910"]
    assert found
    assert all(f.file == path and "OUTSIDE4" in lines[f.line - 1] for f in found)


PREFER = {
    "eos": "hostname a\nroute-map UP permit 10\n   set local-preference 200\nrouter bgp 1\n"
           "   neighbor G peer group\n   neighbor 10.0.0.1 peer group G\n   neighbor 10.0.0.1 remote-as {}\n"
           "   address-family ipv4\n      neighbor G route-map UP out\n",
    "nxos": "route-map UP permit 10\n  set local-preference 200\nrouter bgp 1\n  template peer G\n"
            "    address-family ipv4 unicast\n      route-map UP in\n  neighbor 10.0.0.1\n    inherit peer G\n"
            "    remote-as {}\n    address-family ipv4 unicast\n      route-map UP out\n",
    "junos": "set policy-options policy-statement UP then local-preference 200\n"
             "set protocols bgp group G export [ UP ]\n",
}  # fmt: skip


@pytest.mark.parametrize("system", ["eos", "nxos"])
def test_local_preference_is_for_ones_own_as(system):
    [found] = policies(system, PREFER[system].format(2))
    row = PREFER[system].count("\n")
    assert found[:2] == (row, "E911")
    assert list(policies(system, PREFER[system].format(1))) == []


def test_local_preference_is_for_inner_groups_of_junos():
    kind = "set protocols bgp group G type {}\n"
    assert [f[:2] for f in policies("junos", PREFER["junos"] + kind.format("external"))] == [(2, "E911")]
    assert list(policies("junos", PREFER["junos"] + kind.format("internal"))) == []


@pytest.mark.parametrize(
    ("path", "pattern", "instead", "code"),
    [
        ("eos/train-leaf-0.cfg", r"bandwidth percent 60", "bandwidth percent 90", "E929"),
        ("nxos/train-leaf-0.cfg", r"bandwidth remaining percent 60", "bandwidth remaining percent 90", "E929"),
        ("junos/train-leaf-0.set", r"transmit-rate percent 60", "transmit-rate percent 90", "E929"),
        ("haproxy/chat.cfg", r"weight \d+", "weight 0", "E922"),
    ],
)
def test_shares_and_weights_that_cannot_be_are_told(path, pattern, instead, code):
    before = text_of(planned(), path)
    text, count = re.subn(pattern, instead, before)
    assert count
    found = [f for f in edited(planned(), path, text) if f.code == code]
    assert found and all(f.file == path and f.line for f in found)


@pytest.mark.parametrize(
    ("system", "text", "row"),
    [
        ("eos", "a\n random-detect ecn minimum-threshold 9 bytes maximum-threshold 8 bytes\n", 2),
        ("nxos", "a\n random-detect minimum-threshold 9 kbytes maximum-threshold 8 kbytes ecn\n", 2),
        ("junos", "set class-of-service drop-profiles x interpolate fill-level [ 90 10 ]\n", 1),
        ("sonic", '{"WRED_PROFILE":\n {"p": {"green_max_threshold": "8",\n "green_min_threshold": "9"}}}', 3),
    ],
)  # fmt: skip
def test_marks_that_begin_above_where_they_end_are_told_with_their_line(system, text, row):
    assert [f[:2] for f in faults(system, text)] == [(row, "E928")]


@pytest.mark.parametrize("bad", ["10.0.0.1/33", "10.0.0.999/31", "10.0.0.1/x"])
def test_an_address_that_is_none_is_a_finding_of_its_line(bad):
    path = "frr/train-leaf-0.conf"
    text, count = re.subn(r"ip address 10\S+", f"ip address {bad}", text_of(bare(), path), count=1)
    assert count == 1
    [found] = [f for f in edited(bare(), path, text) if f.code == "E932"]
    assert bad in text.splitlines()[found.line - 1]


def test_comments_may_be_anything_and_files_that_are_gone_are_told():
    path = "frr/train-leaf-0.conf"
    assert edited(bare(), path, "! mine\n" + text_of(bare(), path)) == ()
    there = {f.path: f.text for f in bare() if f.path != path}
    assert [(f.code, f.file) for f in config.reread(bare(), there)] == [("E931", path)]


def test_the_command_tells_and_writes_nothing(tmp_path: Path):
    own = written(tmp_path, LEAVES)
    files = tmp_path / "files"

    def run(*words: object):
        result = CliRunner().invoke(main, ["render", str(own), "--target", "frr", "--no-validate", *map(str, words)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    assert run("-o", files).exit_code == 0
    assert run("--check", files).exit_code == 0
    leaf = files / "frr" / "t-leaf-0.conf"
    leaf.write_text(re.sub(r"remote-as \d+", "remote-as 77", leaf.read_text(), count=1))
    wrong = run("--check", files)
    assert wrong.exit_code == 1
    row = next(i for i, line in enumerate(leaf.read_text().splitlines(), 1) if "remote-as 77" in line)
    assert f"{leaf}:{row}: error[E902]" in wrong.stderr
    assert "1 changed, 0 missing" in wrong.stdout
    told = json.loads(run("--check", files, "--format", "json").stdout)
    assert {f["code"] for f in told["findings"]} == {"E902", "E933"}
    assert told["result"]["changed"] == ["frr/t-leaf-0.conf"]
    assert run("--check", files, "-o", files).exit_code == 2
    assert run("--check", tmp_path / "none").exit_code == 2


def test_a_line_that_is_gone_from_a_long_file_is_one_difference():
    lines = [f"neighbor {row} remote-as 1\n  exit\n" for row in range(20_000)]
    text = "".join(lines)
    [found] = differences("a", text, text.replace(lines[777], "  exit\n"))
    assert (found.line, found.message) == (1555, "'neighbor 777 remote-as 1' of the plan is missing here")
    assert list(differences("a", text, text)) == []
    told = list(differences("a", text, text.replace("remote-as 1", "remote-as 2")))
    assert len(told) == MOST + 1
    assert told[-1].message == "19,980 more lines are not those of the plan"


def test_lines_at_either_end_are_found():
    assert [(f.line, f.message) for f in differences("a", "x\ny\n", "w\nx\ny\nz\n")] == [
        (1, "'w' is not in the plan"), (4, "'z' is not in the plan"),
    ]  # fmt: skip
    assert [f.line for f in differences("a", "x\ny\nz\n", "x\n")] == [1, 1]


@pytest.mark.parametrize("old, new, code, where", [
    (" prefix-list OWN4 out", " prefix-list GONE out", "E903", "GONE"),
    ("router bgp 42", "route-map LP permit 10\n set local-preference 200\nexit\n!\nrouter bgp 42", "E911", "set local"),
])  # fmt: skip
def test_what_an_edit_breaks_is_told_at_the_edit(old, new, code, where):
    file = next(f for f in bare() if f.path == "frr/train-leaf-0.conf")
    text = file.text.replace(old, new, 1)
    if code == "E911":
        text = text.replace(
            "  neighbor FABRIC4 activate\n", "  neighbor FABRIC4 activate\n  neighbor FABRIC4 route-map LP out\n"
        )
    [found] = [f for f in edited(bare(), file.path, text) if f.code == code][:1]
    assert where in text.splitlines()[found.line - 1]
