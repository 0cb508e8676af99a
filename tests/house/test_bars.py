"""How long the main job may take, and how much memory, as processes of their own."""

from __future__ import annotations

import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "src/easterly/app/demo.yaml"
FAT_TREE = ROOT / "examples/fat-tree-32.yaml"
EASTERLY = Path(sys.executable).with_name("easterly")
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bars")]


@dataclass
class Cost:
    """What one run took: processor time, so that a busy machine does not count, and its peak of memory."""

    seconds: float
    peak_B: int


def cost(*arguments: str) -> Cost:
    """Run the command line once; the memory is that of the largest child so far."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([EASTERLY, *arguments], capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode in (0, 1) and "Traceback" not in done.stderr, done.stdout[-2000:] + done.stderr[-2000:]
    return Cost(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, after.ru_maxrss * 1024)


def test_check_of_the_demo_within_a_second() -> None:
    assert min(cost("check", str(DEMO)).seconds for _ in range(3)) < 1


def test_plan_of_the_demo_within_5_s(tmp_path: Path) -> None:
    took = cost("plan", str(DEMO), "-o", str(tmp_path / "out"), "--validate", "none", "--no-cache")
    assert took.seconds < 5


def test_plan_of_8192_hosts_within_20_s_and_1_GB(tmp_path: Path) -> None:
    took = cost("plan", str(FAT_TREE), "-o", str(tmp_path / "out"), "--validate", "none", "--no-cache")
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
    changed.write_text(f"{head}batch: {2 * number}{tail[len(str(number)) :]}")
    again = cost(*common)
    assert again.seconds < 0.6 * first.seconds
