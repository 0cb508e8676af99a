"""Open vSwitch in a namespace, with a database and a folder of its own: a bridge from its rendered script."""

from __future__ import annotations

import ctypes
import fcntl
import re
import shutil
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from easterly.app.lab.daemons import RefusedText, awaited, begun
from easterly.app.lab.records import Process
from easterly.app.lab.spaces import LabError, Space, command
from easterly.config.ovs.render import BRIDGE

PROGRAMS = ("ovsdb-tool", "ovsdb-server", "ovs-vswitchd", "ovs-vsctl", "ovs-ofctl", "ovs-appctl")
SCHEMA = Path("/usr/share/openvswitch/vswitch.ovsschema")
PATIENCE_S = 10.0
SIOCETHTOOL, ETHTOOL_STXCSUM = 0x8946, 0x17
"""Of linux/sockios.h and linux/ethtool.h: checksums of what is sent are the card's business, or not."""
LEARNT = " table=5,"
VERSION = ("-O", "OpenFlow15")


def impossible() -> str:
    """Why there can be no bridges here; empty if there can."""
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    return f"Open vSwitch's {' and '.join(absent)} not installed" if absent else ""


def start(space: Space, folder: Path, name: str, files: Mapping[str, str], told: Callable[[Process], None]) -> None:
    """Start database and switch of one bridge, and carry its rendered script out.

    Parameters
    ----------
    space : Space
        With the bridge's ports in it.
    folder : Path
        Its own, which is made.
    name : str
        Of the bridge: its script is ``<name>.sh``.
    files : mapping of str to str
        Script, flows and groups by name, as rendered.
    told : callable
        Given each process as soon as there is one.

    Raises
    ------
    LabError
        A program did not come up.
    RefusedText
        Open vSwitch does not take the files; the message has its words.
    """
    folder.mkdir(mode=0o755)
    for path, text in files.items():
        (folder / path).write_text(text, encoding="utf-8")
    command("ovsdb-tool", "create", str(folder / "conf.db"), str(SCHEMA))
    own = [f"--remote=punix:{folder / 'db.sock'}", f"--pidfile={folder / 'db.pid'}", str(folder / "conf.db")]
    server = begun(space, folder, "ovsdb-server", _words(folder, "ovsdb-server", *own), told)
    awaited(folder / "db.sock", server, folder)
    asked(space, folder, "ovs-vsctl", "--no-wait", "init")
    own = [f"--pidfile={folder / 'vs.pid'}", f"unix:{folder / 'db.sock'}"]
    switch = begun(space, folder, "ovs-vswitchd", _words(folder, "ovs-vswitchd", *own), told)
    awaited(folder / "vs.pid", switch, folder)
    try:
        asked(space, folder, "sh", str(folder / f"{name}.sh"))
    except LabError as error:
        raise RefusedText(f"{name}: Open vSwitch refuses what is rendered: {error}") from None


def asked(space: Space, folder: Path, *words: str) -> str:
    """What a program of Open vSwitch says that speaks to the switch of a folder.

    Raises
    ------
    LabError
        It fails.
    """
    return space.run(*_words(folder, *words))


def told(space: Space, folder: Path, *words: str) -> str:
    """What the daemon of a folder answers on its own socket (`ovs-appctl`).

    Raises
    ------
    LabError
        It has no answer.
    """
    number = int((folder / "vs.pid").read_text(encoding="ascii"))
    return asked(space, folder, "ovs-appctl", "-t", str(folder / f"ovs-vswitchd.{number}.ctl"), *words)


def _words(folder: Path, *words: str) -> list[str]:
    return ["env", *(f"{name}={folder}" for name in ("OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR")), *words]


def flows(space: Space, folder: Path) -> int:
    """Flows that a bridge has, without those that it has learnt (table 5)."""
    return len([line for line in _listed(space, folder, "dump-flows") if LEARNT not in line.partition(" actions=")[0]])


def groups(space: Space, folder: Path) -> int:
    """Groups that a bridge has."""
    return len([line for line in _listed(space, folder, "dump-groups") if "group_id=" in line])


def _listed(space: Space, folder: Path, what: str) -> list[str]:
    said = asked(space, folder, "ovs-ofctl", *VERSION, what, BRIDGE)
    return [line for line in said.splitlines() if "actions=" in line]


def lines(text: str) -> int:
    r"""Lines of a rendered file that say something.

    >>> lines("# flows\n\ntable=0,actions=drop\n")
    1
    """
    return sum(line[:1] not in ("", "#") for line in text.splitlines())


def noticed(space: Space, folder: Path, port: str, state: str) -> None:
    """Wait until the switch knows that a port is up or down.

    Raises
    ------
    LabError
        It does not notice.
    """
    end = time.monotonic() + PATIENCE_S
    while asked(space, folder, "ovs-vsctl", "get", "interface", port, "link_state").strip().strip('"') != state:
        if time.monotonic() > end:
            raise LabError(f"{folder.name}: Open vSwitch does not notice that {port} is {state}")
        time.sleep(0.02)


def up(space: Space, folder: Path) -> int:
    """Sessions of BFD of a bridge that are up, with the intervals that both sides have stated."""
    parts = re.split(r"^---- .*$", told(space, folder, "bfd/show"), flags=re.M)[1:]
    return sum("Local Session State: up" in part and _interval(part, "RX") == _interval(part, "Local Minimum RX")
               for part in parts)  # fmt: skip


def _interval(part: str, what: str) -> int:
    """Of a session [ms]."""
    found = re.search(rf"^ *{what} Interval: (?:Approx )?(\d+)ms", part, re.M)
    return int(found[1]) if found else -1


def checksummed(space: Space, ports: Iterable[str]) -> None:
    """Have checksums filled in before packets leave: a datapath in user space gets what no card has completed."""

    def each() -> None:
        for name in ports:
            _checksum(name)

    space.call(each)


class _Value(ctypes.Structure):
    """``struct ethtool_value``."""

    _fields_ = (("cmd", ctypes.c_uint32), ("data", ctypes.c_uint32))


class _Request(ctypes.Structure):
    """``struct ifreq``, as ethtool uses it."""

    _fields_ = (("name", ctypes.c_char * 16), ("data", ctypes.c_void_p), ("rest", ctypes.c_char * 16))


def _checksum(port: str) -> None:
    value = _Value(ETHTOOL_STXCSUM, 0)
    request = _Request(port.encode(), ctypes.addressof(value), b"")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        try:
            fcntl.ioctl(one, SIOCETHTOOL, request)
        except OSError as error:
            raise LabError(f"{port}: checksums cannot be had: {error.strerror}") from None
