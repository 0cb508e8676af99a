"""Code points of DiffServ by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CODE_POINTS: Mapping[str, int] = MappingProxyType({
    "df": 0, "le": 1,
    **{f"cs{n}": 8 * n for n in range(8)},
    **{f"af{x}{y}": 8 * x + 2 * y for x in range(1, 5) for y in range(1, 4)},
    "va": 44, "ef": 46,
})  # fmt: skip
"""DSCP by name (RFC 2474, 2597, 3246, 5865, 8622): AFxy is 8x + 2y, CSx is 8x. CS0 is DF."""
