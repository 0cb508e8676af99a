"""``easterly calc traffic``: sources of traffic, drawn with a seed."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import answer, asking, given
from easterly.app.values import number, numbers
from easterly.base.counts import counted
from easterly.base.units import FREQUENCY, RATE, TIME, format_short

if TYPE_CHECKING:
    from easterly.base.columns import FloatColumn

LONG = 100
"""Times on and off, over which they are taken for many."""
WINDOWS = 6
"""Of those that were counted, so many are shown, from the shortest to the longest."""


def drawing(command: Any) -> Any:
    """Add the options of a draw."""
    for name, kind, default, says in (
        ("output", click.Path(dir_okay=False, writable=True, path_type=Path), None, "Write the draw as CSV."),
        ("seed", asking.Count(0, 2**63), "1", "Of the draw."),
        ("count", asking.Count(32, 1 << 24), "16384", "Intervals."),
    ):
        command = click.option(f"--{name}", type=kind, default=default, show_default=default is not None, help=says)(
            command
        )
    return command


interval = click.option("--interval", type=asking.Quantity(TIME), default="100ms", show_default=True,
                        help="Length of an interval.")  # fmt: skip


@click.command("poisson", cls=asking.Calculator)
@click.option("--rate", type=asking.Quantity(FREQUENCY), required=True, help="Arrivals per second: 1000/s.")
@interval
@drawing
@terminal.format_option
def poisson(rate: float, interval: float, count: int, seed: int, output: Path | None, form: str) -> None:
    """Arrivals without memory: counts of all windows have a variance equal to their mean."""
    from easterly.predict.traffic import poisson_counts

    _writable(output, form)
    drawn = poisson_counts(rate, interval, count, seed).astype(float)
    asked = {"rate_hz": number(rate), "interval_s": number(interval), "count": count, "seed": seed}
    facts = [("rate", f"{rate:.6g}/s", "Poisson: independent counts")]
    _show("Poisson arrivals", asked, facts, {}, drawn, interval, rate * interval, lambda t: 1.0 + 0.0 * t, form)
    _write(output, interval, "arrivals", drawn, form)


@click.command("mmpp", cls=asking.Calculator)
@click.option("--generator", type=given.Table(), required=True,
              help="Changes per second from state to state, rows between semicolons: 0,1;3,0.")  # fmt: skip
@click.option("--rates", type=given.Numbers(zero=True), required=True, help="Arrivals per second, by state: 100,900.")
@interval
@drawing
@terminal.format_option
def mmpp(
    generator: Any, rates: tuple[float, ...], interval: float, count: int, seed: int, output: Path | None, form: str
) -> None:
    """Poisson arrivals whose rate follows a Markov chain; its index of dispersion in closed form."""
    from easterly.predict.traffic import mmpp as chain
    from easterly.predict.traffic import mmpp_counts, mmpp_dispersion

    if len({len(row) for row in generator}) > 1:
        raise ValueError("--generator has rows of different lengths: one number for each state in each row")
    made = chain(generator, rates)
    _writable(output, form)
    drawn = mmpp_counts(made, interval, count, seed).astype(float)
    asked = {"generator_hz": [numbers(row) for row in generator], "rate_hz": numbers(rates),
             "interval_s": number(interval), "count": count, "seed": seed}  # fmt: skip
    limit = float(mmpp_dispersion(made, math.inf))
    facts = [
        ("rate", f"{made.mean_hz:.6g}/s", "mean over the stationary law"),
        ("states", ", ".join(f"{p:.4g}" for p in made.law), "share of time in each"),
        ("dispersion", f"{limit:.6g}", "over long windows; 1 would be Poisson"),
    ]
    found = {"law": numbers(made.law), "mean_hz": number(made.mean_hz), "dispersion_limit": number(limit)}
    mean, title = made.mean_hz * interval, "Markov-modulated Poisson arrivals"
    _show(title, asked, facts, found, drawn, interval, mean, lambda t: mmpp_dispersion(made, t), form)
    _write(output, interval, "arrivals", drawn, form)


@click.command("onoff", cls=asking.Calculator)
@click.option("--peak", type=asking.Quantity(RATE), required=True, help="Rate of a source that is on.")
@click.option("--on", "on_s", type=asking.Quantity(TIME), required=True, help="Mean time on.")
@click.option("--off", "off_s", type=asking.Quantity(TIME), required=True, help="Mean time off.")
@click.option("--on-shape", type=given.Number(), help="Shape of Pareto times on, above 1; exponential if absent.")
@click.option("--off-shape", type=given.Number(), help="Shape of Pareto times off, above 1; exponential if absent.")
@click.option("--sources", type=asking.Count(1, 10**6), default="1", show_default=True, help="Independent sources.")
@interval
@drawing
@terminal.format_option
def onoff(
    peak: float, on_s: float, off_s: float, on_shape: float | None, off_shape: float | None, sources: int,
    interval: float, count: int, seed: int, output: Path | None, form: str,
) -> None:  # fmt: skip
    """Sources that are on and off; Pareto times of a shape below 2 give the sum long memory, H = (3 - shape) / 2."""
    from easterly.predict.traffic import OnOff, on_off_aggregate, on_off_volumes

    made = OnOff(peak, on_s, off_s, on_shape or math.inf, off_shape or math.inf, sources)
    _writable(output, form)
    drawn = on_off_volumes(made, interval, count, seed)
    asked = {"peak_bps": number(peak), "on_s": number(on_s), "off_s": number(off_s), "on_shape": on_shape,
             "off_shape": off_shape, "sources": sources, "interval_s": number(interval), "count": count,
             "seed": seed}  # fmt: skip
    facts = [
        ("mean", answer.rate(made.mean_bps), f"each on for {made.share:.4g} of the time"),
        ("peak", answer.rate(sources * peak), "all on at once"),
        ("Hurst", f"{made.hurst:.4g}", "(3 - shape) / 2 of the heavier tail; 0.5 without one"),
    ]
    found: dict[str, Any] = {"mean_bps": number(made.mean_bps), "hurst": number(made.hurst), "long_windows": None}
    if made.hurst > 0.5:
        long_s, limit = LONG * (on_s + off_s), on_off_aggregate(made)
        deviation = limit.deviation_bps(long_s)
        facts.append(
            ("deviation", answer.rate(deviation), f"of the rate over {format_short(long_s, TIME)}, in the limit")
        )
        found["long_windows"] = {"window_s": number(long_s), "deviation_bps": number(deviation),
                                 "variance_bit": number(limit.variance_bit)}  # fmt: skip
    _show(f"{answer.counted(sources, 'on/off source')}", asked, facts, found, drawn, interval,
          made.mean_bps * interval / 8, None, form)  # fmt: skip
    _write(output, interval, "bytes", drawn, form)


@click.command("fgn", cls=asking.Calculator)
@click.option("--hurst", type=given.Number(), required=True, help="Hurst exponent, between 0 and 1.")
@click.option("--mean", type=given.Number(zero=True), default="0", show_default=True, help="Mean of a value.")
@click.option("--deviation", type=given.Number(), default="1", show_default=True, help="Standard deviation of a value.")
@drawing
@terminal.format_option
def fgn(hurst: float, mean: float, deviation: float, count: int, seed: int, output: Path | None, form: str) -> None:
    """Fractional Gaussian noise with exactly its covariance (Davies & Harte 1987)."""
    from easterly.predict.traffic import fractional_noise, noise_covariance

    lags = noise_covariance(hurst, min(count, 1001))
    _writable(output, form)
    noise = fractional_noise(hurst, count, seed)
    seen = [float((noise[k:] * noise[: count - k]).mean()) for k in (1, 10, 100, 1000) if k < count]
    table = [(k, float(lags[k]), found) for k, found in zip((1, 10, 100, 1000), seen, strict=False)]
    if form == "json":
        terminal.emit_json({
            "hurst": number(hurst), "mean": number(mean), "deviation": number(deviation), "count": count, "seed": seed,
            "covariance": [{"lag": k, "exact": number(r), "drawn": number(x)} for k, r, x in table],
            "drawn_mean": number(mean + deviation * float(noise.mean())),
            "drawn_deviation": number(deviation * float(noise.std())),
        })  # fmt: skip
    else:
        answer.title(f"Fractional Gaussian noise, H = {hurst:g}: {answer.counted(count, 'value')}, exact")
        answer.facts([("mean", f"{mean + deviation * noise.mean():.6g}", f"{mean:g} in theory"),
                      ("deviation", f"{deviation * noise.std():.6g}", f"{deviation:g} in theory")])  # fmt: skip
        answer.table(("lag", "correlation", "drawn"), [(f"{k:,}", f"{r:.6f}", f"{x:.6f}") for k, r, x in table])
    _write(output, 1.0, "value", mean + deviation * noise, form)


def _show(
    title: str, asked: dict[str, Any], facts: list[tuple[str, str, str]], found: dict[str, Any], drawn: FloatColumn,
    interval_s: float, mean: float, theory: Any, form: str,
) -> None:  # fmt: skip
    """Theory beside the draw, over windows."""
    from easterly.predict.traffic import dispersion

    rows = []
    if drawn.any():
        seen = dispersion(drawn)
        for i in sorted({round(k * (len(seen.window) - 1) / (WINDOWS - 1)) for k in range(WINDOWS)}):
            window_s = float(seen.window[i]) * interval_s
            rows.append((window_s, None if theory is None else float(theory(window_s)), float(seen.index[i])))
    drawn_mean = float(drawn.mean())
    if form == "json":
        table = [{"window_s": number(t), "exact": None if x is None else number(x), "drawn": number(y)}
                 for t, x, y in rows]  # fmt: skip
        terminal.emit_json({**asked, **found, "mean": number(mean), "drawn_mean": number(drawn_mean),
                            "dispersion": table})  # fmt: skip
        return
    answer.title(
        f"{title}: {counted(len(drawn), 'interval')} of {format_short(interval_s, TIME)}, seed {asked['seed']}"
    )
    answer.facts([*facts, ("drawn", f"{drawn_mean:.6g}", f"mean of an interval; {mean:.6g} in theory")])
    exact = ["exact"] if theory is not None else []
    cells = [(format_short(t, TIME), *([f"{x:.4g}"] if x is not None else []), f"{y:.4g}") for t, x, y in rows]
    if rows:
        answer.table(("variance / mean", *exact, "drawn"), cells)


def _writable(output: Path | None, form: str) -> None:
    if output is not None:
        terminal.writable(output, form)


def _write(output: Path | None, interval_s: float, name: str, values: FloatColumn, form: str) -> None:
    if output is None:
        return
    from easterly.app.calc.series import text
    from easterly.app.planning import write_text

    with terminal.writing(output, form):
        write_text(output, text(interval_s, name, values))
    if form == "text":
        click.echo(f"  {output}")
