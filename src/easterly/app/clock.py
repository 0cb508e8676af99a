"""Moments in UTC as text: of a week, and since 1970."""

from __future__ import annotations

import re
from datetime import UTC, datetime

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MOMENT = re.compile(r"(?:([A-Z][a-z]{2}) )?([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")


def clock(t_s: float) -> str:
    """Weekday and time of a moment of a week.

    >>> clock(86400 + 9.5 * 3600)
    'Tue 09:30'
    """
    minute = int(t_s // 60)
    return f"{DAYS[minute // 1440 % 7]} {minute // 60 % 24:02d}:{minute % 60:02d}"


def moment_s(text: str) -> float:
    """Seconds from Monday, 0 h, until a moment that is written like ``14:00``, ``Sat 09:30`` or ``Sat 09:59:58``.

    Raises
    ------
    ValueError
        Anything else.

    Examples
    --------
    >>> moment_s("14:00"), moment_s("Tue 09:30")
    (50400.0, 120600.0)
    """
    found = _MOMENT.fullmatch(text)
    if found is None or (found[1] is not None and found[1] not in DAYS):
        raise ValueError(f"{text!r} is no moment of a week: write it like 14:00 (a Monday), or Sat 09:30")
    day = DAYS.index(found[1]) if found[1] else 0
    return 86_400.0 * day + 3600.0 * int(found[2]) + 60.0 * int(found[3]) + float(found[4] or 0)


def moment(at_ms: int | None) -> str:
    """A time as people read it: UTC, to the second.

    >>> moment(0), moment(None)
    ('1970-01-01 00:00:00', '-')
    """
    return "-" if at_ms is None else f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M:%S}"
