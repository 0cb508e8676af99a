"""``easterly qos``: the plan, one port explained, before and after a change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.app import asking

from easterly.app.cli import main

ROOT = Path(__file__).parents[2]
DEMO = str(ROOT / "src/easterly/app/demo.yaml")


def run(*given: str):
    return asking.run("qos", DEMO, *given)


def result(*given: str):
    return asking.result_of("qos", DEMO, *given)


def test_the_whole_plan_as_one_object() -> None:
    made = result()
    assert {"classes", "queues", "groups", "budgets", "headroom", "tenants", "policers", "settings", "reasons",
            "code_points", "mtu_B"} <= set(made)  # fmt: skip
    assert len(made["queues"]) == len(made["groups"]) * len(made["classes"])
    assert len(made["code_points"]) == 64 and made["code_points"][26] == "training"


def test_text_names_every_group() -> None:
    done = run()
    assert done.exit_code == 0
    assert all(group["name"] in done.stdout for group in result()["groups"])


@pytest.mark.parametrize("port", ["train-rail0-leaf-0:swp3", "train/leaf-down/sw64/400Gb/s/3m"])
def test_a_port_is_explained(port: str) -> None:
    (one,) = result("--explain", port)
    assert one["group"]["name"] == "train/leaf-down/sw64/400Gb/s/3m"
    said = {row["quantity"] for row in one["reasons"]}
    assert {"kmin_B", "xoff_B", "headroom_B", "weight", "alpha", "policers"} <= said
    assert sum(row["size_B"] for row in one["headroom"]) == 77_976
    assert "source: IEEE 802.1Qbb" in run("--explain", port).stdout


def test_a_port_says_what_its_buffers_need_and_which_method_decides() -> None:
    (one,) = result("--explain", "train-rail0-leaf-0:swp3")
    rows = {(row["class"], row["method"]): row for row in one["buffers"]}
    assert {method for _, method in rows} == {"bdp", "bdp-root-n", "incast", "headroom"}
    product_B = one["group"]["rate_bps"] * one["group"]["rtt_s"] / 8
    for row in one["queues"]:
        own = {method: rows[row["class"], method] for method in ("bdp", "bdp-root-n", "incast", "headroom")}
        assert own["bdp"]["size_B"] == pytest.approx(product_B)
        assert own["bdp-root-n"]["size_B"] <= own["bdp"]["size_B"] * (1 + 1e-9)
        assert own["headroom"]["size_B"] == sum(item["size_B"] for item in one["headroom"])
        [by] = [method for method, each in own.items() if each["chosen"]]
        assert by == ("headroom" if row["xoff_B"] else max(
            (m for m in own if own[m]["holds"]), key=lambda m: own[m]["size_B"]))  # fmt: skip
        assert own[by]["given_B"] == (row["headroom_B"] if by == "headroom" else row["limit_B"])
        if row["incast_senders"] > 1:
            assert own["incast"]["size_B"] == pytest.approx(row["incast_peak_B"])
    said = run("--explain", "train-rail0-leaf-0:swp3").stdout
    assert "BDP/√N" in said
    assert "training: headroom, as lossless" in said


def test_a_device_is_all_its_groups_and_what_is_not_there_is_told() -> None:
    assert len(result("--explain", "train-rail0-leaf-0")) == 2
    done = run("--explain", "train-rail0-leaf-0:swp99")
    assert done.exit_code == 2 and "swp1 to" in done.stderr
    assert run("--explain", "x", "--set", "a=b").exit_code == 2


def test_a_change_shows_every_consequence() -> None:
    rows = result("--set", "classes.storage.share=10%")
    changed = {(row["table"], row["row"], row["quantity"]): (row["before"], row["after"]) for row in rows}
    assert changed["classes", "storage", "share"] == (0.15, 0.1)
    assert changed["classes", "default", "share"] == (0.08, 0.13), "the rest takes what is freed"
    at = "train/leaf-down/sw64/400Gb/s/3m"
    assert changed["queues", f"{at} storage", "weight"] == (15, 10)
    assert ("queues", f"{at} training", "weight") not in changed
    assert changed["tenants", "acme storage", f"rate_bps {at}"] == (36e9, 24e9)
    assert result("--set", "classes.storage.share=15%") == []


def test_a_change_of_memory_moves_thresholds_and_verdicts() -> None:
    rows = result("--set", "hardware.switches.sw64.buffer=16MB")
    changed = {row["quantity"] for row in rows if row["table"] == "queues"}
    assert {"kmin_B", "kmax_B", "xoff_B", "limit_B", "xoff_alone_B"} <= changed
    assert not changed & {"headroom_B", "weight", "rate_bps"}


def test_a_section_that_the_file_leaves_out_can_be_changed() -> None:
    changed = {row["quantity"] for row in result("--set", "qos.mtu=1500B")}
    assert {"headroom_B", "reserved_B"} <= changed
    assert "E204" in run("--set", "qos.preset=rfc9999").stderr
    assert "E201" in run("--set", "qos.nonsense=1").stderr


def test_a_pause_beyond_the_memory_is_refused() -> None:
    never = run("--set", "classes.training.pfc={xoff: 1GB}")
    assert never.exit_code == 1
    assert "a pause at 1GB is never reached" in never.stderr
    often = run("--set", "classes.training.pfc={xoff: 9MB}")
    assert often.exit_code == 0
    assert "that pause at what is stated hold" in often.stderr
    assert "E831" not in run("--set", "classes.training.pfc={xoff: 300kB}").stderr


def test_a_part_that_a_class_leaves_out_can_be_changed() -> None:
    """One threshold, though the file has none; a list; and nothing where the schema has no such part."""
    rows = result("--set", "classes.training.pfc.xoff=300kB")
    xoff = [row for row in rows if row["quantity"] == "xoff_B"]
    assert xoff and {row["after"] for row in xoff} == {300_000.0}
    assert {row["quantity"] for row in result("--set", "classes.storage.buffer.alpha=4")} >= {"alpha", "limit_B"}
    assert run("--set", "classes.storage.bufer.alpha=4").exit_code == 2


def test_code_points_that_move_are_told() -> None:
    """What a switch makes of each of the 64 code points is a consequence too."""
    rows = {row["row"]: (row["before"], row["after"]) for row in result("--set", "classes.storage.also=[20, 22]")
            if row["table"] == "marks"}  # fmt: skip
    assert set(rows) == {"20", "22"} and {after for _, after in rows.values()} == {"storage"}
    (whole,) = [row for row in result("--set", "qos.mtu=1500B") if row["table"] == "whole"]
    assert (whole["quantity"], whole["after"]) == ("mtu_B", 1500)


def test_a_class_of_a_preset_can_be_changed_in_one_key(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(
        "version: 1\nsite: {name: s}\nqos: {preset: ai-cluster}\n"
        "hardware:\n  switches: {sw: {ports: 32, rate: 400Gb/s}}\n"
        "  hosts: {h: {gpus: 8, nics: 8, nic_rate: 400Gb/s, gpu: h100-sxm}}\n"
        "fabrics:\n  f: {blueprint: leaf-spine, hosts: {type: h, count: 2}, leaf: {type: sw, down: 16, up: 16}, "
        "spine: {type: sw}}\n",
        encoding="utf-8",
    )
    made = CliRunner().invoke(main, ["qos", str(site), "--set", "classes.training.dscp=28", "--format", "json"])
    assert made.exit_code == 0, made.output
    assert any(row["row"] == "training" and row["after"] == 28 for row in json.loads(made.stdout)["result"])


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ("classes.storage.pfc={xoff: 100kB}", 0, "class storage is not lossless: it is never paused"),
        ("classes.training.pfc={xoff: 1kB}", 0, "xoff 1kB is less than a frame of 9.216kB"),
        ("classes.training.buffer={size: 1kB}", 1, "a buffer of 1kB holds no frame of 9.216kB"),
    ],
)
def test_what_has_no_effect_or_holds_no_frame_is_told(change: str, code: int, said: str) -> None:
    done = run("--set", change)
    assert done.exit_code == code
    assert "E817" in done.stderr
    assert said in done.stderr


def test_the_start_of_a_group_suggests_it() -> None:
    done = run("--explain", "train/leaf-down")
    assert done.exit_code == 2
    assert "did you mean train/leaf-down/" in done.stderr


def test_a_wrong_change_is_refused_with_its_reason() -> None:
    over = run("--set", "classes.training.share=60%")
    assert over.exit_code == 1 and "E804" in over.stderr
    lost = run("--set", "clases.training.share=60%")
    assert lost.exit_code == 2 and "classes" in lost.stderr
    assert run("--set", "classes.training").exit_code == 2
