"""Prefixes of addresses: sets, nesting, longest matches, text."""

from easterly._kernel._core.prefix import (
    Lookup,
    combine,
    covering,
    format,
    objects,
    parents,
    parse,
    ranges,
)

__all__ = ["Lookup", "combine", "covering", "format", "objects", "parents", "parse", "ranges"]
