"""``easterly calc bound network``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from easterly.app import terminal
from easterly.app.calc import answer, asking, bounding
from easterly.base.findings import did_you_mean
from easterly.base.units import RATE, SIZE, TIME, Kind, parse

MOST_B = 1 << 20


@click.command("network", cls=asking.Calculator)
@click.argument("file", type=terminal.SITE)
@click.option("--flow", "wanted", multiple=True, metavar="NAME", help="Only this flow; may be repeated.")
@bounding.analysis
@bounding.report
@terminal.format_option
def command(file: Path, wanted: tuple[str, ...], analysis: str, report: Path | None, form: str) -> None:
    """Bounds of the flows of FILE, in YAML or JSON.

    \b
    servers:
      leaf:  {rate: 100Gb/s, latency: 1us}               # line: and packet: hold what leaves back
      spine: {rate: 100Gb/s, latency: 1us, line: 100Gb/s, packet: 1500B}
    flows:
      probe: {path: [leaf, spine], burst: 9kB, rate: 5Gb/s}
      bulk:  {path: [spine], burst: 1MB, rate: 40Gb/s, peak: 100Gb/s, packet: 1500B}
    """  # noqa: D301
    try:
        text = file.read_bytes()
    except OSError as error:
        terminal.unreadable(file, error, form)
    if len(text) > MOST_B:
        raise ValueError(f"{file} has {len(text):,} bytes: {MOST_B:,} at most")
    named = read(text)
    rows = {name: f for f, name in enumerate(named.flows)}
    for name in wanted:
        if name not in rows:
            raise click.UsageError(f"--flow: no flow is called {name!r}: {did_you_mean(name, list(rows))}")
    flows = [rows[name] for name in wanted] or list(range(len(named.flows)))
    title = f"{answer.counted(len(named.flows), 'flow')} on {answer.counted(len(named.servers), 'server')}"
    bounding.show(named, flows, analysis, title, report, form)


def read(text: bytes) -> bounding.Named:
    """The network that a file describes.

    Raises
    ------
    ValueError
        Where it is wrong, and what to write instead.
    """
    import yaml

    from easterly.model import yamls
    from easterly.predict.calculus.tight import ServerNetwork

    try:
        made = yamls.load(text)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise ValueError(f"the file is no YAML: {' '.join(str(error).split())}") from None
    whole = _table("the file", made, ("servers", "flows"))
    servers = {str(k): _table(f"server {k}", v, ("rate", "latency", "line", "packet"))
               for k, v in _table("servers", whole.get("servers")).items()}  # fmt: skip
    flows = {str(k): _table(f"flow {k}", v, ("path", "burst", "rate", "peak", "packet"))
             for k, v in _table("flows", whole.get("flows")).items()}  # fmt: skip
    row = {name: i for i, name in enumerate(servers)}
    net = ServerNetwork.of(
        [(_number(f"server {k}", v, "rate", RATE), _number(f"server {k}", v, "latency", TIME, 0.0))
         for k, v in servers.items()],
        [(_path(k, v, row), _number(f"flow {k}", v, "burst", SIZE), _number(f"flow {k}", v, "rate", RATE))
         for k, v in flows.items()],
        lines={row[k]: _bucket(f"server {k}", v, "line") for k, v in servers.items() if "line" in v},
        buckets={f: [_bucket(f"flow {k}", v, "peak")] for f, (k, v) in enumerate(flows.items()) if "peak" in v},
    )  # fmt: skip
    return bounding.Named(net, tuple(servers), tuple(flows))


def _table(what: str, value: Any, keys: tuple[str, ...] | None = None) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping) or not value:
        raise ValueError(f"{what} must be a table with a key and a value each, and is not: see --help")
    for key in value:
        if keys is not None and key not in keys:
            raise ValueError(f"{what} has the key {key!r}: {did_you_mean(str(key), keys)}")
    return value


def _number(what: str, table: Mapping[Any, Any], key: str, kind: Kind, default: float | None = None) -> float:
    value = table.get(key)
    if value is None:
        if default is not None:
            return default
        raise ValueError(f"{what} has no {key}: write it like {key}: {kind.example}")
    try:
        return parse(str(value), kind)
    except ValueError as error:
        hint = getattr(error, "hint", "")
        raise ValueError(f"{what}: {key}: {error}" + (f"; {hint}" if hint else "")) from None


def _bucket(what: str, table: Mapping[Any, Any], key: str) -> tuple[float, float]:
    """What a line carries at once [B], and for ever [bit/s]."""
    return _number(what, table, "packet", SIZE, 0.0), _number(what, table, key, RATE)


def _path(name: str, table: Mapping[Any, Any], row: dict[str, int]) -> list[int]:
    path = table.get("path")
    if not isinstance(path, list) or not path:
        raise ValueError(f"flow {name} has no path: write it like path: [{', '.join(list(row)[:2])}]")
    for each in path:
        if str(each) not in row:
            raise ValueError(f"flow {name} passes server {str(each)!r}: {did_you_mean(str(each), list(row))}")
    return [row[str(each)] for each in path]
