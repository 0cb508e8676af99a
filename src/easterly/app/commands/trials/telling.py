"""What ``easterly lab run`` says of a run: a document for JSON, lines for people, a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import answer
from easterly.app.values import number
from easterly.base.counts import counted

if TYPE_CHECKING:
    from easterly.app.lab.measure.within import Within
    from easterly.app.lab.run import Run

SHOWN = 5
"""Differences that are printed of each comparison; JSON has all."""
ALIKE = 4
"""Comparisons of one kind that are printed on lines of their own; of more, what they have in common."""


def document(made: Run) -> dict[str, Any]:
    """A run for JSON."""
    return {
        "tried": True, "lab": made.lab, "kept": made.kept, "scale": number(made.scale),
        "routers": list(made.routers), "hosts": list(made.hosts), "rates_bps": dict(made.rates_bps),
        "substitutions": [{"lacking": each.lacking, "instead": each.instead} for each in made.substitutions],
        "repairs": list(made.repairs), "comparisons": [row(each) for each in made.comparisons],
        "unmeasured": [{"what": each.what, "why": each.why} for each in made.unmeasured],
        "seconds": {name: number(seconds) for name, seconds in made.seconds.items()},
    }  # fmt: skip


def row(each: Within) -> dict[str, Any]:
    """A comparison for JSON."""
    return {
        "what": each.what, "predicted": number(each.predicted), "measured": number(each.measured), "unit": each.unit,
        "tolerance": [number(ratio) for ratio in each.tolerance], "least": number(each.least),
        "most": number(each.most), "ok": each.ok, "why": each.why, "differences": list(each.differences),
    }  # fmt: skip


def told(made: Run, said: Sequence[str]) -> None:
    """Print a run for people."""
    answer.title(
        f"Lab {made.lab}: {counted(len(made.routers), 'router')}, {counted(len(made.hosts), 'host')}, "
        f"{counted(len(made.rates_bps), 'cable')}; rates divided by {made.scale:,g}"
    )
    answer.facts([("smaller", each, "") for each in said])
    answer.facts([(name, f"{seconds:.1f} s", "") for name, seconds in made.seconds.items()])
    click.echo("Replaced")
    answer.facts([(each.lacking, each.instead, "") for each in made.substitutions])
    for line in made.repairs:
        click.echo(f"Repaired: {line}")
    answer.table(("Comparison", "Predicted", "Measured", "Ok"), list(_rows(made.comparisons)))
    for each in made.comparisons:
        for line in each.differences[:SHOWN]:
            click.echo(f"  {line}")
        if len(each.differences) > SHOWN:
            click.echo(f"  and {len(each.differences) - SHOWN:,} more")
    answer.facts([(f"not measured: {each.what}", each.why, "") for each in made.unmeasured])
    good, whole = sum(each.ok for each in made.comparisons), counted(len(made.comparisons), "comparison")
    click.echo(f"{'PASS' if made.ok else 'FAIL'}: {good} of {whole} as predicted")
    if made.kept:
        click.echo(f"kept: easterly lab shell NODE --lab {made.lab}; easterly lab clean {made.lab}")


def _rows(made: Sequence[Within]) -> Iterable[tuple[str, str, str, str]]:
    """A line for each comparison, and one for all those of a kind that are many and as predicted."""
    kinds: dict[str, list[Within]] = {}
    for each in made:
        kinds.setdefault(_kind(each.what), []).append(each)
    for kind, all_ in kinds.items():
        good = [each for each in all_ if each.ok]
        if len(good) > ALIKE:
            yield _line(f"{kind} ({len(good)})", good, "yes")
        for each in all_:
            if not each.ok or len(good) <= ALIKE:
                yield _line(each.what, [each], "yes" if each.ok else "NO")


def _line(what: str, alike: Sequence[Within], verdict: str) -> tuple[str, str, str, str]:
    from easterly.app.report.measured import shown

    unit = alike[0].unit
    spans = [
        (min(each.least for each in alike), max(each.most for each in alike)),
        (min(each.measured for each in alike), max(each.measured for each in alike)),
    ]
    texts = [list(dict.fromkeys((shown(low, unit), shown(high, unit)))) for low, high in spans]
    return what, "..".join(texts[0]), "..".join(texts[1]), verdict


def _kind(what: str) -> str:
    """What comparisons of one kind have in common: the words before a name."""
    for word in (" over ", " of ", " that leave "):
        if word in what:
            return what.partition(word)[0]
    return what


def leave(folder: Path, made: Run, said: Sequence[str], whole: Any, form: str) -> Path:
    """Write a run beside its plan, for the report; `whole` has the nouns of the site that it was made of."""
    from easterly.app.document import dump
    from easterly.app.planning import write_text
    from easterly.app.tried import NAME, SCHEMA, belongs
    from easterly.study.pipeline import provenance

    files = () if said else whole.configs.value.artifacts
    plan = {
        "provenance": provenance(whole.text, whole.site),
        "artifacts": [{"path": file.path, "sha256": file.sha256} for file in files],
    }  # fmt: skip
    with terminal.writing(folder, form):
        folder.mkdir(parents=True, exist_ok=True)
        write_text(
            folder / NAME, dump({"schema": SCHEMA, "plan": belongs(plan), "shrunk": list(said), **document(made)})
        )
    return folder / NAME


def save(path: Path, site: Path, made: Run, form: str) -> None:
    """Write the page of a run."""
    from easterly.app.report.measured import page

    good, whole = sum(each.ok for each in made.comparisons), len(made.comparisons)
    facts = [
        ("site", str(site), ""),
        (
            "network",
            f"{counted(len(made.routers), 'router')}, {counted(len(made.hosts), 'host')}",
            f"rates divided by {made.scale:,g}",
        ),
        ("as predicted", f"{good} of {whole}", "" if made.ok else "not all"),
    ]
    left_out = [(each.what, each.why) for each in made.unmeasured]
    text = page(f"{site.stem} in the lab", facts, [row(each) for each in made.comparisons], left_out)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        terminal.unwritable(path, error, form)
