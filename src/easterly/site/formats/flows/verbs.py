"""Flows from files, and into them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from easterly.base.findings import Finding, FindingsError
from easterly.model.workload import Workload
from easterly.site.formats.exporting import replace_file
from easterly.site.formats.flows import hpcc, matrix
from easterly.site.formats.found import Found
from easterly.site.formats.opening import content, decoded

READERS: dict[str, Callable[[str, str, Found], Workload | None]] = {"htsim": matrix.read, "hpcc": hpcc.read}
WRITERS: dict[str, Callable[[Workload], str]] = {"htsim": matrix.write, "hpcc": hpcc.write}
ENDINGS = {".cm": "htsim", ".tm": "htsim", ".txt": "hpcc"}


def read_flows(path: str | Path, *, format: str | None = None) -> tuple[Workload | None, tuple[Finding, ...]]:
    """Read flows of another simulator.

    Parameters
    ----------
    path : path
    format : str, optional
        ``htsim`` or ``hpcc``; told from the ending if absent (``.cm``, ``.tm``; ``.txt``).

    Returns
    -------
    Workload or None
        None if there is an error.
    tuple of Finding

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    path = Path(path)
    found = Found(str(path))
    name = _format(path, format, found)
    data = content(path, found)
    if name is None or data is None:
        return None, found.all()
    text = decoded(data, found)
    made = READERS[name](text, path.stem or "flows", found) if text is not None else None
    return made, found.all()


def write_flows(flows: Workload, path: str | Path, *, format: str | None = None) -> None:
    """Write flows for another simulator, a whole file or none.

    Parameters
    ----------
    flows : Workload
    path : path
    format : str, optional
        As for `read_flows`.

    Raises
    ------
    FindingsError
        E135 if the format is not known, or has no word for what the flows do.
    OSError
        If the file cannot be written.
    """
    path = Path(path)
    found = Found(str(path))
    name = _format(path, format, found)
    try:
        if name is not None:
            return replace_file(path, WRITERS[name](flows))
    except ValueError as error:
        found.error("E135", str(error))
    raise FindingsError(found.all())


def _format(path: Path, wanted: str | None, found: Found) -> str | None:
    name = wanted or ENDINGS.get(path.suffix.lower())
    if name in READERS:
        return name
    what = f"{wanted!r} is no format of flows" if wanted else "the ending tells no format of flows"
    found.error("E120", what, hint="known: htsim (.cm, .tm), hpcc (flow.txt)")
    return None
