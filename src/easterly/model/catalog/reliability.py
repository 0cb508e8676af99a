"""How often parts fail and how long repairs take, with sources; a site's own figures go before these.

Published counts are turned into failures of one part in a year: events / (parts x days / 365.25). Repair times are
hardly published; those that are a choice say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.schema import Doc, Unit
from easterly.model.spec.reliability import Part, Reliability

HOUR_s = 3600.0
YEAR_h = 365.25 * 24
MONTH_h = YEAR_h / 12
LLAMA_YEARS = 54 / 365.25
LLAMA = "Llama 3 (Grattafiori et al. 2024, arXiv 2407.21783, table 5): 54 days on 16,384 GPUs"
HPN = "Alibaba HPN (Qian et al. 2024, SIGCOMM)"
CHOICE = "repair time: a choice"


@dataclass(frozen=True, slots=True)
class Habit:
    """How one kind of part fails."""

    per_year: Annotated[float, Unit("1/year"), Doc("Failures of one part in a year; of fibre per 1,000 km.")]
    repair_s: Annotated[float, Unit("s"), Doc("Time until it is back, in the mean.")]
    source: Annotated[str, Doc("Where the figures are from.")]


HABITS: dict[str, Habit] = {
    "nic": Habit(7 / 16384 / LLAMA_YEARS, 24 * HOUR_s, f"{LLAMA}, 7 network interfaces; {CHOICE}"),
    "host": Habit(
        314 / 2048 / LLAMA_YEARS, 24 * HOUR_s,
        f"{LLAMA}, 314 of 419 interruptions: all but software (54), network (35), interfaces (7), collective library (7) "
        f"and dependencies (2); {CHOICE}",
    ),
    "optic": Habit(
        0.003, 4 * HOUR_s,
        f"{HPN}: 0.057% of links between interface and switch fail in a month; 0.3% a year for each end: a choice within "
        f"that; {CHOICE}",
    ),
    "cable": Habit(12 * 0.00057 - 0.006, 4 * HOUR_s, f"{HPN}: 0.057% of links in a month, less two optics; {CHOICE}"),
    "switch": Habit(12 * 0.00051, 4 * HOUR_s, f"{HPN}: 0.051% of leaf switches crash in a month; {CHOICE}"),
    "plane": Habit(0.0, 1 * HOUR_s, "never, unless the site says so"),
    "fibre": Habit(
        4.39 / 1.609344, 12 * HOUR_s,
        "4.39 cuts a year per 1,000 sheath miles, 12 h to repair (Grover 2003, Mesh-Based Survivable Networks, 3.2)",
    ),
}  # fmt: skip
"""By kind of part; what is no kind of its own here, such as a leaf, is a switch."""


def habit(kind: str, own: Reliability) -> Habit:
    """How a kind of part fails at a site: its own figures, then those of all switches, then the catalog's.

    Parameters
    ----------
    kind : str
        A key of `HABITS`, or the role of a switch.
    own : Reliability
        What the site file says.

    Examples
    --------
    >>> site = Reliability(switch=Part(per_year=0.05))
    >>> habit("leaf", site).per_year, habit("leaf", site).repair_s
    (0.05, 14400.0)
    """
    known = HABITS.get(kind, HABITS["switch"])
    given = [part for part in (_part(kind, own), own.switch if kind not in HABITS else None) if part is not None]
    per_year = next((part.per_year for part in given if part.per_year is not None), known.per_year)
    repair_s = next((part.repair for part in given if part.repair is not None), known.repair_s)
    same = (per_year, repair_s) == (known.per_year, known.repair_s)
    return known if same else Habit(per_year, repair_s, f"the site file; what it leaves out: {known.source}")


def _part(kind: str, own: Reliability) -> Part | None:
    return getattr(own, kind) if kind in Reliability.model_fields and kind != "domains" else None
