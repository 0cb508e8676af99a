"""What interfaces of hosts are told: in the words of `dcb` and of the driver mlx5, and as the plan says."""

from __future__ import annotations

import csv
import io
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from tests.config.switches.plans import planned, preset

from easterly.config.linux.qos import parse_settings
from easterly.config.linux.qos.cards import parse_cards, render_cards
from easterly.config.linux.qos.planned import files, machines
from easterly.config.linux.qos.reactions import parse_reactions, render_reactions
from easterly.config.linux.qos.told import contradictions
from easterly.config.switches import render as render_switches
from easterly.model.cards import Card, Reaction
from easterly.model.outcome import DeviceConfigs
from easterly.study.nouns import Nouns
from easterly.study.stages import Stages

# The grammar of dcb-app(8), dcb-pfc(8), dcb-ets(8) and dcb-apptrust(8) of iproute2, as far as it is used here.
POINTS = r"(?:(?:[0-9]|[1-5][0-9]|6[0-3]):[0-7] ?){1,64}"
TSA = r"(?:(?:all|[0-7]):(?:strict|cbs|ets|vendor) ?){1,9}"
BW = r"(?:(?:all|[0-7]):\d+ ?){1,9}"
GRAMMAR = [
    rf"dcb app replace dev \w+ dscp-prio {POINTS}",
    r"dcb pfc set dev \w+ prio-pfc (?:(?:all|[0-7]):(?:on|off) ?){1,9}",
    rf"dcb ets set dev \w+ willing (?:on|off) prio-tc (?:[0-7]:[0-7] ?){{1,8}} ?tc-tsa {TSA} ?tc-bw {BW}",
    r"dcb apptrust set dev \w+ order (?:dscp|pcp| )+ \|\| true",
]
KEEP = tuple([0] * 26 + [3] + [0] * 37)
CARD = Card((3,), (6,), (40, 0, 0, 60, 0, 0, 0, 0), KEEP)
# Zhu et al. 2015 (DCQCN): g = 1/256, 50 us, 55 us, 55 us, 10 MB, F = 5, 40 Mb/s at 40 Gb/s.
PAPER = Reaction((3,), 1 / 256, 55e-6, 55e-6, 10e6, 5, 40e6, 50e-6, 48, 6)


def test_commands_are_those_of_the_manual():
    lines = [line for line in render_cards({"nic0": CARD}) if not line.startswith("#")]
    assert len(lines) == 4
    assert all(any(re.fullmatch(rule, line) for rule in GRAMMAR) for line in lines), lines
    assert "dcb pfc set dev nic0 prio-pfc 0:off 1:off 2:off 3:on 4:off 5:off 6:off 7:off" in lines
    assert any("26:3 27:0" in line for line in lines)
    assert any(line.endswith("tc-bw 0:40 1:0 2:0 3:60 4:0 5:0 6:0 7:0") for line in lines)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"weight": (40, 0, 0, 50, 0, 0, 0, 0)}, "90 %"),
        ({"weight": (40, 0, 0, 50, 0, 0, 10, 0)}, "strict"),
        ({"weight": (0,) * 8}, "all traffic classes are strict"),
        ({"priority": (0,) * 63}, "63 code points"),
        ({"paused": (8,)}, "0 to 7"),
    ],
)
def test_what_no_driver_takes_is_refused(more, said):
    """dcb-ets(8): shares of classes that are not ets are 0, and the sum is 100; or 0 where none is ets."""
    with pytest.raises(ValueError, match=said):
        replace(CARD, **more)
    assert replace(CARD, strict=tuple(range(8)), weight=(0,) * 8)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("3:on", "3:maybe", "maybe"),
        (" 63:0", "", "0 to 63"),
        (" 63:0", " 62:0", "0 to 63"),
        ("tc-bw", "pg-bw", "other parameters"),
        ("prio-tc 0:0 1:1", "prio-tc 0:1 1:0", "of its number"),
        ("dcb pfc set", "dcb pfc show", "sets nothing"),
    ],
)
def test_other_commands_are_refused(old, new, said):
    text = "\n".join(render_cards({"nic0": CARD}))
    assert old in text
    with pytest.raises(ValueError, match=said):
        parse_cards(text.replace(old, new, 1).splitlines())
    with pytest.raises(ValueError, match="pfc not set"):
        parse_cards([line for line in text.splitlines() if " pfc " not in line])


