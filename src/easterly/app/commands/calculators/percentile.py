"""``easterly calc percentile``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import asking, given
from easterly.base.units import RATE, SIZE, TIME, format_short

if TYPE_CHECKING:
    from easterly.predict.calculus.stochastic import Tandem

MOST_HOPS = 64


@click.command("percentile", cls=asking.Calculator)
@click.argument("arrivals")
@click.option("--link", type=asking.Quantity(RATE), required=True, help="Rate of each link.")
@click.option("--hops", type=asking.Count(1, MOST_HOPS), default="1", show_default=True, help="Links in a row.")
@click.option("--latency", type=asking.Quantity(TIME, zero=True), default="0s", show_default=True,
              help="Of each link: until it begins to serve.")  # fmt: skip
@click.option("--cross", metavar="SOURCES", help="Traffic that shares each link, fresh at each.")
@click.option("--order", type=asking.Named(("any", "fifo")), default="any", show_default=True,
              help="Who goes first: the cross traffic at worst, or whoever came first (one hop).")  # fmt: skip
@click.option("--dependent", is_flag=True, help="Take nothing for granted about how the sources depend on each other.")
@click.option("--percentiles", "levels", type=given.Levels(), default="0.5,0.9,0.99,0.999,0.999999", show_default=True,
              help="Levels, such as 0.99 or p99.")  # fmt: skip
@click.option("--delay", "delays", multiple=True, type=asking.Quantity(TIME),
              help="Also how often this delay is exceeded at most; may be given again.")  # fmt: skip
@click.option("--report", type=click.Path(dir_okay=False, writable=True, path_type=Path), metavar="FILE",
              help="Write a page that draws it.")  # fmt: skip
@terminal.format_option
def command(arrivals: str, levels: tuple[float, ...], delays: tuple[float, ...], report: Path | None, form: str,
            **asked: Any) -> None:  # fmt: skip
    """Delays that random traffic exceeds with a given probability at most, end to end.

    ARRIVALS and --cross are sums of poisson(RATE, SIZE), exponential(RATE, SIZE), onoff(PEAK, ON, OFF), periodic(SIZE,
    INTERVAL), bucket(BURST, RATE) and gaussian(RATE, DEVIATION, WITHIN), each with a count before it if many send so:
    "16 * onoff(25Gb/s, 1ms, 9ms) + poisson(10Gb/s, 1500B)". All of them are independent unless --dependent says no.

    The delay is until data leaves the last link, without the time that its own packet takes to send.
    """
    made = _tandem(arrivals, **asked)
    if report is not None:
        terminal.writable(report, form)
    shares = [1 - level for level in levels]
    found = {"delay_s": [made.delay_s(share) for share in shares],
             "backlog_B": [made.backlog_B(share) for share in shares],
             "beyond": [made.delay_beyond(delay) for delay in delays]}  # fmt: skip
    if report is not None:
        _report(report, _title(arrivals, asked), made, levels, found, form)
    if form == "json":
        terminal.emit_json(_answer(arrivals, asked, made, levels, delays, found))
    else:
        _print(arrivals, asked, made, levels, delays, found)
        if report is not None:
            click.echo(f"  {report}")


def _tandem(arrivals: str, *, link: float, hops: int, latency: float, cross: str | None, order: str, dependent: bool
            ) -> Tandem:  # fmt: skip
    from easterly.app.calc.sources import read
    from easterly.predict.calculus import envelopes
    from easterly.predict.calculus.stochastic import Server, Tandem

    flow, others = read(arrivals), None if cross is None else read(cross)
    if order == "fifo":
        if hops > 1:
            raise ValueError(
                "--order fifo is for one hop: behind it the cross traffic of others is not known as a whole"
            )
        if others is not None:
            flow, others = envelopes.together(flow, others, dependent=dependent), None
    return Tandem(flow, (Server(link / 8, latency, others),) * hops, dependent)


def _load(made: Tandem) -> float:
    server = made.servers[0]
    return (made.arrivals.mean_Bps + (server.cross.mean_Bps if server.cross else 0.0)) / server.link_Bps


def _answer(arrivals: str, asked: dict[str, Any], made: Tandem, levels: tuple[float, ...], delays: tuple[float, ...],
            found: dict[str, list[float]]) -> dict[str, Any]:  # fmt: skip
    from easterly.app.values import number

    rows = zip(levels, found["delay_s"], found["backlog_B"], strict=True)
    return {
        "arrivals": arrivals, "link_bps": number(asked["link"]), "hops": asked["hops"],
        "latency_s": number(asked["latency"]), "cross": asked["cross"], "order": asked["order"],
        "dependent": asked["dependent"], "load": number(_load(made)), "error": "upper bound",
        "percentiles": [{"level": level, "delay_s": number(d), "backlog_B": number(b)} for level, d, b in rows],
        "beyond": [{"delay_s": number(d), "probability": number(p)}
                   for d, p in zip(delays, found["beyond"], strict=True)],
    }  # fmt: skip


def _title(arrivals: str, asked: dict[str, Any]) -> str:
    from easterly.app.calc import answer

    beside = f" beside {asked['cross']}" if asked["cross"] else ""
    return f"{arrivals}{beside}, {answer.counted(asked['hops'], 'link')} of {format_short(asked['link'], RATE)}"


def _print(arrivals: str, asked: dict[str, Any], made: Tandem, levels: tuple[float, ...], delays: tuple[float, ...],
           found: dict[str, list[float]]) -> None:  # fmt: skip
    from easterly.app.calc import answer
    from easterly.app.calc.stations import percent

    answer.title(_title(arrivals, asked))
    order = (
        "whoever came first" if asked["order"] == "fifo" else "the cross traffic, at worst" if asked["cross"] else ""
    )
    facts = [
        ("load", f"{_load(made):.4g}", "of each link, on average"),
        ("sources", "may depend" if asked["dependent"] else "independent", "upper bounds by Chernoff, the best theta"),
        ("first goes", order, ""),
    ]
    facts += [("beyond", f"{p:.4g}", f"probability of more than {format_short(d, TIME)}, at most")
              for d, p in zip(delays, found["beyond"], strict=True)]  # fmt: skip
    answer.facts([fact for fact in facts if fact[1]])
    rows = zip(levels, found["delay_s"], found["backlog_B"], strict=True)
    answer.table(("level", "delay", "backlog"),
                 [(percent(level), format_short(d, TIME), format_short(b, SIZE)) for level, d, b in rows])  # fmt: skip


def _report(path: Path, title: str, made: Tandem, levels: tuple[float, ...], found: dict[str, list[float]], form: str
            ) -> None:  # fmt: skip
    from easterly.app.calc.stations import percent
    from easterly.app.report.percentiles import page

    rows = list(zip(levels, found["delay_s"], found["backlog_B"], strict=True))
    text = page(title, made, [(percent(level), d, b) for level, d, b in rows])
    with terminal.writing(path, form):
        path.write_text(text, encoding="utf-8")
