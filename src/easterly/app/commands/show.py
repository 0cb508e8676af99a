"""``easterly show``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from easterly.app import terminal
from easterly.base.counts import counted

SECTIONS = ("site", "bill", "address", "jobs", "services", "links", "hashing", "classes", "verdicts", "artifacts")


@click.command("show")
@click.argument("site", type=terminal.SITE)
@click.argument("section", type=click.Choice([*SECTIONS, "config"]), default="site")
@click.option("--name", help="Only rows whose id holds this text; the device or path for `config`.")
@click.option("--top", type=click.IntRange(min=1), help="Only the first rows (links: the busiest).")
@terminal.format_option
def command(site: Path, section: str, name: str | None, top: int | None, form: str) -> None:
    """Show one SECTION of the plan of SITE, as rows; ``config`` prints rendered files."""
    from easterly.app.commands.plan import folder
    from easterly.app.planning import run

    nouns, found, _ = terminal.read_or_leave(site, form, folder(None))
    done = run(nouns, found, validate="none", quiet=form == "json")
    result = _configs(done.plan, name) if section == "config" else _section(done.document, section, name, top)
    if not result and name is not None:
        click.echo(f"easterly: nothing in {section} holds {name!r}", err=True)
        sys.exit(terminal.FOUND)
    if form == "json":
        terminal.emit_json(result)
    elif section == "config":
        click.echo("".join(f"{'=' * 8} {path}\n{text}" for path, text in result.items()), nl=False)
    else:
        click.echo("\n".join(lines(result)))


def _configs(plan: Any, name: str | None) -> dict[str, str]:
    return {a.path: a.text for a in plan.configs.artifacts if name is None or name in a.path or name == a.device}


def _section(document: dict[str, Any], section: str, name: str | None, top: int | None) -> Any:
    rows = document[section]
    if section == "links":
        rows = sorted(rows, key=lambda row: (-(row["utilisation"] or 0.0), row["id"]))
    if isinstance(rows, dict):
        return {k: _chosen(v, name, top) if isinstance(v, list) else v for k, v in rows.items()}
    return _chosen(rows, name, top)


def _chosen(rows: list[Any], name: str | None, top: int | None) -> list[Any]:
    keep = [row for row in rows if name is None or name in " ".join(map(str, row.values()))]
    return keep[:top]


def lines(value: Any, indent: str = "") -> list[str]:
    """Plain values as indented text: tables as aligned columns, objects as keys."""
    if isinstance(value, list):
        return [indent + row for row in _table(value)] if value else [indent + "none"]
    out: list[str] = []
    for key, item in value.items():
        if isinstance(item, (dict, list)) and item:
            out += [f"{indent}{key}:", *lines(item, indent + "  ")]
        else:
            out.append(f"{indent}{key}: {text(item)}")
    return out


def _table(rows: list[Any]) -> list[str]:
    if not isinstance(rows[0], dict):
        return [", ".join(map(text, rows))]
    heads = list(rows[0])
    cells = [heads, *([text(row.get(head)) for head in heads] for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(heads))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]


def text(value: Any) -> str:
    """One value in a cell."""
    if value is None or value == [] or value == {}:
        return "-"
    if isinstance(value, dict):
        return " ".join(f"{k}={text(v)}" for k, v in value.items())
    if isinstance(value, list):
        return counted(len(value), "row")
    return f"{value:g}" if isinstance(value, float) else str(value)
