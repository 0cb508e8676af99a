"""``easterly calc traffic norros`` and ``bandwidth``: links that hold traffic at random."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import answer, asking, given
from easterly.app.values import number, numbers
from easterly.base.units import RATE, SIZE, TIME, format_short

if TYPE_CHECKING:
    from easterly.predict.traffic import Admission, Aggregate, Source

REPORT = click.Path(dir_okay=False, writable=True, path_type=Path)
LOSS = given.Number(most=1.0)


@click.command("norros", cls=asking.Calculator)
@click.option("--mean", type=asking.Quantity(RATE), help="Mean rate of the aggregate.")
@click.option("--deviation", type=asking.Quantity(RATE), help="Standard deviation of its rate over --window.")
@click.option("--window", type=asking.Quantity(TIME), default="100ms", show_default=True,
              help="Window of --deviation; interval of --file.")  # fmt: skip
@click.option("--hurst", type=given.Number(), help="Hurst exponent, between 0 and 1.")
@click.option("--file", type=click.Path(dir_okay=False, path_type=Path),
              help="Instead: bytes in each --window, measured (CSV).")  # fmt: skip
@click.option("--column", help="Column of --file; the last if absent.")
@click.option("--capacity", type=asking.Quantity(RATE), help="Capacity of the link.")
@click.option("--buffer", "buffer_B", type=asking.Quantity(SIZE), help="Its buffer.")
@click.option("--loss", type=LOSS, help="Probability that the queue exceeds it. Of the three, give two.")
@click.option("--report", type=REPORT, help="Write a page that draws capacity over buffer.")
@terminal.format_option
def norros(
    capacity: float | None, buffer_B: float | None, loss: float | None, report: Path | None, form: str, **of: Any
) -> None:
    """Loss, capacity or buffer for an aggregate with long memory, as fractional Brownian traffic (Norros 1994).

    For WAN links and inference requests. Training traffic is periodic and in step, not fractional Brownian motion:
    jobs need envelopes (calc curve, predict --bounds).
    """
    from easterly.predict.traffic import norros_buffer, norros_capacity, norros_overflow

    source = _aggregate(**of)
    if [capacity, buffer_B, loss].count(None) != 1:
        raise click.UsageError("give two of --capacity, --buffer and --loss: the third is computed")
    asked = "loss"
    if capacity is None:
        asked, capacity = "capacity", norros_capacity(source, float(buffer_B or 0), float(loss or 0))
    elif buffer_B is None:
        asked, buffer_B = "buffer", norros_buffer(source, capacity, float(loss or 0))
    else:
        loss = float(norros_overflow(source, capacity, buffer_B))
    made = (float(capacity), float(buffer_B or 0), float(loss or 0))
    if report is not None:
        _draw(report, source, made, form)
    _show_norros(source, asked, made, report, form)


def _aggregate(
    mean: float | None, deviation: float | None, window: float, hurst: float | None, file: Path | None,
    column: str | None,
) -> Aggregate:  # fmt: skip
    from easterly.predict.traffic import aggregate, measured_aggregate

    if file is not None:
        if (mean, deviation, hurst) != (None, None, None):
            raise click.UsageError("--file gives mean, deviation and Hurst exponent: leave out the options of these")
        from easterly.app.calc.series import read

        return measured_aggregate(read(file, column)[1], window)
    if mean is None or deviation is None or hurst is None:
        raise click.UsageError("give --mean, --deviation and --hurst, or a --file to measure them in")
    return aggregate(mean, deviation, window, hurst)


def _show_norros(
    source: Aggregate, asked: str, made: tuple[float, float, float], report: Path | None, form: str
) -> None:
    from easterly.predict.traffic.norros import SCOPE

    capacity, buffer_B, loss = made
    t_s = math.inf
    if capacity > source.mean_bps:
        t_s = 8 * buffer_B * source.hurst / ((capacity - source.mean_bps) * (1 - source.hurst))
    if form == "json":
        terminal.emit_json({
            "mean_bps": number(source.mean_bps), "deviation_1s_bps": number(source.deviation_bps(1.0)),
            "variance_bit": number(source.variance_bit), "hurst": number(source.hurst), "computed": asked,
            "capacity_bps": number(capacity), "buffer_B": number(buffer_B), "loss": number(loss),
            "utilisation": number(source.mean_bps / capacity), "burst_s": number(t_s), "method": "Norros 1994",
            "error": "exact in the exponent, as losses become small", "scope": SCOPE,
        })  # fmt: skip
        return
    answer.title(f"{answer.rate(source.mean_bps)} with H = {source.hurst:.4g}: Norros 1994")
    facts = dict(zip(("capacity", "buffer", "loss"), (
        (answer.rate(capacity), f"{100 * source.mean_bps / capacity:.3g} % used"),
        (format_short(buffer_B, SIZE) if buffer_B else "0", f"{format_short(8 * buffer_B / capacity, TIME)} of the link"
         if buffer_B else "no delay"),
        (f"{loss:.3g}", "probability that the queue exceeds the buffer"),
    ), strict=True))  # fmt: skip
    rows = [(name, value, ("computed: " if name == asked else "") + says) for name, (value, says) in facts.items()]
    rows.append(("deviation", answer.rate(source.deviation_bps(1.0)), "of the rate over 1 s"))
    if math.isfinite(t_s) and t_s > 0:
        rows.append(("burst", format_short(t_s, TIME), "over which the likeliest overflow builds up"))
    answer.facts(rows)
    click.echo(f"{answer.INDENT}note: {SCOPE}")
    if report is not None:
        click.echo(f"  {report}")


def _draw(path: Path, source: Aggregate, made: tuple[float, float, float], form: str) -> None:
    from easterly.app.planning import write_text
    from easterly.app.report.traffic import trade

    with terminal.writing(path, form):
        write_text(path, trade(source, *made))


@click.command("bandwidth", cls=asking.Calculator)
@click.argument("sources", nargs=-1, required=True)
@click.option("--buffer", "buffer_B", type=asking.Quantity(SIZE, zero=True), required=True, help="Buffer of the link.")
@click.option("--loss", type=LOSS, default="1e-6", show_default=True, help="Probability that the queue may exceed it.")
@click.option("--capacity", type=asking.Quantity(RATE), help="Capacity of the link: says whether the mix fits.")
@click.option("--most", help="One more source: how many of them fit beside the mix into --capacity.")
@terminal.format_option
def bandwidth(
    sources: tuple[str, ...], buffer_B: float, loss: float, capacity: float | None, most: str | None, form: str
) -> None:
    """Effective bandwidths of SOURCES, the capacity that they need, and whether a link holds them (Kelly 1996).

    A source is written like '40 bursts(1Gb/s, 1ms, 9ms)': constant(RATE), batches(FREQUENCY, SIZE), answers(FREQUENCY,
    MEAN SIZE), bursts(PEAK, ON, OFF), memory(MEAN, DEVIATION, WINDOW, H), periodic(PERIOD, SIZE), policed(BURST, RATE,
    [PEAK]); the number before it counts independent copies. Jobs in step are one source of all their bytes.
    """
    from easterly.app.calc.mixes import read
    from easterly.predict.traffic import most_sources, needed_capacity, overflow

    if most is not None and capacity is None:
        raise click.UsageError("--most asks how many fit: say into which --capacity")
    mix = [read(text) for text in sources]
    need = needed_capacity(mix, buffer_B, loss)
    found = None if capacity is None else overflow(mix, capacity, buffer_B)
    more = None
    if most is not None and capacity is not None:
        more = most_sources(read(most)[0], mix, capacity, buffer_B, loss)
    if form == "json":
        terminal.emit_json(_document(sources, mix, need, loss, found, most, more))
    else:
        _show(sources, mix, need, loss, found, most, more)


def _document(
    sources: tuple[str, ...], mix: list[tuple[Source, int]], need: Admission, loss: float, found: Admission | None,
    most: str | None, more: int | None,
) -> dict[str, Any]:  # fmt: skip
    each = zip(sources, mix, numbers(need.each_bps), strict=True)
    return {
        "sources": [{"source": text, "count": count, "mean_bps": number(one.mean_bps), "peak_bps": number(one.peak_bps),
                     "effective_bps": bps} for text, (one, count), bps in each],
        "buffer_B": number(need.buffer_B), "loss": number(loss), "mean_bps": number(need.mean_bps),
        "needed_bps": number(need.capacity_bps), "space_per_B": number(need.s_per_B), "time_s": number(need.t_s),
        "link": None if found is None else {
            "capacity_bps": number(found.capacity_bps), "loss": number(found.loss),
            "log10_loss": number(found.log_loss / math.log(10)), "fits": need.capacity_bps <= found.capacity_bps,
            "time_s": number(found.t_s),
        },
        "most": None if more is None else {"source": most, "count": max(more, 0), "others_fit": more >= 0},
        "method": "many sources", "error": "exact in the exponent, as sources become many",
    }  # fmt: skip


def _show(
    sources: tuple[str, ...], mix: list[tuple[Source, int]], need: Admission, loss: float, found: Admission | None,
    most: str | None, more: int | None,
) -> None:  # fmt: skip
    size = format_short(need.buffer_B, SIZE) if need.buffer_B else "no buffer"
    answer.title(f"{answer.rate(need.mean_bps)} in the mean, {size}, loss {loss:g}: many sources (Kelly 1996)")
    window = format_short(need.t_s, TIME)
    rows = [("needed", answer.rate(need.capacity_bps), f"{100 * need.mean_bps / need.capacity_bps:.3g} % used"),
            ("burst", window, "over which the likeliest overflow builds up")]  # fmt: skip
    if found is not None:
        fits = "fits" if need.capacity_bps <= found.capacity_bps else "does not fit"
        power = f"10^{found.log_loss / math.log(10):.1f}"
        rows.append(("link", answer.rate(found.capacity_bps), f"{fits}: the queue exceeds the buffer with {power}"))
    if more is not None:
        says = f"more of {most}" if more >= 0 else "not even the mix fits"
        rows.append(("most", f"{max(more, 0):,}", says))
    answer.facts(rows)
    table = [(f"{text.strip()}", answer.rate(one.mean_bps), answer.rate(bps),
              answer.rate(one.peak_bps) if math.isfinite(one.peak_bps) else "unbounded")
             for text, (one, _), bps in zip(sources, mix, need.each_bps.tolist(), strict=True)]  # fmt: skip
    answer.table(("source", "mean of one", "effective", "peak"), table)
