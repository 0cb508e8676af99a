"""The real nft takes the lists, and the kernel holds what they say; packets that it forwards are judged as planned."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from tests.config.access.test_dialects import PORTS
from tests.config.access.worlds import devices, world
from tests.lab import require_root

from easterly.config.nftables import check, render
from easterly.config.running import run
from easterly.model.access import AccessList, AccessRule, DeviceAccess
from easterly.model.outcome import Artifact, Validation

pytestmark = pytest.mark.lab


@pytest.fixture(autouse=True, scope="module")
def _parts() -> None:
    require_root("ip", "nft", "unshare")


def judged(text: str) -> Validation:
    checker = check.checker()
    assert checker is not None
    return checker.check(Artifact("a.nft", text, "a", "nftables", ""))


@given(devices(PORTS["linux"], rest=True))
@settings(max_examples=10)
def test_the_kernel_holds_what_was_wanted(wanted: DeviceAccess) -> None:
    assert judged(render(wanted)) == Validation("a.nft", "nft", True, "")


def test_files_of_a_plan_are_taken_and_mistakes_found() -> None:
    files = [file for file in world().configs.value.artifacts if file.dialect == "nftables"]
    assert len(files) == 7
    assert all(judged(file.text).ok for file in (files[0], files[-1]))
    for old, new in ((" ip daddr", " ip6 daddr"), ("accept", "except"), ("10.66.", "10.666.")):
        assert judged(files[0].text.replace(old, new, 1)).ok is False


PLACES = {"a": ("br-a", "10.1.0"), "b": ("br-b", "10.2.0"), "c": ("br-c", "10.3.0")}


def test_packets_pass_and_are_dropped_as_planned() -> None:
    """Hosts a, b, c around a router: a opens to b, b answers, c is fenced; spoofed sources are dropped."""
    nets = {name: f"{net}.0/24" for name, (_, net) in PLACES.items()}
    every = "0.0.0.0/0"
    rules = {
        "a": (AccessRule(nets["a"], nets["b"], True), AccessRule(every, every, False)),
        "b": (AccessRule(nets["b"], nets["a"], True, reply=True), AccessRule(every, every, False)),
        "c": (AccessRule(nets["c"], nets["c"], True), AccessRule(every, every, False)),
    }
    lists = tuple(AccessList(f"t-{name}", rules[name], (PLACES[name][0],)) for name in PLACES)
    text = render(DeviceAccess("r", lists, ("lo",)))
    assert {pair: connects(text, *pair) for pair in ("ab", "ba", "ca", "cb")} == {
        "ab": True, "ba": False, "ca": False, "cb": False,
    }  # fmt: skip
    opened = replace(lists[2], rules=(AccessRule(nets["c"], nets["b"], True), *rules["c"]))
    back = replace(lists[1], rules=(AccessRule(nets["b"], nets["c"], True, reply=True), *rules["b"]))
    assert connects(render(DeviceAccess("r", (lists[0], back, opened), ("lo",))), *"cb")


def connects(text: str, src: str, dst: str) -> bool:
    """Whether a TCP connection from one host to another is made, through a router that has the lists."""
    lines = ["set -e", "mount -t tmpfs none /run", "mkdir -p /run/netns", "ip link set lo up",
             "sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0"]  # fmt: skip
    for name in (src, dst):
        bridge, net = PLACES[name]
        lines += [
            f"ip netns add {name}", f"ip link add {bridge} type veth peer name eth0 netns {name}",
            f"ip addr add {net}.1/24 dev {bridge}", f"ip link set {bridge} up",
            f"ip -n {name} addr add {net}.2/24 dev eth0", f"ip -n {name} link set eth0 up",
            f"ip -n {name} route add default via {net}.1",
        ]  # fmt: skip
    serve = "import socket; s = socket.create_server((str(), 9)); s.settimeout(3); print(1, flush=True); s.accept()"
    ask = f'import socket; socket.create_connection((\\"{PLACES[dst][1]}.2\\", 9), 0.3)'
    lines += [
        f"nft -f - <<'END'\n{text}END", f'ip netns exec {dst} python3 -c "{serve}" >/run/up 2>/dev/null & ',
        "while [ ! -s /run/up ]; do sleep 0.01; done", f'ip netns exec {src} python3 -c "{ask}" && echo MADE',
    ]  # fmt: skip
    done = run(["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", "\n".join(lines)])
    assert "MADE" in done.stdout or "timed out" in done.stderr, done
    return "MADE" in done.stdout
