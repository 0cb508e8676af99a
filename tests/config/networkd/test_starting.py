"""The real systemd-networkd with a switch's files: boot does not wait, and what FRR has set outlives a second start."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

import pytest
from tests.address.sites import site
from tests.lab import absent, require, require_root

from easterly.config.linux.check import PLACES
from easterly.study.nouns import Nouns
from easterly.study.rendering import rendered

pytestmark = pytest.mark.lab
SWITCH = "train-leaf-0"
NETWORKD, WAIT = "/lib/systemd/systemd-networkd", "/lib/systemd/systemd-networkd-wait-online"
OWN = """[Match]
Name=eth0
[Network]
Address=192.0.2.2/24
LinkLocalAddressing=no
IPv6AcceptRA=no
KeepConfiguration=yes
"""
"""The port that the switch is managed by, which is not the plan's: it says what the settings ask of it."""
SCRIPT = r"""
set -eu
trap 'kill $pid 2>/dev/null' EXIT
pid=
mount -t sysfs sysfs /sys
for place in /etc/systemd /run; do mount -t tmpfs -o mode=755 tmpfs $place; done
cp -r "$1/etc/systemd/." /etc/systemd
cp -r "$1/run/." /run
mkdir -p /run/udev/data
for row in $(seq 40); do echo I:1 >/run/udev/data/n$row; done  # udev has looked at all interfaces
mkdir -p /run/systemd/netif/links /run/systemd/netif/leases
chown -R systemd-network: /run/systemd/netif
echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
for port in $(seq 12); do ip link add swp$port type veth peer far$port; done
ip link add eth0 type veth peer far0
ip link set lo up
ip link set far0 up
ip link set far9 up  # the cables; nothing is plugged into the others
started() {
    SYSTEMD_LOG_LEVEL=debug $2 2>"$1" &
    pid=$!
    for turn in $(seq 250); do
        all=yes
        for port in eth0 swp9 br-hosts; do grep -q "^$port: State changed: .* configured$" "$1" || all=no; done
        [ $all = yes ] && return
        sleep 0.02
    done
    tail -n 50 "$1"
    exit 3
}
have() {
    ip -br address
    for what in nexthop route "-6 route" rule "neighbour show nud permanent"; do ip $what; done
}
started "$1/first" "$2"
$3 --timeout=1 && echo online || echo late
ip address add 10.65.0.9/32 dev swp9
ip address add 10.64.1.1/26 dev br-hosts
ip nexthop add id 77 via 10.65.0.10 dev swp9 onlink proto zebra
ip nexthop add id 78 blackhole proto zebra
ip nexthop add id 79 group 77 proto zebra
ip route add 10.7.0.0/24 nhid 79 proto bgp
ip route add 10.9.0.0/24 nhid 77 proto bgp
ip route add 10.8.0.0/16 nhid 78 proto bgp
ip route add 10.66.0.5/32 via 10.65.0.10 dev swp9 onlink proto 201
ip rule add from 10.1.0.0/16 table 300 priority 300 proto zebra
ip neighbour add 10.65.0.3 lladdr 02:00:00:00:00:03 dev br-hosts nud permanent
have >"$1/before"
kill $pid
wait $pid || true
started "$1/second" "$2"
have >"$1/after"
"""


@cache
def switch() -> dict[str, str]:
    made = rendered(Nouns(site(pools={"fabric": "10.64.0.0/16", "loopback": "10.65.0.0/24"})), ["networkd", "linux"])
    return {file.path: file.text for found in made.values() for file in found if file.device in (SWITCH, "")}


@pytest.fixture(params=["netplan", "networkd"])
def folder(request, tmp_path):
    """Files of one switch, as they lie on it."""
    require_root("ip", "unshare")
    for program in (NETWORKD, WAIT):
        if not Path(program).exists():
            absent(f"{program} is not installed")
    units, settings = (tmp_path / f"etc/systemd/{name}" for name in ("network", "networkd.conf.d"))
    for each in (units, settings, tmp_path / "run/systemd"):
        each.mkdir(parents=True)
    (units / "00-eth0.network").write_text(OWN)
    (settings / "90-fabric.conf").write_text(switch()["linux/90-fabric-networkd.conf"])
    if request.param == "networkd":
        for path, text in switch().items():
            if path.startswith("networkd/"):
                (units / Path(path).name).write_text(text)
        return tmp_path
    generate = next((place for place in PLACES if Path(place).exists()), None) or require("netplan")
    source = tmp_path / "etc/netplan/a.yaml"
    source.parent.mkdir()
    source.write_text(switch()[f"linux/{SWITCH}.yaml"])
    source.chmod(0o600)
    subprocess.run([generate, "--root-dir", str(tmp_path)], check=True, capture_output=True)
    return tmp_path


def begun(folder: Path) -> str:
    command = ["unshare", "--net", "--mount", "sh", "-c", SCRIPT, "sh", str(folder), NETWORKD, WAIT]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def lost(folder: Path) -> set[str]:
    before, after = ((folder / name).read_text().splitlines() for name in ("before", "after"))
    assert len(before) > 20
    return set(before) - set(after)


def test_boot_does_not_wait_and_a_second_start_removes_nothing(folder):
    assert begun(folder) == "online\n"
    assert lost(folder) == set()


@pytest.mark.parametrize("folder", ["networkd"], indirect=True)
def test_without_those_lines_boot_waits_and_all_is_gone(folder):
    """The other test could fail: so these are what it rests on."""
    (folder / "etc/systemd/networkd.conf.d/90-fabric.conf").unlink()
    for path in (folder / "etc/systemd/network").iterdir():
        text = path.read_text()
        path.write_text(text.replace("RequiredForOnline=no\n", "").replace("KeepConfiguration=yes\n", ""))
    assert begun(folder) == "late\n"
    words = {word for line in lost(folder) for word in line.split()}
    addresses, routes = {"10.65.0.9/32", "10.64.1.1/26"}, {"10.9.0.0/24", "10.8.0.0/16", "10.7.0.0/24", "10.66.0.5"}
    assert addresses | routes | {"77", "78", "79", "300:", "10.65.0.3"} <= words
