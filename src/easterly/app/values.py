"""Plain values of the document: floats rounded to nine significant digits, references as objects."""

from __future__ import annotations

import math
from collections.abc import Iterable

from easterly.model.outcome import Ref

DIGITS = 9


def number(value: float) -> float | None:
    """A float as it is printed: nine significant digits, null where there is none."""
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None


def numbers(values: Iterable[float]) -> list[float | None]:
    """`number` of each value."""
    return [float(f"{v:.9g}") if math.isfinite(v) else None for v in values]


def reference(ref: Ref | None) -> dict[str, str] | None:
    """What binds, as an object."""
    return None if ref is None else {"kind": ref.kind, "id": ref.id}
