"""Pages at the edge of what they draw: bars without a length, fronts of which one side never moves."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

from easterly.app.cli import main
from easterly.app.report.plots import WIDTH, Bar, axis, bars

RAILS = Path(__file__).parents[1] / "golden/rails.yaml"


def test_what_ends_where_it_begins_is_on_the_axis() -> None:
    made = str(bars([Bar("a", 5, 5, "g")], axis("months", [0.0, 5.0], snug=True), title="t", said="s"))
    left, wide = (float(number) for number in re.findall(r'<rect class="c0" x="([\d.]+)".*?width="([\d.]+)"', made)[0])
    assert wide > 0 and left + wide <= WIDTH


def test_a_metric_that_never_moves_makes_no_front(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    asked = ["whatif", str(RAILS), "--set", "jobs.pre.batch=16,32,64", "--workers", "1", "--report", str(page)]
    assert CliRunner().invoke(main, asked).exit_code == 0
    said = page.read_text("utf-8")
    assert "step:pre, memory:pre being the same" in said and "at every point" in said
    assert "points are on the front" not in said
