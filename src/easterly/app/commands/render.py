"""``easterly render``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from easterly.app import terminal
from easterly.base.counts import counted

TARGETS = (
    "frr", "bird", "sonic", "eos", "nxos", "junos", "linux", "networkd", "ovs", "haproxy", "nginx", "kubernetes",
    "nccl", "labels", "all",
)  # fmt: skip
SHOWN = 8


@click.command("render")
@click.argument("site", type=terminal.SITE)
@click.option("--target", "targets", type=click.Choice(TARGETS), multiple=True, default=("all",), show_default=True,
              help="Kind of machine or program; may be repeated.")  # fmt: skip
@click.option("-o", "--output", "out", type=click.Path(file_okay=False, path_type=Path),
              help="Folder to write to; only the summary if absent.")  # fmt: skip
@click.option("--check", "standing", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="Write nothing; tell where files of a folder differ, and what is wrong with them.")  # fmt: skip
@click.option("--validate/--no-validate", default=True, show_default=True,
              help="Have outside checkers read one file of each template.")  # fmt: skip
@click.option("--every", is_flag=True, help="Have them read every file.")
@click.option("--yang-models", "models", type=click.Path(exists=True, file_okay=False), envvar="EASTERLY_YANG_MODELS",
              help="Folder of SONiC's YANG models, if not /usr/local/yang-models.")  # fmt: skip
@click.option("--force", is_flag=True, help="Replace files that Easterly did not write, or that were changed since.")
@terminal.format_option
def command(
    site: Path, targets: tuple[str, ...], out: Path | None, standing: Path | None, validate: bool, every: bool,
    models: str | None, force: bool, form: str,
) -> None:  # fmt: skip
    """Render the files that machines and programs of SITE need, and tell what checked them.

    No file holds a secret, only the name of the file or variable that holds it. Nothing is written that Easterly finds
    wrong itself; what an outside checker refuses is written, told, and gives exit code 1. With --check the files that
    are in a folder are read instead.
    """
    from easterly.app import rendering
    from easterly.app.commands.plan import folder

    if models and not any(Path(models).glob("sonic-*.yang")):
        terminal.misused(f"{models} has no models of SONiC; name the folder that has sonic-port.yang", form)
    if every and not validate:
        terminal.misused("choose one of --every and --no-validate", form)
    if standing is not None and (out is not None or every or force):
        terminal.misused("--check writes nothing and has changed files checked: not with -o, --every or --force", form)
    nouns, found, source = terminal.read_or_leave(site, form, folder(None))
    if standing is not None:
        _hold(standing, nouns, targets, validate, models or "", form)
    done = _rendered(nouns, targets, validate, every, models or "", form)
    changed = None
    if out is not None:
        strange = [] if force else rendering.strangers(out, done.artifacts)
        if strange:
            _refuse(out, strange, form)
        with terminal.writing(out, form):
            changed = rendering.write(out, done.artifacts)
    if form == "json":
        terminal.emit_json(_document(done, out, changed), found)
    else:
        terminal.print_findings(found, source)
        _show(done, out, changed)
    sys.exit(terminal.FOUND if done.refused() else terminal.FINE)


def _hold(
    folder: Path, nouns: Any, targets: tuple[str, ...], validate: bool, models: str, form: str
) -> NoReturn:  # fmt: skip
    """Files that stand in a folder against the plan: leaves with code 1 where one is not as planned."""
    from dataclasses import asdict, replace

    from easterly import config
    from easterly.app import rendering
    from easterly.model.outcome import DeviceConfigs
    from easterly.study.rendering import rendered

    files = rendering.Rendered(rendered(nouns, targets), ()).artifacts
    try:
        there = rendering.standing(folder, files)
    except OSError as error:
        terminal.unreadable(Path(error.filename or folder), error, form)
    found = [replace(each, file=str(folder / each.file)) for each in config.reread(files, there)]
    edited = tuple(
        replace(file, text=there[file.path]) for file in files if there.get(file.path, file.text) != file.text
    )
    said = config.validate(DeviceConfigs(edited), everything=True, models=models) if validate else ()
    missing, count = len(files) - len(there), len(files)
    if form == "json":
        told = {"folder": str(folder), "files": count, "missing": missing, "changed": [file.path for file in edited]}
        terminal.emit_json({**told, "validations": [asdict(each) for each in said]}, found)
    else:
        terminal.print_findings(found, None)
        for each in said:
            if each.ok is False:
                click.echo(f"{folder / each.path}: refused by {each.validator}: {each.output}", err=True)
        click.echo(
            f"read: {counted(count, 'file')} of the plan below {folder}, {len(edited):,} changed, {missing:,} missing"
        )
    sys.exit(terminal.FOUND if found or any(each.ok is False for each in said) else terminal.FINE)


def _rendered(nouns: Any, targets: tuple[str, ...], validate: bool, every: bool, models: str, form: str) -> Any:
    """Files and what checkers said; leaves with code 1 where a check of our own finds a mistake."""
    from easterly import config
    from easterly.app.rendering import Rendered
    from easterly.base.findings import Severity
    from easterly.model.outcome import DeviceConfigs
    from easterly.study.rendering import doubts, rendered, structures

    files = rendered(nouns, targets)
    done = Rendered(files, ())
    wrong = doubts(nouns, files)
    if any(f.severity is Severity.ERROR for f in wrong):
        terminal.refused(wrong, None, form)
    if form == "text":
        terminal.print_findings(wrong, None)
    if not validate:
        return done
    given: dict[str, Any] = {"models": models, "structures": structures(nouns, targets)}
    return Rendered(files, config.validate(DeviceConfigs(tuple(done.artifacts)), everything=every, **given))


def _refuse(out: Path, strange: list[str], form: str) -> NoReturn:
    names = ", ".join(strange[:SHOWN]) + (f" and {len(strange) - SHOWN:,} more" if len(strange) > SHOWN else "")
    terminal.misused(
        f"{out}: not written by Easterly, or changed since: {names}; name another folder, or replace with --force", form
    )


def _document(done: Any, out: Path | None, changed: int | None) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "targets": done.rows(),
        "files": [
            {"path": f.path, "target": name, "device": f.device, "sha256": f.sha256, "lines": f.text.count("\n")}
            for name, files in done.files.items() for f in files
        ],
        "validations": [asdict(v) for v in done.validations],
        "output": None if out is None else str(out),
        "changed": changed,
    }  # fmt: skip


def _show(done: Any, out: Path | None, changed: int | None) -> None:
    """One row per target, what was refused in the words of the checker, and where the files are."""
    rows = [("target", "files", "lines", "checked by")]
    for row in done.rows():
        rows.append(
            (row["target"], f"{row['files']:,}", f"{row['lines']:,}", "; ".join(map(_said, row["checked"])) or "-")
        )
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    for name, files, lines, said in rows:
        click.echo(f"{name:<{widths[0]}}  {files:>{widths[1]}}  {lines:>{widths[2]}}  {said}".rstrip())
    for refused in done.refused():
        click.echo(f"{refused.path}: refused by {refused.validator}: {refused.output}", err=True)
    if out is not None:
        click.echo(f"written: {counted(len(done.artifacts), 'file')} below {out}, {changed:,} of them new or changed")


def _said(row: dict[str, Any]) -> str:
    if row["by"] == "not validated":
        return f"not validated: {row['files']:,}"
    refused = f", {row['refused']} refused" if row["refused"] else ""
    read = f", {row['read']:,} read" if row["read"] < row["files"] else ""
    return f"{row['by']}: {row['files']:,}{read}{refused}"
