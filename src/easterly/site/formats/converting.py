"""From one format to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from easterly.base.findings import Finding, FindingsError, Severity
from easterly.model.matrix import TrafficMatrices
from easterly.model.network import Network
from easterly.site.formats.containerlab import Lab
from easterly.site.formats.exporting import MATRICES, NOTES, format_of, replace_file, text_of
from easterly.site.formats.hub import name_in
from easterly.site.formats.importing import Imported, read


def convert(
    source: str | Path,
    target: str | Path,
    *,
    unit: str | None = None,
    rate: str | None = None,
    distances: bool = False,
    format: str | None = None,
    lab: Lab | None = None,
) -> tuple[Finding, ...]:
    """Read one file and write what it holds as another; formats are told by the endings.

    Parameters
    ----------
    source : path
        Any format that `read` knows, or the name of a topology of TopoHub.
    target : path
        Any ending that `write` knows: of a network, or ``.csv`` for matrices. Replaced if it exists, whole or
        not at all, but never if it is the source.
    unit, rate, distances
        As for `read`.
    format, lab
        As for `write`.

    Returns
    -------
    tuple of Finding
        If one of them is an error, nothing was written.

    Raises
    ------
    OSError
        If a file cannot be read or written.
    """
    target = Path(target)
    if name_in(source) is None and _same(Path(source), target):
        hint = "name another target"
        return (Finding("E135", "", f"{str(target)!r} is the source itself", hint, file=str(target)),)
    only = format_of(target, format) in MATRICES
    imported = read(source, unit=unit, rate=rate, distances=distances, demands_only=only)
    if any(finding.severity is Severity.ERROR for finding in imported.findings):
        return imported.findings
    try:
        text = text_of(_chosen(imported, target, format), target, format=format, lab=lab)
    except FindingsError as error:
        return (*imported.findings, *(replace(finding, file=str(target)) for finding in error.findings))
    replace_file(target, text)
    return (*imported.findings, *_notes(imported, target, format))


def _same(source: Path, target: Path) -> bool:
    return target.exists() and source.exists() and target.samefile(source)


def _chosen(imported: Imported, target: Path, format: str | None) -> Network | TrafficMatrices:
    """What goes into the target: matrices into a file of matrices, the network into any other."""
    of_matrices = format_of(target, format) in MATRICES
    noun = imported.matrices if of_matrices else imported.network
    if noun is not None:
        return noun
    what, hint = ("demands", "") if of_matrices else ("network", "write its demands as .csv")
    raise FindingsError([Finding("E135", "", f"the source has no {what}", hint)])


def _notes(imported: Imported, target: Path, format: str | None) -> Iterator[Finding]:
    """What the target says otherwise than the source."""
    name = format_of(target, format)
    if imported.network is not None and name in NOTES:
        yield from (replace(note, file=str(target)) for note in NOTES[name](imported.network))
