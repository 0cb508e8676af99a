"""``yanglint`` on tables of config_db.json, with SONiC's YANG models where they are.

The models are in ``/usr/local/yang-models`` of a switch, and in sonic-buildimage under src/sonic-yang-models. A switch
loads the rendered tables over those of its platform: what that has and these do not is assumed, so that the models have
nothing to miss.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from easterly.config.running import run
from easterly.config.sonic.instance import instance
from easterly.config.sonic.models import Table, tables
from easterly.model.outcome import Artifact, Validation

FOLDER = "/usr/local/yang-models"
VARIABLE = "EASTERLY_YANG_MODELS"
PORT = re.compile(r"Ethernet(\d+)")
PLATFORM = {"KERNEL_VRF_FALLBACK": {"GLOBAL": {"status": "disabled"}}}
"""Rows that a model wants and every switch has from its first start."""
_PLACE = re.compile(r",? ?line number \d+")


@dataclass(frozen=True, slots=True)
class Checker:
    """An installed yanglint, and a folder of models."""

    program: str
    version: str
    folder: Path

    def takes(self, file: Artifact) -> bool:
        """Whether the file is tables of SONiC."""
        return file.dialect == "sonic"

    def check(self, file: Artifact) -> Validation:
        """Have the tables, as instance data, held against the modules that have them."""
        found: dict[str, Any] = json.loads(file.text)
        models = tables(self.folder)
        lacking = sorted(found.keys() - models.keys())
        by = f"yanglint {self.version} (SONiC's models, lanes assumed{_none(lacking)})"
        if len(lacking) == len(found):
            return Validation(file.path, "not validated", None, f"no models of its tables in {self.folder}")
        whole = on_platform(found, models)
        modules = sorted({str(models[name].file) for name in whole if name in models})
        try:
            said = self._said(modules, instance(whole, models))
        except ValueError as error:
            said = str(error)
        broken = self._said(modules) if said else ""
        if broken:
            return Validation(file.path, "not validated", None, f"yanglint cannot read the models: {broken}")
        return Validation(file.path, by, not said, said)

    def _said(self, modules: list[str], data: str = "") -> str:
        """What yanglint says against some data, or against the models alone."""
        with tempfile.TemporaryDirectory(prefix="easterly-yanglint-") as name:
            path = Path(name) / "config_db.xml"
            path.write_text(data)
            given = ["-t", "config", *modules, str(path)] if data else modules
            done = run([self.program, "-D", "-i", "-p", str(self.folder), *given])
        if done.returncode == 0:
            return ""
        lines = (line.partition(": ")[2] for line in done.stderr.splitlines() if line.startswith("libyang err"))
        return "\n".join(_PLACE.sub("", line) for line in lines) or f"yanglint exits {done.returncode}"


def _none(lacking: list[str]) -> str:
    return f"; no model of {', '.join(lacking)}" if lacking else ""


def on_platform(found: Mapping[str, Any], models: Mapping[str, Table]) -> dict[str, Any]:
    """Tables with what the platform has besides: ports that are named, and their lanes.

    Examples
    --------
    >>> on_platform({"QUEUE": {"Ethernet8|3": {}}}, {})["PORT"]
    {'Ethernet8': {'lanes': '9', 'speed': '1000'}}
    """
    named = {
        word for rows in found.values() for key, row in rows.items()
        for word in (*key.split("|"), *(each for value in row.values() if isinstance(value, list) for each in value))
    }  # fmt: skip
    numbers = {name: match[1] for name in sorted(named) if (match := PORT.fullmatch(name))}
    ports = found.get("PORT", {})
    made = {
        name: {"lanes": str(int(number) + 1), "speed": "1000", **ports.get(name, {})}
        for name, number in numbers.items()
    }  # fmt: skip
    known = {name: rows for name, rows in PLATFORM.items() if name in models}
    return {**known, **found, **({"PORT": {**ports, **made}} if made else {})}


@cache
def checker(models: str = "") -> Checker | None:
    """The checker of this machine; None where there is no yanglint, or there are no models.

    Parameters
    ----------
    models : str
        Folder of models; if empty, the one that ``EASTERLY_YANG_MODELS`` names, or the one of a switch.
    """
    folder = Path(models or os.environ.get(VARIABLE, "") or FOLDER)
    program = shutil.which("yanglint")
    if program is None or not any(folder.glob("sonic-*.yang")):
        return None
    found = re.search(r"\d+\.\d+\.\d+", run([program, "--version"]).stdout)
    return Checker(program, found[0] if found else "of unknown version", folder)