def run(folder: Path, files: dict[str, list[str]]) -> tuple[int, str, dict[str, str]]:
    """Run the script where /sys is a folder with these files; its exit code, what it said, what the files hold."""
    for place, names in files.items():
        for name in names:
            path = folder / place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("")
    script = "\n".join(render_reactions({"nic0": PAPER})).replace("/sys/", f"{folder}/")
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True)
    held = {str(p.relative_to(folder)): p.read_text().strip() for p in folder.rglob("*") if p.is_file()}
    return done.returncode, done.stderr, held


# cong.c of Linux has these names (mlx5_ib_dbg_cc_name).
INBOX = ["rp_time_reset", "rp_byte_reset", "rp_threshold", "rp_ai_rate", "rp_dce_tcp_g", "rp_dce_tcp_rtt",
         "np_min_time_between_cnps", "np_cnp_dscp", "np_cnp_prio"]  # fmt: skip
# NVIDIA's documentation ("DCQCN CC parameters", "Explicit Congestion Notification") has these.
OFED = ["roce_rp/rpg_time_reset", "roce_rp/rpg_byte_reset", "roce_rp/rpg_threshold", "roce_rp/rpg_ai_rate",
        "roce_rp/dce_tcp_g", "roce_rp/dce_tcp_rtt", "roce_np/min_time_between_cnps", "roce_np/cnp_dscp",
        "roce_np/cnp_802p_prio", "roce_np/enable/3", "roce_rp/enable/3", "roce_np/enable/2"]  # fmt: skip
VALUES = {"time_reset": 55, "byte_reset": 10_000_000, "threshold": 5, "ai_rate": 40, "dce_tcp_g": 1020, "tcp_rtt": 55,
          "between_cnps": 50, "cnp_dscp": 48, "prio": 6, "enable/3": 1}  # fmt: skip


@pytest.mark.parametrize("driver", ["inbox", "ofed"])
def test_the_script_sets_every_parameter_of_either_driver(driver, tmp_path):
    device = tmp_path / "devices" / "0000:3b:00.0"
    device.mkdir(parents=True)
    (tmp_path / "class/net/nic0").mkdir(parents=True)
    (tmp_path / "class/net/nic0/device").symlink_to(device)
    place = {"inbox": "kernel/debug/mlx5/0000:3b:00.0/cc_params", "ofed": "class/net/nic0/ecn"}[driver]
    code, said, held = run(tmp_path, {place: INBOX if driver == "inbox" else OFED})
    assert (code, said) == (0, "")
    for name, value in held.items():
        wanted = next((v for ending, v in VALUES.items() if name.endswith(ending)), "")
        assert value == str(wanted), name


def test_the_script_fails_where_the_interface_is_of_another_maker(tmp_path):
    code, said, _ = run(tmp_path, {"class/net/nic0": ["mtu"]})
    assert code == 1
    assert "nic0: no rp_ai_rate: the driver is not mlx5" in said


def test_the_average_of_alpha_is_that_of_the_paper():
    """NVIDIA: alpha becomes (g / 1024) alpha without a notification; the paper: (1 - g) alpha."""
    [line] = [line for line in render_reactions({"nic0": PAPER}) if line.endswith("rp_dce_tcp_g 1020")]
    assert int(line.split()[-1]) / 1024 == 1 - PAPER.gain


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [("rp_ai_rate 40", "rp_ai_rat 40", "no parameter"), ("failed=0", "failed=2", "as it should"),
     ("exit $failed", "exit 0", "as it should")],
)  # fmt: skip
def test_other_scripts_are_refused(old, new, said):
    text = "\n".join(render_reactions({"nic0": PAPER}))
    with pytest.raises(ValueError, match=said):
        parse_reactions(text.replace(old, new, 1).splitlines())
    with pytest.raises(ValueError, match="gain is not set"):
        parse_reactions([line for line in text.splitlines() if "dcqcn nic0 roce_rp/dce_tcp_g" not in line])


@pytest.fixture(scope="module")
def cluster():
    return planned(preset("ai-cluster", "linux"))


def test_interfaces_are_told_what_the_columns_of_the_plan_say(cluster):
    _, network, plan = cluster
    lossless = {int(q) for q in plan.queue[plan.lossless]}
    seen = 0
    for machine in machines(network, plan):
        for card in machine.settings.cards.values():
            seen += 1
            assert set(card.paused) == lossless
            assert list(card.priority) == [int(plan.queue[row]) for row in plan.dscp_class]
            assert set(card.strict) == {int(q) for q in plan.queue[plan.strict]}
            for row in range(len(plan.queue)):
                assert card.weight[plan.queue[row]] == plan.queues.weight[0, row]
        for reaction in machine.settings.reactions.values():
            assert set(reaction.priorities) == {int(q) for q in plan.queue[plan.lossless & plan.ecn]}
            assert reaction.gain == 1 / 256
    assert seen


