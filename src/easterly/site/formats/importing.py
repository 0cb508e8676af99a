"""The verb of import: a file to a network, to matrices, or to everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from easterly.base.findings import Finding, FindingsError
from easterly.base.units import RATE, QuantityError, parse
from easterly.model.matrix import TrafficMatrices
from easterly.model.network import Network
from easterly.site.formats import (
    csvtm,
    gml,
    gmltree,
    graphml,
    hpcc,
    htsim,
    hub,
    nodelink,
    repetita,
    sndlib,
    sndtext,
    xml,
)
from easterly.site.formats.build import build
from easterly.site.formats.demands import Demands
from easterly.site.formats.detect import ENDINGS, FORMATS, detect
from easterly.site.formats.draft import Draft
from easterly.site.formats.found import Found
from easterly.site.formats.opening import content, decoded
from easterly.site.formats.values import Units, Values, fit_name, parse_units


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file holds.

    Attributes
    ----------
    network : Network or None
        None if the file has none, or an error.
    matrices : TrafficMatrices or None
    findings : tuple of Finding
        In the order of the file, with lines where these can be told.
    unitless : bool
        True if the capacities stand as in the file, in a unit that nobody named (see `ratio` of `read`).
    keys : tuple of str
        By what the file names each node of the network, where that is not its name; empty otherwise.
    """

    network: Network | None
    matrices: TrafficMatrices | None
    findings: tuple[Finding, ...]
    unitless: bool = False
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What the user says about the file."""

    units: Units
    rate_bps: float | None
    distances: bool
    ratio: bool
    demands_only: bool

    def values(self, found: Found) -> Values:
        """A reader of quantities."""
        return Values(found, self.units, ratio=self.ratio)


def read(
    path: str | Path,
    *,
    format: str | None = None,
    unit: str | None = None,
    rate: str | None = None,
    distances: bool = False,
    ratio: bool = False,
    demands_only: bool = False,
) -> Imported:
    """Read a topology or traffic matrices.

    Parameters
    ----------
    path : path or str
        A file, or the name of a topology of TopoHub, such as ``topohub:sndlib/geant``.
    format : str, optional
        One of ``node-link``, ``graphml``, ``gml``, ``sndlib``, ``sndlib-native``, ``repetita``, ``repetita-demands``,
        ``csv``, ``htsim``, ``hpcc``, ``site``; told from the content and the ending if absent.
    unit : str, optional
        Unit of the numbers that have none in the file: of rates (``Gb/s``), of delays (``ms``), or of both
        (``Gb/s,ms``).
    rate : str, optional
        Capacity of links for which the file has none.
    distances : bool
        Give links that have neither length nor delay the great-circle distance of their ends, where the file
        has coordinates, and the delay of light in fibre over it.
    ratio : bool
        Take rates that have no unit as they stand, with a note, if no rate of the file has one: enough where only
        ratios are asked for, such as utilisations. `Imported.unitless` tells whether it was so.
    demands_only : bool
        Of a file that has both, take the demands and leave the network, whose links then need no capacity.

    Returns
    -------
    Imported
        Without network and matrices where a finding is an error.

    Raises
    ------
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "triangle.json"
    >>> links = '[{"source": "a", "target": "b", "capacity": 10}, {"source": "b", "target": "c", "capacity": 5}]'
    >>> _ = file.write_text('{"nodes": [{"id": "a"}, {"id": "b"}, {"id": "c"}], "links": %s}' % links)
    >>> read(file, unit="Gb/s").network
    <Network triangle: 0 hosts, 3 nodes, 4 links>
    >>> read(file).findings[0].message
    'the format states no unit for capacity, and the file has none'
    """
    found = Found(str(path))
    try:
        wishes = _Wishes(parse_units(unit), _rate(rate), distances, ratio, demands_only)
    except FindingsError as error:
        return Imported(None, None, error.findings)
    name = hub.name_in(path)
    if name is not None:
        return _topohub(name, found, wishes)
    path = Path(path)
    data = content(path, found)
    name = None if data is None else _format(data, path, format, found)
    if found.failed or data is None or name is None:
        return Imported(None, None, found.all())
    if name == "site":
        return _site(path)
    return _READERS[name](data, _stem(path), found, wishes)


def _rate(text: str | None) -> float | None:
    try:
        rate_bps = None if text is None else parse(text, RATE)
    except QuantityError as error:
        raise FindingsError([Finding("E121", "", str(error), error.hint)]) from None
    if rate_bps is not None and rate_bps <= 0:
        raise FindingsError([Finding("E126", "", f"capacity {text!r} carries nothing")])
    return rate_bps


def _stem(path: Path) -> str:
    return fit_name(path.stem) or "imported"


def _format(data: bytes, path: Path, wanted: str | None, found: Found) -> str | None:
    name = wanted or detect(data, path)
    if not data.strip() and name != "site":
        found.error("E133", "the file is empty", hint="fetch or write it again", line=1)
    elif name not in FORMATS:
        endings = ", ".join(f"{name} ({ending})" for ending, name in ENDINGS.items())
        known = f"known formats: {endings}, sndlib-native (?SNDlib in its first line)"
        what = f"{wanted!r} is no format" if wanted else "neither content nor ending tells the format"
        found.error("E120", what, hint=known)
    return name


def _node_link(data: bytes, name: str, found: Found, wishes: _Wishes) -> Imported:
    draft, values = Draft(name, found), wishes.values(found)
    text = decoded(data, found)
    if text is not None:
        nodelink.read(text, draft, values)
    return _imported(draft, None, values, wishes)


def _graphml(data: bytes, name: str, found: Found, wishes: _Wishes) -> Imported:
    draft, values = Draft(name, found), wishes.values(found)
    root = xml.parse(data, found)
    if root is not None:
        graphml.read(root, draft, values)
    return _imported(draft, None, values, wishes)


def _gml(data: bytes, name: str, found: Found, wishes: _Wishes) -> Imported:
    draft, values = Draft(name, found), wishes.values(found)
    text = decoded(data, found)
    root = gmltree.parse(text, found) if text is not None else None
    if root is not None:
        gml.read(root, draft, values)
    return _imported(draft, None, values, wishes)


def _sndlib(data: bytes, name: str, found: Found, wishes: _Wishes) -> Imported:
    draft, demands, values = Draft(name, found), Demands(found), wishes.values(found)
    root = xml.parse(data, found)
    if root is not None:
        sndlib.read(root, draft, demands, values)
    return _imported(draft, demands, values, wishes)


def _sndlib_native(data: bytes, name: str, found: Found, wishes: _Wishes) -> Imported:
    draft, demands, values = Draft(name, found), Demands(found), wishes.values(found)
    text = decoded(data, found)
    if text is not None:
        sndtext.read(text, draft, demands, values)
    return _imported(draft, demands, values, wishes)


def _topohub(name: str, found: Found, wishes: _Wishes) -> Imported:
    draft, demands, values = Draft(hub.stem(name), found), Demands(found), wishes.values(found)
    document = hub.document(name, found)
    if document is not None:
        hub.read(document, name, draft, demands, values)
    return _imported(draft, demands, values, wishes)


def _repetita(data: bytes, name: str, found: Found, wishes: _Wishes) -> Imported:
    draft = Draft(name, found)
    values = Values(found, wishes.units.otherwise(repetita.UNITS.rate_bps, repetita.UNITS.time_s))
    text = decoded(data, found)
    if text is not None:
        repetita.read_graph(text, draft, values)
    return _imported(draft, None, values, wishes)


def _repetita_demands(data: bytes, name: str, found: Found, wishes: _Wishes) -> Imported:
    demands = Demands(found)
    text = decoded(data, found)
    if text is not None:
        repetita.read_demands(text, demands, Values(found, wishes.units.otherwise(repetita.UNITS.rate_bps)))
    matrices = demands.matrices()
    return Imported(None, matrices, found.all())


def _csv(data: bytes, name: str, found: Found, wishes: _Wishes) -> Imported:
    demands = Demands(found)
    text = decoded(data, found)
    if text is not None:
        csvtm.read(text, demands, Values(found, wishes.units))
    matrices = demands.matrices()
    return Imported(None, matrices, found.all())


def _htsim(data: bytes, name: str, found: Found, wishes: _Wishes) -> Imported:
    return _drawn(data, name, found, wishes, htsim.read)


def _hpcc(data: bytes, name: str, found: Found, wishes: _Wishes) -> Imported:
    return _drawn(data, name, found, wishes, hpcc.read)


def _drawn(data: bytes, name: str, found: Found, wishes: _Wishes, reader: Callable[[str, Draft], None]) -> Imported:
    """A topology in text whose quantities all have units."""
    draft, values = Draft(name, found), wishes.values(found)
    text = decoded(data, found)
    if text is not None:
        reader(text, draft)
    return _imported(draft, None, values, wishes)


_READERS: dict[str, Callable[[bytes, str, Found, _Wishes], Imported]] = {
    "node-link": _node_link, "graphml": _graphml, "sndlib": _sndlib, "repetita": _repetita,
    "repetita-demands": _repetita_demands, "csv": _csv, "gml": _gml, "sndlib-native": _sndlib_native,
    "htsim": _htsim, "hpcc": _hpcc,
}  # fmt: skip


def _imported(draft: Draft, demands: Demands | None, values: Values, wishes: _Wishes) -> Imported:
    """The nouns of a draft; a file of demands without links has no network."""
    unknown = [arc for arc in draft.arcs if arc.capacity_bps is None] if wishes.rate_bps is not None else []
    for arc in unknown:
        arc.capacity_bps = wishes.rate_bps
    values.settle(rate=bool(unknown))
    if demands is not None and not demands.rows:
        demands = None
    elif demands is not None and values.unitless:
        demands.unit = None
    network = None
    wanted = draft.arcs and not wishes.demands_only
    if wanted or demands is None or draft.found.failed:
        network = build(draft, distances=wishes.distances) if not draft.found.failed else None
    matrices = demands.matrices() if demands is not None else None
    named = [(place.key, place.name) for place in draft.places.values()] if network is not None else []
    keys = tuple(key for key, _ in named) if any(key != name for key, name in named) else ()
    return Imported(network, matrices, draft.found.all(), values.unitless and network is not None, keys)


def _site(path: Path) -> Imported:
    """The network that a site file describes."""
    from easterly.site.blueprints import build as build_site
    from easterly.site.load import load
    from easterly.site.places import locate

    source = None
    try:
        loaded = load(path)
        source = loaded.source
        return Imported(build_site(loaded.site), None, loaded.notes)
    except FindingsError as error:
        findings = error.findings if source is None else locate(error.findings, source)
        return Imported(None, None, tuple(replace(f, file=f.file or str(path)) for f in findings))
