"""``easterly address``: numbers with proofs, growth beside an earlier plan, mistakes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from easterly.app.cli import main

SITE = """\
version: 1
site: {name: east1}
hardware:
  switches: {sw: {ports: 32, rate: 400Gb/s}}
  hosts: {gpu2: {gpus: 2, nics: 2, nic_rate: 400Gb/s, scaleup: 3.6Tb/s}}
fabrics:
  train: {blueprint: leaf-spine, hosts: {type: gpu2, count: 24}, leaf: {type: sw, down: 8, up: 4}, spine: {type: sw}}
addressing:
  pools: {fabric: 10.64.0.0/16, loopback: 10.65.0.0/22, corp: 10.128.0.0/12, corp6: "fd00:100::/40"}
  blocks:
    east: {inside: [corp, corp6], role: site, zone: inner, growth: 50%}
    mgmt: {inside: east, role: management, per: leaf, hosts: 64, growth: 100%}
    storage: {inside: east, role: storage, hosts: 500, tenant: acme}
tenants: {acme: {vrf: true, slot: 0}}
classes: {default: {dscp: 0, share: 100%}}
"""


def ran(*words: object, code: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result


def asked(*words: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ran("address", *words, "--format", "json").stdout)["result"]
    return found


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "site.yaml"
    path.write_text(SITE)
    return path


def test_numbers_blocks_and_proofs(site: Path) -> None:
    found = asked(site)
    assert all(row["holds"] for row in found["proofs"])
    assert {row["claim"] for row in found["proofs"]} >= {"summaries-exact", "blocks-inside", "prefixes-disjoint"}
    assert sum(row["block"] == "mgmt" and bool(row["place"]) for row in found["blocks"]) == 12
    assert found["changes"] is None
    text = ran("address", site).stdout
    assert "fd00:100::/" in text  # and no drawing of a hundred in its place
    assert "storage  10.128." in text.replace("    ", "")


def test_growth_keeps_what_an_earlier_plan_gave(site: Path, tmp_path: Path) -> None:
    earlier = tmp_path / "plan.json"
    earlier.write_text(ran("address", site, "--format", "json").stdout)
    more = SITE.replace("count: 24", "count: 48")
    site.write_text(more.replace("    storage:", "    bmc: {inside: east, hosts: 900}\n    storage:"))
    told = asked(site, "--previous", earlier)["changes"]
    assert told["moved"] == 0
    assert told["kept"] > 60
    assert {row["what"] for row in told["rows"]} >= {"loopback", "link", "block", "prefix"}
    assert "0 moved" in ran("address", site, "--previous", earlier).stdout


def test_a_plan_keeps_them_too(site: Path, tmp_path: Path) -> None:
    ran("plan", site, "-o", tmp_path / "one", "--validate", "none", "--packets", 0, "--no-cache")
    earlier = tmp_path / "one" / "plan.json"
    ran("plan", site, "-o", tmp_path / "two", "--validate", "none", "--packets", 0, "--no-cache", "--previous", earlier)
    one, two = (json.loads((tmp_path / name / "plan.json").read_text())["address"] for name in ("one", "two"))
    assert one == two
    assert one["blocks"]


def test_a_page(site: Path, tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    ran("address", site, "--report", page)
    text = page.read_text()
    assert '<span class="title">corp6</span>' in text


def test_something_else_as_an_earlier_plan(site: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text("[1")
    assert "it is no JSON: give the plan.json" in ran("address", site, "--previous", other, code=2).output
    other.write_text("{}")
    assert "plan.json of an earlier plan" in ran("address", site, "--previous", other, code=2).output


def test_a_block_that_does_not_fit(site: Path) -> None:
    site.write_text(SITE.replace("growth: 50%", "length: 24"))
    result = ran("address", site, code=1)
    assert "site.yaml:12:11: error[E521]: block mgmt needs a /20" in result.output


@pytest.mark.parametrize("text", ["[]", "3", "null", '"plan"', "{", '{"schema": 1}'])
def test_an_earlier_plan_that_is_none_is_refused(site: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "before.json").write_text(text)
    for form in ("text", "json"):
        said = ran("address", site, "--previous", tmp_path / "before.json", "--format", form, code=2)
        assert "before.json: " in said.stderr and "Traceback" not in said.output


def test_an_empty_list_is_told_as_one(site: Path) -> None:
    site.write_text(SITE.replace("[corp, corp6]", "[]"))
    assert "must have an entry, and is an empty list" in ran("address", site, code=1).output


FENCED = SITE.replace(
    "tenants: {acme: {vrf: true, slot: 0}}",
    """\
tenants: {acme: {vrf: true, slot: 0}, beta: {vrf: true}}
isolation: {inner: {reaches: [outer]}}
jobs:
  j: {fabric: train, tenant: acme, class: default, model: llama3-8b, parallel: {tp: 2, dp: 4}, batch: 64}
""",
).replace("    mgmt:", "    edge: {inside: corp, role: storage, hosts: 60, zone: outer}\n    mgmt:")


def test_leaks_of_files_are_told_with_their_line_and_drawn(site: Path, tmp_path: Path) -> None:
    site.write_text(FENCED)
    folder, page = tmp_path / "out", tmp_path / "page.html"
    ran("plan", site, "--validate", "none", "--packets", "0", "-o", folder)
    plain = asked(site, "--files", folder)["isolation"]
    assert [(row["src"], row["dst"], row["meant"]) for row in plain["reach"]] == [("inner", "outer", True)]
    assert plain["strays"] == []
    path = next((folder / "nftables").glob("train-leaf-*.nft"))
    path.write_text(
        "".join(line for line in path.read_text().splitlines(keepends=True) if "fence of outer" not in line)
    )
    said = ran("address", site, "--files", folder, "--report", page, "--format", "json", code=1)
    found = json.loads(said.stdout)["result"]["isolation"]
    assert {row["from"]: row["to"]["inner"] for row in found["matrix"]}["outer"] == "leak"
    way = next(row["through"] for row in found["reach"] if row["src"] == "outer")
    assert f"nftables/{path.name}:" in way
    text = page.read_text()
    assert "LEAK" in text and way.split(" > ")[-1].replace("'", "&#39;") in text and "aria-label" in text
    (folder / "frr" / f"{path.stem}.conf").unlink()
    assert "there is no file frr/" in ran("address", site, "--files", folder, code=2).stderr
