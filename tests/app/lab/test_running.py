"""Plans on real routers: as planned, seen to be otherwise when they are, and gone without a trace."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.app.lab.sites import DIAMOND, LEAVES, written
from tests.lab import require_root

from easterly.app import terminal
from easterly.app.cli import main
from easterly.app.lab import records
from easterly.app.lab.build import running
from easterly.app.lab.cables import usual_scale
from easterly.app.lab.reach import reached
from easterly.app.lab.routes import Difference, differences, kernel, planned
from easterly.config.sheet import Sheet
from easterly.model.outcome import DeviceConfigs
from easterly.study.nouns import Nouns
from easterly.study.stages import Held

pytestmark = pytest.mark.lab
PROGRAMS = ("ip", "tc", "nft", "vtysh", "zebra", "bgpd", "bfdd")
NAMESPACES = Path("/run/netns")
LONGEST_S = 15.0
"""From a plan to routers that agree."""


@pytest.fixture(autouse=True)
def _parts() -> None:
    require_root(*PROGRAMS)


def traces(name: str) -> list[str]:
    """Whatever is left of a lab: files, namespaces, processes that were started for it."""
    files = [str(path) for folder in (records.FOLDER, NAMESPACES) for path in folder.glob(f"{name}*")]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            files += [f"{entry.name} {words[0]}"] * any(f"easterly-lab/{name}" in word for word in words)
    return files


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What `lab run --keep` says of a lab, which is there meanwhile; it is cleaned afterwards, and leaves nothing."""
    require_root(*PROGRAMS)
    site = str(written(tmp_path_factory.mktemp("kept"), DIAMOND))
    result = CliRunner().invoke(main, ["lab", "run", site, "--keep", "--no-measure", "--format", "json"])
    assert result.exit_code == 0, result.output
    found = {**json.loads(result.stdout)["result"], "site": site}
    try:
        yield found
    finally:
        cleaned = CliRunner().invoke(main, ["lab", "clean", found["lab"]])
    assert cleaned.stdout == f"taken down: {found['lab']}\n"
    assert not traces(found["lab"])
    assert CliRunner().invoke(main, ["lab", "clean", found["lab"]]).exit_code == 2


def on(lab: dict[str, Any], *words: str) -> Result:
    result = CliRunner().invoke(main, ["lab", words[0], "--lab", lab["lab"], *words[1:]])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def hops(lab: dict[str, Any], node: str, prefix: str) -> int:
    [record] = [each for each in records.read() if each.name == lab["lab"]]
    shown = json.loads(record.space(node).shows("ip", "-j", "route", "show", prefix) or "[]")
    return sum(len(route.get("nexthops", [route])) for route in shown)


