"""Which format a file is in: told by how it starts, else by its ending."""

from __future__ import annotations

import re
from pathlib import Path

from easterly.site.formats.csvtm import is_header

ENDINGS = {
    ".json": "node-link", ".graphml": "graphml", ".xml": "sndlib", ".graph": "repetita", ".demands": "repetita-demands",
    ".csv": "csv", ".yaml": "site", ".yml": "site",
}  # fmt: skip
FORMATS = tuple(dict.fromkeys(ENDINGS.values()))
_COMMENTS = re.compile(r"\A(?:\s+|#[^\n]*\n)*")
_ROOT = re.compile(r"<(?:\w+:)?(graphml|network)[\s>/]")


def detect(data: bytes, path: Path) -> str | None:
    """Format of a file; none if neither its content nor its ending tells.

    Examples
    --------
    >>> detect(b"NODES 2", Path("x.txt")), detect(b"", Path("x.csv")), detect(b"hello", Path("x.txt"))
    ('repetita', 'csv', None)
    """
    start = _COMMENTS.sub("", data[:4096].decode("utf-8", errors="replace").lstrip("\ufeff"))
    if start.startswith("<"):
        root = _ROOT.search(start)
        return {"graphml": "graphml", "network": "sndlib"}[root[1]] if root else _by_ending(path)
    if start.startswith("{"):
        return "node-link"
    for title, name in (("NODES", "repetita"), ("DEMANDS", "repetita-demands")):
        if re.match(rf"{title}\s+\d", start):
            return name
    return "csv" if is_header(start) else _by_ending(path)


def _by_ending(path: Path) -> str | None:
    return ENDINGS.get(path.suffix.lower())
