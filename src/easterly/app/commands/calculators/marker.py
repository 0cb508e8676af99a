"""``easterly calc marker``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import asking
from easterly.base.units import RATE, SIZE

if TYPE_CHECKING:
    from easterly.app.calc.packets import Packets
    from easterly.qos.meters import Marked, Marker

WANTS = {
    "srtcm": ("cir", "cbs", "ebs"),
    "trtcm": ("cir", "cbs", "pir", "pbs"),
    "rfc4115": ("cir", "cbs", "eir", "ebs"),
}
NAMES = {"srtcm": "srTCM (RFC 2697)", "trtcm": "trTCM (RFC 2698)", "rfc4115": "RFC 4115"}
COLOURS = ("green", "yellow", "red")


@click.command("marker", cls=asking.Calculator)
@click.option("--algorithm", type=asking.Named(list(WANTS)), required=True,
              help="srtcm is RFC 2697, trtcm RFC 2698.")  # fmt: skip
@click.option("--cir", type=asking.Whole(RATE), required=True, help="Committed rate.")
@click.option("--cbs", type=asking.Whole(SIZE), required=True, help="Committed burst.")
@click.option("--pir", type=asking.Whole(RATE), help="Peak rate, of trtcm.")
@click.option("--pbs", type=asking.Whole(SIZE), help="Peak burst, of trtcm.")
@click.option("--eir", type=asking.Whole(RATE), help="Excess rate, of rfc4115.")
@click.option("--ebs", type=asking.Whole(SIZE), help="Excess burst, of srtcm and rfc4115.")
@click.option("--packets", "file", type=click.Path(path_type=Path), required=True,
              help="File with one packet per line: time_s size_B [colour]; - for standard input.")  # fmt: skip
@click.option("--aware", is_flag=True, help="Take the colours of the file's third column into account.")
@terminal.format_option
def command(algorithm: str, file: Path, aware: bool, form: str, **given: int | None) -> None:
    """Colours that a three-colour marker gives to packets, exactly.

    Buckets are full at time 0. Times are read as decimals down to the nanosecond, and nothing is rounded.
    """
    from easterly.app.calc.packets import read
    from easterly.qos.meters import mark

    marker = _marker(algorithm, given)
    packets = read(file, form, coloured=aware)
    marked = mark(marker, packets.time_ns, packets.size_B, packets.colour)
    if form == "json":
        terminal.emit_json(_answer(algorithm, aware, given, marked))
    else:
        _print(algorithm, given, packets, marked)


def _marker(algorithm: str, given: dict[str, int | None]) -> Marker:
    """The marker that was asked for, from exactly the numbers that it has."""
    from easterly.qos import meters

    for name in WANTS[algorithm]:
        if given[name] is None:
            raise click.UsageError(f"{algorithm} needs --{name}: {_usage(algorithm)}")
    for name, value in given.items():
        if value is not None and name not in WANTS[algorithm]:
            raise click.UsageError(f"{algorithm} has no --{name}: {_usage(algorithm)}")
    kinds: dict[str, Any] = {"srtcm": meters.SrTcm, "trtcm": meters.TrTcm, "rfc4115": meters.Rfc4115}
    made: Marker = kinds[algorithm](*(given[name] for name in WANTS[algorithm]))
    return made


def _usage(algorithm: str) -> str:
    return "give " + " ".join(f"--{name}" for name in WANTS[algorithm])


def _answer(algorithm: str, aware: bool, given: dict[str, int | None], marked: Marked) -> dict[str, Any]:
    from easterly.app.values import number

    units = {"r": "bps", "s": "B"}  # rates end in r, bursts in s
    return {
        "algorithm": algorithm, "aware": aware,
        **{f"{name}_{units[name[-1]]}": given[name] for name in WANTS[algorithm]},
        "packets": len(marked.colour), "colours": marked.colours,
        "packets_by_colour": {name: marked.packets_of(row) for row, name in enumerate(COLOURS)},
        "bytes_by_colour": {name: marked.bytes_of(row) for row, name in enumerate(COLOURS)},
        "buckets_B": {name: number(float(left)) for name, left in marked.credit_B.items()},
    }  # fmt: skip


def _print(algorithm: str, given: dict[str, int | None], packets: Packets, marked: Marked) -> None:
    from easterly.app.calc import answer
    from easterly.base.units import TIME, format_short

    span_s = float(packets.time_ns[-1] - packets.time_ns[0]) / 1e9 if len(packets.time_ns) else 0.0
    answer.title(f"{NAMES[algorithm]}: {answer.counted(len(marked.colour), 'packet')} in {format_short(span_s, TIME)}")
    rows = [("colours", _cut(marked.colours), "one letter per packet: green, yellow, red")]
    for row, name in enumerate(COLOURS):
        rows.append((name, f"{marked.packets_of(row):,}", f"packets, {format_short(marked.bytes_of(row), SIZE)}"))
    for name, left in marked.credit_B.items():
        depth = given["cbs" if name == "committed" else WANTS[algorithm][-1]] or 0
        rows.append((name, f"{float(left):,.10g}B", f"left in the bucket of {format_short(depth, SIZE)}"))
    answer.facts(rows)


def _cut(text: str, most: int = 64) -> str:
    return text if len(text) <= most else f"{text[:most]}... (all with --format json)"
