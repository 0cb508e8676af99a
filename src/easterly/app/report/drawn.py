"""A page of drawings, and of what they come to: one file, without scripts, that asks for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from easterly.app.report.join import STATIC
from easterly.app.report.page import environment

Fact = tuple[str, str, str]
"""Name, value, remark."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One drawing with its heading and what is to be seen."""

    heading: str
    note: str
    drawn: Markup


def page(kind: str, kicker: str, title: str, facts: Sequence[Fact], figures: Sequence[Figure]) -> str:
    """The page as text.

    Parameters
    ----------
    kind : str
        What the window is called behind the title.
    kicker : str
        Line above the title.
    title : str
    facts : sequence of (name, value, remark)
    figures : sequence of Figure
    """
    return environment().get_template("drawn.html").render(
        kind=kind, kicker=kicker, title=title, facts=facts, figures=figures, styles=styles()
    )  # fmt: skip


def styles(*more: str) -> Markup:
    """Style sheets of every page with plots, and more of them."""
    return Markup("".join((STATIC / name).read_text("utf-8") for name in ("report.css", "plots.css", *more)))
