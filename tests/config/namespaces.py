"""Real routers: one network namespace each, veth cables, FRR's daemons, the rendered files as they are."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.config.rendered import text_of
from tests.lab import require, require_root

from easterly.model.network import LinkKind, Network
from easterly.model.outcome import DeviceConfigs


def run(*command: str, check: bool = True) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0 or not check, (command, done.stdout, done.stderr)
    return done.stdout


@dataclass
class Lab:
    """Namespaces by router, and the processes in them."""

    folder: Path
    spaces: dict[str, str] = field(default_factory=dict)
    daemons: list[int] = field(default_factory=list)

    def within(self, router: str, *command: str, check: bool = True) -> str:
        return run("ip", "netns", "exec", self.spaces[router], *command, check=check)

    def vtysh(self, router: str, *arguments: str) -> str:
        return self.within(router, "vtysh", "--vty_socket", str(self.folder / router), *arguments)

    def next_hops(self, router: str, prefix: str) -> set[str]:
        """Gateways of the kernel's route: what packets will really do."""
        family = "-6" if ":" in prefix else "-4"
        routes: list[dict[str, Any]] = json.loads(
            self.within(router, "ip", family, "-j", "route", "show", prefix) or "[]"
        )
        hops = [hop for route in routes for hop in route.get("nexthops", [route])]
        return {hop["gateway"] for hop in hops if "gateway" in hop}

    def start(self, router: str, text: str) -> None:
        """Daemons first, then the rendered file through vtysh, as an operator would load it."""
        folder = self.folder / router
        folder.mkdir()
        folder.chmod(0o777)
        (folder / "empty.conf").write_text("")
        own = ["--vty_socket", str(folder), "-z", str(folder / "zserv.api"), "-f", str(folder / "empty.conf")]
        for daemon in ("zebra", "bgpd", "bfdd"):
            pid = folder / f"{daemon}.pid"
            extra = ["--bfdctl", str(folder / "bfdd.sock")] if daemon == "bfdd" else []
            self.within(
                router, require(daemon), "-d", *own, "-i", str(pid), *extra, "--log", f"file:{folder / daemon}.log"
            )
            wait_for(lambda path=pid: path.exists() and path.read_text().strip() != "", 10)
            self.daemons.append(int(pid.read_text()))
        wait_for((folder / "bgpd.vty").exists, 10)
        (folder / "frr.conf").write_text(text)
        self.vtysh(router, "-f", str(folder / "frr.conf"))


def wait_for(condition: Callable[[], bool], seconds: float) -> float:
    """Wait on a condition, never on a sleep; how long it took."""
    begin = time.monotonic()
    while not condition():
        assert time.monotonic() - begin < seconds, "the condition never came true"
        time.sleep(0.1)
    return time.monotonic() - begin


@contextmanager
def running(network: Network, configs: DeviceConfigs, folder: Path) -> Iterator[Lab]:
    """A fabric that runs; everything is taken down at the end, whatever happened."""
    require_root()
    for program in ("ip", "vtysh", "zebra", "bgpd", "bfdd", "sysctl"):
        require(program)
    lab = Lab(folder)
    try:
        _build(lab, network, configs)
        yield lab
    finally:
        for pid in lab.daemons:
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                continue
        for space in lab.spaces.values():
            run("ip", "netns", "del", space, check=False)


def _build(lab: Lab, network: Network, configs: DeviceConfigs) -> None:
    names, links = network.nodes.name.tolist(), network.links
    routers = [names[i] for i in range(len(names)) if network.transit[i]]
    settings = lab.folder / "switch.conf"
    settings.write_text(text_of(configs, "linux/90-fabric-switches.conf"))
    for i, router in enumerate(routers):
        lab.spaces[router] = f"ea{os.getpid() % 100000}-{i}"
        run("ip", "netns", "add", lab.spaces[router])
        lab.within(router, "ip", "link", "set", "lo", "up")
        lab.within(router, "ip", "link", "add", "br-hosts", "type", "bridge")
        lab.within(router, "ip", "link", "set", "br-hosts", "up")
        lab.within(router, "sysctl", "-q", "-p", str(settings))
    for row in network.cables.tolist():
        if links.kind[row] != LinkKind.HOST:
            a, b = lab.spaces[names[links.src[row]]], lab.spaces[names[links.dst[row]]]
            p, q = f"swp{links.src_port[row]}", f"swp{links.dst_port[row]}"
            run("ip", "link", "add", p, "netns", a, "type", "veth", "peer", "name", q, "netns", b)
            for space, port in ((a, p), (b, q)):
                run("ip", "-n", space, "link", "set", port, "up")
    for router in routers:
        lab.start(router, text_of(configs, f"frr/{router}.conf"))
