"""A service at two hosts: routers take both, and drop the one whose health check fails."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import ExitStack

import pytest
import yaml
from tests.app.lab.sites import DIAMOND, written
from tests.config.underlays import VARIANTS
from tests.lab import require_root

from easterly.app import terminal
from easterly.app.lab.build import running
from easterly.app.lab.cables import usual_scale

pytestmark = pytest.mark.lab
CHECK = {"port": 8053, "interval": "200ms", "timeout": "100ms", "fall": 2, "rise": 2}
DNS = {"address": ["10.66.0.53"], "at": ["left", "right"], "check": CHECK}
SERVER = "import socketserver as s; s.TCPServer.allow_reuse_address = True;" \
         "s.TCPServer(('', 8053), s.BaseRequestHandler).serve_forever()"  # fmt: skip


def ways(lab, router: str) -> set[str]:
    found = json.loads(lab.spaces[router].run("ip", "-j", "route", "show", "10.66.0.53") or "[]")
    return {hop["dev"] for route in found for hop in route.get("nexthops", [route]) if "dev" in hop}


def until(condition, seconds: float = 20.0) -> float:
    begin = time.monotonic()
    while not condition():
        assert time.monotonic() - begin < seconds
        time.sleep(0.02)
    return time.monotonic() - begin


@pytest.mark.parametrize("variant", ["bgp-fast", "isis-fast"])
def test_a_service_that_falls_ill_is_withdrawn_and_comes_back(variant, tmp_path):
    require_root("ip", "vtysh", "zebra", "bgpd", "bfdd", "isisd")
    spec = yaml.safe_load(DIAMOND)
    spec["fabrics"]["lab"]["underlay"], spec["anycast"] = VARIANTS[variant], {"dns": DNS}
    nouns, _, _ = terminal.read_or_leave(written(tmp_path, yaml.safe_dump(spec)), "text", None)
    plan = nouns.network.value, nouns.address.value, nouns.configs.value
    with running(*plan, scale=usual_scale(plan[0])) as lab, ExitStack() as stack:

        def start(node: str, *command: str) -> subprocess.Popen[bytes]:
            words = ["ip", "netns", "exec", lab.spaces[node].name, *command]
            made = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            stack.callback(made.wait)
            stack.callback(made.kill)
            return made

        servers = {host: start(host, sys.executable, "-c", SERVER) for host in ("left", "right")}
        (tmp_path / "watch.py").write_text(lab.text("anycast/watch.py"))
        for router in ("r1", "r4"):
            (tmp_path / f"{router}.json").write_text(lab.text(f"anycast/{router}.json"))
            start(router, sys.executable, str(tmp_path / "watch.py"), str(tmp_path / f"{router}.json"), str(tmp_path))
        until(lambda: len(ways(lab, "r2")) == 2)
        servers["left"].kill()
        gone_s = until(lambda: len(ways(lab, "r2")) == 1)
        # Two failures 200 ms apart, the first after 0 to 200 ms and each refused at once; then BGP or an SPF.
        assert gone_s >= 0.2
        (tmp_path / "dns.right.drain").write_text("")
        until(lambda: not ways(lab, "r2"))
        (tmp_path / "dns.right.drain").unlink()
        until(lambda: len(ways(lab, "r2")) == 1)
