"""The text of a site file: read, decoded, and composed once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from easterly.base.findings import Finding, Severity
from easterly.site.compose import Composer

LARGEST_B = 64 * 2**20
_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


@dataclass(frozen=True)
class Source:
    """A text with its name, as findings show it.

    Attributes
    ----------
    name : str
        File name as the user gave it.
    text : str
    findings : tuple of Finding
        What is wrong with the encoding or the size.
    """

    name: str
    text: str
    findings: tuple[Finding, ...] = ()

    @cached_property
    def lines(self) -> list[str]:
        """Lines, without their ends, counted as YAML counts them."""
        return _BREAK.split(self.text)

    @cached_property
    def tree(self) -> Composer:
        """Data and places; read on first use."""
        return Composer().read(self.text)

    def __repr__(self) -> str:
        return f"<Source {self.name}: {len(self.text)} characters>"


def read_source(path: str | Path) -> Source:
    """Read a file.

    Raises
    ------
    OSError
        If there is no such file or it cannot be read; wrong encoding and size are in `Source.findings`.
    """
    return decode(Path(path).read_bytes(), str(path))


def decode(data: bytes, name: str = "site.yaml") -> Source:
    """Source of the bytes of a file, which should be UTF-8 without a byte-order mark."""
    if len(data) > LARGEST_B:
        size = f"the file has {len(data):,} bytes; at most {LARGEST_B:,} are read"
        return Source(name, "", (_at_start("E104", size, "split the site, or generate less", name),))
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return _undecodable(data, name, error.start)
    return from_text(text, name)


def from_text(text: str, name: str = "site.yaml") -> Source:
    """Source of a text; a leading byte-order mark is dropped with a warning."""
    if len(text) > LARGEST_B:
        return decode(text[: LARGEST_B + 1].encode(errors="replace"), name)
    if not text.startswith("\ufeff"):
        return Source(name, text)
    message = "the file starts with a byte-order mark, which is ignored"
    note = _at_start("E103", message, "save it as UTF-8 without one", name, Severity.WARNING)
    return Source(name, text[1:], (note,))


def _undecodable(data: bytes, name: str, start: int) -> Source:
    encoding = _BOMS.get(data[:2])
    lines = _BREAK.split(data[:start].decode())
    message = f"byte 0x{data[start]:02x} is not UTF-8" if encoding is None else f"the file is {encoding}, not UTF-8"
    place = {"line": len(lines), "column": len(lines[-1]) + 1}
    found = Finding("E102", "", message, "save the file as UTF-8", file=name, **place)  # type: ignore[arg-type]
    return Source(name, data.decode(encoding or "utf-8", errors="replace"), (found,))


def _at_start(code: str, message: str, hint: str, name: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(code, "", message, hint, severity, line=1, column=1, file=name)
