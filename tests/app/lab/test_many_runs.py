"""Fifty labs, ten of them interrupted at any moment: nothing of them is left on the machine."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.app.lab.sites import DIAMOND, written
from tests.lab import require_root

from easterly.app import terminal
from easterly.app.lab import records
from easterly.app.lab.build import running
from easterly.app.lab.cables import usual_scale
from easterly.app.lab.spaces import FOLDER
from easterly.app.lab.teardown import CRASH_LOGS, sweep

pytestmark = [pytest.mark.lab, pytest.mark.slow]
RUNS, EVERY = 50, 5
LONGEST_S = 4.0
"""A program reads its site for about a second, builds for one, and then waits for routes."""
CODE = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);" \
       "from easterly.app.cli import main; main()"  # fmt: skip


def left() -> list[str]:
    """Everything of labs on this machine, without those of programs that run: they may be somebody else's."""
    busy = [each for each in records.read() if not each.abandoned]
    names = {each.name for each in busy}
    daemons = {f"{one.name}.{one.pid}" for each in busy for one in each.processes}
    found = [str(path) for folder in (records.FOLDER, FOLDER) for path in folder.glob("lab*")]
    found += [line for line in Path("/proc/self/mounts").read_text().splitlines() if str(records.FOLDER) in line]
    # Checkers of files leave crash logs of bgpd, and may run meanwhile.
    found += [path.name for name in ("zebra", "bfdd") for path in CRASH_LOGS.glob(f"{name}.*")]
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            found += [words] if str(records.FOLDER) in (words := (entry / "cmdline").read_text()) else []
        except OSError:
            continue
    return sorted(each for each in found if each not in daemons and not any(name in each for name in names))


def test_nothing_is_left_of_fifty_labs(tmp_path: Path) -> None:
    require_root("ip", "tc", "vtysh", "zebra", "bgpd", "bfdd")
    site, draws = written(tmp_path, DIAMOND), random.Random(7)
    nouns, _, _ = terminal.read_or_leave(site, "text", None)
    network, before = nouns.network.value, left()
    for run in range(RUNS):
        if run % EVERY:
            with running(network, nouns.address.value, nouns.configs.value, scale=usual_scale(network)) as lab:
                assert len(lab.spaces) == 6
            continue
        number = draws.choice([signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
        command = [sys.executable, "-c", CODE, "lab", "run", str(site), "--no-measure"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
            time.sleep(draws.uniform(0.8, LONGEST_S))
            program.send_signal(number)
            program.wait(20)
        if number != signal.SIGKILL:
            assert left() == before, (run, number)
    sweep()
    assert left() == before
