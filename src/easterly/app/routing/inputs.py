"""A network and what it is asked to carry, from files of any format, or from a site."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from easterly.app import terminal
from easterly.base.columns import FloatColumn, floats, ints
from easterly.base.findings import Finding, FindingsError, Severity
from easterly.base.units import SHARE, QuantityError, parse
from easterly.model.allocation import Demands
from easterly.model.matrix import TrafficMatrices
from easterly.model.network import Network

if TYPE_CHECKING:
    from easterly.site.formats import Imported

SITES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user asks for, beyond the two files."""

    objective: str
    alpha: float
    cost: str
    curves: Path | None
    matrix: int
    scale: float
    mode: str
    gap: float
    splits: int | None
    failures: int | None
    fail: str
    sample: int | None
    paths: bool
    unit: str | None
    rate: str | None
    distances: bool
    threads: int


@dataclass(frozen=True, slots=True)
class Given:
    """What was read.

    Attributes
    ----------
    network : Network
    demands : Demands
    unit : str or None
        ``bit/s``; none where the numbers of both files are taken as they stand.
    findings : tuple of Finding
    """

    network: Network
    demands: Demands
    unit: str | None
    findings: tuple[Finding, ...]


def wishes(asked: Mapping[str, Any], form: str) -> Wishes:
    """Options in one place; leaves with code 2 where one is no quantity."""
    try:
        gap = parse(str(asked["gap"]), SHARE)
    except QuantityError as error:
        if str(asked["gap"]).strip("0.") != "":
            terminal.misused(f"--gap: {error}{f' ({error.hint})' if error.hint else ''}", form)
        gap = 0.0
    if not 0 < gap < 1:
        terminal.misused(f"--gap: {asked['gap']} is not between 0 and 100 %", form)
    if asked["alpha"] != asked["alpha"]:
        terminal.misused("--alpha: nan is no number", form)
    if not math.isfinite(asked["scale"]):
        terminal.misused(f"--scale: {asked['scale']} is no finite number", form)
    if asked["sample"] and not asked["failures"]:
        terminal.misused("--sample wants --failures", form)
    if asked["curves"] is not None and asked["objective"] != "bandwidth-functions":
        terminal.misused("--curves wants --objective bandwidth-functions", form)
    return Wishes(**{**asked, "gap": gap})


def read(net: Path, demands: Path | None, wanted: Wishes, form: str) -> Given:
    """Network and demands; leaves with the findings where a file is wrong or cannot be read."""
    if demands is None and net.suffix.lower() in SITES:
        return _of_site(net, wanted, form)
    topology = _imported(net, wanted, form)
    asked = topology if demands is None else _imported(demands, wanted, form, demands_only=True)
    found = topology.findings if demands is None else (*topology.findings, *asked.findings)
    if topology.network is None:
        terminal.refused((*found, Finding("E135", "", f"{net} has no network", "name a topology first")), None, form)
    if asked.matrices is None:
        hint = "name a file of traffic matrices, such as .csv, after the network"
        terminal.refused((*found, Finding("E135", "", f"{demands or net} has no demands", hint)), None, form)
    try:
        chosen = _chosen(topology, asked.matrices, wanted, str(demands or net))
    except FindingsError as error:
        terminal.refused((*_beside(found, error), *error.findings), None, form)
    return _with_curves(Given(topology.network, chosen, asked.matrices.unit, found), topology, wanted, form)


def _beside(found: tuple[Finding, ...], error: FindingsError) -> list[Finding]:
    """What is told beside errors: no note of the same code, which says that the same thing is fine."""
    codes = {finding.code for finding in error.findings}
    return [finding for finding in found if finding.severity is not Severity.NOTE or finding.code not in codes]


def _imported(path: Path, wanted: Wishes, form: str, *, demands_only: bool = False) -> Imported:
    from easterly.site import formats

    options: dict[str, Any] = {"unit": wanted.unit, "rate": wanted.rate, "distances": wanted.distances}
    try:
        read = formats.read(path, **options, ratio=True, demands_only=demands_only)
    except OSError as error:
        terminal.unreadable(path, error, form)
    except FindingsError as error:
        terminal.refused(error.findings, None, form)
    if any(finding.severity is Severity.ERROR for finding in read.findings):
        terminal.refused(read.findings, None, form)
    return read


def _of_site(path: Path, wanted: Wishes, form: str) -> Given:
    """What the jobs and services of a site send between its switches, on average."""
    from easterly.app.commands.plan import folder
    from easterly.site import formats
    from easterly.study import engineering

    nouns, found, _ = terminal.read_or_leave(path, form, folder(None))
    network = nouns.network.value
    asked = engineering.between_switches(nouns.site, network, engineering.steady(nouns))
    if not len(asked):
        hint = "add jobs, services or traffic to the site, or name a file of traffic matrices"
        terminal.refused((*found, Finding("E133", "", f"{path} sends nothing between switches", hint)), None, form)
    try:
        scaled = replace(asked, rate_bps=_scaled(asked.rate_bps, wanted.scale))
    except FindingsError as error:
        terminal.refused((*found, *error.findings), None, form)
    topology = formats.Imported(network, None, ())
    return _with_curves(Given(network, scaled, "bit/s", found), topology, wanted, form)


def _with_curves(given: Given, topology: Imported, wanted: Wishes, form: str) -> Given:
    """The same with the bandwidth functions of a file, if one is named."""
    from easterly.site import formats

    if wanted.curves is None:
        return given
    asked = given.demands
    try:
        curves, found = formats.read_curves(wanted.curves, topology, asked.src, asked.dst, unit=wanted.unit)
    except OSError as error:
        terminal.unreadable(wanted.curves, error, form)
    except FindingsError as error:
        terminal.refused((*given.findings, *error.findings), None, form)
    return replace(given, demands=replace(asked, curves=curves), findings=(*given.findings, *found))


def _chosen(topology: Imported, matrices: TrafficMatrices, wanted: Wishes, file: str) -> Demands:
    """Rows of one matrix, its places found among the nodes.

    Raises
    ------
    FindingsError
        E121 where only one of both has a unit, E125 a place that is no node, E131 no such matrix, or a rate that is
        no number any more.
    """
    from easterly.site import formats

    if wanted.matrix >= matrices.matrices:
        text = f"there is no matrix {wanted.matrix}: the file has {matrices.matrices:,}, counted from 0"
        raise FindingsError([Finding("E131", "", text, f"--matrix {matrices.matrices - 1} is the last one", file=file)])
    if topology.unitless != (matrices.unit is None):
        which = ("capacities", "demands") if topology.unitless else ("demands", "capacities")
        text = f"the {which[0]} have no unit and the {which[1]} have one"
        raise FindingsError([Finding("E121", "", text, "name it: --unit Gb/s", file=file)])
    node = formats.node_rows(topology, matrices, file=file)
    rows = matrices.tm == wanted.matrix
    rate = _scaled(matrices.demand[rows], wanted.scale)
    src, dst = node[matrices.src[rows]], node[matrices.dst[rows]]
    return Demands(ints(src), ints(dst), rate, floats(np.ones(len(rate))), ints(np.zeros(len(rate))))


def _scaled(rate: FloatColumn, scale: float) -> FloatColumn:
    """Rates times a factor, all of them numbers.

    Raises
    ------
    FindingsError
        E131 where one leaves the range of numbers.
    """
    with np.errstate(over="ignore"):
        scaled = rate * scale
    if not np.isfinite(scaled).all():
        raise FindingsError([Finding("E131", "", f"--scale {scale:g} makes a demand larger than any number")])
    return floats(scaled)
