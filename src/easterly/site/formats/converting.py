"""From one format to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from easterly.base.findings import Finding, FindingsError, Severity
from easterly.model.matrix import TrafficMatrices
from easterly.model.network import Network
from easterly.site.formats import sitefile
from easterly.site.formats.exporting import MATRICES, NETWORKS, replace_file, text_of
from easterly.site.formats.importing import Imported, read


def convert(
    source: str | Path,
    target: str | Path,
    *,
    unit: str | None = None,
    rate: str | None = None,
    distances: bool = False,
) -> tuple[Finding, ...]:
    """Read one file and write what it holds as another; formats are told by the endings.

    Parameters
    ----------
    source : path
        Any format that `read` knows.
    target : path
        ``.json``, ``.graphml`` or ``.yaml`` for a network, ``.csv`` for matrices. Replaced if it exists, whole or
        not at all, but never if it is the source.
    unit, rate, distances
        As for `read`.

    Returns
    -------
    tuple of Finding
        If one of them is an error, nothing was written.

    Raises
    ------
    OSError
        If a file cannot be read or written.
    """
    source, target = Path(source), Path(target)
    if _same(source, target):
        hint = "name another target"
        return (Finding("E135", "", f"{str(target)!r} is the source itself", hint, file=str(target)),)
    imported = read(source, unit=unit, rate=rate, distances=distances)
    if any(finding.severity is Severity.ERROR for finding in imported.findings):
        return imported.findings
    try:
        text = text_of(_chosen(imported, target), target.suffix.lower())
    except FindingsError as error:
        return (*imported.findings, *(replace(finding, file=str(target)) for finding in error.findings))
    replace_file(target, text)
    return (*imported.findings, *_notes(imported, target))


def _same(source: Path, target: Path) -> bool:
    return target.exists() and source.exists() and target.samefile(source)


def _chosen(imported: Imported, target: Path) -> Network | TrafficMatrices:
    """What goes into the target: matrices into a file of matrices, the network into any other."""
    ending = target.suffix.lower()
    noun = imported.matrices if ending in MATRICES else imported.network
    if noun is not None:
        return noun
    what, hint = ("demands", "") if ending in MATRICES else ("network", "write its demands as .csv")
    raise FindingsError([Finding("E135", "", f"the source has no {what}", hint)])


def _notes(imported: Imported, target: Path) -> Iterator[Finding]:
    """What the target says otherwise than the source."""
    if NETWORKS.get(target.suffix.lower()) is sitefile.write and imported.network is not None:
        yield from (replace(note, file=str(target)) for note in sitefile.notes(imported.network))
