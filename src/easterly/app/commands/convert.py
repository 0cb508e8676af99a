"""``easterly convert``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from easterly.app import terminal
from easterly.base.findings import FindingsError

TARGETS = ("node-link", "graphml", "gml", "site", "csv", "containerlab", "dot", "hpcc", "htsim")


@click.command("convert")
@click.argument("source", type=terminal.SITE)
@click.argument("target", type=terminal.SITE)
@click.option("--unit", help="Unit of capacities or demands, where the format states none (such as Gb/s).")
@click.option("--rate", help="Capacity of links for which the file has none (such as 10Gb/s).")
@click.option("--distances", is_flag=True, help="Lengths and delays from coordinates, where the file has no others.")
@click.option("--to", "to", type=click.Choice(TARGETS), help="Format of TARGET, whatever its ending.")
@click.option("--kind", help="Kind of the containers of switches and routers, for containerlab (default: linux).")
@click.option("--image", help="Their image.")
@terminal.format_option
def command(
    source: Path,
    target: Path,
    unit: str | None,
    rate: str | None,
    distances: bool,
    to: str | None,
    kind: str | None,
    image: str | None,
    form: str,
) -> None:
    """Convert SOURCE to TARGET; the formats are told by the endings.

    Reads node-link .json, .graphml, .gml, SNDlib .xml and native text, REPETITA .graph and .demands, .csv matrices,
    csg-htsim .topo and the topology.txt of HPCC, site files (.yaml), and topologies of the package topohub by name
    (topohub:sndlib/geant); writes .json, .graphml, .gml, .csv, .yaml, .topo (fat-trees), containerlab
    .clab.yml and Graphviz .dot.
    """
    from easterly.site import formats

    default = formats.Lab()
    lab = formats.Lab(kind or default.kind, image or default.image)
    try:
        found = formats.convert(source, target, unit=unit, rate=rate, distances=distances, format=to, lab=lab)
    except FindingsError as error:
        found = error.findings
    except OSError as error:
        where = Path(error.filename or source)
        (terminal.unreadable if where == source else terminal.unwritable)(where, error, form)
    code = terminal.code_for(found, strict=False)
    if form == "json":
        terminal.emit_json({"target": str(target)} if code == terminal.FINE else None, found)
    else:
        terminal.print_findings(found, None)
        if code == terminal.FINE:
            click.echo(f"{target}: written")
    sys.exit(code)
