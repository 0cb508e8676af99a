"""Pictures of the documentation, drawn from what the program computes: `python docs/figures.py` draws them anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from easterly import route
from easterly.base.columns import floats, ints
from easterly.model.allocation import Demands
from easterly.model.routing import Routing
from easterly.site import formats

FOLDER = Path(__file__).parent / "how-to" / "figures"
TOPOLOGY = FOLDER / "small.json"
SPOTS = {"A": (40.0, 84.0), "B": (130.0, 24.0), "C": (220.0, 84.0), "D": (130.0, 144.0)}
PAIRS = (("A", "C", 20e9), ("A", "B", 10e9), ("B", "C", 10e9))
COLOURS = ("#c4671b", "#1f5fae", "#2f8f83")
OBJECTIVES = ("max-throughput", "alpha-fair", "max-min", "max-concurrent", "min-max-utilisation", "min-cost")
WIDTH, HEIGHT, ACROSS = 270.0, 236.0, 3


def objectives() -> str:
    """One small network under every objective; how wide a line is tells its rate."""
    network = formats.read(TOPOLOGY).network
    assert network is not None
    parts = []
    for i, objective in enumerate(OBJECTIVES):
        asked = _asked(network.index, 0.4 if objective == "min-cost" else 1.0)
        made = route.solve(network, asked, objective=objective, mode="exact")
        at = f"translate({WIDTH * (i % ACROSS):g},{HEIGHT * (i // ACROSS):g})"
        parts += [f'<g transform="{at}">', *_panel(objective, made), "</g>"]
    rows = -(-len(OBJECTIVES) // ACROSS)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH * ACROSS:g} {HEIGHT * rows:g}" '
        'font-family="system-ui, sans-serif" font-size="12">'
    )
    ground = '<rect width="100%" height="100%" rx="8" fill="#ffffff"/>'
    return "\n".join([head, ground, *parts, "</svg>", ""])


def _asked(index: dict[str, int], scale: float) -> Demands:
    src, dst, rate = zip(*((index[a], index[b], bps * scale) for a, b, bps in PAIRS), strict=True)
    ones = np.ones(len(PAIRS))
    return Demands(ints(src), ints(dst), floats(rate), floats(ones), ints(ones * 0))


def _panel(objective: str, made: Routing) -> Iterator[str]:
    found = made.allocation
    assert found is not None and made.tunnels is not None
    yield f'<text x="16" y="26" font-weight="600" fill="#17191c">{objective}</text>'
    yield '<g transform="translate(4,36)">'
    for a, b in (("A", "B"), ("B", "C"), ("A", "D"), ("D", "C")):
        yield _line(SPOTS[a], SPOTS[b], 0.0, 15.0 if "D" not in (a, b) else 6.0, "#eceeec")
    yield from _flows(made)
    for name, (x, y) in SPOTS.items():
        yield f'<circle cx="{x:g}" cy="{y:g}" r="12" fill="#17191c"/>'
        yield f'<text x="{x:g}" y="{y + 4:g}" fill="#ffffff" text-anchor="middle" font-weight="600">{name}</text>'
    for k, (a, b, _) in enumerate(PAIRS):
        text = f"{a}\u2192{b} {found.rate_bps[k] / 1e9:.2f}"
        yield f'<text x="{20 + 84 * k}" y="182" fill="{COLOURS[k]}" font-weight="600">{text}</text>'
    yield "</g>"


def _flows(made: Routing) -> Iterator[str]:
    """Each path as a line beside those that are drawn already, 1.5 pixels for each Gb/s."""
    tunnels, found = made.tunnels, made.allocation
    assert tunnels is not None and found is not None
    drawn: dict[tuple[str, str], float] = {}
    assert found.names is not None
    ends = [tuple(name.split(">")) for name in found.names.link.tolist()]
    for i, k in enumerate(tunnels.flow.tolist()):
        width = 1.5 * float(tunnels.rate_bps[i]) / 1e9
        if width < 0.05:
            continue
        for link in tunnels.link_idx[tunnels.link_ptr[i] : tunnels.link_ptr[i + 1]].tolist():
            pair = ends[link]
            start = drawn.get(pair, 0.0)
            drawn[pair] = start + width
            whole = 15.0 if "D" not in pair else 6.0
            yield _line(SPOTS[pair[0]], SPOTS[pair[1]], start + width / 2 - whole / 2, width, COLOURS[k])


def _line(a: tuple[float, float], b: tuple[float, float], aside: float, width: float, colour: str) -> str:
    """A line from one spot to another, some pixels to its right."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = float(np.hypot(dx, dy))
    ox, oy = -dy / length * aside, dx / length * aside
    ends = f'x1="{a[0] + ox:.2f}" y1="{a[1] + oy:.2f}" x2="{b[0] + ox:.2f}" y2="{b[1] + oy:.2f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width:.2f}"/>'


def main() -> None:
    """Write every picture."""
    (FOLDER / "objectives.svg").write_text(objectives(), encoding="utf-8")


if __name__ == "__main__":
    main()
