"""A sweep on a real Ray cluster: two nodes on loopback, one of which is killed with a task at hand."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests import lab
from tests.app.test_whatif_verb import WORDS, kept, run
from tests.study.test_whatif import TEXT

pytestmark = pytest.mark.lab
RAY = Path(sys.executable).with_name("ray")
PATIENCE_S = 120


def cmdline(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def parent(pid: str) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def below(root: int) -> list[int]:
    """Processes that a process started, and theirs."""
    parents = {int(path.name): parent(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()}
    found = [root]
    for pid in found:
        found += [child for child, above in parents.items() if above == pid]
    return found[1:]


def until(holds: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.02)


def node(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """Start a node of one processor, and wait until it is there."""
    log = folder / f"{words[0].strip('-')[:4]}.log"
    command = [str(RAY), "start", *words, "--node-ip-address=127.0.0.1", "--num-cpus=1", "--disable-usage-stats",
               "--object-store-memory=80000000", "--block"]  # fmt: skip
    with log.open("wb") as file:
        started = subprocess.Popen(command, stdout=file, stderr=file, stdin=subprocess.DEVNULL)
    until(lambda: b"Ray runtime started" in log.read_bytes() or started.poll() is not None, f"ray start: {log}")
    assert started.poll() is None, log.read_text()
    return started


def end(nodes: list[subprocess.Popen[bytes]]) -> None:
    """End nodes, and everything that they started."""
    theirs = [pid for one in nodes for pid in below(one.pid)]
    for one in reversed(nodes):
        one.terminate()
    for one in nodes:
        try:
            one.wait(20)
        except subprocess.TimeoutExpired:
            one.kill()
            one.wait()
    for pid in theirs:
        if "ray" in cmdline(pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Address of a cluster, and its second node."""
    if find_spec("ray") is None:
        lab.absent("ray is not installed (pip install 'easterly[cluster]')")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    nodes: list[subprocess.Popen[bytes]] = []
    try:
        nodes.append(node(tmp_path, "--head", f"--port={address.partition(':')[2]}", "--include-dashboard=false"))
        nodes.append(node(tmp_path, f"--address={address}"))
        yield address, nodes[1]
    finally:
        end(nodes)


def test_a_node_that_dies_with_a_task_costs_nothing_but_time(
    tmp_path: Path, cluster: tuple[str, subprocess.Popen[bytes]]
) -> None:
    address, second = cluster
    pod = tmp_path / "pod.yaml"
    pod.write_text(TEXT)
    call = [sys.executable, "-m", "easterly", "whatif", str(pod), *WORDS, "--cache", str(tmp_path / "there")]

    def at_work() -> bool:
        return any("ray::perform" in cmdline(pid) for pid in below(second.pid))

    with subprocess.Popen([*call, "--cluster", address], stdout=subprocess.PIPE, text=True) as begun:
        until(lambda: begun.poll() is not None or at_work(), "a task on the second node")
        for pid in below(second.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert len(kept(pod, "there")) < 20  # of 21: there was something left to lose
        said, _ = begun.communicate(timeout=PATIENCE_S)
    assert begun.returncode == 0
    assert said == run(pod, *WORDS).stdout
    assert {path.name for path in kept(pod, "there")} == {path.name for path in kept(pod, "cache")}


def test_no_cluster_is_said_in_one_line(tmp_path: Path) -> None:
    if find_spec("ray") is None:
        lab.absent("ray is not installed (pip install 'easterly[cluster]')")
    pod = tmp_path / "pod.yaml"
    pod.write_text(TEXT)
    call = [sys.executable, "-m", "easterly", "whatif", str(pod), "--set", "seed=2,3", "--cache", str(tmp_path / "c")]
    done = subprocess.run([*call, "--cluster", "nowhere:at-all"], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("easterly: no Ray cluster at nowhere:at-all")