def test_the_gain_of_dctcp_is_a_parameter_of_its_module(cluster):
    """net/ipv4/tcp_dctcp.c: dctcp_shift_g is 4 for g = 1/2^4, which RFC 8257 section 3.3 recommends."""
    _, network, plan = cluster
    [text] = [file.text for file in files(network, plan) if file.path.endswith(".modprobe.conf")]
    assert text.splitlines()[1:] == ["options tcp_dctcp dctcp_shift_g=4"]
    assert parse_settings({"modprobe.conf": text}).modules == {"tcp_dctcp dctcp_shift_g": "4"}


def rendered(cluster) -> DeviceConfigs:
    _, network, plan = cluster
    return DeviceConfigs(tuple(files(network, plan)))


def test_nothing_contradicts_the_plan(cluster):
    spec, network, plan = cluster
    assert list(contradictions(spec, network, plan, rendered(cluster))) == []


@pytest.mark.parametrize(
    ("ending", "old", "new", "said"),
    [
        ("dcb.sh", "4:on", "4:off", "cards nic0"),
        ("dcb.sh", "26:4", "26:0", "cards nic0"),
        ("dcb.sh", "order dscp", "order pcp", "cards nic0"),
        ("dcqcn.sh", "rp_threshold 5", "rp_threshold 1", "fast_recovery is 1, not 5"),
        ("dcqcn.sh", "rp_dce_tcp_g 1020", "rp_dce_tcp_g 1019", "gain is"),
        ("modprobe.conf", "shift_g=4", "shift_g=5", "is 5, not 4"),
        ("sysctl.conf", "= dctcp", "= cubic", "is cubic, not dctcp"),
        ("ethtool.sh", "tso on", "tso off", "features nic0"),
    ],
)
def test_a_mistake_in_the_text_is_found(cluster, ending, old, new, said):
    spec, network, plan = cluster
    made = rendered(cluster).artifacts
    at = next(i for i, file in enumerate(made) if file.path.endswith(ending))
    assert old in made[at].text, made[at].text
    wrong = DeviceConfigs((*made[:at], replace(made[at], text=made[at].text.replace(old, new, 1)), *made[at + 1 :]))
    found = [f.message for f in contradictions(spec, network, plan, wrong)]
    assert found
    assert any(said in message for message in found), found
    missing = list(contradictions(spec, network, plan, DeviceConfigs((*made[:at], *made[at + 1 :]))))
    assert any("is absent" in f.message for f in missing)


def test_messages_of_control_go_with_the_data_of_lossless_classes():
    from easterly.site import load

    nouns = Nouns(load(Path(__file__).parents[3] / "examples" / "mixed-workloads.yaml").site, Stages(None))
    plan, configs = nouns.qos.value, nouns.configs.value
    row = {name: i for i, name in enumerate(plan.traffic_class.tolist())}
    seen = set()
    for name, job in nouns.site.jobs.items():
        [file] = [each for each in configs.artifacts if each.path == f"linux/job-{name}.env"]
        at = row[job.traffic_class]
        found = parse_settings({"jobs.env": file.text}).environment
        assert found["NCCL_IB_TC"] == str(int(plan.dscp[at]) * 4)
        assert found.get("NCCL_IB_FIFO_TC") == (str(int(plan.dscp[at]) * 4) if plan.lossless[at] else None)
        seen.add(bool(plan.lossless[at]))
    assert True in seen
    assert nouns.contradictions.value == ()
    wrong = tuple(replace(f, text=f.text.replace("FIFO_TC=", "FIFO_TC=1")) for f in configs.artifacts)
    found = list(contradictions(nouns.site, nouns.network.value, plan, DeviceConfigs(wrong)))
    assert any("NCCL_IB_FIFO_TC is 1" in f.message for f in found)


def test_the_sheet_says_what_no_file_of_a_host_holds(cluster):
    spec, network, plan = cluster
    [sheet] = [file for file in render_switches(spec, network, plan) if file.path == "qos-sheet.csv"]
    rows = [row for row in csv.DictReader(io.StringIO(sheet.text)) if row["port"]]
    marks = {row["queue"]: row["planned"] for row in rows if row["what"] == "mark dscp"}
    assert marks == {str(q): str(d) for q, d in zip(plan.queue.tolist(), plan.dscp.tolist(), strict=True)}
    assert all("mlx5" in row["written"] for row in rows if row["what"].startswith("dcqcn"))
