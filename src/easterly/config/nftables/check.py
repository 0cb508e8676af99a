"""The real `nft` as a checker: a file is loaded in a network namespace of its own, and compared with what it became."""

from __future__ import annotations

import shlex
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from easterly.config.linux.qos.check import alone, reason
from easterly.config.nftables.parse import parse
from easterly.config.nftables.render import TABLE
from easterly.model.access import DeviceAccess
from easterly.model.outcome import Artifact, Validation

MARK = "@@@"


@dataclass(frozen=True, slots=True)
class Checker:
    """`nft` with the kernel of this machine."""

    def takes(self, file: Artifact) -> bool:
        """Whether the file is one that it can judge."""
        return file.dialect == "nftables"

    def check(self, file: Artifact) -> Validation:
        """Have `nft` check a file, load it, and compare what the kernel shows with what the text says."""
        with tempfile.TemporaryDirectory(prefix="easterly-nft-") as folder:
            path = Path(folder) / "file.nft"
            path.write_text(file.text)
            name = shlex.quote(str(path))
            code, said = alone(f"nft -c -f {name} && nft -f {name} && echo {MARK} && nft -n list table inet {TABLE}")
            said = said.replace(str(path), path.name)
        if code:
            return Validation(file.path, "nft", False, said.partition(MARK)[0].strip())
        try:
            wanted, found = parse(file.text), parse(said.partition(MARK)[2])
        except ValueError as error:
            return Validation(file.path, "nft", False, str(error))
        alike = _unordered(wanted) == _unordered(found)
        return Validation(file.path, "nft", alike, "" if alike else "the kernel holds other rules than the file has")


def _unordered(access: DeviceAccess) -> tuple[object, ...]:
    """Interfaces in sets: the kernel keeps no order of them."""
    return frozenset(access.trusted), [(each.name, each.rules, frozenset(each.ports)) for each in access.lists]


def checker() -> Checker | None:
    """The checker of this machine; None where there is no `nft`, or no namespace to be had."""
    return Checker() if shutil.which("nft") and not reason() else None
