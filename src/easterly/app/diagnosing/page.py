"""A diagnosis as it is printed, and as a page."""

from __future__ import annotations

from typing import Any

import numpy as np
from markupsafe import Markup
from rich.console import Console

from easterly.app.columns import Column
from easterly.app.diagnosing.answer import TELLS
from easterly.app.report import drawn, plots
from easterly.app.report.engineering import percent
from easterly.app.text import Page
from easterly.base.columns import floats
from easterly.base.units import SHARE

SHOWN = 6
"""Causes that are shown."""
LEAST = 0.01
"""Causes below that are not."""


def show(found: dict[str, Any]) -> None:
    """Causes, the reasons for the first, what it leaves open, and what to measure."""
    page = Page(Console())
    causes = shown(found["causes"])
    page.title(f"Why {found['job'] or 'traffic in this fabric'} is slow: causes, the likeliest first")
    page.table(
        (Column("Cause"), Column("Probability", right=True), Column("What", gives_way=True)),
        [(row["cause"], percent(row["probability"]), row["what"]) for row in causes],
    )
    first = causes[0]
    page.title(f"{first['cause']}: {first['what']}")
    page.wrapped(f"{_sentence(first['why'])}", "", "  ")
    page.wrapped(f"Then: {first['remedy']}.", "", "  ")
    page.title("What is seen, what each would make of it, and bits for (+) or against (-) it")
    page.table(
        (Column("Sign"), Column("Seen"), *(Column(row["cause"]) for row in causes[:TELLS])),
        [
            (each["sign"], each["seen"], *(_bits(row["evidence"][i]) for row in causes[:TELLS]))
            for i, each in enumerate(first["evidence"])
        ],
    )  # fmt: skip
    for each in found["links"]:
        page.wrapped(f"{each['link']}: {each['shows']}.", "", "  ")
    for each in found["unexplained"]:
        page.wrapped(f"{first['cause']} does not explain {each['sign']}; {each['points_to']} would.", "", "  ")
    _next(page, found["measure"], causes[:TELLS])


def shown(causes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first causes, without those that are next to impossible."""
    return [row for row in causes[:SHOWN] if row["probability"] >= LEAST] or causes[:1]


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _bits(row: dict[str, Any]) -> str:
    return f"{row['expected']} ({row['bit']:+.1f})"


def _next(page: Page, rows: list[dict[str, Any]], causes: list[dict[str, Any]]) -> None:
    page.title("What to look at next, and what it would show")
    page.table(
        (Column("Sign"), Column("Tells", right=True), *(Column(row["cause"]) for row in causes),
         Column("How", gives_way=True)),
        [(row["sign"], f"{row['gain_bit']:.2f} bit", *(row["expected"][cause["cause"]] for cause in causes), row["how"])
         for row in rows],
    )  # fmt: skip


def page(site: str, found: dict[str, Any]) -> str:
    """The same as a page: probabilities, evidence of the first causes, measurements."""
    causes = shown(found["causes"])
    facts = [
        (row["cause"], percent(row["probability"]), f"{row['what']}: {row['why']}. Then: {row['remedy']}.")
        for row in causes
    ] + [(f"measure {row['sign']}", f"{row['gain_bit']:.2f} bit", row["how"]) for row in found["measure"]]
    figures = [drawn.Figure("Causes", "Probability of each, given all that is seen.", _probabilities(causes))]
    figures += [
        drawn.Figure(row["cause"], "Bits that each sign speaks for it (right) or against it (left).", _evidence(row))
        for row in causes[:TELLS] if row["evidence"]
    ]  # fmt: skip
    title = f"{found['job'] or site}: {causes[0]['what']}"
    return drawn.page("diagnosis", "From symptoms to causes", title, facts, figures)


def _probabilities(causes: list[dict[str, Any]]) -> Markup:
    most = max(row["probability"] for row in causes)
    rows = [plots.Bar(row["cause"], 0.0, row["probability"], row["cause"]) for row in causes]
    said = "; ".join(f"{row['cause']} {percent(row['probability'])}" for row in causes)
    return plots.bars(rows, plots.axis("probability", floats([0.0, most]), SHARE), title="Causes", said=said)


def _evidence(row: dict[str, Any]) -> Markup:
    bits = [each["bit"] for each in row["evidence"]]
    reach = max(1.0, float(np.ceil(max(map(abs, bits)))))
    rows = [
        plots.Bar(each["expected"], min(each["bit"], 0.0), max(each["bit"], 0.0), f"{each['sign']}: {each['seen']}")
        for each in row["evidence"]
    ]
    said = "; ".join(f"{each['sign']} {each['bit']:+.1f} bit" for each in row["evidence"])
    return plots.bars(rows, plots.Axis("bit", -reach, reach), title=row["cause"], said=said)
