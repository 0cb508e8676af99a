"""Traffic matrices while they are read."""

from __future__ import annotations

from typing import Any

from easterly.base.columns import floats, ints
from easterly.model.matrix import TrafficMatrices
from easterly.site.formats.found import Found
from easterly.site.formats.values import fit_name, shown

MOST_PLACES = 250_000
MOST_MATRICES = 1_000_000


class Demands:
    """Rows of matrices as read so far.

    Parameters
    ----------
    found : Found
    unit : str or None
        ``bit/s``, or none for ratios.
    """

    def __init__(self, found: Found, unit: str | None = "bit/s") -> None:
        self.found = found
        self.unit = unit
        self.places: dict[str, int] = {}
        self.rows: list[tuple[int, int, int, float]] = []

    def add(
        self, src: Any, dst: Any, demand: float | None, *, tm: int = 0, at: str = "", line: int | None = None
    ) -> None:
        """Add a demand; one of a place to itself is left out, and one that could not be read is an error already."""
        ends = [self._place(src, at, line), self._place(dst, at, line)]
        if ends[0] is None or ends[1] is None or demand is None:
            return
        if ends[0] != ends[1]:
            self.rows.append((tm, ends[0], ends[1], demand))
        elif demand > 0:
            message = f"the demand of {shown(src)} to itself is left out"
            hint = "nothing need be done, unless another place was meant"
            self.found.warning("E130", message, hint=hint, at=at, line=line)

    def matrices(self) -> TrafficMatrices | None:
        """The noun; none, with findings, if there is an error."""
        if not self.rows and not self.found.failed:
            self.found.error("E133", "the file has no demand", hint="give rates from one place to another")
        if self.found.failed:
            return None
        tm, src, dst, demand = zip(*self.rows, strict=True)
        return TrafficMatrices(tuple(self.places), ints(tm), ints(src), ints(dst), floats(demand), self.unit)

    def _place(self, name: Any, at: str, line: int | None) -> int | None:
        key = fit_name(name)
        if key is None:
            self.found.error("E122", f"{shown(name)} cannot be the name of a place", at=at, line=line)
            return None
        if key not in self.places and len(self.places) >= MOST_PLACES:
            self.found.error("E132", f"the file has more than {MOST_PLACES:,} places", at=at, line=line)
            return None
        return self.places.setdefault(key, len(self.places))
