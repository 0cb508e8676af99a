"""All rules of all rooms over one site, with the nouns that each rule asks for."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path
from typing import Any

from easterly.base.findings import Finding, FindingsError, RuleEntry, Severity, rules
from easterly.model.spec.site import Site
from easterly.study.nouns import Nouns
from easterly.study.stages import Held

ROOMS = ("site", "site.blueprints", "address", "demand", "route", "qos", "config.fronts", "verify")


def check(site: Site, nouns: Nouns | None = None) -> tuple[Finding, ...]:
    """Run every registered rule.

    Rules say by their parameter names which nouns they want. A noun that cannot be made contributes the
    findings that say why, and the rules that want it are left out.

    Parameters
    ----------
    site : Site
    nouns : Nouns, optional
        What was already made of this site; what rules make is then there for the plan.

    Returns
    -------
    tuple of Finding
        In the order of the codes, without duplicates; `easterly.site.locate` puts them in file order.
    """
    load_rules()
    bench = Bench(nouns or Nouns(site))
    found: list[Finding] = []
    for entry in rules().values():
        found.extend(bench.apply(entry))
    return tuple(dict.fromkeys([*bench.broken, *found]))


def check_path(path: Path) -> tuple[tuple[Finding, ...], Any]:
    """Findings about a site file, located, and its source text.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    from easterly import site as text

    source = text.read_source(path)
    try:
        loaded = text.parse(source)
    except FindingsError as error:
        return text.locate(error.findings, source), source
    return text.locate((*loaded.notes, *check(loaded.site)), source), source


def load_rules() -> None:
    """Import the rules of every room that has some."""
    for room in ROOMS:
        name = f"easterly.{room}.checks"
        try:
            import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise


def errors(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Only the findings that stop a plan."""
    return tuple(f for f in findings if f.severity is Severity.ERROR)


class Bench:
    """Hands rules the nouns that they ask for, and keeps the findings of nouns that cannot be made."""

    def __init__(self, nouns: Nouns) -> None:
        self.broken: list[Finding] = []
        self._nouns = nouns
        self._held: dict[str, Held[Any] | None] = {}

    def apply(self, entry: RuleEntry) -> list[Finding]:
        """Findings of one rule; none if a noun it wants cannot be made."""
        held = {name: self._noun(name) for name in inspect.signature(entry.check).parameters}
        wanted = {name: noun.value for name, noun in held.items() if noun is not None}
        if len(wanted) < len(held):
            return []
        if "site" in wanted:
            return list(entry.check(**wanted))
        reads = tuple(noun for noun in held.values() if noun is not None)
        return list(self._nouns.stages.run(f"rule:{entry.code}", reads, lambda: tuple(entry.check(**wanted))).value)

    def _noun(self, name: str) -> Held[Any] | None:
        if name not in self._held:
            self._held[name] = self._attempt(name)
        return self._held[name]

    def _attempt(self, name: str) -> Held[Any] | None:
        try:
            made: Held[Any] = Held(self._nouns.site, "") if name == "site" else getattr(self._nouns, name)
        except FindingsError as error:
            self.broken.extend(error.findings)
            return None
        return made