def until(condition: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition never came true"
        time.sleep(0.1)


def test_four_routers_and_two_hosts_do_what_is_planned(kept: dict[str, Any]) -> None:
    assert sum(kept["seconds"][stage] for stage in ("build", "daemons", "routes")) < LONGEST_S
    assert [(each["what"], each["predicted"], each["measured"]) for each in kept["comparisons"]] == [
        ("routes of r1", 4, 4), ("routes of r2", 8, 8), ("routes of r3", 8, 8), ("routes of r4", 4, 4),
        ("routes to what is not in the plan", 0, 0), ("BFD sessions that are up", 16, 16),
        ("pairs of hosts that reach each other", 4, 4),
        ("pairs of hosts that reach each other with packets of 9,000 B", 4, 4),
    ]  # fmt: skip
    assert {"networkd in a namespace"} <= {each["lacking"] for each in kept["substitutions"]}


def test_no_session_had_to_come_up_twice(kept: dict[str, Any]) -> None:
    [record] = [each for each in records.read() if each.name == kept["lab"]]
    for node in kept["routers"]:
        words = ("vtysh", "--vty_socket", str(record.folder / node), "-d", "bgpd", "-c", "show bgp neighbors json")
        peers = json.loads(record.space(node).run(*words)).values()
        assert [each["connectionsDropped"] for each in peers] == [0] * 4, node


def test_a_kept_lab_is_listed_and_lets_people_in(kept: dict[str, Any], capfd: pytest.CaptureFixture[str]) -> None:
    listed = json.loads(CliRunner().invoke(main, ["lab", "list", "--format", "json"]).stdout)["result"]
    [mine] = [each for each in listed if each["lab"] == kept["lab"]]
    assert (mine["state"], mine["processes"], mine["site"]) == ("kept", 12, kept["site"])
    assert on(kept, "shell", "r1", "vtysh", "-c", "show running-config").exit_code == 0
    assert "description r2 swp1" in capfd.readouterr().out
    assert on(kept, "shell", "left", "--", "ip", "-br", "address").exit_code == 0
    assert "nic0" in capfd.readouterr().out
    assert "did you mean r1" in on(kept, "shell", "rr1", "id").output


def test_packets_of_a_link_are_written_down(kept: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "up.pcap"
    assert on(kept, "capture", "r1:swp2", "--seconds", "1.5", "-o", str(path)).exit_code == 0
    data, at, found = path.read_bytes(), 24, []
    assert struct.unpack("<IHHiIII", data[:24]) == (0xA1B23C4D, 2, 4, 0, 0, 65535, 1)
    while at < len(data):
        size = struct.unpack_from("<IIII", data, at)[2]
        found.append(data[at + 16 : at + 16 + size])
        at += 16 + size
    assert len(found) >= 8
    # Single-hop BFD is sent to port 3784 (RFC 5881 section 4), behind 34 B of headers over IPv4.
    assert any(each[12:14] == b"\x08\x00" and each[36:38] == (3784).to_bytes(2, "big") for each in found)
    assert "port 3784 dscp 48" in on(kept, "capture", "r2:swp1", "--count", "12").stdout


def test_a_broken_link_is_left_and_taken_again(kept: dict[str, Any]) -> None:
    far = "10.65.0.1"  # the loopback of r4
    assert hops(kept, "r1", far) == 2
    assert "silent" in on(kept, "break", "r2:swp1").stdout
    until(lambda: hops(kept, "r1", far) == 1, 5)
    assert on(kept, "break", "r1:swp2>r2:swp1", "--restore").exit_code == 0
    until(lambda: hops(kept, "r1", far) == 2, 30)
    assert on(kept, "break", "r1:swp2", "--carrier").exit_code == 0
    until(lambda: hops(kept, "r1", far) == 1, 1)
    assert "no link r1:swp9" in on(kept, "break", "r1:swp9").output


def changed(configs: DeviceConfigs, path: str, old: str, new: str) -> DeviceConfigs:
    """The rendered files with a mistake in one."""
    assert any(old in file.text for file in configs.artifacts if file.path == path)
    return DeviceConfigs(tuple(
        replace(file, text=file.text.replace(old, new)) if file.path == path else file for file in configs.artifacts
    ))  # fmt: skip


def test_a_mistake_in_one_text_is_seen_where_it_is_and_a_leaf_is_no_way_round(tmp_path: Path) -> None:
    """The renderer's text without one session of one leaf: exactly the routes over it are not as planned."""
    nouns, _, _ = terminal.read_or_leave(written(tmp_path, LEAVES), "text", None)
    network, address = nouns.network.value, nouns.address.value
    wanted = planned(network, address, nouns.policy.value)
    peer = next(each for each in Sheet(address).ports["t-spine-1"] if each.port == "swp1" and each.family == 4).bare
    text = next(file.text for file in nouns.configs.value.artifacts if file.path == "frr/t-leaf-0.conf")
    lines = [line for line in text.splitlines() if f"neighbor {peer} " in line]
    configs = changed(nouns.configs.value, "frr/t-leaf-0.conf", "\n".join(lines) + "\n", "")
    mine = {prefix for prefix in _own(nouns, "t-leaf-0") if "." in prefix}
    with running(network, address, configs, scale=usual_scale(network)) as lab:

        def wrong() -> list[Difference]:
            return [each for node in wanted for each in differences(node, wanted[node], kernel(lab, node))]

        def as_expected() -> bool:
            """Over the other spine alone to and from that leaf; the spine without the session has no way at all."""
            found = {(each.node, each.prefix): each.found for each in wrong() if "." in each.prefix}
            return len(wrong()) == len(found) and found == {
                (node, prefix): () if node == "t-spine-1" else ("swp3",)
                for node in wanted if node != "t-spine-0" for prefix in wanted[node]
                if "." in prefix and (node == "t-leaf-0" or prefix in mine or prefix == "10.65.0.0/32")
            }  # fmt: skip

        until(as_expected, 30)
        assert not reached(lab).wrong
        name = lab.name
    assert not traces(name)


def test_a_text_that_frr_refuses_is_a_failure_of_the_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = written(tmp_path, DIAMOND)
    nouns, _, _ = terminal.read_or_leave(site, "text", None)
    wrong = changed(nouns.configs.value, "frr/r1.conf", "maximum-paths", "maximum-path5")
    monkeypatch.setattr(Nouns, "configs", Held.of(wrong))
    result = CliRunner().invoke(main, ["lab", "run", str(site), "--no-measure"])
    assert result.exit_code == 1
    assert "r1: FRR refuses what is rendered: line " in result.stderr
    assert "maximum-path5" in result.stderr


def _own(nouns: object, device: str) -> list[str]:
    rows = nouns.address.value.prefixes  # type: ignore[attr-defined]
    return [prefix for prefix, owner in zip(rows.prefix.tolist(), rows.device.tolist(), strict=True) if owner == device]


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGKILL])
def test_an_interrupted_lab_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    site = written(tmp_path, DIAMOND)
    before = {each.name for each in records.read()}
    code = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);" \
           "from easterly.app.cli import main; main()"  # fmt: skip
    command = [sys.executable, "-c", code, "lab", "run", str(site), "--no-measure"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
        made = _made(program.pid, before)
        program.send_signal(number)
        program.wait(20)
    assert program.returncode != 0
    if number == signal.SIGKILL:
        assert traces(made)
        CliRunner().invoke(main, ["lab", "clean", made])
    assert not traces(made)


def _made(pid: int, before: set[str]) -> str:
    """Name of the lab of a program, as soon as some of its daemons run."""
    for _ in range(300):
        for each in records.read():
            if each.name not in before and each.owner.pid == pid and len(each.processes) > 4:
                return each.name
        time.sleep(0.05)
    raise AssertionError("no lab was made")


def test_a_process_that_got_the_number_of_another_is_not_that_one() -> None:
    mine = records.Process.of(os.getpid())
    assert mine.alive
    assert not records.Process(mine.pid, mine.start - 1).alive
    assert not records.Process.of(2**22 + 1).alive
