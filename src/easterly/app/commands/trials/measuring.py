"""What ``easterly lab run`` says of its measurements: rows for JSON, lines for people, a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import answer
from easterly.app.values import number

if TYPE_CHECKING:
    from easterly.app.lab.comparison import Comparison
    from easterly.app.lab.measure.trial import Measured
    from easterly.app.lab.running import Running
    from easterly.model.qos import QosPlan
    from easterly.model.routing import Policy
    from easterly.model.spec.site import Site

SHOWN = 5
ALIKE = 4
"""Measurements of one kind that are printed on lines of their own; of more, what they have in common."""
AGREED = "the plan names each of them, so that none may be missing"


def measured(lab: Running, policy: Policy, qos: QosPlan, site: Site, said: Callable[[str], None]) -> Measured:
    """What is measured of a lab."""
    from easterly.app.lab import routes
    from easterly.app.lab.measure.trial import tried

    return tried(lab, routes.planned(lab.network, lab.address, policy), policy, qos, site, said=said)


def nothing() -> Measured:
    """Where nobody wants to know."""
    from easterly.app.lab.measure.trial import Measured

    return Measured((), ())


def row(each: Any) -> dict[str, Any]:
    """A measurement for JSON."""
    return {
        "what": each.what, "predicted": number(each.predicted), "least": number(each.least), "most": number(each.most),
        "measured": number(each.measured), "unit": each.unit, "ok": each.ok, "why": each.why,
        "differences": list(each.differences),
    }  # fmt: skip


def document(made: Measured) -> dict[str, Any]:
    """All measurements for JSON, and what was left out."""
    return {
        "measured": [row(each) for each in made.compared],
        "unmeasured": [{"what": each.what, "why": each.why} for each in made.unmeasured],
    }  # fmt: skip


def told(made: Measured) -> None:
    """Print measurements for people: those alike as one line, each that is not as predicted on its own."""
    from easterly.app.report.measured import shown

    alike = Counter(_kind(each.what) for each in made.compared if each.ok)
    rows = []
    for each in made.compared:
        kind = _kind(each.what)
        count = alike[kind] if each.ok else 1
        if count > ALIKE:
            alike[kind] = 0  # told once
        if count > ALIKE:
            own = [other for other in made.compared if other.ok and _kind(other.what) == _kind(each.what)]
            values = (min(other.least for other in own), max(other.most for other in own),
                      min(other.measured for other in own), max(other.measured for other in own))  # fmt: skip
            least, most, low, high = (shown(value, each.unit) for value in values)
            rows.append((f"{_kind(each.what)} ({count})", f"{least}..{most}", f"{low}..{high}", "yes"))
        elif count:
            least, most = shown(each.least, each.unit), shown(each.most, each.unit)
            span = least if least == most else f"{least}..{most}"
            rows.append((each.what, span, shown(each.measured, each.unit), "yes" if each.ok else "NO"))
    if rows:
        answer.table(("Measured", "Predicted", "Found", "Ok"), rows)
    for each in made.compared:
        for line in each.differences[:SHOWN]:
            click.echo(f"  {line}")
    answer.facts([(f"not measured: {each.what}", each.why, "") for each in made.unmeasured])
    if made.compared:
        good = sum(each.ok for each in made.compared)
        whole = answer.counted(len(made.compared), "measurement")
        click.echo(f"{'PASS' if made.ok else 'FAIL'}: {good} of {whole} as predicted")


def _kind(what: str) -> str:
    """What measurements of one kind have in common: the words before a name."""
    for word in (" over ", " of ", " that leave "):
        if word in what:
            return what.partition(word)[0]
    return what


def save(path: Path, lab: Running, planned: Sequence[Comparison], made: Measured, form: str) -> None:
    """Write the page of a run."""
    from easterly.app.lab.measure.within import Within
    from easterly.app.report.measured import page

    both = [*(Within.of(each, AGREED) for each in planned), *made.compared]
    good = sum(each.ok for each in both)
    facts = [
        ("site", lab.record.site, ""),
        ("network", f"{len(lab.routers)} routers, {len(lab.hosts)} hosts", f"rates divided by {lab.scale:,g}"),
        ("as predicted", f"{good} of {len(both)}", "" if good == len(both) else "not all"),
    ]
    left_out = [(each.what, each.why) for each in made.unmeasured]
    text = page(f"{Path(lab.record.site).stem} in the lab", facts, [row(each) for each in both], left_out)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        terminal.unwritable(path, error, form)
