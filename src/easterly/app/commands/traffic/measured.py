"""``easterly calc traffic hurst`` and ``fit``: what measured counts say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import answer, asking
from easterly.app.values import number, numbers
from easterly.base.units import TIME, format_short

if TYPE_CHECKING:
    from easterly.predict.traffic import LogScale

FILE = click.Path(dir_okay=False, path_type=Path)
column = click.option("--column", help="Name or number of the column; the last if absent.")


@click.command("hurst", cls=asking.Calculator)
@click.argument("file", type=FILE)
@column
@click.option("--from", "first", type=asking.Count(1, 60), help="First octave of the fit; chosen if absent.")
@click.option("--moments", type=asking.Count(1, 3), default="2", show_default=True,
              help="Vanishing moments of the wavelet: trends of lower degrees do not count.")  # fmt: skip
@click.option("--report", type=click.Path(dir_okay=False, writable=True, path_type=Path),
              help="Write a page with the log-scale diagram.")  # fmt: skip
@terminal.format_option
def hurst(file: Path, column: str | None, first: int | None, moments: int, report: Path | None, form: str) -> None:
    """Hurst exponent of counts per interval in FILE (CSV), by wavelets (Abry & Veitch 1998), with its interval.

    0.5: no memory; above: long memory, and Norros's formula for links. Totals that only grow are refused: take their
    differences.
    """
    from easterly.app.calc.series import read
    from easterly.predict.traffic import hurst as estimate

    name, values = read(file, column)
    made = estimate(values, first=first, moments=moments)
    if report is not None:
        _report(report, f"{file.name}: {name}", made, form)
    if form == "json":
        terminal.emit_json({"file": str(file), "column": name, "values": len(values), **_document(made)})
        return
    answer.title(f"{file}: {answer.counted(len(values), 'value')} of {name}")
    answer.facts(facts(made))
    line = [f"{made.intercept + made.slope * j:.3f}" if j >= made.first else "" for j in made.octave.tolist()]
    columns = (made.octave, made.details, made.energy_log2, made.deviation, line)
    rows = [(str(j), f"{n:,}", f"{y:.3f}", f"{d:.3f}", z) for j, n, y, d, z in zip(*columns, strict=True)]
    answer.table(("octave", "details", "log2 energy", "deviation", "line"), rows)
    if report is not None:
        click.echo(f"  {report}")


def facts(made: LogScale) -> list[tuple[str, str, str]]:
    """What the diagram comes to."""
    believable = "a line is believable" if made.fits else "no line fits: it does not scale, or not yet"
    rows = [
        ("Hurst", f"{made.hurst:.3f}", f"{max(made.low, 0):.3f} to {made.high:.3f} with 95 %"),
        ("octaves", f"{made.first} to {made.octave[-1]}", f"{made.moments} vanishing moments"),
        ("goodness", f"{made.goodness:.3f}", believable),
    ]
    if made.low <= 0.5 <= made.high:
        rows.append(("memory", "none", "0.5 is within the interval: Poisson-like over long times"))
    elif made.low > 0.5:
        rows.append(("memory", "long", "bursts at every scale: dimension by calc traffic norros"))
    return rows


def _document(made: LogScale) -> dict[str, Any]:
    return {
        "hurst": number(made.hurst), "low": number(made.low), "high": number(made.high),
        "deviation": number(made.deviation_of_hurst), "first": made.first, "last": int(made.octave[-1]),
        "moments": made.moments, "goodness": number(made.goodness), "fits": made.fits, "slope": number(made.slope),
        "intercept": number(made.intercept),
        "octaves": [{"octave": j, "details": n, "energy_log2": number(y), "deviation": number(d)}
                    for j, n, y, d in zip(made.octave.tolist(), made.details.tolist(), made.energy_log2.tolist(),
                                          made.deviation.tolist(), strict=True)],
        "method": "Abry-Veitch wavelets", "error": "unbiased for Gaussian details",
    }  # fmt: skip


def _report(path: Path, title: str, made: LogScale, form: str) -> None:
    from easterly.app.planning import write_text
    from easterly.app.report.traffic import log_scale

    with terminal.writing(path, form):
        write_text(path, log_scale(title, made, facts(made)))


@click.command("fit", cls=asking.Calculator)
@click.argument("file", type=FILE)
@column
@click.option("--interval", type=asking.Quantity(TIME), required=True, help="Length of an interval of FILE.")
@terminal.format_option
def fit(file: Path, column: str | None, interval: float, form: str) -> None:
    """Two-state Markov-modulated Poisson process with the mean, dispersion and third moment of counts in FILE (CSV)."""
    from easterly.app.calc.series import read
    from easterly.predict.traffic import dispersion, fit_mmpp, mmpp_dispersion

    name, values = read(file, column)
    made, seen = fit_mmpp(values, interval), dispersion(values)
    window = seen.window * interval
    fitted = mmpp_dispersion(made, window)
    if form == "json":
        terminal.emit_json({
            "file": str(file), "column": name, "values": len(values), "interval_s": number(interval),
            "generator_hz": [numbers(row) for row in made.generator_hz], "rate_hz": numbers(made.rate_hz),
            "law": numbers(made.law), "mean_hz": number(made.mean_hz), "reasons": list(made.reasons),
            "dispersion": [{"window_s": number(t), "measured": number(x), "fitted": number(y)}
                           for t, x, y in zip(window.tolist(), seen.index.tolist(), fitted.tolist(), strict=True)],
            "method": "moments of two states", "error": "fitted to dispersion and third moment",
        })  # fmt: skip
        return
    answer.title(f"{file}: {answer.counted(len(values), 'value')} of {name}, as a process of two states")
    answer.facts([
        (("low", "high")[i], f"{made.rate_hz[i]:.6g}/s", f"{made.law[i]:.4g} of the time, "
         f"{format_short(-1 / float(made.generator_hz[i, i]), TIME)} at a stretch") for i in (0, 1)
    ] + [("mean", f"{made.mean_hz:.6g}/s", "of arrivals")])  # fmt: skip
    for reason in made.reasons:
        click.echo(f"{answer.INDENT}note: {reason}")
    answer.table(("variance / mean", "measured", "fitted"),
                 [(format_short(t, TIME), f"{x:.4g}", f"{y:.4g}")
                  for t, x, y in zip(window.tolist(), seen.index.tolist(), fitted.tolist(), strict=True)])  # fmt: skip
