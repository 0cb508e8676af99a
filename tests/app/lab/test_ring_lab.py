"""``easterly lab ring``: a real all-reduce takes as long as a site of its shape says, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from pathlib import Path
from unittest.mock import Mock

import pytest
from click.testing import CliRunner, Result
from tests.app import asking
from tests.lab import require_root

from easterly.app.cli import main
from easterly.app.lab import LabError, spaces
from easterly.app.lab.ring import Setting, Star, WrongSum, comparisons, controls, ranks, star, try_ring, with_torch

M = 10**6
FOLDER = Path("/run/netns")


@pytest.fixture
def _parts() -> None:
    require_root("ip", "tc")


lab = pytest.mark.usefixtures("_parts")


def run(*words: object) -> Result:
    return asking.run("lab", "ring", *words)


def test_the_site_is_shown_without_any_lab(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", "")
    shown = run("--show", "--hosts", 3, "--size", "6MB")
    assert shown.exit_code == 0
    assert json.loads(run("--show", "--hosts", 3, "--size", "6MB", "--format", "json").stdout)["result"] == {
        "site": shown.stdout
    }
    (tmp_path / "ring.yaml").write_text(shown.stdout)
    told = CliRunner().invoke(main, ["predict", str(tmp_path / "ring.yaml"), "--method", "rates", "--format", "json"])
    [job] = json.loads(told.stdout)["result"]["jobs"]
    assert job["step_s"]["low"] == pytest.approx(8e6 * 8 / (1e8 * 1448 / 1514), rel=1e-3)


def test_where_there_is_no_lab_nothing_is_said_to_be_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    result = run("--no-gloo")
    assert result.exit_code == 3
    assert "not tried: ip and tc not installed" in result.stderr
    made = run("--no-gloo", "--format", "json")
    assert json.loads(made.stdout)["result"] == {"tried": False, "reason": "ip and tc not installed"}


def test_gloo_that_is_asked_for_and_is_not_there_is_not_passed_over(tmp_path: Path) -> None:
    made = run("--torch", tmp_path / "python")
    assert made.exit_code == 3
    assert f"not tried: {tmp_path / 'python'} has no PyTorch with gloo" in made.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rate", "500Mb/s"), "not within 1000000..199848000"),
        (("--rate", "5kb/s"), "less than its clocks tell"),
        (("--size", "100kB"), "takes 12ms: less cannot be measured, and more teaches nothing; give 834.2kB to 83.25MB"),
        (("--size", "0B"), "give 834.2kB to"),
        (("--size", "1TB"), "give 834.2kB to 83.25MB"),
        (("--hosts", "1"), "2<=x<=16"),
    ],
)
def test_what_cannot_be_tried_is_refused(words: tuple[str, ...], said: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert said in result.output


@lab
@pytest.mark.lab
def test_an_all_reduce_takes_what_is_predicted_and_twice_that_by_half_a_link() -> None:
    made = run("--size", "1.2MB", "--no-gloo", "--format", "json")
    found = json.loads(made.stdout)["result"]
    assert made.exit_code == 0, found
    assert [each["ok"] for each in found["comparisons"]] == [True] * 4
    assert [each["ok"] for each in found["controls"]] == [False] * 2
    even, halved = found["comparisons"][::2]
    assert even["tolerance"] == halved["tolerance"] == [1.0, 1.25]
    assert halved["predicted"] / even["predicted"] == pytest.approx(2, rel=1e-3)
    assert 2 / 1.25 < halved["measured"] / even["measured"] < 2 * 1.25
    assert [len(each["times_s"]) for each in found["runs"]] == [5, 5]


@lab
@pytest.mark.lab
def test_a_lab_that_is_not_what_the_site_says_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Links at 70 % of what the site has: the times are off, though the bytes are right, and the command fails."""
    shaped = Star.limit
    monkeypatch.setattr(Star, "limit", lambda star, rates: shaped(star, [int(0.7 * each) for each in rates]))
    result = run("--size", "1MB", "--repetitions", 1, "--no-gloo", "--format", "json")
    assert result.exit_code == 1
    assert [each["ok"] for each in json.loads(result.stdout)["result"]["comparisons"]] == [False, True, False, True]


