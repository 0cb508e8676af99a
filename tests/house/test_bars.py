"""How long the main job may take, and how much memory, as processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "src/easterly/app/demo.yaml"
FAT_TREE = ROOT / "examples/fat-tree-32.yaml"
LLAMA = ROOT / "examples/llama3-405b.yaml"
EASTERLY = Path(sys.executable).with_name("easterly")
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bars")]


@dataclass
class Cost:
    """What one run took: processor time, so that a busy machine does not count, and its peak of memory."""

    seconds: float
    peak_B: int


def cost(*arguments: str, **environment: str) -> Cost:
    """Run the command line once."""
    return cost_of(str(EASTERLY), *arguments, **environment)


def cost_of(*command: str, **environment: str) -> Cost:
    """Run a program once, with byte code kept as every installation keeps it."""
    environment["PYTHONDONTWRITEBYTECODE"] = ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, **environment}) as child:  # fmt: skip
        assert child.stdout is not None
        said = child.stdout.read()
        _, status, used = os.wait4(child.pid, 0)  # what this child used, whatever ran before
        child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode in (0, 1) and "Traceback" not in said, said[-4000:]
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def cheapest(bar_s: float, *arguments: str, **environment: str) -> Cost:
    """The cheapest of up to three runs, as a neighbour of the same core only ever adds; one run where it will do."""
    took = cost(*arguments, **environment)
    for _ in range(2):
        if took.seconds < bar_s:
            break
        took = min(took, cost(*arguments, **environment), key=lambda run: run.seconds)
    return took


def test_check_of_the_demo_within_a_second() -> None:
    assert cheapest(1, "check", str(DEMO)).seconds < 1


def test_plan_of_the_demo_within_5_s(tmp_path: Path) -> None:
    took = cheapest(5, "plan", str(DEMO), "-o", str(tmp_path / "out"), "--validate", "none", "--no-cache")
    assert took.seconds < 5


def test_all_single_failures_of_the_demo_within_30_s_on_two_cores() -> None:
    assert cheapest(30, "failures", str(DEMO), "--workers", "2").seconds < 30


def test_demand_of_16384_gpus_on_links_within_2_s_and_500_MB() -> None:
    """TP 8, PP 16, DP 128 on three tiers: every flow between interfaces, and the load of every link by phase."""
    took = cost_of(sys.executable, str(ROOT / "benches/demand.py"))
    assert took.seconds < 2  # with the start of the interpreter
    assert took.peak_B < 500e6


def test_check_and_demand_of_16384_gpus_within_10_s_and_1_GB(tmp_path: Path) -> None:
    common = {"XDG_CACHE_HOME": str(tmp_path)}
    took = [cheapest(10, verb, str(LLAMA), **common) for verb in ("check", "demand")]
    assert max(t.seconds for t in took) < 10
    assert max(t.peak_B for t in took) < 1e9


def test_plan_of_16384_gpus_within_20_s_and_2_GB(tmp_path: Path) -> None:
    took = cheapest(20, "plan", str(LLAMA), "-o", str(tmp_path / "out"), "--validate", "none", "--no-cache")
    assert took.seconds < 20
    assert took.peak_B < 2e9


def test_plan_of_8192_hosts_within_20_s_and_1_GB(tmp_path: Path) -> None:
    took = cheapest(20, "plan", str(FAT_TREE), "-o", str(tmp_path / "out"), "--validate", "none", "--no-cache")
    assert took.seconds < 20
    assert took.peak_B < 1e9


def test_planning_again_after_changing_one_job_takes_a_fraction(tmp_path: Path) -> None:
    """One batch of one job, on the fat-tree: what does not depend on it is read back."""
    text = FAT_TREE.read_text(encoding="utf-8")
    assert "batch: " in text
    changed = tmp_path / "site.yaml"
    changed.write_text(text)
    common = (
        "plan",
        str(changed),
        "-o",
        str(tmp_path / "out"),
        "--validate",
        "none",
        "--cache",
        str(tmp_path / "cache"),
    )
    first = cost(*common)
    head, _, tail = text.partition("batch: ")
    number = int("".join(c for c in tail[:8] if c.isdigit()))
    again = []
    for times in (2, 4, 8):  # another batch each time, until one run had its core to itself
        changed.write_text(f"{head}batch: {times * number}{tail[len(str(number)) :]}")
        again.append(cost(*common).seconds)
        if again[-1] < 0.6 * first.seconds:
            break
    assert min(again) < 0.6 * first.seconds


def test_convolutions_of_curves_of_1000_segments_within_a_second() -> None:
    """Processor time of one thread; periods are prime, and rates their own."""
    script = ROOT / "benches/calculus/curves.py"
    made = subprocess.run([sys.executable, str(script), "--barred"], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
