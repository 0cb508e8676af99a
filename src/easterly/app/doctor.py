"""What is installed here, and what is lost where something is not."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec


@dataclass(frozen=True, slots=True)
class Part:
    """Something that Easterly uses where it is there.

    Attributes
    ----------
    name : str
        ``vtysh``, ``flow``, ``numpy``.
    kind : str
        python, library, kernel, validator or extra. Without the first three nothing works.
    found : bool
    version : str or None
        None where it is absent or does not say.
    lost : str
        What cannot be done without it, and how to get it.
    """

    name: str
    kind: str
    found: bool
    version: str | None
    lost: str

    @property
    def needed(self) -> bool:
        """Whether Easterly cannot plan without it."""
        return self.kind in ("python", "library", "kernel")


LIBRARIES = {
    "alembic": "migrations of the address store",
    "click": "the command line",
    "defusedxml": "reading GraphML and SNDlib files safely",
    "highspy": "tight bounds by linear programmes",
    "httptools": "the address manager's service",
    "jinja2": "device configuration and the report",
    "numpy": "every computation",
    "pydantic": "reading site files",
    "pyyaml": "reading site files",
    "rich": "tables and progress bars",
    "sqlalchemy": "the address store",
    "starlette": "the address manager's service",
    "uvicorn": "the address manager's service",
    "uvloop": "the address manager's service",
}
KERNEL = {
    "graph": "shortest paths and equal-cost multipath",
    "flow": "max-min fair rates and hashing",
    "fluid": "activities that share links, event by event",
    "allocate": "rates of demands over many paths",
    "admit": "measured load, for the admission of flows",
    "aqm": "queue management: drops and marks",
    "buffer": "shared packet memory, headroom and pauses",
    "calculus": "worst delays and backlogs",
    "classify": "first match of packets among rules",
    "control": "fluids of congestion control, and delay stability",
    "curve": "exact curves of network calculus",
    "cut": "maximum flows and least cuts",
    "dag": "order and start times of schedules",
    "fabric": "routes of structured fabrics",
    "hash": "hash functions of switches",
    "meter": "token buckets and markers",
    "packet": "networks packet by packet",
    "paths": "k shortest and disjoint paths",
    "prefix": "sets of prefixes and longest matches",
    "queue": "waiting times at stations",
    "random": "reproducible random streams",
    "robust": "random graphs, percolation and epidemics",
    "sched": "schedulers of queues",
    "traffic": "models of traffic and their estimation",
    "maths": "functions with the same bits on every machine",
}
VALIDATORS = {
    "vtysh": "the syntax check of rendered FRR configuration: files are marked `not validated` (install frr)",
    "netplan": "netplan's check of hosts and switches: files are marked `not validated` (install netplan.io)",
    "tc": "the kernel's check of rendered classes and policers: files are marked `not validated` (install iproute2)",
    "nft": "nftables' check of rendered policers: files are marked `not validated` (install nftables)",
    "bgpd": "BGP's own check of rendered FRR configuration: files are marked `not validated` (install frr)",
}
READERS = {
    "haproxy": "HAProxy's check of front ends: files are marked `not validated` (install haproxy)",
    "nginx": "nginx's check of front ends: files are marked `not validated` (install nginx)",
    "bird": "BIRD's check of routers: files are marked `not validated` (install bird2)",
    "yanglint": "YANG's check of SONiC's tables: files are marked `not validated` (install libyang2-tools)",
    "ovs-ofctl": "Open vSwitch's check of flows: files are marked `not validated` (install openvswitch-common)",
    "kubectl": "kubectl's check of objects: files are marked `not validated` (install kubernetes-client)",
}
EXTRAS = {
    "pyavd": "Arista's own renderer on the text of EOS (pip install 'easterly[arista]')",
    "ray": "sweeps on a cluster (pip install 'easterly[cluster]')",
    "networkx": "comparisons with networkx in the tests (pip install 'easterly[test]')",
    "scipy": "comparisons with linear programmes in the tests (pip install 'easterly[test]')",
    "playwright": "the browser tests of the report (pip install 'easterly[test]')",
}
FLAGS = {"ip": "-V", "tc": "-V", "haproxy": "-v", "nginx": "-v", "kubectl": "version --client"}
"""How programs are asked for their version that do not know ``--version``."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DAEMONS = "/usr/lib/frr"


def examine() -> tuple[Part, ...]:
    """Look for everything that Easterly uses.

    Returns
    -------
    tuple of Part
        What is needed first, then what is optional; the order is fixed. Nothing is raised: what cannot be
        examined counts as absent.

    Examples
    --------
    >>> sorted({part.kind for part in examine()})
    ['extra', 'kernel', 'library', 'python', 'validator']
    """
    return (_python(), *_libraries(), *_features(), *_validators(), *_extras())


def _python() -> Part:
    return Part(
        "python", "python", sys.version_info >= (3, 11), platform.python_version(), "everything (3.11 or newer)"
    )


def _libraries() -> tuple[Part, ...]:
    return tuple(_package(name, "library", lost) for name, lost in LIBRARIES.items())


def _extras() -> tuple[Part, ...]:
    packages = tuple(_package(name, "extra", lost) for name, lost in EXTRAS.items())
    browser = _program("chromium", _first(BROWSERS), "the browser tests of the report (install chromium)", "extra")
    spaces = _program("ip", _first(("ip",)), "the lab, and the tests on live routers (install iproute2)", "extra")
    return (*packages, browser, spaces)


def _package(name: str, kind: str, lost: str) -> Part:
    try:
        found: str | None = version(name)
    except PackageNotFoundError:
        found = None
    return Part(name, kind, found is not None, found, lost)


def _features() -> tuple[Part, ...]:
    """Rooms of the compiled core; a build that went wrong shows here, not in the middle of a plan."""
    return tuple(Part(name, "kernel", _loads(name), None, lost) for name, lost in KERNEL.items())


def _loads(room: str) -> bool:
    name = f"easterly._kernel.{room}"
    try:
        if find_spec(name) is None:
            return False
        __import__(name)
    except ImportError:
        return False
    return True


def _validators() -> tuple[Part, ...]:
    bgpd = shutil.which("bgpd") or shutil.which("bgpd", path=DAEMONS)
    checker = _program("bgpd", bgpd, VALIDATORS["bgpd"], "validator")
    netplan = _program("netplan", shutil.which("netplan"), VALIDATORS["netplan"], "validator")
    # vtysh does not say its version; it comes with bgpd, in one package.
    here = shutil.which("vtysh") is not None
    vtysh = Part("vtysh", "validator", here, checker.version if here else None, VALIDATORS["vtysh"])
    qos = (_program(name, shutil.which(name), VALIDATORS[name], "validator") for name in ("tc", "nft"))
    places = f"{os.environ.get('PATH', '')}:/usr/sbin"
    others = (_program(name, shutil.which(name, path=places), lost, "validator") for name, lost in READERS.items())
    return vtysh, checker, netplan, *qos, *others


def _first(names: tuple[str, ...]) -> str | None:
    return next((path for name in names if (path := shutil.which(name))), None)


def _program(name: str, path: str | None, lost: str, kind: str) -> Part:
    return Part(name, kind, path is not None, _version(path) if path else None, lost)


def _version(program: str) -> str | None:
    """First dotted number that a program prints of itself."""
    flag = FLAGS.get(program.rpartition("/")[2], "--version")
    try:
        said = subprocess.run([program, *flag.split()], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    match = re.search(r"\d+(?:\.\d+)+", said.stdout + said.stderr)
    return match[0] if match else None
