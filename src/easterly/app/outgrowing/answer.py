"""When growth fills a site, as JSON; months as dates where it is known when the first of them is."""

from __future__ import annotations

import math
from calendar import monthrange
from datetime import date
from typing import Any

from easterly.app.values import number
from easterly.model.capacity import Outgrown, Purchases


def growth_of(words: tuple[str, ...]) -> dict[str, float]:
    """Factors per year by name, from ``NAME=FACTOR``.

    Raises
    ------
    ValueError

    >>> growth_of(("acme=1.5", "services=2"))
    {'acme': 1.5, 'services': 2.0}
    """
    found: dict[str, float] = {}
    for word in words:
        name, _, factor = word.partition("=")
        try:
            found[name] = float(factor)
        except ValueError:
            raise ValueError(
                f"{word!r} is not NAME=FACTOR, such as acme=1.5 for half as much again each year"
            ) from None
        if not (math.isfinite(found[name]) and found[name] > 0):
            raise ValueError(f"{word!r}: a factor per year is more than 0, such as 1.5")
    return found


def horizon(until: str, begins: date | None, today: date) -> tuple[int, date | None]:
    """Months ahead, and the day from which they count: a number, or a date.

    Raises
    ------
    ValueError

    >>> horizon("24", None, date(2026, 1, 31)), horizon("2028-07", date(2026, 1, 1), date(2026, 1, 31))
    ((24, None), (30, datetime.date(2026, 1, 1)))
    """
    if until.isdigit():
        months = int(until)
    else:
        begins, end = begins or today, day(until)
        months = 12 * (end.year - begins.year) + end.month - begins.month + (end.day > begins.day)
    if not 1 <= months <= 600:
        raise ValueError(f"--until {until}: from 1 to 600 months ahead")
    return months, begins


def day(text: str) -> date:
    """A day, or the first of a month.

    Raises
    ------
    ValueError
    """
    try:
        return date.fromisoformat(text if text.count("-") == 2 else f"{text}-01")
    except ValueError:
        raise ValueError(f"{text!r} is neither a number of months nor a date such as 2028-07") from None


def when(month: float, begins: date | None) -> str | None:
    """The day on which a month from now falls.

    >>> when(1.5, date(2026, 1, 15)), when(float("inf"), date(2026, 1, 1))
    ('2026-03-02', None)
    """
    if begins is None or not math.isfinite(month):
        return None
    whole = math.floor(month)
    first = _months_after(begins, whole)
    return date.fromordinal(first.toordinal() + math.floor((month - whole) * 30.4375)).isoformat()


def _months_after(begins: date, months: int) -> date:
    year, month = divmod(begins.year * 12 + begins.month - 1 + months, 12)
    return date(year, month + 1, min(begins.day, monthrange(year, month + 1)[1]))


def document(found: Outgrown, begins: date | None) -> dict[str, Any]:
    """Everything that was found, what fills first first."""
    filling, bought = found.filling, found.upgrades
    return {
        "months": found.months, "from": None if begins is None else begins.isoformat(), "failures": found.states,
        "growth": {name: number(factor) for name, factor in sorted(found.growth.items())},
        "fills": [
            {"kind": str(filling.kind[i]), "group": str(filling.group[i]), "name": str(filling.name[i]),
             "count": int(filling.count[i]), "full_at_the_end": int(filling.filled[i]), "use": number(filling.use[i]),
             "month": number(filling.month[i]), "date": when(filling.month[i], begins),
             "month_nothing_down": number(filling.whole[i]), "failure": str(filling.cause[i])}
            for i in range(len(filling))
        ],
        "upgrades": {
            "greedy": _purchases(bought.greedy, begins), "best": _purchases(bought.best, begins),
            "bound": number(bought.bound), "gap": number(max(bought.gap, 0.0)),
            "nothing_fits": list(bought.helpless),
        },
    }  # fmt: skip


def _purchases(made: Purchases, begins: date | None) -> dict[str, Any]:
    return {
        "total": number(made.total),
        "purchases": [
            {"month": int(made.month[i]), "date": when(float(made.month[i]), begins), "group": str(made.group[i]),
             "name": str(made.name[i]), "offer": str(made.offer[i]), "pairs": int(made.pairs[i]),
             "each": int(made.each[i]), "price": number(made.price[i])}
            for i in range(len(made))
        ],
    }  # fmt: skip
