"""Namespaces are taken down whatever happens, and what is sent is counted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from tests.lab import require_root

from easterly.app.lab import LabError, Offer, bottleneck, missing, send, spaces

pytestmark = pytest.mark.lab
FOLDER = Path("/run/netns")


@pytest.fixture(autouse=True)
def _parts() -> None:
    require_root("ip")


def of(pid: int) -> list[Path]:
    return list(FOLDER.glob(f"easterly-{pid}-*"))


def test_an_error_inside_takes_them_down() -> None:
    with pytest.raises(ZeroDivisionError), spaces("a", "b") as made:
        assert len(of(os.getpid())) == len(made) == 2
        raise ZeroDivisionError
    assert not of(os.getpid())


HOLD = """
    from easterly.app.lab import bottleneck
    import signal, time
    signal.signal(signal.SIGINT, signal.default_int_handler)  # It is ignored below a job in the background.
    with bottleneck():
        print("up", flush=True)
        time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_take_them_down(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(HOLD)], stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.DEVNULL) as held:  # fmt: skip
        assert held.stdout is not None
        assert held.stdout.readline() == "up\n"
        assert len(of(held.pid)) == 2
        held.send_signal(number)
        held.wait(20)
    assert not of(held.pid)


def test_what_a_killed_process_left_is_swept_by_the_next() -> None:
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(HOLD)], stdout=subprocess.PIPE, text=True) as held:
        assert held.stdout is not None
        assert held.stdout.readline() == "up\n"
        held.kill()
        held.wait(20)
    assert len(of(held.pid)) == 2
    with spaces("a"):
        assert not of(held.pid)


def test_a_program_that_fails_says_why() -> None:
    with spaces("a") as (space,), pytest.raises(LabError, match="nowhere"):
        space.run("ip", "link", "set", "nowhere", "up")


def test_without_a_program_there_is_no_lab() -> None:
    assert missing() == ""
    assert missing("no-such-program", "nor-this") == "no-such-program and nor-this not installed"


def test_a_free_cable_carries_what_is_sent() -> None:
    with bottleneck() as between:
        begin = time.monotonic()
        got = send(between, {"x": Offer(46, 40e6), "y": Offer(0, 8e6, 300)}, 1.0, warm_s=0.2)
        assert time.monotonic() - begin < 5
    for name, rate in (("x", 40e6), ("y", 8e6)):
        assert got[name].got_B == got[name].sent_B
        assert got[name].rate_bps == pytest.approx(rate, rel=0.03)
