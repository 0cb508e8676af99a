"""FRR's own checkers, run on one file at a time in a directory of their own."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from easterly.config.running import run
from easterly.model.outcome import Artifact, Validation

CRASH_LOGS = Path("/var/tmp/frr")
"""Where a daemon makes itself a folder for the day that it crashes, and leaves it."""
DAEMONS = ("/usr/lib/frr", "/usr/local/sbin", "/usr/libexec/frr", "/usr/sbin")
# bgpd prints what it refuses and still exits with 0. The nexthop message is about zebra, which does not run;
# that about a directory is about crash logs, of which a process with the same number left one behind.
_REFUSED = re.compile(r"No such command|Command incomplete|Ambiguous|Error occurred|[Ii]nvalid|[Ff]ailed|%|not exist")
_HARMLESS = re.compile(r"zclient_send_message|sendmsg_nexthop|failed to mkdir")
_STAMP = re.compile(r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d ")


@dataclass(frozen=True, slots=True)
class Checker:
    """The programs of an installed FRR."""

    vtysh: str
    bgpd: str | None
    version: str

    def takes(self, file: Artifact) -> bool:
        """Whether the file is one that it can judge: every FRR file is."""
        return file.dialect == "frr"

    def check(self, file: Artifact) -> Validation:
        """Syntax of the whole file by vtysh, then its BGP part by bgpd."""
        with tempfile.TemporaryDirectory(prefix="easterly-frr-") as name:
            folder = Path(name)
            # bgpd gives up its rights before it opens its directory.
            folder.chmod(0o777)
            path = folder / "frr.conf"
            path.write_text(file.text)
            path.chmod(0o644)
            said = self._syntax(path) or self._semantics(folder, file.text)
        return Validation(file.path, self.version, not said, said)

    def _syntax(self, path: Path) -> str:
        done = run([self.vtysh, "-C", "-f", str(path)])
        return (
            "" if done.returncode == 0 else _clean(done.stdout + done.stderr, path) or f"vtysh exits {done.returncode}"
        )

    def _semantics(self, folder: Path, text: str) -> str:
        if self.bgpd is None:
            return ""
        path = folder / "bgpd.conf"
        path.write_text(bgp_part(text))
        path.chmod(0o644)
        own = ["--vty_socket", str(folder), "-i", str(folder / "pid"), "-z", str(folder / "zserv.api")]
        pids: list[int] = []
        done = run([self.bgpd, "-C", "-f", str(path), *own], pids.append)
        for pid in pids:
            shutil.rmtree(CRASH_LOGS / f"bgpd.{pid}", ignore_errors=True)
        lines = _clean(done.stdout + done.stderr, path).splitlines()
        said = [line for line in lines if _REFUSED.search(line) and not _HARMLESS.search(line)]
        if done.returncode != 0 and not said:
            said = [f"bgpd exits {done.returncode}", *lines]
        return "\n".join(said)


@cache
def checker() -> Checker | None:
    """The checkers of this machine; None where there is no vtysh."""
    vtysh = shutil.which("vtysh")
    if vtysh is None:
        return None
    bgpd = next((path for folder in DAEMONS if (path := shutil.which("bgpd", path=folder))), None)
    words = run([bgpd or vtysh, "--version"]).stdout.split()
    number = next((word for word in words if re.match(r"\d+\.\d", word)), "of unknown version")
    return Checker(vtysh, bgpd, f"FRR {number} ({'vtysh -C, bgpd -C' if bgpd else 'vtysh -C'})")


def bgp_part(text: str) -> str:
    r"""The blocks that bgpd knows: in an integrated file it would complain of every other daemon's lines.

    >>> bgp_part("interface lo\n ip address 10.0.0.1/32\nexit\nrouter bgp 1\n bgp router-id 10.0.0.1\nexit\n")
    'router bgp 1\n bgp router-id 10.0.0.1\nexit\n'
    """
    kept, inside = [], False
    for line in text.splitlines():
        if line and not line[0].isspace() and line != "exit":
            inside = line.startswith(("router bgp", "ip prefix-list", "ipv6 prefix-list"))
        if inside:
            kept.append(line)
    return "\n".join(kept) + "\n" if kept else ""


def _clean(output: str, path: Path) -> str:
    """Without time stamps and temporary names: equal files get equal answers."""
    lines = (_STAMP.sub("", line).replace(str(path), path.name).rstrip() for line in output.splitlines())
    return "\n".join(line for line in lines if line)
