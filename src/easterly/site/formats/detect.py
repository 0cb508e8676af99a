"""Which format a file is in: told by how it starts, else by its ending."""

from __future__ import annotations

import re
from pathlib import Path

from easterly.site.formats.csvtm import is_header

ENDINGS = {
    ".json": "node-link", ".graphml": "graphml", ".xml": "sndlib", ".graph": "repetita", ".demands": "repetita-demands",
    ".csv": "csv", ".gml": "gml", ".yaml": "site", ".yml": "site", ".topo": "htsim",
}  # fmt: skip
FORMATS = (*dict.fromkeys(ENDINGS.values()), "sndlib-native", "hpcc")
_COMMENTS = re.compile(r"\A(?:\s+|#[^\n]*\n)*")
_ROOT = re.compile(r"<(?:\w+:)?(graphml|network)[\s>/]")
_GML = re.compile(r'(?:[A-Za-z_]\w*\s+(?:"[^"]*"|[-+.\w]+)\s+)*graph\s*\[')
_NATIVE = re.compile(r"\?SNDlib\b|(?:META|NODES)\s*\(", re.IGNORECASE)
_HTSIM = re.compile(r"Nodes\s+\d+\s+(?:#[^\n]*\n\s*)*Tiers\s+\d")
_HPCC = re.compile(r"\d+ +\d+ +\d+\s*\n(?:[\d ]*\n)?\s*\d+ +\d+ +[\d.]+\w*bps +[\d.]+\w*s\b")


def detect(data: bytes, path: Path) -> str | None:
    """Format of a file; none if neither its content nor its ending tells.

    Examples
    --------
    >>> detect(b"NODES 2", Path("x.txt")), detect(b"", Path("x.csv")), detect(b"hello", Path("x.txt"))
    ('repetita', 'csv', None)
    >>> detect(b"graph [ directed 0 ]", Path("x.txt")), detect(b"?SNDlib native format", Path("x.txt"))
    ('gml', 'sndlib-native')
    """
    start = _COMMENTS.sub("", data[:4096].decode("utf-8", errors="replace").lstrip("\ufeff"))
    if start.startswith("<"):
        root = _ROOT.search(start)
        return {"graphml": "graphml", "network": "sndlib"}[root[1]] if root else _by_ending(path)
    if start.startswith("{"):
        return "node-link"
    if _NATIVE.match(start):
        return "sndlib-native"
    if _HTSIM.match(start):
        return "htsim"
    if _HPCC.match(start):
        return "hpcc"
    if _GML.match(start):
        return "gml"
    for title, name in (("NODES", "repetita"), ("DEMANDS", "repetita-demands")):
        if re.match(rf"{title}\s+\d", start):
            return name
    return "csv" if is_header(start) else _by_ending(path)


def _by_ending(path: Path) -> str | None:
    return ENDINGS.get(path.suffix.lower())
