"""The verb of export: a network or matrices to a file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from easterly.base.findings import Finding, FindingsError
from easterly.model.matrix import TrafficMatrices
from easterly.model.network import Network
from easterly.site.formats import csvtm, graphml, nodelink, sitefile

NETWORKS: dict[str, Callable[[Network], str]] = {
    ".json": nodelink.write, ".graphml": graphml.write, ".yaml": sitefile.write, ".yml": sitefile.write,
}  # fmt: skip
MATRICES: dict[str, Callable[[TrafficMatrices], str]] = {".csv": csvtm.write}


def write(noun: Network | TrafficMatrices, path: str | Path) -> None:
    """Write a network (``.json``, ``.graphml``, ``.yaml``) or matrices (``.csv``), told by the ending.

    Equal nouns give equal bytes. The file is written beside its place and renamed, so that nobody ever sees half
    of it.

    Raises
    ------
    FindingsError
        E135 if the ending is none of these, or is of a format that holds no such noun; E136 where a site file
        cannot say what the network has.
    OSError
        If the file cannot be written.
    """
    path = Path(path)
    replace_file(path, text_of(noun, path.suffix.lower()))


def text_of(noun: Network | TrafficMatrices, ending: str) -> str:
    """Text of a noun in the format of an ending."""
    if isinstance(noun, Network) and ending in NETWORKS:
        return NETWORKS[ending](noun)
    if isinstance(noun, TrafficMatrices) and ending in MATRICES:
        return MATRICES[ending](noun)
    what, endings = ("a network", NETWORKS) if isinstance(noun, Network) else ("matrices", MATRICES)
    hint = f"{what} can be written as {', '.join(endings)}"
    raise FindingsError([Finding("E135", "", f"{what} cannot be written as {ending or 'a file without ending'}", hint)])


def replace_file(path: Path, text: str) -> None:
    """Write a whole file or none."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
