"""A page that draws how often a delay is exceeded at most."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from easterly.app.report import drawn, plots
from easterly.base.units import SIZE, TIME, format_short
from easterly.predict.calculus.stochastic import Tandem

POINTS, RAREST = 49, 1e-9


def page(title: str, tandem: Tandem, rows: Sequence[tuple[str, float, float]]) -> str:
    """The page as text: one file, without scripts, that asks for nothing.

    Parameters
    ----------
    title : str
    tandem : Tandem
    rows : sequence of (level, delay [s], backlog [B])
    """
    facts = [(level, format_short(d, TIME), f"backlog {format_short(b, SIZE)}") for level, d, b in rows]
    known = "whatever the sources have to do with each other" if tandem.dependent else "for independent sources"
    note = f"An upper bound {known}; the truth lies below."
    figure = drawn.Figure("How often a delay is exceeded", note, draw(tandem))
    return drawn.page("percentiles", "Network calculus", title, facts, [figure])


def draw(tandem: Tandem) -> Markup:
    """The bound of the tail, down to one in a thousand million."""
    end = tandem.delay_s(RAREST)
    t = np.linspace(0.0, end, POINTS)
    tail = np.array([max(tandem.delay_beyond(float(d)), RAREST) for d in t])
    x = plots.axis("delay", [end], TIME, snug=True)
    y = plots.axis("probability of more, at most", tail, log=True)
    said = f"Beyond {format_short(end, TIME)}: one in a thousand million, at most"
    return plots.plot([plots.Curve("bound", t, tail)], x, y, title="Delay", said=said, height=320.0)