def test_a_wrong_sum_is_a_failure_and_no_excuse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("easterly.app.lab.missing", lambda *_: "")
    monkeypatch.setattr("easterly.app.lab.ring.trial.star", lambda *_: nullcontext(Mock()))
    ranks = Mock(all_reduce=Mock(side_effect=WrongSum("what host1 has in the end is not the sum")))
    monkeypatch.setattr("easterly.app.lab.ring.trial.ranks", lambda *_, **__: nullcontext(ranks))
    made = run("--no-gloo")
    assert (made.exit_code, made.stderr) == (1, "easterly: what host1 has in the end is not the sum\n")
    made = run("--no-gloo", "--format", "json")
    assert json.loads(made.stdout)["result"] == {"tried": True, "reason": "what host1 has in the end is not the sum"}


@lab
@pytest.mark.lab
def test_two_labs_at_once_do_not_meet() -> None:
    small = Setting(2, 100 * M, 1_300_000, 1)
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(try_ring, small) for _ in range(2)]
        runs = [each.result() for each in both]
    assert all(len(run.time_s) == 1 for pair in runs for run in pair)
    assert not list(FOLDER.glob(f"easterly-{os.getpid()}-*"))


@lab
@pytest.mark.lab
def test_a_rank_that_dies_is_told_and_all_else_is_taken_down() -> None:
    with (
        pytest.raises(LabError, match=r"the process in easterly-.*-host[012] ended"),
        star(3) as made,
        ranks(made, 4 * M) as found,
    ):
        found.all_reduce()
        found.each[1].process.kill()
        found.all_reduce()
    assert all(rank.process.returncode is not None for rank in found.each)
    assert not list(FOLDER.glob(f"easterly-{os.getpid()}-*"))


SLOWLY = """
    import signal
    from easterly.app.lab.ring import ranks, star
    signal.signal(signal.SIGINT, signal.default_int_handler)  # It is ignored below a job in the background.
    with star(2) as made, ranks(made, 10**6) as found:
        made.limit([10**6] * 2)
        found.all_reduce()
"""


@lab
@pytest.mark.lab
def test_signals_leave_nothing_behind() -> None:
    """Two labs at once, each ended in another way; what the killed one could not take down, the next one does."""
    numbers = (signal.SIGINT, signal.SIGKILL)
    with ExitStack() as stack:
        words = [sys.executable, "-c", textwrap.dedent(SLOWLY)]
        held = [stack.enter_context(subprocess.Popen(words, stderr=subprocess.DEVNULL)) for _ in numbers]
        pids = [pid for each in held for pid in until_it_runs(each.pid)]
        for each, number in zip(held, numbers, strict=True):
            each.send_signal(number)
            each.wait(20)
    end = time.monotonic() + 5
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < end:
        time.sleep(0.02)
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    assert [len(list(FOLDER.glob(f"easterly-{each.pid}-*"))) for each in held] == [0, 3]
    with spaces("a"):
        assert not list(FOLDER.glob(f"easterly-{held[1].pid}-*"))


def until_it_runs(owner: int) -> list[str]:
    """Processes in the hosts of a lab, once data flows."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        names = [path.name for path in FOLDER.glob(f"easterly-{owner}-*-host*")]
        pids = [pid for name in names for pid in words_of("ip", "netns", "pids", name)]
        if len(pids) == 2 and busy(names[0]):
            return pids
        time.sleep(0.05)
    raise AssertionError("it never ran")


def busy(name: str) -> bool:
    """Whether a host has sent what only an all-reduce sends."""
    shown = words_of("ip", "-j", "-n", name, "-s", "link", "show", "dev", "uplink")
    return bool(shown) and json.loads(" ".join(shown))[0]["stats64"]["tx"]["bytes"] > 20_000


def words_of(*command: str) -> list[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()


@lab
@pytest.mark.lab
def test_gloo_takes_what_is_predicted() -> None:
    python = with_torch()
    if not python:
        pytest.skip("no Python of this machine has PyTorch with gloo")
    even, halved = try_ring(Setting(4, 100 * M, 2 * M, 3), kind="gloo", python=python)
    assert all(each.ok for each in comparisons((even, halved))), (even, halved)
    assert not any(each.ok for each in controls((even, halved)))
