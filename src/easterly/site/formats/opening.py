"""Files as bytes and as text: never without end, never in another encoding than UTF-8."""

from __future__ import annotations

from pathlib import Path

from easterly.site.formats.found import Found

LARGEST_B = 256 * 2**20


def content(path: Path, found: Found) -> bytes | None:
    """Content of a file; none, and a finding, where it has more than is read: some files have no end."""
    with path.open("rb") as file:
        data = file.read(LARGEST_B + 1)
    if len(data) > LARGEST_B:
        found.error("E132", f"the file has more than {LARGEST_B:,} bytes")
        return None
    return data


def decoded(data: bytes, found: Found) -> str | None:
    """Text of a file, which must be UTF-8; a byte-order mark is passed over."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        found.error("E134", message, hint="save the file as UTF-8", line=line)
        return None
