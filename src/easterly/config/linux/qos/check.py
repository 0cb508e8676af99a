"""The real `tc` and `nft` as checkers: a file is loaded in a network namespace that ends with the check."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from easterly.config.linux.qos.compare import differences, policed_otherwise
from easterly.config.linux.qos.nft import TABLE, parse_nft
from easterly.config.linux.qos.parse import parse_tc
from easterly.config.linux.qos.shown import shown_tc
from easterly.config.running import run
from easterly.model.outcome import Artifact, Validation
from easterly.model.shaping import Shaper

NONE = "not validated"
MARK = "@@@"
ANY = "u32 match u32 0 0"
TREE = "tc qdisc add dev probe root handle 1: htb"
FILTER = "tc filter add dev probe protocol"
PROBES = {
    **{kind: f"tc qdisc add dev probe root {kind}" for kind in ("htb", "fq_codel", "pfifo", "bfifo")},
    "u32": f"{TREE} && {FILTER} ip parent 1: {ANY} flowid 1:1",
    "bpf": f'{TREE} && {FILTER} all parent 1: bpf bytecode "1,6 0 0 0"',
    "police": "tc qdisc add dev probe handle ffff: ingress && "
    f"{FILTER} ip parent ffff: {ANY} action police rate 1mbit burst 10k conform-exceed drop",
}
"""What shows that the kernel has a part, on an interface that is there for this alone."""


def alone(script: str) -> tuple[int, str]:
    """Run a shell script in a new network namespace; its exit code, and what it said."""
    done = run(["unshare", "--net", "sh", "-c", script])
    return done.returncode, done.stdout + done.stderr


@cache
def lacks(part: str) -> bool:
    """Whether this kernel has no such queue, filter or action: whether it refuses the plainest use of it."""
    return alone(f"ip link add probe type veth peer name other; {PROBES[part]}")[0] != 0


@cache
def reason() -> str:
    """Why nothing can be checked on this machine; empty if it can."""
    missing = [program for program in ("ip", "tc", "unshare") if shutil.which(program) is None]
    if missing:
        return f"{' and '.join(missing)} not installed"
    if os.geteuid() != 0 or alone("ip link add probe type veth peer name other")[0] != 0:
        return "no right to make a network namespace with interfaces"
    return ""


@dataclass(frozen=True, slots=True)
class Checker:
    """`tc` and `nft` with the kernel of this machine."""

    def takes(self, file: Artifact) -> bool:
        """Whether the file is one that it can judge."""
        return file.path.startswith("linux/") and file.path.endswith((".tc", ".nft"))

    def check(self, file: Artifact) -> Validation:
        """Load a file, look at what the kernel made of it, and compare.

        A file that needs what this kernel does not have is ``not validated``, with what is missing.
        """
        return _tc(file) if file.path.endswith(".tc") else _nft(file)


def checker() -> Checker | None:
    """The checker of this machine; None where there are no namespaces to be had."""
    return None if reason() else Checker()


def _tc(file: Artifact) -> Validation:
    words = set(re.sub("#.*", "", file.text).split())
    missing = [part for part in PROBES if part in words and lacks(part)]
    if missing:
        return Validation(file.path, NONE, None, f"this kernel has no {', no '.join(missing)}")
    try:
        shapers, _ = parse_tc(file.text)
    except ValueError as error:
        return Validation(file.path, "tc", False, str(error))
    devices = sorted({word for line in file.text.splitlines() for word in _devices(line)})
    shows = [
        f"echo {MARK}; tc {how} show dev {shaper.device}"
        for shaper in shapers for how in ("-j qdisc", "-d class", "-j filter")
    ]  # fmt: skip
    code, said = _load(f"tc -batch {MARK}", file.text, devices, shows)
    if code:
        return Validation(file.path, "tc", False, said.partition(MARK)[0].strip())
    _, *parts = said.split(MARK)
    wrong = [line for i, shaper in enumerate(shapers) for line in _wrong(shaper, *parts[3 * i : 3 * i + 3])]
    return Validation(file.path, "tc", not wrong, "; ".join(wrong))


def _wrong(wanted: Shaper, qdiscs: str, classes: str, filters: str) -> tuple[str, ...]:
    try:
        return differences(wanted, shown_tc(wanted.device, qdiscs, classes, filters), shown=True)
    except ValueError as error:
        return (str(error),)


def _nft(file: Artifact) -> Validation:
    if shutil.which("nft") is None:
        return Validation(file.path, NONE, None, "nft not installed")
    devices = sorted(set(re.findall(r'device "([^"]+)"', file.text)))
    code, said = _load(f"nft -f {MARK}", file.text, devices, [f"echo {MARK}; nft -n list table netdev {TABLE}"])
    if code:
        return Validation(file.path, "nft", False, said.partition(MARK)[0].strip())
    try:
        wrong = policed_otherwise(parse_nft(file.text), parse_nft(said.partition(MARK)[2]))
    except ValueError as error:
        return Validation(file.path, "nft", False, str(error))
    return Validation(file.path, "nft", not wrong, "; ".join(wrong))


def _devices(line: str) -> list[str]:
    words = shlex.split(line, comments=True)
    return [words[words.index("dev") + 1]] if "dev" in words else []


def _load(command: str, text: str, devices: list[str], shows: list[str]) -> tuple[int, str]:
    """Load a text in a namespace that has its interfaces, and show what came of it."""
    with tempfile.TemporaryDirectory(prefix="easterly-qos-") as folder:
        path = Path(folder) / "file"
        path.write_text(text)
        links = [f"ip link add {shlex.quote(name)} type veth peer name z{i}" for i, name in enumerate(devices)]
        script = [*links, command.replace(MARK, shlex.quote(str(path))), *shows]
        code, said = alone(" && ".join(script))
    return code, said.replace(str(path), "the file")
