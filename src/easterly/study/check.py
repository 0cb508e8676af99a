"""All rules of all rooms over one site, with the nouns that each rule asks for."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from easterly.base.findings import Finding, FindingsError, RuleEntry, Severity, rules
from easterly.model.spec.site import Site

ROOMS = ("site", "site.blueprints", "address", "demand", "route", "qos", "config", "verify")


def check(site: Site) -> tuple[Finding, ...]:
    """Run every registered rule.

    Rules say by their parameter names which nouns they want. A noun that cannot be made contributes the
    findings that say why, and the rules that want it are left out.

    Parameters
    ----------
    site : Site

    Returns
    -------
    tuple of Finding
        In the order of the codes, without duplicates; `easterly.site.locate` puts them in file order.
    """
    load_rules()
    bench = Bench(site)
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
    """Makes the nouns that rules ask for, each once, and keeps the findings of those that failed."""

    def __init__(self, site: Site) -> None:
        self.broken: list[Finding] = []
        self._made: dict[str, Any] = {"site": site}
        self._makers: dict[str, Callable[[], Any]] = {
            "network": self._network,
            "placement": self._placement,
            "demands": self._demands,
            "address": self._address,
        }

    def apply(self, entry: RuleEntry) -> list[Finding]:
        """Findings of one rule; none if a noun it wants cannot be made."""
        wanted = {name: self._noun(name) for name in inspect.signature(entry.check).parameters}
        if any(noun is None for noun in wanted.values()):
            return []
        return list(entry.check(**wanted))

    def _noun(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self._attempt(self._makers[name])
        return self._made[name]

    def _attempt(self, make: Callable[[], Any]) -> Any:
        try:
            return make()
        except FindingsError as error:
            self.broken.extend(error.findings)
            return None

    def _network(self) -> Any:
        from easterly.site import blueprints

        return blueprints.build(self._made["site"])

    def _placement(self) -> Any:
        from easterly import demand

        network = self._noun("network")
        return None if network is None else demand.place(self._made["site"], network)

    def _demands(self) -> Any:
        from easterly import demand

        placement = self._noun("placement")
        return None if placement is None else demand.build(self._made["site"], self._made["network"], placement)

    def _address(self) -> Any:
        from easterly import address

        demands = self._noun("demands")
        return None if demands is None else address.plan(self._made["site"], self._made["network"], demands.work)
