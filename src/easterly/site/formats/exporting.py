"""The verb of export: a network or matrices to a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from easterly.base.findings import Finding, FindingsError
from easterly.model.matrix import TrafficMatrices
from easterly.model.network import Network
from easterly.site.formats import containerlab, csvtm, dot, gml, graphml, hpcc, nodelink, sitefile, trees
from easterly.site.formats.containerlab import Lab

ENDINGS = {
    ".json": "node-link", ".graphml": "graphml", ".gml": "gml", ".yaml": "site", ".yml": "site", ".csv": "csv",
    ".clab.yml": "containerlab", ".clab.yaml": "containerlab", ".dot": "dot", ".gv": "dot", ".topo": "htsim",
}  # fmt: skip
NETWORKS: dict[str, Callable[[Network], str]] = {
    "node-link": nodelink.write, "graphml": graphml.write, "gml": gml.write, "site": sitefile.write,
    "containerlab": containerlab.write, "dot": dot.write, "hpcc": hpcc.write, "htsim": trees.write,
}  # fmt: skip
MATRICES: dict[str, Callable[[TrafficMatrices], str]] = {"csv": csvtm.write}
NOTES: dict[str, Callable[[Network], Iterator[Finding]]] = {
    "site": sitefile.notes,
    "containerlab": containerlab.notes,
    "htsim": trees.notes,
}
"""What a format says otherwise than the network."""


def write(
    noun: Network | TrafficMatrices, path: str | Path, *, format: str | None = None, lab: Lab | None = None
) -> None:
    """Write a network or matrices, in a format that is told by the ending.

    Networks: ``.json``, ``.graphml``, ``.gml``, ``.yaml`` (a site file), ``.clab.yml`` (containerlab), ``.dot``,
    ``.topo`` (csg-htsim, fat-trees alone);
    matrices: ``.csv``. Equal nouns give equal bytes. The file is written beside its place and renamed, so that nobody
    ever sees half of it.

    Parameters
    ----------
    noun : Network or TrafficMatrices
    path : path
    format : str, optional
        ``node-link``, ``graphml``, ``gml``, ``site``, ``containerlab``, ``dot``, ``hpcc``, ``htsim`` or ``csv``,
        whatever the ending.
    lab : Lab, optional
        Containers of a ``containerlab`` topology.

    Raises
    ------
    FindingsError
        E135 if the ending is none of these, or is of a format that holds no such noun, or no such network; E136 where a
        site file cannot say what the network has.
    OSError
        If the file cannot be written.
    """
    path = Path(path)
    replace_file(path, text_of(noun, path, format=format, lab=lab))


def format_of(path: Path, wanted: str | None = None) -> str | None:
    """Format to write a file in: the wanted one, else that of its ending; none if it has none.

    Examples
    --------
    >>> format_of(Path("a.clab.yml")), format_of(Path("a.yml")), format_of(Path("a.yml"), "dot")
    ('containerlab', 'site', 'dot')
    """
    if wanted is not None:
        return wanted
    ending = path.suffix.lower()
    return ENDINGS.get(Path(path.stem).suffix.lower() + ending, ENDINGS.get(ending))


def text_of(noun: Network | TrafficMatrices, path: Path, *, format: str | None = None, lab: Lab | None = None) -> str:
    """Text of a noun in the format of a file."""
    name = format_of(path, format)
    if isinstance(noun, Network) and name in NETWORKS:
        return containerlab.write(noun, lab) if name == "containerlab" else NETWORKS[name](noun)
    if isinstance(noun, TrafficMatrices) and name in MATRICES:
        return MATRICES[name](noun)
    what, formats = ("a network", list(NETWORKS)) if isinstance(noun, Network) else ("matrices", list(MATRICES))
    hint = f"{what} can be written as {', '.join(e for e, n in ENDINGS.items() if n in formats)}"
    as_what = format or path.suffix or "a file without ending"
    raise FindingsError([Finding("E135", "", f"{what} cannot be written as {as_what}", hint)])


def replace_file(path: Path, text: str) -> None:
    """Write a whole file or none."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
